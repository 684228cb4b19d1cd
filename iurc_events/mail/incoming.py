"""What comes back by mail, as plain data: reports on delivery (RFC 3464) and answers of calendars (RFC 6047).

Everything here was written by strangers: it is bounded in bytes, parts and depth, and nothing of it is trusted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses
from typing import Final, Literal

from iurc_events.mail.rendering import one_line

#: The longest mail that is read.
LARGEST: Final = 10 * 1024 * 1024
_MOST_PARTS: Final = 200
_MOST_BOUNDARIES: Final = 5000
_LONGEST_HEADER: Final = 20_000
_LARGEST_CALENDAR: Final = 200_000
_MESSAGE_ID: Final = re.compile(r"<[^<>\s]{3,198}>")
_STATUS: Final = re.compile(r"\d\.\d{1,3}\.\d{1,3}")
_DAEMONS: Final = ("mailer-daemon", "postmaster", "mail-daemon", "mailerdaemon")
#: How a report brings back the mail that it is about, whole or its headers.
_RETURNED: Final = ("message/rfc822", "text/rfc822-headers")
_CALENDARS: Final = ("text/calendar", "application/ics")

Action = Literal["failed", "delayed", "delivered"]
_ACTIONS: Final[dict[str, Action]] = {
    "failed": "failed",
    "delayed": "delayed",
    "delivered": "delivered",
    "relayed": "delivered",
    "expanded": "delivered",
}


class UnreadableMailError(Exception):
    """The mail is too large, too deep or broken; ``str()`` says which."""


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """What a mail server says of one of our mails.

    Attributes:
        message_ids: Message-IDs in the part that was returned, where one was.
        reason: Status and words of the server, one line.
    """

    action: Action
    reason: str
    message_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CalendarMail:
    """A calendar file that came by mail, as it stands."""

    method: str
    data: bytes


@dataclass(frozen=True, slots=True)
class OtherMail:
    """Neither a report nor a calendar's answer: written by a person, or answered by a machine."""

    is_automatic: bool
    #: In one line; mail programs unsubscribe by it (RFC 8058 §1, RFC 2369 §3.2).
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Incoming:
    """A mail that came in.

    Attributes:
        recipients: Addresses to which it may have been sent, as its headers say.
    """

    content: DeliveryReport | CalendarMail | OtherMail
    recipients: tuple[str, ...]


def read(data: bytes, *, sender: str | None = None) -> Incoming:
    """Read a mail.

    Args:
        sender: Of the envelope, where the mail server tells it: empty for a report.

    Raises:
        UnreadableMailError: If it is more than a mail of these kinds can be.
    """
    if len(data) > LARGEST:
        raise UnreadableMailError("the mail is too large")
    if data.count(b"\n--") > _MOST_BOUNDARIES or data.lower().count(b"boundary=") > _MOST_PARTS:
        raise UnreadableMailError("the mail has too many parts")
    try:
        mail = message_from_bytes(data)
        parts = list(_parts(mail))
        return Incoming(_content(mail, parts, sender), _recipients(mail))
    except (MessageError, RecursionError, LookupError, ValueError, TypeError, AttributeError) as error:
        raise UnreadableMailError(f"the mail is broken: {type(error).__name__}") from error


def _parts(mail: Message, *, with_returned: bool = True) -> Iterator[Message]:
    """Go through all parts; those inside a returned mail too, unless told otherwise."""
    waiting, count = [mail], 0
    while waiting:
        part = waiting.pop()
        count += 1
        if count > _MOST_PARTS:
            raise UnreadableMailError("the mail has too many parts")
        yield part
        if with_returned or part.get_content_maintype() != "message":
            waiting.extend(reversed(_inner(part)))


def _inner(part: Message) -> list[Message]:
    payload = part.get_payload()
    return [each for each in payload if isinstance(each, Message)] if isinstance(payload, list) else []


def _header(part: Message, name: str) -> str:
    value = part.get(name)
    return "" if value is None else one_line(str(value)[:_LONGEST_HEADER])


def _words(part: Message, name: str) -> str:
    """Return a header for people: its encoded words decoded where that is possible (RFC 2047 §6.3)."""
    raw = _header(part, name)
    try:
        pieces = [
            piece.decode(charset or "latin-1", "replace") if isinstance(piece, bytes) else piece
            for piece, charset in decode_header(raw)
        ]
    except (MessageError, LookupError, ValueError):  # broken, or in a charset that Python does not know
        return raw
    return one_line("".join(pieces))


