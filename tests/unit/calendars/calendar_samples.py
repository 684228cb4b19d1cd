"""A small event in a small calendar, for the tests of this folder."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from iurc_events.calendars.entries import CalendarEntry, CalendarLanguage, ReferenceZone
from iurc_events.calendars.rendering import calendar_uid, entry_zone, render_calendar, render_entry
from iurc_events.domain.time_slots import PartOfDay, Precision, TimeSlot

CREATED = datetime(2021, 12, 1, 8, 0, tzinfo=UTC)
REVISED = datetime(2022, 1, 3, 9, 30, tzinfo=UTC)
REFERENCE_ZONES = (
    ReferenceZone("Europe/Brussels", {"en": "Brussels", "zh": "布鲁塞尔"}),
    ReferenceZone("Asia/Shanghai", {"en": "Beijing", "zh": "北京"}),
)


def minute_slot(
    starts: str = "2022-01-20T09:00", ends: str = "2022-01-20T10:30", zone: str = "Europe/Brussels", **folds: int
) -> TimeSlot:
    """Return a slot known to the minute."""
    return TimeSlot(zone, Precision.MINUTE, starts, ends, **folds)


DAYS = TimeSlot("Europe/Brussels", Precision.DAY, "2022-01-20", "2022-01-21")
MORNING = TimeSlot("Asia/Shanghai", Precision.PART_OF_DAY, "2022-01-20", "2022-01-20", PartOfDay.MORNING)
MONTH = TimeSlot("Europe/Brussels", Precision.MONTH, "2022-01", "2022-01")


def make_entry(**changes: Any) -> CalendarEntry:
    """Return a published workshop with both titles."""
    values: dict[str, Any] = {
        "uid": calendar_uid("2022-green-roofs"),
        "sequence": 1,
        "created_at": CREATED,
        "revised_at": REVISED,
        "state": "confirmed",
        "title": {"en": "Green roofs", "zh": "绿色屋顶"},
        "slot": minute_slot(),
        "reference_zones": REFERENCE_ZONES,
        "page_urls": {
            "en": "https://events.example/en/events/2022-green-roofs",
            "zh": "https://events.example/zh/events/2022-green-roofs",
        },
    }
    return CalendarEntry(**(values | changes))


def make_calendar(*entries: CalendarEntry, language: CalendarLanguage = "en", **options: Any) -> bytes:
    """Return a calendar of the entries."""
    values: dict[str, Any] = {
        "url": "https://events.example/en/calendars/",
        "source": "https://events.example/calendar/programmes/iurc-china.ics",
        "revised_at": REVISED,
    }
    fragments = [(entry_zone(entry), render_entry(entry, language) or b"") for entry in entries]
    return render_calendar("IURC", "All events", language, fragments, **(values | options))


def unfolded(data: bytes) -> list[str]:
    """Return the content lines of a file."""
    return data.replace(b"\r\n ", b"").decode().split("\r\n")[:-1]


def lines_of(entry: CalendarEntry, *names: str, language: CalendarLanguage = "en") -> list[str]:
    """Return the lines of a rendered entry that have one of the names, or all."""
    lines = unfolded(render_entry(entry, language) or b"")
    return [line for line in lines if not names or line.replace(";", ":").split(":")[0] in names]
