"""What becomes of a registration: changed, cancelled, confirmed, attended; signing up itself is in sign_up, seats in
seats.
"""

from __future__ import annotations

import uuid
from typing import Final, Literal

from sqlalchemy import delete, func, select

from iurc_events.database import db, in_transaction, utc_now
from iurc_events.domain.errors import NotFoundError
from iurc_events.domain.vocabulary import SEATED_STATES, ParticipantState
from iurc_events.localisation import noop
from iurc_events.models.accounts import User
from iurc_events.models.attendance import Attendance
from iurc_events.models.events import Event
from iurc_events.models.participants import Participant
from iurc_events.queries.organised_events import get_event_for_update, organised_by
from iurc_events.services import audit, participant_mail, seats
from iurc_events.services.sign_up import Registration, RegistrationClosedError, sign_up

__all__ = [
    "SEATED", "Registration", "RegistrationClosedError", "cancel", "cancel_own", "change", "confirm",
    "record_attendance", "sign_up", "undo_attendance",
]  # fmt: skip

SEATED: Final = tuple(state.value for state in SEATED_STATES)


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
    participant.waiting_since = None
    participant.version += 1
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
