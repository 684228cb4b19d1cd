"""The day bar: office hours of both places, their overlap and the event, reckoned for the date itself.

All places are in per cent of the width, so that the picture needs no scaling and its figures keep their size.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from iurc_events.domain.clock_texts import ReferenceZone
from iurc_events.domain.language_maps import text_of
from iurc_events.domain.time_slots import Precision, TimeSlot, zone
from iurc_events.localisation import noop, translate

OFFICE_HOURS = (9, 18)
LIST_WINDOW = (3, 19)
FULL_WINDOW = (2, 22)


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the bar, in per cent of its width."""

    x: float
    width: float


@dataclass(frozen=True, slots=True)
class TickView:
    """A line with the hour of both clocks; ``is_minor`` ones lose their figures on narrow screens."""

    x: float
    west_text: str
    east_text: str
    is_minor: bool


@dataclass(frozen=True, slots=True)
class DayBarView:
    """Everything the picture needs, and the same in words."""

    west_place: str
    east_place: str
    west_spans: tuple[Span, ...]
    east_spans: tuple[Span, ...]
    overlap_spans: tuple[Span, ...]
    event: Span
    is_hatched: bool
    ticks: tuple[TickView, ...]
    text: str
    is_inside_both: bool


def _at(day_start: datetime, zone_name: str, hours: int) -> datetime:
    """Return the instant of a wall hour (may be 24 or more) of the day of ``day_start`` (naive midnight)."""
    return (day_start + timedelta(hours=hours)).replace(tzinfo=zone(zone_name)).astimezone(UTC)


def _office_spans(
    starts: datetime, ends: datetime, zone_name: str, hours: tuple[int, int]
) -> list[tuple[datetime, datetime]]:
    first_day = starts.astimezone(zone(zone_name)).date() - timedelta(days=1)
    spans = []
    for offset in range((ends - starts).days + 4):
        midnight = datetime.combine(first_day + timedelta(days=offset), time())
        opens, closes = _at(midnight, zone_name, hours[0]), _at(midnight, zone_name, hours[1])
        if closes > starts and opens < ends:
            spans.append((max(opens, starts), min(closes, ends)))
    return spans


def _clock_sentence(
    slot: TimeSlot, west: ReferenceZone, east: ReferenceZone, language: str, hours: tuple[int, int]
) -> tuple[str, bool]:
    """Say whether the hours are decent in both places, or what hour it is where they are not."""
    outside = []
    for reference in (west, east):
        starts = slot.starts_at.astimezone(zone(reference.zone_name))
        ends = slot.ends_at.astimezone(zone(reference.zone_name))
        start_minute = starts.hour * 60 + starts.minute
        end_minute = start_minute + int((slot.ends_at - slot.starts_at).total_seconds()) // 60
        place = text_of(reference.place_name, language) or reference.zone_name
        if start_minute < hours[0] * 60 or start_minute >= hours[1] * 60:
            outside.append((place, f"{starts:%H:%M}"))
        elif end_minute > hours[1] * 60:
            outside.append((place, f"{ends:%H:%M}"))
    if not outside:
        return translate(noop("Inside office hours in both places"), language), True
    parts = [translate(noop("%(time)s in %(place)s"), language, time=hour, place=place) for place, hour in outside]
    joined = ("，" if language == "zh" else ", ").join(parts)
    return translate(noop("Outside office hours: %(parts)s"), language, parts=joined), False


def day_bar_view(
    slot: TimeSlot,
    zones: Sequence[ReferenceZone],
    language: str,
    *,
    size: str = "list",
    office_hours: tuple[int, int] = OFFICE_HOURS,
) -> DayBarView | None:
    """Reckon the day bar of a slot, or None where hours are unknown, it lasts longer than a day, or a zone is missing.

    Args:
        size: ``list`` has the fixed window 03–19 of the west clock, so that rows compare; ``full`` 02–22. Either
            grows to hold the event.
        office_hours: First and last hour of office work in both places, a setting of the programme.
    """
    west = next((each for each in zones if each.side == "west"), zones[0] if zones else None)
    east = next((each for each in zones if each.side == "east"), zones[-1] if len(zones) > 1 else None)
    if west is None or east is None or slot.precision not in (Precision.MINUTE, Precision.PART_OF_DAY):
        return None
    if slot.ends_at - slot.starts_at > timedelta(hours=24):
        return None
    midnight = datetime.combine(slot.starts_at.astimezone(zone(west.zone_name)).date(), time())
    first, last = LIST_WINDOW if size == "list" else FULL_WINDOW
    while _at(midnight, west.zone_name, first) > slot.starts_at:
        first -= 2
    while _at(midnight, west.zone_name, last) < slot.ends_at:
        last += 2
    starts, ends = _at(midnight, west.zone_name, first), _at(midnight, west.zone_name, last)
    length = (ends - starts).total_seconds()

    def span(begin: datetime, end: datetime) -> Span:
        return Span(
            round((begin - starts).total_seconds() * 100 / length, 3),
            round((end - begin).total_seconds() * 100 / length, 3),
        )

    west_spans = _office_spans(starts, ends, west.zone_name, office_hours)
    east_spans = _office_spans(starts, ends, east.zone_name, office_hours)
    overlaps = [
        (max(here[0], there[0]), min(here[1], there[1]))
        for here in west_spans
        for there in east_spans
        if max(here[0], there[0]) < min(here[1], there[1])
    ]
    ticks = []
    for number, hour in enumerate(range(0, int(length // 3600) + 1, 2)):
        instant = starts + timedelta(hours=hour)
        ticks.append(
            TickView(
                round(hour * 3600 * 100 / length, 3),
                f"{instant.astimezone(zone(west.zone_name)):%H}",
                f"{instant.astimezone(zone(east.zone_name)):%H}",
                is_minor=number % 2 == 1,
            )
        )
    if slot.is_exact:
        text, is_inside = _clock_sentence(slot, west, east, language, office_hours)
    else:
        text, is_inside = translate(noop("Known by the part of the day only"), language), False
    return DayBarView(
        west_place=text_of(west.place_name, language) or west.zone_name,
        east_place=text_of(east.place_name, language) or east.zone_name,
        west_spans=tuple(span(*each) for each in west_spans),
        east_spans=tuple(span(*each) for each in east_spans),
        overlap_spans=tuple(span(*each) for each in overlaps),
        event=span(slot.starts_at, slot.ends_at),
        is_hatched=not slot.is_exact,
        ticks=tuple(ticks),
        text=text,
        is_inside_both=is_inside,
    )
