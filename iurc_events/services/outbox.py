"""The outbox: a message is a row of the transaction that causes it; the worker sends it later (fault-3, fault-4).

Without a mail server messages are kept, readable at the organisers' desk. A message that a killed worker left in
"sending" is sent again with the same Message-ID and marked as in doubt; so is one that the server had in full when the
connection broke. Each recipient's domain gets no more mails a minute than it likes, however many workers there are.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from sqlalchemy import and_, delete, func, or_, select, update

from iurc_events.config import settings
from iurc_events.database import db, in_transaction, utc_now
from iurc_events.domain.errors import DomainError
from iurc_events.graphics.qr_codes import qr_png
from iurc_events.localisation import noop
from iurc_events.mail import MessageText
from iurc_events.mail.rendering import one_line
from iurc_events.mail.sending import Letter, Outcome, SendingError, send
from iurc_events.models.accounts import User
from iurc_events.models.messages import Message
from iurc_events.services import audit, check_in, mail_reports, opt_outs
from iurc_events.services.calendar_files import with_entry_code

#: Wait after the first, second … failure; after the last one the message has failed.
BACK_OFF: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 720, 1440))
#: A message that has been "sending" for so long was left behind by a worker that died.
LEFT_BEHIND: Final = timedelta(minutes=10)
#: For so long the mails to a domain are counted.
RATE_WINDOW: Final = timedelta(minutes=1)
#: The last mail to somebody who is erased: deleted when it has left.
FAREWELL: Final = "meeting-farewell"
#: Of those who take the event as an invitation by mail the letter comes without a calendar file, but with the picture.
_WITH_ENTRY_CODE: Final = ("registration-confirmation", "place-free")
_CHANGES_CALENDARS: Final = ("REQUEST", "CANCEL")
#: Why a message was kept that a later one made wrong.
OVERTAKEN: Final = "a later mail told this calendar what holds now"
_CLAIM_LOCK: Final = 0x1C0B0C


class NotRepeatableError(DomainError):
    """The message is not in a state in which it can be sent again."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A message that this worker alone may send now."""

    key: int
    attempts: int
    letter: Letter
    #: Why it is not sent, where something happened meanwhile.
    kept_because: str | None


def values_of(
    message_kind: str,
    to_email: str,
    to_name: str,
    language: str,
    text: MessageText,
    *,
    calendar: bytes | None = None,
    due_at: datetime | None = None,
    **columns: Any,
) -> dict[str, Any]:
    """Return the columns of a new message as :func:`queue` stores them, for those who insert the row themselves."""
    config = settings()
    now = utc_now()
    return {
        "public_id": uuid.uuid4(),
        "kind": message_kind,
        "to_email": one_line(to_email)[:254],
        "to_domain": to_email.rpartition("@")[2].strip().lower()[:255],
        "to_name": one_line(to_name)[:200],
        "language": language,
        "subject": text.subject,
        "text": text.text,
        "html": text.html,
        "message_id": f"<{uuid.uuid4()}@{urlsplit(config.base_url).hostname or 'localhost'}>",
        "calendar": calendar,
        "state": "queued" if config.smtp_url else "kept",
        "due_at": due_at or now,
        "created_at": now,
        **columns,
    }


def queue(
    message_kind: str,
    to_email: str,
    to_name: str,
    language: str,
    text: MessageText,
    *,
    programme_id: int | None = None,
    event_id: int | None = None,
    delegation_id: int | None = None,
    focal_point_id: int | None = None,
    participant_id: int | None = None,
    user_id: int | None = None,
    calendar: bytes | None = None,
    calendar_method: str | None = None,
    is_secret: bool = False,
    headers: dict[str, str] | None = None,
    due_at: datetime | None = None,
    topic: str | None = None,
) -> Message:
    """Put a message into the outbox, in the transaction of the caller.

    Args:
        message_kind: Name of the builder, e.g. ``delegation-invitation``.
        programme_id: Whose organisers may read it; None: administrators only.
        calendar: A calendar file to attach.
        calendar_method: Its METHOD; ``PUBLISH`` where None.
        is_secret: Whether it holds a link that signs somebody in.
        headers: Further headers, e.g. List-Unsubscribe of what is not essential.
        due_at: When to send it; None: at once.
        topic: What the reader may unsubscribe from; None: essential mail.
    """
    message = Message(
        **values_of(
            message_kind,
            to_email,
            to_name,
            language,
            text,
            programme_id=programme_id,
            event_id=event_id,
            delegation_id=delegation_id,
            focal_point_id=focal_point_id,
            participant_id=participant_id,
            user_id=user_id,
            calendar=calendar,
            calendar_method=calendar_method,
            is_secret=is_secret,
            headers=headers,
            due_at=due_at,
            topic=topic,
        )
    )
    db.session.add(message)
    return message


