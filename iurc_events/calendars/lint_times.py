"""The faults of times and zones in a calendar file: ``cal-21`` to ``cal-29``."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from iurc_events.calendars.reading import Component, Fault, Property

_DATE = re.compile(r"\d{8}")
_LOCAL = re.compile(r"\d{8}T\d{6}")
_UTC = re.compile(r"\d{8}T\d{6}Z")
_OFFSET = re.compile(r"[+-]([01]\d|2[0-3])[0-5]\d([0-5]\d)?")
#: A year after the last change that zones list one by one.
_BY_RULE = 2036
_TIMES = ("DTSTART", "DTEND", "RECURRENCE-ID", "EXDATE", "RDATE")


@cache
def _zone_names() -> frozenset[str]:
    return frozenset(available_timezones())


@cache
def _offsets(name: str) -> frozenset[str]:
    """Return the offsets that a zone has by its rules for all years to come, as TZOFFSETTO says them."""
    zone = ZoneInfo(name)
    return frozenset(f"{datetime(_BY_RULE, month, 15, tzinfo=zone):%z}" for month in range(1, 13))


def check_zones(calendar: Component, faults: list[Fault]) -> None:
    """Check that the VTIMEZONEs are those that are used, each whole (cal-21, 22, 23)."""
    stated: dict[str, Component] = {}
    for component in calendar.children:
        if component.name != "VTIMEZONE":
            continue
        name = next((each.value for each in component.all("TZID")), "")
        if name in stated:
            faults.append(Fault(component.line, "cal-21", f"The zone {name} is stated twice"))
        stated[name] = component
        if name not in _zone_names():
            faults.append(Fault(component.line, "cal-23", f"“{name}” is no IANA zone"))
        _check_zone(component, name, faults)
    used: dict[str, Property] = {}
    for component in calendar.walk():
        for each in component.properties:
            if (raw := each.parameters.get("TZID")) is not None:
                used.setdefault(raw.strip('"'), each)
                if raw.startswith('"'):
                    faults.append(Fault(each.line, "cal-23", "TZID is quoted"))
                if raw.strip('"') not in _zone_names():
                    faults.append(Fault(each.line, "cal-23", f"“{raw}” is no IANA zone"))
    for name in used.keys() - stated.keys():
        faults.append(Fault(used[name].line, "cal-21", f"The zone {name} has no VTIMEZONE"))
    is_empty = all(component.name == "VTIMEZONE" for component in calendar.children)
    if is_empty and len(stated) <= 1:
        return
    for name in stated.keys() - used.keys():
        faults.append(Fault(stated[name].line, "cal-21", f"The zone {name} is stated but not used"))


def _check_zone(zone: Component, name: str, faults: list[Fault]) -> None:
    kinds = [child.name for child in zone.children]
    if kinds not in (["STANDARD"], ["DAYLIGHT", "STANDARD"], ["STANDARD", "DAYLIGHT"]):
        faults.append(Fault(zone.line, "cal-22", f"The zone {name} is not one STANDARD with at most one DAYLIGHT"))
    if name == "Asia/Shanghai" and "DAYLIGHT" in kinds:
        faults.append(Fault(zone.line, "cal-22", "Asia/Shanghai has no DAYLIGHT"))
    stated = {each.value for part in zone.children for each in part.all("TZOFFSETTO")}
    if name in _zone_names() and stated != _offsets(name):
        known = " and ".join(sorted(_offsets(name)))
        faults.append(Fault(zone.line, "cal-22", f"The offsets of the zone {name} are {known}"))
    for part in zone.children:
        needed = ["DTSTART", "TZOFFSETFROM", "TZOFFSETTO", "TZNAME", *(["RRULE"] if len(kinds) > 1 else [])]
        for missing in needed:
            if len(part.all(missing)) != 1:
                faults.append(Fault(part.line, "cal-22", f"{part.name} has no {missing}, or several"))
        for each in (*part.all("TZOFFSETFROM"), *part.all("TZOFFSETTO")):
            if not _OFFSET.fullmatch(each.value):
                faults.append(Fault(each.line, "cal-22", f"{each.name} is not an offset"))
        for start in part.all("DTSTART"):
            if start.parameters or not _LOCAL.fullmatch(start.value):
                faults.append(Fault(start.line, "cal-22", "The onset is not a local time"))
        if forbidden := part.first("RDATE"):
            faults.append(Fault(forbidden.line, "cal-22", "The zone's onsets are listed instead of given by a rule"))


def check_event_times(event: Component, faults: list[Fault]) -> None:
    """Check the times of an entry: their form, their order, their repetition (cal-24 to cal-28)."""
    forms: dict[str, str] = {}
    for name in _TIMES:
        for each in event.all(name):
            form = _form(each, faults)
            if form:
                forms[name] = form
    starts = event.all("DTSTART")
    if len(starts) != 1:
        faults.append(Fault(event.line, "cal-24", f"DTSTART is there {len(starts)} times instead of once"))
    ends, durations = event.all("DTEND"), event.all("DURATION")
    for each in durations:
        if not re.fullmatch(r"\+?P(?=.*[1-9]).+", each.value):
            faults.append(Fault(each.line, "cal-26", "DURATION is not longer than nothing"))
    if len(ends) + len(durations) > 1:
        at = (ends + durations)[-1].line
        faults.append(Fault(at, "cal-26", "DTEND and DURATION are there more than once, or both"))
    if starts and ends and {"DTSTART", "DTEND"} <= forms.keys():
        _check_order(starts[0], ends[0], forms, faults)
    for each in event.all("EXDATE"):
        if forms.get("EXDATE") and forms.get("DTSTART") and forms["EXDATE"] != forms["DTSTART"]:
            faults.append(Fault(each.line, "cal-28", "EXDATE is of another kind than DTSTART"))
    for rule in event.all("RRULE"):
        until = re.search(r"UNTIL=([^;]*)", rule.value)
        wanted = _DATE if forms.get("DTSTART") == "date" else _UTC
        if until and forms.get("DTSTART") and not wanted.fullmatch(until[1]):
            faults.append(Fault(rule.line, "cal-27", "UNTIL is not in UTC, or not of the kind of DTSTART"))


def _form(each: Property, faults: list[Fault]) -> str | None:
    """Return date, utc or zone; note what is neither (cal-24, 25)."""
    if each.name == "RDATE" and each.kind == "PERIOD":
        return None
    values = each.value.split(",")
    is_date = all(_DATE.fullmatch(value) for value in values)
    if each.kind == "DATE" or is_date:
        if not is_date or each.kind != "DATE" or "TZID" in each.parameters:
            faults.append(Fault(each.line, "cal-25", f"{each.name} is not VALUE=DATE with a date"))
            return None
        return "date" if _moment(each, values[0], faults) else None
    if all(_UTC.fullmatch(value) for value in values):
        if "TZID" in each.parameters:
            faults.append(Fault(each.line, "cal-24", f"{each.name} is in UTC and in a zone"))
            return None
        return "utc" if _moment(each, values[0], faults) else None
    if all(_LOCAL.fullmatch(value) for value in values) and "TZID" in each.parameters:
        return "zone" if _moment(each, values[0], faults) else None
    faults.append(Fault(each.line, "cal-24", f"{each.name} has neither UTC nor a zone, or is no time"))
    return None


def _moment(each: Property, value: str, faults: list[Fault] | None = None) -> datetime | None:
    try:
        naive = datetime.fromisoformat(value.rstrip("Z"))
    except ValueError:
        if faults is not None:
            faults.append(Fault(each.line, "cal-24", f"{each.name}: there is no such time"))
        return None
    name = each.parameter("TZID")
    return naive.replace(tzinfo=ZoneInfo(name) if name in _zone_names() and name else UTC)


def _check_order(start: Property, end: Property, forms: dict[str, str], faults: list[Fault]) -> None:
    if (forms["DTSTART"] == "date") != (forms["DTEND"] == "date"):
        faults.append(Fault(end.line, "cal-25", "Of DTSTART and DTEND one is a date and one a time"))
        return
    first, last = _moment(start, start.value), _moment(end, end.value)
    if first is None or last is None or last.astimezone(UTC) > first.astimezone(UTC):
        return
    if forms["DTEND"] == "date":
        faults.append(Fault(end.line, "cal-25", "DTEND is not after DTSTART: it is the day after the last"))
    else:
        faults.append(Fault(end.line, "cal-26", "DTEND is not after DTSTART"))
