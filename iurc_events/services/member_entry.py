"""Rows of participants and observers of a delegation: entered and corrected alike, one by one or by the thousand.

All of it runs in the caller's transaction, the event locked; the caller gives places, tells people and counts.
"""

from __future__ import annotations

import uuid
from datetime import datetime

from iurc_events.domain.errors import DomainError
from iurc_events.domain.language_maps import cleaned, text_of
from iurc_events.domain.secrets import hash_token, new_token
from iurc_events.domain.vocabulary import ParticipantState
from iurc_events.localisation import noop
from iurc_events.models.accounts import User
from iurc_events.models.delegations import Delegation
from iurc_events.models.events import Event
from iurc_events.models.participants import Participant
from iurc_events.services import audit, delegation_rules
from iurc_events.services.member_details import Member, MemberDetails, as_kept, details_of, in_one_text, is_active
from iurc_events.services.member_lookup import ONE_BY_ONE, Lookup
from iurc_events.services.speakers import AlreadySpeakerError


class AlreadyMemberError(AlreadySpeakerError):
    """Somebody of that mail address is registered for the event already."""


def fallback_mode(event: Event) -> str:
    """Return how people come of whom it is not said."""
    return "online" if event.format == "online" else "onsite"


def check_name(details: MemberDetails) -> None:
    """Refuse somebody without a name."""
    if not cleaned(details.name):
        raise DomainError(noop("Enter the name in English or Chinese"))


def record(action: str, event: Event, participant: Participant, actor: User | None, *fields: str) -> None:
    """Write a line on a participant into the audit log."""
    audit.record(
        action,
        "participant",
        participant.public_id,
        actor_id=actor.id if actor else None,
        programme_id=event.programme_id,
        fields=fields,
    )


def _already(details: MemberDetails) -> AlreadyMemberError:
    return AlreadyMemberError(noop("%(name)s is registered for this event already"), name=text_of(details.name, "en"))


def pick_same(same: Member | None, kept: MemberDetails) -> Member | None:
    """Return the member of whom the very same is said: what is said twice is done once.

    Raises:
        AlreadyMemberError: If somebody else is said of the same mail address.
    """
    if same is None:
        return None
    if details_of(same) == kept:
        return same
    if same.email and same.email == kept.email:
        raise _already(kept)
    return None


def store(event: Event, participant: Participant, details: MemberDetails) -> None:
    """Write what is said of a participant; ``name`` is the one in the person's own language."""
    names = as_kept(details, fallback_mode=fallback_mode(event)).name
    first, other = ("zh", "en") if participant.language == "zh" else ("en", "zh")
    if first not in names:
        first, other = other, first
    participant.name, participant.name_other = names[first][:200], names.get(other, "")[:200]
    participant.email = details.email or None
    participant.title = in_one_text(details.title, 300)
    participant.organisation = in_one_text(details.organisation, 300)
    participant.stakeholder_type = details.stakeholder_type or "other"
    participant.mode = details.mode or fallback_mode(event)
    participant.role = details.role
    participant.gender = details.gender or None


def enter(
    event: Event, delegation: Delegation, details: MemberDetails, now: datetime, *, lookup: Lookup = ONE_BY_ONE
) -> Participant:
    """Find or make the row of a participant, whose state the caller decides; who was withdrawn may come again.

    Raises:
        AlreadyMemberError: If somebody of that mail address has a place at the event or waits for one.
    """
    known = lookup.find_participant(event.id, details.email)
    if known is not None and is_active(known):
        raise _already(details)
    participant = known or Participant(event_id=event.id, public_id=uuid.uuid4(), version=0)
    if known is None:
        participant.person = lookup.find_person(details.name, details.email, delegation.city_id) or lookup.make_person(
            details.name, details.family_name, details.name_native, details.email
        )
    participant.language = "zh" if "zh" in details.name and delegation.city.side == "China" else "en"
    store(event, participant, details)
    participant.delegation_id, participant.city_id = delegation.id, delegation.city_id
    participant.consented_at = participant.created_at = now
    participant.cancelled_at = participant.confirmed_at = participant.waiting_since = None
    participant.token_hash = hash_token(new_token())
    participant.version += 1
    return participant


def correct(
    event: Event, delegation: Delegation, found: Participant, kept: MemberDetails, *, lookup: Lookup = ONE_BY_ONE
) -> bool:
    """Write what is newly said of a participant; tell whether role or mode changed, so that a place may be free.

    Raises:
        AlreadyMemberError: If the new mail address is another participant's.
        QuotaFullError: If there is no free place of the new role or mode.
    """
    known = lookup.find_participant(event.id, kept.email)
    if known is not None and known is not found:
        raise _already(kept)
    moves = (kept.role, kept.mode) != (found.role, found.mode)
    if moves and found.state != ParticipantState.WAITING:
        delegation_rules.check_quota(delegation, kept.mode, role=kept.role, without=found.id)
    store(event, found, kept)
    found.version += 1
    return moves
