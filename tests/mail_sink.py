"""A mail server on loopback that keeps what it gets, for tests that send."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller


class Sink:
    """What arrived: mails, and sender and recipients of their envelopes."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.raw: list[bytes] = []
        self.envelopes: list[tuple[str, list[str]]] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        """Take a mail."""
        parsed = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(parsed, EmailMessage)
        self.mails.append(parsed)
        self.raw.append(envelope.content)
        self.envelopes.append((envelope.mail_from, envelope.rcpt_tos))
        return "250 OK"

    def calendars(self) -> list[tuple[str, bytes]]:
        """Return the recipient and the calendar part of each mail that has one."""
        found = []
        for mail in self.mails:
            for part in mail.walk():
                if part.get_content_type() == "text/calendar":
                    data = part.get_payload(decode=True)
                    assert isinstance(data, bytes)
                    found.append((mail["To"].addresses[0].addr_spec, data))
        return found


def free_port() -> int:
    """Return a port on loopback that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@contextmanager
def running(
    handler: Any,
    *,
    host: str = "127.0.0.1",
    smtps: ssl.SSLContext | None = None,
    starttls: ssl.SSLContext | None = None,
) -> Iterator[int]:
    """Serve on loopback with a handler of aiosmtpd; yield the port."""
    port = free_port()
    controller = Controller(handler, hostname=host, port=port, ssl_context=smtps, tls_context=starttls)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()
