"""When something is: wall time + IANA zone as chosen, the instant derived from them, and how exactly it is known.

A slot never pretends to know more than it does: its ``precision`` fixes the form of its wall times, and its instants
are only the bounds of what is known (a day's begin and end, not an hour).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, reset_tzpath

from iurc_events.domain.errors import DomainError

# The rules of the tzdata package, not those of the machine: the same instants and calendar bytes everywhere.
reset_tzpath(to=())


class Precision(StrEnum):
    """How exactly a time is known."""

    MINUTE = "minute"
    PART_OF_DAY = "part-of-day"
    DAY = "day"
    MONTH = "month"


class PartOfDay(StrEnum):
    """Morning 06–12, afternoon 12–18, evening 18–24, in the zone of the slot."""

    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"


PART_HOURS = {PartOfDay.MORNING: (6, 12), PartOfDay.AFTERNOON: (12, 18), PartOfDay.EVENING: (18, 24)}


class InvalidTimeSlotError(DomainError):
    """The times do not make a slot."""


class SkippedTimeError(InvalidTimeSlotError):
    """The clocks of the zone jump over this wall time."""


class AmbiguousTimeError(InvalidTimeSlotError):
    """This wall time strikes twice in the zone and it was not said which is meant."""


@cache
def zone(name: str) -> ZoneInfo:
    """Return a zone by its IANA name.

    Raises:
        InvalidTimeSlotError: If there is no such zone.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise InvalidTimeSlotError("There is no time zone called “%(zone)s”", zone=name) from error


def is_skipped(wall: datetime, zone_name: str) -> bool:
    """Tell whether the zone's clocks jump over a naive wall time (spring)."""
    aware = wall.replace(tzinfo=zone(zone_name))
    return aware.astimezone(UTC).astimezone(zone(zone_name)).replace(tzinfo=None, fold=0) != wall.replace(fold=0)


def is_ambiguous(wall: datetime, zone_name: str) -> bool:
    """Tell whether a naive wall time strikes twice in the zone (autumn)."""
    first = wall.replace(tzinfo=zone(zone_name), fold=0).utcoffset()
    second = wall.replace(tzinfo=zone(zone_name), fold=1).utcoffset()
    return first != second and not is_skipped(wall, zone_name)


@lru_cache(maxsize=16384)
def to_instant(wall: datetime, zone_name: str, fold: int = 0) -> datetime:
    """Return the UTC instant of a naive wall time.

    Args:
        fold: Which of two is meant where the wall time strikes twice: 0 the first, 1 the second.

    Raises:
        SkippedTimeError: If the clocks jump over it.
    """
    if is_skipped(wall, zone_name):
        raise SkippedTimeError(
            "%(time)s does not exist in %(zone)s: the clocks go forward then",
            time=wall.strftime("%Y-%m-%d %H:%M"),
            zone=zone_name,
        )
    return wall.replace(tzinfo=zone(zone_name), fold=fold).astimezone(UTC)


def _start_of_day(day: date, zone_name: str) -> datetime:
    """Return the first instant of a day, also where its midnight is skipped."""
    return datetime.combine(day, time(), tzinfo=zone(zone_name)).astimezone(UTC)


_MONTH = re.compile(r"\d{4}-\d{2}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MINUTE = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}")


