"""The linter finds each planted fault, and no other."""

from __future__ import annotations

from contextlib import suppress
from zoneinfo import available_timezones

import pytest
from calendar_samples import make_calendar, make_entry

from iurc_events.calendars.lint import lint
from iurc_events.calendars.reading import Fault
from iurc_events.calendars.zones import vtimezone

START = "DTSTART;TZID=Europe/Brussels:20220120T090000"
END = "DTEND;TZID=Europe/Brussels:20220120T103000"
DOUBLE = "STATUS:CONFIRMED\r\n"


def sound() -> str:
    """Return a calendar without faults."""
    return make_calendar(
        make_entry(description={"en": "Talks"}, geo=(51.05, 3.72), categories=({"en": "Water"}, {"en": "Cities"}))
    ).decode()


def after_status(line: str) -> tuple[str, str]:
    """Put a line into the event."""
    return DOUBLE, DOUBLE + line + "\r\n"


PLANTED = [
    ("cal-1", ("VERSION:2.0\r\n", "VERSION:2.0\n")),
    ("cal-1", ("END:VCALENDAR\r\n", "END:VCALENDAR")),
    ("cal-1", ("SUMMARY;LANGUAGE=en:Green", "SUMMARY;LANGUAGE=en:Gr\reen")),
    ("cal-1", ("CALSCALE:GREGORIAN\r\n", "CALSCALE:GREGORIAN\r\n\r\n")),
    ("cal-2", ("Green roofs", "Green roofs" * 10)),
    ("cal-3", ("BEGIN:VCALENDAR", "\ufeffBEGIN:VCALENDAR")),
    ("cal-4", ("Green roofs", "Green, roofs")),
    ("cal-4", ("Green roofs", "Green; roofs")),
    ("cal-4", ("Green roofs", "Green\\: roofs")),
    ("cal-4", ("Green roofs", "Green roofs\\")),
    ("cal-5", ("SUMMARY;LANGUAGE=en", 'SUMMARY;X-A=b"c;LANGUAGE=en')),
    ("cal-5", ("SUMMARY;LANGUAGE=en", "SUMMARY;X-A;LANGUAGE=en")),
    ("cal-5", after_status("X NOTHING")),
    ("cal-6", ("VERSION:2.0\r\n", "")),
    ("cal-6", ("VERSION:2.0", "VERSION:1.0")),
    ("cal-6", ("PRODID:-//IURC Events//iurc-events//EN\r\n", "")),
    ("cal-7", ("CALSCALE:GREGORIAN", "CALSCALE:CHINESE")),
    ("cal-8", ("CALSCALE:GREGORIAN", "CALSCALE:GREGORIAN\r\nMETHOD:REQUEST")),
    ("cal-9", ("END:VEVENT\r\n", "")),
    ("cal-9", ("END:VCALENDAR\r\n", "END:VCALENDAR\r\nBEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")),
    ("cal-10", ("UID:", "UID:x@events.example")),
    ("cal-10", ("CALSCALE:GREGORIAN", "CALSCALE:GREGORIAN\r\nUID:1")),
    ("cal-11", ("DTSTAMP:20220103T093000Z", "DTSTAMP:20220104T093000Z")),
    ("cal-11", ("DTSTAMP:20220103T093000Z", "DTSTAMP:20220103T093000")),
    ("cal-12", ("CREATED:20211201T080000Z", "CREATED:20231201T080000Z")),
    ("cal-12", ("CREATED:20211201T080000Z\r\n", "")),
    ("cal-13", ("SEQUENCE:1\r\n", "")),
    ("cal-13", ("SEQUENCE:1", "SEQUENCE:-1")),
    ("cal-14", ("STATUS:CONFIRMED\r\nTRANSP:OPAQUE", "STATUS:GONE\r\nTRANSP:OPAQUE")),
    ("cal-14", ("SEQUENCE:1", "SEQUENCE:0")),
    ("cal-15", ("SUMMARY;LANGUAGE=en", "SUMMARY")),
    ("cal-15", after_status("LOCATION;LANGUAGE=en:A\r\nLOCATION;LANGUAGE=zh:B")),
    ("cal-16", ("X-WR-CALNAME:IURC", "X-WR-CALNAME:Other")),
    ("cal-16", ("X-WR-CALDESC:All events\r\n", "")),
    ("cal-17", ("X-PUBLISHED-TTL:PT1H", "X-PUBLISHED-TTL:PT2H")),
    ("cal-17", ("REFRESH-INTERVAL;VALUE=DURATION", "REFRESH-INTERVAL")),
    ("cal-18", ("COLOR:steelblue", "COLOR:#4682B4")),
    ("cal-18", ("COLOR:#4682B4", "COLOR:steelblue")),
    ("cal-19", ("SOURCE;VALUE=URI:https:", "SOURCE;VALUE=URI:ftp:")),
    ("cal-19", ("LAST-MODIFIED:20220103T093000Z\r\nURL", "URL")),
    ("cal-20", ("Green roofs", "Green\x07roofs")),
    ("cal-21", (START, START.replace("Brussels", "Warsaw"))),
    ("cal-22", ("TZNAME:CEST\r\n", "")),
    ("cal-22", ("TZOFFSETTO:+0200", "TZOFFSETTO:2")),
    ("cal-22", ("RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU", "RDATE:20220327T020000")),
    ("cal-23", (START, 'DTSTART;TZID="Europe/Brussels":20220120T090000')),
    ("cal-24", (START, "DTSTART:20220120T090000")),
    ("cal-24", (START, "DTSTART;TZID=Europe/Brussels:20220120T090000Z")),
    ("cal-24", (START, "DTSTART;TZID=Europe/Brussels:20220230T090000")),
    ("cal-25", (f"{START}\r\n{END}", "DTSTART;VALUE=DATE:20220120\r\nDTEND;VALUE=DATE:20220120")),
    ("cal-25", (END, "DTEND;VALUE=DATE:20220121")),
    ("cal-25", (START, "DTSTART:20220120")),
    ("cal-26", (END, END.replace("1030", "0900"))),
    ("cal-26", after_status("DURATION:PT1H")),
    ("cal-27", after_status("RRULE:FREQ=DAILY;UNTIL=20220130T090000")),
    ("cal-28", after_status("EXDATE;VALUE=DATE:20220121")),
    ("cal-30", after_status("ORGANIZER:mailto:a@b.example")),
    ("cal-31", ("CLASS:PUBLIC\r\n", "")),
    ("cal-31", ("TRANSP:OPAQUE", "TRANSP:BUSY")),
    ("cal-31", ("STATUS:CONFIRMED", "STATUS:CANCELLED")),
    ("cal-32", ("URL:https://events.example/en/events", "URL:/en/events")),
    ("cal-32", ("URL:https://events.example/en/events", "URL:http://events.example/en/events")),
    ("cal-32", ("GEO:51.05;3.72", "GEO:51.05,3.72")),
    ("cal-32", ("GEO:51.05;3.72", "GEO:151.05;3.72")),
    ("cal-33", ("Water,Cities", "Water\\,Cities")),
    ("cal-33", ("Water,Cities", "Water,")),
    ("cal-34", after_status("BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT5M\r\nEND:VALARM")),
    ("cal-35", after_status("CONFERENCE:https://meet.example/1")),
    ("cal-8", ("CALSCALE:GREGORIAN", "CALSCALE:GREGORIAN\r\nMETHOD:PUBLISH\r\nMETHOD:PUBLISH")),
    ("cal-18", ("CALSCALE:GREGORIAN", "CALSCALE:GREGORIAN\r\nCOLOR:red")),
    ("cal-22", ("TZOFFSETTO:+0200", "TZOFFSETTO:+0300")),
    ("cal-26", (END, "DURATION:PT0S")),
    ("cal-26", (END, "DURATION:-PT1H")),
]

