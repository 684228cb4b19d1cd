"""What a city does with the people of its delegation, whatever they come as: register, change, withdraw, replace.

A member is a speaker, or a participant or observer; within the quota they have a place at once, beyond it they wait.
The city acts until its deadline, organisers of the event at any time; after it the city asks (change_requests).
"""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import datetime

from iurc_events.database import db, in_transaction, utc_now
from iurc_events.domain.errors import DomainError, NotFoundError
from iurc_events.domain.vocabulary import ParticipantState, SpeakerState
from iurc_events.localisation import noop
from iurc_events.models.accounts import User
from iurc_events.models.delegations import Delegation
from iurc_events.models.participants import Participant
from iurc_events.models.speakers import Speaker
from iurc_events.services import (
    delegation_exits,
    delegation_notices,
    delegation_rules,
    delegation_waiting,
    invitations,
    known_persons,
    member_entry,
    own_speakers,
    seats,
)
from iurc_events.services.member_details import (
    Member,
    MemberDetails,
    as_kept,
    details_of,
    find_same,
    from_json,
    is_active,
    label_of,
    name_of,
    role_of,
    to_json,
)
from iurc_events.services.member_entry import AlreadyMemberError
from iurc_events.services.speakers import SpeakerChangedError

__all__ = [
    "AlreadyMemberError", "Member", "MemberChangedError", "MemberDetails", "bring_back", "change", "details_of",
    "find_same", "from_json", "is_active", "label_of", "name_of", "register", "role_of", "substitute", "to_json",
    "withdraw",
]  # fmt: skip


class MemberChangedError(SpeakerChangedError):
    """Somebody else changed the person since the form was opened."""


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


@in_transaction
def register(
    *,
    actor: User,
    delegation_id: int,
    details: MemberDetails,
    has_consented: bool,
    may_wait: bool = True,
    asked_by: User | None = None,
    person_id: uuid.UUID | None = None,
    now: datetime | None = None,
) -> Member:
    """Register somebody in a delegation; the same said twice makes one member.

    Args:
        has_consented: Whether the person agreed to be named in public; for speakers only.
        may_wait: Whether the person goes onto the waiting list where all places are taken.
        asked_by: The delegate whom the person is told of, where an organiser does what was asked for.
        person_id: Public id of somebody whom the city brought before and who comes again; any other is ignored.

    Raises:
        DeadlinePassedError: If the last day to answer is over in the city's zone.
        QuotaFullError: If there is no free place, and the person is not to wait.
        AlreadySpeakerError: If the person is registered for the event already.
    """
    moment = now or utc_now()
    event, delegation = delegation_rules.lock_for_change(actor, delegation_id, moment)
    if delegation.city_id in actor.city_ids:
        invitations.mark_opened(delegation, moment)
    member_entry.check_name(details)
    lookup = known_persons.lookup_for(delegation, person_id, details)
    if details.role == "speaker":
        speaker = own_speakers.register(
            actor=actor,
            delegation_id=delegation_id,
            details=details.for_speaker,
            has_consented=has_consented,
            may_wait=may_wait,
            asked_by=asked_by,
            lookup=lookup,
            now=moment,
        )
        if details.gender:
            speaker.gender = details.gender
        return speaker
    kept = as_kept(details, fallback_mode=member_entry.fallback_mode(event))
    if same := member_entry.pick_same(find_same(delegation, kept), kept):
        return same
    has_place = delegation_rules.has_place(delegation.id, kept.role, kept.mode)
    if not has_place and not may_wait:
        delegation_rules.check_quota(delegation, kept.mode, role=kept.role)
    participant = member_entry.enter(event, delegation, kept, moment, lookup=lookup)
    if has_place and seats.take(event.id):
        participant.state = ParticipantState.REGISTERED.value
    else:
        delegation_waiting.wait(participant, moment)
    db.session.add(participant)
    delegation_rules.note_work(delegation)
    db.session.flush()
    delegation_notices.tell_participant(event, delegation, participant, registered_by=asked_by or actor)
    member_entry.record(noop("registered by the city"), event, participant, actor)
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
    asked_by: User | None = None,
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
    member_entry.check_name(details)
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
    kept = as_kept(details, fallback_mode=member_entry.fallback_mode(event))
    if details_of(found) == kept:
        return found
    had_email = found.email
    moves = member_entry.correct(event, delegation, found, kept)
    db.session.flush()
    if found.email and found.email != had_email:
        delegation_notices.tell_participant(event, delegation, found, registered_by=asked_by or actor)
    member_entry.record(noop("changed by the city"), event, found, actor, "name", "organisation", "mode", "role")
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
        member_entry.record(noop("withdrawn by the city"), event, found, actor)
        delegation_waiting.move_up(event, delegation)
        seats.fill(event)
    return found


