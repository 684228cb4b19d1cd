"""Agendas that go with their event: shifted when it moves, and copied with it to a new date."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from iurc_events.database import db, utc_now
from iurc_events.domain.time_slots import InvalidTimeSlotError, Precision, TimeSlot
from iurc_events.models.agendas import AgendaItem, EventSession, ItemCity
from iurc_events.models.delegations import Delegation, DelegationQuota, FocalPoint
from iurc_events.models.events import Event


def _distance(old: TimeSlot, new: TimeSlot) -> timedelta:
    """Return how far the wall clock moves: by the minute where both are exact, else by whole days."""
    if old.is_exact and new.is_exact:
        return new.starts_wall - old.starts_wall
    return timedelta(days=(new.first_day - old.first_day).days)


def shifted_day(day: str | None, old: TimeSlot | None, new: TimeSlot | None) -> str | None:
    """Move a day by as many days as the event moves."""
    if day is None or old is None or new is None:
        return day
    return (date.fromisoformat(day) + (new.first_day - old.first_day)).isoformat()


def shifted(slot: TimeSlot | None, old: TimeSlot | None, new: TimeSlot | None) -> TimeSlot | None:
    """Move the time of a session or item with its event, on the wall clock of the event's zone.

    Returns None where that hour does not exist on the new day, or the event's new hours are not known to the day.
    """
    if slot is None or old is None or new is None:
        return slot
    if new.precision is Precision.MONTH or slot.precision is Precision.MONTH:
        return None
    by = _distance(old, new)

    def wall(text: str) -> str:
        if len(text) > 10:
            return (datetime.fromisoformat(text) + by).strftime("%Y-%m-%dT%H:%M")
        return (date.fromisoformat(text) + timedelta(days=(new.first_day - old.first_day).days)).isoformat()

    try:
        return TimeSlot(new.zone_name, slot.precision, wall(slot.starts), wall(slot.ends), slot.part_of_day)
    except InvalidTimeSlotError:
        return None


def _sessions_of(event_id: int) -> list[EventSession]:
    return list(
        db.session.scalars(
            select(EventSession)
            .where(EventSession.event_id == event_id)
            .order_by(EventSession.position)
            .options(selectinload(EventSession.items).selectinload(AgendaItem.cities))
        )
    )


def shift_agenda(event: Event, old: TimeSlot | None, new: TimeSlot | None) -> None:
    """Move the times of all sessions and items with their event."""
    for session in _sessions_of(event.id):
        session.slot = shifted(session.slot, old, new)
        for item in session.items:
            item.slot = shifted(item.slot, old, new)


def copy_agenda(source: Event, copy: Event) -> None:
    """Copy sessions and items; speakers and chairs stay behind, cities keep their slots."""
    for session in _sessions_of(source.id):
        twin = EventSession(
            event_id=copy.id,
            slug=session.slug,
            position=session.position,
            kind=session.kind,
            title=dict(session.title),
            room=dict(session.room) if session.room else None,
            parallel_group=session.parallel_group,
            capacity=session.capacity,
            format=session.format,
            note=session.note,
        )
        twin.slot = shifted(session.slot, source.slot, copy.slot)
        for item in session.items:
            item_twin = AgendaItem(
                position=item.position,
                kind=item.kind,
                title=dict(item.title) if item.title else None,
                topic=dict(item.topic) if item.topic else None,
                duration_min=item.duration_min,
                note=item.note,
                cities=[ItemCity(city_id=each.city_id, position=each.position) for each in item.cities],
            )
            item_twin.slot = shifted(item.slot, source.slot, copy.slot)
            twin.items.append(item_twin)
        db.session.add(twin)


def copy_invitations(source: Event, copy: Event) -> int:
    """Invite the cities of an event to its copy, with quotas and focal points; deadlines keep their distance.

    Nothing is sent: the organiser sends the invitations when the copy is ready. Returns how many cities there are.
    """
    now = utc_now()
    delegations = db.session.scalars(select(Delegation).where(Delegation.event_id == source.id).order_by(Delegation.id))
    number = 0
    for delegation in delegations:
        db.session.add(
            Delegation(
                event_id=copy.id,
                city_id=delegation.city_id,
                state="invited",
                deadline_on=shifted_day(delegation.deadline_on, source.slot, copy.slot),
                invited_at=now,
                quotas=[
                    DelegationQuota(role=quota.role, mode=quota.mode, places=quota.places)
                    for quota in delegation.quotas
                ],
                focal_points=[
                    FocalPoint(email=point.email, name=point.name, language=point.language, user_id=point.user_id)
                    for point in delegation.focal_points
                ],
            )
        )
        number += 1
    return number
