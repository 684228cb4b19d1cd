"""Jobs that people ask for and workers do: a row of the asking transaction, a message to the queue after its commit.

The row is the truth. A worker takes it by writing its number of attempts, shows signs of life while it works, and may
write an outcome only while that number is still the row's: a job that was taken over has one outcome all the same.
Jobs carry keys and plain words, never anything about a person.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, delete, event, func, or_, select, update
from sqlalchemy.orm import Session

from iurc_events.config import settings
from iurc_events.database import db, in_transaction, utc_now
from iurc_events.domain.errors import DomainError
from iurc_events.localisation import noop
from iurc_events.models.accounts import User
from iurc_events.models.jobs import BackgroundJob
from iurc_events.services import audit, job_queue, storage

#: Wait after the first, second … failure; after the last one the job has failed.
BACK_OFF: Final = (timedelta(seconds=20), timedelta(minutes=2))
#: A running job without a sign of life for so long is taken over.
LEFT_BEHIND: Final = timedelta(seconds=20)
#: How often a worker that dies with a job may be followed by another.
MOST_ATTEMPTS: Final = 5
#: How long a result is kept, and the line about a job.
RESULT_KEPT: Final = storage.RESULT_KEPT
JOB_KEPT: Final = timedelta(days=30)
#: Jobs that one person may have on the way.
MOST_AT_ONCE: Final = 20
_TO_SEND: Final = "background jobs to send"
DIED = noop("The worker ended in the middle, %(count)s times.")
UNEXPECTED = noop("Something unexpected happened (%(name)s). Those who run this site find the reason in its log.")


class TooManyJobsError(DomainError):
    """Somebody has too many jobs on the way."""


class NotPossibleError(DomainError):
    """The job is not in a state in which this can be done."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A job that this worker alone may do now."""

    key: int
    attempts: int
    name: str
    arguments: Mapping[str, Any]
    made_by_id: int | None


@dataclass(frozen=True, slots=True)
class Result:
    """A file that a job made."""

    data: bytes
    file_name: str
    content_type: str


# --- What people do ---------------------------------------------------------------------------------------------------


@in_transaction
def ask(
    name: str, arguments: Mapping[str, Any], *, actor: User, programme_id: int | None, event_id: int | None = None
) -> BackgroundJob:
    """Ask for a job; the same one that is still on its way is returned instead of a second.

    Args:
        name: Of a task in ``iurc_events/jobs/tasks.py``.
        arguments: Keys and plain words only.
        programme_id: Whose organisers may see it; None: administrators only.

    Raises:
        TooManyJobsError: If the person has too many on the way.
    """
    db.session.scalars(select(User.id).where(User.id == actor.id).with_for_update()).one()  # one request at a time
    on_the_way = db.session.scalars(
        select(BackgroundJob).where(
            BackgroundJob.made_by_id == actor.id, BackgroundJob.state.in_(("queued", "running"))
        )
    ).all()
    for job in on_the_way:
        if (job.name, job.arguments) == (name, dict(arguments)):
            return job
    if len(on_the_way) >= MOST_AT_ONCE:
        raise TooManyJobsError(
            noop("%(count)s documents of yours are on the way. Wait until some are done."), count=len(on_the_way)
        )
    job = BackgroundJob(
        name=name, arguments=dict(arguments), programme_id=programme_id, event_id=event_id, made_by_id=actor.id
    )
    db.session.add(job)
    db.session.flush()
    _send_after_commit([job.id])
    return job


def _locked(key: int) -> BackgroundJob:
    return db.session.scalars(
        select(BackgroundJob).where(BackgroundJob.id == key).with_for_update().execution_options(populate_existing=True)
    ).one()


@in_transaction
def cancel(key: int, *, actor: User, now: datetime | None = None) -> BackgroundJob:
    """Cancel a job; one that runs stops at its next step.

    Raises:
        NotPossibleError: If it has ended already.
    """
    job = _locked(key)
    if job.state not in ("queued", "running"):
        raise NotPossibleError(noop("This has ended already."))
    if job.state == "queued":
        job.finished_at = now or utc_now()
    job.state = "cancelled"
    audit.record("job cancelled", "job", job.public_id, actor_id=actor.id, programme_id=job.programme_id)
    return job


