"""Events as their organisers find them: through the actor, never by the address alone (sec-1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true

from iurc_events.database import db
from iurc_events.domain.errors import NotFoundError
from iurc_events.domain.language_maps import LanguageMap
from iurc_events.domain.search_text import query_phrases
from iurc_events.domain.time_slots import TimeSlot
from iurc_events.domain.vocabulary import DelegationState, EventState, RoleName
from iurc_events.localisation import noop
from iurc_events.models.accounts import User
from iurc_events.models.delegations import Delegation
from iurc_events.models.events import Event, EventProgramme, EventSearchText, FormerSlug
from iurc_events.models.programmes import Programme

#: Delegations that have answered, one way or the other.
ANSWERED_STATES = (
    DelegationState.SUBMITTED.value,
    DelegationState.CONFIRMED.value,
    DelegationState.DECLINED.value,
)


def organised_by(actor: User) -> ColumnElement[bool]:
    """Return the condition that an actor organises an event: its programme is one of theirs."""
    if actor.has_role(RoleName.ADMINISTRATOR):
        return true()
    return Event.programme_id.in_(actor.programme_ids(RoleName.ORGANISER))


def is_organised_by(actor: User, event: Event) -> bool:
    """Tell whether an actor organises an event that is at hand."""
    return actor.has_role(RoleName.ADMINISTRATOR) or event.programme_id in actor.programme_ids(RoleName.ORGANISER)


def readable_by(actor: User) -> ColumnElement[bool]:
    """Return the condition that an actor reads reports of an event, as organiser or funder of a programme it is in."""
    if actor.has_role(RoleName.ADMINISTRATOR):
        return true()
    programmes = (*actor.programme_ids(RoleName.ORGANISER), *actor.programme_ids(RoleName.FUNDER))
    also = select(EventProgramme.event_id).where(EventProgramme.programme_id.in_(programmes))
    return or_(Event.programme_id.in_(programmes), Event.id.in_(also))


def get_event_organised_by(actor: User, slug: str) -> Event:
    """Return an event of the actor's programmes.

    Raises:
        NotFoundError: If there is none, or it is somebody else's.
    """
    event = db.session.scalars(
        select(Event).where(Event.slug == slug, Event.deleted_at.is_(None), organised_by(actor))
    ).one_or_none()
    if event is None:
        raise NotFoundError(noop("There is no such event among yours"))
    return event


def get_event_for_update(event_id: int) -> Event:
    """Return an event and keep other writers out until the transaction ends.

    Raises:
        NotFoundError: If it was deleted.
    """
    event = db.session.scalars(
        select(Event)
        .where(Event.id == event_id, Event.deleted_at.is_(None))
        .with_for_update(of=Event, key_share=True)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if event is None:
        raise NotFoundError(noop("The event was deleted"))
    return event


def find_current_slug(actor: User, former: str) -> str | None:
    """Find the address that one of the actor's events has now, by one that it had."""
    return db.session.scalars(
        select(Event.slug)
        .join(FormerSlug, FormerSlug.event_id == Event.id)
        .where(FormerSlug.slug == former, Event.deleted_at.is_(None), organised_by(actor))
    ).one_or_none()


@dataclass(frozen=True, slots=True)
class EventFilter:
    """What a list of events is narrowed to; empty means no limit.

    ``state`` may also be ``unconfirmed``: past, and nobody said whether it took place. Days are both inclusive.
    """

    states: tuple[str, ...] = ()
    query: str = ""
    first_day: str = ""
    last_day: str = ""
    programme_id: int | None = None


@dataclass(frozen=True, slots=True)
class OrganisedEvent:
    """An event in the organiser's list."""

    slug: str
    title: LanguageMap
    state: str
    slot: TimeSlot | None
    reference_zones: list[dict[str, Any]]
    programme_name: LanguageMap
    kind: str
    capacity: int | None
    seats_taken: int
    answered: int
    invited: int
    is_unconfirmed: bool
    was_withdrawn: bool


