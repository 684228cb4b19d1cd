"""What a city does with the people of its delegation, whatever they come as: register, change, withdraw, replace.

A member is a speaker, or a participant or observer; within the quota they have a place at once, beyond it they wait.
The city acts until its deadline, organisers of the event at any time; after it the city asks (change_requests).
"""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import datetime

from sqlalchemy import func, select

from iurc_events.database import db, in_transaction, utc_now
from iurc_events.domain.errors import DomainError, NotFoundError
from iurc_events.domain.language_maps import cleaned, text_of
from iurc_events.domain.secrets import hash_token, new_token
from iurc_events.domain.vocabulary import DelegationState, ParticipantState, SpeakerState
from iurc_events.localisation import noop
from iurc_events.models.accounts import User
from iurc_events.models.delegations import Delegation
from iurc_events.models.events import Event
from iurc_events.models.participants import Participant
from iurc_events.models.speakers import Speaker
from iurc_events.services import (
    audit,
    delegation_exits,
    delegation_notices,
    delegation_rules,
    delegation_waiting,
    invitations,
    own_speakers,
    seats,
    speaker_persons,
)
from iurc_events.services.member_details import (
    Member,
    MemberDetails,
    as_kept,
    details_of,
    find_same,
    from_json,
    in_one_text,
    is_active,
    label_of,
    name_of,
    role_of,
    to_json,
)
from iurc_events.services.speakers import AlreadySpeakerError, SpeakerChangedError

__all__ = [
    "AlreadyMemberError", "Member", "MemberChangedError", "MemberDetails", "change", "details_of", "find_same",
    "from_json", "is_active", "label_of", "name_of", "register", "role_of", "substitute", "to_json", "withdraw",
]  # fmt: skip


class AlreadyMemberError(AlreadySpeakerError):
    """Somebody of that mail address is registered for the event already."""


class MemberChangedError(SpeakerChangedError):
    """Somebody else changed the person since the form was opened."""


def _fallback_mode(event: Event) -> str:
    return "online" if event.format == "online" else "onsite"


def _lock_member(delegation: Delegation, member: Member) -> Member:
    """Return a member as the database has it now.

    Raises:
        NotFoundError: If it is another delegation's.
    """
    found: Member | None
    if isinstance(member, Speaker):
        found = db.session.get(Speaker, member.id, populate_existing=True)
    else:
        found = db.session.get(Participant, member.id, populate_existing=True)
    if found is None or found.delegation_id != delegation.id:
        raise NotFoundError(noop("There is no such person in the delegation"))
    return found


def _store(event: Event, participant: Participant, details: MemberDetails) -> None:
    """Write what is said of a participant; ``name`` is the one in the person's own language."""
    names = as_kept(details, fallback_mode=_fallback_mode(event)).name
    first, other = ("zh", "en") if participant.language == "zh" else ("en", "zh")
    if first not in names:
        first, other = other, first
    participant.name, participant.name_other = names[first][:200], names.get(other, "")[:200]
    participant.email = details.email or None
    participant.title = in_one_text(details.title, 300)
    participant.organisation = in_one_text(details.organisation, 300)
    participant.stakeholder_type = details.stakeholder_type or "other"
    participant.mode = details.mode or _fallback_mode(event)
    participant.role = details.role
    participant.gender = details.gender or None


def _check(details: MemberDetails) -> None:
    if not cleaned(details.name):
        raise DomainError(noop("Enter the name in English or Chinese"))


def _audit(action: str, event: Event, participant: Participant, actor: User, *fields: str) -> None:
    audit.record(
        action,
        "participant",
        participant.public_id,
        actor_id=actor.id,
        programme_id=event.programme_id,
        fields=fields,
    )


def _known_address(event: Event, details: MemberDetails) -> Participant | None:
    if not details.email:
        return None
    return db.session.scalars(
        select(Participant).where(
            Participant.event_id == event.id, func.lower(Participant.email) == details.email.lower()
        )
    ).one_or_none()


def _already(details: MemberDetails) -> AlreadyMemberError:
    return AlreadyMemberError(noop("%(name)s is registered for this event already"), name=text_of(details.name, "en"))


