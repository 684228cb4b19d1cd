"""Background work as people see it: administrators all, organisers that of their programmes (sec-1)."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, cast

from sqlalchemy import ColumnElement, and_, func, or_, select, true

from iurc_events.database import db
from iurc_events.domain.errors import NotFoundError
from iurc_events.domain.language_maps import LanguageMap
from iurc_events.domain.vocabulary import RoleName
from iurc_events.localisation import noop
from iurc_events.models.accounts import User
from iurc_events.models.cities import City
from iurc_events.models.delegations import Delegation
from iurc_events.models.events import Event
from iurc_events.models.jobs import BackgroundJob, TimedRun
from iurc_events.models.messages import Message
from iurc_events.models.people_imports import PeopleImport
from iurc_events.models.programmes import Programme
from iurc_events.queries import messages
from iurc_events.queries.organised_events import organised_by

#: For how long a list of people that failed is shown.
_RECENT: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class JobRow:
    """A job in the list."""

    public_id: uuid.UUID
    name: str
    arguments: dict[str, Any]
    state: str
    attempts: int
    done_steps: int
    all_steps: int | None
    error: str | None
    has_result: bool
    created_at: datetime
    finished_at: datetime | None
    event_title: LanguageMap | None
    programme_name: LanguageMap | None
    asked_by: str | None


@dataclass(frozen=True, slots=True)
class ListRow:
    """A list of people that is being entered, or that failed."""

    event_title: LanguageMap
    city_name: LanguageMap
    state: str
    done: int
    total: int
    made_at: datetime


@dataclass(frozen=True, slots=True)
class TurnRow:
    """What is known of a timed job."""

    name: str
    started_at: datetime
    finished_at: datetime | None
    has_failed: bool
    error: str | None
    failures: int


@dataclass(frozen=True, slots=True)
class MailQueue:
    """Messages that wait for the worker."""

    waiting: int
    oldest_due_at: datetime | None


@dataclass(frozen=True, slots=True)
class DueWork:
    """Since when the oldest work waits for a worker, in seconds; 0 where none does."""

    mail: int
    jobs: int
    lists: int

    @property
    def oldest(self) -> int:
        """Seconds for which the oldest of all waits."""
        return max(self.mail, self.jobs, self.lists)


def _readable_by(actor: User) -> ColumnElement[bool]:
    if actor.has_role(RoleName.ADMINISTRATOR):
        return true()
    return or_(
        BackgroundJob.programme_id.in_(actor.programme_ids(RoleName.ORGANISER)),
        and_(
            BackgroundJob.made_by_id == actor.id,
            BackgroundJob.programme_id.in_(actor.programme_ids(RoleName.FUNDER)),
        ),
    )


def get_job(actor: User, public_id: uuid.UUID) -> BackgroundJob:
    """Return a job that an actor may know of.

    Raises:
        NotFoundError: If there is none, or it is of somebody else's programme.
    """
    job = db.session.scalars(
        select(BackgroundJob).where(BackgroundJob.public_id == public_id, _readable_by(actor))
    ).one_or_none()
    if job is None:
        raise NotFoundError(noop("There is no such work among yours"))
    return job


def count_by_state(actor: User) -> dict[str, int]:
    """Return how many jobs an actor may know of in each state."""
    rows = db.session.execute(
        select(BackgroundJob.state, func.count()).where(_readable_by(actor)).group_by(BackgroundJob.state)
    )
    return dict(rows.all())


def list_jobs(actor: User, *, state: str | None = None, page: int = 1, per_page: int = 25) -> list[JobRow]:
    """Return a page of the jobs that an actor may know of, the newest first."""
    condition = _readable_by(actor)
    if state:
        condition = and_(condition, BackgroundJob.state == state)
    rows = db.session.execute(
        select(
            BackgroundJob.public_id,
            BackgroundJob.name,
            BackgroundJob.arguments,
            BackgroundJob.state,
            BackgroundJob.attempts,
            BackgroundJob.done_steps,
            BackgroundJob.all_steps,
            BackgroundJob.error,
            BackgroundJob.result_hash.is_not(None),
            BackgroundJob.created_at,
            BackgroundJob.finished_at,
            Event.title,
            Programme.name,
            User.name,
        )
        .outerjoin(Event, Event.id == BackgroundJob.event_id)
        .outerjoin(Programme, Programme.id == BackgroundJob.programme_id)
        .outerjoin(User, User.id == BackgroundJob.made_by_id)
        .where(condition)
        .order_by(BackgroundJob.id.desc())
        .limit(per_page)
        .offset((page - 1) * per_page)
    )
    return [JobRow(*cast("tuple[Any, ...]", row)) for row in rows]


def list_people_lists(actor: User, now: datetime, *, limit: int = 25) -> list[ListRow]:
    """Return lists of people that are being entered, and those that failed of late, in the actor's programmes."""
    rows = db.session.execute(
        select(
            Event.title,
            City.name,
            PeopleImport.state,
            PeopleImport.done_count,
            PeopleImport.row_count,
            PeopleImport.made_at,
        )
        .join(Delegation, Delegation.id == PeopleImport.delegation_id)
        .join(Event, Event.id == Delegation.event_id)
        .join(City, City.id == Delegation.city_id)
        .where(
            or_(
                PeopleImport.state == "entering",
                and_(PeopleImport.state == "failed", PeopleImport.finished_at > now - _RECENT),
            ),
            organised_by(actor),
        )
        .order_by(PeopleImport.id.desc())
        .limit(limit)
    )
    return [ListRow(*cast("tuple[Any, ...]", row)) for row in rows]


