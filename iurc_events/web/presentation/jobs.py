"""What pages show of background work: what it makes, how far it is, why it failed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from iurc_events.domain.clock_texts import long_date
from iurc_events.localisation import noop, translate
from iurc_events.queries.background_work import TurnRow
from iurc_events.services.timed_runs import turn_of

#: What jobs make, by the name of their task.
_WORDS: Final[dict[str, str]] = {
    "programme-report": noop("Programme report"),
    "event-report": noop("Report of an event"),
    "event-agenda": noop("Agenda"),
}
#: Timed jobs as ``iurc_events/jobs/timed.py`` calls them; a test tells when one is missing.
TIMED_WORDS: Final = (
    noop("mail"),
    noop("lists of people"),
    noop("invitations by mail"),
    noop("letters to many"),
    noop("standard letters"),
    noop("news of programmes"),
    noop("deadlines of delegations"),
    noop("rules of time zones"),
    noop("use of calendars"),
    noop("old lists of people"),
    noop("persons of participants"),
    noop("keys of persons"),
    noop("old links"),
    noop("old counters"),
    noop("reminders of speakers"),
    noop("requests on personal data"),
    noop("changes of addresses"),
    noop("names kept long enough"),
    noop("traces of the erased"),
    noop("results of background work"),
    noop("old turns"),
    noop("files of nobody"),
)
#: States in words, each with the sign of a state that looks alike.
STATES: Final[dict[str, tuple[str, str]]] = {
    "queued": (noop("In the queue"), "queued"),
    "running": (noop("Being done"), "sending"),
    "done": (noop("Done"), "sent"),
    "failed": (noop("Failed"), "failed"),
    "cancelled": (noop("Cancelled"), "cancelled"),
}
_LANGUAGES: Final = {"en": noop("English"), "zh": noop("Chinese")}
#: After so long without a turn a timed job is late.
_LATE: Final = timedelta(minutes=10)


class TimedJob(Protocol):
    """A timed job as the application lists it."""

    @property
    def name(self) -> str:
        """What it is called, an English text of the interface."""

    @property
    def every(self) -> timedelta:
        """Its interval."""

    @property
    def has_turns(self) -> bool:
        """Whether one worker alone runs it at a time, which leaves a row."""


@dataclass(frozen=True, slots=True)
class TimedRow:
    """A timed job with its last turn and its next."""

    name: str
    every: str
    last_at: datetime | None
    next_at: datetime
    state: str
    error: str
    failures: int


def title_of(name: str, language: str) -> str:
    """Return what a job makes, in words."""
    return translate(_WORDS[name], language) if name in _WORDS else name


def details_of(arguments: Mapping[str, Any], language: str) -> str:
    """Return period and language of a document; both are left out where a job has none."""
    parts = []
    if "first" in arguments:
        days = [long_date(_day(arguments[name]), language, with_weekday=False) for name in ("first", "last")]
        parts.append("–".join(dict.fromkeys(days)))
    if word := _LANGUAGES.get(str(arguments.get("language"))):
        parts.append(translate(word, language))
    return ("；" if language == "zh" else "; ").join(parts)


def _day(text: object) -> Any:
    return datetime.fromisoformat(str(text)).date()


def reason_of(error: str | None, language: str) -> str:
    """Return why a job failed, in the reader's language."""
    if not error:
        return ""
    found = json.loads(error)
    sentence, params = found["message"], found["params"]
    return translate(sentence, language, **params)


def every_text(every: timedelta, language: str) -> str:
    """Return an interval in words."""
    seconds = int(every.total_seconds())
    if seconds % 3600 == 0:
        number, message = seconds // 3600, noop("every %(number)s h")
    elif seconds % 60 == 0:
        number, message = seconds // 60, noop("every %(number)s min")
    else:
        number, message = seconds, noop("every %(number)s s")
    return translate(message, language, number=number)


def timed_rows(
    jobs: tuple[TimedJob, ...], turns: Mapping[str, TurnRow], now: datetime, language: str
) -> list[TimedRow]:
    """Return the jobs that have turns, in their order."""
    return [_timed_row(job, turns.get(job.name), now, language) for job in jobs if job.has_turns]


def _timed_row(job: TimedJob, turn: TurnRow | None, now: datetime, language: str) -> TimedRow:
    name = translate(job.name, language)
    begins = turn_of(job.every, now)
    if turn is None or (turn.started_at < begins and now - begins > _LATE):
        state = "late"
    elif turn.has_failed:
        state = "failed"
    elif turn.finished_at is None:
        state = "running"
    else:
        state = "done"
    return TimedRow(
        name=name[:1].upper() + name[1:],
        every=every_text(job.every, language),
        last_at=turn.started_at if turn else None,
        next_at=begins + job.every if turn and turn.started_at >= begins else now,
        state=state,
        error=(turn.error or "") if turn and turn.has_failed else "",
        failures=turn.failures if turn else 0,
    )
