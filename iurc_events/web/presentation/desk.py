"""What the organiser's pages show of events: rows with both clocks, and details in words for comparison."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from iurc_events.domain.clock_texts import ReferenceZone, full_line, long_date, zones_of_programme
from iurc_events.domain.language_maps import LanguageMap, text_of
from iurc_events.domain.time_slots import TimeSlot, zone
from iurc_events.localisation import noop, translate
from iurc_events.queries.organised_events import OrganisedEvent
from iurc_events.web.presentation.day_bars import DayBarView, day_bar_view
from iurc_events.web.presentation.times import TimeView, time_view
from iurc_events.web.presentation.vocabulary import LABELS, label

#: Names of the fields of an event, as forms and History say them.
FIELD_NAMES = {
    "title": noop("Title"),
    "title_translated": noop("Title translated"),
    "summary": noop("Summary"),
    "kind": noop("Kind"),
    "format": noop("Format"),
    "slot": noop("Date and time"),
    "state": noop("State"),
    "slug": noop("Address of the page"),
    "status_note": noop("Reason"),
    "rescheduled_from": noop("Date before"),
    "venue_name": noop("Venue"),
    "venue_address": noop("Address of the venue"),
    "venue_city_id": noop("City of the venue"),
    "join_links": noop("Join links"),
    "theme_ids": noop("Themes"),
    "event_themes": noop("Themes"),
    "pair_ids": noop("Pairs"),
    "event_pairs": noop("Pairs"),
    "city_ids": noop("Cities that take part"),
    "event_cities": noop("Cities that take part"),
    "also_for_ids": noop("Held for these programmes too"),
    "event_programmes": noop("Held for these programmes too"),
    "event_frameworks": noop("Policy frameworks"),
    "sdgs": noop("Sustainable Development Goals"),
    "capacity": noop("Places"),
    "registration_opens_on": noop("Registration opens on"),
    "registration_closes_on": noop("Registration closes on"),
    "is_registration_open": noop("People can sign up on the page"),
    "asks_for": noop("What people are asked for"),
    "contact_name": noop("Contact"),
    "contact_email": noop("Mail address of the contact"),
    "working_languages": noop("Working languages"),
    "organisers": noop("Organisers"),
    "documents": noop("Documents"),
    "outcomes": noop("Outcomes"),
    "awards": noop("Awards"),
    "event_sessions": noop("Sessions"),
    "agenda_items": noop("Agenda items"),
    "agenda_item_cities": noop("Cities of agenda items"),
    "contributions": noop("Speakers of agenda items"),
    "speakers": noop("Speakers"),
    "unpublished_at": noop("Withdrawn"),
    "deleted_at": noop("Deleted"),
}
#: Columns that together say when an event is.
SLOT_COLUMNS = {
    "time_zone", "time_precision", "part_of_day", "starts_wall", "ends_wall", "starts_fold", "ends_fold", "first_day",
    "last_day",
}  # fmt: skip


def field_name(name: str, language: str) -> str:
    """Return the name of a field for readers; an unknown one as it is."""
    return translate(FIELD_NAMES.get("slot" if name in SLOT_COLUMNS else name, name), language)


@dataclass(frozen=True, slots=True)
class EventRow:
    """An event in a table of the desk."""

    slug: str
    title: LanguageMap
    state: str
    time: TimeView | None
    day_bar: DayBarView | None
    programme_name: LanguageMap
    answered: int
    invited: int
    seats_taken: int
    capacity: int | None


def event_row(event: OrganisedEvent, language: str, now: datetime) -> EventRow:
    """Turn an event into a row."""
    zones = zones_of_programme(event.reference_zones)
    return EventRow(
        slug=event.slug,
        title=event.title,
        state="unconfirmed" if event.is_unconfirmed else event.state,
        time=time_view(event.slot, zones, language, now=now) if event.slot else None,
        day_bar=day_bar_view(event.slot, zones, language) if event.slot else None,
        programme_name=event.programme_name,
        answered=event.answered,
        invited=event.invited,
        seats_taken=event.seats_taken,
        capacity=event.capacity,
    )


def _texts(value: Mapping[str, Any]) -> str:
    return "\n".join(str(text) for text in value.values() if text)


def detail_text(
    name: str,
    value: Any,
    language: str,
    *,
    zones: Sequence[ReferenceZone] = (),
    names: Mapping[str, Mapping[int, str]] | None = None,
) -> str:
    """Return a detail of an event in words, for comparison; empty where there is nothing.

    Args:
        names: Names by key of what a detail refers to, e.g. ``{"city_ids": {3: "Sofia"}}``.
    """
    if value is None or value in ("", (), [], {}):
        return ""
    if isinstance(value, TimeSlot):
        return full_line(value, tuple(zones), language)
    if isinstance(value, bool):
        return translate(noop("yes") if value else noop("no"), language)
    if name in ("kind", "format", "state") and str(value) in LABELS[name]:
        return label(name, str(value), language)
    known = (names or {}).get(name)
    if known is not None:
        keys = value if isinstance(value, list | tuple) else [value]
        return ("、" if language == "zh" else ", ").join(known.get(key, str(key)) for key in keys)
    if name == "join_links":
        return "\n".join(" ".join(filter(None, [_texts(link.label), link.address])) for link in value)
    if isinstance(value, Mapping):
        return _texts(value)
    if isinstance(value, list | tuple):
        return ", ".join(_texts(each) if isinstance(each, Mapping) else str(each) for each in value)
    return str(value)


def clock_change(zones: Sequence[ReferenceZone], now: datetime, language: str, *, within_days: int = 45) -> str:
    """Say when the distance of the first two clocks changes next, and to what; empty where it does not soon."""
    if len(zones) < 2:
        return ""
    first, second = zones[0], zones[1]

    def distance(at: datetime) -> float:
        here = at.astimezone(zone(first.zone_name)).utcoffset() or timedelta()
        there = at.astimezone(zone(second.zone_name)).utcoffset() or timedelta()
        return (there - here).total_seconds() / 3600

    noon = now.replace(hour=12, minute=0, second=0, microsecond=0)
    before = distance(noon)
    for days in range(1, within_days + 1):
        after = distance(noon + timedelta(days=days))
        if after != before:
            return translate(
                noop(
                    "The clocks change on %(day)s. From then on %(second)s is %(after)s hours ahead of %(first)s, "
                    "not %(before)s."
                ),
                language,
                day=long_date((noon + timedelta(days=days)).date(), language),
                first=text_of(first.place_name, language),
                second=text_of(second.place_name, language),
                after=f"{after:g}",
                before=f"{before:g}",
            )
    return ""