def _last_of_month(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class TimeSlot:
    """A time as chosen.

    ``starts`` and ``ends`` are wall times in ``zone_name``: ``YYYY-MM-DDTHH:MM`` for minutes (end exclusive),
    ``YYYY-MM-DD`` for part of day and day, ``YYYY-MM`` for month (both inclusive).
    """

    zone_name: str
    precision: Precision
    starts: str
    ends: str
    part_of_day: PartOfDay | None = None
    starts_fold: int = 0
    ends_fold: int = 0

    def __post_init__(self) -> None:
        zone(self.zone_name)
        pattern = {Precision.MINUTE: _MINUTE, Precision.MONTH: _MONTH}.get(self.precision, _DAY)
        for value in (self.starts, self.ends):
            if not pattern.fullmatch(value):
                raise InvalidTimeSlotError(
                    "“%(value)s” does not fit the precision “%(precision)s”", value=value, precision=self.precision
                )
        if (self.part_of_day is None) == (self.precision is Precision.PART_OF_DAY):
            raise InvalidTimeSlotError("Say morning, afternoon or evening exactly where the part of the day is known")
        try:
            starts_at, ends_at = self.starts_at, self.ends_at
        except ValueError as error:
            raise InvalidTimeSlotError("“%(value)s” is not a date", value=f"{self.starts} – {self.ends}") from error
        if self.precision is Precision.MINUTE:
            if ends_at <= starts_at:
                raise InvalidTimeSlotError("The end must be after %(start)s", start=self.starts[11:])
        elif self.ends < self.starts:
            raise InvalidTimeSlotError("The last day must not be before %(start)s", start=self.starts)

    @classmethod
    def from_wall_times(
        cls, starts: datetime, ends: datetime, zone_name: str, *, starts_fold: int = 0, ends_fold: int = 0
    ) -> TimeSlot:
        """Make a slot known to the minute out of naive wall times.

        Raises:
            SkippedTimeError: If the clocks jump over one of them.
            InvalidTimeSlotError: If the end is not after the start.
        """
        return cls(
            zone_name,
            Precision.MINUTE,
            starts.strftime("%Y-%m-%dT%H:%M"),
            ends.strftime("%Y-%m-%dT%H:%M"),
            starts_fold=starts_fold,
            ends_fold=ends_fold,
        )

    @property
    def starts_wall(self) -> datetime:
        """The naive wall time at which the slot starts, only meaningful to its precision."""
        if self.precision is Precision.MINUTE:
            return datetime.fromisoformat(self.starts)
        first = datetime.combine(self.first_day, time())
        return first.replace(hour=PART_HOURS[self.part_of_day][0]) if self.part_of_day else first

    @property
    def first_day(self) -> date:
        """The first day in the slot's own zone."""
        return date.fromisoformat(self.starts + "-01" if self.precision is Precision.MONTH else self.starts[:10])

    @property
    def last_day(self) -> date:
        """The last day in the slot's own zone, inclusive; an end at midnight belongs to the day before."""
        if self.precision is Precision.MONTH:
            return _last_of_month(date.fromisoformat(self.ends + "-01"))
        last = date.fromisoformat(self.ends[:10])
        if self.precision is Precision.MINUTE and self.ends.endswith("T00:00") and last > self.first_day:
            return last - timedelta(days=1)
        return last

    @property
    def starts_at(self) -> datetime:
        """The UTC instant at which it starts, or the earliest one that fits what is known."""
        if self.precision is Precision.MINUTE:
            return to_instant(datetime.fromisoformat(self.starts), self.zone_name, self.starts_fold)
        if self.part_of_day:
            return self.starts_wall.replace(tzinfo=zone(self.zone_name)).astimezone(UTC)
        return _start_of_day(self.first_day, self.zone_name)

    @property
    def ends_at(self) -> datetime:
        """The UTC instant at which it ends (exclusive), or the latest one that fits what is known."""
        if self.precision is Precision.MINUTE:
            return to_instant(datetime.fromisoformat(self.ends), self.zone_name, self.ends_fold)
        if self.part_of_day and PART_HOURS[self.part_of_day][1] < 24:
            wall = datetime.combine(self.last_day, time(PART_HOURS[self.part_of_day][1]))
            return wall.replace(tzinfo=zone(self.zone_name)).astimezone(UTC)
        return _start_of_day(self.last_day + timedelta(days=1), self.zone_name)

    @property
    def is_exact(self) -> bool:
        """Whether hours and minutes are known."""
        return self.precision is Precision.MINUTE

    def overlaps(self, other: TimeSlot) -> bool:
        """Tell whether two slots share an instant for sure: only exact slots are compared."""
        return self.is_exact and other.is_exact and self.starts_at < other.ends_at and other.starts_at < self.ends_at


@lru_cache(maxsize=16384)
def stored_slot(
    zone_name: str,
    precision: str,
    starts: str,
    ends: str,
    part_of_day: str | None,
    starts_fold: int,
    ends_fold: int,
) -> TimeSlot:
    """Return the slot of stored values, made and checked once: long agendas are shown over and over."""
    part = PartOfDay(part_of_day) if part_of_day else None
    return TimeSlot(zone_name, Precision(precision), starts, ends, part, starts_fold, ends_fold)


def ambiguous_fields(slot: TimeSlot) -> tuple[str, ...]:
    """Name the ends of an exact slot (``starts``, ``ends``) whose wall time strikes twice."""
    if not slot.is_exact:
        return ()
    return tuple(
        name for name in ("starts", "ends") if is_ambiguous(datetime.fromisoformat(getattr(slot, name)), slot.zone_name)
    )


def opening_instant(day: date, zone_name: str) -> datetime:
    """Return the first instant of a day in a zone: 00:00, or the first minute after it where the clocks jump."""
    return _start_of_day(day, zone_name)


def deadline_instant(day: date, zone_name: str) -> datetime:
    """Return the instant at which a deadline day is over: 23:59 is the last minute in the zone (product rule)."""
    return _start_of_day(day + timedelta(days=1), zone_name)
