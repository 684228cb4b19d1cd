"""VTIMEZONE components, made from the rule in the last line of a zone's file (RFC 5545 §3.6.5, RFC 8536 §3.3).

The files are those of the tzdata package, so that every installation writes the same bytes. A component states the
zone's rule of today for all years; ``reads_as`` tells which instant a reader finds by it.
"""

from __future__ import annotations

import io
import re
import struct
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from importlib import resources
from zoneinfo import ZoneInfo

from iurc_events.domain.time_slots import TimeSlot

_NAME = r"([A-Za-z]{3,}|<[A-Za-z0-9+-]+>)"
_OFFSET = r"([+-]?\d+(?::\d+){0,2})"
_RULE = r"(M\d+\.\d\.\d(?:/[+-]?\d+(?::\d+){0,2})?)"
_POSIX = re.compile(rf"{_NAME}{_OFFSET}(?:{_NAME}{_OFFSET}?,{_RULE},{_RULE})?")
_ZONE_NAME = re.compile(r"[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*")
_EPOCH = datetime.combine(date(1970, 1, 1), time())  # naive: wall times of the zone
_DAYS = ("SU", "MO", "TU", "WE", "TH", "FR", "SA")


class UnknownZoneError(ValueError):
    """The tzdata package has no zone of this name, or states its rule in a form that is not known."""


@dataclass(frozen=True, slots=True)
class _Observance:
    """A part of the year: its name, the offset before and in it, and the rule of its beginning (None: all year)."""

    name: str
    seconds_before: int
    seconds: int
    rule: str | None


@cache
def _posix_rule(zone_name: str) -> str:
    if not _ZONE_NAME.fullmatch(zone_name):
        raise UnknownZoneError(zone_name)
    try:
        data = resources.files("tzdata").joinpath("zoneinfo", *zone_name.split("/")).read_bytes()
    except (OSError, ValueError) as error:
        raise UnknownZoneError(zone_name) from error
    rule = data.rstrip(b"\n").rpartition(b"\n")[2].decode("ascii", "replace")
    if not data.startswith(b"TZif") or not _POSIX.fullmatch(rule):
        raise UnknownZoneError(zone_name)
    return rule


@cache
def _rule_zone(zone_name: str) -> ZoneInfo:
    """Return the zone as its VTIMEZONE states it: today's rule in all years."""
    block = struct.pack(">4sc15x6l", b"TZif", b"2", 0, 0, 0, 0, 1, 4)
    body = struct.pack(">lbB", 0, 0, 0) + b"UTC\0"
    return ZoneInfo.from_file(io.BytesIO((block + body) * 2 + f"\n{_posix_rule(zone_name)}\n".encode()))


def reads_as(wall: datetime, zone_name: str) -> datetime | None:
    """Return the UTC instant that a reader finds for a wall time by our VTIMEZONE; None where we have none.

    Where the time strikes twice it is the first (RFC 5545 §3.3.5).
    """
    try:
        return wall.replace(tzinfo=_rule_zone(zone_name), fold=0).astimezone(UTC)
    except UnknownZoneError:
        return None


@lru_cache(maxsize=4096)
def instants(slot: TimeSlot) -> tuple[datetime, datetime]:
    """Return the UTC instants of a slot's bounds, remembered: an entry in three languages needs them often."""
    return slot.starts_at, slot.ends_at


@lru_cache(maxsize=4096)
def zone_as_read(slot: TimeSlot) -> str | None:
    """Return the zone in which to write a slot's wall times, or None where readers would find other instants by it."""
    for written, instant in zip((slot.starts, slot.ends), instants(slot), strict=True):
        if reads_as(datetime.fromisoformat(written), slot.zone_name) != instant:
            return None
    return slot.zone_name


def _seconds(text: str) -> int:
    """Return ``[+-]h[:m[:s]]`` in seconds."""
    sign = -1 if text.startswith("-") else 1
    hours, minutes, seconds = [*(int(part) for part in text.lstrip("+-").split(":")), 0, 0][:3]
    return sign * (hours * 3600 + minutes * 60 + seconds)


