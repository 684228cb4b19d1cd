"""Participants whom the programme team enters: by hand at the desk, or out of a meeting's list.

They are the person who uses the same mail address in the programme, or a new one. Each whose address is known is told
by mail what is kept of them, from where, and their rights (sec-15).
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from sqlalchemy import delete, select

from iurc_events.database import db, in_transaction, utc_now
from iurc_events.domain.errors import ConflictError, DomainError
from iurc_events.domain.language_maps import has_han
from iurc_events.domain.secrets import hash_token, new_token
from iurc_events.domain.vocabulary import STAKEHOLDER_TYPES, EventState, ParticipantState
from iurc_events.localisation import noop
from iurc_events.models.accounts import User
from iurc_events.models.cities import City
from iurc_events.models.events import Event
from iurc_events.models.participants import Participant, SpecialNeed
from iurc_events.services import audit, participant_mail, participant_persons, seats
from iurc_events.services.event_life import get_own_event


@dataclass(frozen=True, slots=True)
class Entry:
    """What the programme team knows of somebody.

    ``city_id`` None for no partner city; ``language`` None for the one that is likely the person's.
    """

    name: str
    email: str = ""
    organisation: str = ""
    city_id: int | None = None
    stakeholder_type: str = "other"
    mode: str = "online"
    language: str | None = None

    @property
    def address(self) -> str | None:
        """The mail address as it is compared; None where there is none."""
        return self.email.strip().casefold() or None


class AlreadyRegisteredError(ConflictError):
    """Somebody has registered with the address."""


@in_transaction
def enter(*, actor: User, event_id: int, entry: Entry, attempt: uuid.UUID | None = None) -> Participant:
    """Register somebody for an own event who asked for it in another way; where no seat is free they wait in the line.

    The deadline of the registration does not hold here. Whoever cancelled before comes back.

    Args:
        attempt: A number of this very form: sent again, it finds who was entered the first time.

    Raises:
        AlreadyRegisteredError: If somebody has registered with the address.
        DomainError: If the event is a draft or cancelled, which nobody can be told of.
    """
    event = get_own_event(actor, event_id)
    number = uuid.uuid5(attempt, str(event.id)) if attempt else uuid.uuid4()
    entered = db.session.scalars(
        select(Participant).where(Participant.event_id == event.id, Participant.public_id == number)
    ).one_or_none()
    if entered is not None:
        return entered
    if event.state in (EventState.DRAFT, EventState.CANCELLED):
        raise DomainError(noop("Publish the event first: who is entered is told of it by mail"))
    participant = make(event, entry, ParticipantState.REGISTERED, number=number)
    if not seats.take(event.id):
        seats.lock(event.id)  # who waits does so under the lock: nobody frees a seat unseen
        participant.state, participant.waiting_since = ParticipantState.WAITING.value, utc_now()
        db.session.flush()
    participant_mail.tell_entered(participant, event, entered_by=actor, is_from_list=False)
    audit.record(
        "participant entered", "participant", participant.public_id, actor_id=actor.id, programme_id=event.programme_id
    )
    return participant


def make(event: Event, entry: Entry, state: ParticipantState, *, number: uuid.UUID | None = None) -> Participant:
    """Write the row of somebody who takes part, in the caller's transaction, which takes the seat and tells them.

    Raises:
        AlreadyRegisteredError: If somebody has registered with the address.
        DomainError: If there is no such kind of organisation.
    """
    if entry.stakeholder_type not in STAKEHOLDER_TYPES:
        raise DomainError(noop("Choose one of the list"))
    participant = _find(event, entry.address)
    if participant is None:
        participant = Participant(event_id=event.id, email=entry.address, version=1)
    elif participant.state != ParticipantState.CANCELLED:
        raise AlreadyRegisteredError(noop("Somebody has registered with this mail address: search for them instead"))
    else:
        db.session.execute(delete(SpecialNeed).where(SpecialNeed.participant_id == participant.id))
        participant.version += 1
    now, language = utc_now(), entry.language or _likely_language(event, entry)
    participant.public_id = number or uuid.uuid4()
    participant.state, participant.role, participant.delegation_id = state.value, "participant", None
    participant.name, participant.organisation = entry.name, entry.organisation
    participant.city_id, participant.stakeholder_type = entry.city_id, entry.stakeholder_type
    participant.mode, participant.language = entry.mode, language
    participant.consented_at = participant.created_at = now
    participant.confirmed_at = now if state is ParticipantState.CONFIRMED else None
    participant.cancelled_at = participant.waiting_since = participant.gender = None
    participant.wants_invitation = False
    participant.token_hash = hash_token(new_token())
    db.session.add(participant)
    db.session.flush()
    participant_persons.ensure(event, [participant])
    return participant


def _find(event: Event, address: str | None) -> Participant | None:
    if address is None:
        return None
    statement = select(Participant).where(Participant.event_id == event.id, Participant.email == address)
    return db.session.scalars(statement.with_for_update(of=Participant)).one_or_none()


def _likely_language(event: Event, entry: Entry) -> str:
    """Return the language to write to somebody in: that of their last registration, else of name or city."""
    if entry.address:
        known = db.session.scalar(
            select(Participant.language)
            .join(Event, Event.id == Participant.event_id)
            .where(Event.programme_id == event.programme_id, Participant.email == entry.address)
            .order_by(Participant.id.desc())
            .limit(1)
        )
        if known in ("en", "zh"):
            return known
    city = db.session.get(City, entry.city_id) if entry.city_id else None
    return "zh" if has_han(entry.name) or (city is not None and city.side == "China") else "en"
