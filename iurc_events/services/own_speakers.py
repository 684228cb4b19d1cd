"""What a city does with its own speakers until the deadline: register, correct, replace, take back and bring back."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import select, update

from iurc_events.database import db, in_transaction, utc_now
from iurc_events.domain.errors import DomainError, NotFoundError
from iurc_events.domain.language_maps import text_of
from iurc_events.domain.vocabulary import DelegationState, SpeakerState
from iurc_events.localisation import noop
from iurc_events.models.accounts import User
from iurc_events.models.agendas import AgendaItem, Contribution, EventSession, ItemCity
from iurc_events.models.delegations import Delegation
from iurc_events.models.events import Event
from iurc_events.models.speakers import Speaker
from iurc_events.services import delegation_rules, delegation_waiting, speaker_notices, speakers
from iurc_events.services.event_changes import record_change
from iurc_events.services.invitations import mark_opened
from iurc_events.services.member_lookup import ONE_BY_ONE, Lookup
from iurc_events.services.speakers import SpeakerDetails

#: Speakers who have a place or wait for one.
ACTIVE: Final = (*delegation_rules.SEATED_SPEAKERS, SpeakerState.WAITING.value)


def _open(actor: User, delegation_id: int, now: datetime) -> tuple[Event, Delegation]:
    """Lock a delegation for a change; a delegate who acts has seen the invitation."""
    event, delegation = delegation_rules.lock_for_change(actor, delegation_id, now)
    if delegation.city_id in actor.city_ids:
        mark_opened(delegation, now)
    return event, delegation


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
    active = select(Speaker).where(Speaker.delegation_id == delegation.id, Speaker.state.in_(ACTIVE))
    return next((each for each in db.session.scalars(active) if speakers.details_of(each) == details), None)


@in_transaction
def register(
    *,
    actor: User,
    delegation_id: int,
    details: SpeakerDetails,
    has_consented: bool,
    may_wait: bool = False,
    asked_by: User | None = None,
    lookup: Lookup = ONE_BY_ONE,
    now: datetime | None = None,
) -> Speaker:
    """Register a speaker of the own city; the same form sent twice makes one speaker.

    Args:
        may_wait: Whether the speaker goes onto the waiting list where all places are taken.
        lookup: How it is found out who the speaker is.

    Raises:
        DeadlinePassedError: If the last day to answer is over in the city's zone.
        QuotaFullError: If there is no free place, and the speaker is not to wait.
        AlreadySpeakerError: If the person is a speaker of the event already.
    """
    moment = now or utc_now()
    _, delegation = _open(actor, delegation_id, moment)
    if same := _find_same(delegation, details):
        return same
    speaker = speakers.nominate(
        delegation_id=delegation_id,
        details=details,
        actor=actor,
        may_wait=may_wait,
        asked_by=asked_by,
        lookup=lookup,
        now=moment,
    )
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
    moment = now or utc_now()
    _, delegation = _open(actor, delegation_id, moment)
    speaker = _own_speaker(delegation, speaker_id)
    if speaker.state not in ACTIVE:
        raise DomainError(noop("This speaker was withdrawn or not accepted"))
    return speakers.change(
        speaker_id=speaker_id,
        details=details,
        actor=actor,
        version=version,
        has_consented=has_consented,
        now=moment,
    )


@in_transaction
def withdraw(*, actor: User, delegation_id: int, speaker_id: int, now: datetime | None = None) -> Speaker:
    """Take a speaker of the own city back, until the deadline."""
    moment = now or utc_now()
    _, delegation = _open(actor, delegation_id, moment)
    _own_speaker(delegation, speaker_id)
    return speakers.withdraw(speaker_id=speaker_id, actor=actor, now=moment)


@in_transaction
def bring_back(*, actor: User, delegation_id: int, speaker_id: int, now: datetime | None = None) -> Speaker:
    """Register a speaker again who was withdrawn, if there is still a place; the organisers decide anew.

    The speaker's personal link ended when they were withdrawn, so they get a new one.

    Raises:
        QuotaFullError: If the place was given to somebody else.
    """
    moment = now or utc_now()
    event, delegation = _open(actor, delegation_id, moment)
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


def _take_over(event: Event, old: Speaker, new: Speaker) -> None:
    """Give the items and chairs of a speaker to another; a city holds the items until the new name is accepted."""
    items = list(
        db.session.scalars(
            select(Contribution.item_id)
            .join(AgendaItem, AgendaItem.id == Contribution.item_id)
            .join(EventSession, EventSession.id == AgendaItem.session_id)
            .where(EventSession.event_id == event.id, Contribution.speaker_id == old.id)
        )
    )
    if new.state != SpeakerState.ACCEPTED and new.city_id is not None and items:
        held = set(db.session.scalars(select(ItemCity.item_id).where(ItemCity.item_id.in_(items))))
        for key in dict.fromkeys(items):
            if key not in held:
                db.session.add(ItemCity(item_id=key, city_id=new.city_id))
    db.session.execute(update(Contribution).where(Contribution.speaker_id == old.id).values(speaker_id=new.id))
    db.session.execute(update(EventSession).where(EventSession.chair_id == old.id).values(chair_id=new.id))
    db.session.flush()
    db.session.expire_all()


@in_transaction
def substitute(
    *,
    actor: User,
    delegation_id: int,
    speaker_id: int,
    details: SpeakerDetails,
    has_consented: bool,
    version: int | None = None,
    asked_by: User | None = None,
    lookup: Lookup = ONE_BY_ONE,
    now: datetime | None = None,
) -> Speaker:
    """Replace a speaker by somebody else, who takes over the place and the slots of the agenda.

    What a city asks for is decided anew by the organisers; what an organiser does stands at once.

    Args:
        lookup: How it is found out who the new speaker is.

    Raises:
        SpeakerChangedError: If somebody else changed the speaker meanwhile.
        AlreadySpeakerError: If the new person is a speaker of the event already.
        QuotaFullError: If there is no free place of the new mode.
    """
    moment = now or utc_now()
    event, delegation = _open(actor, delegation_id, moment)
    old = _own_speaker(delegation, speaker_id)
    if old.state not in ACTIVE:
        known = db.session.scalars(
            select(Speaker).where(Speaker.substitute_for_id == old.id, Speaker.state.in_(ACTIVE))
        ).first()
        if known is not None and speakers.details_of(known) == details:
            return known
        raise DomainError(noop("This speaker was withdrawn or not accepted"))
    if version is not None and version != old.version:
        raise speakers.SpeakerChangedError(noop("Somebody else changed this speaker while you were writing"))
    if details.mode != old.mode and old.state != SpeakerState.WAITING:
        delegation_rules.check_quota(delegation, details.mode, without=old.id)
    new = speakers.enter(event, details, city_id=delegation.city_id, delegation_id=delegation.id, lookup=lookup)
    if new is old:
        raise speakers.AlreadySpeakerError(
            noop("%(name)s is registered as a speaker of this event already"), name=text_of(details.name, "en")
        )
    is_decided = old.state == SpeakerState.ACCEPTED and delegation_rules.is_organiser_of(actor, event)
    new.state = old.state if is_decided or old.state == SpeakerState.WAITING else SpeakerState.NOMINATED.value
    new.waiting_since, new.substitute_for_id = old.waiting_since, old.id
    new.position, new.roles = old.position, list(old.roles)
    new.consented_at = moment if has_consented else None
    old.state, old.waiting_since = SpeakerState.WITHDRAWN.value, None
    old.version += 1
    delegation.version += 1
    db.session.flush()
    _take_over(event, old, new)
    speaker_notices.revoke_links(event, old)
    speakers.tell_speaker(event, delegation, new, asked_by or actor)
    delegation_waiting.move_up(event, delegation)
    record_change(event, noop("speaker replaced"), actor_id=actor.id, now=moment)
    return new