@in_transaction
def retry(key: int, *, actor: User) -> BackgroundJob:
    """Begin a job anew that failed, was cancelled, or whose result is no longer kept.

    Raises:
        NotPossibleError: If it is on its way or its result is there.
    """
    job = _locked(key)
    if job.state in ("queued", "running") or (job.state == "done" and job.result_hash):
        raise NotPossibleError(noop("This is on its way or done."))
    job.state, job.attempts, job.done_steps, job.all_steps = "queued", 0, 0, None
    job.error = job.started_at = job.seen_at = job.finished_at = None
    job.created_at = utc_now()
    audit.record("job begun anew", "job", job.public_id, actor_id=actor.id, programme_id=job.programme_id)
    _send_after_commit([job.id])
    return job


# --- What workers do --------------------------------------------------------------------------------------------------


def is_due(now: datetime) -> ColumnElement[bool]:
    """Return the condition that a worker may begin a job now, for the first time or again."""
    waited = [
        and_(BackgroundJob.attempts == number, BackgroundJob.finished_at <= now - wait)
        for number, wait in enumerate(BACK_OFF, 1)
    ]
    return or_(
        and_(BackgroundJob.state == "queued", or_(BackgroundJob.finished_at.is_(None), *waited)),
        and_(BackgroundJob.state == "running", BackgroundJob.seen_at < now - LEFT_BEHIND),
    )


