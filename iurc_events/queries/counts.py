"""The one place where the numbers of events are read: three statements, for one event or for a thousand."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, func, literal, select, union_all

from iurc_events.database import db
from iurc_events.domain.counts import EventCounts, Measured, MeasuredGroup, Place, Reported
from iurc_events.domain.vocabulary import SEATED_STATES, ParticipantState
from iurc_events.models.attendance import Attendance, HeadCount
from iurc_events.models.cities import City
from iurc_events.models.events import Event
from iurc_events.models.participants import Participant
from iurc_events.models.speakers import Speaker


def load_counts(*conditions: ColumnElement[bool]) -> EventCounts:
    """Count people and read reported numbers of the events that fit conditions on :class:`Event`."""
    events = select(Event.id).where(*conditions)
    groups = _groups(events)
    reported = _reported(events)
    used = {group.city_id for group in groups} | {number.city_id for number in reported}
    return EventCounts(groups, reported, _places({key for key in used if key is not None}))


def _groups(events: Any) -> tuple[MeasuredGroup, ...]:
    seated = Participant.state.in_([state.value for state in SEATED_STATES])
    signed_up = (
        select(
            Participant.event_id.label("event_id"),
            Participant.city_id.label("city_id"),
            Participant.stakeholder_type.label("stakeholder"),
            Participant.mode.label("mode"),
            func.count().label("registered"),
            func.count().filter(Participant.state == ParticipantState.CONFIRMED.value).label("confirmed"),
            literal(0).label("attended"),
        )
        .where(seated, Participant.event_id.in_(events))
        .group_by(Participant.event_id, Participant.city_id, Participant.stakeholder_type, Participant.mode)
    )
    city = func.coalesce(Participant.city_id, Speaker.city_id)
    stakeholder = func.coalesce(Participant.stakeholder_type, Speaker.stakeholder_type)
    came = (
        select(
            Attendance.event_id,
            city,
            stakeholder,
            Attendance.mode,
            literal(0),
            literal(0),
            func.count(),
        )
        .select_from(Attendance)
        .outerjoin(Participant, Participant.id == Attendance.participant_id)
        .outerjoin(Speaker, Speaker.id == Attendance.speaker_id)
        .where(Attendance.event_id.in_(events))
        .group_by(Attendance.event_id, city, stakeholder, Attendance.mode)
    )
    both = union_all(signed_up, came).subquery()
    keys = (both.c.event_id, both.c.city_id, both.c.stakeholder, both.c.mode)
    numbers = (func.sum(both.c.registered), func.sum(both.c.confirmed), func.sum(both.c.attended))
    rows = db.session.execute(select(*keys, *numbers).group_by(*keys).order_by(*keys))
    return tuple(
        MeasuredGroup(row[0], row[1], row[2], row[3], Measured(int(row[4]), int(row[5]), int(row[6]))) for row in rows
    )


def _reported(events: Any) -> tuple[Reported, ...]:
    rows = db.session.execute(
        select(
            HeadCount.event_id,
            HeadCount.subject,
            HeadCount.city_id,
            HeadCount.value,
            HeadCount.qualifier,
            HeadCount.as_printed,
            HeadCount.source,
        )
        .where(HeadCount.event_id.in_(events))
        .order_by(HeadCount.event_id, HeadCount.position, HeadCount.id)
    )
    return tuple(Reported(*row[:5], row.as_printed or "", row.source or "") for row in rows)


def _places(city_ids: set[int]) -> dict[int, Place]:
    if not city_ids:
        return {}
    columns = (City.id, City.slug, City.name, City.side, City.country)
    rows = db.session.execute(select(*columns).where(City.id.in_(city_ids)).order_by(City.position, City.id))
    return {row[0]: Place(*row) for row in rows}


def last_change(*conditions: ColumnElement[bool]) -> Any:
    """Return when any number of the events that fit was last recorded; None where none ever was."""
    events = select(Event.id).where(*conditions)
    moments = union_all(
        select(func.max(HeadCount.recorded_at).label("at")).where(HeadCount.event_id.in_(events)),
        select(func.max(Attendance.recorded_at)).where(Attendance.event_id.in_(events)),
        *(
            select(func.max(column)).where(Participant.event_id.in_(events))
            for column in (Participant.created_at, Participant.confirmed_at, Participant.cancelled_at)
        ),
    ).subquery()
    return db.session.scalar(select(func.max(moments.c.at)))
