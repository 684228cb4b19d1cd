"""The one sender: a letter as MIME, handed to a mail server."""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address, AddressHeader
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime, parseaddr
from enum import StrEnum
from typing import Any, Final
from urllib.parse import SplitResult, unquote, urlsplit

from iurc_events.mail.headers import fold_mailboxes, fold_text
from iurc_events.mail.rendering import one_line

#: Seconds for each step of the talk with the mail server.
TIMEOUT: Final = 20.0
#: Seconds for the whole talk, in steps: a server that sends a byte now and then never comes to an end of its own.
_LONGEST_TALK: Final = 9
#: METHODs that call somebody to a meeting or from it (RFC 5546).
_CALLS: Final = ("REQUEST", "CANCEL")
_PORTS: Final = {"smtp": 25, "smtps": 465}
_LOCAL: Final = ("localhost", "127.0.0.1", "::1")
#: What OpenSSL says where it does not know who signed a certificate.
_UNKNOWN_ISSUER: Final = (18, 19, 20, 21)
#: Headers that a caller may add: those of RFC 2369 and RFC 8058, and the mailbox for answers.
_ALLOWED_HEADERS: Final = frozenset({"List-Unsubscribe", "List-Unsubscribe-Post", "Reply-To"})


class _MailPolicy(EmailPolicy):
    """Writes the headers that people read, and those of RFC 2369, in place of the standard library.

    It loses blanks of subjects and quotes of names, and encodes addresses of List- headers longer than a line.
    """

    def header_store_parse(self, name: str, value: Any) -> tuple[str, Any]:
        """Keep a subject as it was typed: "=?…?=" in it is no encoded word."""
        return (name, value) if name == "Subject" else super().header_store_parse(name, value)

    def fold_binary(self, name: str, value: str) -> bytes:
        """Return a header as it goes over the wire."""
        if name.startswith("List-"):
            folded = f"{name}: {value}".replace(", ", ",\r\n ") + "\r\n"
            return folded.encode("ascii", "replace")
        if name == "Subject":
            return fold_text(name, value).encode("ascii")
        if isinstance(value, AddressHeader):
            return fold_mailboxes(name, value.addresses).encode("utf-8" if self.utf8 else "ascii")
        return super().fold_binary(name, value)


_POLICY: Final = _MailPolicy(linesep="\r\n")


class Outcome(StrEnum):
    """Why a letter did not leave."""

    LATER = "later"
    REFUSED = "refused"
    NO_SUCH_RECIPIENT = "no such recipient"


class SendingError(Exception):
    """The mail server did not take a letter; ``str()`` is its answer without passwords.

    Attributes:
        may_have_arrived: The server had the whole letter when the connection broke, and did not say whether it took it.
        is_server_away: The server could not be reached or did not let us in, so that no other letter would fare better.
    """

    def __init__(
        self, outcome: Outcome, answer: str, *, may_have_arrived: bool = False, is_server_away: bool = False
    ) -> None:
        super().__init__(answer)
        self.outcome = outcome
        self.may_have_arrived = may_have_arrived
        self.is_server_away = is_server_away


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
    #: Where reports go that it did not arrive; None: to the address of ``sender``.
    envelope_from: str | None = None


def _address(name: str, email: str, outcome: Outcome) -> Address:
    """Return a mailbox for a header; its address may have letters of any script (RFC 6531 §3.3).

    Raises:
        SendingError: If it cannot be one; with ``outcome``.
    """
    email = email.strip()
    # the standard library parses ASCII alone, and any other letter is allowed exactly where an "x" is
    shape = "".join("x" if not char.isascii() and char.isprintable() else char for char in email)
    try:
        parsed = Address(display_name=one_line(name), addr_spec=shape)
        if email.isascii():
            return parsed
        if f"{parsed.username}@{parsed.domain}" != shape:
            raise ValueError("quotes or comments in an address of other letters")
        username, _, domain = email.rpartition("@")
        return Address(parsed.display_name, username, domain)
    except (ValueError, IndexError, MessageError) as error:  # what the standard library's parser raises
        raise SendingError(outcome, f"not an address: {one_line(email)}") from error


