"""What an organiser's overview tells: figures, and what needs attention; one question to the database for each."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, String, and_, cast, func, or_, select
from sqlalchemy.orm import aliased

from iurc_events.database import db
from iurc_events.domain.language_maps import LanguageMap
from iurc_events.domain.vocabulary import EventState, Qualifier, RoleName
from iurc_events.models.accounts import User
from iurc_events.models.agendas import AgendaItem, Contribution, EventSession, ItemCity
from iurc_events.models.change_requests import ChangeRequest
from iurc_events.models.cities import CityProgramme
from iurc_events.models.delegations import Delegation
from iurc_events.models.events import Event, EventMembership
from iurc_events.models.messages import Message
from iurc_events.models.speakers import Speaker
from iurc_events.queries import privacy
from iurc_events.queries.counts import sum_reported
from iurc_events.queries.organised_events import ANSWERED_STATES, organised_by, unconfirmed

LIMIT = 5
#: A deadline is near from so many days before on.
NEAR = timedelta(days=7)
_TALKS = ("keynote", "talk", "presentation", "welcome", "remarks")


@dataclass(frozen=True, slots=True)
class EventName:
    """An event, with how many of something it has."""

    slug: str
    title: LanguageMap
    count: int = 1


@dataclass(frozen=True, slots=True)
class Clash:
    """A person or room that is taken twice at the same time."""

    name: LanguageMap
    first: EventName
    second: EventName


@dataclass(frozen=True, slots=True)
class Attention:
    """All that needs a decision, in the order of urgency."""

    person_clashes: list[Clash]
    room_clashes: list[Clash]
    overdue: list[EventName]
    due_soon: list[EventName]
    unconfirmed: list[EventName]
    unnamed: list[EventName]
    undecided: list[EventName]
    asked_changes: list[EventName]
    failed_mails: int
    missing_zh: list[EventName]
    missing_en: list[EventName]
    #: Erasures of personal data that were asked for and wait for a decision.
    erasures_asked: int = 0
    #: Events whose names go within thirty days.
    names_going: list[EventName] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Figures:
    """The four figures of the overview."""

    held: int
    events: int
    cities_active: int
    cities_listed: int
    participants: int | None
    qualifier: str
    counted: int
    waiting: int
    overdue: int


def _open(actor: User, now: datetime) -> ColumnElement[bool]:
    """Return the condition that an event of the actor's is still to come and not off."""
    return and_(
        organised_by(actor),
        Event.deleted_at.is_(None),
        Event.state.in_([EventState.DRAFT.value, EventState.PUBLISHED.value, EventState.POSTPONED.value]),
        or_(Event.ends_at.is_(None), Event.ends_at > now),
    )


def _person_clashes(actor: User, now: datetime) -> list[Clash]:
    one, other, other_event = aliased(Speaker), aliased(Speaker), aliased(Event)
    rows = db.session.execute(
        select(one.name, Event.slug, Event.title, other_event.slug, other_event.title)
        .join(one, one.event_id == Event.id)
        .join(other, and_(other.person_id == one.person_id, other.event_id > one.event_id))
        .join(other_event, other_event.id == other.event_id)
        .where(
            _open(actor, now),
            one.state == "accepted",
            other.state == "accepted",
            other_event.deleted_at.is_(None),
            other_event.programme_id == Event.programme_id,
            other_event.state.in_([EventState.DRAFT.value, EventState.PUBLISHED.value]),
            Event.state != EventState.POSTPONED.value,
            Event.time_precision == "minute",
            other_event.time_precision == "minute",
            Event.starts_at < other_event.ends_at,
            other_event.starts_at < Event.ends_at,
        )
        .order_by(Event.starts_at, Event.id)
        .limit(LIMIT)
    )
    return [Clash(name, EventName(a, b), EventName(c, d)) for name, a, b, c, d in rows]


def _room_clashes(actor: User, now: datetime) -> list[Clash]:
    one, other = aliased(EventSession), aliased(EventSession)
    rows = db.session.execute(
        select(one.room, Event.slug, one.title, other.title)
        .join(one, one.event_id == Event.id)
        .join(other, and_(other.event_id == one.event_id, other.id > one.id))
        .where(
            _open(actor, now),
            one.room.is_not(None),
            cast(one.room, String) == cast(other.room, String),
            one.time_precision == "minute",
            other.time_precision == "minute",
            one.starts_at < other.ends_at,
            other.starts_at < one.ends_at,
        )
        .order_by(one.starts_at, one.id)
        .limit(LIMIT)
    )
    return [Clash(room or {}, EventName(slug, first), EventName(slug, second)) for room, slug, first, second in rows]


def _delegations(actor: User, now: datetime, *conditions: ColumnElement[bool]) -> list[EventName]:
    rows = db.session.execute(
        select(Event.slug, Event.title, func.count())
        .join(Delegation, Delegation.event_id == Event.id)
        .where(_open(actor, now), Delegation.state.not_in(ANSWERED_STATES), *conditions)
        .group_by(Event.id)
        .order_by(func.min(Delegation.deadline_on), Event.id)
    )
    return [EventName(*row) for row in rows]


