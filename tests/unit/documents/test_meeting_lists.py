"""Lists of online meetings: recognised by content, one line for each person, time on two devices counted once."""

from __future__ import annotations

import io
import zipfile

import pytest

from iurc_events.documents.meeting_lists import (
    Connection,
    MeetingList,
    merged,
    minutes_of,
    moment_of,
    read_meeting_list,
    seconds_of,
)
from iurc_events.documents.meeting_tables import LARGEST_FILE, TableError
from tests.unit.documents import meeting_samples as samples


def lines(found: MeetingList) -> list[tuple[str, str, int, int | None]]:
    return [(line.name, line.email, line.connections, line.minutes) for line in merged(found.connections)]


def test_zoom_list_becomes_a_line_for_each_person() -> None:
    found = read_meeting_list(samples.ZOOM.encode())

    assert found.program == "zoom"
    assert lines(found) == [
        ("Host Person", "host@example.org", 1, 92),
        ("Testina Muster (Mannheim)", "t.muster@example.org", 2, 89),
        ("王小测-郑州 (Wang Xiaoce)", "", 1, 80),
        ("WANG Xiaoce's iPhone", "", 1, 5),
        ("BEISPIELSSON, Próbe", "", 1, 60),
        ("Zhang Wei", "", 1, 60),
        ("小测", "", 1, 20),
        ("iPhone", "", 1, 1),
    ]


def test_zoom_list_with_sums_is_read_too() -> None:
    found = read_meeting_list(samples.ZOOM_SUMMED.encode())

    assert (found.program, lines(found)) == (
        "zoom",
        [("Testina Muster", "t.muster@example.org", 1, 89), ("李样本", "", 1, 75)],
    )


def test_teams_list_takes_single_connections_and_sums_of_the_rest() -> None:
    found = read_meeting_list(samples.TEAMS_ENGLISH.encode("utf-16"))

    assert (found.program, lines(found)) == (
        "teams",
        [
            ("Testina Muster (External)", "t.muster@example.org", 2, 89),
            ("Li Yang-ben (Unverified)", "", 2, 51),
            ("Beispielsson Probe", "", 1, 20),
        ],
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "gb18030"])
def test_teams_list_in_chinese_is_read_in_every_encoding(encoding: str) -> None:
    found = read_meeting_list(samples.TEAMS_CHINESE.encode(encoding))

    assert (found.program, lines(found)) == (
        "teams",
        [("王小测(外部)", "w.xiaoce@example.cn", 1, 89), ("张伟(未验证)", "", 1, 60)],
    )


def test_tencent_workbook_joins_overview_and_single_connections() -> None:
    found = read_meeting_list(samples.tencent_workbook())

    assert (found.program, lines(found)) == (
        "tencent-meeting",
        [
            ("小测测(王小测-郑州)", "", 2, 83),
            ("sample_li(李样本)", "", 1, 60),
            ("张伟(张伟)", "", 1, 30),
            ("Testina Müster(Testina Müster)", "", 1, 60),
        ],
    )


def test_another_table_is_mapped_by_hand() -> None:
    table = b"Wer\tPost\tZeit\nTestina Muster\tt.muster@example.org\t45\n"

    unknown = read_meeting_list(table)
    found = read_meeting_list(table, {0: "name", 1: "email", 2: "minutes"})

    assert (unknown.is_recognised, unknown.headings) == (False, ("Wer", "Post", "Zeit"))
    assert lines(found) == [("Testina Muster", "t.muster@example.org", 1, 45)]


def test_the_same_list_pasted_and_uploaded_has_the_same_digest() -> None:
    pasted = read_meeting_list(samples.TEAMS_ENGLISH.replace("\n", "\r\n").encode())

    assert pasted.digest == read_meeting_list(samples.TEAMS_ENGLISH.encode("utf-16")).digest


def _bomb() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 61 * 1024 * 1024)
    return file.getvalue()


@pytest.mark.parametrize(
    "content",
    [b"", b"x" * (LARGEST_FILE + 1), b"PK\x03\x04nonsense", _bomb(), b"\x89PNG\r\n\x1a\n\0\0\0", b"Name,Email\n",
     b"a\n" * 20_002],
    ids=["empty", "large", "broken", "bomb", "picture", "nobody", "rows"],
)  # fmt: skip
def test_what_is_no_list_is_refused(content: bytes) -> None:
    with pytest.raises(TableError):
        read_meeting_list(content)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("1h 3m 5s", 3785), ("1 小时 3 分钟 5 秒", 3785), ("01:03:05", 3785), ("20:30", 1230), ("45", 2700),
     ("1小时", 3600), ("", None), ("soon", None)],
)  # fmt: skip
def test_seconds_of_reads_durations_as_programs_write_them(text: str, seconds: int | None) -> None:
    assert seconds_of(text) == seconds


@pytest.mark.parametrize(
    ("text", "moment"),
    [("04/29/2027 08:58:12 AM", "2027-04-29 08:58:12"), ("4/29/27, 12:05:00 AM", "2027-04-29 00:05:00"),
     ("2027/4/29, 下午 2:58:12", "2027-04-29 14:58:12"), ("2027-04-29 14:58", "2027-04-29 14:58:00"),
     ("29.04.2027 14:58:00", "2027-04-29 14:58:00"), ("2027-02-30 10:00", "None"), ("", "None")],
)  # fmt: skip
def test_moment_of_reads_times_as_programs_write_them(text: str, moment: str) -> None:
    assert str(moment_of(text)) == moment


def test_minutes_of_counts_shared_time_once_and_adds_sums() -> None:
    def at(hour: int, minute: int) -> object:
        return moment_of(f"2027-04-29 {hour}:{minute:02}")

    parts = [
        Connection("a", joined=at(9, 0), left=at(9, 30)),  # type: ignore[arg-type]  # read a line above
        Connection("a", joined=at(9, 10), left=at(9, 20)),  # type: ignore[arg-type]
        Connection("a", joined=at(9, 40), left=at(10, 0)),  # type: ignore[arg-type]
        Connection("a", seconds=61),
    ]

    assert (minutes_of(parts), minutes_of([]), minutes_of([Connection("a", joined=at(10, 0), left=at(9, 0))])) == (  # type: ignore[arg-type]
        52, None, None,
    )  # fmt: skip
