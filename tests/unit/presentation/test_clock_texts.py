"""Dates and times in words."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from iurc_events.domain.clock_texts import (
    ReferenceZone,
    clock_line,
    date_range,
    full_line,
    instant_line,
    long_date,
    month_range,
    short_date,
)
from iurc_events.domain.time_slots import PartOfDay, Precision, TimeSlot

ZONES = (
    ReferenceZone("Europe/Brussels", {"en": "Brussels", "zh": "布鲁塞尔"}, "west"),
    ReferenceZone("Asia/Shanghai", {"en": "Beijing", "zh": "北京"}, "east"),
)
SLOT = TimeSlot("Europe/Brussels", Precision.MINUTE, "2022-04-29T09:00", "2022-04-29T10:30")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (long_date(date(2022, 4, 29), "en"), "Friday 29 April 2022"),
        (long_date(date(2022, 4, 29), "zh"), "2022年4月29日（星期五）"),
        (short_date(date(2022, 4, 29), "en"), "Fri 29 Apr"),
        (short_date(date(2022, 4, 29), "zh"), "4月29日周五"),
        (date_range(date(2022, 11, 7), date(2022, 11, 8), "en"), "7–8 November 2022"),
        (date_range(date(2022, 11, 7), date(2022, 11, 8), "zh"), "2022年11月7日至8日"),
        (date_range(date(2022, 4, 30), date(2022, 5, 2), "en"), "30 April – 2 May 2022"),
        (date_range(date(2022, 12, 30), date(2023, 1, 2), "zh"), "2022年12月30日至2023年1月2日"),
        (month_range(date(2021, 4, 1), date(2021, 10, 1), "en", short=True), "Apr–Oct 2021"),
        (month_range(date(2021, 4, 1), date(2021, 10, 1), "zh"), "2021年4月至10月"),
    ],
)
def test_dates_read_as_people_write_them(text: str, expected: str) -> None:
    assert text == expected


def test_clock_line_names_both_places() -> None:
    assert clock_line(SLOT, ZONES, "en") == "09:00–10:30 Brussels | 15:00–16:30 Beijing"
    assert clock_line(SLOT, ZONES, "zh", with_end=False) == "布鲁塞尔09:00｜北京15:00"


def test_clock_line_names_the_other_day_when_it_differs() -> None:
    late = TimeSlot("Europe/Brussels", Precision.MINUTE, "2023-04-17T20:00", "2023-04-17T21:00")

    assert clock_line(late, ZONES, "en", with_end=False) == "20:00 Brussels | 02:00 Beijing, Tue 18"
    assert clock_line(late, ZONES, "zh", with_end=False) == "布鲁塞尔20:00｜北京18日周二02:00"


def test_clock_line_puts_a_third_zone_first_when_its_clock_differs() -> None:
    slot = TimeSlot("Pacific/Auckland", Precision.MINUTE, "2022-04-29T21:00", "2022-04-29T22:00")

    assert clock_line(slot, ZONES, "en") == "21:00–22:00 Auckland | 11:00–12:00 Brussels | 17:00–18:00 Beijing"


def test_clock_line_adds_no_third_zone_when_its_clock_is_that_of_a_reference_zone() -> None:
    slot = TimeSlot("Europe/Rome", Precision.MINUTE, "2022-04-29T09:00", "2022-04-29T10:30")

    assert clock_line(slot, ZONES, "en") == "09:00–10:30 Brussels | 15:00–16:30 Beijing"


def test_full_line_says_parts_of_the_day_and_nothing_finer() -> None:
    slot = TimeSlot("Asia/Shanghai", Precision.PART_OF_DAY, "2022-04-29", "2022-04-29", PartOfDay.AFTERNOON)

    assert full_line(slot, ZONES, "en") == "Friday 29 April 2022, morning in Brussels | afternoon in Beijing"
    assert full_line(slot, ZONES, "zh") == "2022年4月29日（星期五），布鲁塞尔上午｜北京下午"


def test_full_line_gives_no_clock_when_the_day_alone_is_known() -> None:
    slot = TimeSlot("Europe/Brussels", Precision.DAY, "2022-11-07", "2022-11-08")

    assert full_line(slot, ZONES, "en") == "7–8 November 2022"


def test_instant_line_shows_a_moment_on_both_clocks() -> None:
    moment = datetime(2022, 4, 26, 21, 59, tzinfo=UTC)

    assert instant_line(moment, ZONES, "en") == "26 April 2022, 23:59 Brussels | 05:59 Beijing, Wed 27"
    assert instant_line(moment, ZONES, "zh") == "2022年4月26日，布鲁塞尔23:59｜北京27日周三05:59"
