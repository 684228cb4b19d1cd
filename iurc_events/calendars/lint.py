"""Names the faults of a calendar file by the rules of its makers: ``cal-1`` to ``cal-35``.

It shares nothing with the renderer but the list of colour names, so that one cannot hide the faults of the other.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime

from iurc_events.calendars.colours import COLOURS
from iurc_events.calendars.lint_times import check_event_times, check_zones
from iurc_events.calendars.reading import Component, Fault, Property, parse

_UTC = re.compile(r"\d{8}T\d{6}Z")
_DURATION = re.compile(r"P(\d+W|(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+S)?)?)(?<!P)")
_TEXTS = {
    *("SUMMARY", "LOCATION", "DESCRIPTION", "CONTACT", "COMMENT", "UID", "PRODID", "NAME", "X-WR-CALNAME"),
    *("X-WR-CALDESC", "TZNAME"),
}
_PAIR = re.compile(r"\\.", re.DOTALL)
_ADDRESS = re.compile(r"(https://[^\s/]+|http://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?(?=/|$))\S*")
_GEO = re.compile(r"[+-]?\d+(\.\d+)?;[+-]?\d+(\.\d+)?")


def lint(data: bytes, *, is_mail: bool = False) -> list[Fault]:
    """Return the faults of a calendar file in the order of its lines.

    Args:
        is_mail: The file is for mail (iTIP): METHOD, ORGANIZER and ATTENDEE are allowed, a name and a
            colour are not asked for.
    """
    faults: list[Fault] = []
    roots = parse(data, faults)
    calendars = [root for root in roots if root.name == "VCALENDAR"]
    for root in roots:
        if root.name != "VCALENDAR":
            faults.append(Fault(root.line, "cal-9", f"{root.name} stands outside of a calendar"))
    if len(calendars) != 1:
        faults.append(Fault(1, "cal-9", f"The file holds {len(calendars)} calendars instead of one"))
    for calendar in calendars:
        _check_calendar(calendar, is_mail, faults)
        check_zones(calendar, faults)
        uids: Counter[tuple[str, str]] = Counter()
        for component in calendar.walk():
            _check_values(component, faults)
            if component.name == "VEVENT":
                _check_event(component, is_mail, uids, faults)
                check_event_times(component, faults)
            if component.name == "VALARM":
                _check_alarm(component, faults)
    return sorted(set(faults), key=lambda fault: (fault.line, int(fault.rule[4:]), fault.sentence))


def _check_calendar(calendar: Component, is_mail: bool, faults: list[Fault]) -> None:
    def fault(rule: str, sentence: str, at: Property | None = None) -> None:
        faults.append(Fault(at.line if at else calendar.line, rule, sentence))

    if [each.value for each in calendar.all("VERSION")] != ["2.0"]:
        fault("cal-6", "VERSION is not 2.0, once", calendar.first("VERSION"))
    if len(calendar.all("PRODID")) != 1 or not calendar.all("PRODID")[0].value:
        fault("cal-6", "PRODID is not there once", calendar.first("PRODID"))
    for scale in calendar.all("CALSCALE"):
        if scale.value.upper() != "GREGORIAN":
            fault("cal-7", f"CALSCALE is {scale.value}", scale)
    for method in calendar.all("METHOD"):
        if not is_mail and method.value.upper() != "PUBLISH":
            fault("cal-8", f"METHOD {method.value} is for mail only", method)
    if len(calendar.all("METHOD")) > 1:
        fault("cal-8", "METHOD is there more than once", calendar.all("METHOD")[1])
    if not calendar.children:
        fault("cal-9", "The calendar holds no component")
    if uid := calendar.first("UID"):
        fault("cal-10", "The calendar has a UID: readers take all its entries for one", uid)
    if is_mail:
        return
    for new, old, rule in (("NAME", "X-WR-CALNAME", "cal-16"), ("DESCRIPTION", "X-WR-CALDESC", "cal-16")):
        if _values(calendar, new) != _values(calendar, old) or len(calendar.all(new)) != 1:
            fault(rule, f"{new} and {old} are not both there, once and equal", calendar.first(new))
    refresh = calendar.first("REFRESH-INTERVAL")
    if _values(calendar, "REFRESH-INTERVAL") != _values(calendar, "X-PUBLISHED-TTL") or not refresh:
        fault("cal-17", "REFRESH-INTERVAL and X-PUBLISHED-TTL are not both there and equal", refresh)
    elif refresh.kind != "DURATION" or not _DURATION.fullmatch(refresh.value):
        fault("cal-17", "REFRESH-INTERVAL is not VALUE=DURATION with a duration", refresh)
    colour, hexadecimal = calendar.first("COLOR"), calendar.first("X-APPLE-CALENDAR-COLOR")
    if not colour or colour.value.lower() not in COLOURS:
        fault("cal-18", "COLOR is not a colour name of CSS", colour)
    if len(calendar.all("COLOR")) > 1:
        fault("cal-18", "COLOR is there more than once", calendar.all("COLOR")[1])
    if not hexadecimal or not re.fullmatch("#[0-9A-Fa-f]{6}", hexadecimal.value):
        fault("cal-18", "X-APPLE-CALENDAR-COLOR is not #RRGGBB", hexadecimal)
    modified, source = calendar.first("LAST-MODIFIED"), calendar.first("SOURCE")
    if not modified or not _UTC.fullmatch(modified.value):
        fault("cal-19", "The calendar has no LAST-MODIFIED in UTC", modified)
    if not calendar.first("URL"):
        fault("cal-19", "The calendar has no URL")
    if source and (source.kind != "URI" or not _ADDRESS.fullmatch(source.value)):
        fault("cal-19", "SOURCE is not VALUE=URI with an absolute https address", source)


def _values(component: Component, name: str) -> list[str]:
    return [each.value for each in component.all(name)]


def _check_values(component: Component, faults: list[Fault]) -> None:
    """Check values wherever they stand: texts, addresses, places, lists."""
    for each in component.properties:
        value = each.value
        if each.name in _TEXTS or each.name == "CATEGORIES":
            rest = _PAIR.sub("", value)
            if "\\" in rest or any(pair[1] not in "\\;,nN" for pair in _PAIR.findall(value)):
                faults.append(Fault(each.line, "cal-4", f"{each.name} escapes what needs no escape"))
            if ";" in rest or ("," in rest and each.name != "CATEGORIES"):
                faults.append(Fault(each.line, "cal-4", f"{each.name} has a comma or semicolon that is not escaped"))
        if each.name == "URL" and not _ADDRESS.fullmatch(value):
            faults.append(Fault(each.line, "cal-32", "URL is not an absolute https address"))
        if each.name == "GEO" and not _is_place(value):
            faults.append(Fault(each.line, "cal-32", "GEO is not a latitude and a longitude with ; between"))
        if each.name == "CATEGORIES":
            names = _PAIR.sub("xx", value).split(",")
            if not all(name.strip() for name in names):
                faults.append(Fault(each.line, "cal-33", "CATEGORIES holds an empty name"))
            if re.search(r"(?<!\\)(\\\\)*\\,(?! )", value):
                faults.append(Fault(each.line, "cal-33", "The comma between CATEGORIES is escaped"))
        if each.name == "CONFERENCE" and each.kind != "URI":
            faults.append(Fault(each.line, "cal-35", "CONFERENCE has no VALUE=URI"))


def _is_place(value: str) -> bool:
    if not _GEO.fullmatch(value):
        return False
    latitude, longitude = (float(each) for each in value.split(";"))
    return -90 <= latitude <= 90 and -180 <= longitude <= 180


def _check_event(event: Component, is_mail: bool, uids: Counter[tuple[str, str]], faults: list[Fault]) -> None:
    def fault(rule: str, sentence: str, at: Property | None = None) -> None:
        faults.append(Fault(at.line if at else event.line, rule, sentence))

    def once(name: str, rule: str) -> Property | None:
        found = event.all(name)
        if len(found) != 1:
            fault(rule, f"{name} is there {len(found)} times instead of once", found[-1] if found else None)
        return found[0] if found else None

    uid = once("UID", "cal-10")
    if uid:
        recurrence = event.first("RECURRENCE-ID")
        key = (uid.value, recurrence.value if recurrence else "")
        uids[key] += 1
        if not uid.value or uids[key] > 1:
            fault("cal-29" if recurrence else "cal-10", "The UID is empty or used twice", uid)
        if "@" in uid.value:
            fault("cal-10", "The UID depends on a host", uid)
    stamps = {}
    for name, rule in (("DTSTAMP", "cal-11"), ("LAST-MODIFIED", "cal-12"), ("CREATED", "cal-12")):
        if (stamp := once(name, rule)) is not None:
            if _UTC.fullmatch(stamp.value) and not stamp.parameters and _is_moment(stamp.value):
                stamps[name] = stamp
            else:
                fault(rule, f"{name} is not a time in UTC", stamp)
    stamp, modified, created = (stamps.get(name) for name in ("DTSTAMP", "LAST-MODIFIED", "CREATED"))
    if stamp and modified and not is_mail and stamp.value != modified.value:
        fault("cal-11", "DTSTAMP is not the last change", stamp)
    if created and modified and created.value > modified.value:
        fault("cal-12", "CREATED is later than LAST-MODIFIED", created)
    sequence = once("SEQUENCE", "cal-13")
    if sequence and not re.fullmatch(r"\d+", sequence.value):
        fault("cal-13", "SEQUENCE is not a number", sequence)
    status = once("STATUS", "cal-14")
    if status and status.value.upper() not in ("CONFIRMED", "TENTATIVE", "CANCELLED"):
        fault("cal-14", f"STATUS is {status.value}", status)
    is_cancelled = status is not None and status.value.upper() == "CANCELLED"
    if is_cancelled and sequence and sequence.value == "0":
        fault("cal-14", "A cancelled entry has SEQUENCE 0: readers may keep the old one", sequence)
    once("SUMMARY", "cal-15")
    for name in ("SUMMARY", "LOCATION", "DESCRIPTION"):
        if len(event.all(name)) > 1:
            fault("cal-15", f"{name} is there more than once", event.all(name)[1])
        for each in event.all(name):
            if not re.fullmatch("[A-Za-z]{2,3}(-[A-Za-z0-9]+)*", each.parameter("LANGUAGE") or ""):
                fault("cal-15", f"{name} has no LANGUAGE", each)
    for name in ("ORGANIZER", "ATTENDEE"):
        if not is_mail and (found := event.first(name)):
            fault("cal-30", f"{name} is for mail only", found)
    visibility, transparency = once("CLASS", "cal-31"), once("TRANSP", "cal-31")
    if visibility and visibility.value.upper() not in ("PUBLIC", "PRIVATE", "CONFIDENTIAL"):
        fault("cal-31", f"CLASS is {visibility.value}", visibility)
    if transparency and transparency.value.upper() not in ("OPAQUE", "TRANSPARENT"):
        fault("cal-31", f"TRANSP is {transparency.value}", transparency)
    elif transparency and transparency.value.upper() == "OPAQUE" and is_cancelled:
        fault("cal-31", "A cancelled entry blocks time", transparency)


def _is_moment(value: str) -> bool:
    try:
        datetime.strptime(value.rstrip("Z"), "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return False
    return True


def _check_alarm(alarm: Component, faults: list[Fault]) -> None:
    action = alarm.first("ACTION")
    needed = ["ACTION", "TRIGGER"] + (["DESCRIPTION"] if action and action.value.upper() == "DISPLAY" else [])
    for name in needed:
        if not alarm.first(name):
            faults.append(Fault(alarm.line, "cal-34", f"The alarm has no {name}"))
