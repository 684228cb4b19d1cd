"""Documents made in a child process, so that one that hangs or eats memory harms nobody (fault-9)."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Final

from iurc_events.config import PACKAGE_FOLDER
from iurc_events.reports.documents import Report
from iurc_events.reports.errors import ReportError, ReportStoppedError, ReportTimeoutError
from iurc_events.reports.rendering import RenderedPdf

#: Address space of a child; a PDF of 2,000 rows needs about 500 MiB of memory.
MOST_MEMORY: Final = 2 * 1024**3
#: Seconds between two looks whether a document is still wanted.
_LOOK: Final = 0.5


def render_in_child(
    report: Report, timeout: float = 10.0, *, is_wanted: Callable[[], bool] = lambda: True
) -> RenderedPdf:
    """Make the PDF of a report in a process of its own.

    Args:
        timeout: Seconds after which the child is ended.
        is_wanted: Asked now and then; the child is ended as soon as the answer is no.

    Raises:
        ReportStoppedError: If the document was no longer wanted.
        ReportTimeoutError: If the document is not ready in time.
        ReportError: If the child fails.
    """
    paths = [str(PACKAGE_FOLDER.parent), os.environ.get("PYTHONPATH", "")]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in paths if path)}
    command = [sys.executable, "-m", "iurc_events.reports.render"]
    ends_at = time.monotonic() + timeout
    data: bytes | None = pickle.dumps(report)
    pipe = subprocess.PIPE
    with subprocess.Popen(  # noqa: S603  (our own command)
        command, stdin=pipe, stdout=pipe, stderr=pipe, env=environment
    ) as child:
        try:
            while True:
                try:
                    output, remarks = child.communicate(data, timeout=min(_LOOK, max(0.0, ends_at - time.monotonic())))
                    break
                except subprocess.TimeoutExpired as error:
                    data = None  # it has been handed over
                    if time.monotonic() >= ends_at:
                        raise ReportTimeoutError(f"The document was not ready after {timeout:g} seconds") from error
                    if not is_wanted():
                        raise ReportStoppedError("The document was no longer wanted") from error
        except BaseException:
            child.kill()
            raise
    if child.returncode != 0:
        last = remarks.decode("utf-8", "replace").strip().rsplit("\n", 1)[-1]
        raise ReportError(f"The document could not be made: {last or 'the process ended'}")
    answer = pickle.loads(output)  # noqa: S301 written by our own child
    if not isinstance(answer, RenderedPdf):
        raise ReportError("The document could not be made: the process gave no document")
    return answer
