"""Signing up for an event, and what follows: seats, waiting list, confirmation, cancellation, attendance.

Seats are counted on the event's row under its lock, so that no two people get the last one (fault-1); content versions
do not change with registrations.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal, cast

from sqlalchemy import delete, func, select

from iurc_events import addresses
from iurc_events.calendars.entries import CalendarLanguage
from iurc_events.config import settings
from iurc_events.database import db, in_transaction, utc_now
from iurc_events.domain.errors import DomainError, NotFoundError
from iurc_events.domain.secrets import hash_token, new_token
from iurc_events.domain.vocabulary import SEATED_STATES, ParticipantState
from iurc_events.localisation import noop
from iurc_events.mail import MessageText
from iurc_events.mail import participants as letters
from iurc_events.mail.contents import JoinFacts
from iurc_events.models.accounts import OneTimeToken, User
from iurc_events.models.attendance import Attendance
from iurc_events.models.events import Event, JoinLink
from iurc_events.models.participants import Participant
from iurc_events.queries.organised_events import get_event_for_update, organised_by
from iurc_events.services import audit, outbox
from iurc_events.services.calendar_files import event_file
from iurc_events.services.mail_facts import event_facts

SEATED: Final = tuple(state.value for state in SEATED_STATES)
#: How long a personal link works after the event.
LINK_LIFETIME: Final = timedelta(days=90)


class RegistrationClosedError(DomainError):
    """The event takes no registrations now."""


@dataclass(frozen=True, slots=True)
class Registration:
    """What somebody typed to sign up. ``email`` is normalised, ``city_id`` None for no partner city."""

    name: str
    email: str
    organisation: str
    city_id: int | None
    stakeholder_type: str
    mode: str
    language: str


def _links_of(event: Event) -> list[JoinFacts]:
    rows = db.session.scalars(select(JoinLink).where(JoinLink.event_id == event.id).order_by(JoinLink.position))
    return [JoinFacts(row.label, row.address, row.meeting_number, row.passcode) for row in rows]


def _may_get_seat(event: Event) -> bool:
    return event.capacity is None or event.seats_taken < event.capacity


def _new_link(participant: Participant, event: Event) -> str:
    """Make a further personal link; the first one keeps working."""
    token = new_token()
    db.session.add(
        OneTimeToken(
            token_hash=hash_token(token),
            purpose="registration",
            participant_id=participant.id,
            event_id=event.id,
            expires_at=(event.ends_at or utc_now()) + LINK_LIFETIME,
        )
    )
    return settings().base_url + addresses.registration(token, participant.language)


def _write_to(
    participant: Participant, event: Event, message_kind: str, text: MessageText, calendar: bytes | None = None
) -> None:
    """Queue a letter; whom a delegation registered without an address gets none."""
    if participant.email is None:
        return
    outbox.queue(
        message_kind,
        participant.email,
        participant.name,
        participant.language,
        text,
        programme_id=event.programme_id,
        event_id=event.id,
        participant_id=participant.id,
        calendar=calendar,
    )


def _confirm_by_mail(participant: Participant, event: Event, url: str) -> None:
    is_waiting = participant.state == ParticipantState.WAITING
    language = cast("CalendarLanguage", participant.language)
    calendar = None if is_waiting else event_file(event, language, with_join_links=True)
    text = letters.registration_confirmation(
        participant.language,
        name=participant.name,
        event=event_facts(event, participant.language),
        url=url,
        is_waiting=is_waiting,
        join_links=[] if is_waiting else _links_of(event),
        has_calendar=calendar is not None,
    )
    _write_to(participant, event, "registration-confirmation", text, calendar)


@in_transaction
def sign_up(event_id: int, registration: Registration) -> ParticipantState:
    """Register somebody, or put them on the waiting list; the same address again gets the first answer.

    Returns:
        Registered where there was a seat, else waiting; for a known address what a new one would get, so that the
        answer tells nobody who has signed up (sec-10).

    Raises:
        RegistrationClosedError: If the event takes no registrations now.
    """
    event = get_event_for_update(event_id)
    if event.state != "published" or not event.is_registration_open:
        raise RegistrationClosedError(noop("This event takes no registrations now"))
    known = db.session.scalars(
        select(Participant).where(Participant.event_id == event.id, Participant.email == registration.email)
    ).one_or_none()
    has_seat = _may_get_seat(event)
    if known and known.state != ParticipantState.CANCELLED:
        return ParticipantState.REGISTERED if has_seat else ParticipantState.WAITING
    token = new_token()
    participant = known or Participant(event_id=event.id, email=registration.email)
    participant.public_id = participant.public_id or uuid.uuid4()
    participant.name = registration.name
    participant.organisation = registration.organisation
    participant.city_id = registration.city_id
    participant.stakeholder_type = registration.stakeholder_type
    participant.mode = registration.mode
    participant.language = registration.language
    participant.consented_at = participant.created_at = utc_now()
    participant.cancelled_at = participant.confirmed_at = None
    participant.token_hash = hash_token(token)
    participant.state = (ParticipantState.REGISTERED if has_seat else ParticipantState.WAITING).value
    if has_seat:
        event.seats_taken += 1
    db.session.add(participant)
    db.session.flush()
    _confirm_by_mail(participant, event, settings().base_url + addresses.registration(token, participant.language))
    audit.record("signed up", "participant", participant.public_id, actor_id=None, programme_id=event.programme_id)
    return ParticipantState(participant.state)


@in_transaction
def change(participant_id: int, *, name: str, organisation: str, stakeholder_type: str, mode: str) -> None:
    """Change what somebody said about themselves."""
    participant = db.session.get_one(Participant, participant_id)
    participant.name, participant.organisation = name, organisation
    participant.stakeholder_type, participant.mode = stakeholder_type, mode
    participant.version += 1
    audit.record(
        "registration changed",
        "participant",
        participant.public_id,
        actor_id=None,
        programme_id=participant.event.programme_id,
        fields=("name", "organisation", "stakeholder_type", "mode"),
    )


def _cancel(participant: Participant, event: Event, *, actor_id: int | None) -> None:
    if participant.state == ParticipantState.CANCELLED:
        return
    had_seat = participant.state in SEATED
    participant.state = ParticipantState.CANCELLED.value
    participant.cancelled_at = utc_now()
    if had_seat:
        event.seats_taken -= 1
    text = letters.registration_cancelled(
        participant.language,
        name=participant.name,
        event=event_facts(event, participant.language),
        is_by_organiser=actor_id is not None,
    )
    _write_to(participant, event, "registration-cancelled", text)
    audit.record(
        "registration cancelled",
        "participant",
        participant.public_id,
        actor_id=actor_id,
        programme_id=event.programme_id,
    )
    db.session.flush()
    fill_seats(event)


def fill_seats(event: Event) -> int:
    """Give free seats to those who wait, the longest first; tell how many. Call under the event's lock."""
    if event.state != "published":
        return 0
    given = 0
    while _may_get_seat(event):
        first = db.session.scalars(
            select(Participant)
            .where(Participant.event_id == event.id, Participant.state == ParticipantState.WAITING.value)
            .order_by(Participant.created_at, Participant.id)
            .limit(1)
        ).one_or_none()
        if first is None:
            break
        first.state = ParticipantState.REGISTERED.value
        event.seats_taken += 1
        text = letters.place_free(
            first.language,
            name=first.name,
            event=event_facts(event, first.language),
            url=_new_link(first, event),
            join_links=_links_of(event),
        )
        calendar = event_file(event, cast("CalendarLanguage", first.language), with_join_links=True)
        _write_to(first, event, "place-free", text, calendar)
        db.session.flush()
        given += 1
    return given


