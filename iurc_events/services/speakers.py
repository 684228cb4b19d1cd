"""What people do with speakers: nominate, change, withdraw; organisers accept, refuse and add guests."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import delete, select, update

from iurc_events.database import db, in_transaction, utc_now
from iurc_events.domain.errors import ConflictError, DomainError, NotFoundError
from iurc_events.domain.language_maps import cleaned, text_of
from iurc_events.domain.vocabulary import SpeakerState
from iurc_events.localisation import noop
from iurc_events.models.accounts import User
from iurc_events.models.agendas import AgendaItem, Contribution, EventSession, ItemCity
from iurc_events.models.delegations import Delegation, FocalPoint
from iurc_events.models.events import Event
from iurc_events.models.speakers import Speaker
from iurc_events.queries import organised_events
from iurc_events.services import delegation_rules, delegation_waiting, speaker_notices, speaker_persons
from iurc_events.services.delegation_rules import DeadlinePassedError, EventClosedError, QuotaFullError
from iurc_events.services.event_changes import record_change
from iurc_events.services.event_life import get_own_event
from iurc_events.services.member_lookup import ONE_BY_ONE, Lookup
from iurc_events.services.speaker_details import SpeakerDetails, details_of

__all__ = [
    "AlreadySpeakerError", "DeadlinePassedError", "EventClosedError", "QuotaFullError", "SpeakerChangedError",
    "SpeakerDetails", "accept", "add_guest", "apply_change", "change", "check_name", "details_of", "enter",
    "leave_agenda", "nominate", "refuse", "tell_speaker", "withdraw",
]  # fmt: skip


class AlreadySpeakerError(DomainError):
    """The person is a speaker of the event already."""


class SpeakerChangedError(ConflictError):
    """Somebody else changed the speaker since the form was opened."""


def _store(speaker: Speaker, details: SpeakerDetails) -> None:
    for name in SpeakerDetails.__slots__:
        value = getattr(details, name)
        setattr(speaker, name, dict(value) if isinstance(value, dict) and value else value or None)
    if speaker.family_name:
        speaker.name_status = None


def check_name(details: SpeakerDetails) -> None:
    if not cleaned(details.name):
        raise DomainError(noop("Enter the speaker's name in English or Chinese"))


def enter(
    event: Event,
    details: SpeakerDetails,
    *,
    city_id: int | None,
    delegation_id: int | None,
    lookup: Lookup = ONE_BY_ONE,
) -> Speaker:
    """Find or make the person and return the speaker, in the caller's transaction.

    One who withdrew, was refused or waits may be named again.
    """
    person = lookup.find_person(details.name, details.email, city_id)
    speaker = None
    if person is not None:
        speaker = lookup.find_speaker(event.id, person)
        if speaker is not None and (
            speaker.state in delegation_rules.SEATED_SPEAKERS or speaker.delegation_id != delegation_id
        ):
            raise AlreadySpeakerError(
                noop("%(name)s is registered as a speaker of this event already"), name=text_of(details.name, "en")
            )
    else:
        person = lookup.make_person(details.name, details.family_name, details.name_native, details.email)
    if speaker is None:
        speaker = Speaker(
            public_id=uuid.uuid4(),
            event_id=event.id,
            person=person,
            position=lookup.next_position(event.id),
            roles=["speaker"],
            version=0,
        )
        db.session.add(speaker)
    _store(speaker, details)
    speaker.city_id = city_id
    speaker.states_city = True
    speaker.delegation_id = delegation_id
    speaker.decision_note = None
    speaker.version += 1
    return speaker


@in_transaction
def nominate(
    *,
    delegation_id: int,
    details: SpeakerDetails,
    actor: User | None = None,
    focal_point_id: int | None = None,
    may_wait: bool = False,
    asked_by: User | None = None,
    lookup: Lookup = ONE_BY_ONE,
    now: datetime | None = None,
) -> Speaker:
    """Register a speaker of a delegation, within its quota and deadline; the organisers decide.

    A speaker whose mail address is given is told by mail (sec-15).

    Args:
        actor: The delegate; or ``focal_point_id`` of somebody who came by a link.
        may_wait: Whether the speaker goes onto the waiting list where all places are taken.
        asked_by: The delegate whom the speaker is told of, where an organiser does what was asked for.
        lookup: How it is found out who the speaker is.

    Raises:
        DeadlinePassedError: If the last day to answer is over in the city's zone.
        QuotaFullError: If there is no free place, and the speaker is not to wait.
        AlreadySpeakerError: If the person is a speaker of the event already.
    """
    moment = now or utc_now()
    event, delegation = delegation_rules.lock_delegation(delegation_id)
    delegation_rules.check_may_change(event, delegation, actor=actor, focal_point_id=focal_point_id, now=moment)
    delegation_rules.check_open(event)
    check_name(details)
    has_place = delegation_rules.has_place(delegation.id, "speaker", details.mode)
    if not has_place and not may_wait:
        delegation_rules.check_quota(delegation, details.mode)
    speaker = enter(event, details, city_id=delegation.city_id, delegation_id=delegation.id, lookup=lookup)
    if has_place:
        speaker.state, speaker.waiting_since = SpeakerState.NOMINATED.value, None
    else:
        delegation_waiting.wait(speaker, moment)
    delegation_rules.note_work(delegation)
    db.session.flush()
    tell_speaker(event, delegation, speaker, asked_by or actor, focal_point_id)
    record_change(event, noop("speaker nominated"), actor_id=actor.id if actor else None, now=moment)
    return speaker


def tell_speaker(
    event: Event, delegation: Delegation, speaker: Speaker, actor: User | None, focal_point_id: int | None = None
) -> None:
    """Tell a speaker with a mail address that the city registered them (sec-15)."""
    point = db.session.get(FocalPoint, focal_point_id) if focal_point_id else None
    name = (point.name or point.email) if point else (actor.name if actor else "")
    language = point.language if point else (actor.language if actor else "en")
    speaker_notices.queue_notice(event, delegation, speaker, registered_by=name, language=language)


def _lock_speaker(speaker_id: int) -> tuple[Event, Speaker]:
    event_id = db.session.scalar(select(Speaker.event_id).where(Speaker.id == speaker_id))
    if event_id is None:
        raise NotFoundError(noop("There is no such speaker"))
    event = organised_events.get_event_for_update(event_id)
    speaker = db.session.scalars(
        select(Speaker).where(Speaker.id == speaker_id).execution_options(populate_existing=True)
    ).one()
    return event, speaker


def _check_may_change(
    event: Event, speaker: Speaker, actor: User | None, focal_point_id: int | None, now: datetime | None
) -> None:
    if actor is not None and delegation_rules.is_organiser_of(actor, event):
        return
    if speaker.delegation_id is None:
        raise NotFoundError(noop("There is no such speaker"))
    delegation = db.session.get_one(Delegation, speaker.delegation_id)
    delegation_rules.check_may_change(
        event, delegation, actor=actor, focal_point_id=focal_point_id, now=now or utc_now()
    )


def apply_change(
    speaker: Speaker,
    details: SpeakerDetails,
    *,
    is_organiser: bool,
    has_consented: bool | None,
    roles: list[str] | None = None,
) -> None:
    """Write what is newly said of a speaker, in the caller's transaction, who tells people and records it.

    Raises:
        QuotaFullError: If there is no free place of the new mode; organisers may go beyond.
    """
    check_name(details)
    if (
        speaker.delegation_id is not None
        and details.mode != speaker.mode
        and not is_organiser
        and speaker.state in delegation_rules.SEATED_SPEAKERS
    ):
        delegation_rules.check_quota(
            db.session.get_one(Delegation, speaker.delegation_id), details.mode, without=speaker.id
        )
    _store(speaker, details)
    if has_consented is not None and has_consented != (speaker.consented_at is not None):
        speaker.consented_at = utc_now() if has_consented else None
    if roles is not None:
        speaker.roles = list(roles)
    speaker.version += 1
    db.session.flush()
    speaker_persons.follow_speaker(speaker)


@in_transaction
def change(
    *,
    speaker_id: int,
    details: SpeakerDetails,
    actor: User | None = None,
    focal_point_id: int | None = None,
    is_by_speaker: bool = False,
    version: int | None = None,
    has_consented: bool | None = None,
    roles: list[str] | None = None,
    now: datetime | None = None,
) -> Speaker:
    """Correct what is said of a speaker: the city until its deadline, speakers and organisers at any time.

    Args:
        is_by_speaker: Whether the speaker does it, on the page of the personal link.
        version: Of the speaker as the form showed it; None overwrites whatever is there.
        has_consented: Whether the speaker agrees to be named in public; None leaves it as it is.
        roles: Roles at the event, set by organisers; None leaves them.

    Raises:
        SpeakerChangedError: If somebody else changed it meanwhile.
        QuotaFullError: If there is no free place of the new mode.
        DeadlinePassedError: If the city comes too late.
    """
    event, speaker = _lock_speaker(speaker_id)
    if not is_by_speaker:
        _check_may_change(event, speaker, actor, focal_point_id, now)
    if version is not None and version != speaker.version:
        raise SpeakerChangedError(noop("Somebody else changed this speaker while you were writing"))
    had_email, had_mode = speaker.email, speaker.mode
    is_organiser = actor is not None and delegation_rules.is_organiser_of(actor, event)
    apply_change(speaker, details, is_organiser=is_organiser, has_consented=has_consented, roles=roles)
    if speaker.delegation_id is not None and speaker.email and speaker.email != had_email and not is_by_speaker:
        delegation = db.session.get_one(Delegation, speaker.delegation_id)
        tell_speaker(event, delegation, speaker, actor, focal_point_id)
    elif actor is not None and not is_by_speaker and speaker.email and speaker.email != had_email:
        speaker_notices.queue_guest_notice(event, speaker, registered_by=actor.name, language=actor.language)
    if speaker.mode != had_mode:
        _let_move_up(event, speaker)
    record_change(event, noop("speaker changed"), actor_id=actor.id if actor else None)
    return speaker


def leave_agenda(event: Event, speaker: Speaker) -> None:
    """Take a speaker off all items and chairs, in the caller's transaction; the city keeps the slots."""
    item_ids = list(
        db.session.scalars(
            select(Contribution.item_id)
            .join(AgendaItem, AgendaItem.id == Contribution.item_id)
            .join(EventSession, EventSession.id == AgendaItem.session_id)
            .where(EventSession.event_id == event.id, Contribution.speaker_id == speaker.id)
        )
    )
    if speaker.city_id is not None and item_ids:
        held = set(db.session.scalars(select(ItemCity.item_id).where(ItemCity.item_id.in_(item_ids))))
        for item_id in dict.fromkeys(item_ids):
            if item_id not in held:
                db.session.add(ItemCity(item_id=item_id, city_id=speaker.city_id))
    db.session.execute(delete(Contribution).where(Contribution.speaker_id == speaker.id))
    db.session.execute(update(EventSession).where(EventSession.chair_id == speaker.id).values(chair_id=None))
    db.session.expire_all()


