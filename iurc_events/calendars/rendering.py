"""Entries and calendars as bytes.

An entry is rendered once per language and kept (``render_entry``); a calendar is its head, the VTIMEZONEs of the zones
used, and the kept entries joined (``render_calendar``). Same data, same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final, Literal
from uuid import UUID, uuid5

from iurc_events.calendars.colours import COLOURS
from iurc_events.calendars.entries import CalendarEntry, CalendarLanguage, Mailbox, Texts
from iurc_events.calendars.lines import clean, escape, fold, parameter, text_line, uri, utc, wall
from iurc_events.calendars.wording import description, in_language, location, state_of, summary
from iurc_events.calendars.zones import instants, vtimezone, zone_as_read
from iurc_events.domain.time_slots import Precision

#: Stored with each kept entry; raised when ``render_entry`` writes other bytes for the same data.
FRAGMENT_FORMAT: Final = 1
#: Namespace of the UIDs of the product; never changes.
UID_NAMESPACE: Final = UUID("6f1e54cb-3d0c-5b5e-9d53-0c8a6d1b7a52")
PRODUCT_ID: Final = "-//IURC Events//iurc-events//EN"

Method = Literal["PUBLISH", "REQUEST", "CANCEL"]
_ESCAPED = re.compile(r"\\\\|\\n")
_HTTP = re.compile(r"https?://[^\s/]")


def calendar_uid(slug: str) -> str:
    """Return the UID of an event: the same on every installation and after every import (cal-10)."""
    return str(uuid5(UID_NAMESPACE, slug))


def etag(data: bytes) -> str:
    """Return the strong entity tag of a rendered calendar, quotes included."""
    return f'"{sha256(data).hexdigest()[:32]}"'


def entry_zone(entry: CalendarEntry) -> str | None:
    """Return the zone that the rendered entry refers to, or None: it is all-day or written in UTC.

    A time is written in UTC where readers would find another instant by wall time and VTIMEZONE: the second of two
    equal times in autumn, a year in which the zone had another rule, a zone that the tzdata package does not know.
    """
    return zone_as_read(entry.slot) if entry.slot.precision is Precision.MINUTE else None


def _times(entry: CalendarEntry) -> list[bytes]:
    slot = entry.slot
    if slot.precision is not Precision.MINUTE:
        after = slot.last_day + timedelta(days=1)
        return [fold(f"DTSTART;VALUE=DATE:{_day(slot.first_day)}"), fold(f"DTEND;VALUE=DATE:{_day(after)}")]
    if zone_name := entry_zone(entry):
        starts, ends = datetime.fromisoformat(slot.starts), datetime.fromisoformat(slot.ends)
        return [fold(f"DTSTART;TZID={zone_name}:{wall(starts)}"), fold(f"DTEND;TZID={zone_name}:{wall(ends)}")]
    starts_at, ends_at = instants(slot)
    return [fold(f"DTSTART:{utc(starts_at)}"), fold(f"DTEND:{utc(ends_at)}")]


def _day(day: object) -> str:
    return str(day).replace("-", "")


def _categories(categories: tuple[Texts, ...], language: CalendarLanguage) -> list[bytes]:
    by_language: dict[str, list[str]] = {}
    for category in categories:
        wanted = [tag for tag in ("en", "zh") if category.get(tag)] if language == "both" else []
        found = [(category[tag], tag) for tag in wanted] or [in_language(category, language) or ("", "")]
        for each in found:
            # a comma inside a name is followed by a blank, so that no reader takes it for one between names
            name = re.sub(r",(?=\S)", ", ", " ".join(clean(each[0]).split()).rstrip(", "))
            if name:
                by_language.setdefault(each[1], []).append(escape(name))
    return [fold(f"CATEGORIES;LANGUAGE={tag}:{','.join(names)}") for tag, names in sorted(by_language.items())]


def _mailbox(head: str, mailbox: Mailbox) -> bytes:
    name = f";CN={parameter(mailbox.name)}" if mailbox.name else ""
    return fold(f"{head}{name}:mailto:{uri(mailbox.address)}")


def render_entry(entry: CalendarEntry, language: CalendarLanguage) -> bytes | None:
    """Return the VEVENT of an entry, or None where only its month is known: such an entry has no place in a calendar.

    Store it with ``entry_zone(entry)`` and ``FRAGMENT_FORMAT``.
    """
    if entry.slot.precision is Precision.MONTH:
        return None
    state = state_of(entry)
    status = {"confirmed": "CONFIRMED", "cancelled": "CANCELLED"}.get(state, "TENTATIVE")
    is_busy = state == "confirmed" and entry.slot.precision is Precision.MINUTE
    revised = utc(entry.revised_at)
    pieces = [
        b"BEGIN:VEVENT\r\n",
        fold(f"UID:{escape(entry.uid)}"),
        f"DTSTAMP:{revised}\r\nCREATED:{utc(entry.created_at)}\r\nLAST-MODIFIED:{revised}\r\n"
        f"SEQUENCE:{entry.sequence}\r\n".encode(),
        *_times(entry),
        text_line("SUMMARY", *summary(entry, language)),
        f"STATUS:{status}\r\nTRANSP:{'OPAQUE' if is_busy else 'TRANSPARENT'}\r\nCLASS:PUBLIC\r\n".encode(),
    ]
    if place := location(entry, language):
        pieces.append(text_line("LOCATION", *place))
    if entry.geo:
        pieces.append(fold(f"GEO:{_degrees(entry.geo[0])};{_degrees(entry.geo[1])}"))
    pieces.append(text_line("DESCRIPTION", *description(entry, language)))
    if (page := in_language(entry.page_urls, "en" if language == "both" else language)) and _HTTP.match(page[0]):
        pieces.append(fold(f"URL:{uri(page[0])}"))
    pieces += _categories(entry.categories, language)
    if contact := in_language(entry.contact, language):
        pieces.append(text_line("CONTACT", *contact))
    for link in entry.join_links:
        if _HTTP.match(link.address):
            label = f";LABEL={parameter(link.label)}" if link.label else ""
            pieces.append(fold(f"CONFERENCE;VALUE=URI;FEATURE=VIDEO{label}:{uri(link.address)}"))
    if entry.organizer:
        pieces.append(_mailbox("ORGANIZER", entry.organizer))
    for attendee in entry.attendees:
        pieces.append(_mailbox("ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE", attendee))
    pieces.append(b"END:VEVENT\r\n")
    return b"".join(pieces)


def stamped(body: bytes, sequence: int, revised_at: datetime) -> bytes:
    """Return a rendered entry with another SEQUENCE and moment of revision, which are written without folding."""
    revised = utc(revised_at).encode()
    body = re.sub(rb"(?<=\r\nDTSTAMP:)[^\r]+|(?<=\r\nLAST-MODIFIED:)[^\r]+", revised, body)
    return re.sub(rb"(?<=\r\nSEQUENCE:)\d+", str(sequence).encode(), body)


def rewritten(body: bytes, change: Callable[[str], str]) -> bytes:
    """Return a rendered entry with each of its lines changed, and folded again.

    ``change`` sees newlines as such: an "n" of their escape would be taken for a part of the word behind it.
    """
    lines = body.replace(b"\r\n ", b"").decode().split("\r\n")
    shown = (_ESCAPED.sub(lambda found: "\n" if found[0] != "\\\\" else found[0], line) for line in lines if line)
    return b"".join(fold(change(line).replace("\n", "\\n")) for line in shown)


def _degrees(value: float) -> str:
    text = f"{value:.6f}".rstrip("0")
    return text + "0" if text.endswith(".") else text


def render_calendar(
    name: str,
    description: str,
    language: CalendarLanguage,
    fragments: Iterable[tuple[str | None, bytes]],
    *,
    url: str,
    revised_at: datetime,
    source: str | None = None,
    zone: str = "Europe/Brussels",
    colour: str = "steelblue",
    refresh: str = "PT1H",
    method: Method | None = None,
) -> bytes:
    """Return a whole calendar.

    It has no UID of its own: readers then take all its entries for one.

    Args:
        fragments: Zone (``entry_zone``) and bytes (``render_entry``) of each entry, in a fixed order.
        url: Absolute address of the page of the calendar.
        revised_at: The last change of any entry or of the membership.
        source: Absolute address of the feed; None for feeds whose address is a secret.
        zone: Shown by readers as the calendar's own; its VTIMEZONE stands in a calendar without entries (cal-9).
        colour: A colour name of CSS.
        refresh: How often to ask again, as an iCalendar duration.
        method: None in feeds; else the file is for mail or download. REQUEST and CANCEL leave out what
            describes a feed.

    Raises:
        ValueError: If the colour or a zone is not known.
    """
    if colour not in COLOURS:
        raise ValueError(f"{colour!r} is not a colour name of CSS")
    entries = [(used, data) for used, data in fragments if data]
    zones = {used for used, _ in entries if used} if entries else {zone}
    pieces = [b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n", fold(f"PRODID:{PRODUCT_ID}"), b"CALSCALE:GREGORIAN\r\n"]
    if method:
        pieces.append(fold(f"METHOD:{method}"))
    if method not in ("REQUEST", "CANCEL"):
        tag = "mul" if language == "both" else language
        pieces += [
            text_line("NAME", name, tag),
            text_line("X-WR-CALNAME", name),
            text_line("DESCRIPTION", description, tag),
            text_line("X-WR-CALDESC", description),
            fold(f"X-WR-TIMEZONE:{zone}"),
            fold(f"REFRESH-INTERVAL;VALUE=DURATION:{refresh}"),
            fold(f"X-PUBLISHED-TTL:{refresh}"),
            fold(f"COLOR:{colour}"),
            fold(f"X-APPLE-CALENDAR-COLOR:{COLOURS[colour]}"),
            fold(f"LAST-MODIFIED:{utc(revised_at)}"),
            fold(f"URL:{uri(url)}"),
        ]
        if source:
            pieces.append(fold(f"SOURCE;VALUE=URI:{uri(source)}"))
    pieces += [vtimezone(used) for used in sorted(zones)]
    pieces += [data for _, data in entries]
    pieces.append(b"END:VCALENDAR\r\n")
    return b"".join(pieces)