@in_transaction
def claim(key: int, now: datetime) -> Claim | None:
    """Take a job, so that no other worker does it; None where it is not due."""
    job = db.session.scalars(
        select(BackgroundJob)
        .where(BackgroundJob.id == key, is_due(now))
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if job is None:
        return None
    if job.state == "running" and job.attempts >= MOST_ATTEMPTS:
        _fail(job, noop_error(DIED, count=job.attempts), now)
        return None
    job.state, job.attempts = "running", job.attempts + 1
    job.started_at = job.seen_at = now
    job.finished_at, job.done_steps = None, 0
    return Claim(job.id, job.attempts, job.name, job.arguments, job.made_by_id)


def noop_error(message: str, **params: object) -> str:
    """Return a reason as it is stored: the English sentence and its values, to be said in the reader's language."""
    return json.dumps({"message": message, "params": {key: str(value) for key, value in params.items()}})


def _still_mine(claimed: Claim) -> ColumnElement[bool]:
    return and_(
        BackgroundJob.id == claimed.key,
        BackgroundJob.state == "running",
        BackgroundJob.attempts == claimed.attempts,
    )


@in_transaction
def show_life(claimed: Claim, now: datetime, *, done_steps: int | None = None, all_steps: int | None = None) -> bool:
    """Write that a worker is alive and how far it is; tell whether the job is still wanted of it."""
    values: dict[str, Any] = {"seen_at": now}
    if done_steps is not None:
        values |= {"done_steps": done_steps, "all_steps": all_steps}
    changed = db.session.execute(update(BackgroundJob).where(_still_mine(claimed)).values(values))
    return bool(getattr(changed, "rowcount", 0))


@in_transaction
def finish(claimed: Claim, result: Result | None, now: datetime) -> bool:
    """Write the result of a job, unless it was cancelled or taken over; tell whether it counts."""
    values: dict[str, Any] = {"state": "done", "finished_at": now, "error": None}
    job = db.session.scalars(select(BackgroundJob.id).where(_still_mine(claimed)).with_for_update()).one_or_none()
    if job is None:
        _note_stopped(claimed, now)
        return False
    if result is not None:
        values |= {
            "result_name": result.file_name,
            "result_type": result.content_type,
            "result_hash": storage.put(result.data),
        }
    db.session.execute(
        update(BackgroundJob)
        .where(BackgroundJob.id == job)
        .values(values | {"done_steps": func.coalesce(BackgroundJob.all_steps, BackgroundJob.done_steps)})
    )
    return True


def _fail(job: BackgroundJob, error: str, now: datetime) -> None:
    job.state, job.error, job.finished_at = "failed", error, now


@in_transaction
def give_back(claimed: Claim, now: datetime, *, error: str | None, is_final: bool = False) -> str:
    """Put a job back after a failure, to be tried again after a while, or end it as failed; return its state.

    Args:
        error: The reason as :func:`noop_error` writes it; None where the worker was told to end: not the job's fault.
        is_final: Whether trying again is of no use.
    """
    job = db.session.scalars(
        select(BackgroundJob).where(_still_mine(claimed)).with_for_update().execution_options(populate_existing=True)
    ).one_or_none()
    if job is None:
        return _note_stopped(claimed, now)
    job.seen_at = None
    if error is None:
        job.state, job.attempts, job.started_at = "queued", job.attempts - 1, None
        job.finished_at = None
        _send_after_commit([job.id])
    elif is_final or job.attempts > len(BACK_OFF):
        _fail(job, error, now)
    else:
        job.state, job.error, job.finished_at = "queued", error, now
    return job.state


def _note_stopped(claimed: Claim, now: datetime) -> str:
    """Write when a cancelled job came to its end."""
    changed = db.session.execute(
        update(BackgroundJob)
        .where(
            BackgroundJob.id == claimed.key,
            BackgroundJob.state == "cancelled",
            BackgroundJob.attempts == claimed.attempts,
            BackgroundJob.finished_at.is_(None),
        )
        .values(finished_at=now)
    )
    return "cancelled" if getattr(changed, "rowcount", 0) else "taken over"


def list_due(now: datetime, *, limit: int = 200) -> list[int]:
    """Return the keys of jobs that a worker may begin, the oldest first."""
    rows = db.session.scalars(select(BackgroundJob.id).where(is_due(now)).order_by(BackgroundJob.id).limit(limit))
    keys = list(rows)
    db.session.rollback()
    return keys


# --- Messages and tidying ---------------------------------------------------------------------------------------------


def _send_after_commit(keys: Iterable[int]) -> None:
    db.session().info.setdefault(_TO_SEND, []).extend(keys)


@event.listens_for(db.session, "after_commit")
def _after_commit(session: Session) -> None:
    if keys := session.info.pop(_TO_SEND, None):
        job_queue.send(settings(), *keys)


@event.listens_for(db.session, "after_rollback")
def _after_rollback(session: Session) -> None:
    session.info.pop(_TO_SEND, None)


@in_transaction
def forget_old(now: datetime | None = None) -> int:
    """Take away results after a day and jobs after a month; note cancelled jobs whose worker is gone."""
    moment = now or utc_now()
    is_old = and_(BackgroundJob.result_hash.is_not(None), BackgroundJob.finished_at < moment - RESULT_KEPT)
    storage.forget(db.session.scalars(select(BackgroundJob.result_hash).where(is_old)).all())  # type: ignore[arg-type]  # not None, see the condition
    changed = db.session.execute(update(BackgroundJob).where(is_old).values(result_hash=None))
    db.session.execute(
        update(BackgroundJob)
        .where(BackgroundJob.state == "cancelled", BackgroundJob.finished_at.is_(None))
        .where(BackgroundJob.seen_at < moment - LEFT_BEHIND)
        .values(finished_at=moment)
    )
    db.session.execute(delete(BackgroundJob).where(BackgroundJob.finished_at < moment - JOB_KEPT))
    return int(getattr(changed, "rowcount", 0))


@in_transaction
def forget_results() -> None:
    """Take all results away: they may name somebody who was erased."""
    is_there = BackgroundJob.result_hash.is_not(None)
    storage.forget(db.session.scalars(select(BackgroundJob.result_hash).where(is_there)).all())  # type: ignore[arg-type]  # as above
    db.session.execute(update(BackgroundJob).where(is_there).values(result_hash=None))