def _limit_of(domain: str) -> int:
    """Return how many mails a minute a domain takes: its own limit, or the nearest above it; 0 for no limit."""
    rates = settings().mail_rates
    labels = domain.split(".")
    names = (".".join(labels[first:]) for first in range(len(labels)))
    return next((rates[name] for name in names if name in rates), rates.get("*", 0))


def _is_exhausted(domain: str, now: datetime) -> bool:
    """Tell whether a domain had as many mails in the last minute as it takes."""
    limit = _limit_of(domain)
    if not limit:
        return False
    since = now - RATE_WINDOW
    # counted in one statement: a message that is settled meanwhile is in either number or in the other
    sent = select(func.count()).where(Message.to_domain == domain, Message.sent_at > since)
    tried = select(func.count()).where(
        Message.to_domain == domain, Message.state.in_(("sending", "queued")), Message.sending_since > since
    )
    number: int = db.session.scalars(select(sent.scalar_subquery() + tried.scalar_subquery())).one()
    return number >= limit


def _find_next(now: datetime) -> Message | None:
    """Find the message that is due first among those whose recipient's domain takes one now; lock it."""
    is_due = and_(Message.state == "queued", Message.due_at <= now)
    is_left_behind = and_(Message.state == "sending", Message.sending_since < now - LEFT_BEHIND)
    exhausted: set[str] = set()
    while True:
        message = db.session.scalars(
            select(Message)
            .where(or_(is_due, is_left_behind), Message.to_domain.not_in(exhausted))
            .order_by(Message.due_at, Message.id)
            .limit(1)
            .with_for_update(skip_locked=True)
            .execution_options(populate_existing=True)
        ).one_or_none()
        if message is None or not _is_exhausted(message.to_domain, now):
            return message
        exhausted.add(message.to_domain)


@in_transaction
def claim_due(now: datetime) -> Claim | None:
    """Take the next message that is due, so that no other worker sends it."""
    if db.engine.dialect.name == "postgresql":  # claims take turns, so that all count alike, as they do on SQLite
        db.session.execute(select(func.pg_advisory_xact_lock(_CLAIM_LOCK)))
    message = _find_next(now)
    if message is None:
        return None
    message.is_in_doubt = message.is_in_doubt or message.state == "sending"
    message.state = "sending"
    message.sending_since = now
    message.attempts += 1
    # a code can be written for anybody at any time: it is never stored
    has_code = message.kind in _WITH_ENTRY_CODE or (message.calendar and message.calendar_method in (None, "PUBLISH"))
    code = check_in.find_entry_address(message.participant_id, message.language) if has_code else None
    calendar = with_entry_code(message.calendar, code) if message.calendar and code else message.calendar
    return Claim(
        message.id,
        message.attempts,
        Letter(
            message_id=message.message_id,
            sender=settings().mail_from,
            to_email=message.to_email,
            to_name=message.to_name,
            language=message.language,
            subject=message.subject,
            text=message.text,
            html=message.html,
            created_at=message.created_at,
            calendar=calendar,
            entry_code=qr_png(code) if code else None,
            calendar_method=message.calendar_method or "PUBLISH",
            headers=message.headers or {},
            envelope_from=mail_reports.envelope_sender(message),
        ),
        kept_because=_reason_to_keep(message),
    )


