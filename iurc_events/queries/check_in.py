"""What people at the door see: the events they work at, who is expected, who came. Nothing more than that takes."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, cast, func, literal, or_, select, true, union_all

from iurc_events.database import db
from iurc_events.domain.entry_codes import EntryKind
from iurc_events.domain.errors import NotFoundError
from iurc_events.domain.language_maps import LanguageMap, by_script
from iurc_events.domain.vocabulary import PUBLIC_STATES, WITH_SEAT, RoleName, SpeakerState
from iurc_events.localisation import noop
from iurc_events.models.accounts import User
from iurc_events.models.agendas import EventSession
from iurc_events.models.attendance import Attendance
from iurc_events.models.cities import City
from iurc_events.models.events import Event
from iurc_events.models.participants import Participant
from iurc_events.models.speakers import Speaker


@dataclass(frozen=True, slots=True)
class Expected:
    """Somebody who may come in.

    Args:
        state: A participant's; waiting people have no seat, and the door says so.
        attendance_id: Key of the record that they came in this scope; None before that.
    """

    kind: EntryKind
    key: int
    public_id: uuid.UUID
    name: LanguageMap
    organisation: str
    city_name: LanguageMap | None
    role: str
    mode: str | None
    state: str
    attendance_id: int | None


@dataclass(frozen=True, slots=True)
class DoorCounts:
    """How many are expected and came in a scope, on site and online apart."""

    expected: int
    came: int
    onsite: int
    online: int


def checked_in_by(actor: User) -> ColumnElement[bool]:
    """Return the condition that an actor checks people in at an event: as organiser or at the door of its programme."""
    if actor.has_role(RoleName.ADMINISTRATOR):
        return true()
    programmes = (*actor.programme_ids(RoleName.ORGANISER), *actor.programme_ids(RoleName.CHECK_IN))
    return Event.programme_id.in_(programmes)


def list_events_at_door(actor: User, now: datetime, *, most: int = 50) -> list[Event]:
    """Return the actor's public events from a week ago on, the next ones first."""
    return list(
        db.session.scalars(
            select(Event)
            .where(
                checked_in_by(actor),
                Event.deleted_at.is_(None),
                Event.state.in_([state.value for state in PUBLIC_STATES]),
                Event.state != "cancelled",
                or_(Event.ends_at.is_(None), Event.ends_at >= now - timedelta(days=7)),
            )
            .order_by(Event.starts_at.is_(None), Event.starts_at, Event.id)
            .limit(most)
        )
    )


def get_event_at_door(actor: User, slug: str) -> Event:
    """Return an event at which the actor checks people in.

    Raises:
        NotFoundError: If there is none.
    """
    event = db.session.scalars(
        select(Event).where(
            Event.slug == slug, Event.deleted_at.is_(None), Event.state != "draft", checked_in_by(actor)
        )
    ).one_or_none()
    if event is None:
        raise NotFoundError(noop("There is no such event among yours"))
    return event


def is_at_door(actor: User, event_id: int) -> bool:
    """Tell whether the actor checks people in at an event."""
    return db.session.scalar(select(Event.id).where(Event.id == event_id, checked_in_by(actor))) is not None


def find_event_of_code(kind: EntryKind, public_id: uuid.UUID) -> Event | None:
    """Find the public event for which somebody with an entry code is registered."""
    person = Speaker if kind == "speaker" else Participant
    return db.session.scalars(
        select(Event)
        .join(person, person.event_id == Event.id)
        .where(person.public_id == public_id, Event.deleted_at.is_(None), Event.state != "draft")
    ).one_or_none()


def list_sessions(event_id: int) -> list[tuple[str, LanguageMap, str]]:
    """Return slug, title and kind of an event's sessions in their order."""
    rows = db.session.execute(
        select(EventSession.slug, EventSession.title, EventSession.kind)
        .where(EventSession.event_id == event_id)
        .order_by(EventSession.position, EventSession.id)
    )
    return [(row[0], row[1], row[2]) for row in rows]


