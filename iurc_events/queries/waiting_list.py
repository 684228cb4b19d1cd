"""Those who wait for a place of an event, in the order of its rule."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Select, bindparam, func, select

from iurc_events.database import db
from iurc_events.domain.seat_line import FEWEST_FIRST, Line, Waiting, position_of_newcomer
from iurc_events.domain.vocabulary import WITH_SEAT, ParticipantState
from iurc_events.models.events import Event
from iurc_events.models.participants import Participant

_P = Participant.__table__.c
_IS_WAITING: Final = (_P.event_id == bindparam("event_id"), _P.state == ParticipantState.WAITING.value)
_WAITING: Final = select(_P.id, _P.city_id, func.coalesce(_P.waiting_since, _P.created_at)).where(*_IS_WAITING)
_WAITING_BY_CITY: Final = select(_P.city_id, func.count()).where(*_IS_WAITING).group_by(_P.city_id)
_SEATED_BY_CITY: Final = (
    select(_P.city_id, func.count())
    .where(_P.event_id == bindparam("event_id"), _P.state.in_(WITH_SEAT))
    .group_by(_P.city_id)
)
_NUMBER_WAITING: Final = select(func.count()).where(*_IS_WAITING)


def _counts(statement: Select[Any], event_id: int) -> dict[int | None, int]:
    return {row[0]: row[1] for row in db.session.connection().execute(statement, {"event_id": event_id})}


def line_of(event_id: int, rule: str) -> Line:
    """Return those who wait for a place of an event, to be taken out one by one."""
    db.session.flush()
    rows = db.session.connection().execute(_WAITING, {"event_id": event_id})
    seated: Mapping[int | None, int] = _counts(_SEATED_BY_CITY, event_id) if rule == FEWEST_FIRST else {}
    return Line(rule, [Waiting(key, city, since) for key, city, since in rows], seated)


def list_keys_in_order(event_id: int, rule: str) -> list[int]:
    """Return the keys of those who wait, who comes next first."""
    return [person.key for person in line_of(event_id, rule).in_order()]


def find_position(participant: Participant, event: Event) -> int | None:
    """Return somebody's place in the line, from 1; None for who does not wait."""
    if participant.state != ParticipantState.WAITING:
        return None
    return list_keys_in_order(event.id, event.waiting_rule).index(participant.id) + 1


def position_of_last(event_id: int, rule: str, city_id: int | None) -> int:
    """Return the place in the line of who came last, themselves counted among those who wait already."""
    if rule != FEWEST_FIRST:
        return db.session.connection().execute(_NUMBER_WAITING, {"event_id": event_id}).scalar_one()
    waiting = _counts(_WAITING_BY_CITY, event_id)
    waiting[city_id] = waiting.get(city_id, 1) - 1
    return position_of_newcomer(rule, city_id, waiting, _counts(_SEATED_BY_CITY, event_id))