def _offset(seconds: int) -> str:
    sign, rest = ("-", -seconds) if seconds < 0 else ("+", seconds)
    tail = f"{rest % 60:02}" if rest % 60 else ""
    return f"{sign}{rest // 3600:02}{rest // 60 % 60:02}{tail}"


def _nth_weekday(year: int, month: int, week: int, weekday: int) -> date:
    """Return the nth weekday (0 = Sunday) of a month; the fifth is the last."""
    first = date(year, month, 1)
    day = 1 + (weekday - first.isoweekday()) % 7 + (week - 1) * 7
    return first.replace(day=day if day <= monthrange(year, month)[1] else day - 7)


def _onset(rule: str) -> tuple[datetime, str]:
    """Return the first onset of a rule since 1970, as wall time before it, and its RRULE."""
    day_rule, _, clock = rule.partition("/")
    month, week, weekday = (int(part) for part in day_rule[1:].split("."))
    seconds = _seconds(clock or "2")
    shift, seconds = divmod(seconds, 86_400)
    length = 28 if month == 2 else monthrange(1970, month)[1]
    first, last = (length - 6, length) if week == 5 else (week * 7 - 6, week * 7)
    day = _nth_weekday(1970, month, week, weekday)
    if shift and not (first + shift >= 1 and last + shift <= length):
        if (shift, seconds) != (1, 0):
            raise UnknownZoneError(rule)
        shift, seconds = 0, 86_399  # 24:00 of the month's last day cannot be said; no time to the minute falls between
    if shift:
        days = ",".join(str(number) for number in range(first + shift, last + shift + 1))
        recurrence = f"BYMONTH={month};BYMONTHDAY={days};BYDAY={_DAYS[(weekday + shift) % 7]}"
    else:
        recurrence = f"BYMONTH={month};BYDAY={-1 if week == 5 else week}{_DAYS[weekday]}"
    wall = datetime.combine(day, time()) + timedelta(days=shift, seconds=seconds)
    return wall, f"FREQ=YEARLY;{recurrence}"


def _observances(rule: str) -> list[_Observance]:
    found = _POSIX.fullmatch(rule)
    if not found:
        raise UnknownZoneError(rule)
    first_name, first_offset, second_name, second_offset, second_rule, first_rule = found.groups()
    first = -_seconds(first_offset)  # POSIX counts west of Greenwich
    if second_name is None:
        return [_Observance(first_name.strip("<>"), first, first, None)]
    second = -_seconds(second_offset) if second_offset else first + 3600
    return [
        _Observance(second_name.strip("<>"), first, second, second_rule),
        _Observance(first_name.strip("<>"), second, first, first_rule),
    ]


@cache
def vtimezone(zone_name: str) -> bytes:
    """Return the VTIMEZONE of a zone: two yearly rules since 1970, or STANDARD alone where clocks do not change.

    The greater offset is the DAYLIGHT one, also in Dublin, whose law has it the other way round.

    Raises:
        UnknownZoneError: If the tzdata package has no such zone.
    """
    lines = ["BEGIN:VTIMEZONE", f"TZID:{zone_name}"]
    for observance in sorted(_observances(_posix_rule(zone_name)), key=lambda each: -each.seconds):
        kind = "DAYLIGHT" if observance.seconds > observance.seconds_before else "STANDARD"
        onset, recurrence = _onset(observance.rule) if observance.rule else (_EPOCH, None)
        lines += [f"BEGIN:{kind}", f"DTSTART:{onset:%Y%m%dT%H%M%S}"]
        lines += [f"RRULE:{recurrence}"] if recurrence else []
        lines += [
            f"TZOFFSETFROM:{_offset(observance.seconds_before)}",
            f"TZOFFSETTO:{_offset(observance.seconds)}",
            f"TZNAME:{observance.name}",
            f"END:{kind}",
        ]
    return "\r\n".join([*lines, "END:VTIMEZONE", ""]).encode("ascii")