#: What is right though it looks unlike what we write: names and enumerated values know no case (RFC 5545 §2).
HARMLESS = [
    ("CALSCALE:GREGORIAN", "CALSCALE:Gregorian"),
    ("STATUS:CONFIRMED", "STATUS:confirmed"),
    ("CLASS:PUBLIC", "CLASS:Public"),
    ("VALUE=DURATION", "VALUE=duration"),
    (END, "DURATION:PT1H30M"),
    after_status("RDATE;VALUE=PERIOD:20220127T080000Z/PT1H"),
]


@pytest.mark.parametrize("change", HARMLESS)
def test_lint_finds_no_fault_in_what_is_only_written_otherwise(change: tuple[str, str]) -> None:
    assert change[0] in sound()
    assert lint(sound().replace(*change).encode()) == []


def test_lint_knows_the_rules_of_every_zone() -> None:
    for name in sorted(available_timezones()):
        with suppress(ValueError):
            zone = vtimezone(name)
            data = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n" + zone + b"END:VCALENDAR\r\n"
            assert "cal-22" not in {fault.rule for fault in lint(data, is_mail=True)}, name


@pytest.mark.parametrize(("rule", "change"), PLANTED)
def test_lint_finds_the_planted_fault(rule: str, change: tuple[str, str]) -> None:
    before, after = change
    planted = sound().replace(before, after)
    if rule == "cal-14" and before.startswith("SEQUENCE"):
        planted = planted.replace("CONFIRMED", "CANCELLED").replace("OPAQUE", "TRANSPARENT")
    assert planted != sound()
    assert rule in {fault.rule for fault in lint(planted.encode())}


def test_lint_finds_nothing_in_a_sound_calendar() -> None:
    assert lint(sound().encode()) == []


def test_lint_names_line_rule_and_reason() -> None:
    assert lint(sound().replace("CALSCALE:GREGORIAN", "CALSCALE:JULIAN").encode()) == [
        Fault(4, "cal-7", "CALSCALE is JULIAN")
    ]


def test_lint_finds_a_fold_inside_a_character() -> None:
    data = make_calendar(make_entry(title={"en": "é"})).replace("é".encode(), b"\xc3\r\n \xa9")
    assert [fault.rule for fault in lint(data)] == ["cal-2", "cal-2"]


def test_lint_finds_an_entry_that_stands_twice() -> None:
    assert [fault.rule for fault in lint(make_calendar(make_entry(), make_entry()))] == ["cal-10"]


def test_lint_finds_a_zone_that_is_not_used() -> None:
    data = make_calendar(make_entry()).replace(
        b"DTSTART;TZID=Europe/Brussels:20220120T090000", b"DTSTART:20220120T080000Z"
    )
    data = data.replace(b"DTEND;TZID=Europe/Brussels:20220120T103000", b"DTEND:20220120T093000Z")
    assert [fault.rule for fault in lint(data)] == ["cal-21"]


@pytest.mark.parametrize(
    "data", [b"", b"\x00\xff", b"END:VEVENT\r\n", b"BEGIN:VCALENDAR\r\n" * 2000, b"<html>\n</html>", b":\r\n;=:"]
)
def test_lint_survives_what_is_no_calendar(data: bytes) -> None:
    assert lint(data) != []


def test_lint_allows_a_loopback_address() -> None:
    data = make_calendar(
        make_entry(page_urls={"en": "http://127.0.0.1:5000/en/events/x"}), url="http://127.0.0.1:5000/"
    )
    assert lint(data) == []
