"""Signing up when thousands do so at once: little is done while others wait for the database (fault-1, fault-2).

Letters are written before the transaction. In it the unique pair of event and mail address decides who was first, and
the event's row, which all want, is locked last. The statements are built once.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, cast

from sqlalchemy import Table, bindparam, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from iurc_events.database import db, in_transaction, utc_now
from iurc_events.domain.errors import BusyError, DomainError
from iurc_events.domain.needs import asked_needs, last_day_kept
from iurc_events.domain.registration import takes_registrations
from iurc_events.domain.secrets import hash_token, new_token
from iurc_events.domain.vocabulary import GENDERS, ParticipantState
from iurc_events.localisation import noop
from iurc_events.mail import participants as letters
from iurc_events.models.messages import Message
from iurc_events.models.participants import Participant, SpecialNeed
from iurc_events.models.revisions import AuditEntry
from iurc_events.queries import waiting_list
from iurc_events.services import outbox, participant_mail, seats

_PARTICIPANTS: Final = cast("Table", Participant.__table__)
_MESSAGES: Final = cast("Table", Message.__table__)
#: Gives the key of the new row, or nothing where the address has signed up already. No index is named: of the same form
#: sent twice at once PostgreSQL may notice the number of the form before it notices the address.
_INSERT: Final = {
    "sqlite": sqlite.insert(_PARTICIPANTS).on_conflict_do_nothing().returning(_PARTICIPANTS.c.id),
    "postgresql": postgresql.insert(_PARTICIPANTS).on_conflict_do_nothing().returning(_PARTICIPANTS.c.id),
}
_MAKE_WAIT: Final = (
    update(_PARTICIPANTS)
    .where(_PARTICIPANTS.c.id == bindparam("key"))
    .values(state=ParticipantState.WAITING.value, waiting_since=bindparam("since"))
)
_INSERT_MESSAGE: Final = insert(_MESSAGES)
_REWRITE_MESSAGE: Final = (
    update(_MESSAGES)
    .where(_MESSAGES.c.message_id == bindparam("key"))
    .values(
        subject=bindparam("new_subject"),
        text=bindparam("new_text"),
        html=bindparam("new_html"),
        calendar=bindparam("new_calendar"),
    )
)
_INSERT_NEEDS: Final = insert(cast("Table", SpecialNeed.__table__))
_INSERT_AUDIT: Final = insert(cast("Table", AuditEntry.__table__))


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
    #: Whether somebody in mainland China agreed, by itself, to the transfer abroad.
    has_agreed_to_transfer: bool = False
    #: Where freely given, and kept only where the event asks for it; None for not stated.
    gender: str | None = None
    #: Needs by kind; those that the event does not ask for are not stored.
    needs: Mapping[str, str] = field(default_factory=dict)
    #: Whether the event is to come into the person's calendar by mail, and follow every change there.
    wants_invitation: bool = False


@dataclass(slots=True)
class _Attempt:
    """One form on its way into the database."""

    event_id: int
    registration: Registration
    public_id: uuid.UUID
    token: str
    #: The letter that was got ready, for the version of the event that was read.
    standing: Any

    @property
    def corrected_id(self) -> uuid.UUID:
        """Number of the form where its own stands for the address that it was first sent with."""
        return uuid.uuid5(self.public_id, self.registration.email)

    def letter(self, standing: Any, *, is_waiting: bool, position: int | None = None) -> tuple[Any, bytes | None]:
        """Return text and calendar file for this reader; written anew where the event has changed meanwhile."""
        language = self.registration.language
        common = participant_mail.confirmation(
            self.event_id,
            standing.public_id,
            standing.version,
            standing.waiting_rule,
            language,
            is_waiting=is_waiting,
            wants_invitation=self.registration.wants_invitation,
        )
        url = participant_mail.link_of(self.token, language)
        return letters.address_to(common.text, name=self.registration.name, url=url, position=position), common.calendar


def _check_open(standing: Any) -> None:
    if not standing or standing.deleted_at is not None or not takes_registrations(standing, utc_now()):
        raise RegistrationClosedError(noop("This event takes no registrations now"))


def _is_free(standing: Any) -> bool:
    return standing.capacity is None or standing.seats_taken < standing.capacity


def sign_up(
    event_id: int, registration: Registration, *, attempt: uuid.UUID | None = None, standing: Any = None
) -> ParticipantState:
    """Register somebody, or put them on the waiting list; the same address again changes nothing.

    Args:
        attempt: A number of this very form: sent again, it gets the first answer. Another form for a known address
            gets what a new address would get, so that the answer tells nobody who has signed up (sec-10).
        standing: What the caller read of the event just now; it is read here where left out.

    Returns:
        Registered where there was a seat, else waiting.

    Raises:
        RegistrationClosedError: If the event takes no registrations now.
    """
    standing = standing or seats.read(event_id)
    _check_open(standing)
    wanted = _Attempt(event_id, registration, attempt or uuid.uuid4(), new_token(), standing)
    wanted.letter(standing, is_waiting=not _is_free(standing))  # kept from here on, so that the transaction finds it
    return _store(wanted)


def _insert(wanted: _Attempt) -> int | None:
    """Write the row of a new registration; return its key, or None where the address or the form is known."""
    registration, now = wanted.registration, utc_now()
    connection = db.session.connection()
    key: int | None = connection.execute(
        _INSERT[connection.dialect.name],
        {
            "public_id": wanted.public_id,
            "event_id": wanted.event_id,
            "state": ParticipantState.REGISTERED.value,
            "name": registration.name,
            "email": registration.email,
            "organisation": registration.organisation,
            "city_id": registration.city_id,
            "stakeholder_type": registration.stakeholder_type,
            "mode": registration.mode,
            "gender": _gender(wanted),
            "language": registration.language,
            "consented_at": now,
            "transfer_consented_at": now if registration.has_agreed_to_transfer else None,
            "created_at": now,
            "token_hash": hash_token(wanted.token),
            "wants_invitation": registration.wants_invitation,
        },
    ).scalar_one_or_none()
    return key


def _has_signed_up(wanted: _Attempt) -> bool:
    statement = select(Participant.id).where(
        Participant.event_id == wanted.event_id, Participant.email == wanted.registration.email
    )
    return db.session.scalar(statement) is not None


@in_transaction
def _store(wanted: _Attempt) -> ParticipantState:
    key = _insert(wanted)
    if key is None and not _has_signed_up(wanted):
        # the number of this form stands for another address: it was corrected and sent again
        wanted.public_id = wanted.corrected_id
        key = _insert(wanted)
    if key is None:
        return _answer_known(wanted)
    _store_needs(wanted, key)
    _audit(wanted)
    return _seat_or_wait(wanted, key)


def _gender(wanted: _Attempt) -> str | None:
    """Return the gender where it was given and the event asks for it."""
    gender = wanted.registration.gender
    return gender if gender in GENDERS and "gender" in wanted.standing.asks_for else None


def _store_needs(wanted: _Attempt, key: int) -> None:
    """Store the needs that the event asks for, where any was given."""
    standing = wanted.standing
    given = asked_needs(wanted.registration.needs, standing.asks_for) if wanted.registration.needs else {}
    if any(given.values()):
        day = last_day_kept(standing.last_day, utc_now().date())
        values = {kind: text or None for kind, text in given.items()}
        db.session.connection().execute(
            _INSERT_NEEDS,
            {
                "event_id": wanted.event_id,
                "participant_id": key,
                "is_own": True,
                "delete_after_on": day.isoformat(),
                **values,
            },
        )


def _audit(wanted: _Attempt) -> None:
    db.session.connection().execute(
        _INSERT_AUDIT,
        {
            "action": "signed up",
            "object_kind": "participant",
            "object_id": str(wanted.public_id),
            "programme_id": wanted.standing.programme_id,
            "fields": [],
            "at": utc_now(),
        },
    )


def _message(wanted: _Attempt, key: int, standing: Any, text: Any, calendar: bytes | None) -> dict[str, Any]:
    registration = wanted.registration
    return outbox.values_of(
        "registration-confirmation",
        registration.email,
        registration.name,
        registration.language,
        text,
        programme_id=standing.programme_id,
        event_id=wanted.event_id,
        participant_id=key,
        calendar=calendar,
    )


def _seat_or_wait(wanted: _Attempt, key: int) -> ParticipantState:
    """Take the seat of a row that was just written, or put it into the line; write the letter either way.

    While seats are free the letter goes first and the event's row is held only for the end of the transaction.
    """
    connection = db.session.connection()
    message_id = None
    if _is_free(wanted.standing):
        message = _message(wanted, key, wanted.standing, *wanted.letter(wanted.standing, is_waiting=False))
        connection.execute(_INSERT_MESSAGE, message)
        message_id = message["message_id"]
    seated = seats.take_with_standing(wanted.event_id)
    if seated is None:
        standing = seats.lock(wanted.event_id)  # who waits does so under the lock: nobody frees a seat unseen
        seated = seats.take_with_standing(wanted.event_id) if _is_free(standing) else None
    standing = seated or standing
    _check_open(standing)
    position = None
    if seated is None:
        connection.execute(_MAKE_WAIT, {"key": key, "since": utc_now()})
        position = waiting_list.position_of_last(wanted.event_id, standing.waiting_rule, wanted.registration.city_id)
    if message_id is None or seated is None or standing.version != wanted.standing.version:
        text, calendar = wanted.letter(standing, is_waiting=seated is None, position=position)
        if message_id is None:
            connection.execute(_INSERT_MESSAGE, _message(wanted, key, standing, text, calendar))
        else:
            connection.execute(
                _REWRITE_MESSAGE,
                {
                    "key": message_id,
                    "new_subject": text.subject,
                    "new_text": text.text,
                    "new_html": text.html,
                    "new_calendar": calendar,
                },
            )
    return ParticipantState.WAITING if seated is None else ParticipantState.REGISTERED


def _answer_known(wanted: _Attempt) -> ParticipantState:
    """Answer for an address that is known: bring a cancelled registration back, leave any other as it is."""
    standing = seats.lock(wanted.event_id)
    _check_open(standing)
    registration = wanted.registration
    known = db.session.scalars(
        select(Participant)
        .where(Participant.event_id == wanted.event_id, Participant.email == registration.email)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if known is None:
        raise BusyError("The registration was being deleted. Try again in a moment.")
    if known.state != ParticipantState.CANCELLED:
        if known.public_id in (wanted.public_id, wanted.corrected_id):
            is_waiting = known.state == ParticipantState.WAITING
        else:
            is_waiting = not _is_free(standing)
        return ParticipantState.WAITING if is_waiting else ParticipantState.REGISTERED
    known.public_id = wanted.public_id
    known.token_hash = hash_token(wanted.token)
    known.name, known.organisation = registration.name, registration.organisation
    known.city_id, known.delegation_id, known.role = registration.city_id, None, "participant"
    known.stakeholder_type, known.mode = registration.stakeholder_type, registration.mode
    known.language, known.wants_invitation = registration.language, registration.wants_invitation
    known.gender = _gender(wanted)
    known.consented_at = known.created_at = utc_now()
    known.transfer_consented_at = known.consented_at if registration.has_agreed_to_transfer else None
    known.cancelled_at = known.confirmed_at = known.waiting_since = None
    known.state = ParticipantState.REGISTERED.value
    known.version += 1
    db.session.flush()
    db.session.execute(delete(SpecialNeed).where(SpecialNeed.participant_id == known.id))
    _store_needs(wanted, known.id)
    _audit(wanted)
    state = _seat_or_wait(wanted, known.id)
    db.session.expire(known)
    return state
