"""What becomes of a registration: changed, cancelled, confirmed, attended; signing up itself is in sign_up, seats in
seats.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, Literal

from sqlalchemy import delete, func, select

from iurc_events.database import db, in_transaction, utc_now
from iurc_events.domain.errors import ConflictError, DomainError, NotFoundError
from iurc_events.domain.needs import asked_needs
from iurc_events.domain.vocabulary import WITH_SEAT, ParticipantState
from iurc_events.localisation import noop
from iurc_events.models.accounts import User
from iurc_events.models.attendance import Attendance
from iurc_events.models.events import Event
from iurc_events.models.participants import Participant
from iurc_events.queries.organised_events import get_event_for_update, organised_by
from iurc_events.services import audit, needs, participant_mail, participant_persons, seats
from iurc_events.services.sign_up import Registration, RegistrationClosedError, sign_up

__all__ = [
    "EventOverError", "OwnDetails", "Registration", "RegistrationChangedError", "RegistrationClosedError",
    "cancel", "cancel_own", "change", "confirm", "record_attendance", "set_invitation", "sign_up", "undo_attendance",
]  # fmt: skip


class RegistrationChangedError(ConflictError):
    """Somebody else changed the registration since the page was opened."""


class EventOverError(DomainError):
    """The event is over: registrations stay as they are."""


@dataclass(frozen=True, slots=True)
class OwnDetails:
    """What people say about themselves and may change later; ``gender`` None for not stated."""

    name: str
    organisation: str
    stakeholder_type: str
    mode: str
    gender: str | None = None
    #: Needs by kind, of those that the event asks for.
    needs: Mapping[str, str] = field(default_factory=dict)


_OWN_COLUMNS: Final = ("name", "organisation", "stakeholder_type", "mode", "gender")


@in_transaction
def change(
    participant_id: int, details: OwnDetails, *, version: int | None = None, now: datetime | None = None
) -> Participant:
    """Change what somebody said about themselves; the same form sent twice changes nothing the second time.

    Args:
        version: Of the registration as the page showed it; None overwrites whatever is there.

    Raises:
        RegistrationChangedError: If somebody else changed it meanwhile.
        EventOverError: If the event is over.
        RegistrationClosedError: If the registration was cancelled.
    """
    participant = db.session.scalars(
        select(Participant)
        .where(Participant.id == participant_id)
        .with_for_update(of=Participant)
        .execution_options(populate_existing=True)
    ).one()
    event = db.session.get_one(Event, participant.event_id)
    if event.ends_at is not None and event.ends_at <= (now or utc_now()):
        raise EventOverError(noop("The event is over. Your registration stays as it is"))
    if participant.state == ParticipantState.CANCELLED:
        raise RegistrationClosedError(noop("This registration was cancelled"))
    wanted = details if "gender" in event.asks_for else replace(details, gender=participant.gender)
    changed = [name for name in _OWN_COLUMNS if getattr(participant, name) != getattr(wanted, name)]
    stored, asked = needs.needs_of(participant).texts, asked_needs(wanted.needs, event.asks_for)
    has_new_needs = any(stored.get(kind, "") != text for kind, text in asked.items())
    if not changed and not has_new_needs:
        return participant
    if version is not None and version != participant.version:
        raise RegistrationChangedError(noop("Somebody else changed your registration while you were writing"))
    for name in changed:
        setattr(participant, name, getattr(wanted, name))
    needs.store(participant, asked, is_own=True)
    participant.version += 1
    audit.record(
        "registration changed",
        "participant",
        participant.public_id,
        actor_id=None,
        programme_id=event.programme_id,
        fields=[*changed, *(["needs"] if has_new_needs else [])],
    )
    return participant


@in_transaction
def set_invitation(participant_id: int, *, is_wanted: bool) -> None:
    """Have the event in one's calendar by mail, or no longer; the worker writes the mail.

    Raises:
        RegistrationClosedError: If the registration was cancelled, or has no mail address.
    """
    participant = db.session.get_one(Participant, participant_id, with_for_update={"of": Participant})
    db.session.refresh(participant)
    if participant.state == ParticipantState.CANCELLED or not participant.email:
        raise RegistrationClosedError(noop("This registration was cancelled"))
    if participant.wants_invitation == is_wanted:
        return
    participant.wants_invitation = is_wanted
    event = db.session.get_one(Event, participant.event_id)
    audit.record(
        "calendar invitation asked for" if is_wanted else "calendar invitation stopped",
        "participant",
        participant.public_id,
        actor_id=None,
        programme_id=event.programme_id,
    )


def _cancel(participant: Participant, event: Event, *, actor_id: int | None) -> None:
    if participant.state == ParticipantState.CANCELLED:
        return
    had_seat = participant.state in WITH_SEAT
    participant.state = ParticipantState.CANCELLED.value
    participant.cancelled_at = utc_now()
    participant.waiting_since = None
    participant.version += 1
    needs.forget(participant.id)
    participant_mail.tell_of_cancellation(participant, event, is_by_organiser=actor_id is not None)
    audit.record(
        "registration cancelled",
        "participant",
        participant.public_id,
        actor_id=actor_id,
        programme_id=event.programme_id,
    )
    if had_seat:
        seats.give_back(event.id)
        seats.fill(event)


@in_transaction
def cancel_own(participant_id: int) -> None:
    """Cancel one's own registration; the seat goes to who comes next."""
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
        participant_persons.ensure(event, [participant])
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
