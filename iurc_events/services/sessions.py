"""What organisers do with sessions: schedule, change, move, remove."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

from sqlalchemy import select

from iurc_events.database import db, in_transaction
from iurc_events.domain.errors import ConflictError, DomainError, NotFoundError
from iurc_events.domain.language_maps import LanguageMap, text_of
from iurc_events.domain.time_slots import TimeSlot
from iurc_events.localisation import noop
from iurc_events.models.accounts import User
from iurc_events.models.agendas import EventSession
from iurc_events.models.events import Event
from iurc_events.models.speakers import Speaker
from iurc_events.queries import sessions as session_queries
from iurc_events.services import event_copies, event_slugs
from iurc_events.services.agenda_changes import (
    OutsideEventError,
    UndoTooLateError,
    check_inside,
    keep_state,
    list_sessions,
    number_all,
    undo,
)
from iurc_events.services.event_changes import record_change
from iurc_events.services.event_life import get_own_event

__all__ = [
    "OutsideEventError", "RoomTakenError", "SessionChangedError", "SessionDetails", "UndoTooLateError", "change",
    "details_of", "move_down", "move_up", "remove", "schedule", "undo",
]  # fmt: skip


class RoomTakenError(DomainError):
    """Another session is in the room at that time, in ``str()`` by the English names."""

    def __init__(self, room: LanguageMap, session_title: LanguageMap) -> None:
        super().__init__(
            noop("%(room)s is taken by “%(session)s” at that time"),
            room=text_of(room, "en"),
            session=text_of(session_title, "en"),
        )
        self.room = room
        self.session_title = session_title


class SessionChangedError(ConflictError):
    """Somebody else changed the session since the form was opened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionDetails:
    """What an organiser says of a session.

    Args:
        parallel_group: Sessions with the same word run side by side.
        chair_id: Key of a speaker of this event.
    """

    title: LanguageMap
    kind: str
    slot: TimeSlot | None = None
    room: LanguageMap | None = None
    parallel_group: str | None = None
    capacity: int | None = None
    format: str | None = None
    note: str | None = None
    chair_id: int | None = None

    @property
    def mark(self) -> str:
        """What a form keeps to find out whether somebody else changed the session meanwhile."""
        return str(zlib.crc32(repr(tuple(getattr(self, name) for name in SessionDetails.__slots__)).encode()))


def details_of(session: EventSession) -> SessionDetails:
    """Return what is said of a session, to fill a form."""
    return SessionDetails(
        title=session.title,
        kind=session.kind,
        slot=session.slot,
        room=session.room,
        parallel_group=session.parallel_group,
        capacity=session.capacity,
        format=session.format,
        note=session.note,
        chair_id=session.chair_id,
    )


def _check(event: Event, details: SessionDetails, *, but_not: int | None = None) -> None:
    if not details.title:
        raise DomainError(noop("Give a title in English or Chinese"))
    check_inside(details.slot, [event.slot], noop("The session must lie inside the time of the event"))
    taken_by = session_queries.find_session_in_room(event, details.room, details.slot, but_not=but_not)
    if taken_by is not None:
        raise RoomTakenError(details.room or {}, taken_by.title)
    if details.chair_id is not None:
        chair = db.session.get(Speaker, details.chair_id)
        if chair is None or chair.event_id != event.id:
            raise NotFoundError(noop("There is no such speaker"))


def _store(session: EventSession, details: SessionDetails) -> None:
    session.title = dict(details.title)
    session.kind = details.kind
    session.room = dict(details.room) if details.room else None
    session.parallel_group = details.parallel_group or None
    session.capacity = details.capacity
    session.format = details.format or None
    session.note = details.note or None
    session.chair_id = details.chair_id
    session.slot = details.slot


def _new_slug(event_id: int, title: LanguageMap) -> str:
    base = event_slugs.slug_of(title, None)
    taken = set(db.session.scalars(select(EventSession.slug).where(EventSession.event_id == event_id)))
    slug, number = base, 2
    while slug in taken:
        slug, number = f"{base}-{number}", number + 1
    return slug


