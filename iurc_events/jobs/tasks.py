"""What background jobs do: one function for each name that a row of the table of jobs may carry.

A task gets keys, looks everything up anew, and checks again whether the person who asked may have it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from iurc_events.database import db
from iurc_events.domain.errors import DomainError, NotFoundError
from iurc_events.localisation import Language, noop
from iurc_events.models.accounts import User
from iurc_events.permissions import Permission, is_granted
from iurc_events.services import reports
from iurc_events.services.background_jobs import Result
from iurc_events.services.reports import StoredPdf

#: Seconds that a document may take when nobody waits for a page.
DOCUMENT_TIMEOUT: Final = 600.0


class StoppedError(Exception):
    """A job is no longer wanted of this worker: cancelled, taken over, or the worker was told to end."""


class UnknownTaskError(DomainError):
    """No task has this name."""


@dataclass(frozen=True, slots=True)
class Work:
    """A job as its task sees it."""

    name: str
    arguments: Mapping[str, Any]
    made_by_id: int | None
    #: Writes how far the job is.
    tell: Callable[[int, int], None]
    is_unwanted: threading.Event

    def is_wanted(self) -> bool:
        """Tell whether to go on."""
        return not self.is_unwanted.is_set()

    def step(self, done: int, total: int) -> None:
        """Write how far the job is, and go on only if it is still wanted.

        Raises:
            StoppedError: If it is not.
        """
        if self.is_wanted():
            self.tell(done, total)
        if not self.is_wanted():
            raise StoppedError

    def asker(self) -> User:
        """Return the person who asked, if that person may still read reports.

        Raises:
            NotFoundError: If the account is gone or closed.
        """
        user = db.session.get(User, self.made_by_id) if self.made_by_id else None
        if user is None or not is_granted(user, Permission.READ_REPORTS):
            raise NotFoundError(noop("The account that asked for this is closed"))
        return user

    def language(self) -> Language:
        """Return the language that was asked for."""
        return "zh" if self.arguments.get("language") == "zh" else "en"


def _as_result(pdf: StoredPdf) -> Result:
    return Result(pdf.data, pdf.file_name, "application/pdf")


def make_programme_report(work: Work) -> Result:
    """Make the report of a programme over a period."""
    work.step(0, 3)
    programme = reports.get_readable_programme(work.asker(), str(work.arguments["programme"]))
    first, last = (date.fromisoformat(str(work.arguments[name])) for name in ("first", "last"))
    period = reports.get_period(programme, first, last)
    work.step(1, 3)
    pdf = reports.get_programme_pdf(period, work.language(), timeout=DOCUMENT_TIMEOUT, is_wanted=work.is_wanted)
    work.step(2, 3)
    return _as_result(pdf)


def _of_event(work: Work, make: Callable[..., StoredPdf]) -> Result:
    work.step(0, 2)
    event = reports.get_readable_event(work.asker(), str(work.arguments["event"]))
    pdf = make(event, work.language(), timeout=DOCUMENT_TIMEOUT, is_wanted=work.is_wanted)
    work.step(1, 2)
    return _as_result(pdf)


def make_event_report(work: Work) -> Result:
    """Make the report of an event."""
    return _of_event(work, reports.get_event_pdf)


def make_event_agenda(work: Work) -> Result:
    """Make the agenda of an event."""
    return _of_event(work, reports.get_agenda_pdf)


Task = Callable[[Work], Result | None]

#: Nothing else is ever run for a message or a row.
TASKS: dict[str, Task] = {
    "programme-report": make_programme_report,
    "event-report": make_event_report,
    "event-agenda": make_event_agenda,
}


def run(work: Work) -> Result | None:
    """Do a job.

    Raises:
        UnknownTaskError: If there is no such task.
        StoppedError: If it is no longer wanted.
    """
    task = TASKS.get(work.name)
    if task is None:
        raise UnknownTaskError(noop("This version does not know how to do this."))
    return task(work)
