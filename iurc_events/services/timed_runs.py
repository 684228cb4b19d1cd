"""Turns of timed jobs: who writes the row first runs the job (see ``iurc_events/jobs/timed.py``)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import delete, update

from iurc_events.database import db, in_transaction, insert_into, utc_now
from iurc_events.models.jobs import TimedRun

#: How long turns are kept: long enough to see what failed last week.
KEPT: Final = timedelta(days=7)
#: Turns of jobs that run every minute or so.
_FREQUENT_KEPT: Final = timedelta(days=1)


def turn_of(every: timedelta, now: datetime) -> datetime:
    """Return the begin of the turn that an instant lies in."""
    seconds = int(every.total_seconds())
    return datetime.fromtimestamp(int(now.timestamp()) // seconds * seconds, UTC)


@in_transaction
def take(name: str, turn: datetime, now: datetime) -> bool:
    """Take a turn; tell whether it was nobody's."""
    taken = db.session.execute(
        insert_into(TimedRun)
        .values(name=name, turn_starts_at=turn, started_at=now, has_failed=False)
        .on_conflict_do_nothing()
        .returning(TimedRun.name)
    )
    return taken.first() is not None


@in_transaction
def note_end(name: str, turn: datetime, now: datetime, failure: str | None) -> None:
    """Write how a turn ended.

    Args:
        failure: Name of the exception; None where all went well.
    """
    db.session.execute(
        update(TimedRun)
        .where(TimedRun.name == name, TimedRun.turn_starts_at == turn)
        .values(finished_at=now, has_failed=failure is not None, error=failure)
    )


@in_transaction
def forget_old(now: datetime | None = None) -> int:
    """Delete turns that nobody asks for any more; return how many."""
    moment = now or utc_now()
    gone = db.session.execute(delete(TimedRun).where(TimedRun.turn_starts_at < moment - KEPT))
    frequent = db.session.execute(
        delete(TimedRun).where(
            TimedRun.turn_starts_at < moment - _FREQUENT_KEPT,
            TimedRun.has_failed.is_(False),
            TimedRun.finished_at.is_not(None),
        )
    )
    return int(getattr(gone, "rowcount", 0)) + int(getattr(frequent, "rowcount", 0))
