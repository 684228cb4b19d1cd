"""Letters to many on their way: all messages of a letter in one transaction, so that it is sent once or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import exists, insert, select, update

from iurc_events.database import db, in_transaction, utc_now
from iurc_events.domain.mailings import CHANGES, Audience, topic_of
from iurc_events.models.events import Event
from iurc_events.models.mailings import Mailing
from iurc_events.models.messages import Message
from iurc_events.models.participants import Participant
from iurc_events.queries.mailing_recipients import MailingRecipient, list_opt_outs, list_recipients
from iurc_events.services import changes_told, mailing_times, opt_outs, outbox
from iurc_events.services.mailing_texts import Composer

_CHUNK = 500


def wanted_recipients(event: Event, mailing: Mailing) -> tuple[list[MailingRecipient], int]:
    """Return who gets a letter as things stand, and how many more would if they had not unsubscribed."""
    audience = Audience.of_words(mailing.audience)
    found = list_recipients(event, audience)
    if mailing.kind == "deadline":
        signed_up = _signed_up(event)
        found = [each for each in found if each.email.casefold() not in signed_up]
    topic = topic_of(mailing.kind, audience)
    unwanted = list_opt_outs(topic, event.programme_id) if topic else set()
    if not unwanted:
        return found, 0
    kept = [each for each in found if opt_outs.address_hash(each.email) not in unwanted]
    return kept, len(found) - len(kept)


def _signed_up(event: Event) -> set[str]:
    rows = db.session.scalars(
        select(Participant.email).where(Participant.event_id == event.id, Participant.state != "cancelled")
    )
    return {email.casefold() for email in rows if email}


def send_due(now: datetime | None = None) -> int:
    """Send the letters whose time has come; return how many mails went into the outbox.

    Any number of workers may do it at once, and be killed at any moment.
    """
    moment = now or utc_now()
    keys = db.session.scalars(
        select(Mailing.id)
        .where(Mailing.state == "planned", Mailing.due_at <= moment)
        .order_by(Mailing.due_at)
        .limit(50)
    ).all()
    db.session.rollback()
    count = sum(_send(key, moment) for key in keys)
    _finish()
    return count


@in_transaction
def _send(mailing_id: int, now: datetime) -> int:
    """Put all mails of a letter into the outbox, unless another worker does it or it is not due any more."""
    mailing = db.session.scalars(
        select(Mailing)
        .where(Mailing.id == mailing_id, Mailing.state == "planned")
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if mailing is None:
        return 0
    event = db.session.get_one(Event, mailing.event_id, populate_existing=True)
    if event.deleted_at is not None:
        mailing.state = "cancelled"
        return 0
    if mailing.due_at is None or mailing.due_at > now:
        return 0  # planned anew meanwhile, perhaps so that it can be taken back
    moment = mailing_times.moment_of(mailing, event)
    if moment is None or moment > now:
        mailing.due_at = moment
        return 0
    over = mailing_times.ends_at(mailing, event)
    if over is not None and over <= now:
        mailing.state = "cancelled"
        return 0
    items = changes_told.lines(event) if mailing.kind == CHANGES else {}
    recipients, _ = wanted_recipients(event, mailing)
    count = _queue_all(event, mailing, recipients, items)
    mailing.state, mailing.sent_at, mailing.recipient_count = "sending", now, count
    return count


def _queue_all(
    event: Event, mailing: Mailing, recipients: Sequence[MailingRecipient], items: dict[str, list[str]]
) -> int:
    composer = Composer(event, mailing, items)
    topic = composer.topic
    rows: list[dict[str, Any]] = []
    for one in recipients:
        language = composer.language_of(one)
        token = opt_outs.token_of(one.email, topic, event.programme_id) if topic else ""
        text = composer.text(one, opt_outs.page_address(token, language) if token else "")
        rows.append(
            outbox.values_of(
                f"mailing-{mailing.kind}", one.email, one.name, language, text, calendar=composer.calendar(one),
                programme_id=event.programme_id, event_id=event.id, delegation_id=one.delegation_id,
                focal_point_id=one.focal_point_id, participant_id=one.participant_id, user_id=one.user_id,
                mailing_id=mailing.id, topic=topic, headers=opt_outs.headers_of(token) if token else None,
            )
        )  # fmt: skip
    for start in range(0, len(rows), _CHUNK):
        db.session.execute(insert(Message), rows[start : start + _CHUNK])
    return len(rows)


def _finish() -> None:
    """Call letters sent whose last mail has left, or failed for good."""
    waits = exists().where(Message.mailing_id == Mailing.id, Message.state.in_(("queued", "sending")))
    keys = db.session.scalars(select(Mailing.id).where(Mailing.state == "sending", ~waits)).all()
    db.session.rollback()
    if keys:  # most turns of the worker have nothing to write
        _call_sent(keys)


@in_transaction
def _call_sent(keys: Sequence[int]) -> None:
    db.session.execute(update(Mailing).where(Mailing.id.in_(keys), Mailing.state == "sending").values(state="sent"))


__all__ = ["send_due", "wanted_recipients"]