def _let_move_up(event: Event, speaker: Speaker) -> None:
    """Let those of a speaker's delegation who wait take what came free."""
    if speaker.delegation_id is not None:
        delegation_waiting.move_up(event, db.session.get_one(Delegation, speaker.delegation_id))


@in_transaction
def withdraw(
    *,
    speaker_id: int,
    actor: User | None = None,
    focal_point_id: int | None = None,
    may_move_up: bool = True,
    now: datetime | None = None,
) -> Speaker:
    """Take a speaker back; who waits in the delegation moves up, the city keeps its slots of the agenda.

    Args:
        may_move_up: Whether the place is free for those who wait; not where the whole delegation steps back.

    Raises:
        DeadlinePassedError: If the city comes too late.
    """
    event, speaker = _lock_speaker(speaker_id)
    _check_may_change(event, speaker, actor, focal_point_id, now)
    if speaker.state == SpeakerState.WITHDRAWN:
        return speaker
    speaker.state, speaker.waiting_since = SpeakerState.WITHDRAWN.value, None
    speaker.version += 1
    leave_agenda(event, speaker)
    speaker_notices.revoke_links(event, speaker)
    if may_move_up:
        _let_move_up(event, speaker)
    record_change(event, noop("speaker withdrawn"), actor_id=actor.id if actor else None)
    return speaker


