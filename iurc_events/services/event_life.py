"""The life of an event: publish, withdraw, postpone, move, cancel, reopen, confirm as held, show to approvers."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from sqlalchemy import select

from iurc_events.calendars.rendering import calendar_uid
from iurc_events.database import db, in_transaction, utc_now
from iurc_events.domain.errors import DomainError, NotFoundError
from iurc_events.domain.language_maps import LanguageMap
from iurc_events.domain.time_slots import TimeSlot
from iurc_events.domain.vocabulary import EVENT_MOVES, EventState
from iurc_events.localisation import noop
from iurc_events.models.accounts import OneTimeToken, User
from iurc_events.models.events import Event, EventMove
from iurc_events.queries import organised_events
from iurc_events.services import audit, event_copies, event_notices, needs, seats, tokens
from iurc_events.services.event_changes import record_change


class StateError(DomainError):
    """The event's state does not allow it."""


def get_own_event(actor: User, event_id: int, *, is_deleted: bool = False) -> Event:
    """Return an event of the actor's programmes for a change, locked.

    Raises:
        NotFoundError: If there is none among the actor's.
    """
    event = db.session.scalars(
        select(Event)
        .where(
            Event.id == event_id,
            Event.deleted_at.is_not(None) if is_deleted else Event.deleted_at.is_(None),
            organised_events.organised_by(actor),
        )
        .with_for_update(of=Event, key_share=True)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if event is None:
        raise NotFoundError(noop("There is no such event among yours"))
    return event


def _enter(event: Event, state: EventState) -> None:
    if state not in EVENT_MOVES[EventState(event.state)]:
        raise StateError(noop("The event’s state has changed in the meantime: look at it again"))
    event.state = state.value


def is_refined(old: TimeSlot | None, new: TimeSlot | None) -> bool:
    """Tell whether a time only becomes known more exactly: inside the old bounds and of a finer precision."""
    return bool(
        old
        and new
        and old.precision != new.precision
        and not old.is_exact
        and new.starts_at >= old.starts_at
        and new.ends_at <= old.ends_at
    )


def _keep_move(event: Event, kind: str, actor: User, reason: LanguageMap | None) -> None:
    slot = event.slot
    if slot is None:
        return
    db.session.add(
        EventMove(
            event_id=event.id,
            kind=kind,
            from_starts=slot.starts,
            from_ends=slot.ends,
            from_zone=slot.zone_name,
            reason=reason,
            moved_by_id=actor.id,
        )
    )


def change_time(
    event: Event,
    slot: TimeSlot | None,
    *,
    actor: User,
    reason: LanguageMap | None = None,
    with_agenda: bool = True,
) -> int:
    """Give an event another time, in the caller's transaction; return how many mails tell of it.

    A public event keeps the old time as a move. Sessions and items go with it, at their distance from the start.
    """
    old = event.slot
    if slot == old:
        return 0
    if slot is None and event.state != EventState.DRAFT:
        raise StateError(noop("A published event needs a date"))
    was_postponed = event.state == EventState.POSTPONED
    is_public = event.state != EventState.DRAFT
    if event.first_published_at is not None and old is not None and not is_refined(old, slot):
        _keep_move(event, "rescheduled", actor, reason)
        event.rescheduled_from = {"start": old.starts, "end": old.ends}
    event.slot = slot
    needs.follow_event(event)
    if with_agenda and old is not None and not is_refined(old, slot):
        event_copies.shift_agenda(event, old, slot)
    if was_postponed:
        _enter(event, EventState.PUBLISHED)
    if is_public and event.state == EventState.PUBLISHED:
        db.session.flush()
        return event_notices.queue(event, "moved", reason=reason, old_slot=old)
    return 0


@in_transaction
def publish(*, actor: User, event_id: int, now: datetime | None = None) -> Event:
    """Make a draft public; its address and calendar identity are fixed from the first time on.

    Raises:
        StateError: If it has no date.
    """
    event = get_own_event(actor, event_id)
    if event.slot is None:
        raise StateError(noop("Give the event a date before you publish it"))
    if event.state != EventState.DRAFT:
        raise StateError(noop("The event is public already"))
    _enter(event, EventState.PUBLISHED)
    if event.first_published_at is None:
        event.first_published_at = now or utc_now()
        event.calendar_uid = uuid.UUID(calendar_uid(event.slug))
    event.unpublished_at = None
    record_change(event, noop("event published"), actor_id=actor.id)
    seats.fill(event)
    return event


@in_transaction
def withdraw(*, actor: User, event_id: int, now: datetime | None = None) -> Event:
    """Take an event back from the public: a draft again, its entry cancelled in calendars for 30 days."""
    event = get_own_event(actor, event_id)
    _enter(event, EventState.DRAFT)
    event.unpublished_at = now or utc_now()
    record_change(event, noop("event withdrawn"), actor_id=actor.id)
    return event


@in_transaction
def postpone(*, actor: User, event_id: int, reason: LanguageMap | None = None) -> Event:
    """Say that an event will not take place then, and its new date is not known; those concerned are told."""
    event = get_own_event(actor, event_id)
    _enter(event, EventState.POSTPONED)
    _keep_move(event, "postponed", actor, reason)
    event.status_note = reason or None
    db.session.flush()
    event_notices.queue(event, "postponed", reason=reason)
    record_change(event, noop("event postponed"), actor_id=actor.id)
    return event


@in_transaction
def move(*, actor: User, event_id: int, slot: TimeSlot, reason: LanguageMap | None = None) -> Event:
    """Give an event a new date; the old one is kept and shown, those concerned are told.

    Raises:
        StateError: If it was held or cancelled, or has that time already.
    """
    event = get_own_event(actor, event_id)
    if event.state in (EventState.HELD, EventState.CANCELLED):
        raise StateError(noop("An event that was held or cancelled cannot be moved"))
    if event.slot == slot and event.state != EventState.POSTPONED:
        raise StateError(noop("The event has this date already"))
    if event.slot == slot:
        _enter(event, EventState.PUBLISHED)
        event_notices.queue(event, "moved", reason=reason, old_slot=event.slot)
    else:
        change_time(event, slot, actor=actor, reason=reason)
    event.status_note = reason or None
    record_change(event, noop("new date given"), actor_id=actor.id)
    seats.fill(event)
    return event


@in_transaction
def cancel(*, actor: User, event_id: int, reason: LanguageMap | None = None) -> Event:
    """Cancel an event; the reason stands on its page, those concerned are told."""
    event = get_own_event(actor, event_id)
    _enter(event, EventState.CANCELLED)
    event.status_note = reason or None
    event.is_registration_open = False
    db.session.flush()
    event_notices.queue(event, "cancelled", reason=reason)
    record_change(event, noop("event cancelled"), actor_id=actor.id)
    return event


@in_transaction
def reopen(*, actor: User, event_id: int) -> Event:
    """Take back that an event was cancelled, postponed or held: it is published again at its date."""
    event = get_own_event(actor, event_id)
    was_held = event.state == EventState.HELD
    _enter(event, EventState.PUBLISHED)
    event.status_note = None
    db.session.flush()
    if not was_held:
        event_notices.queue(event, "reopened")
    record_change(event, noop("event reopened"), actor_id=actor.id)
    seats.fill(event)
    return event


@in_transaction
def confirm_held(*, actor: User, event_id: int, now: datetime | None = None) -> Event:
    """Say that an event took place.

    Raises:
        StateError: If it has not begun.
    """
    event = get_own_event(actor, event_id)
    if event.starts_at is None or event.starts_at > (now or utc_now()):
        raise StateError(noop("The event has not begun yet"))
    _enter(event, EventState.HELD)
    record_change(event, noop("confirmed as held"), actor_id=actor.id)
    return event


@in_transaction
def issue_preview(*, actor: User, event_id: int, days: int = 14, name: str = "") -> str:
    """Return a new link's token for those who approve an event; it can be shown only now.

    Args:
        name: For whom it is, as the organiser's list shows it.
    """
    event = get_own_event(actor, event_id)
    token = tokens.issue(
        "preview",
        event_id=event.id,
        payload={"name": name, "issued_by": actor.id},
        lifetime=timedelta(days=days),
    )
    audit.record("preview link issued", "event", event.slug, actor_id=actor.id, programme_id=event.programme_id)
    return token


@in_transaction
def revoke_previews(*, actor: User, event_id: int, token_id: int | None = None) -> None:
    """Withdraw a preview link of an event, or all of them."""
    event = get_own_event(actor, event_id)
    statement = select(OneTimeToken).where(
        OneTimeToken.purpose == "preview", OneTimeToken.event_id == event.id, OneTimeToken.revoked_at.is_(None)
    )
    if token_id is not None:
        statement = statement.where(OneTimeToken.id == token_id)
    for token in db.session.scalars(statement):
        token.revoked_at = utc_now()
    audit.record("preview link revoked", "event", event.slug, actor_id=actor.id, programme_id=event.programme_id)