def _unnamed(actor: User, now: datetime) -> list[EventName]:
    rows = db.session.execute(
        select(Event.slug, Event.title, func.count())
        .join(EventSession, EventSession.event_id == Event.id)
        .join(AgendaItem, AgendaItem.session_id == EventSession.id)
        .where(
            _open(actor, now),
            AgendaItem.kind.in_(_TALKS),
            ~select(Contribution.id).where(Contribution.item_id == AgendaItem.id).exists(),
            select(ItemCity.item_id).where(ItemCity.item_id == AgendaItem.id).exists(),
        )
        .group_by(Event.id)
        .order_by(Event.starts_at, Event.id)
    )
    return [EventName(*row) for row in rows]


def _undecided(actor: User, now: datetime) -> list[EventName]:
    rows = db.session.execute(
        select(Event.slug, Event.title, func.count())
        .join(Speaker, Speaker.event_id == Event.id)
        .where(_open(actor, now), Speaker.state == "nominated")
        .group_by(Event.id)
        .order_by(Event.starts_at, Event.id)
    )
    return [EventName(*row) for row in rows]


def _asked_changes(actor: User, now: datetime) -> list[EventName]:
    rows = db.session.execute(
        select(Event.slug, Event.title, func.count())
        .join(Delegation, Delegation.event_id == Event.id)
        .join(ChangeRequest, ChangeRequest.delegation_id == Delegation.id)
        .where(_open(actor, now), ChangeRequest.state == "asked")
        .group_by(Event.id)
        .order_by(Event.starts_at, Event.id)
    )
    return [EventName(*row) for row in rows]


def _missing(actor: User, now: datetime, language: str) -> list[EventName]:
    rows = db.session.execute(
        select(Event.slug, Event.title)
        .where(_open(actor, now), func.coalesce(Event.title[language].as_string(), "") == "")
        .order_by(Event.starts_at, Event.id)
    )
    return [EventName(*row) for row in rows]


def list_attention(actor: User, now: datetime) -> Attention:
    """Return what needs an organiser's decision."""
    today = now.date()
    unheld = db.session.execute(
        select(Event.slug, Event.title)
        .where(organised_by(actor), Event.deleted_at.is_(None), unconfirmed(now))
        .order_by(Event.ends_at.desc())
    )
    failed = select(func.count()).select_from(Message).where(Message.state.in_(("failed", "bounced")))
    if not actor.has_role(RoleName.ADMINISTRATOR):
        failed = failed.where(Message.programme_id.in_(actor.programme_ids(RoleName.ORGANISER)))
    return Attention(
        person_clashes=_person_clashes(actor, now),
        room_clashes=_room_clashes(actor, now),
        overdue=_delegations(actor, now, Delegation.deadline_on < today.isoformat()),
        due_soon=_delegations(actor, now, _is_near(today)),
        unconfirmed=[EventName(*row) for row in unheld],
        unnamed=_unnamed(actor, now),
        undecided=_undecided(actor, now),
        asked_changes=_asked_changes(actor, now),
        failed_mails=db.session.scalar(failed) or 0,
        missing_zh=_missing(actor, now, "zh"),
        missing_en=_missing(actor, now, "en"),
        erasures_asked=privacy.count_open_requests(actor),
        names_going=[EventName(slug, title) for slug, title, _ in privacy.list_names_going(actor, now)],
    )


def _is_near(today: date) -> ColumnElement[bool]:
    return Delegation.deadline_on.between(today.isoformat(), (today + NEAR).isoformat())


def get_figures(actor: User, now: datetime) -> Figures:
    """Count what the overview shows, over all programmes of an organiser."""
    own = and_(organised_by(actor), Event.deleted_at.is_(None))
    listed = select(CityProgramme.city_id)
    if not actor.has_role(RoleName.ADMINISTRATOR):
        listed = listed.where(CityProgramme.programme_id.in_(actor.programme_ids(RoleName.ORGANISER)))
    is_held = Event.state == EventState.HELD.value
    held, events = db.session.execute(
        select(func.count().filter(is_held), func.count()).select_from(Event).where(own)
    ).one()
    active = db.session.scalar(
        select(func.count(func.distinct(EventMembership.subject_id)))
        .join(Event, Event.id == EventMembership.event_id)
        .where(own, is_held, EventMembership.subject_kind == "city", EventMembership.subject_id.in_(listed))
    )
    waiting, overdue = db.session.execute(
        select(
            func.count(),
            func.count().filter(Delegation.deadline_on < now.date().isoformat()),
        )
        .select_from(Delegation)
        .join(Event, Event.id == Delegation.event_id)
        .where(_open(actor, now), Delegation.state.not_in(ANSWERED_STATES))
    ).one()
    reported = sum_reported("participants", own, is_held)
    return Figures(
        held=held,
        events=events,
        cities_active=active or 0,
        cities_listed=db.session.scalar(select(func.count(func.distinct(listed.subquery().c.city_id)))) or 0,
        participants=reported.value if reported else None,
        qualifier=reported.qualifier if reported else Qualifier.EXACTLY.value,
        counted=reported.parts if reported else 0,
        waiting=waiting,
        overdue=overdue,
    )
