"""The rules for calendar files, ``cal-1`` to ``cal-35``, on what the renderer writes."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from calendar_samples import (
    CREATED,
    DAYS,
    MONTH,
    MORNING,
    REVISED,
    lines_of,
    make_calendar,
    make_entry,
    minute_slot,
    unfolded,
)
from icalendar import Calendar

from iurc_events.calendars.entries import JoinLink, Mailbox
from iurc_events.calendars.lines import parameter
from iurc_events.calendars.lint import lint
from iurc_events.calendars.rendering import calendar_uid, entry_zone, etag, render_calendar, render_entry
from iurc_events.domain.time_slots import PartOfDay, Precision, TimeSlot

LONG = {"en": "Drains, roofs; and rain. " * 12, "zh": "𠀀屋顶与雨水管理😀" * 20}


def test_cal_1_every_line_ends_with_crlf() -> None:
    data = make_calendar(make_entry(description={"en": "one\r\ntwo\rthree\nfour"}))
    assert data.count(b"\n") == data.count(b"\r") == data.count(b"\r\n")
    assert data.endswith(b"END:VCALENDAR\r\n")


@pytest.mark.parametrize("language", ["en", "zh", "both"])
def test_cal_2_lines_have_at_most_75_octets_of_whole_characters(language: str) -> None:
    data = render_entry(make_entry(title=LONG, description=LONG, venue=LONG), language) or b""
    pieces = data.split(b"\r\n")
    assert max(map(len, pieces)) in (74, 75)
    assert [piece.decode() for piece in pieces] != []


def test_cal_3_no_byte_order_mark() -> None:
    assert make_calendar(make_entry())[:15] == b"BEGIN:VCALENDAR"


def test_cal_4_texts_are_escaped_once() -> None:
    assert lines_of(make_entry(title={"en": 'a\\b;c,d\ne:"f"'}), "SUMMARY") == [
        'SUMMARY;LANGUAGE=en:a\\\\b\\;c\\,d\\ne:"f"'
    ]


def test_cal_5_parameters_are_quoted_and_caret_escaped() -> None:
    assert [parameter(text) for text in ("plain", "a:b", 'say "x"', "a\r\nb;", "2^3")] == [
        "plain",
        '"a:b"',
        "say ^'x^'",
        '"a^nb;"',
        "2^^3",
    ]


def test_cal_6_cal_7_cal_8_head_of_a_feed() -> None:
    assert unfolded(make_calendar(make_entry()))[:4] == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//IURC Events//iurc-events//EN",
        "CALSCALE:GREGORIAN",
    ]
    assert b"METHOD" not in make_calendar(make_entry())


def test_cal_9_empty_feed_holds_one_zone() -> None:
    data = make_calendar()
    assert [line for line in unfolded(data) if line.startswith(("BEGIN:V", "TZID"))] == [
        "BEGIN:VCALENDAR",
        "BEGIN:VTIMEZONE",
        "TZID:Europe/Brussels",
    ]
    assert lint(data) == []


def test_cal_10_uid_is_the_same_everywhere_and_the_calendar_has_none() -> None:
    assert calendar_uid("2022-green-roofs") == "27ec2060-e0a0-50ba-830d-ee6123776693"
    assert [line for line in unfolded(make_calendar(make_entry())) if line.startswith("UID")] == [
        "UID:27ec2060-e0a0-50ba-830d-ee6123776693"
    ]


def test_cal_11_cal_12_cal_13_stamps_follow_the_last_change() -> None:
    assert lines_of(make_entry(sequence=4), "DTSTAMP", "CREATED", "LAST-MODIFIED", "SEQUENCE") == [
        "DTSTAMP:20220103T093000Z",
        "CREATED:20211201T080000Z",
        "LAST-MODIFIED:20220103T093000Z",
        "SEQUENCE:4",
    ]


def test_cal_14_cancelled_entry_stays_and_says_so() -> None:
    cancelled = make_entry(state="cancelled", is_postponed=True, sequence=2)
    assert lines_of(cancelled, "UID", "SUMMARY", "STATUS", "TRANSP") == [
        f"UID:{cancelled.uid}",
        "SUMMARY;LANGUAGE=en:Cancelled: Green roofs",
        "STATUS:CANCELLED",
        "TRANSP:TRANSPARENT",
    ]
    assert lines_of(cancelled, "SUMMARY", language="zh") == ["SUMMARY;LANGUAGE=zh:已取消：绿色屋顶"]


def test_postponed_entry_keeps_its_old_slot_as_tentative() -> None:
    postponed = make_entry(is_postponed=True)
    assert lines_of(postponed, "DTSTART", "SUMMARY", "STATUS", "TRANSP", language="both") == [
        "DTSTART;TZID=Europe/Brussels:20220120T090000",
        "SUMMARY;LANGUAGE=mul:Postponed: Green roofs / 延期：绿色屋顶",
        "STATUS:TENTATIVE",
        "TRANSP:TRANSPARENT",
    ]
    only_english = make_entry(is_postponed=True, title={"en": "Green roofs"})
    assert lines_of(only_english, "SUMMARY", language="both") == ["SUMMARY;LANGUAGE=mul:Postponed: 延期：Green roofs"]


def test_cal_15_texts_once_each_with_the_language_they_are_in() -> None:
    entry = make_entry(title={"zh": "绿色屋顶"}, venue={"en": "Town Hall"}, address={"en": "Rue de la Loi 1"})
    assert lines_of(entry, "SUMMARY", "LOCATION") == [
        "SUMMARY;LANGUAGE=zh:绿色屋顶",
        "LOCATION;LANGUAGE=en:Town Hall\\, Rue de la Loi 1",
    ]
    assert lines_of(make_entry(), "SUMMARY", language="both") == ["SUMMARY;LANGUAGE=mul:Green roofs / 绿色屋顶"]


def test_cal_16_to_cal_19_the_feed_describes_itself() -> None:
    lines = unfolded(make_calendar())
    assert lines[4 : lines.index("BEGIN:VTIMEZONE")] == [
        "NAME;LANGUAGE=en:IURC",
        "X-WR-CALNAME:IURC",
        "DESCRIPTION;LANGUAGE=en:All events",
        "X-WR-CALDESC:All events",
        "X-WR-TIMEZONE:Europe/Brussels",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
        "COLOR:steelblue",
        "X-APPLE-CALENDAR-COLOR:#4682B4",
        "LAST-MODIFIED:20220103T093000Z",
        "URL:https://events.example/en/calendars/",
        "SOURCE;VALUE=URI:https://events.example/calendar/programmes/iurc-china.ics",
    ]
    assert b"SOURCE" not in make_calendar(source=None)


def test_cal_18_unknown_colour_is_refused() -> None:
    with pytest.raises(ValueError, match="not a colour name"):
        make_calendar(colour="#123456")


def test_cal_20_control_characters_go_and_all_scripts_stay() -> None:
    title = "a\x00b\x07c\x7fd\u2028e 𠀀 👩‍👩‍👧 é עברית\ud800"
    assert lines_of(make_entry(title={"en": title}), "SUMMARY") == ["SUMMARY;LANGUAGE=en:abcd\\ne 𠀀 👩‍👩‍👧 é עברית"]


def test_cal_21_zones_are_those_used_once_each() -> None:
    data = make_calendar(
        make_entry(uid="a"),
        make_entry(uid="b"),
        make_entry(uid="c", slot=minute_slot(zone="Asia/Shanghai")),
        make_entry(uid="d", slot=DAYS),
    )
    assert re.findall(rb"TZID:(\S+)", data) == [b"Asia/Shanghai", b"Europe/Brussels"]
    assert b"VTIMEZONE" not in make_calendar(make_entry(slot=DAYS))


def test_cal_23_cal_24_wall_times_with_the_bare_zone_name() -> None:
    assert lines_of(make_entry(), "DTSTART", "DTEND") == [
        "DTSTART;TZID=Europe/Brussels:20220120T090000",
        "DTEND;TZID=Europe/Brussels:20220120T103000",
    ]


def test_cal_25_days_end_on_the_day_after_the_last() -> None:
    assert lines_of(make_entry(slot=DAYS), "DTSTART", "DTEND", "TRANSP") == [
        "DTSTART;VALUE=DATE:20220120",
        "DTEND;VALUE=DATE:20220122",
        "TRANSP:TRANSPARENT",
    ]


@pytest.mark.parametrize(
    ("part", "english", "chinese"),
    [
        (PartOfDay.MORNING, "Green roofs (morning)", "绿色屋顶（上午）"),
        (PartOfDay.AFTERNOON, "Green roofs (afternoon)", "绿色屋顶（下午）"),
        (PartOfDay.EVENING, "Green roofs (evening)", "绿色屋顶（晚上）"),
    ],
)
def test_part_of_day_is_an_all_day_entry_that_names_the_part(part: PartOfDay, english: str, chinese: str) -> None:
    slot = TimeSlot("Asia/Shanghai", Precision.PART_OF_DAY, "2022-01-20", "2022-01-20", part)
    entry = make_entry(slot=slot)
    assert lines_of(entry, "DTSTART", "DTEND", "SUMMARY") == [
        "DTSTART;VALUE=DATE:20220120",
        "DTEND;VALUE=DATE:20220121",
        f"SUMMARY;LANGUAGE=en:{english}",
    ]
    assert lines_of(entry, "SUMMARY", language="both") == [f"SUMMARY;LANGUAGE=mul:{english} / {chinese}"]


def test_month_has_no_entry() -> None:
    assert render_entry(make_entry(slot=MONTH), "en") is None
    assert entry_zone(make_entry(slot=MONTH)) is None


def test_cal_30_feeds_name_nobody_and_alarm_nobody() -> None:
    assert lines_of(make_entry(), "ORGANIZER", "ATTENDEE", "METHOD", "BEGIN") == ["BEGIN:VEVENT"]


def test_cal_31_confirmed_hours_block_time() -> None:
    assert lines_of(make_entry(), "STATUS", "TRANSP", "CLASS") == [
        "STATUS:CONFIRMED",
        "TRANSP:OPAQUE",
        "CLASS:PUBLIC",
    ]
    assert lines_of(make_entry(state="tentative"), "STATUS", "TRANSP") == ["STATUS:TENTATIVE", "TRANSP:TRANSPARENT"]


def test_cal_32_url_in_the_language_and_geo() -> None:
    assert lines_of(make_entry(geo=(51.0, -3.7166667)), "URL", "GEO", language="zh") == [
        "GEO:51.0;-3.716667",
        "URL:https://events.example/zh/events/2022-green-roofs",
    ]
    assert lines_of(make_entry(page_urls={"en": "javascript:alert(1)"}), "URL") == []


def test_cal_33_categories_are_a_list_per_language() -> None:
    categories = ({"en": "Water,energy", "zh": "水与能源"}, {"en": "Cities"}, {"zh": " "}, {"en": "\n"})
    assert lines_of(make_entry(categories=categories), "CATEGORIES") == [
        "CATEGORIES;LANGUAGE=en:Water\\, energy,Cities"
    ]
    assert lines_of(make_entry(categories=categories), "CATEGORIES", language="both") == [
        "CATEGORIES;LANGUAGE=en:Water\\, energy,Cities",
        "CATEGORIES;LANGUAGE=zh:水与能源",
    ]


def test_cal_35_join_links_only_when_given() -> None:
    link = JoinLink("https://meet.example/j/1", "Main room", "123 456", "pass;word")
    assert lines_of(make_entry(join_links=(link,)), "LOCATION", "CONFERENCE", "DESCRIPTION") == [
        "LOCATION;LANGUAGE=en:https://meet.example/j/1",
        "DESCRIPTION;LANGUAGE=en:Starts: Thu 20 January 2022 09:00 Brussels | 16:00 Beijing\\n"
        "Ends: 10:30 Brussels | 17:30 Beijing\\n\\nMain room: https://meet.example/j/1\\n"
        "Meeting number: 123 456\\nPasscode: pass\\;word\\n\\n"
        "Page: https://events.example/en/events/2022-green-roofs",
        "CONFERENCE;VALUE=URI;FEATURE=VIDEO;LABEL=Main room:https://meet.example/j/1",
    ]


def test_cal_35_an_address_holds_what_an_address_may() -> None:
    link = JoinLink("https://meet.example/j/😀 中文{1}?pwd=a%20b", "", "", "")
    assert lines_of(make_entry(join_links=(link,)), "CONFERENCE") == [
        "CONFERENCE;VALUE=URI;FEATURE=VIDEO:https://meet.example/j/%F0%9F%98%80%20%E4%B8%AD%E6%96%87%7B1%7D?pwd=a%20b"
    ]


def test_description_names_the_day_on_the_clock_of_another_day() -> None:
    late = make_entry(slot=minute_slot("2022-01-20T19:00", "2022-01-20T20:00", "Europe/Warsaw"), page_urls={})
    assert lines_of(late, "DESCRIPTION") == [
        "DESCRIPTION;LANGUAGE=en:Starts: Thu 20 January 2022 19:00 Warsaw | 19:00 Brussels | 02:00 Beijing\\, Fri 21\\n"
        "Ends: 20:00 Warsaw | 20:00 Brussels | 03:00 Beijing\\, Fri 21"
    ]
    summer = make_entry(slot=minute_slot("2022-07-20T23:00", "2022-07-21T00:30"), page_urls={})
    assert lines_of(summer, "DESCRIPTION", language="zh") == [
        "DESCRIPTION;LANGUAGE=zh:开始：2022年7月20日 周三 布鲁塞尔23:00｜北京05:00（21日周四）\\n"
        "结束：2022年7月21日 周四 布鲁塞尔00:30｜北京06:30"
    ]


def test_description_of_both_languages_gives_each_text_in_its_own() -> None:
    entry = make_entry(
        slot=MORNING,
        description={"en": "Talks."},
        agenda=({"en": "1 Opening", "zh": "1 开幕"},),
        contact={"en": "Office"},
        state="cancelled",
    )
    assert lines_of(entry, "DESCRIPTION", language="both") == [
        "DESCRIPTION;LANGUAGE=mul:This event is cancelled.\\n\\nThu 20 January 2022\\, morning\\, time in Beijing\\n\\n"
        "Talks.\\n\\nAgenda\\n1 Opening\\n\\nContact: Office\\n\\n"
        "Page: https://events.example/en/events/2022-green-roofs\\n\\n—\\n\\n"
        "本次活动已取消。\\n\\n2022年1月20日 周四 上午（北京时间）\\n\\n议程\\n1 开幕\\n\\n"
        "活动页面：https://events.example/zh/events/2022-green-roofs"
    ]


def test_line_breaks_never_make_a_property() -> None:
    evil = "x\r\nATTENDEE:mailto:a@b.example\u2028X:1\x85Y:2"
    link = JoinLink("https://a.example/\r\nX:1", evil, evil, evil)
    entry = make_entry(
        uid=evil, title={"en": evil}, venue={"en": evil}, categories=({"en": evil},), contact={"en": evil},
        page_urls={"en": "https://a.example/\r\nATTENDEE:1"}, join_links=(link,), agenda=({"en": evil},),
    )  # fmt: skip
    names = [re.split("[;:]", line)[0] for line in lines_of(entry)]
    assert names == [
        *("BEGIN", "UID", "DTSTAMP", "CREATED", "LAST-MODIFIED", "SEQUENCE", "DTSTART", "DTEND", "SUMMARY", "STATUS"),
        *("TRANSP", "CLASS", "LOCATION", "DESCRIPTION", "URL", "CATEGORIES", "CONTACT", "CONFERENCE", "END"),
    ]


def test_cal_39_mail_names_organiser_and_reader_and_describes_no_feed() -> None:
    entry = make_entry(
        organizer=Mailbox("events@iurc.example", "IURC: Events"), attendees=(Mailbox("li@city.example", "李 Wei"),)
    )
    data = make_calendar(entry, method="REQUEST")
    lines = unfolded(data)
    assert lines[3:6] == ["CALSCALE:GREGORIAN", "METHOD:REQUEST", "BEGIN:VTIMEZONE"]
    assert lines[-4:-2] == [
        'ORGANIZER;CN="IURC: Events":mailto:events@iurc.example',
        "ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE;CN=李 Wei:mailto:li@city.example",
    ]
    assert lint(data, is_mail=True) == []


def test_same_data_same_bytes_and_tag() -> None:
    first, second = make_calendar(make_entry()), make_calendar(make_entry())
    assert (first, etag(first)) == (second, etag(second))
    assert re.fullmatch(r'"[0-9a-f]{32}"', etag(first))
    assert etag(first) != etag(make_calendar(make_entry(sequence=2)))


@pytest.mark.parametrize("language", ["en", "zh", "both"])
def test_a_calendar_of_every_kind_has_no_fault_and_parses(language: str) -> None:
    entries = [
        make_entry(uid="a", description=LONG, geo=(31.2, 121.5), categories=({"en": "A, b"}, {"zh": "丙"})),
        make_entry(uid="b", slot=DAYS),
        make_entry(uid="c", slot=MORNING, is_postponed=True),
        make_entry(uid="d", slot=MONTH),
        make_entry(uid="e", state="cancelled"),
        make_entry(uid="f", slot=minute_slot("2022-10-30T02:30", "2022-10-30T02:10", starts_fold=0, ends_fold=1)),
        make_entry(uid="g", slot=minute_slot(zone="America/Santiago"), join_links=(JoinLink("https://m.example/1"),)),
    ]
    data = make_calendar(*entries, language=language)
    assert lint(data) == []
    parsed = Calendar.from_ical(data)
    assert [str(event["UID"]) for event in parsed.events] == ["a", "b", "c", "e", "f", "g"]
    assert [error for component in parsed.walk() for error in component.errors] == []


def test_entry_refuses_naive_instants_and_negative_sequence() -> None:
    with pytest.raises(ValueError, match="aware"):
        make_entry(created_at=CREATED.replace(tzinfo=None))
    with pytest.raises(ValueError, match="negative"):
        make_entry(sequence=-1)


def test_joining_kept_entries_writes_them_unchanged() -> None:
    fragment = render_entry(make_entry(), "en") or b""
    data = render_calendar(
        "n", "d", "en", [("Europe/Brussels", fragment)] * 2, url="https://e.example/", revised_at=REVISED
    )
    assert data.count(fragment) == 2
    later = REVISED + timedelta(days=1)
    assert b"LAST-MODIFIED:20220104T093000Z" in make_calendar(make_entry(), revised_at=later)