def put_into_state(speaker: Speaker, state: SpeakerState, note: str = "") -> None:
    """Write down what organisers decided on a speaker, in the caller's transaction; nobody is told."""
    speaker.state, speaker.waiting_since = state.value, None
    speaker.decision_note = note.strip() or None
    speaker.version += 1


def _decide(actor: User, speaker_id: int, state: SpeakerState, action: str, note: str) -> Speaker:
    event_id = db.session.scalar(select(Speaker.event_id).where(Speaker.id == speaker_id))
    if event_id is None:
        raise NotFoundError(noop("There is no such speaker"))
    event = get_own_event(actor, event_id)
    speaker = db.session.scalars(
        select(Speaker).where(Speaker.id == speaker_id).execution_options(populate_existing=True)
    ).one()
    if speaker.state == state:
        return speaker
    if state is SpeakerState.ACCEPTED and speaker.state == SpeakerState.WITHDRAWN and speaker.delegation_id is not None:
        raise DomainError(noop("The city withdrew this speaker"))
    put_into_state(speaker, state, note)
    if state is SpeakerState.REFUSED:
        leave_agenda(event, speaker)
        _let_move_up(event, speaker)
    speaker_notices.queue_decision(event, speaker, is_accepted=state is SpeakerState.ACCEPTED, note=note.strip())
    record_change(event, action, actor_id=actor.id)
    return speaker


