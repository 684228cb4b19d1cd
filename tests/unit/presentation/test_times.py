"""Times and day bars as pages show them."""

from __future__ import annotations

from datetime import UTC, datetime

from iurc_events.domain.clock_texts import ReferenceZone
from iurc_events.domain.time_slots import PartOfDay, Precision, TimeSlot
from iurc_events.web.presentation.day_bars import Span, day_bar_view
from iurc_events.web.presentation.times import instant_view, offset_sentence, time_view

ZONES = (
    ReferenceZone("Europe/Brussels", {"en": "Brussels", "zh": "布鲁塞尔"}, "west"),
    ReferenceZone("Asia/Shanghai", {"en": "Beijing", "zh": "北京"}, "east"),
)
SUMMER = TimeSlot("Europe/Brussels", Precision.MINUTE, "2022-04-29T09:00", "2022-04-29T10:30")
WINTER = TimeSlot("Europe/Brussels", Precision.MINUTE, "2022-11-08T09:00", "2022-11-08T10:30")
LATE = TimeSlot("Europe/Brussels", Precision.MINUTE, "2023-04-17T20:00", "2023-04-17T21:00")
PART = TimeSlot("Asia/Shanghai", Precision.PART_OF_DAY, "2022-04-29", "2022-04-29", PartOfDay.AFTERNOON)


def test_time_view_gives_both_clocks_with_their_instants() -> None:
    view = time_view(SUMMER, ZONES, "en")

    assert [(clock.side, clock.time_text, clock.place, clock.starts_iso) for clock in view.clocks] == [
        ("west", "09:00–10:30", "Brussels", "2022-04-29T09:00+02:00"),
        ("east", "15:00–16:30", "Beijing", "2022-04-29T15:00+08:00"),
    ]
    assert view.spoken == "09:00 to 10:30 in Brussels, 15:00 to 16:30 in Beijing"
    assert (view.date_long, view.date_short, view.weekday_short) == ("Friday 29 April 2022", "29 Apr 2022", "Fri")
    assert [clock.summer_time for clock in view.clocks] == ["CEST", ""]


def test_time_view_names_the_other_day_on_the_clock_concerned() -> None:
    assert [clock.day_text for clock in time_view(LATE, ZONES, "en").clocks] == ["", "Tue 18"]
    assert [clock.day_text for clock in time_view(LATE, ZONES, "zh").clocks] == ["", "18日周二"]


def test_time_view_says_parts_of_the_day_in_words() -> None:
    view = time_view(PART, ZONES, "en")

    assert [(clock.time_text, clock.starts_iso) for clock in view.clocks] == [("Morning", ""), ("Afternoon", "")]


def test_time_view_says_one_sentence_when_the_day_alone_is_known() -> None:
    slot = TimeSlot("Europe/Brussels", Precision.DAY, "2022-11-07", "2022-11-08")
    before = datetime(2022, 11, 1, tzinfo=UTC)

    assert time_view(slot, ZONES, "en").sentence == "Two days; hours not published"
    assert time_view(slot, ZONES, "en", now=before).sentence == "Two days; hours to be announced"
    assert time_view(slot, ZONES, "zh").sentence == "共两天，未公布具体时间"
    assert time_view(slot, ZONES, "en").clocks == ()


def test_time_view_marks_the_readers_own_clock() -> None:
    view = instant_view(datetime(2022, 4, 26, 10, tzinfo=UTC), ZONES, "en", own_zone="Asia/Chongqing")

    assert [(clock.time_text, clock.is_own) for clock in view.clocks] == [("12:00", False), ("18:00", True)]


def test_offset_sentence_follows_summer_time() -> None:
    assert offset_sentence(SUMMER.starts_at, ZONES, "en") == "Beijing is 6 hours ahead of Brussels on this day."
    assert offset_sentence(WINTER.starts_at, ZONES, "en") == "Beijing is 7 hours ahead of Brussels on this day."


def test_day_bar_shifts_with_summer_time() -> None:
    summer, winter = day_bar_view(SUMMER, ZONES, "en"), day_bar_view(WINTER, ZONES, "en")

    assert summer is not None
    assert winter is not None
    assert summer.event == winter.event == Span(37.5, 9.375)
    assert summer.east_spans == (Span(0.0, 56.25),)
    assert winter.east_spans == (Span(0.0, 50.0),)
    assert summer.overlap_spans == (Span(37.5, 18.75),)
    assert summer.text == "Inside office hours in both places"


def test_day_bar_grows_when_the_event_lies_outside_its_window() -> None:
    view = day_bar_view(LATE, ZONES, "en")

    assert view is not None
    assert [tick.west_text for tick in view.ticks] == ["03", "05", "07", "09", "11", "13", "15", "17", "19", "21"]
    assert view.event == Span(94.444, 5.556)
    assert view.text == "Outside office hours: 20:00 in Brussels, 02:00 in Beijing"


def test_day_bar_is_hatched_when_the_part_of_the_day_alone_is_known() -> None:
    view = day_bar_view(PART, ZONES, "en", size="full")

    assert view is not None
    assert (view.is_hatched, view.event) == (True, Span(20.0, 30.0))


def test_day_bar_is_absent_when_no_hours_are_known() -> None:
    slot = TimeSlot("Europe/Brussels", Precision.DAY, "2022-11-07", "2022-11-08")

    assert day_bar_view(slot, ZONES, "en") is None
