"""Dates and times in words, in English and Chinese, always with the place.

Own tables of months and weekdays: ``strftime`` follows the locale of the process, and page after page asks for the
same few days (hence the caches). Typography: British dates, en dash for ranges, ``09:00 Brussels | 15:00 Beijing``
and 布鲁塞尔09:00｜北京15:00.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any, Literal

from iurc_events.domain.language_maps import text_of
from iurc_events.domain.time_slots import PART_HOURS, PartOfDay, Precision, TimeSlot, zone

Side = Literal["west", "east", "other"]

MONTHS_EN = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
MONTHS_SHORT_EN = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
WEEKDAYS_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
WEEKDAYS_SHORT_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
WEEKDAYS_ZH = ("星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日")
WEEKDAYS_SHORT_ZH = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")

#: Parts of the day by their first hour; ``night`` is only ever derived for the other clock, never chosen.
PART_WORDS = {
    "en": {"morning": "morning", "afternoon": "afternoon", "evening": "evening", "night": "night"},
    "zh": {"morning": "上午", "afternoon": "下午", "evening": "晚上", "night": "夜间"},
}


@dataclass(frozen=True, slots=True)
class ReferenceZone:
    """A zone whose clock the programme shows: its IANA name, the place that stands for it, and its side."""

    zone_name: str
    place_name: Mapping[str, str]
    side: Side = "other"


def zones_of_programme(reference_zones: Iterable[Mapping[str, Any]]) -> tuple[ReferenceZone, ...]:
    """Return the clocks of a programme's ``reference_zones`` column, west first."""
    return tuple(ReferenceZone(each["zone"], each["place"], each.get("side", "other")) for each in reference_zones)


@lru_cache(maxsize=4096)
def long_date(day: date, language: str, *, with_weekday: bool = True) -> str:
    """Return "Friday 29 April 2022" or 2022年4月29日（星期五）."""
    if language == "zh":
        text = f"{day.year}年{day.month}月{day.day}日"
        return f"{text}（{WEEKDAYS_ZH[day.weekday()]}）" if with_weekday else text
    text = f"{day.day} {MONTHS_EN[day.month - 1]} {day.year}"
    return f"{WEEKDAYS_EN[day.weekday()]} {text}" if with_weekday else text


@lru_cache(maxsize=4096)
def short_date(day: date, language: str, *, with_year: bool = False, with_weekday: bool = True) -> str:
    """Return "Fri 29 Apr" or 4月29日周五; with the year "29 Apr 2022" or 2022年4月29日, for columns."""
    if language == "zh":
        text = f"{day.year}年{day.month}月{day.day}日" if with_year else f"{day.month}月{day.day}日"
        return text + WEEKDAYS_SHORT_ZH[day.weekday()] if with_weekday else text
    text = f"{day.day} {MONTHS_SHORT_EN[day.month - 1]}" + (f" {day.year}" if with_year else "")
    return f"{WEEKDAYS_SHORT_EN[day.weekday()]} {text}" if with_weekday else text


def weekday_name(day: date, language: str, *, short: bool = False) -> str:
    """Return the name of the weekday."""
    if language == "zh":
        return (WEEKDAYS_SHORT_ZH if short else WEEKDAYS_ZH)[day.weekday()]
    return (WEEKDAYS_SHORT_EN if short else WEEKDAYS_EN)[day.weekday()]


def day_mark(day: date, language: str) -> str:
    """Return the short name by which a clock says that it shows another day: "Tue 18" or 18日周二."""
    if language == "zh":
        return f"{day.day}日{WEEKDAYS_SHORT_ZH[day.weekday()]}"
    return f"{WEEKDAYS_SHORT_EN[day.weekday()]} {day.day}"


@lru_cache(maxsize=1024)
def date_range(first: date, last: date, language: str, *, short: bool = False) -> str:
    """Return a day or several without weekdays: "7–8 November 2022", "30 April – 2 May 2022", 2022年11月7日至8日."""
    if first == last:
        return (
            short_date(first, language, with_year=True, with_weekday=False)
            if short
            else long_date(first, language, with_weekday=False)
        )
    if language == "zh":
        end = f"{last.day}日"
        if (first.year, first.month) != (last.year, last.month):
            end = f"{last.month}月{end}"
        if first.year != last.year:
            end = f"{last.year}年{end}"
        return f"{long_date(first, 'zh', with_weekday=False)}至{end}"
    names = MONTHS_SHORT_EN if short else MONTHS_EN
    end = f"{last.day} {names[last.month - 1]} {last.year}"
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{end}"
    start = f"{first.day} {names[first.month - 1]}" + (f" {first.year}" if first.year != last.year else "")
    return f"{start} – {end}"


@lru_cache(maxsize=1024)
def month_range(first: date, last: date, language: str, *, short: bool = False) -> str:
    """Return a month or several: "April 2021", "Apr–Oct 2021", 2021年4月至10月."""
    same_year, same_month = first.year == last.year, (first.year, first.month) == (last.year, last.month)
    if language == "zh":
        start = f"{first.year}年{first.month}月"
        if same_month:
            return start
        return f"{start}至{last.month}月" if same_year else f"{start}至{last.year}年{last.month}月"
    names = MONTHS_SHORT_EN if short else MONTHS_EN
    end = f"{names[last.month - 1]} {last.year}"
    if same_month:
        return end
    start = names[first.month - 1]
    return f"{start}–{end}" if same_year else f"{start} {first.year} – {end}"


def slot_date(slot: TimeSlot, language: str, *, short: bool = False) -> str:
    """Return the date of a slot in its own zone, as exactly as it is known and without weekday."""
    if slot.precision is Precision.MONTH:
        return month_range(slot.first_day, slot.last_day, language, short=short)
    return date_range(slot.first_day, slot.last_day, language, short=short)