def list_turns() -> dict[str, TurnRow]:
    """Return the last turn of each timed job, with how many of the turns that are kept failed."""
    latest = (
        select(
            TimedRun.name.label("name"),
            func.max(TimedRun.turn_starts_at).label("turn"),
            func.count().filter(TimedRun.has_failed).label("failures"),
        )
        .group_by(TimedRun.name)
        .subquery()
    )
    rows = db.session.execute(
        select(
            TimedRun.name,
            TimedRun.started_at,
            TimedRun.finished_at,
            TimedRun.has_failed,
            TimedRun.error,
            latest.c.failures,
        ).join(latest, and_(latest.c.name == TimedRun.name, latest.c.turn == TimedRun.turn_starts_at))
    )
    return {row.name: TurnRow(*cast("tuple[Any, ...]", row)) for row in rows}


def last_turn_at() -> datetime | None:
    """Return when a worker last began a timed job."""
    return db.session.scalar(select(func.max(TimedRun.started_at)))


def count_mail(actor: User, now: datetime) -> MailQueue:
    """Return what waits to be sent in the actor's programmes; the oldest only if it is due."""
    waiting, oldest = db.session.execute(
        select(func.count(), func.min(Message.due_at)).where(Message.state == "queued", messages.readable_by(actor))
    ).one()
    return MailQueue(waiting, oldest if oldest and oldest <= now else None)


def measure_due(now: datetime, *, is_mail_sent: bool) -> DueWork:
    """Return for how long the oldest work waits for a worker.

    Args:
        is_mail_sent: Whether there is a mail server; without one mail is kept and waits for nobody.
    """

    def age(since: datetime | None) -> int:
        return max(0, int((now - since).total_seconds())) if since else 0

    mail = db.session.scalar(select(func.min(Message.due_at)).where(Message.state == "queued", Message.due_at <= now))
    jobs = db.session.scalar(
        select(func.min(BackgroundJob.created_at)).where(
            BackgroundJob.state == "queued", BackgroundJob.finished_at.is_(None)
        )
    )
    lists = db.session.scalar(
        select(func.min(PeopleImport.made_at)).where(PeopleImport.state == "entering", PeopleImport.done_count == 0)
    )
    return DueWork(age(mail) if is_mail_sent else 0, age(jobs), age(lists))
