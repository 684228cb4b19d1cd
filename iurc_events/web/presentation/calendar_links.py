"""Ways to take one event into a calendar: a file, a subscription, or a filled-in form of Google or Outlook.

The forms are mere links: nothing is sent to anybody before a reader follows one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote, urlencode

from iurc_events import addresses
from iurc_events.calendars.wording import with_part
from iurc_events.config import settings
from iurc_events.domain.language_maps import text_of
from iurc_events.domain.time_slots import Precision, TimeSlot
from iurc_events.models.events import Event

_GOOGLE = "https://calendar.google.com/calendar/render"
_OUTLOOK_COM = "https://outlook.live.com/calendar/0/deeplink/compose"
_OFFICE_365 = "https://outlook.office.com/calendar/0/deeplink/compose"


@dataclass(frozen=True, slots=True)
class CalendarLinks:
    """Addresses for one event; those of the forms are empty where the event does not take place as planned."""

    download: str
    webcal: str
    subscribe: str
    google: str
    outlook_com: str
    office_365: str


def _link(base: str, values: dict[str, str]) -> str:
    return f"{base}?{urlencode({name: value for name, value in values.items() if value}, quote_via=quote)}"


def _bounds(slot: TimeSlot, time_format: str, day_format: str) -> tuple[str, str]:
    """Return begin and end as a form takes them: instants in UTC, or days with the end exclusive."""
    if slot.precision is Precision.MINUTE:
        return slot.starts_at.strftime(time_format), slot.ends_at.strftime(time_format)
    return slot.first_day.strftime(day_format), (slot.last_day + timedelta(days=1)).strftime(day_format)


def google_link(slot: TimeSlot, title: str, details: str, place: str) -> str:
    """Return the address of Google's form for a new event."""
    dates = "/".join(_bounds(slot, "%Y%m%dT%H%M%SZ", "%Y%m%d"))
    return _link(_GOOGLE, {"action": "TEMPLATE", "text": title, "dates": dates, "details": details, "location": place})


def outlook_link(base: str, slot: TimeSlot, title: str, details: str, place: str) -> str:
    """Return the address of Outlook's form for a new event."""
    starts, ends = _bounds(slot, "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d")
    is_timed = slot.precision is Precision.MINUTE
    return _link(
        base,
        {
            "path": "/calendar/action/compose",
            "rru": "addevent",
            "startdt": starts,
            "enddt": ends,
            "allday": "" if is_timed else "true",
            "subject": title,
            "body": details,
            "location": place,
        },
    )


def calendar_links(event: Event, language: str, now: datetime) -> CalendarLinks | None:
    """Return the ways to take an event into a calendar; None where only its month is known."""
    slot = event.slot
    if slot is None or slot.precision is Precision.MONTH:
        return None
    base_url = settings().base_url
    path = addresses.feed("event", event.slug, language)
    address = base_url + path
    title = with_part(text_of(event.title, language), slot.part_of_day, language)
    details = base_url + addresses.event(event.slug, language)
    joint = "，" if language == "zh" else ", "
    place = joint.join(filter(None, (text_of(event.venue_name, language), text_of(event.venue_address, language))))
    is_coming = event.state == "published" and slot.ends_at > now
    return CalendarLinks(
        download=path,
        webcal="webcal" + address[address.index("://") :],
        subscribe=f"/{language}/calendars/?{urlencode({'kind': 'event', 'id': event.slug})}",
        google=google_link(slot, title, details, place) if is_coming else "",
        outlook_com=outlook_link(_OUTLOOK_COM, slot, title, details, place) if is_coming else "",
        office_365=outlook_link(_OFFICE_365, slot, title, details, place) if is_coming else "",
    )
