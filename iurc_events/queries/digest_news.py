"""What is new in a programme: events published, moved, cancelled, and those that come soon."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from iurc_events.database import db
from iurc_events.models.events import Event, EventMembership, EventMove
from iurc_events.models.mailings import DigestSubscription
from iurc_events.models.programmes import Programme
from iurc_events.models.revisions import Revision


@dataclass(frozen=True, slots=True)
class ProgrammeNews:
    """Events with the moment of what is new of them; ``coming`` in the order of their start."""

    new: tuple[tuple[datetime, Event], ...]
    moved: tuple[tuple[datetime, Event], ...]
    cancelled: tuple[tuple[datetime, Event], ...]
    coming: tuple[Event, ...]


def list_news(programme_id: int, *, since: datetime, now: datetime, until: datetime) -> ProgrammeNews:
    """Return what is new in a programme since a moment, and what begins until another."""
    of_programme = select(EventMembership.event_id).where(
        EventMembership.subject_kind == "programme", EventMembership.subject_id == programme_id
    )
    there = (Event.id.in_(of_programme), Event.deleted_at.is_(None))
    new = db.session.scalars(
        select(Event)
        .where(*there, Event.state == "published", Event.first_published_at > since, Event.ends_at > now)
        .order_by(Event.starts_at, Event.id)
    ).all()
    moves = (
        select(EventMove.event_id, func.max(EventMove.moved_at).label("at"))
        .where(EventMove.moved_at > since)
        .group_by(EventMove.event_id)
        .subquery()
    )
    moved = db.session.execute(
        select(moves.c.at, Event)
        .join(Event, Event.id == moves.c.event_id)
        .where(*there, Event.state.in_(("published", "postponed")), Event.ends_at > since)
        .order_by(Event.starts_at, Event.id)
    ).all()
    ends = (
        select(Revision.event_id, func.max(Revision.made_at).label("at"))
        .where(Revision.made_at > since, Revision.action == "event cancelled")
        .group_by(Revision.event_id)
        .subquery()
    )
    cancelled = db.session.execute(
        select(ends.c.at, Event)
        .join(Event, Event.id == ends.c.event_id)
        .where(*there, Event.state == "cancelled")
        .order_by(Event.starts_at, Event.id)
    ).all()
    coming = db.session.scalars(
        select(Event)
        .where(*there, Event.state == "published", Event.starts_at > now, Event.starts_at <= until)
        .order_by(Event.starts_at, Event.id)
    ).all()
    return ProgrammeNews(
        tuple((event.first_published_at or now, event) for event in new),
        tuple((at, event) for at, event in moved),
        tuple((at, event) for at, event in cancelled),
        tuple(coming),
    )


def list_subscriptions(now: datetime, periods: dict[str, timedelta]) -> list[tuple[int, int]]:
    """Return user and programme of the digests that are due."""
    last = func.coalesce(DigestSubscription.last_sent_at, DigestSubscription.created_at)
    rows: list[Any] = []
    for period, length in periods.items():
        rows += db.session.execute(
            select(DigestSubscription.user_id, DigestSubscription.programme_id).where(
                DigestSubscription.period == period, last <= now - length
            )
        ).all()
    return [(user_id, programme_id) for user_id, programme_id in rows]


def list_programmes() -> list[Programme]:
    """Return the programmes whose news can be had, in their order."""
    return list(db.session.scalars(select(Programme).order_by(Programme.position, Programme.id)))
