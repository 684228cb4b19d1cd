"""The times of a document: real dates, real zones, inside one another."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from zoneinfo import available_timezones

from iurc_events.documents.faults import Fault, Key, fault_at
from iurc_events.domain.time_slots import is_ambiguous, is_skipped
from iurc_events.localisation import noop

_FORMS = {"month": re.compile(r"\d{4}-\d{2}"), "day": re.compile(r"\d{4}-\d{2}-\d{2}")}
_MINUTE = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}")
_DATE = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01])(?![0-9])|$)")
FIRST_YEAR, LAST_YEAR = 1900, 2200


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def is_zone(name: object) -> bool:
    """Tell whether a name is one of the IANA zones."""
    return isinstance(name, str) and name in _zones()


def parse_day(text: object) -> date | None:
    """Return the day of a ``YYYY-MM``, ``YYYY-MM-DD`` or ``YYYY-MM-DDTHH:MM``, or None where there is none."""
    if not isinstance(text, str):
        return None
    try:
        return date.fromisoformat(f"{text}-01" if _FORMS["month"].fullmatch(text) else text[:10])
    except ValueError:
        return None


def parse_minute(text: object) -> datetime | None:
    """Return the naive wall time of a ``YYYY-MM-DDTHH:MM``, or None where it is none."""
    if not isinstance(text, str) or not _MINUTE.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def last_day_of(text: str) -> date | None:
    """Return the last day that an inclusive ``YYYY-MM`` or ``YYYY-MM-DD``, or an exclusive minute, takes in."""
    day = parse_day(text)
    if day is None:
        return None
    if _FORMS["month"].fullmatch(text):
        return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    return day - timedelta(days=1) if text.endswith("T00:00") else day


def form_of(text: str) -> str:
    """Return ``month``, ``day`` or ``minute``."""
    return next((name for name, form in _FORMS.items() if form.fullmatch(text)), "minute")


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of wall time: naive, exclusive end; compared within one zone only."""

    start: datetime
    end: datetime

    @classmethod
    def of(cls, start: object, end: object) -> Span | None:
        """Make a span out of two times of a document, None where they make none."""
        first = parse_minute(start)
        last = parse_minute(end)
        if first is not None and last is not None:
            return cls(first, last) if first <= last else None
        begins, ends = parse_day(start), last_day_of(end) if isinstance(end, str) else None
        if begins is None or ends is None or begins > ends or (first is None) != (last is None):
            return None
        midnight = datetime.min.time()
        return cls(datetime.combine(begins, midnight), datetime.combine(ends + timedelta(days=1), midnight))

    def holds(self, inner: Span) -> bool:
        """Tell whether another span lies inside this one."""
        return self.start <= inner.start and inner.end <= self.end


class TimeChecker:
    """Collects what is wrong with the times of one event; all are wall times in one zone."""

    def __init__(self, zone_name: object, faults: list[Fault], warnings: list[Fault]) -> None:
        self.zone = zone_name if isinstance(zone_name, str) and is_zone(zone_name) else None
        self.faults = faults
        self.warnings = warnings

    def zone_name(self, keys: tuple[Key, ...], name: object) -> None:
        """Check that a zone exists."""
        if isinstance(name, str) and not is_zone(name):
            self.faults.append(fault_at(keys, noop("there is no time zone called “%(zone)s”"), zone=name[:80]))

    def moment(self, keys: tuple[Key, ...], text: object, *, zone: str | None = None, is_printed: bool = False) -> None:
        """Check that a time exists: a real date, not skipped by the clock; one that strikes twice is a warning.

        Args:
            zone: Another zone than the event's.
            is_printed: Whether it only repeats what a source printed, where mistakes are told, not refused.
        """
        if not isinstance(text, str):
            return
        day = parse_day(text)
        if day is None:
            if _DATE.match(text):  # any other form is the schema's to name
                self.faults.append(fault_at(keys, noop("“%(value)s” is not a date"), value=text[:40]))
            return
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            message = noop("the year must lie between %(first)s and %(last)s")
            self.faults.append(fault_at(keys, message, first=FIRST_YEAR, last=LAST_YEAR))
            return
        wall, name = parse_minute(text), zone or self.zone
        if wall is None or name is None:
            return
        if is_skipped(wall, name):
            message = noop("%(time)s does not exist in %(zone)s: the clocks go forward then")
            (self.warnings if is_printed else self.faults).append(fault_at(keys, message, time=text, zone=name))
        elif is_ambiguous(wall, name) and not is_printed:
            message = noop("%(time)s strikes twice in %(zone)s: the first is taken")
            self.warnings.append(fault_at(keys, message, time=text, zone=name))

    def period(self, keys: tuple[Key, ...], start: object, end: object, *, may_be_wrong: bool = False) -> Span | None:
        """Check that a start and an end have one form and stand in order; return the span."""
        if not isinstance(start, str) or not isinstance(end, str):
            return None
        if parse_day(start) is None or parse_day(end) is None:
            return None
        if form_of(start) != form_of(end):
            self.faults.append(fault_at((*keys, "end"), noop("must be as exact as the start, %(start)s"), start=start))
            return None
        first, last = parse_minute(start), parse_minute(end)
        is_wrong = last <= first if first is not None and last is not None else end < start
        if is_wrong:
            message = noop("must be after the start, %(start)s")
            (self.warnings if may_be_wrong else self.faults).append(fault_at((*keys, "end"), message, start=start))
            return None
        return Span.of(start, end)
