"""Reminders of delegations that have not answered as their own deadline comes near: once, with a link of their own.

They belong to the standard letter about deadlines: its days and its time hold, in each city's zone, and its switch.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from sqlalchemy import select

from iurc_events.database import db, in_transaction, utc_now
from iurc_events.domain.mailings import instant_of
from iurc_events.domain.time_slots import deadline_instant
from iurc_events.models.delegations import Delegation
from iurc_events.models.events import Event
from iurc_events.models.mailings import Mailing
from iurc_events.queries import organised_events
from iurc_events.services import delegation_mail

_SWITCHED_ON = ("planned", "sending", "sent")


def remind_due(now: datetime | None = None) -> int:
    """Remind the delegations whose time has come; each event in a transaction of its own."""
    moment = now or utc_now()
    rows = db.session.execute(
        select(Mailing, Delegation)
        .join(Event, Event.id == Mailing.event_id)
        .join(Delegation, Delegation.event_id == Event.id)
        .where(
            Mailing.kind == "deadline",
            Mailing.state.in_(_SWITCHED_ON),
            Event.state == "published",
            Event.deleted_at.is_(None),
            Delegation.state.in_(delegation_mail.SILENT_STATES),
            Delegation.deadline_on >= (moment - timedelta(days=1)).date().isoformat(),
        )
        .order_by(Mailing.event_id, Mailing.id.desc())
    ).all()
    due = list(dict.fromkeys(m.event_id for m, delegation in rows if _is_due(m, delegation, moment)))
    db.session.rollback()
    return sum(_remind_event(key, moment) for key in due)


def _is_due(mailing: Mailing, delegation: Delegation, now: datetime) -> bool:
    if delegation.deadline_on is None:
        return False
    last, zone_name = date.fromisoformat(delegation.deadline_on), delegation.city.time_zone
    at = time.fromisoformat(mailing.at_wall or "10:00")
    begins = instant_of(last - timedelta(days=mailing.days or 0), at, zone_name)
    was_reminded = delegation.reminded_at is not None and delegation.reminded_at > begins - timedelta(days=1)
    # who is invited so late has just had a mail
    is_new = delegation.invited_at > begins - timedelta(days=1)
    return begins <= now < deadline_instant(last, zone_name) and not was_reminded and not is_new


@in_transaction
def _remind_event(event_id: int, now: datetime) -> int:
    event = organised_events.get_event_for_update(event_id)
    mailing = db.session.scalars(
        select(Mailing)
        .where(Mailing.event_id == event_id, Mailing.kind == "deadline")
        .order_by(Mailing.id.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if mailing is None or mailing.state not in _SWITCHED_ON or event.state != "published":
        return 0
    delegations = db.session.scalars(
        select(Delegation)
        .where(Delegation.event_id == event_id, Delegation.state.in_(delegation_mail.SILENT_STATES))
        .order_by(Delegation.id)
        .with_for_update(of=Delegation)
        .execution_options(populate_existing=True)
    ).all()
    count = 0
    for delegation in delegations:
        if not _is_due(mailing, delegation, now):
            continue
        for point in delegation.focal_points:
            delegation_mail.queue_reminder(event, delegation, point).mailing_id = mailing.id
            count += 1
        delegation.reminded_at = now
    return count