def _reason_to_keep(message: Message) -> str | None:
    """Tell why a message is not sent any more: its reader unsubscribed, or a later one says what holds now."""
    topic, programme_id = message.topic, message.programme_id
    if topic and programme_id and opt_outs.is_unwanted(message.to_email, topic, programme_id):
        return opt_outs.UNWANTED
    return OVERTAKEN if _is_overtaken(message) else None


def _is_overtaken(message: Message) -> bool:
    """Tell whether a later mail changed the same event in the same calendar.

    A REQUEST that waited for its server would otherwise come after the CANCEL and put the event back (RFC 5546 §2.1.5).
    """
    if message.calendar_method not in _CHANGES_CALENDARS or message.participant_id is None:
        return False
    later = select(Message.id).where(
        Message.participant_id == message.participant_id,
        Message.event_id == message.event_id,
        Message.to_email == message.to_email,
        Message.calendar_method.in_(_CHANGES_CALENDARS),
        Message.id > message.id,
    )
    return db.session.scalars(later.limit(1)).first() is not None


@in_transaction
def _settle(claim: Claim, values: dict[str, Any]) -> None:
    """Write down what became of a message, unless another worker took it over meanwhile."""
    is_ours = and_(Message.id == claim.key, Message.state == "sending", Message.attempts == claim.attempts)
    db.session.execute(update(Message).where(is_ours).values(**values))
    if values["state"] != "queued":
        db.session.execute(delete(Message).where(Message.id == claim.key, Message.kind == FAREWELL))


def _failure(claim: Claim, error: SendingError, now: datetime) -> dict[str, Any]:
    values: dict[str, Any] = {"last_error": str(error)[:1000]}
    if error.may_have_arrived:
        values["is_in_doubt"] = True
    if error.outcome is Outcome.NO_SUCH_RECIPIENT:
        return {**values, "state": "bounced", "bounced_at": now}
    if error.outcome is Outcome.REFUSED or claim.attempts > len(BACK_OFF):
        return {**values, "state": "failed"}
    return {**values, "state": "queued", "due_at": now + BACK_OFF[claim.attempts - 1]}


def deliver_due(limit: int = 50, *, clock: Callable[[], datetime] = utc_now) -> int:
    """Send up to ``limit`` messages that are due, one at a time; return how many were tried.

    Does nothing without a mail server, and no more at this turn once the server is found to be away.
    """
    smtp_url, timeout = settings().smtp_url, settings().mail_timeout
    if smtp_url is None:
        return 0
    for tried in range(limit):
        claim = claim_due(clock())
        if claim is None:
            return tried
        if claim.kept_because:
            _settle(claim, {"state": "kept", "last_error": claim.kept_because})
            continue
        try:
            send(claim.letter, smtp_url, timeout=timeout)
        except SendingError as error:
            _settle(claim, _failure(claim, error, clock()))
            if error.is_server_away:
                return tried + 1
        else:
            _settle(claim, {"state": "sent", "sent_at": clock(), "last_error": None})
    return limit


@in_transaction
def send_again(message_id: int, *, actor: User) -> Message:
    """Put a message that was not delivered, or only kept, into the queue again.

    Raises:
        NotRepeatableError: If it is queued or sent, or there is no mail server.
    """
    message = db.session.scalars(
        select(Message).where(Message.id == message_id).with_for_update().execution_options(populate_existing=True)
    ).one()
    if settings().smtp_url is None:
        raise NotRepeatableError(noop("No mail server is set, so nothing can be sent. Copy the text instead."))
    if message.state not in ("failed", "bounced", "kept"):
        raise NotRepeatableError(noop("This message is on its way or was sent already."))
    if _is_overtaken(message):
        raise NotRepeatableError(noop("A later mail told this calendar what holds now."))
    message.state = "queued"
    message.attempts = 0
    message.bounced_at = None
    message.due_at = utc_now()
    audit.record(
        "message sent again", "message", message.public_id, actor_id=actor.id, programme_id=message.programme_id
    )
    return message