def _enter(event: Event, delegation: Delegation, details: MemberDetails, actor: User, now: datetime) -> Participant:
    """Find or make the row of a participant; one who was withdrawn may be registered again."""
    known = _known_address(event, details)
    if known is not None and is_active(known):
        raise _already(details)
    participant = known or Participant(event_id=event.id, public_id=uuid.uuid4(), version=0)
    if known is None:
        person = speaker_persons.find_person(details.name, details.email, delegation.city_id)
        if person is None:
            person = speaker_persons.make_person(details.name, details.family_name, details.name_native, details.email)
        participant.person_id = person.id
    participant.language = "zh" if "zh" in details.name and delegation.city.side == "China" else "en"
    _store(event, participant, details)
    participant.delegation_id, participant.city_id = delegation.id, delegation.city_id
    participant.consented_at = participant.created_at = now
    participant.cancelled_at = participant.confirmed_at = participant.waiting_since = None
    participant.token_hash = hash_token(new_token())
    participant.version += 1
    return participant


def _note_work(delegation: Delegation) -> None:
    """Note that the city is at work on its answer."""
    if delegation.state in (DelegationState.INVITED, DelegationState.OPENED, DelegationState.DECLINED):
        delegation.state = DelegationState.NOMINATING.value
        delegation.decline_reason = None
    delegation.version += 1


@in_transaction
def register(
    *,
    actor: User,
    delegation_id: int,
    details: MemberDetails,
    has_consented: bool,
    may_wait: bool = True,
    now: datetime | None = None,
) -> Member:
    """Register somebody in a delegation; the same said twice makes one member.

    Args:
        has_consented: Whether the person agreed to be named in public; for speakers only.
        may_wait: Whether the person goes onto the waiting list where all places are taken.

    Raises:
        DeadlinePassedError: If the last day to answer is over in the city's zone.
        QuotaFullError: If there is no free place, and the person is not to wait.
        AlreadySpeakerError: If the person is registered for the event already.
    """
    moment = now or utc_now()
    event, delegation = delegation_rules.lock_for_change(actor, delegation_id, moment)
    if delegation.city_id in actor.city_ids:
        invitations.mark_opened(delegation, moment)
    _check(details)
    if details.role == "speaker":
        speaker = own_speakers.register(
            actor=actor,
            delegation_id=delegation_id,
            details=details.for_speaker,
            has_consented=has_consented,
            may_wait=may_wait,
            now=moment,
        )
        if details.gender:
            speaker.gender = details.gender
        return speaker
    kept = as_kept(details, fallback_mode=_fallback_mode(event))
    same = find_same(delegation, kept)
    if same is not None and (details_of(same) == kept or (same.email and same.email == kept.email)):
        if details_of(same) == kept:
            return same
        raise _already(details)
    has_place = delegation_rules.has_place(delegation.id, kept.role, kept.mode)
    if not has_place and not may_wait:
        delegation_rules.check_quota(delegation, kept.mode, role=kept.role)
    participant = _enter(event, delegation, kept, actor, moment)
    if has_place and seats.take(event.id):
        participant.state = ParticipantState.REGISTERED.value
    else:
        delegation_waiting.wait(participant, moment)
    db.session.add(participant)
    _note_work(delegation)
    db.session.flush()
    delegation_notices.tell_participant(event, delegation, participant, registered_by=actor)
    _audit(noop("registered by the city"), event, participant, actor)
    return participant


@in_transaction
def change(
    *,
    actor: User,
    delegation_id: int,
    member: Member,
    details: MemberDetails,
    has_consented: bool,
    version: int | None = None,
    now: datetime | None = None,
) -> Member:
    """Correct what is said of a member; participants and observers may change into each other.

    Args:
        version: Of the member as the form showed it; None overwrites whatever is there.

    Raises:
        SpeakerChangedError: If somebody else changed it meanwhile.
        QuotaFullError: If there is no free place of the new role or mode.
        DeadlinePassedError: If the last day to answer is over in the city's zone.
    """
    moment = now or utc_now()
    event, delegation = delegation_rules.lock_for_change(actor, delegation_id, moment)
    found = _lock_member(delegation, member)
    if (role_of(found) == "speaker") != (details.role == "speaker"):
        raise DomainError(noop("Withdraw the person and register them anew to change between speaker and participant"))
    _check(details)
    if isinstance(found, Speaker):
        changed = own_speakers.change(
            actor=actor,
            delegation_id=delegation_id,
            speaker_id=found.id,
            details=details.for_speaker,
            has_consented=has_consented,
            version=version,
            now=moment,
        )
        changed.gender = details.gender or None
        return changed
    if version is not None and version != found.version:
        raise MemberChangedError(noop("Somebody else changed this person while you were writing"))
    if not is_active(found):
        raise DomainError(noop("This person was withdrawn"))
    kept = as_kept(details, fallback_mode=_fallback_mode(event))
    if details_of(found) == kept:
        return found
    known = _known_address(event, kept)
    if known is not None and known.id != found.id:
        raise _already(kept)
    moves = (kept.role, kept.mode) != (found.role, found.mode)
    if moves and found.state != ParticipantState.WAITING:
        delegation_rules.check_quota(delegation, kept.mode, role=kept.role, without=found.id)
    had_email = found.email
    _store(event, found, kept)
    found.version += 1
    db.session.flush()
    if found.email and found.email != had_email:
        delegation_notices.tell_participant(event, delegation, found, registered_by=actor)
    _audit(noop("changed by the city"), event, found, actor, "name", "organisation", "mode", "role")
    if moves:
        delegation_waiting.move_up(event, delegation)
    return found


