"""Who does not want which mail (RFC 8058): a link in the mail says so with one press, without signing in.

The link names a keyed hash of the address, a topic and a programme, and is signed; nothing is stored before it is used.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from email.utils import parseaddr
from typing import Final
from urllib.parse import quote

from sqlalchemy import delete, select

from iurc_events import addresses
from iurc_events.config import settings
from iurc_events.database import db, in_transaction, insert_into, utc_now
from iurc_events.domain.errors import NotFoundError
from iurc_events.domain.mailings import TOPICS
from iurc_events.localisation import noop
from iurc_events.models.mailings import MailOptOut
from iurc_events.models.programmes import Programme

#: What the outbox says of a mail that was held back.
UNWANTED: Final = "the recipient unsubscribed"
_SIGNATURE_BYTES: Final = 16


@dataclass(frozen=True, slots=True)
class UnsubscribeLink:
    """What a link names."""

    address_hash: bytes
    topic: str
    programme_id: int


def address_hash(email: str) -> bytes:
    """Return what is kept of an address: worth nothing without SECRET_KEY."""
    return hmac.new(
        settings().secret_key.encode(), b"opt-out:" + email.strip().casefold().encode(), hashlib.sha256
    ).digest()


def _signature(content: bytes) -> bytes:
    return hmac.new(settings().secret_key.encode(), b"unsubscribe:" + content, hashlib.sha256).digest()[
        :_SIGNATURE_BYTES
    ]


def token_of(email: str, topic: str, programme_id: int) -> str:
    """Return the token of a link to unsubscribe; it works for ever."""
    content = address_hash(email) + bytes([TOPICS.index(topic)]) + programme_id.to_bytes(4, "big")
    return base64.urlsafe_b64encode(content + _signature(content)).decode("ascii").rstrip("=")


def read_token(token: str) -> UnsubscribeLink:
    """Return what a link names.

    Raises:
        NotFoundError: If it is none of ours, or its programme is gone.
    """
    try:
        data = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        data = b""
    content, signature = data[:-_SIGNATURE_BYTES], data[-_SIGNATURE_BYTES:]
    is_ours = len(content) == 37 and hmac.compare_digest(signature, _signature(content))
    if not is_ours or content[32] >= len(TOPICS):
        raise NotFoundError(noop("This link is not complete. Copy the whole address from the mail."))
    link = UnsubscribeLink(content[:32], TOPICS[content[32]], int.from_bytes(content[33:], "big"))
    if db.session.get(Programme, link.programme_id) is None:
        raise NotFoundError(noop("This link is not complete. Copy the whole address from the mail."))
    return link


def page_address(token: str, language: str) -> str:
    """Return the whole address of the page with the choices."""
    return settings().base_url + addresses.unsubscribe(token, language)


def headers_of(token: str) -> dict[str, str]:
    """Return the headers by which mail programs unsubscribe (RFC 2369 §3.2, RFC 8058 §3.1)."""
    mailbox = parseaddr(settings().mail_from)[1]
    one_click = settings().base_url + addresses.unsubscribe_at_once(token)
    by_mail = f", <mailto:{quote(mailbox, safe='@')}?subject=unsubscribe%20{token}>" if mailbox else ""
    return {"List-Unsubscribe": f"<{one_click}>{by_mail}", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def find_topics(hashed: bytes, programme_id: int) -> set[str]:
    """Return the topics of a programme that an address does not want."""
    return set(
        db.session.scalars(
            select(MailOptOut.topic).where(MailOptOut.address_hash == hashed, MailOptOut.programme_id == programme_id)
        )
    )


def _add(link: UnsubscribeLink, topic: str) -> None:
    db.session.execute(
        insert_into(MailOptOut)
        .values(address_hash=link.address_hash, topic=topic, programme_id=link.programme_id, created_at=utc_now())
        .on_conflict_do_nothing()
    )


@in_transaction
def unsubscribe(token: str) -> UnsubscribeLink:
    """Unsubscribe an address from the topic of a link; safe to do twice.

    Raises:
        NotFoundError: If the link is none of ours.
    """
    link = read_token(token)
    _add(link, link.topic)
    return link


def unsubscribe_by_mail(subject: str) -> bool:
    """Unsubscribe by a mail with the subject that List-Unsubscribe asks for; tell whether it had a link of ours."""
    for word in subject.split():
        try:
            unsubscribe(word)
        except NotFoundError:
            continue
        return True
    return False


@in_transaction
def choose(token: str, unwanted: Iterable[str]) -> UnsubscribeLink:
    """Set which topics of a programme an address does not want; the others come again.

    Raises:
        NotFoundError: If the link is none of ours.
    """
    link = read_token(token)
    chosen = {topic for topic in unwanted if topic in TOPICS}
    db.session.execute(
        delete(MailOptOut).where(
            MailOptOut.address_hash == link.address_hash,
            MailOptOut.programme_id == link.programme_id,
            MailOptOut.topic.not_in(chosen),
        )
    )
    for topic in sorted(chosen):
        _add(link, topic)
    return link


def subscribe_again(email: str, topic: str, programme_id: int) -> None:
    """Forget that an address did not want a topic, in the transaction of the caller."""
    db.session.execute(
        delete(MailOptOut).where(
            MailOptOut.address_hash == address_hash(email),
            MailOptOut.topic == topic,
            MailOptOut.programme_id == programme_id,
        )
    )


def is_unwanted(email: str, topic: str, programme_id: int) -> bool:
    """Tell whether an address unsubscribed from a topic of a programme."""
    return topic in find_topics(address_hash(email), programme_id)
