"""Times as pages show them: both clocks, parts of the day, or one sentence where no hours are known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from iurc_events.domain.clock_texts import (
    ReferenceZone,
    Side,
    clock_line,
    date_range,
    day_mark,
    has_same_clock,
    long_date,
    part_in_zone,
    part_word,
    short_date,
    slot_date,
    weekday_name,
    zones_of,
)
from iurc_events.domain.language_maps import localised
from iurc_events.domain.time_slots import PART_HOURS, Precision, TimeSlot, zone
from iurc_events.localisation import noop, translate

_NUMBERS_EN = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten")
_NUMBERS_ZH = ("零", "一", "两", "三", "四", "五", "六", "七", "八", "九", "十")


@dataclass(frozen=True, slots=True)
class ClockView:
    """One clock: figures or a part of the day over its place."""

    side: str
    time_text: str
    start_text: str
    place: str
    place_language: str
    zone_name: str
    summer_time: str
    day_text: str
    starts_iso: str
    ends_iso: str
    is_own: bool
    is_exact: bool


@dataclass(frozen=True, slots=True)
class TimeView:
    """A slot as shown; ``clocks`` is empty and ``sentence`` filled where no hours are known."""

    precision: str
    date_iso: str
    date_long: str
    date_plain: str
    date_short: str
    date_brief: str
    weekday: str
    weekday_short: str
    clocks: tuple[ClockView, ...]
    sentence: str
    inline: str
    inline_start: str
    spoken: str
    has_own: bool

    @property
    def is_exact(self) -> bool:
        """Whether hours and minutes are known."""
        return self.precision == "minute"


def _own_part_bounds(slot: TimeSlot) -> tuple[datetime, datetime]:
    """Return the bounds of the part of the slot's first day."""
    if slot.part_of_day is None:
        return slot.starts_at, slot.ends_at
    first, last = PART_HOURS[slot.part_of_day]
    return slot.starts_at, slot.starts_at + timedelta(hours=last - first)


def _clock(slot: TimeSlot, reference: ReferenceZone, language: str, base_day: date, own_zone: str | None) -> ClockView:
    place = localised(reference.place_name, language)
    starts_at, ends_at = slot.starts_at, slot.ends_at
    starts = starts_at.astimezone(zone(reference.zone_name))
    ends = ends_at.astimezone(zone(reference.zone_name))
    if slot.precision is Precision.PART_OF_DAY:
        part, day = part_in_zone(*_own_part_bounds(slot), reference.zone_name)
        if slot.part_of_day and slot.zone_name == reference.zone_name:
            part, day = slot.part_of_day.value, slot.first_day
        word = part_word(part, language)
        time_text = start_text = word[:1].upper() + word[1:]
    else:
        day, start_text = starts.date(), f"{starts:%H:%M}"
        end_mark = day_mark(ends.date(), language) + " " if ends - starts >= timedelta(hours=24) else ""
        time_text = f"{start_text}–{end_mark}{ends:%H:%M}"
    summer = ""
    if starts.dst() and slot.is_exact:
        summer = translate(noop("summer time"), language) if language == "zh" else starts.tzname() or ""
        if summer[:1] in "+-":  # zones without letters of their own ("-03") say nothing to a reader
            summer = ""
    return ClockView(
        side=reference.side,
        time_text=time_text,
        start_text=start_text,
        place=place.text if place else reference.zone_name,
        place_language=place.language if place and place.is_fallback else "",
        zone_name=reference.zone_name,
        summer_time=summer,
        day_text="" if day == base_day else day_mark(day, language),
        starts_iso=starts.isoformat(timespec="minutes") if slot.is_exact else "",
        ends_iso=ends.isoformat(timespec="minutes") if slot.is_exact else "",
        is_own=own_zone is not None and has_same_clock(reference.zone_name, own_zone, starts_at),
        is_exact=slot.is_exact,
    )


def _days_words(number: int, language: str) -> str:
    if language == "zh":
        return f"{_NUMBERS_ZH[number] if number <= 10 else number}天"
    return f"{_NUMBERS_EN[number] if number <= 10 else number} days"


def _sentence(slot: TimeSlot, language: str, now: datetime | None) -> str:
    is_to_come = now is not None and slot.ends_at > now
    if slot.precision is Precision.MONTH:
        if is_to_come:
            return translate(noop("Month set; day to be announced"), language)
        return translate(noop("Known by the month"), language)
    number = (slot.last_day - slot.first_day).days + 1
    if number > 1:
        days = _days_words(number, language)
        if is_to_come:
            return translate(noop("%(days)s; hours to be announced"), language, days=days)
        return translate(noop("%(days)s; hours not published"), language, days=days)
    if is_to_come:
        return translate(noop("Date set; hours to be announced"), language)
    return translate(noop("Day only; hours not published"), language)


def _spoken(clocks: tuple[ClockView, ...], language: str) -> str:
    if language == "zh":
        return "，".join(f"{clock.place}{clock.day_text}{clock.time_text}" for clock in clocks)
    parts = []
    for clock in clocks:
        text = clock.time_text.replace("–", " to ") if clock.is_exact else clock.time_text.lower()
        parts.append(f"{text} in {clock.place}" + (f" on {clock.day_text}" if clock.day_text else ""))
    return ", ".join(parts)