@in_transaction
def cancel_own(participant_id: int) -> None:
    """Cancel one's own registration; the seat goes to who waits longest."""
    participant = db.session.get_one(Participant, participant_id)
    event = get_event_for_update(participant.event_id)
    db.session.refresh(participant)
    _cancel(participant, event, actor_id=None)


def _organised(participant_public_id: uuid.UUID, actor: User) -> tuple[Participant, Event]:
    """Find a participant of the actor's programmes and lock the event."""
    found = db.session.execute(
        select(Participant.id, Participant.event_id)
        .join(Event, Event.id == Participant.event_id)
        .where(Participant.public_id == participant_public_id, organised_by(actor))
    ).one_or_none()
    if found is None:
        raise NotFoundError(noop("There is no such participant among yours"))
    event = get_event_for_update(found.event_id)
    participant = db.session.get_one(Participant, found.id)
    db.session.refresh(participant)
    return participant, event


@in_transaction
def cancel(participant_public_id: uuid.UUID, *, actor: User) -> None:
    """Cancel somebody's registration as an organiser; the person is told by mail."""
    participant, event = _organised(participant_public_id, actor)
    _cancel(participant, event, actor_id=actor.id)


@in_transaction
def confirm(participant_public_id: uuid.UUID, *, actor: User) -> None:
    """Say that somebody is coming; only who has a seat can be confirmed."""
    participant, event = _organised(participant_public_id, actor)
    if participant.state == ParticipantState.REGISTERED:
        participant.state = ParticipantState.CONFIRMED.value
        participant.confirmed_at = utc_now()
        audit.record(
            "registration confirmed",
            "participant",
            participant.public_id,
            actor_id=actor.id,
            programme_id=event.programme_id,
        )


@in_transaction
def record_attendance(
    participant_public_id: uuid.UUID, *, actor: User, mode: Literal["onsite", "online"] | None = None
) -> None:
    """Write down that somebody came; once is enough."""
    participant, event = _organised(participant_public_id, actor)
    known = db.session.scalar(
        select(func.count(Attendance.id)).where(
            Attendance.event_id == event.id, Attendance.participant_id == participant.id
        )
    )
    if not known:
        db.session.add(
            Attendance(
                event_id=event.id,
                participant_id=participant.id,
                mode=mode or participant.mode,
                recorded_by_id=actor.id,
            )
        )
        audit.record(
            "attendance recorded",
            "participant",
            participant.public_id,
            actor_id=actor.id,
            programme_id=event.programme_id,
        )


@in_transaction
def undo_attendance(participant_public_id: uuid.UUID, *, actor: User) -> None:
    """Take back that somebody came."""
    participant, event = _organised(participant_public_id, actor)
    db.session.execute(
        delete(Attendance).where(Attendance.event_id == event.id, Attendance.participant_id == participant.id)
    )
    audit.record(
        "attendance taken back",
        "participant",
        participant.public_id,
        actor_id=actor.id,
        programme_id=event.programme_id,
    )
