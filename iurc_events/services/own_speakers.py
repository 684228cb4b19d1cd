"""What a city does with its own speakers until the deadline: register, correct, take back and bring back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from iurc_events.database import db, in_transaction, utc_now
from iurc_events.domain.errors import DomainError, NotFoundError
from iurc_events.domain.vocabulary import DelegationState, SpeakerState
from iurc_events.localisation import noop
from iurc_events.models.accounts import User
from iurc_events.models.delegations import Delegation
from iurc_events.models.speakers import Speaker
from iurc_events.services import delegation_rules, speaker_notices, speakers
from iurc_events.services.event_changes import record_change
from iurc_events.services.invitations import own_open_delegation
from iurc_events.services.speakers import SpeakerDetails


def _own_speaker(delegation: Delegation, speaker_id: int) -> Speaker:
    speaker = db.session.scalars(
        select(Speaker)
        .where(Speaker.id == speaker_id, Speaker.delegation_id == delegation.id)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if speaker is None:
        raise NotFoundError(noop("There is no such speaker"))
    return speaker


def _find_same(delegation: Delegation, details: SpeakerDetails) -> Speaker | None:
    """Find a speaker of whom the very same is said: a form that was sent twice."""
    seated = select(Speaker).where(
        Speaker.delegation_id == delegation.id, Speaker.state.in_(delegation_rules.SEATED_SPEAKERS)
    )
    return next((each for each in db.session.scalars(seated) if speakers.details_of(each) == details), None)


@in_transaction
def register(
    *, actor: User, delegation_id: int, details: SpeakerDetails, has_consented: bool, now: datetime | None = None
) -> Speaker:
    """Register a speaker of the own city; the same form sent twice makes one speaker.

    Raises:
        DeadlinePassedError: If the last day to answer is over in the city's zone.
        QuotaFullError: If there is no free place.
        AlreadySpeakerError: If the person is a speaker of the event already.
    """
    moment = now or utc_now()
    _, delegation = own_open_delegation(actor, delegation_id, moment)
    if same := _find_same(delegation, details):
        return same
    speaker = speakers.nominate(delegation_id=delegation_id, details=details, actor=actor, now=moment)
    speaker.consented_at = moment if has_consented else None
    return speaker


@in_transaction
def change(
    *,
    actor: User,
    delegation_id: int,
    speaker_id: int,
    details: SpeakerDetails,
    has_consented: bool,
    version: int | None = None,
    now: datetime | None = None,
) -> Speaker:
    """Correct what is said of a speaker of the own city, until the deadline.

    Raises:
        SpeakerChangedError: If a colleague changed it meanwhile.
        QuotaFullError: If there is no free place of the new mode.
        DeadlinePassedError: If the last day to answer is over in the city's zone.
    """
    _, delegation = own_open_delegation(actor, delegation_id, now or utc_now())
    speaker = _own_speaker(delegation, speaker_id)
    if speaker.state not in delegation_rules.SEATED_SPEAKERS:
        raise DomainError(noop("This speaker was withdrawn or not accepted"))
    return speakers.change(
        speaker_id=speaker_id, details=details, actor=actor, version=version, has_consented=has_consented
    )


@in_transaction
def withdraw(*, actor: User, delegation_id: int, speaker_id: int, now: datetime | None = None) -> Speaker:
    """Take a speaker of the own city back, until the deadline."""
    _, delegation = own_open_delegation(actor, delegation_id, now or utc_now())
    _own_speaker(delegation, speaker_id)
    return speakers.withdraw(speaker_id=speaker_id, actor=actor)


@in_transaction
def bring_back(*, actor: User, delegation_id: int, speaker_id: int, now: datetime | None = None) -> Speaker:
    """Register a speaker again who was withdrawn, if there is still a place; the organisers decide anew.

    The speaker's personal link ended when they were withdrawn, so they get a new one.

    Raises:
        QuotaFullError: If the place was given to somebody else.
    """
    moment = now or utc_now()
    event, delegation = own_open_delegation(actor, delegation_id, moment)
    speaker = _own_speaker(delegation, speaker_id)
    if speaker.state != SpeakerState.WITHDRAWN:
        return speaker
    delegation_rules.check_quota(delegation, speaker.mode)
    speaker.state = SpeakerState.NOMINATED.value
    speaker.decision_note = None
    speaker.version += 1
    if delegation.state in (DelegationState.OPENED, DelegationState.DECLINED):
        delegation.state = DelegationState.NOMINATING.value
        delegation.decline_reason = None
    db.session.flush()
    speaker_notices.queue_notice(event, delegation, speaker, registered_by=actor.name, language=actor.language)
    record_change(event, noop("speaker nominated"), actor_id=actor.id, now=moment)
    return speaker
