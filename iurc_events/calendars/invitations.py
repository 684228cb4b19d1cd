"""Calendar files of mail: a kept entry as REQUEST or CANCEL to one attendee (RFC 5546 §3.2.2, §3.2.5; RFC 6047)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Final, Literal

from iurc_events.calendars.entries import CalendarLanguage, Mailbox, Texts
from iurc_events.calendars.lines import clean, escape, fold, parameter, text_line, uri, utc
from iurc_events.calendars.rendering import render_calendar
from iurc_events.calendars.wording import text_of

#: Lines that say when and how often an entry was revised, not what it says.
_STAMPS: Final = re.compile(rb"(?<=\r\n)(?:DTSTAMP|LAST-MODIFIED|CREATED|SEQUENCE):[^\r\n]*\r\n")
_END: Final = b"END:VEVENT\r\n"


@dataclass(frozen=True, slots=True)
class Call:
    """What makes one mail of a kept entry.

    Attributes:
        sequence: Higher than in any earlier mail of the chain to which it belongs, see :func:`next_sequence`.
        stamped_at: When this mail was made: its DTSTAMP, since it has a METHOD (RFC 5545 §3.8.7.2).
    """

    method: Literal["REQUEST", "CANCEL"]
    sequence: int
    stamped_at: datetime
    organizer: Mailbox
    attendee: Mailbox


def content_hash(zone: str | None, body: bytes) -> bytes:
    """Return the SHA-256 of what an entry says, without its stamps."""
    return sha256(f"{zone}\n".encode() + _STAMPS.sub(b"", body)).digest()


def next_sequence(of_entry: int, last_sent: int | None) -> int:
    """Return the SEQUENCE of the next mail to somebody: the feed's, or one above their last where that is higher."""
    return of_entry if last_sent is None else max(of_entry, last_sent + 1)


def _people(call: Call) -> bytes:
    organizer = f"ORGANIZER{_name(call.organizer)}:mailto:{uri(call.organizer.address)}"
    asks = "ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE"
    attendee = f"ATTENDEE;CUTYPE=INDIVIDUAL;{asks}{_name(call.attendee)}:mailto:{uri(call.attendee.address)}"
    return fold(organizer) + fold(attendee)


def _name(mailbox: Mailbox) -> str:
    name = " ".join(clean(mailbox.name).split())
    return f";CN={parameter(name)}" if name else ""


def _set(body: bytes, name: bytes, value: str) -> bytes:
    return re.sub(rb"(?<=\r\n)" + name + rb":[^\r\n]*\r\n", name + b":" + value.encode() + b"\r\n", body, count=1)


def render(zone: str | None, body: bytes, call: Call, language: CalendarLanguage) -> bytes:
    """Return the calendar file of a mail.

    Args:
        zone, body: The kept entry, as feeds have it.
    """
    body = _set(_set(body, b"SEQUENCE", str(call.sequence)), b"DTSTAMP", utc(call.stamped_at))
    body = _set(body, b"LAST-MODIFIED", utc(call.stamped_at))
    if call.method == "CANCEL":
        body = _set(_set(body, b"STATUS", "CANCELLED"), b"TRANSP", "TRANSPARENT")
    head, end, _ = body.rpartition(_END)
    return _file(zone, head + _people(call) + end, call, language)


def render_bare_cancel(uid: str, title: Texts, first_day: date, call: Call, language: CalendarLanguage) -> bytes:
    """Return a CANCEL for an entry that is kept no more, because its day is not known any longer."""
    stamp = utc(call.stamped_at)
    day, after = (str(each).replace("-", "") for each in (first_day, first_day + timedelta(days=1)))
    lines = [
        b"BEGIN:VEVENT\r\n",
        fold(f"UID:{escape(uid)}"),
        f"DTSTAMP:{stamp}\r\nCREATED:{stamp}\r\nLAST-MODIFIED:{stamp}\r\nSEQUENCE:{call.sequence}\r\n".encode(),
        f"DTSTART;VALUE=DATE:{day}\r\nDTEND;VALUE=DATE:{after}\r\n".encode(),
        text_line("SUMMARY", text_of(title, language) or "–", language),
        b"STATUS:CANCELLED\r\nTRANSP:TRANSPARENT\r\nCLASS:PUBLIC\r\n",
        _people(call),
        _END,
    ]
    return _file(None, b"".join(lines), call, language)


def _file(zone: str | None, body: bytes, call: Call, language: CalendarLanguage) -> bytes:
    return render_calendar("", "", language, [(zone, body)], url="", revised_at=call.stamped_at, method=call.method)