def time_view(
    slot: TimeSlot,
    zones: Sequence[ReferenceZone],
    language: str,
    *,
    now: datetime | None = None,
    base_day: date | None = None,
    own_zone: str | None = None,
    slot_place: ReferenceZone | None = None,
) -> TimeView:
    """Turn a slot into what pages show.

    Args:
        now: Says whether unknown hours are "to be announced" (still to come) or "not published"; None: the latter.
        base_day: The day named beside the clocks; a clock on another day says so. None: the slot's own first day.
        own_zone: The reader's zone, whose clock is set in the stronger weight.
        slot_place: Name of the place whose zone the slot is in, when it is not one of ``zones``.
    """
    base = base_day or slot.first_day
    clocks: tuple[ClockView, ...] = ()
    if slot.precision in (Precision.MINUTE, Precision.PART_OF_DAY):
        clocks = tuple(_clock(slot, each, language, base, own_zone) for each in zones_of(slot, zones, slot_place))
    is_one_day = slot.precision is not Precision.MONTH and slot.first_day == slot.last_day
    if is_one_day:
        weekday, weekday_short = (
            weekday_name(slot.first_day, language),
            weekday_name(slot.first_day, language, short=True),
        )
    elif slot.precision is Precision.MONTH:
        weekday = weekday_short = ""
    else:
        weekday = "–".join(weekday_name(day, language) for day in (slot.first_day, slot.last_day))
        weekday_short = "–".join(weekday_name(day, language, short=True) for day in (slot.first_day, slot.last_day))
    sentence = "" if clocks else _sentence(slot, language, now)
    return TimeView(
        precision=slot.precision.value,
        date_iso=slot.starts[:7] if slot.precision is Precision.MONTH else slot.starts[:10],
        date_long=long_date(slot.first_day, language) if is_one_day else slot_date(slot, language),
        date_plain=slot_date(slot, language),
        date_short=slot_date(slot, language, short=True),
        date_brief=short_date(slot.first_day, language) if is_one_day else slot_date(slot, language, short=True),
        weekday=weekday,
        weekday_short=weekday_short,
        clocks=clocks,
        sentence=sentence,
        inline=clock_line(slot, zones, language, base_day=base, own=slot_place) or sentence,
        inline_start=clock_line(slot, zones, language, with_end=False, base_day=base, own=slot_place) or sentence,
        spoken=_spoken(clocks, language) or sentence,
        has_own=any(clock.is_own for clock in clocks),
    )


ZoneKey = tuple[tuple[str, tuple[tuple[str, str], ...], Side], ...]


def zone_key(zones: Sequence[ReferenceZone]) -> ZoneKey:
    """Return zones as values that a cache can tell apart."""
    return tuple((each.zone_name, tuple(each.place_name.items()), each.side) for each in zones)


@lru_cache(maxsize=8192)
def kept_time_view(slot: TimeSlot, zones: ZoneKey, language: str) -> TimeView:
    """Return what :func:`time_view` makes of a slot of an agenda, made once: long agendas are shown over and over."""
    return time_view(slot, [ReferenceZone(name, dict(place), side) for name, place, side in zones], language)


def instant_view(
    instant: datetime, zones: Sequence[ReferenceZone], language: str, *, own_zone: str | None = None
) -> TimeView:
    """Turn a moment (a deadline, now) into two clocks without an end; its date is that of the first zone."""
    first = zones[0].zone_name if zones else "UTC"
    wall = instant.astimezone(zone(own_zone or first))
    base = wall.date()
    clocks = []
    for reference in zones:
        local = instant.astimezone(zone(reference.zone_name))
        place = localised(reference.place_name, language)
        text = f"{local:%H:%M}"
        clocks.append(
            ClockView(
                side=reference.side,
                time_text=text,
                start_text=text,
                place=place.text if place else reference.zone_name,
                place_language=place.language if place and place.is_fallback else "",
                zone_name=reference.zone_name,
                summer_time="",
                day_text="" if local.date() == base else day_mark(local.date(), language),
                starts_iso=local.isoformat(timespec="minutes"),
                ends_iso="",
                is_own=own_zone is not None and has_same_clock(reference.zone_name, own_zone, instant),
                is_exact=True,
            )
        )
    separator = "｜" if language == "zh" else " | "
    inline = separator.join(
        f"{clock.place}{clock.day_text}{clock.time_text}"
        if language == "zh"
        else f"{clock.time_text} {clock.place}" + (f", {clock.day_text}" if clock.day_text else "")
        for clock in clocks
    )
    return TimeView(
        precision="minute",
        date_iso=base.isoformat(),
        date_long=long_date(base, language),
        date_plain=long_date(base, language, with_weekday=False),
        date_short=date_range(base, base, language, short=True),
        date_brief=short_date(base, language),
        weekday=weekday_name(base, language),
        weekday_short=weekday_name(base, language, short=True),
        clocks=tuple(clocks),
        sentence="",
        inline=inline,
        inline_start=inline,
        spoken=_spoken(tuple(clocks), language),
        has_own=any(clock.is_own for clock in clocks),
    )


def offset_sentence(instant: datetime, zones: Sequence[ReferenceZone], language: str) -> str:
    """Say how far the clocks of the first two zones are apart at an instant: "Beijing is 6 hours ahead of Brussels"."""
    if len(zones) < 2:
        return ""
    first, second = zones[0], zones[1]
    here = instant.astimezone(zone(first.zone_name)).utcoffset() or timedelta()
    there = instant.astimezone(zone(second.zone_name)).utcoffset() or timedelta()
    ahead, behind = (second, first) if there >= here else (first, second)
    minutes = abs(int((there - here).total_seconds())) // 60
    hours = f"{minutes // 60}" if minutes % 60 == 0 else f"{minutes // 60}:{minutes % 60:02}"
    names = {}
    for key, reference in (("ahead", ahead), ("behind", behind)):
        text = localised(reference.place_name, language)
        names[key] = text.text if text else reference.zone_name
    return translate(
        noop("%(ahead)s is %(hours)s hours ahead of %(behind)s on this day."), language, hours=hours, **names
    )