def _participants(event_id: int, scope: str, *conditions: ColumnElement[bool]) -> list[Expected]:
    came = and_(Attendance.participant_id == Participant.id, Attendance.scope == scope)
    rows = db.session.execute(
        select(Participant, City.name, Attendance.id)
        .outerjoin(City, City.id == Participant.city_id)
        .outerjoin(Attendance, came)
        .where(Participant.event_id == event_id, *conditions)
        .order_by(Participant.name, Participant.id)
        .limit(30)
    )
    return [
        Expected(
            kind="participant",
            key=each.id,
            public_id=each.public_id,
            name=by_script(each.name, each.name_other),
            organisation=each.organisation,
            city_name=city_name,
            role=each.role,
            mode=each.mode,
            state=each.state,
            attendance_id=attendance_id,
        )
        for each, city_name, attendance_id in rows
    ]


def _speakers(event_id: int, scope: str, *conditions: ColumnElement[bool]) -> list[Expected]:
    came = and_(Attendance.speaker_id == Speaker.id, Attendance.scope == scope)
    rows = db.session.execute(
        select(Speaker, City.name, Attendance.id)
        .outerjoin(City, City.id == Speaker.city_id)
        .outerjoin(Attendance, came)
        .where(Speaker.event_id == event_id, Speaker.state == SpeakerState.ACCEPTED.value, *conditions)
        .order_by(Speaker.position, Speaker.id)
        .limit(30)
    )
    return [
        Expected(
            kind="speaker",
            key=each.id,
            public_id=each.public_id,
            name=each.name,
            organisation=next(iter((each.organisation or {}).values()), ""),
            city_name=city_name,
            role="speaker",
            mode=each.mode,
            state=each.state,
            attendance_id=attendance_id,
        )
        for each, city_name, attendance_id in rows
    ]


def search_expected(event_id: int, query: str, scope: str) -> list[Expected]:
    """Find speakers and participants by a part of name, organisation or mail address, in either script."""
    like = f"%{query.strip().casefold()}%"
    texts = (Participant.name, Participant.name_other, Participant.organisation, Participant.email)
    speaker_texts = (cast(Speaker.name, Text), cast(Speaker.organisation, Text), Speaker.email)
    return [
        *_speakers(event_id, scope, or_(*(func.lower(text).like(like) for text in speaker_texts))),
        *_participants(
            event_id, scope, or_(*(func.lower(text).like(like) for text in texts)), Participant.state != "cancelled"
        ),
    ]


def find_expected(event_id: int, kind: EntryKind, public_id: uuid.UUID, scope: str) -> Expected | None:
    """Find one person of an event, by the public id that an entry code names."""
    if kind == "speaker":
        found = _speakers(event_id, scope, Speaker.public_id == public_id)
    else:
        found = _participants(event_id, scope, Participant.public_id == public_id)
    return found[0] if found else None


def list_latest(event_id: int, scope: str, *, most: int = 10) -> list[Expected]:
    """Return who came last, the latest first."""
    latest = db.session.execute(
        select(Attendance.participant_id, Attendance.speaker_id)
        .where(Attendance.event_id == event_id, Attendance.scope == scope)
        .order_by(Attendance.id.desc())
        .limit(most)
    ).all()
    keys = {"participant": [row[0] for row in latest if row[0]], "speaker": [row[1] for row in latest if row[1]]}
    people = [
        *(_participants(event_id, scope, Participant.id.in_(keys["participant"])) if keys["participant"] else []),
        *(_speakers(event_id, scope, Speaker.id.in_(keys["speaker"])) if keys["speaker"] else []),
    ]
    return sorted(people, key=lambda each: -(each.attendance_id or 0))


def count_at_door(event_id: int, scope: str) -> DoorCounts:
    """Count who is expected and who came in a scope."""
    expected = union_all(
        select(literal("expected"), func.count(Participant.id)).where(
            Participant.event_id == event_id, Participant.state.in_(WITH_SEAT)
        ),
        select(literal("expected"), func.count(Speaker.id)).where(
            Speaker.event_id == event_id, Speaker.state == SpeakerState.ACCEPTED.value
        ),
        select(Attendance.mode, func.count(Attendance.id))
        .where(Attendance.event_id == event_id, Attendance.scope == scope)
        .group_by(Attendance.mode),
    )
    numbers: dict[str, int] = {}
    rows: Sequence[Any] = db.session.execute(expected).all()
    for name, number in rows:
        numbers[name] = numbers.get(name, 0) + number
    onsite, online = numbers.get("onsite", 0), numbers.get("online", 0)
    return DoorCounts(numbers.get("expected", 0), onsite + online, onsite, online)
