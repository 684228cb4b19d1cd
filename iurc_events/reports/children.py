"""Documents made in a child process, so that one that hangs or eats memory harms nobody (fault-9)."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from typing import Final

from iurc_events.config import PACKAGE_FOLDER
from iurc_events.reports.documents import Report
from iurc_events.reports.errors import ReportError, ReportTimeoutError
from iurc_events.reports.rendering import RenderedPdf

#: Address space of a child; a PDF of 2,000 rows needs about 500 MiB of memory.
MOST_MEMORY: Final = 2 * 1024**3


def render_in_child(report: Report, timeout: float = 10.0) -> RenderedPdf:
    """Make the PDF of a report in a process of its own.

    Args:
        timeout: Seconds after which the child is ended.

    Raises:
        ReportTimeoutError: If the document is not ready in time.
        ReportError: If the child fails.
    """
    paths = [str(PACKAGE_FOLDER.parent), os.environ.get("PYTHONPATH", "")]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in paths if path)}
    try:
        child = subprocess.run(
            [sys.executable, "-m", "iurc_events.reports.render"],
            input=pickle.dumps(report),
            capture_output=True,
            timeout=timeout,
            env=environment,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise ReportTimeoutError(f"The document was not ready after {timeout:g} seconds") from error
    if child.returncode != 0:
        last = child.stderr.decode("utf-8", "replace").strip().rsplit("\n", 1)[-1]
        raise ReportError(f"The document could not be made: {last or 'the process ended'}")
    answer = pickle.loads(child.stdout)  # noqa: S301 written by our own child
    if not isinstance(answer, RenderedPdf):
        raise ReportError("The document could not be made: the process gave no document")
    return answer
