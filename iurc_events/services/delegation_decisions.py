"""What organisers decide on delegations: confirm, take the confirmation back, withdraw the invitation."""

from __future__ import annotations

from datetime import datetime

from iurc_events.database import db, in_transaction, utc_now
from iurc_events.domain.errors import DomainError
from iurc_events.domain.vocabulary import DelegationState
from iurc_events.localisation import noop
from iurc_events.models.accounts import User
from iurc_events.models.delegations import Delegation
from iurc_events.services import delegation_exits, seats, tokens
from iurc_events.services.delegations import get_own_delegation, record
from iurc_events.services.event_changes import record_change


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
