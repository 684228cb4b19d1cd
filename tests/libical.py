"""libical, the C library behind many calendar programs, reads calendars for tests."""

from __future__ import annotations

import ctypes
import ctypes.util
from datetime import UTC, date, datetime

Row = list[object]

_VEVENT = 4  # icalcomponent_kind ICAL_VEVENT_COMPONENT


_NUMBERS = ("year", "month", "day", "hour", "minute", "second", "is_date", "is_daylight")


class _Time(ctypes.Structure):
    _fields_ = (*((name, ctypes.c_int) for name in _NUMBERS), ("zone", ctypes.c_void_p))


def find_library() -> ctypes.CDLL | None:
    """Return libical 3, or None where this system has none."""
    name = ctypes.util.find_library("ical")
    if name is None:
        return None
    library = ctypes.CDLL(name)
    for function, result, arguments in (
        ("icalparser_parse_string", ctypes.c_void_p, [ctypes.c_char_p]),
        ("icalcomponent_get_first_component", ctypes.c_void_p, [ctypes.c_void_p, ctypes.c_int]),
        ("icalcomponent_get_next_component", ctypes.c_void_p, [ctypes.c_void_p, ctypes.c_int]),
        ("icalcomponent_count_errors", ctypes.c_int, [ctypes.c_void_p]),
        ("icalcomponent_get_uid", ctypes.c_char_p, [ctypes.c_void_p]),
        ("icalcomponent_get_summary", ctypes.c_char_p, [ctypes.c_void_p]),
        ("icalcomponent_get_sequence", ctypes.c_int, [ctypes.c_void_p]),
        ("icalcomponent_get_dtstart", _Time, [ctypes.c_void_p]),
        ("icalcomponent_get_dtend", _Time, [ctypes.c_void_p]),
        ("icaltime_as_timet_with_zone", ctypes.c_long, [_Time, ctypes.c_void_p]),
        ("icalcomponent_free", None, [ctypes.c_void_p]),
    ):
        getattr(library, function).restype = result
        getattr(library, function).argtypes = arguments
    return library


def _moment(library: ctypes.CDLL, value: _Time) -> object:
    if value.is_date:
        return str(date(value.year, value.month, value.day))
    instant = datetime.fromtimestamp(library.icaltime_as_timet_with_zone(value, value.zone), UTC)
    return int(instant.timestamp())


def read(library: ctypes.CDLL, data: bytes) -> tuple[int, list[Row]]:
    """Return how many faults libical found, and of each entry UID, first and last instant or day, title, SEQUENCE."""
    calendar = library.icalparser_parse_string(data)
    assert calendar
    rows = []
    entry = library.icalcomponent_get_first_component(calendar, _VEVENT)
    while entry:
        rows.append(
            [
                library.icalcomponent_get_uid(entry).decode(),
                _moment(library, library.icalcomponent_get_dtstart(entry)),
                _moment(library, library.icalcomponent_get_dtend(entry)),
                library.icalcomponent_get_summary(entry).decode(),
                library.icalcomponent_get_sequence(entry),
            ]
        )
        entry = library.icalcomponent_get_next_component(calendar, _VEVENT)
    faults = library.icalcomponent_count_errors(calendar)
    library.icalcomponent_free(calendar)
    return faults, sorted(rows)
