"""Writing down who came, at the door: once each, taken back with one press, safe when several doors work at once."""

from __future__ import annotations

import re
import uuid
from typing import Any, Final, Literal

from sqlalchemy import delete, select

from iurc_events import addresses
from iurc_events.config import settings
from iurc_events.database import db, in_transaction, utc_now
from iurc_events.domain.entry_codes import EntryKind, entry_code, read_entry_code
from iurc_events.domain.errors import DomainError, NotFoundError
from iurc_events.domain.vocabulary import WITH_SEAT
from iurc_events.localisation import noop
from iurc_events.models.accounts import User
from iurc_events.models.agendas import EventSession
from iurc_events.models.attendance import Attendance
from iurc_events.models.events import Event
from iurc_events.models.participants import Participant
from iurc_events.models.speakers import Speaker
from iurc_events.queries import check_in as door
from iurc_events.queries.organised_events import get_event_for_update
from iurc_events.services import audit, participant_persons

#: The whole event, unless a day or a session is chosen.
WHOLE: Final = "event"
_SCOPE: Final = re.compile(r"event|day:\d{4}-\d\d-\d\d|session:[a-z0-9-]{1,120}")


class UnknownCodeError(DomainError):
    """The code is not one of this installation, or of another event."""


class NoSeatError(DomainError):
    """The person is on the waiting list, or cancelled."""


def entry_address(kind: EntryKind, public_id: uuid.UUID, language: str) -> str:
    """Return the address that a person's entry code holds."""
    return settings().base_url + addresses.check_in(entry_code(settings().secret_key, kind, public_id), language)


def find_entry_address(participant_id: int | None, language: str) -> str | None:
    """Return what the entry code of a participant holds; None for online events and for those without a seat."""
    row = db.session.execute(
        select(Participant.public_id, Participant.state, Event.format)
        .join(Event, Event.id == Participant.event_id)
        .where(Participant.id == participant_id)
    ).one_or_none()
    if row is None or row.state not in WITH_SEAT or row.format == "online":
        return None
    return entry_address("participant", row.public_id, language)


def read_code(text: str) -> tuple[EntryKind, uuid.UUID]:
    """Return whose code it is.

    Raises:
        UnknownCodeError: If it is none of this installation.
    """
    found = read_entry_code(settings().secret_key, text)
    if found is None:
        raise UnknownCodeError(noop("This is not an entry code of this site"))
    return found


def check_scope(event: Event, scope: str) -> str:
    """Return a scope that the event has: itself, one of its days, one of its sessions.

    Raises:
        NotFoundError: For any other.
    """
    if _SCOPE.fullmatch(scope):
        kind, _, name = scope.partition(":")
        if kind == "event":
            return scope
        if kind == "day" and event.first_day and event.last_day and event.first_day <= name <= event.last_day:
            return scope
        if kind == "session" and _session_id(event.id, scope) is not None:
            return scope
    raise NotFoundError(noop("The event has no such day or session"))


def _session_id(event_id: int, scope: str) -> int | None:
    kind, _, slug = scope.partition(":")
    if kind != "session":
        return None
    return db.session.scalar(
        select(EventSession.id).where(EventSession.event_id == event_id, EventSession.slug == slug)
    )


def _find_person(event_id: int, kind: EntryKind, public_id: uuid.UUID) -> Participant | Speaker:
    model = Speaker if kind == "speaker" else Participant
    person: Any = db.session.scalars(
        select(model)
        .where(model.event_id == event_id, model.public_id == public_id)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if not isinstance(person, Participant | Speaker):
        raise UnknownCodeError(noop("This person is not registered for this event"))
    return person


@in_transaction
def check_in(
    *,
    actor: User,
    slug: str,
    kind: EntryKind,
    public_id: uuid.UUID,
    scope: str = WHOLE,
    source: Literal["desk", "scan"] = "desk",
    mode: Literal["onsite", "online"] = "onsite",
) -> bool:
    """Write down that somebody came; tell whether that is new.

    Whoever comes on a day or to a session came to the event too.

    Raises:
        NotFoundError: If the actor does not work at the event's door, or it has no such day or session.
        UnknownCodeError: If the person is not registered for this event.
        NoSeatError: If the person is on the waiting list or cancelled.
    """
    event = get_event_for_update(door.get_event_at_door(actor, slug).id)
    check_scope(event, scope)
    person = _find_person(event.id, kind, public_id)
    if isinstance(person, Participant) and person.state not in WITH_SEAT:
        raise NoSeatError(
            noop("On the waiting list: no seat yet")
            if person.state == "waiting"
            else noop("This registration is cancelled")
        )
    if isinstance(person, Speaker) and person.state != "accepted":
        raise NoSeatError(noop("This speaker is not accepted"))
    is_new = False
    for each in dict.fromkeys((WHOLE, scope)):
        is_new = _write(event, person, each, actor, source, mode) or is_new
    if is_new:
        audit.record(
            "attendance recorded", kind, public_id, actor_id=actor.id, programme_id=event.programme_id, fields=(scope,)
        )
    return is_new


def _write(event: Event, person: Participant | Speaker, scope: str, actor: User, source: str, mode: str) -> bool:
    column = Attendance.speaker_id if isinstance(person, Speaker) else Attendance.participant_id
    known = db.session.scalar(
        select(Attendance.id).where(Attendance.event_id == event.id, Attendance.scope == scope, column == person.id)
    )
    if known is not None:
        return False
    if isinstance(person, Participant):
        participant_persons.ensure(event, [person])
    db.session.add(
        Attendance(
            event_id=event.id,
            scope=scope,
            session_id=_session_id(event.id, scope),
            participant_id=None if isinstance(person, Speaker) else person.id,
            speaker_id=person.id if isinstance(person, Speaker) else None,
            mode=mode,
            source=source,
            recorded_at=utc_now(),
            recorded_by_id=actor.id,
        )
    )
    db.session.flush()
    return True


@in_transaction
def undo(*, actor: User, slug: str, kind: EntryKind, public_id: uuid.UUID, scope: str = WHOLE) -> None:
    """Take back that somebody came; from the whole event means from all its days and sessions.

    Raises:
        NotFoundError: If the actor does not work at the event's door.
        UnknownCodeError: If the person is not registered for this event.
    """
    event = get_event_for_update(door.get_event_at_door(actor, slug).id)
    person = _find_person(event.id, kind, public_id)
    column = Attendance.speaker_id if isinstance(person, Speaker) else Attendance.participant_id
    taken_back = delete(Attendance).where(Attendance.event_id == event.id, column == person.id)
    if scope != WHOLE:
        taken_back = taken_back.where(Attendance.scope == scope)
    db.session.execute(taken_back)
    audit.record(
        "attendance taken back", kind, public_id, actor_id=actor.id, programme_id=event.programme_id, fields=(scope,)
    )
