"""What calendar feeds hold: one indexed read for the version, one for the stored texts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, false, func, or_, select

from iurc_events.database import db
from iurc_events.domain.language_maps import LanguageMap
from iurc_events.models.accounts import User
from iurc_events.models.calendar_feeds import CalendarEntry, CalendarSubscription, FeedVersion, FollowedEvent
from iurc_events.models.cities import City, CityPair, PairCity
from iurc_events.models.delegations import Delegation, FocalPoint
from iurc_events.models.events import Event, EventMembership
from iurc_events.models.participants import Participant
from iurc_events.models.programmes import Programme, Theme
from iurc_events.models.speakers import Speaker

Fragment = tuple[str | None, bytes]


@dataclass(frozen=True, slots=True)
class FeedSubject:
    """What a feed is about. ``name`` is a language map; ``version`` and ``revised_at`` rise with every change."""

    kind: str
    id: int
    slug: str
    name: LanguageMap
    version: int
    revised_at: datetime | None


_FOLDERS = {"programme": "programmes", "city": "cities", "pair": "pairs", "theme": "themes", "event": "events"}
_TABLES: dict[str, Any] = {"programme": Programme, "city": City, "theme": Theme}


def _version_of(kind: str, slug: str) -> tuple[int, datetime | None]:
    row = db.session.execute(
        select(FeedVersion.version, FeedVersion.revised_at).where(FeedVersion.feed == f"{_FOLDERS[kind]}/{slug}")
    ).one_or_none()
    return (row.version, row.revised_at) if row else (0, None)


def _pair_name(pair_id: int) -> LanguageMap:
    names = list(
        db.session.scalars(
            select(City.name)
            .join(PairCity, PairCity.city_id == City.id)
            .where(PairCity.pair_id == pair_id)
            .order_by(PairCity.position)
        )
    )
    return {
        language: joint.join(name.get(language) or name["en"] for name in names)
        for language, joint in (("en", "–"), ("zh", "—"))
    }


def find_subject(kind: str, slug: str) -> FeedSubject | None:
    """Find what a feed is about; a draft that was never published is about nothing.

    The version is read before anything else, so that old texts are never kept under a new version.
    """
    version, revised_at = _version_of(kind, slug)
    if kind == "event":
        found = db.session.execute(
            select(Event.id, Event.title).where(Event.slug == slug, Event.first_published_at.is_not(None))
        ).one_or_none()
        return FeedSubject(kind, found.id, slug, found.title, version, revised_at) if found else None
    if kind == "pair":
        pair_id = db.session.scalar(select(CityPair.id).where(CityPair.slug == slug))
        return FeedSubject(kind, pair_id, slug, _pair_name(pair_id), version, revised_at) if pair_id else None
    table = _TABLES[kind]
    found = db.session.execute(select(table.id, table.name).where(table.slug == slug)).one_or_none()
    return FeedSubject(kind, found.id, slug, found.name, version, revised_at) if found else None


def _fragments(statement: Select[str | None, bytes]) -> list[Fragment]:
    rows = db.session.execute(statement.order_by(CalendarEntry.starts_at, CalendarEntry.event_id))
    return [(zone, body) for zone, body in rows]


def _texts(language: str, now: datetime) -> Select[str | None, bytes]:
    return select(CalendarEntry.zone, CalendarEntry.body).where(
        CalendarEntry.language == language,
        or_(CalendarEntry.leaves_at.is_(None), CalendarEntry.leaves_at > now),
    )


def list_fragments(subject: FeedSubject, language: str, *, since: datetime, now: datetime) -> list[Fragment]:
    """Return the stored texts of a feed in the order of their start.

    Args:
        since: What ended before this instant is left out; a single event's feed has no such window.
        now: Withdrawn events that left before this instant are left out.
    """
    statement = _texts(language, now)
    if subject.kind == "event":
        return _fragments(statement.where(CalendarEntry.event_id == subject.id))
    return _fragments(
        statement.join(EventMembership, EventMembership.event_id == CalendarEntry.event_id).where(
            EventMembership.subject_kind == subject.kind,
            EventMembership.subject_id == subject.id,
            CalendarEntry.ends_at >= since,
        )
    )


def find_subscription(token_hash: bytes) -> tuple[CalendarSubscription, User] | None:
    """Find a personal feed by the hash of its token; a revoked one is found, to be answered as gone."""
    row = db.session.execute(
        select(CalendarSubscription, User)
        .join(User, User.id == CalendarSubscription.user_id)
        .where(CalendarSubscription.token_hash == token_hash, User.is_disabled.is_(False))
    ).one_or_none()
    return (row[0], row[1]) if row else None


def _may_join(user: User) -> ColumnElement[bool]:
    """Return the condition that a user may have an event's join links: registered, speaker, own delegate, organiser."""
    registered = exists().where(
        Participant.event_id == Event.id,
        Participant.email == user.email,
        Participant.state.in_(("registered", "confirmed")),
    )
    speaking = exists().where(Speaker.event_id == Event.id, Speaker.email == user.email, Speaker.state == "accepted")
    answering = (
        exists()
        .where(Delegation.event_id == Event.id, Delegation.state != "declined")
        .where(FocalPoint.delegation_id == Delegation.id, FocalPoint.user_id == user.id)
    )
    organised = [role.programme_id for role in user.roles if role.name == "organiser"]
    organising = Event.programme_id.in_(organised) if organised else false()
    return or_(registered, speaking, answering, organising)


def list_personal_fragments(user: User, language: str, *, since: datetime, now: datetime) -> list[Fragment]:
    """Return the texts of "mine": followed, registered, speaking, answering for a city, organising."""
    may_join = _may_join(user)
    follows = exists().where(FollowedEvent.event_id == Event.id, FollowedEvent.user_id == user.id)
    public = CalendarEntry.language == language
    private = CalendarEntry.language == f"{language}+join"
    other = CalendarEntry.__table__.alias("other")
    has_private = exists().where(other.c.event_id == Event.id, other.c.language == f"{language}+join")
    chosen = or_(private & may_join, public & (~may_join | ~has_private))
    return _fragments(
        select(CalendarEntry.zone, CalendarEntry.body)
        .join(Event, Event.id == CalendarEntry.event_id)
        .where(
            or_(CalendarEntry.leaves_at.is_(None), CalendarEntry.leaves_at > now),
            CalendarEntry.ends_at >= since,
            or_(may_join, follows),
            chosen,
        )
    )


def last_personal_change() -> datetime | None:
    """Return when any calendar text last changed."""
    return db.session.scalar(select(func.max(CalendarEntry.revised_at)))


def is_withdrawn_event(event_id: int) -> bool:
    """Tell whether a once public event was withdrawn or deleted."""
    statement = select(Event.id).where(
        Event.id == event_id, or_(Event.unpublished_at.is_not(None), Event.deleted_at.is_not(None))
    )
    return db.session.scalar(statement) is not None


def list_subscriptions(user_id: int) -> list[CalendarSubscription]:
    """Return a person's calendar addresses that still work, the newest first."""
    statement = (
        select(CalendarSubscription)
        .where(CalendarSubscription.user_id == user_id, CalendarSubscription.revoked_at.is_(None))
        .order_by(CalendarSubscription.id.desc())
    )
    return list(db.session.scalars(statement))


def is_followed(user_id: int, event_id: int) -> bool:
    """Tell whether a user put an event into their own calendar."""
    return db.session.get(FollowedEvent, (user_id, event_id)) is not None
