"""When an event takes registrations: from the first to the last day that its organiser named, in its own zone."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from iurc_events.domain.time_slots import deadline_instant, opening_instant
from iurc_events.domain.vocabulary import EventState


def is_open_on(opens_on: str | None, closes_on: str | None, zone_name: str | None, now: datetime) -> bool:
    """Tell whether an instant is within the days of registration.

    Registration opens at 00:00 of its first day and closes when 23:59 of its last is over, on the event's clock.
    """
    zone = zone_name or "UTC"
    if opens_on and now < opening_instant(date.fromisoformat(opens_on), zone):
        return False
    return not closes_on or now < deadline_instant(date.fromisoformat(closes_on), zone)


def takes_registrations(event: Any, now: datetime) -> bool:
    """Tell whether people can sign up for an event now.

    Args:
        event: Anything with the event's state, days of registration, zone and end.
    """
    return (
        event.state == EventState.PUBLISHED
        and event.is_registration_open
        and (event.ends_at is None or now < event.ends_at)
        and is_open_on(event.registration_opens_on, event.registration_closes_on, event.time_zone, now)
    )