def place_of_zone(zone_name: str) -> dict[str, str]:
    """Name a place by its zone alone, for a zone that no one gave a name."""
    return {"en": zone_name.rsplit("/", 1)[-1].replace("_", " ")}


def has_same_clock(zone_name: str, other: str, instant: datetime) -> bool:
    """Tell whether two zones show the same wall time at an instant."""
    return (
        zone_name == other
        or instant.astimezone(zone(zone_name)).utcoffset() == instant.astimezone(zone(other)).utcoffset()
    )


def zones_of(
    slot: TimeSlot, zones: Sequence[ReferenceZone], own: ReferenceZone | None = None
) -> tuple[ReferenceZone, ...]:
    """Return the zones to show a slot in: those of the programme, before them its own where the clock differs."""
    for reference in zones:
        if has_same_clock(slot.zone_name, reference.zone_name, slot.starts_at):
            return tuple(zones)
    return (own or ReferenceZone(slot.zone_name, place_of_zone(slot.zone_name)), *zones)


def part_in_zone(starts_at: datetime, ends_at: datetime, zone_name: str) -> tuple[str, date]:
    """Name the part of the day, and the day, in which the middle of a stretch of time lies in a zone."""
    middle = (starts_at + (ends_at - starts_at) / 2).astimezone(zone(zone_name))
    for part, (first, last) in PART_HOURS.items():
        if first <= middle.hour < last:
            return part.value, middle.date()
    return "night", middle.date()


def part_word(part: str | PartOfDay, language: str) -> str:
    """Return the word for a part of the day."""
    return PART_WORDS["zh" if language == "zh" else "en"][str(part)]


@lru_cache(maxsize=8192)
def _wall(instant: datetime, zone_name: str) -> datetime:
    return instant.astimezone(zone(zone_name))


def clock_text(
    slot: TimeSlot, reference: ReferenceZone, language: str, *, with_end: bool = True, base_day: date | None = None
) -> str:
    """Return one clock of an exact slot or part of day: "09:00–10:30 Brussels" or 布鲁塞尔09:00–10:30.

    Args:
        base_day: The day that is named beside it; another day is said after the place. None: the slot's own first.
    """
    base = base_day or slot.first_day
    place = text_of(reference.place_name, language) or reference.zone_name
    if slot.precision is Precision.PART_OF_DAY:
        if slot.zone_name == reference.zone_name and slot.part_of_day:
            part, day = slot.part_of_day.value, slot.first_day
        else:
            first_end = slot.starts_at + timedelta(hours=6)
            part, day = part_in_zone(slot.starts_at, first_end, reference.zone_name)
        time_text = part_word(part, language)
    else:
        starts, ends = _wall(slot.starts_at, reference.zone_name), _wall(slot.ends_at, reference.zone_name)
        day, time_text = starts.date(), f"{starts:%H:%M}"
        if with_end:
            end_day = (
                "" if ends.date() == day or ends - starts < timedelta(hours=24) else day_mark(ends.date(), language)
            )
            end_text = f"{ends:%H:%M}"
            if end_day:
                end_text = f"{end_day} {end_text}" if language == "en" else f"{end_day}{end_text}"
            time_text = f"{time_text}–{end_text}"
    if language == "zh":
        mark = "" if day == base else day_mark(day, language)
        return f"{place}{mark}{time_text}"
    mark = "" if day == base else f", {day_mark(day, language)}"
    joint = " " if slot.is_exact else " in "
    return f"{time_text}{joint}{place}{mark}"


def clock_line(
    slot: TimeSlot,
    zones: Sequence[ReferenceZone],
    language: str,
    *,
    with_end: bool = True,
    base_day: date | None = None,
    own: ReferenceZone | None = None,
) -> str:
    """Return all clocks in one line of plain text; empty where no hours and no part of the day are known."""
    if slot.precision not in (Precision.MINUTE, Precision.PART_OF_DAY):
        return ""
    separator = "｜" if language == "zh" else " | "
    return separator.join(
        clock_text(slot, reference, language, with_end=with_end, base_day=base_day)
        for reference in zones_of(slot, zones, own)
    )


def full_line(
    slot: TimeSlot, zones: Sequence[ReferenceZone], language: str, *, own: ReferenceZone | None = None
) -> str:
    """Return date and clocks in one line of plain text, for mails and calendars."""
    clocks = clock_line(slot, zones, language, own=own)
    if slot.precision is Precision.MONTH or slot.first_day != slot.last_day:
        day = slot_date(slot, language)
    else:
        day = long_date(slot.first_day, language)
    if not clocks:
        return day
    return f"{day}，{clocks}" if language == "zh" else f"{day}, {clocks}"


def instant_line(instant: datetime, zones: Sequence[ReferenceZone], language: str) -> str:
    """Return a moment on all clocks: "26 April 2022, 12:00 Brussels | 18:00 Beijing" (the date by the first zone)."""
    first = _wall(instant, zones[0].zone_name) if zones else instant.astimezone(UTC)
    parts = []
    for reference in zones:
        wall = _wall(instant, reference.zone_name)
        place = text_of(reference.place_name, language) or reference.zone_name
        mark = "" if wall.date() == first.date() else day_mark(wall.date(), language)
        if language == "zh":
            parts.append(f"{place}{mark}{wall:%H:%M}")
        else:
            parts.append(f"{wall:%H:%M} {place}" + (f", {mark}" if mark else ""))
    day = long_date(first.date(), language, with_weekday=False)
    if not parts:
        return f"{day}, {first:%H:%M} UTC" if language == "en" else f"{day}，UTC {first:%H:%M}"
    return f"{day}，{'｜'.join(parts)}" if language == "zh" else f"{day}, {' | '.join(parts)}"
