"""Speakers and participants change their own mail address: the new one proves itself, then takes the old one's place.

The page answers alike for every address and looks nothing up; what an address is used for, only its owner learns, after
opening the link (sec-10).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, select, update

from iurc_events import addresses
from iurc_events.config import settings
from iurc_events.database import db, in_transaction, utc_now
from iurc_events.domain.errors import ConflictError, DomainError, NotFoundError
from iurc_events.domain.language_maps import text_of
from iurc_events.localisation import noop
from iurc_events.mail import own_addresses as letters
from iurc_events.models.accounts import OneTimeToken
from iurc_events.models.events import Event
from iurc_events.models.messages import Message
from iurc_events.models.participants import Participant
from iurc_events.models.speakers import Person, Speaker
from iurc_events.queries.accounts import normal_email
from iurc_events.queries.feeds import ALL_EVENTS
from iurc_events.queries.organised_events import get_event_for_update
from iurc_events.services import attempts, audit, mail_facts, outbox, person_keys, speaker_notices, tokens
from iurc_events.services.event_changes import bump_feeds

PURPOSE: Final = "address"
CONFIRMATION: Final = "address-confirmation"
#: So often one person may ask for a change.
PER_PERSON: Final = attempts.Limit("address-change", 5, timedelta(hours=1))
OVER: Final = noop("This link was used already or is too old. Ask for a new one.")


class LinkOverError(DomainError):
    """The link was used, was withdrawn, or is too old."""


class AddressTakenError(ConflictError):
    """Somebody is registered for the event with the new address already."""


@dataclass(frozen=True, slots=True)
class AddressChange:
    """A change that waits to be confirmed, as its page shows it."""

    email: str
    event: Event


def ask(subject: Participant | Speaker, email: str, *, language: str, network: str) -> None:
    """Send a link to a new address and a note to the old one; until the link is used the old one stays.

    A further wish withdraws the one before.

    Raises:
        DomainError: If it is the address that is there already.
        TooManyAttemptsError: If the person or the network asked too often.
    """
    wanted, kind, key = normal_email(email), _kind_of(subject), subject.id
    if wanted == normal_email(subject.email or ""):
        raise DomainError(noop("This is the address that we write to already"))
    attempts.require(attempts.LINK_PER_NETWORK, network)
    attempts.require(PER_PERSON, f"{kind}:{key}")
    _store_wish(kind, key, wanted, language, is_sent=attempts.count(attempts.LINK_PER_ACCOUNT, wanted))


def _kind_of(subject: Participant | Speaker) -> str:
    return "speaker" if isinstance(subject, Speaker) else "participant"


def _lock(kind: str, key: int) -> tuple[Event, Participant | Speaker]:
    """Lock the event of somebody and read both anew."""
    of_person = (
        select(Speaker.event_id).where(Speaker.id == key)
        if kind == "speaker"
        else select(Participant.event_id).where(Participant.id == key)
    )
    event_id = db.session.scalar(of_person)
    if event_id is None:
        raise NotFoundError(noop("There is no such person at this event"))
    event = get_event_for_update(event_id)
    if kind == "speaker":
        return event, db.session.get_one(Speaker, key, populate_existing=True)
    return event, db.session.get_one(Participant, key, populate_existing=True)


def _pending(kind: str, key: int, event_id: int) -> list[OneTimeToken]:
    rows = db.session.scalars(
        select(OneTimeToken).where(
            OneTimeToken.purpose == PURPOSE,
            OneTimeToken.event_id == event_id,
            OneTimeToken.used_at.is_(None),
            OneTimeToken.revoked_at.is_(None),
        )
    )
    return [row for row in rows if (row.payload or {}).get(f"{kind}_id") == key]


def _name_of(subject: Participant | Speaker, language: str) -> str:
    return text_of(subject.name, language) if isinstance(subject, Speaker) else subject.name


def _language_of(subject: Participant | Speaker, fallback: str) -> str:
    if isinstance(subject, Speaker):
        return speaker_notices.speaker_language(subject, fallback=fallback)
    return subject.language


@in_transaction
def _store_wish(kind: str, key: int, email: str, language: str, *, is_sent: bool) -> None:
    event, subject = _lock(kind, key)
    for earlier in _pending(kind, key, event.id):
        earlier.revoked_at = utc_now()
    if is_sent:
        token = tokens.issue(
            PURPOSE,
            event_id=event.id,
            participant_id=subject.id if kind == "participant" else None,
            payload={f"{kind}_id": key, "email": email, "was": subject.email},
        )
        text = letters.address_confirmation(
            language,
            event=mail_facts.event_facts(event, language),
            url=settings().base_url + addresses.address_change(token, language),
            hours=int(tokens.LIFETIMES[PURPOSE].total_seconds() // 3600),
        )
        outbox.queue(
            CONFIRMATION, email, "", language, text, programme_id=event.programme_id, event_id=event.id, is_secret=True
        )
    _tell_old_address(event, subject, language, is_done=False)
    _note(event, subject, "mail address: change asked for")


def _tell_old_address(event: Event, subject: Participant | Speaker, fallback: str, *, is_done: bool) -> None:
    if not subject.email:
        return
    language = _language_of(subject, fallback)
    name = _name_of(subject, language)
    text = letters.address_note(
        language, name=name, event=mail_facts.event_facts(event, language), is_done=is_done
    )  # fmt: skip
    outbox.queue(
        "address-note", subject.email, name, language, text, programme_id=event.programme_id, event_id=event.id,
        participant_id=subject.id if isinstance(subject, Participant) else None,
    )  # fmt: skip


def _note(event: Event, subject: Participant | Speaker, action: str) -> None:
    audit.record(
        action, _kind_of(subject), subject.public_id, actor_id=None, programme_id=event.programme_id, fields=["email"]
    )


def find_change(token: str) -> AddressChange | None:
    """Find what a link would change; looking uses nothing up."""
    found = tokens.find_valid(PURPOSE, token)
    if found is None or found.event_id is None or not found.payload:
        return None
    event = db.session.get(Event, found.event_id)
    return AddressChange(found.payload["email"], event) if event and event.deleted_at is None else None


@in_transaction
def confirm(token: str, *, language: str) -> None:
    """Use a link up: the new address takes the place of the old one.

    Raises:
        LinkOverError: If it works no more, or the address was changed otherwise meanwhile.
        AddressTakenError: If somebody is registered for the event with the new address; the link keeps working.
    """
    found = tokens.consume(PURPOSE, token)
    payload = (found.payload or {}) if found else {}
    kind = "speaker" if "speaker_id" in payload else "participant"
    if not payload:
        raise LinkOverError(OVER)
    try:
        event, subject = _lock(kind, payload[f"{kind}_id"])
    except NotFoundError as error:
        raise LinkOverError(OVER) from error
    if subject.email != payload["was"] or not subject.name or event.deleted_at is not None:
        raise LinkOverError(OVER)
    new, old = payload["email"], subject.email
    if isinstance(subject, Participant) and _is_taken(event.id, new):
        raise AddressTakenError(
            noop("Somebody is registered for this event with this address already. Use that one, or write to us")
        )
    _tell_old_address(event, subject, language, is_done=True)
    subject.email = new
    subject.version += 1
    db.session.flush()
    _follow(subject.person, old, new)
    if isinstance(subject, Speaker):  # the event is in another person's calendar now
        bump_feeds([ALL_EVENTS], utc_now())
    _note(event, subject, "mail address changed")


def _is_taken(event_id: int, email: str) -> bool:
    query = select(Participant.id).where(Participant.event_id == event_id, Participant.email == email)
    return db.session.scalars(query).first() is not None


def _follow(person: Person | None, old: str | None, new: str) -> None:
    """Bring the address of the person behind up to date, where it was the old one or none."""
    if person is not None and normal_email(person.email or "") in ("", normal_email(old or "")):
        person.email = new
        person_keys.note(person)


@in_transaction
def forget_old(now: datetime | None = None) -> None:
    """Forget addresses that nobody confirmed in time, and the letters to them; used links lose theirs at once."""
    moment = now or utc_now()
    db.session.execute(
        delete(OneTimeToken).where(OneTimeToken.purpose == PURPOSE, OneTimeToken.expires_at < moment)
    )  # fmt: skip
    db.session.execute(
        delete(Message).where(
            Message.kind == CONFIRMATION, Message.created_at < moment - tokens.LIFETIMES[PURPOSE],
            Message.state.in_(("sent", "failed", "bounced", "kept")),
        )
    )  # fmt: skip
    is_used = (OneTimeToken.purpose == PURPOSE) & OneTimeToken.used_at.is_not(None)
    db.session.execute(update(OneTimeToken).where(is_used, OneTimeToken.payload.is_not(None)).values(payload=None))