def unconfirmed(now: datetime) -> ColumnElement[bool]:
    """Return the condition that an event is past and nobody said whether it took place."""
    return and_(Event.state == EventState.PUBLISHED.value, Event.ends_at <= now)


def _conditions(actor: User, wanted: EventFilter, now: datetime) -> list[ColumnElement[bool]]:
    conditions = [Event.deleted_at.is_(None), organised_by(actor)]
    if wanted.states:
        chosen: list[ColumnElement[bool]] = [
            Event.state.in_([state for state in wanted.states if state != "unconfirmed"])
        ]
        if "unconfirmed" in wanted.states:
            chosen.append(unconfirmed(now))
        conditions.append(or_(*chosen))
    if wanted.first_day:
        conditions.append(or_(Event.last_day.is_(None), Event.last_day >= wanted.first_day))
    if wanted.last_day:
        conditions.append(or_(Event.first_day.is_(None), Event.first_day <= wanted.last_day))
    if wanted.programme_id is not None:
        conditions.append(Event.programme_id == wanted.programme_id)
    for phrase in query_phrases(wanted.query):
        conditions.append(
            Event.id.in_(select(EventSearchText.event_id).where(EventSearchText.text.contains(phrase, autoescape=True)))
        )
    return conditions


def count_organised(actor: User, wanted: EventFilter, now: datetime) -> int:
    """Count the events of the actor's programmes that a filter lets through."""
    return db.session.scalar(select(func.count()).select_from(Event).where(*_conditions(actor, wanted, now))) or 0


def _rows(statement: Select[Any], now: datetime) -> list[OrganisedEvent]:
    delegations = (
        select(
            Delegation.event_id,
            func.count().label("invited"),
            func.count().filter(Delegation.state.in_(ANSWERED_STATES)).label("answered"),
        )
        .group_by(Delegation.event_id)
        .subquery()
    )
    rows = db.session.execute(
        statement.add_columns(delegations.c.invited, delegations.c.answered).outerjoin(
            delegations, delegations.c.event_id == Event.id
        )
    ).all()
    return [
        OrganisedEvent(
            slug=event.slug,
            title=event.title,
            state=event.state,
            slot=event.slot,
            reference_zones=event.programme.reference_zones,
            programme_name=event.programme.name,
            kind=event.kind,
            capacity=event.capacity,
            seats_taken=event.seats_taken,
            answered=answered or 0,
            invited=invited or 0,
            is_unconfirmed=event.state == EventState.PUBLISHED and event.ends_at is not None and event.ends_at <= now,
            was_withdrawn=event.unpublished_at is not None,
        )
        for event, invited, answered in rows
    ]


def list_organised(
    actor: User, wanted: EventFilter, now: datetime, *, page: int = 1, per_page: int = 25
) -> list[OrganisedEvent]:
    """Return a page of the events of the actor's programmes, the latest first."""
    statement = (
        select(Event)
        .where(*_conditions(actor, wanted, now))
        .order_by(Event.starts_at.is_(None).desc(), Event.starts_at.desc(), Event.id.desc())
        .limit(per_page)
        .offset((page - 1) * per_page)
    )
    return _rows(statement, now)


def list_next(actor: User, now: datetime, *, limit: int = 8) -> list[OrganisedEvent]:
    """Return the actor's next events, drafts and postponed ones among them, the soonest first."""
    statement = (
        select(Event)
        .where(
            Event.deleted_at.is_(None),
            organised_by(actor),
            Event.ends_at > now,
            Event.state.in_([state.value for state in EventState if state is not EventState.HELD]),
        )
        .order_by(Event.starts_at, Event.id)
        .limit(limit)
    )
    return _rows(statement, now)


def list_own_programmes(actor: User) -> list[Programme]:
    """Return the programmes that the actor organises, in their order."""
    statement = select(Programme).order_by(Programme.position, Programme.id)
    if not actor.has_role(RoleName.ADMINISTRATOR):
        statement = statement.where(Programme.id.in_(actor.programme_ids(RoleName.ORGANISER)))
    return list(db.session.scalars(statement))
