"""Agendas as organisers read them: sessions with items and people, who is not placed, clashes of rooms and persons."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import selectinload

from iurc_events.database import db
from iurc_events.domain.errors import NotFoundError
from iurc_events.domain.language_maps import LanguageMap
from iurc_events.domain.time_slots import Precision, TimeSlot
from iurc_events.domain.vocabulary import EventState, SpeakerState
from iurc_events.localisation import noop
from iurc_events.models.agendas import AgendaItem, Contribution, EventSession
from iurc_events.models.events import Event
from iurc_events.models.speakers import Speaker


def list_agenda(event: Event) -> list[EventSession]:
    """Return the sessions of an event in order, with chairs, items, cities and speakers."""
    return list(
        db.session.scalars(
            select(EventSession)
            .where(EventSession.event_id == event.id)
            .order_by(EventSession.position, EventSession.id)
            .options(
                selectinload(EventSession.chair),
                selectinload(EventSession.items).options(
                    selectinload(AgendaItem.cities),
                    selectinload(AgendaItem.contributions)
                    .selectinload(Contribution.speaker)
                    .selectinload(Speaker.city),
                ),
            )
        )
    )


def get_session(event: Event, public_id: uuid.UUID) -> EventSession:
    """Return a session of an event.

    Raises:
        NotFoundError: If it has none of that id.
    """
    session = db.session.scalars(
        select(EventSession).where(EventSession.event_id == event.id, EventSession.public_id == public_id)
    ).one_or_none()
    if session is None:
        raise NotFoundError(noop("There is no such session"))
    return session


def get_item(event: Event, public_id: uuid.UUID) -> AgendaItem:
    """Return an item of an event's agenda.

    Raises:
        NotFoundError: If it has none of that id.
    """
    item = db.session.scalars(
        select(AgendaItem)
        .join(EventSession, EventSession.id == AgendaItem.session_id)
        .where(EventSession.event_id == event.id, AgendaItem.public_id == public_id)
    ).one_or_none()
    if item is None:
        raise NotFoundError(noop("There is no such item on the agenda"))
    return item


def _room_names(room: LanguageMap | None) -> set[str]:
    return {" ".join(name.casefold().split()) for name in (room or {}).values() if name.strip()}


def find_session_in_room(
    event: Event, room: LanguageMap | None, slot: TimeSlot | None, *, but_not: int | None = None
) -> EventSession | None:
    """Find a session that is in a room at an overlapping exact time; a room is known by either of its names.

    Args:
        but_not: Key of the session that is being moved.
    """
    names = _room_names(room)
    if not names or slot is None or not slot.is_exact:
        return None
    candidates = db.session.scalars(
        select(EventSession)
        .where(
            EventSession.event_id == event.id,
            EventSession.id != (but_not or 0),
            EventSession.time_precision == Precision.MINUTE.value,
            EventSession.starts_at < slot.ends_at,
            EventSession.ends_at > slot.starts_at,
        )
        .order_by(EventSession.position)
    )
    return next((each for each in candidates if names & _room_names(each.room)), None)


@dataclass(frozen=True, slots=True)
class Engagement:
    """Somebody at one place of an agenda at an exact time."""

    person_id: int
    name: LanguageMap
    event_id: int
    event_title: LanguageMap
    session_id: int
    session_title: LanguageMap
    room: LanguageMap | None
    item_id: int | None
    starts_at: datetime
    ends_at: datetime
    has_own_time: bool


@dataclass(frozen=True, slots=True)
class PersonClash:
    """The same person in two places at the same time; ``second`` may be of another event."""

    first: Engagement
    second: Engagement

    @property
    def starts_at(self) -> datetime:
        """When the person begins to be in two places."""
        return max(self.first.starts_at, self.second.starts_at)

    @property
    def ends_at(self) -> datetime:
        """When that ends."""
        return min(self.first.ends_at, self.second.ends_at)

    @property
    def is_with_other_event(self) -> bool:
        """Whether the second engagement is at another event."""
        return self.first.event_id != self.second.event_id


def _engagements(condition: ColumnElement[bool]) -> list[Engagement]:
    """Return the engagements of accepted speakers at exact times, as item or as chair."""
    exact = Precision.MINUTE.value
    is_live = Speaker.state == SpeakerState.ACCEPTED.value
    items = db.session.execute(
        select(Speaker, EventSession, AgendaItem, Event)
        .join(Contribution, Contribution.speaker_id == Speaker.id)
        .join(AgendaItem, AgendaItem.id == Contribution.item_id)
        .join(EventSession, EventSession.id == AgendaItem.session_id)
        .join(Event, Event.id == EventSession.event_id)
        .where(condition, is_live, or_(AgendaItem.time_precision == exact, EventSession.time_precision == exact))
        .order_by(EventSession.position, AgendaItem.position, Contribution.id)
    )
    found = []
    for speaker, session, item, event in items:
        holder: AgendaItem | EventSession = item if item.time_precision == exact else session
        found.append(_engagement(speaker, session, event, holder, item))
    chairs = db.session.execute(
        select(Speaker, EventSession, Event)
        .join(EventSession, EventSession.chair_id == Speaker.id)
        .join(Event, Event.id == EventSession.event_id)
        .where(condition, is_live, EventSession.time_precision == exact)
        .order_by(EventSession.position)
    )
    found += [_engagement(speaker, session, event, session, None) for speaker, session, event in chairs]
    return found


def _engagement(
    speaker: Speaker, session: EventSession, event: Event, holder: AgendaItem | EventSession, item: AgendaItem | None
) -> Engagement:
    assert holder.starts_at is not None
    assert holder.ends_at is not None
    return Engagement(
        person_id=speaker.person_id,
        name=speaker.name,
        event_id=event.id,
        event_title=event.title,
        session_id=session.id,
        session_title=session.title,
        room=session.room,
        item_id=item.id if item else None,
        starts_at=holder.starts_at,
        ends_at=holder.ends_at,
        has_own_time=holder is item,
    )


def _overlap(first: Engagement, second: Engagement) -> bool:
    if first.starts_at >= second.ends_at or second.starts_at >= first.ends_at:
        return False
    if first.session_id != second.session_id:
        return True
    return first.has_own_time and second.has_own_time and first.item_id != second.item_id


def find_person_clashes(event: Event) -> list[PersonClash]:
    """Find who is in two places at overlapping exact times, in this event and in others.

    Within one session only items with hours of their own are compared. Of other events those of the same programme
    count, and public ones.
    """
    if event.state == EventState.CANCELLED:
        return []
    here = _engagements(EventSession.event_id == event.id)
    by_person: dict[int, list[Engagement]] = defaultdict(list)
    for engagement in here:
        by_person[engagement.person_id].append(engagement)
    clashes: dict[tuple[int, frozenset[tuple[int, int]]], PersonClash] = {}

    def keep(first: Engagement, second: Engagement) -> None:
        places = frozenset({(first.session_id, first.item_id or 0), (second.session_id, second.item_id or 0)})
        if first.session_id != second.session_id:
            places = frozenset({(first.session_id, 0), (second.session_id, 0)})
        clashes.setdefault((first.person_id, places), PersonClash(first, second))

    for engagements in by_person.values():
        for first, second in combinations(engagements, 2):
            if _overlap(first, second):
                keep(first, second)
    for second in _elsewhere(event, here):
        for first in by_person[second.person_id]:
            if _overlap(first, second):
                keep(first, second)
    return sorted(clashes.values(), key=lambda clash: (clash.starts_at, clash.first.person_id))


def _elsewhere(event: Event, here: Iterable[Engagement]) -> list[Engagement]:
    engagements = list(here)
    if not engagements:
        return []
    starts = min(each.starts_at for each in engagements)
    ends = max(each.ends_at for each in engagements)
    return _engagements(
        and_(
            Speaker.person_id.in_({each.person_id for each in engagements}),
            Event.id != event.id,
            Event.deleted_at.is_(None),
            Event.state.not_in([EventState.CANCELLED.value, EventState.POSTPONED.value]),
            or_(Event.programme_id == event.programme_id, Event.state != EventState.DRAFT.value),
            # items may have hours where their session has none
            or_(
                EventSession.starts_at.is_(None),
                and_(EventSession.starts_at < ends, EventSession.ends_at > starts),
            ),
        )
    )