@in_transaction
def withdraw(*, actor: User, delegation_id: int, member: Member, now: datetime | None = None) -> Member:
    """Take a member back; who waits longest in the delegation moves up.

    Raises:
        DeadlinePassedError: If the last day to answer is over in the city's zone.
    """
    moment = now or utc_now()
    event, delegation = delegation_rules.lock_for_change(actor, delegation_id, moment)
    found = _lock_member(delegation, member)
    if isinstance(found, Speaker):
        return own_speakers.withdraw(actor=actor, delegation_id=delegation_id, speaker_id=found.id, now=moment)
    if is_active(found):
        delegation_exits.cancel_participant(event, found, moment)
        _audit(noop("withdrawn by the city"), event, found, actor)
        delegation_waiting.move_up(event, delegation)
        seats.fill(event)
    return found


@in_transaction
def substitute(
    *,
    actor: User,
    delegation_id: int,
    member: Member,
    details: MemberDetails,
    has_consented: bool,
    version: int | None = None,
    now: datetime | None = None,
) -> Member:
    """Replace a member by somebody else, who takes over the place and, of a speaker, the slots of the agenda.

    Raises:
        SpeakerChangedError: If somebody else changed the person meanwhile.
        AlreadySpeakerError: If the new person is registered for the event already.
        DeadlinePassedError: If the last day to answer is over in the city's zone.
    """
    moment = now or utc_now()
    event, delegation = delegation_rules.lock_for_change(actor, delegation_id, moment)
    found = _lock_member(delegation, member)
    _check(details)
    if isinstance(found, Speaker):
        substitute_speaker = own_speakers.substitute(
            actor=actor,
            delegation_id=delegation_id,
            speaker_id=found.id,
            details=details.for_speaker,
            has_consented=has_consented,
            version=version,
            now=moment,
        )
        substitute_speaker.gender = details.gender or None
        return substitute_speaker
    if not is_active(found):
        raise DomainError(noop("This person was withdrawn"))
    if version is not None and version != found.version:
        raise MemberChangedError(noop("Somebody else changed this person while you were writing"))
    kept = replace(
        as_kept(replace(details, role=found.role), fallback_mode=found.mode), mode=details.mode or found.mode
    )
    if kept.mode != found.mode and found.state != ParticipantState.WAITING:
        delegation_rules.check_quota(delegation, kept.mode, role=kept.role, without=found.id)
    state, since = found.state, found.waiting_since
    new = _enter(event, delegation, kept, actor, moment)
    found.state = ParticipantState.CANCELLED.value
    found.cancelled_at, found.waiting_since = moment, None
    found.version += 1
    new.state = ParticipantState.WAITING.value if state == "waiting" else ParticipantState.REGISTERED.value
    new.waiting_since = since
    db.session.add(new)
    delegation.version += 1
    db.session.flush()
    delegation_notices.tell_participant(event, delegation, new, registered_by=actor)
    _audit(noop("replaced by the city"), event, found, actor)
    _audit(noop("registered by the city"), event, new, actor)
    delegation_waiting.move_up(event, delegation)
    return new


def is_waiting(member: Member) -> bool:
    """Tell whether somebody waits for a place."""
    return member.state == SpeakerState.WAITING.value