def _recipients(mail: Message) -> tuple[str, ...]:
    values = []
    for name in ("X-Original-To", "Delivered-To", "Envelope-To", "To", "Cc"):
        values += [str(value)[:_LONGEST_HEADER] for value in (mail.get_all(name) or [])[:20]]
    return tuple(address.lower() for _, address in getaddresses(values) if address)


def _content(mail: Message, parts: list[Message], sender: str | None) -> DeliveryReport | CalendarMail | OtherMail:
    status = next((part for part in parts if part.get_content_type() == "message/delivery-status"), None)
    if status is not None:
        return _report(status, parts)
    # a calendar inside a mail that comes back is ours, no answer to it
    own_parts = _parts(mail, with_returned=False)
    calendar = next((part for part in own_parts if part.get_content_type() in _CALENDARS), None)
    if calendar is not None:
        body = calendar.get_payload(decode=True)
        if isinstance(body, bytes) and len(body) <= _LARGEST_CALENDAR:
            found = re.search(rb"(?mi)^METHOD:([A-Z-]{3,20})\r?$", body)
            return CalendarMail(found[1].decode().upper() if found else "", body)
    is_reply = _header(mail, "Auto-Submitted").lower().startswith("auto-replied") or _is_holiday_notice(mail)
    # some servers mark a report as a reply too; a holiday notice does not bring the mail back
    has_come_back = any(part.get_content_type() in _RETURNED for part in parts)
    if _is_from_a_daemon(mail, sender) and (has_come_back or not is_reply):
        words = _words(mail, "Subject") or "returned by the mail server"
        return DeliveryReport("failed", words[:300], _returned_ids(mail, parts))
    is_automatic = is_reply or _header(mail, "Auto-Submitted").lower() not in ("", "no") or sender == ""
    return OtherMail(is_automatic=is_automatic, subject=_words(mail, "Subject")[:300])


def _is_holiday_notice(mail: Message) -> bool:
    return (
        _header(mail, "X-Autoreply").lower() == "yes"
        or bool(mail.get("X-Autorespond"))
        or _header(mail, "Precedence").lower() == "auto_reply"
    )


def _is_from_a_daemon(mail: Message, sender: str | None) -> bool:
    """Tell a report in a form of its own, as mail servers in China write it, from other mail."""
    if sender:
        return sender.partition("@")[0].lower() in _DAEMONS
    addresses = getaddresses([_header(mail, "From")])
    return bool(addresses) and addresses[0][1].partition("@")[0].lower() in _DAEMONS


def _returned_ids(mail: Message, parts: list[Message]) -> tuple[str, ...]:
    """Return the Message-IDs that a report names: of the mail that came back, or to which it answers."""
    found: list[str] = []
    for part in parts:
        if part is not mail and part.get("Message-ID"):
            found += _MESSAGE_ID.findall(_header(part, "Message-ID"))
        if part.get_content_type() == "text/rfc822-headers":
            body = part.get_payload(decode=True)
            text = body[:100_000].decode("utf-8", "replace") if isinstance(body, bytes) else ""
            for line in re.findall(r"(?mi)^Message-ID:[ \t]*\r?\n?[ \t]*(<[^\n]{3,198})", text)[:5]:
                found += _MESSAGE_ID.findall(line)
    for name in ("In-Reply-To", "References"):
        found += _MESSAGE_ID.findall(_header(mail, name))
    return tuple(dict.fromkeys(found[:20]))


def _report(status: Message, parts: list[Message]) -> DeliveryReport:
    """Read the fields of RFC 3464 §2.3: the first recipient that failed, else the first that is named."""
    named: list[tuple[Action, str]] = []
    for block in _inner(status)[:50]:
        action = _ACTIONS.get(_header(block, "Action").lower())
        if action is None:
            continue
        code = _STATUS.search(_header(block, "Status"))
        words = _header(block, "Diagnostic-Code").partition(";")[2].strip() or _header(block, "Diagnostic-Code")
        named.append((action, one_line(f"{code[0] if code else ''} {words}")[:500]))
    if not named:
        raise UnreadableMailError("the report names no recipient")
    action, reason = next((each for each in named if each[0] == "failed"), named[0])
    return DeliveryReport(action, reason or action, _returned_ids(parts[0], parts))
