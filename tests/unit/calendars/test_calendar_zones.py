"""VTIMEZONEs and the instants that readers find by them (``cal-22``, ``cal-24``)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from importlib import resources
from zoneinfo import ZoneInfo, available_timezones

import pytest
import recurring_ical_events
from calendar_samples import lines_of, make_calendar, make_entry, minute_slot
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar, Timezone

from iurc_events.calendars.rendering import entry_zone
from iurc_events.calendars.zones import UnknownZoneError, reads_as, vtimezone
from iurc_events.domain.time_slots import is_skipped

FIRST = datetime.fromisoformat("2017-01-01T00:00")
ZONES = sorted(
    name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "posix", "right"))
)


def test_cal_22_shanghai_is_standard_only() -> None:
    assert vtimezone("Asia/Shanghai").decode().split("\r\n") == [
        "BEGIN:VTIMEZONE",
        "TZID:Asia/Shanghai",
        "BEGIN:STANDARD",
        "DTSTART:19700101T000000",
        "TZOFFSETFROM:+0800",
        "TZOFFSETTO:+0800",
        "TZNAME:CST",
        "END:STANDARD",
        "END:VTIMEZONE",
        "",
    ]


def test_cal_22_brussels_has_two_yearly_rules_since_1970() -> None:
    assert vtimezone("Europe/Brussels").decode().split("\r\n") == [
        "BEGIN:VTIMEZONE",
        "TZID:Europe/Brussels",
        "BEGIN:DAYLIGHT",
        "DTSTART:19700329T020000",
        "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
        "TZOFFSETFROM:+0100",
        "TZOFFSETTO:+0200",
        "TZNAME:CEST",
        "END:DAYLIGHT",
        "BEGIN:STANDARD",
        "DTSTART:19701025T030000",
        "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU",
        "TZOFFSETFROM:+0200",
        "TZOFFSETTO:+0100",
        "TZNAME:CET",
        "END:STANDARD",
        "END:VTIMEZONE",
        "",
    ]


def test_cal_22_dublin_has_its_greater_offset_as_daylight() -> None:
    lines = vtimezone("Europe/Dublin").decode().split("\r\n")
    assert lines[2:9] == [
        "BEGIN:DAYLIGHT",
        "DTSTART:19700329T010000",
        "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
        "TZOFFSETFROM:+0000",
        "TZOFFSETTO:+0100",
        "TZNAME:IST",
        "END:DAYLIGHT",
    ]


@pytest.mark.parametrize("name", ["Europe/Nowhere", "../../etc/passwd", "", "Europe", "Europe/Brussels\r\nX:1"])
def test_vtimezone_refuses_what_is_no_zone(name: str) -> None:
    with pytest.raises(UnknownZoneError):
        vtimezone(name)


@pytest.mark.parametrize("name", ZONES)
def test_every_zone_reads_back_with_the_offsets_of_its_rule(name: str) -> None:
    component = Timezone.from_ical(vtimezone(name))
    zone = component.to_tz(lookup_tzid=False)
    moments = [datetime.fromisoformat("2089-01-01T12:00") + timedelta(days=day) for day in range(0, 365, 6)]
    with resources.files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as file:
        own = ZoneInfo.from_file(file)
    assert [moment.replace(tzinfo=zone).utcoffset() for moment in moments] == [
        moment.replace(tzinfo=own).utcoffset() for moment in moments
    ]


@pytest.mark.parametrize(
    ("zone", "written"),
    [
        ("Europe/Brussels", "2022-10-30T02:30"),  # strikes twice
        ("America/Mexico_City", "2021-07-01T10:00"),  # summer time until 2022
        ("Asia/Almaty", "2022-07-01T10:00"),  # another offset until 2024
    ],
)
def test_times_that_readers_would_misread_are_written_in_utc(zone: str, written: str) -> None:
    moment = datetime.fromisoformat(written)
    ends = (moment + timedelta(hours=2)).isoformat(timespec="minutes")
    entry = make_entry(slot=minute_slot(written, ends, zone, starts_fold=1))
    instant = moment.replace(tzinfo=ZoneInfo(zone), fold=1).astimezone(UTC)
    assert entry_zone(entry) is None
    assert lines_of(entry, "DTSTART") == [f"DTSTART:{instant:%Y%m%dT%H%M%SZ}"]


def test_first_of_two_equal_times_is_written_with_its_zone() -> None:
    entry = make_entry(slot=minute_slot("2022-10-30T02:30", "2022-10-30T04:00"))
    assert lines_of(entry, "DTSTART") == ["DTSTART;TZID=Europe/Brussels:20221030T023000"]


def test_reads_as_knows_no_unknown_zone() -> None:
    assert reads_as(datetime.fromisoformat("2022-01-01T10:00"), "Mars/Olympus") is None


@settings(max_examples=150, deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    wall=st.integers(0, 24 * 365 * 24 * 4).map(lambda quarters: FIRST + timedelta(minutes=15 * quarters)),
    minutes=st.integers(1, 3000),
    fold=st.integers(0, 1),
)
def test_readers_find_the_instants_that_were_chosen(zone: str, wall: datetime, minutes: int, fold: int) -> None:
    own = ZoneInfo(zone)
    starts_at = wall.replace(tzinfo=own, fold=fold).astimezone(UTC)
    if is_skipped(wall, zone):
        return
    ends_at = starts_at + timedelta(minutes=minutes)
    end = ends_at.astimezone(own)
    slot = minute_slot(
        wall.isoformat(timespec="minutes"),
        end.replace(tzinfo=None).isoformat(timespec="minutes"),
        zone,
        starts_fold=fold,
        ends_fold=end.fold,
    )
    data = make_calendar(make_entry(slot=slot))
    (event,) = recurring_ical_events.of(Calendar.from_ical(data)).between(
        starts_at - timedelta(days=1), ends_at + timedelta(days=1)
    )
    assert (event.start.astimezone(UTC), event.end.astimezone(UTC)) == (starts_at, ends_at)
    by_rule = data.replace(zone.encode(), b"X-" + zone.encode())  # unknown to the reader: it must take our VTIMEZONE
    (event,) = Calendar.from_ical(by_rule).events
    assert (event.start.astimezone(UTC), event.end.astimezone(UTC)) == (starts_at, ends_at)


CHANGING = [
    *("Europe/Brussels", "Europe/Dublin", "Europe/Chisinau", "Africa/Cairo", "America/New_York", "America/Santiago"),
    *("America/Nuuk", "Asia/Jerusalem", "Asia/Gaza", "Australia/Lord_Howe", "Pacific/Chatham", "Antarctica/Troll"),
]


@pytest.mark.parametrize("zone", CHANGING)
def test_readers_find_every_half_hour_around_a_change_of_clocks(zone: str) -> None:
    own = ZoneInfo(zone)
    begin = datetime(2025, 1, 1, tzinfo=UTC)
    hours = [begin + timedelta(hours=number) for number in range(365 * 24)]
    changes = [
        at for at in hours if at.astimezone(own).utcoffset() != (at + timedelta(hours=1)).astimezone(own).utcoffset()
    ]
    chosen, entries = [], []
    for change in changes:
        for number in range(-6, 7):
            starts_at = change + timedelta(minutes=30 * number)
            starts, ends = (at.astimezone(own) for at in (starts_at, starts_at + timedelta(hours=2)))
            walls = [at.replace(tzinfo=None).isoformat(timespec="minutes") for at in (starts, ends)]
            slot = minute_slot(*walls, zone, starts_fold=starts.fold, ends_fold=ends.fold)
            chosen.append((starts_at, starts_at + timedelta(hours=2)))
            entries.append(make_entry(uid=str(len(entries)), slot=slot))
    data = make_calendar(*entries)
    assert len(changes) == 2
    for text in (data, data.replace(zone.encode(), b"X-Change-" + zone.encode())):
        events = Calendar.from_ical(text).events
        assert [(event.start.astimezone(UTC), event.end.astimezone(UTC)) for event in events] == chosen