def build(letter: Letter) -> EmailMessage:
    """Return a letter as MIME: text, HTML and, with a calendar, text/calendar and the file (RFC 6047 §2.4).

    Raises:
        SendingError: If the recipient's address cannot be one.
    """
    message = EmailMessage(policy=_POLICY)
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
        if method in _CALLS:  # a second text/calendar would be a second invitation to some readers
            message.add_attachment(
                letter.calendar,
                maintype="application",
                subtype="ics",
                filename="invite.ics",
                params={"name": "invite.ics"},
            )
        else:
            message.add_attachment(
                letter.calendar, maintype="text", subtype="calendar", filename="event.ics", params={"method": method}
            )
    if letter.entry_code is not None:
        message.add_attachment(letter.entry_code, maintype="image", subtype="png", filename="entry-code.png")
    message["Content-Language"] = "zh-Hans" if letter.language == "zh" else "en"
    return message


def _connect(address: SplitResult, timeout: float) -> smtplib.SMTP:
    host, port = address.hostname or "localhost", address.port or _PORTS[address.scheme]
    if address.scheme == "smtps":
        return smtplib.SMTP_SSL(host, port, timeout=timeout, context=ssl.create_default_context())
    server = smtplib.SMTP(host, port, timeout=timeout)
    try:
        server.ehlo_or_helo_if_needed()
        if server.has_extn("starttls"):
            server.starttls(context=ssl.create_default_context())
        elif address.username and host not in _LOCAL:
            raise SendingError(
                Outcome.LATER,
                "the mail server offers no encryption: the password was not sent",
                is_server_away=True,
            )
    except BaseException:
        server.close()
        raise
    return server


@contextmanager
def _talk(address: SplitResult, timeout: float) -> Iterator[smtplib.SMTP]:
    """Yield a server that has let us in; hang up whatever happens, after `_LONGEST_TALK` steps at the latest.

    Raises:
        SendingError: If it cannot be reached or does not let us in.
    """
    try:
        server = _connect(address, timeout)
    except (smtplib.SMTPException, OSError) as error:
        raise _away(error) from error
    guard = threading.Timer(timeout * _LONGEST_TALK, _hang_up, [server])
    guard.daemon = True
    guard.start()
    try:
        try:
            server.ehlo_or_helo_if_needed()
            if address.username:
                server.login(unquote(address.username), unquote(address.password or ""))
        except (smtplib.SMTPException, OSError) as error:
            raise _away(error) from error
        yield server
        with suppress(smtplib.SMTPException, OSError):  # the letter is settled: nobody waits for a farewell
            if server.sock is not None:
                server.sock.settimeout(min(timeout, 2.0))
            server.quit()
    finally:
        guard.cancel()
        server.close()


def _hang_up(server: smtplib.SMTP) -> None:
    if server.sock is not None:
        with suppress(OSError):
            server.sock.shutdown(socket.SHUT_RDWR)


def _away(error: Exception) -> SendingError:
    return SendingError(Outcome.LATER, _reason(error), is_server_away=True)


def _reason(error: Exception) -> str:
    """Say why a server could not be talked to, with what to do about a certificate."""
    if isinstance(error, ssl.SSLCertVerificationError):
        words = f"its certificate is not trusted: {error.verify_message}"
        if error.verify_code in _UNKNOWN_ISSUER:
            words += "; name the file of your own certificate authority in SSL_CERT_FILE"
        return one_line(words)
    if isinstance(error, ssl.SSLError):
        return one_line(f"TLS failed: {error.reason or error}; should SMTP_URL begin with smtp:// or smtps:// instead?")
    if isinstance(error, TimeoutError):
        return "the mail server does not answer in time"
    if isinstance(error, smtplib.SMTPResponseException):
        return _answer(error.smtp_code, error.smtp_error)
    return one_line(f"{type(error).__name__}: {error}")


def check_server(smtp_url: str, *, timeout: float = TIMEOUT) -> str:
    """Greet the mail server and sign in, without sending anything; say how the talk is encrypted.

    Raises:
        SendingError: If it cannot be reached or refuses us.
    """
    address = _server_address(smtp_url)
    try:
        with _talk(address, timeout) as server:
            server.noop()
            if isinstance(server.sock, ssl.SSLSocket):
                return f"encrypted by {server.sock.version()}"
            return "" if address.hostname in _LOCAL else "not encrypted"
    except (smtplib.SMTPException, OSError) as error:
        raise SendingError(Outcome.LATER, _reason(error)) from error


