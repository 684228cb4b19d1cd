"""The one sender: a letter as MIME, handed to a mail server."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from enum import StrEnum
from typing import Final
from urllib.parse import SplitResult, unquote, urlsplit

from iurc_events.mail.rendering import one_line

#: Seconds for each step of the talk with the mail server.
TIMEOUT: Final = 20.0
_PORTS: Final = {"smtp": 25, "smtps": 465}
#: Headers that a caller may add: those of RFC 2369 and RFC 8058, and the mailbox for answers.
_ALLOWED_HEADERS: Final = frozenset({"List-Unsubscribe", "List-Unsubscribe-Post", "Reply-To"})


class Outcome(StrEnum):
    """Why a letter did not leave."""

    LATER = "later"
    REFUSED = "refused"
    NO_SUCH_RECIPIENT = "no such recipient"


class SendingError(Exception):
    """The mail server did not take a letter; ``str()`` is its answer without passwords."""

    def __init__(self, outcome: Outcome, answer: str) -> None:
        super().__init__(answer)
        self.outcome = outcome


@dataclass(frozen=True, slots=True)
class Letter:
    """All that goes over the wire.

    Args:
        message_id: The same whenever the letter is sent again, so that readers show it once.
        sender: ``Name <address>``.
        calendar: A calendar file, with the METHOD that it states.
    """

    message_id: str
    sender: str
    to_email: str
    to_name: str
    language: str
    subject: str
    text: str
    html: str
    created_at: datetime
    calendar: bytes | None = None
    #: A PNG picture to show at the door.
    entry_code: bytes | None = None
    calendar_method: str = "PUBLISH"
    headers: Mapping[str, str] = field(default_factory=dict)


def _address(name: str, email: str, outcome: Outcome) -> Address:
    """Return a mailbox for a header.

    Raises:
        SendingError: If it cannot be one; with ``outcome``.
    """
    try:
        return Address(display_name=one_line(name), addr_spec=email.strip())
    except (ValueError, IndexError, MessageError) as error:  # what the standard library's parser raises
        raise SendingError(outcome, f"not an address: {one_line(email)}") from error


def build(letter: Letter) -> EmailMessage:
    """Return a letter as MIME: text, HTML and, with a calendar, text/calendar and the file (RFC 6047 §2.4).

    Raises:
        SendingError: If the recipient's address cannot be one.
    """
    message = EmailMessage(policy=SMTP)
    message["Message-ID"] = letter.message_id
    message["Date"] = format_datetime(letter.created_at)
    message["From"] = _address(*parseaddr(letter.sender), Outcome.LATER)
    message["To"] = _address(letter.to_name, letter.to_email, Outcome.NO_SUCH_RECIPIENT)
    message["Subject"] = one_line(letter.subject)
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "OOF, AutoReply"
    for name, value in letter.headers.items():
        if name in _ALLOWED_HEADERS:
            message[name] = one_line(value)
    message.set_content(letter.text, cte="base64" if not letter.text.isascii() else None)
    message.add_alternative(letter.html, subtype="html", cte="base64" if not letter.html.isascii() else None)
    if letter.calendar is not None:
        text = letter.calendar.decode("utf-8")
        method = one_line(letter.calendar_method)
        message.add_alternative(text, subtype="calendar", params={"method": method}, cte="base64")
        message.add_attachment(
            letter.calendar, maintype="text", subtype="calendar", filename="event.ics", params={"method": method}
        )
    if letter.entry_code is not None:
        message.add_attachment(letter.entry_code, maintype="image", subtype="png", filename="entry-code.png")
    message["Content-Language"] = "zh-Hans" if letter.language == "zh" else "en"
    return message


def _connect(address: SplitResult) -> smtplib.SMTP:
    host, port = address.hostname or "localhost", address.port or _PORTS[address.scheme]
    if address.scheme == "smtps":
        return smtplib.SMTP_SSL(host, port, timeout=TIMEOUT, context=ssl.create_default_context())
    server = smtplib.SMTP(host, port, timeout=TIMEOUT)
    server.ehlo_or_helo_if_needed()
    if server.has_extn("starttls"):
        server.starttls(context=ssl.create_default_context())
    elif address.username and host not in ("localhost", "127.0.0.1", "::1"):
        server.close()
        raise SendingError(Outcome.LATER, "the mail server offers no encryption: the password was not sent")
    return server


def _talk(message: EmailMessage, address: SplitResult) -> None:
    with _connect(address) as server:
        if address.username:
            server.login(unquote(address.username), unquote(address.password or ""))
        server.send_message(message)


def check_server(smtp_url: str) -> None:
    """Greet the mail server and sign in, without sending anything.

    Raises:
        SendingError: If it cannot be reached or refuses us.
    """
    address = _server_address(smtp_url)
    try:
        with _connect(address) as server:
            if address.username:
                server.login(unquote(address.username), unquote(address.password or ""))
            server.noop()
    except (smtplib.SMTPException, OSError) as error:
        raise SendingError(Outcome.LATER, one_line(f"{type(error).__name__}: {error}")) from error


def _server_address(smtp_url: str) -> SplitResult:
    address = urlsplit(smtp_url)
    if address.scheme not in _PORTS:
        raise SendingError(Outcome.LATER, "SMTP_URL must begin with smtp:// or smtps://")
    return address


def _answer(code: int, text: bytes | str) -> str:
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return one_line(f"{code} {words}")


def send(letter: Letter, smtp_url: str) -> None:
    """Hand a letter to the mail server.

    Args:
        smtp_url: ``smtp://user:password@host:port`` (STARTTLS where offered) or ``smtps://…``.

    Raises:
        SendingError: If the server did not take it.
    """
    address = _server_address(smtp_url)
    message = build(letter)
    try:
        _talk(message, address)
    except smtplib.SMTPRecipientsRefused as error:
        code, text = next(iter(error.recipients.values()))
        outcome = Outcome.NO_SUCH_RECIPIENT if code >= 500 else Outcome.LATER
        raise SendingError(outcome, _answer(code, text)) from error
    except smtplib.SMTPDataError as error:
        outcome = Outcome.REFUSED if error.smtp_code >= 500 else Outcome.LATER
        raise SendingError(outcome, _answer(error.smtp_code, error.smtp_error)) from error
    except smtplib.SMTPNotSupportedError as error:
        raise SendingError(Outcome.REFUSED, one_line(str(error))) from error
    except smtplib.SMTPResponseException as error:  # sign-in, sender or greeting: the installation's fault, tried again
        raise SendingError(Outcome.LATER, _answer(error.smtp_code, error.smtp_error)) from error
    except (smtplib.SMTPException, OSError) as error:
        raise SendingError(Outcome.LATER, one_line(f"{type(error).__name__}: {error}")) from error
    except UnicodeError as error:
        raise SendingError(Outcome.REFUSED, type(error).__name__) from error


__all__ = ["Letter", "Outcome", "SendingError", "build", "check_server", "send"]