@in_transaction
def bring_back(*, actor: User, delegation_id: int, member: Member, now: datetime | None = None) -> Member:
    """Register somebody again who was withdrawn, if the delegation still has a place; without a free seat they wait.

    Raises:
        QuotaFullError: If the place was given to somebody else.
        DeadlinePassedError: If the last day to answer is over in the city's zone.
    """
    moment = now or utc_now()
    event, delegation = delegation_rules.lock_for_change(actor, delegation_id, moment)
    found = _lock_member(delegation, member)
    if isinstance(found, Speaker):
        return own_speakers.bring_back(actor=actor, delegation_id=delegation_id, speaker_id=found.id, now=moment)
    if is_active(found):
        return found
    delegation_rules.check_quota(delegation, found.mode, role=found.role)
    if seats.take(event.id):
        found.state, found.waiting_since = ParticipantState.REGISTERED.value, None
    else:
        delegation_waiting.wait(found, moment)
    found.cancelled_at = None
    found.version += 1
    delegation_rules.note_work(delegation)
    db.session.flush()
    delegation_notices.tell_participant(event, delegation, found, registered_by=actor)
    member_entry.record(noop("registered by the city"), event, found, actor)
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
    asked_by: User | None = None,
    person_id: uuid.UUID | None = None,
    now: datetime | None = None,
) -> Member:
    """Replace a member by somebody else, who takes over the place and, of a speaker, the slots of the agenda.

    Args:
        person_id: Public id of somebody whom the city brought before and who comes instead; any other is ignored.

    Raises:
        SpeakerChangedError: If somebody else changed the person meanwhile.
        AlreadySpeakerError: If the new person is registered for the event already.
        DeadlinePassedError: If the last day to answer is over in the city's zone.
    """
    moment = now or utc_now()
    event, delegation = delegation_rules.lock_for_change(actor, delegation_id, moment)
    found = _lock_member(delegation, member)
    member_entry.check_name(details)
    lookup = known_persons.lookup_for(delegation, person_id, details)
    if isinstance(found, Speaker):
        substitute_speaker = own_speakers.substitute(
            actor=actor,
            delegation_id=delegation_id,
            speaker_id=found.id,
            details=details.for_speaker,
            has_consented=has_consented,
            version=version,
            asked_by=asked_by,
            lookup=lookup,
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
    new = member_entry.enter(event, delegation, kept, moment, lookup=lookup)
    found.state = ParticipantState.CANCELLED.value
    found.cancelled_at, found.waiting_since = moment, None
    found.version += 1
    new.state = ParticipantState.WAITING.value if state == "waiting" else ParticipantState.REGISTERED.value
    new.waiting_since = since
    db.session.add(new)
    delegation.version += 1
    db.session.flush()
    delegation_notices.tell_participant(event, delegation, new, registered_by=asked_by or actor)
    member_entry.record(noop("replaced by the city"), event, found, actor)
    member_entry.record(noop("registered by the city"), event, new, actor)
    delegation_waiting.move_up(event, delegation)
    return new


def is_waiting(member: Member) -> bool:
    """Tell whether somebody waits for a place."""
    return member.state == SpeakerState.WAITING.value
