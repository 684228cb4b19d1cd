"""The child of ``render_in_child``: reads a report from its input, writes the finished PDF to its output."""

from __future__ import annotations

import pickle
import sys

from iurc_events.reports.children import MOST_MEMORY
from iurc_events.reports.rendering import render_pdf


def main() -> None:
    """Make one document, within the memory allowed."""
    try:
        import resource  # not on Windows

        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    except (ImportError, ValueError, OSError):
        pass  # macOS knows the limit but does not let it be set; the time limit still holds
    output = sys.stdout.buffer
    sys.stdout = sys.stderr  # whatever a library prints stays out of the document
    report = pickle.loads(sys.stdin.buffer.read())  # noqa: S301 written by our own parent
    output.write(pickle.dumps(render_pdf(report)))
    output.flush()


if __name__ == "__main__":
    main()
