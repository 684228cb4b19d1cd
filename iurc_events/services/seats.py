"""Seats of an event: taken, given back, and handed to those who wait.

Everything here runs in the transaction of the caller. The counter stands on the event's row and is changed by
conditional updates alone, so that no two people get the last seat in whatever process they ask (fault-1). No change of
content is counted: pages and calendars stay as they are kept, but for lists where an event fills up.

Whoever makes somebody wait holds the event's row first (:func:`lock`), and whoever frees a seat fills it in the same
transaction: so no seat is ever free while somebody waits who may have it.
"""

from __future__ import annotations

from typing import Any, Final, cast

from sqlalchemy import Table, bindparam, or_, select, update
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.util import identity_key

from iurc_events.database import db, utc_now
from iurc_events.domain.vocabulary import EventState, ParticipantState
from iurc_events.models.events import Event
from iurc_events.models.participants import Participant
from iurc_events.queries import waiting_list
from iurc_events.services import audit, delegation_rules, page_version, participant_mail

_TABLE: Final = cast("Table", Event.__table__)
_E: Final = _TABLE.c
#: What decides about seats besides those who wait.
_STANDING: Final = (
    _E.state, _E.deleted_at, _E.is_registration_open, _E.capacity, _E.seats_taken, _E.waiting_rule, _E.ends_at,
    _E.version, _E.public_id, _E.programme_id, _E.registration_opens_on, _E.registration_closes_on, _E.time_zone,
    _E.asks_for, _E.last_day,
)  # fmt: skip
_TAKE: Final = (
    update(_TABLE)
    .where(_E.id == bindparam("event_key"), or_(_E.capacity.is_(None), _E.seats_taken < _E.capacity))
    .values(seats_taken=_E.seats_taken + 1)
    .returning(*_STANDING)
)
_TAKE_MANY: Final = (
    update(_TABLE)
    .where(
        _E.id == bindparam("event_key"),
        or_(_E.capacity.is_(None), _E.seats_taken + bindparam("number") <= _E.capacity),
    )
    .values(seats_taken=_E.seats_taken + bindparam("number"))
    .returning(_E.seats_taken, _E.capacity)
)
_GIVE_BACK: Final = (
    update(_TABLE)
    .where(_E.id == bindparam("event_key"), _E.seats_taken >= bindparam("number"))
    .values(seats_taken=_E.seats_taken - bindparam("number"))
    .returning(_E.seats_taken, _E.capacity)
)
_READ: Final = select(*_STANDING).where(_E.id == bindparam("event_key"))
#: Not FOR UPDATE: that would wait for everybody who is adding a row which refers to the event.
_LOCK: Final = _READ.with_for_update(key_share=True)


def read(event_id: int) -> Any:
    """Return an event's state, capacity, rule and version as they are now; None where there is no such event."""
    return db.session.connection().execute(_READ, {"event_key": event_id}).one_or_none()


def lock(event_id: int) -> Any:
    """Keep others from the seats of an event until the transaction ends; return its state, capacity and rule."""
    db.session.flush()
    return db.session.connection().execute(_LOCK, {"event_key": event_id}).one()


def _show_taken(event_id: int, taken: int, *, added: int = 0, capacity: int | None = None) -> None:
    """Let an event that is loaded know the number, without a further change of its row; lists tell who is full."""
    if capacity is not None and (taken >= capacity) != (taken - added >= capacity):
        page_version.note_change()
    event = db.session.identity_map.get(identity_key(Event, event_id))
    if event is not None:
        set_committed_value(event, "seats_taken", taken)


def take_with_standing(event_id: int) -> Any:
    """Take a seat where one is free; return what :func:`lock` returns, or None where there was no seat."""
    standing = db.session.connection().execute(_TAKE, {"event_key": event_id}).one_or_none()
    if standing is not None:
        _show_taken(event_id, standing.seats_taken, added=1, capacity=standing.capacity)
    return standing


def take(event_id: int) -> bool:
    """Take a seat of an event where one is free; tell whether there was one."""
    db.session.flush()
    return take_with_standing(event_id) is not None


def take_many(event_id: int, number: int) -> None:
    """Take seats that the caller found free while holding the event's row."""
    db.session.flush()
    taken, capacity = db.session.connection().execute(_TAKE_MANY, {"event_key": event_id, "number": number}).one()
    _show_taken(event_id, taken, added=number, capacity=capacity)


def give_back(event_id: int, count: int = 1) -> None:
    """Give seats of an event back; call :func:`fill` afterwards, in the same transaction."""
    db.session.flush()
    taken, capacity = db.session.connection().execute(_GIVE_BACK, {"event_key": event_id, "number": count}).one()
    _show_taken(event_id, taken, added=-count, capacity=capacity)


def delegation_lets_in(participant: Participant) -> bool:
    """Tell whether the delegation of somebody who waits has a place for them; those of no delegation need none."""
    return delegation_rules.lets_in(participant)


def fill(event: Event) -> int:
    """Give free seats to those who wait, by the event's rule, and tell them by mail; return how many.

    Members of a delegation whose own places are taken are passed over and stay in the line. Only an event that is
    published and not over fills its seats.
    """
    now = utc_now()
    standing = lock(event.id)
    is_over = standing.ends_at is not None and standing.ends_at <= now
    if standing.state != EventState.PUBLISHED or standing.deleted_at is not None or is_over:
        return 0
    if standing.capacity is not None and standing.seats_taken >= standing.capacity:
        return 0
    line = waiting_list.line_of(event.id, standing.waiting_rule)
    given = 0
    while person := line.next():
        participant = db.session.get_one(Participant, person.key, populate_existing=True)
        if not delegation_lets_in(participant):
            continue
        if not take(event.id):
            break
        line.seat(person)
        participant.state = ParticipantState.REGISTERED.value
        participant.waiting_since = None
        participant_mail.tell_of_place(participant, event)
        audit.record(
            "place given from the waiting list",
            "participant",
            participant.public_id,
            actor_id=None,
            programme_id=event.programme_id,
        )
        db.session.flush()
        given += 1
    return given
