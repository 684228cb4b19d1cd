"""``python -m iurc_events COMMAND``: the command line without an installed script."""

from iurc_events.cli import main

main(prog_name="iurc-events")
