"""Content lines as bytes: escaped, with their parameters, folded (RFC 5545 §3.1, §3.2, §3.3.11; RFC 6868)."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from urllib.parse import quote

_BREAKS = re.compile("\r\n|[\r\v\f\x1c\x1d\x1e\x85\u2028\u2029]")
_DROPPED = dict.fromkeys([*range(0x20), *range(0x7F, 0xA0), *range(0xD800, 0xE000)])
_CLEAN = {**_DROPPED, 9: " ", 10: "\n"}
_IN_URI = {**_DROPPED, **{ord(barred): f"%{ord(barred):02X}" for barred in ' "<>\\^`{|}'}}
_NOT_ASCII = re.compile("[^\x00-\x7f]+")
_QUOTED = re.compile("[:;,]")
_WIDTH = 75


def clean(value: str) -> str:
    """Make every kind of line break one newline, a tab a blank, and drop all other control characters."""
    if value.replace("\n", "").isprintable():  # the quick way for nearly all texts
        return value
    return _BREAKS.sub("\n", value).translate(_CLEAN)


def escape(value: str) -> str:
    """Return a text as a TEXT value (RFC 5545 §3.3.11)."""
    text = clean(value).replace("\\", "\\\\")
    return text.replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def uri(value: str) -> str:
    """Return an address as a URI value: control characters dropped, what a URI may not hold as %XX (RFC 3986 §2.1)."""
    return _NOT_ASCII.sub(lambda found: quote(found[0]), value.strip().translate(_IN_URI))


def parameter(value: str) -> str:
    """Return the value of a parameter: quoted where it must be, with ``^`` escapes (RFC 6868 §3)."""
    safe = clean(value).replace("^", "^^").replace("\n", "^n").replace('"', "^'")
    return f'"{safe}"' if _QUOTED.search(safe) else safe


def utc(instant: datetime) -> str:
    """Return an aware instant as a date-time in UTC."""
    return wall(instant.astimezone(UTC)) + "Z"


def wall(moment: datetime) -> str:
    """Return the wall time of a moment as a date-time without its zone."""
    return moment.isoformat(timespec="seconds")[:19].replace("-", "").replace(":", "")


def fold(line: str) -> bytes:
    """Return a content line in lines of at most 75 octets, CRLF included at the end but not counted.

    A fold stands neither inside a character nor between a backslash and what it escapes, which some readers break at.
    """
    octets = line.encode()
    if len(octets) <= _WIDTH:
        return octets + b"\r\n"
    pieces = []
    begin, width = 0, _WIDTH
    while len(octets) - begin > width:
        end = begin + width
        while octets[end] & 0xC0 == 0x80:
            end -= 1
        backslashes = end
        while backslashes > begin and octets[backslashes - 1] == 0x5C:
            backslashes -= 1
        end -= (end - backslashes) % 2
        pieces.append(octets[begin:end])
        begin, width = end, _WIDTH - 1
    pieces.append(octets[begin:])
    return b"\r\n ".join(pieces) + b"\r\n"


def text_line(name: str, value: str, language: str | None = None) -> bytes:
    """Return a property with a TEXT value, and its language where one is given."""
    head = f"{name};LANGUAGE={language}" if language else name
    return fold(f"{head}:{escape(value)}")