def _order(session: EventSession) -> tuple[bool, float]:
    return session.starts_at is None, session.starts_at.timestamp() if session.starts_at else 0.0


@in_transaction
def schedule(*, actor: User, event_id: int, details: SessionDetails) -> EventSession:
    """Put a session on the agenda of an event: by its hour where hours are known, else at the end.

    Raises:
        RoomTakenError: If another session is in the room at an overlapping time.
        OutsideEventError: If it lies outside the event.
    """
    event = get_own_event(actor, event_id)
    _check(event, details)
    keep_state(event)
    present = list_sessions(event.id)
    session = EventSession(event_id=event.id, slug=_new_slug(event.id, details.title), position=len(present) + 1)
    _store(session, details)
    place = len(present)
    if session.starts_at is not None:
        later = [n for n, each in enumerate(present) if _order(each) > _order(session)]
        place = later[0] if later else len(present)
    db.session.add(session)
    number_all([*present[:place], session, *present[place:]])
    db.session.flush()
    record_change(event, noop("session scheduled"), actor_id=actor.id)
    return session


def get_locked(actor: User, event_id: int, session_id: int) -> tuple[Event, list[EventSession], EventSession]:
    """Return an event, locked, with all its sessions and the one that is to change."""
    event = get_own_event(actor, event_id)
    sessions = list_sessions(event.id)
    session = next((each for each in sessions if each.id == session_id), None)
    if session is None:
        raise NotFoundError(noop("The session was removed in the meantime"))
    return event, sessions, session


@in_transaction
def change(
    *, actor: User, event_id: int, session_id: int, details: SessionDetails, mark: str | None = None
) -> EventSession:
    """Change a session; its items go with it when its hours move.

    Args:
        mark: ``SessionDetails.mark`` of what the form was filled with; None overwrites whatever is there.

    Raises:
        RoomTakenError: If another session is in the room at an overlapping time.
        OutsideEventError: If it, or one of its items, would lie outside.
        SessionChangedError: If somebody else changed it meanwhile.
    """
    event, _, session = get_locked(actor, event_id, session_id)
    if mark is not None and mark != details_of(session).mark:
        raise SessionChangedError(noop("Somebody else changed this session while you were writing"))
    _check(event, details, but_not=session.id)
    keep_state(event)
    old = session.slot
    _store(session, details)
    for item in session.items:
        if item.slot is None:
            continue
        moved = event_copies.shifted(item.slot, old, details.slot)
        check_inside(moved, [details.slot], noop("An item of the session would end after it: shorten the items first"))
        item.slot = moved
    db.session.flush()
    record_change(event, noop("session changed"), actor_id=actor.id)
    return session


def _move(actor: User, event_id: int, session_id: int, by: int) -> int:
    event, sessions, session = get_locked(actor, event_id, session_id)
    before = keep_state(event)
    place = sessions.index(session)
    target = place + by
    if not 0 <= target < len(sessions):
        raise DomainError(noop("It cannot be moved any further"))
    sessions[place], sessions[target] = sessions[target], sessions[place]
    number_all(sessions)
    record_change(event, noop("session moved"), actor_id=actor.id)
    return before


@in_transaction
def move_up(*, actor: User, event_id: int, session_id: int) -> int:
    """Move a session before the one above it; return the revision to go back to."""
    return _move(actor, event_id, session_id, -1)


@in_transaction
def move_down(*, actor: User, event_id: int, session_id: int) -> int:
    """Move a session behind the one below it; return the revision to go back to."""
    return _move(actor, event_id, session_id, 1)


@in_transaction
def remove(*, actor: User, event_id: int, session_id: int) -> int:
    """Take a session with its items off the agenda; return the revision to go back to."""
    event, sessions, session = get_locked(actor, event_id, session_id)
    before = keep_state(event)
    db.session.delete(session)
    number_all(each for each in sessions if each is not session)
    db.session.flush()
    db.session.expire_all()
    record_change(event, noop("session removed"), actor_id=actor.id)
    return before
