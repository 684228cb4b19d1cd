"""What comes back by mail: reports on our messages, and answers of calendars. Nothing that comes in does anything else.

Which message a report is about is told by the sender of its envelope, which we signed, or by our Message-ID in the part
that came back.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable
from datetime import datetime
from email.utils import parseaddr
from typing import Final, Literal

from sqlalchemy import select, update

from iurc_events.calendars.reading import Property, parse
from iurc_events.config import settings
from iurc_events.database import db, in_transaction, utc_now
from iurc_events.mail import incoming
from iurc_events.mail.incoming import CalendarMail, DeliveryReport, Incoming
from iurc_events.models.messages import Message
from iurc_events.queries import meeting_invitations as invitation_queries
from iurc_events.services import opt_outs

Outcome = Literal["bounced", "delayed", "delivered", "reply", "unknown", "automatic", "unsubscribed", "other"]
_SIGNED: Final = re.compile(r"(\d{1,12})-([a-z2-7]{16})")
_ANSWERS: Final = ("ACCEPTED", "DECLINED", "TENTATIVE", "DELEGATED")
#: States of a message that may have reached a mail server.
_LEFT: Final = ("queued", "sending", "sent", "bounced")


def _signature(message: Message) -> str:
    digest = hmac.digest(settings().secret_key.encode(), f"bounce {message.message_id}".encode(), hashlib.sha256)
    return base64.b32encode(digest[:10]).decode("ascii").lower()


def envelope_sender(message: Message) -> str:
    """Return the address to which reports on a message go: one of its own where ``MAIL_BOUNCES`` is set."""
    config = settings()
    if config.mail_bounces is None:
        return parseaddr(config.mail_from)[1]
    local, _, domain = config.mail_bounces.partition("@")
    return f"{local}+{message.id}-{_signature(message)}@{domain}"


def _find_by_address(addresses: Iterable[str]) -> Message | None:
    bounces = settings().mail_bounces
    if bounces is None:
        return None
    local, _, domain = bounces.lower().partition("@")
    for address in list(addresses)[:50]:
        name, _, host = address.lower().rpartition("@")
        found = _SIGNED.fullmatch(name.removeprefix(f"{local}+"))
        if host != domain or not found or not name.startswith(f"{local}+"):
            continue
        message = db.session.get(Message, int(found[1]))
        if message is not None and hmac.compare_digest(_signature(message), found[2]):
            return message
    return None


def _find_by_id(message_ids: Iterable[str]) -> Message | None:
    ids = list(message_ids)
    if not ids:
        return None
    found = {row.message_id: row for row in db.session.scalars(select(Message).where(Message.message_id.in_(ids)))}
    return next((found[each] for each in ids if each in found), None)


def receive(data: bytes, *, sender: str | None = None, recipient: str = "", now: datetime | None = None) -> Outcome:
    """Take in a mail and tell what it was.

    Args:
        sender, recipient: Of the envelope, where the mail server tells them.

    Raises:
        UnreadableMailError: If it is too large, too deep or broken.
    """
    return _take(incoming.read(data, sender=sender), recipient, now or utc_now())


@in_transaction
def _take(mail: Incoming, recipient: str, now: datetime) -> Outcome:
    content = mail.content
    if isinstance(content, DeliveryReport):
        message = _find_by_address([recipient, *mail.recipients]) or _find_by_id(content.message_ids)
        return _take_report(message, content, now) if message else "unknown"
    if isinstance(content, CalendarMail):
        return _take_answer(content, now)
    if content.subject.lower().startswith("unsubscribe") and opt_outs.unsubscribe_by_mail(content.subject):
        return "unsubscribed"
    return "automatic" if content.is_automatic else "other"


def _take_report(message: Message, report: DeliveryReport, now: datetime) -> Outcome:
    this = update(Message).where(Message.id == message.id)
    if report.action == "failed":
        values = {"state": "bounced", "bounced_at": now, "last_error": report.reason}
        db.session.execute(this.where(Message.state.in_(_LEFT)).values(**values))
        return "bounced"
    if report.action == "delayed":
        db.session.execute(this.where(Message.state == "sent").values(last_error=report.reason))
        return "delayed"
    db.session.execute(this.where(Message.state == "sent").values(last_error=None))
    return "delivered"


def _mailto(address: Property) -> str:
    scheme, _, email = address.value.strip().partition(":")
    return email.strip().lower() if scheme.lower() == "mailto" else ""


def _take_answer(mail: CalendarMail, now: datetime) -> Outcome:
    """Write down the PARTSTAT of a REPLY (RFC 5546 §3.2.3); any other METHOD is nothing to us."""
    if mail.method != "REPLY":
        return "automatic"
    outcome: Outcome = "unknown"
    for calendar in parse(mail.data, [])[:5]:
        for event in [each for each in calendar.walk() if each.name == "VEVENT"][:20]:
            uid, attendee = event.first("UID"), event.first("ATTENDEE")
            if uid is None or attendee is None:
                continue
            answer = (attendee.parameter("PARTSTAT") or "").upper()
            invitation = invitation_queries.find_for_reply(uid.value.strip(), _mailto(attendee))
            if invitation is not None and answer in _ANSWERS:
                invitation.reply, invitation.replied_at = answer, now
                outcome = "reply"
    return outcome
