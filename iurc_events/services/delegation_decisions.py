"""What organisers decide on delegations: confirm, take the confirmation back, withdraw the invitation."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from iurc_events.database import db, in_transaction, utc_now
from iurc_events.domain.errors import DomainError
from iurc_events.domain.vocabulary import DelegationState, SpeakerState
from iurc_events.localisation import noop
from iurc_events.models.accounts import User
from iurc_events.models.delegations import Delegation
from iurc_events.models.speakers import Speaker
from iurc_events.services import delegation_exits, delegation_notices, seats, speakers, tokens
from iurc_events.services.delegations import get_own_delegation, record
from iurc_events.services.event_changes import record_change


def _speakers_in(delegation: Delegation, state: SpeakerState) -> list[Speaker]:
    return list(
        db.session.scalars(
            select(Speaker)
            .where(Speaker.delegation_id == delegation.id, Speaker.state == state.value)
            .order_by(Speaker.id)
            .execution_options(populate_existing=True)
        )
    )


@in_transaction
def accept_speakers(*, actor: User, delegation_id: int) -> int:
    """Accept all nominated speakers of a delegation; the focal points get one letter. Return how many there were."""
    event, delegation = get_own_delegation(actor, delegation_id)
    nominated = _speakers_in(delegation, SpeakerState.NOMINATED)
    if not nominated:
        return 0
    for speaker in nominated:
        speakers.put_into_state(speaker, SpeakerState.ACCEPTED)
    delegation_notices.tell_accepted(event, delegation, nominated)
    record_change(event, noop("speakers accepted"), actor_id=actor.id)
    return len(nominated)


@in_transaction
def confirm(*, actor: User, delegation_id: int) -> Delegation:
    """Confirm a delegation: from now on the event is the city's, too."""
    event, delegation = get_own_delegation(actor, delegation_id)
    if delegation.state == DelegationState.CONFIRMED:
        return delegation
    if delegation.state == DelegationState.DECLINED:
        raise DomainError(noop("The city declined. Send the invitation again if it may still come"))
    delegation.state = DelegationState.CONFIRMED.value
    delegation.version += 1
    record(noop("delegation confirmed"), event, delegation, actor, "state")
    delegation_notices.tell_accepted(
        event, delegation, _speakers_in(delegation, SpeakerState.ACCEPTED), is_confirmed=True
    )
    record_change(event, noop("delegation confirmed"), actor_id=actor.id)
    return delegation


@in_transaction
def take_back_confirmation(*, actor: User, delegation_id: int) -> Delegation:
    """Take a confirmation back: the delegation has answered, no more."""
    event, delegation = get_own_delegation(actor, delegation_id)
    if delegation.state != DelegationState.CONFIRMED:
        return delegation
    delegation.state = DelegationState.SUBMITTED.value
    delegation.version += 1
    record(noop("confirmation taken back"), event, delegation, actor, "state")
    delegation_notices.keep_confirmation_back(delegation)
    record_change(event, noop("confirmation taken back"), actor_id=actor.id)
    return delegation


@in_transaction
def withdraw_invitation(*, actor: User, delegation_id: int, now: datetime | None = None) -> int:
    """Withdraw the invitation of a city: links end, its people are withdrawn; return how many those were."""
    event, delegation = get_own_delegation(actor, delegation_id)
    record(noop("invitation withdrawn"), event, delegation, actor)
    number = delegation_exits.withdraw_all(event, delegation, now or utc_now())
    tokens.revoke("invitation", delegation_id=delegation.id)
    db.session.delete(delegation)
    db.session.flush()
    db.session.expire_all()
    seats.fill(event)
    record_change(event, noop("invitation withdrawn"), actor_id=actor.id)
    return number