def _server_address(smtp_url: str) -> SplitResult:
    address = urlsplit(smtp_url)
    if address.scheme not in _PORTS:
        raise SendingError(Outcome.LATER, "SMTP_URL must begin with smtp:// or smtps://", is_server_away=True)
    return address


def _answer(code: int, text: bytes | str) -> str:
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return one_line(f"{code} {words}")


def _hand_over(server: smtplib.SMTP, letter: Letter, message: EmailMessage) -> None:
    """Say sender, recipient and letter, each answer by itself, so that it is known what a broken connection means."""
    sender = letter.envelope_from or parseaddr(letter.sender)[1]
    recipient = message["To"].addresses[0].addr_spec
    mailboxes = [each for name in ("From", "To", "Reply-To") if name in message for each in message[name].addresses]
    foreign = [each for each in (recipient, sender, *(box.addr_spec for box in mailboxes)) if not each.isascii()]
    is_international = bool(foreign)
    if is_international and not server.has_extn("smtputf8"):
        raise SendingError(
            Outcome.REFUSED if recipient.isascii() else Outcome.NO_SUCH_RECIPIENT,
            f"the mail server takes no address with letters beyond ASCII (SMTPUTF8): {one_line(foreign[0])}",
        )
    options = ["BODY=8BITMIME"] if server.has_extn("8bitmime") else []
    wishes = ["NOTIFY=FAILURE,DELAY"] if server.has_extn("dsn") else []  # RFC 3461
    if wishes:
        options.append("RET=HDRS")
    content = message.as_bytes(policy=_POLICY.clone(utf8=is_international))
    code, words = server.mail(sender, [*options, "SMTPUTF8"] if is_international else options)
    if code != 250:
        raise smtplib.SMTPSenderRefused(code, words, sender)
    code, words = server.rcpt(recipient, wishes)
    if code not in (250, 251):
        raise SendingError(Outcome.NO_SUCH_RECIPIENT if code >= 500 else Outcome.LATER, _answer(code, words))
    code, words = server.docmd("DATA")
    if code != 354:
        raise smtplib.SMTPDataError(code, words)
    server.send(re.sub(rb"(?m)^\.", b"..", content.rstrip(b"\r\n")) + b"\r\n.\r\n")
    try:
        code, words = server.getreply()
    except (smtplib.SMTPException, OSError) as error:
        raise SendingError(
            Outcome.LATER, f"after the letter was handed over: {_reason(error)}", may_have_arrived=True
        ) from error
    if code != 250:
        raise smtplib.SMTPDataError(code, words)


def send(letter: Letter, smtp_url: str, *, timeout: float = TIMEOUT) -> None:
    """Hand a letter to the mail server.

    Args:
        smtp_url: ``smtp://user:password@host:port`` (STARTTLS where offered) or ``smtps://…``; certificates are checked
            against those of the system, or those in ``SSL_CERT_FILE``.
        timeout: Seconds for each step.

    Raises:
        SendingError: If the server did not take it.
    """
    address = _server_address(smtp_url)
    message = build(letter)
    try:
        with _talk(address, timeout) as server:
            _hand_over(server, letter, message)
    except smtplib.SMTPDataError as error:
        outcome = Outcome.REFUSED if error.smtp_code >= 500 else Outcome.LATER
        raise SendingError(outcome, _answer(error.smtp_code, error.smtp_error)) from error
    except smtplib.SMTPResponseException as error:  # sign-in, sender or greeting: the installation's fault, tried again
        raise SendingError(Outcome.LATER, _reason(error)) from error
    except (smtplib.SMTPException, OSError) as error:
        raise SendingError(Outcome.LATER, _reason(error)) from error
    except UnicodeError as error:
        raise SendingError(Outcome.REFUSED, type(error).__name__) from error


__all__ = ["Letter", "Outcome", "SendingError", "build", "check_server", "send"]
