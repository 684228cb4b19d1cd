"""``python -m iurc_events`` is the command ``iurc-events``."""

from iurc_events.cli import main

if __name__ == "__main__":
    main()
