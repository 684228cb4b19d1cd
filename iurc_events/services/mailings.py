"""Letters to many at the organiser's desk: write, try, plan, take back."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select

from iurc_events.database import db, in_transaction, utc_now
from iurc_events.domain.errors import ConflictError, DomainError, NotFoundError
from iurc_events.domain.language_maps import LanguageMap
from iurc_events.domain.mailings import OWN, UNDO_TIME, Audience
from iurc_events.domain.merge_fields import unknown_fields
from iurc_events.domain.time_slots import to_instant
from iurc_events.localisation import noop
from iurc_events.mail import MessageText
from iurc_events.models.accounts import User
from iurc_events.models.events import Event
from iurc_events.models.mailings import Mailing
from iurc_events.queries.mailing_recipients import MailingRecipient
from iurc_events.services import audit, mailing_times, opt_outs, outbox
from iurc_events.services.event_life import get_own_event
from iurc_events.services.mailing_texts import Composer, wording_of


class UnknownFieldError(DomainError):
    """A text names a field that there is not."""


class MailingStateError(DomainError):
    """The letter has left, or was changed, so this cannot be done to it any more."""


@dataclass(frozen=True, slots=True)
class MailingContent:
    """What organisers choose of a letter.

    Args:
        at_wall: ``YYYY-MM-DDTHH:MM`` for ``at``, else ``HH:MM``; in the event's zone. None with ``at``: no moment yet.
    """

    subject: LanguageMap
    body: LanguageMap
    audience: Audience
    timing: str = "at"
    days: int | None = None
    at_wall: str | None = None


def content_of(mailing: Mailing) -> MailingContent:
    """Return what was chosen of a stored letter."""
    words = wording_of(mailing)
    return MailingContent(
        words.subject, words.body, Audience.of_words(mailing.audience), mailing.timing, mailing.days, mailing.at_wall
    )


def check_fields(*texts: LanguageMap) -> None:
    """Refuse texts with fields that there are not.

    Raises:
        UnknownFieldError: If there is one.
    """
    for text in texts:
        for part in text.values():
            if unknown := unknown_fields(part):
                raise UnknownFieldError(noop("There is no field {%(field)s}"), field=unknown[0])


def get_own_mailing(actor: User, event_id: int, public_id: uuid.UUID) -> tuple[Event, Mailing]:
    """Return an event of the actor's and a letter of it for a change, both locked.

    Raises:
        NotFoundError: If it is not among the actor's.
    """
    event = get_own_event(actor, event_id)
    mailing = db.session.scalars(
        select(Mailing)
        .where(Mailing.public_id == public_id, Mailing.event_id == event.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if mailing is None:
        raise NotFoundError(noop("There is no such letter at this event"))
    return event, mailing


def note(action: str, mailing: Mailing, event: Event, actor: User) -> None:
    """Write down what was done to a letter."""
    audit.record(action, "mailing", str(mailing.public_id), actor_id=actor.id, programme_id=event.programme_id)


def _due_at(content: MailingContent, event: Event) -> datetime | None:
    """Return the moment that was chosen, of a letter at a moment."""
    if content.timing != "at" or not content.at_wall:
        return None
    return to_instant(datetime.fromisoformat(content.at_wall), event.time_zone or "UTC")


def _put(mailing: Mailing, content: MailingContent, event: Event) -> None:
    check_fields(content.subject, content.body)
    mailing.subject, mailing.body = content.subject, content.body
    mailing.audience = content.audience.words
    mailing.timing, mailing.days, mailing.at_wall = content.timing, content.days, content.at_wall
    mailing.due_at = _due_at(content, event)


@in_transaction
def write(*, actor: User, event_id: int, content: MailingContent, attempt: uuid.UUID | None = None) -> Mailing:
    """Begin a letter: a draft.

    Args:
        attempt: A number of this very form: sent again with the same content, it finds the first draft. Changed words
            make a letter of their own, so that nothing that was typed is lost.

    Raises:
        UnknownFieldError: If a text has a field that there is not.
    """
    event = get_own_event(actor, event_id)
    number = uuid.uuid5(attempt, f"{event.id} {content}") if attempt else uuid.uuid4()
    written = db.session.scalars(
        select(Mailing).where(Mailing.event_id == event.id, Mailing.public_id == number)
    ).one_or_none()
    if written is not None:
        return written
    mailing = Mailing(public_id=number, event_id=event.id, kind=OWN, state="draft", made_by_id=actor.id)
    _put(mailing, content, event)
    db.session.add(mailing)
    db.session.flush()
    note(noop("letter to many written"), mailing, event, actor)
    return mailing


@in_transaction
def rewrite(*, actor: User, event_id: int, mailing_id: uuid.UUID, version: int, content: MailingContent) -> Mailing:
    """Change a letter that has not left; one that was planned stays planned where its time still lies ahead.

    Raises:
        MailingStateError: If it has left.
        ConflictError: If somebody else changed it meanwhile.
        UnknownFieldError: If a text has a field that there is not.
    """
    event, mailing = get_own_mailing(actor, event_id, mailing_id)
    _require_before_leaving(mailing)
    require_version(mailing, version)
    _put(mailing, content, event)
    mailing.version += 1
    if mailing.state == "planned":
        moment = mailing_times.moment_of(mailing, event)
        if moment is None or moment <= utc_now():
            mailing.state, mailing.due_at = "draft", None
        else:
            mailing.due_at = moment
    note(noop("letter to many changed"), mailing, event, actor)
    return mailing


def require_version(mailing: Mailing, version: int) -> None:
    """Refuse to overwrite what somebody has not seen.

    Raises:
        ConflictError: If somebody else changed the letter meanwhile.
    """
    if mailing.version != version:
        raise ConflictError(noop("Somebody else changed this letter in the meantime. Both versions are shown here."))


def _require_before_leaving(mailing: Mailing) -> None:
    if mailing.state not in ("draft", "planned"):
        raise MailingStateError(noop("This letter has left already, or was cancelled"))


def _get_complete(actor: User, event_id: int, mailing_id: uuid.UUID, version: int) -> tuple[Event, Mailing]:
    """Return a letter as it was looked at, which has not left and says something to somebody."""
    event, mailing = get_own_mailing(actor, event_id, mailing_id)
    if mailing.version != version:
        raise MailingStateError(noop("The letter was changed in the meantime: look at it again"))
    _require_before_leaving(mailing)
    if not wording_of(mailing).languages:
        raise MailingStateError(noop("Write subject and text in at least one language"))
    if not Audience.of_words(mailing.audience).groups:
        raise MailingStateError(noop("Choose who gets the letter"))
    return event, mailing


@in_transaction
def plan(*, actor: User, event_id: int, mailing_id: uuid.UUID, version: int, now: datetime | None = None) -> Mailing:
    """Let a letter leave at its time.

    Raises:
        MailingStateError: If it has left, is not complete, or its time is past or unknown.
    """
    event, mailing = _get_complete(actor, event_id, mailing_id, version)
    moment = mailing_times.moment_of(mailing, event)
    if moment is None:
        raise MailingStateError(noop("Choose when the letter leaves; the event needs a date and must be public"))
    if moment <= (now or utc_now()):
        raise MailingStateError(noop("That moment is past. Choose a later one, or send the letter now."))
    mailing.state, mailing.due_at = "planned", moment
    mailing.version += 1
    note(noop("letter to many planned"), mailing, event, actor)
    return mailing


@in_transaction
def send_now(
    *, actor: User, event_id: int, mailing_id: uuid.UUID, version: int, now: datetime | None = None
) -> Mailing:
    """Let a letter leave in a minute, so that it can be taken back; told twice, it leaves once (fault-2).

    Raises:
        MailingStateError: If it has left, is not complete, or was changed since it was looked at.
    """
    _, mailing = get_own_mailing(actor, event_id, mailing_id)
    if mailing.version == version + 1 and leaves_in(mailing, now or utc_now()) is not None:
        return mailing
    event, mailing = _get_complete(actor, event_id, mailing_id, version)
    mailing.state, mailing.timing, mailing.days, mailing.at_wall = "planned", "at", None, None
    mailing.due_at = (now or utc_now()) + UNDO_TIME
    mailing.version += 1
    note(noop("letter to many sent"), mailing, event, actor)
    return mailing


@in_transaction
def take_back(*, actor: User, event_id: int, mailing_id: uuid.UUID) -> Mailing:
    """Make a planned letter a draft again, as long as it has not left.

    Raises:
        MailingStateError: If it has left.
    """
    event, mailing = get_own_mailing(actor, event_id, mailing_id)
    if mailing.state != "planned":
        raise MailingStateError(noop("This letter has left already, or was cancelled"))
    mailing.state = "draft"
    mailing.version += 1
    if mailing.timing == "at" and mailing.at_wall is None:
        mailing.due_at = None
    note(noop("letter to many taken back"), mailing, event, actor)
    return mailing


@in_transaction
def cancel(*, actor: User, event_id: int, mailing_id: uuid.UUID) -> Mailing:
    """Cancel a letter that has not left; it stays in the list.

    Raises:
        MailingStateError: If it has left.
    """
    event, mailing = get_own_mailing(actor, event_id, mailing_id)
    _require_before_leaving(mailing)
    mailing.state, mailing.due_at = "cancelled", None
    mailing.version += 1
    note(noop("letter to many cancelled"), mailing, event, actor)
    return mailing


@in_transaction
def send_test(
    *, actor: User, event_id: int, mailing: Mailing, example: MailingRecipient | None, items: dict[str, list[str]]
) -> int:
    """Send a letter to oneself, as an example reader would get it, once in each language; return how many mails.

    Args:
        mailing: As stored, or as it would be stored.
        example: Whose name and city stand in it; None takes the actor's.
    """
    event = get_own_event(actor, event_id)
    composer = Composer(event, mailing, items)
    count = 0
    for language in composer.wording.languages:
        reader = MailingRecipient(
            actor.email, example.name if example else actor.name, language, "registered",
            example.city_name if example else None, may_join=True, user_id=actor.id,
        )  # fmt: skip
        text = composer.text(reader, _unsubscribe_address(composer, actor.email, event, language))
        outbox.queue(
            "mailing-test", actor.email, actor.name, language, text, programme_id=event.programme_id,
            event_id=event.id, user_id=actor.id, calendar=composer.calendar(reader),
        )  # fmt: skip
        count += 1
    return count


def _unsubscribe_address(composer: Composer, email: str, event: Event, language: str) -> str:
    topic = composer.topic
    if topic is None:
        return ""
    return opt_outs.page_address(opt_outs.token_of(email, topic, event.programme_id), language)


def preview(
    event: Event, mailing: Mailing, example: MailingRecipient | None, language: str, items: dict[str, list[str]]
) -> MessageText:
    """Write a letter as an example reader would get it in a language; nothing is stored."""
    reader = example or MailingRecipient("", "", language, "registered", may_join=True)
    shown = replace(reader, language=language)
    composer = Composer(event, mailing, items)
    link = opt_outs.page_address("…", language) if composer.topic else ""
    return composer.text(shown, link)


def leaves_in(mailing: Mailing, now: datetime) -> timedelta | None:
    """Return how long a letter that was sent "now" can still be taken back; None where it was planned otherwise."""
    if mailing.state != "planned" or mailing.timing != "at" or mailing.at_wall is not None or mailing.due_at is None:
        return None
    return max(mailing.due_at - now, timedelta())
