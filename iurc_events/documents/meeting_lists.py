"""Lists of those who joined an online meeting, as Zoom, Teams and Tencent Meeting write them.

A list is recognised by its headings, in English or Chinese. Programs write one row for each connection, or one for each
person with a sum, or both one after the other; what is read here is connections, and :func:`merged` makes one line of
those of one person, in which time that two devices share counts once.
"""

from __future__ import annotations

import hashlib
import math
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from iurc_events.documents.meeting_tables import Row, TableError, read_tables
from iurc_events.localisation import noop

Field = Literal["name", "email", "upn", "joined", "left", "minutes", "duration"]
Interval = tuple[datetime, datetime]

MOST_CONNECTIONS = 10_000
#: Fields that a table unknown to us can be mapped by.
MAPPED_FIELDS: tuple[Field, ...] = ("name", "email", "joined", "left", "minutes")
#: Headings by field, folded as :func:`_heading` does.
_HEADINGS: Mapping[Field, tuple[str, ...]] = {
    "name": (
        "name(originalname)", "username(originalname)", "name", "fullname", "displayname", "participant", "nickname",
        "usernickname", "usernickname(meetingnickname)", "nickname(meetingnickname)", "名称(原始名称)", "姓名(原名)",
        "名称(原名)", "姓名(原始姓名)", "用户名(原始名称)",
        "用户昵称(入会昵称)", "用户昵称", "入会昵称", "昵称", "姓名", "全名",
        "名称", "参会人", "参会者", "参会人员", "成员", "成员名称",
    ),
    "email": ("useremail", "email", "emailaddress", "e-mail", "mail", "registrationemail", "用户电子邮件", "用户邮箱",
              "电子邮件", "电子邮箱", "邮箱", "邮件", "邮件地址", "电子邮件地址"),
    "upn": ("participantid(upn)", "参与者id(upn)", "参加者id(upn)", "与会者id(upn)", "参会者id(upn)"),
    "joined": ("jointime", "joined", "timejoined", "firstjoin", "firstjointime", "加入时间", "入会时间", "首次加入",
               "首次加入时间", "首次入会时间", "第一次加入时间"),
    "left": ("leavetime", "left", "timeexited", "lastleave", "lastleavetime", "离开时间", "退会时间", "离会时间",
             "上次离开", "上次离开时间", "最后离开时间", "最后离开", "最后退会时间"),
    "minutes": ("duration(minutes)", "totalduration(minutes)", "minutes", "时长(分钟)", "总时长(分钟)",
                "持续时间(分钟)", "总持续时间(分钟)", "分钟", "参会时长(分钟)"),
    "duration": ("duration", "in-meetingduration", "timeinmeeting", "attendanceduration", "cumulativeduration",
                 "totalduration", "会议持续时间", "会议中持续时间", "会议时长", "参会时长",
                 "累计参会时长", "持续时间", "时长", "总时长"),
}  # fmt: skip
_FIELD_OF = {heading: field for field, headings in _HEADINGS.items() for heading in headings}
#: Headings of tables that have a row for each person, with what all connections come to.
_SUMMED = frozenset({
    "firstjoin", "firstjointime", "首次加入", "首次加入时间", "首次入会时间", "第一次加入时间", "累计参会时长",
    "in-meetingduration", "totalduration(minutes)", "总时长(分钟)", "总持续时间(分钟)", "cumulativeduration",
    "会议中持续时间",
})  # fmt: skip
_SECTION = re.compile(r"\s*\d+\s*[.、．]\s*\S")
_NUMBERS = re.compile(r"\d+")
_UNITS = re.compile(
    r"(\d+(?:\.\d+)?)\s*(小时|時|时|h(?:ours?|rs?)?|分钟|分|m(?:in(?:ute)?s?)?|秒|s(?:ec(?:ond)?s?)?)", re.IGNORECASE
)
_CLOCK = re.compile(r"(?:(\d+):)?(\d{1,3}):(\d{2})(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Connection:
    """One time that somebody was connected, or the sum of them where a program gives no more."""

    name: str
    email: str = ""
    joined: datetime | None = None
    left: datetime | None = None
    seconds: int | None = None
    count: int = 1

    @property
    def interval(self) -> Interval | None:
        """From when to when, where both are known and in order."""
        return (self.joined, self.left) if self.joined and self.left and self.left >= self.joined else None


@dataclass(frozen=True, slots=True)
class MeetingLine:
    """One person of a list, as far as the list alone can tell."""

    name: str
    email: str
    parts: tuple[Connection, ...]

    @property
    def connections(self) -> int:
        """How often the person was connected."""
        return sum(part.count for part in self.parts)

    @property
    def minutes(self) -> int | None:
        """Minutes connected, begun ones included; time of two devices at once counts once."""
        return minutes_of(self.parts)


@dataclass(frozen=True, slots=True)
class MeetingList:
    """What was read of a list; ``headings`` and ``sample`` where it was not recognised and needs mapping by hand."""

    program: str
    connections: tuple[Connection, ...] = ()
    headings: tuple[str, ...] = ()
    sample: tuple[tuple[str, ...], ...] = ()

    @property
    def is_recognised(self) -> bool:
        """Whether people were found."""
        return not self.headings

    @property
    def digest(self) -> str:
        """SHA-256 of what the list says, however it was written down."""
        lines = sorted(
            "\x1f".join(map(str, (each.name, each.email, each.joined, each.left, each.seconds)))
            for each in self.connections
        )
        return hashlib.sha256("\x1e".join(lines).encode()).hexdigest()


def folded(text: str) -> str:
    """Fold a display name or mail address for comparing: width, case and blanks."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _heading(text: str) -> str:
    return "".join(folded(text.lstrip("\ufeff")).split()).rstrip(":*")


def seconds_of(text: str) -> int | None:
    """Read a duration: 1h 3m 5s, 1小时3分, 01:03:05, or a plain number of minutes."""
    text = unicodedata.normalize("NFKC", text).strip()
    if not text:
        return None
    if clock := _CLOCK.fullmatch(text):
        hours, minutes, seconds = (int(part or 0) for part in clock.groups())
        return hours * 3600 + minutes * 60 + seconds
    if parts := _UNITS.findall(text):
        factors = {"小": 3600, "時": 3600, "时": 3600, "h": 3600, "分": 60, "m": 60, "秒": 1, "s": 1}
        return int(sum(float(number) * factors[unit[0].lower()] for number, unit in parts))
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        return None
    return int(value * 60) if 0 <= value < 100_000 else None


def moment_of(text: str, *, day_first: bool = False) -> datetime | None:
    """Read a date with a time, in the orders that programs write; moments of one list are compared with one another."""
    text = unicodedata.normalize("NFKC", text).strip().casefold()
    found = [int(number) for number in _NUMBERS.findall(text)[:6]]
    if len(found) < 5 or any(number > 9999 for number in found):
        return None
    first, second, third, hour, minute, *rest = found
    if first > 31:
        year, month, day = first, second, third
    elif day_first or first > 12:
        year, month, day = third, second, first
    else:
        year, month, day = third, first, second
    is_late = "pm" in text or "p.m" in text or "下午" in text or "晚上" in text
    is_early = "am" in text or "a.m" in text or "上午" in text or "凌晨" in text
    if (is_late and hour < 12) or (is_early and hour == 12):
        hour = hour + 12 if is_late else 0
    try:
        return datetime(  # noqa: DTZ001  (a clock of the list itself: only differences are used)
            year + 2000 if year < 100 else year, month, day, hour, minute, rest[0] if rest else 0
        )
    except ValueError:
        return None


def _fields(row: Row) -> dict[int, Field]:
    """Return which columns of a heading row mean what; empty where it is none."""
    found: dict[int, Field] = {}
    for column, cell in enumerate(row):
        field = _FIELD_OF.get(_heading(cell))
        if field and field not in found.values():
            found[column] = field
    kinds = set(found.values())
    return found if "name" in kinds and kinds & {"email", "upn", "joined", "minutes", "duration"} else {}


@dataclass(frozen=True, slots=True)
class _Table:
    headings: Row
    fields: dict[int, Field]
    rows: list[Row]

    @property
    def is_summed(self) -> bool:
        return any(_heading(heading) in _SUMMED for heading in self.headings)


def _tables(sheets: Sequence[Sequence[Row]]) -> list[_Table]:
    found: list[_Table] = []
    for sheet in sheets:
        current: _Table | None = None
        for row in sheet:
            filled = [cell for cell in row if cell]
            if fields := _fields(row):
                current = _Table(row, fields, [])
                found.append(current)
            elif not filled or (len(filled) == 1 and _SECTION.match(filled[0])):
                current = None if current and current.rows else current
            elif current is not None:
                current.rows.append(row)
    return found


def _program(tables: Sequence[_Table], sheets: Sequence[Sequence[Row]]) -> str:
    headings = {_heading(cell) for table in tables for cell in table.headings}
    first_cells = {_heading(row[0]) for sheet in sheets for row in sheet[:400] if row}
    if headings & set(_HEADINGS["upn"]) or first_cells & {
        "2.participants",
        "2.参与者",
        "2.参加者",
        "2.与会者",
        "2.参会者",
    }:
        return "teams"
    if any("昵称" in each or "入会" in each or "nickname" in each for each in headings):
        return "tencent-meeting"
    zoom = {
        "name(originalname)",
        "username(originalname)",
        "名称(原始名称)",
        "姓名(原名)",
        "名称(原名)",
        "姓名(原始姓名)",
        "用户名(原始名称)",
    }
    if headings & zoom or {"useremail", "duration(minutes)"} <= headings:
        return "zoom"
    return "other"


def _is_address(text: str) -> bool:
    return "@" in text and "." in text.rpartition("@")[2] and " " not in text.strip()


def _connections(table: _Table) -> list[Connection]:
    columns: dict[Field, int] = {field: column for column, field in table.fields.items()}

    def value(row: Row, field: Field) -> str:
        column = columns.get(field)
        return row[column].strip() if column is not None and column < len(row) else ""

    times = [value(row, field) for row in table.rows for field in ("joined", "left")]
    day_first = any((numbers := _NUMBERS.findall(text)) and 12 < int(numbers[0][:4]) <= 31 for text in times)
    found: list[Connection] = []
    for row in table.rows:
        name = value(row, "name")
        addresses = (unicodedata.normalize("NFKC", value(row, field)) for field in ("email", "upn"))
        email = next((each.casefold() for each in addresses if _is_address(each)), "")
        if not name and not email:
            continue
        seconds = seconds_of(value(row, "minutes"))
        found.append(
            Connection(
                name or email,
                email,
                moment_of(value(row, "joined"), day_first=day_first),
                moment_of(value(row, "left"), day_first=day_first),
                seconds if seconds is not None else seconds_of(value(row, "duration")),
            )
        )
        if len(found) > MOST_CONNECTIONS:
            raise TableError(noop("The list has more than %(limit)s rows"), limit=MOST_CONNECTIONS)
    if table.is_summed:  # the first and last moment say nothing of the time between
        return [replace(each, joined=None, left=None) if each.seconds is not None else each for each in found]
    return found


def _key(connection: Connection) -> tuple[str, str]:
    return (folded(connection.name), connection.email)


def _all_connections(tables: Sequence[_Table]) -> list[Connection]:
    """Take single connections first, and of the sums only those of people who have none."""
    detailed = [each for table in tables if not table.is_summed for each in _connections(table)]
    known = {_key(each) for each in detailed} | {(folded(each.name), "") for each in detailed}
    summed = [each for table in tables if table.is_summed for each in _connections(table)]
    addresses: dict[str, set[str]] = {}
    for each in summed:
        if each.email:
            addresses.setdefault(folded(each.name), set()).add(each.email)
    for number, each in enumerate(detailed):
        own = addresses.get(folded(each.name), set())
        if not each.email and len(own) == 1:
            detailed[number] = replace(each, email=next(iter(own)))
    return detailed + [each for each in summed if _key(each) not in known and (folded(each.name), "") not in known]


def read_meeting_list(content: bytes, mapping: Mapping[int, Field] | None = None) -> MeetingList:
    """Read a list of those who joined.

    Args:
        mapping: Field of each column of a table that is not recognised; its first row is the headings.

    Raises:
        TableError: If the file is too large or no table, or names nobody.
    """
    sheets = read_tables(content)
    if mapping is not None:
        rows = next((sheet for sheet in sheets if any(any(row) for row in sheet)), [])
        rows = [row for row in rows if any(row)]
        tables, program = ([_Table(rows[0], dict(mapping), rows[1:])] if rows else []), "other"
    else:
        tables = _tables(sheets)
        program = _program(tables, sheets)
    connections = _all_connections(tables)
    if connections:
        return MeetingList(program, tuple(connections))
    filled = [row for sheet in sheets for row in sheet if any(row)]
    if tables or len(filled) < 2 or mapping is not None:
        raise TableError(noop("The list names nobody"))
    return MeetingList("other", (), tuple(filled[0]), tuple(tuple(row) for row in filled[1:4]))


def minutes_of(parts: Iterable[Connection]) -> int | None:
    """Return the minutes of several connections of one person; time that they share counts once."""
    all_parts = list(parts)
    intervals = sorted(part.interval for part in all_parts if part.interval)
    total, end = timedelta(), None
    for joined, left in intervals:
        begin = joined if end is None else max(joined, end)
        total += max(left - begin, timedelta())
        end = left if end is None else max(end, left)
    rest = [part.seconds for part in all_parts if part.interval is None and part.seconds is not None]
    if not intervals and not rest:
        return None
    return math.ceil((total.total_seconds() + sum(rest)) / 60)


#: Names that programs give to devices: two people may well have the same.
_DEVICES = re.compile(
    r"(?:i?phone|ipad|android|huawei|xiaomi|vivo|oppo|galaxy|手机|平板|用户|user|guest|访客|\d|\W|_)+"
)


def merged(connections: Iterable[Connection]) -> list[MeetingLine]:
    """Make one line of the connections of one person: of one mail address, else of one and the same name."""
    groups: dict[tuple[str, ...], list[Connection]] = {}
    for number, each in enumerate(connections):
        name = folded(each.name)
        if each.email:
            key: tuple[str, ...] = ("mail", each.email)
        elif _DEVICES.fullmatch(name):
            key = ("device", str(number))
        else:
            key = ("name", name)
        groups.setdefault(key, []).append(each)
    return [
        MeetingLine(
            " / ".join(dict.fromkeys(part.name for part in parts if part.name != part.email)) or parts[0].name,
            parts[0].email,
            tuple(parts),
        )
        for parts in groups.values()
    ]