@in_transaction
def accept(*, actor: User, speaker_id: int) -> Speaker:
    """Accept a nominated speaker; the focal points are told by mail."""
    return _decide(actor, speaker_id, SpeakerState.ACCEPTED, noop("speaker accepted"), "")


@in_transaction
def refuse(*, actor: User, speaker_id: int, reason: str = "") -> Speaker:
    """Decline a nominated speaker; the focal points are told by mail, with the reason, and may name somebody else."""
    return _decide(actor, speaker_id, SpeakerState.REFUSED, noop("speaker refused"), reason)


@in_transaction
def add_guest(
    *,
    actor: User,
    event_id: int,
    details: SpeakerDetails,
    city_id: int | None = None,
    has_consented: bool = False,
    roles: list[str] | None = None,
    lookup: Lookup = ONE_BY_ONE,
) -> Speaker:
    """Add a speaker as an organiser: a guest of no city, an expert, or somebody of a city; accepted at once.

    Args:
        lookup: How it is found out who the speaker is.

    Raises:
        AlreadySpeakerError: If the person is a speaker of the event already.
    """
    event = get_own_event(actor, event_id)
    check_name(details)
    speaker = enter(event, details, city_id=city_id, delegation_id=None, lookup=lookup)
    speaker.state = SpeakerState.ACCEPTED.value
    speaker.consented_at = utc_now() if has_consented else None
    if roles:
        speaker.roles = list(roles)
    db.session.flush()
    speaker_notices.queue_guest_notice(event, speaker, registered_by=actor.name, language=actor.language)
    record_change(event, noop("speaker added"), actor_id=actor.id)
    return speaker
