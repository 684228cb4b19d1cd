"""What organisers do with an event: schedule it, change it, copy it, delete a draft; its life is in event_life."""

from __future__ import annotations

import uuid
from dataclasses import replace

from sqlalchemy import select

from iurc_events.calendars.rendering import calendar_uid
from iurc_events.database import db, in_transaction, utc_now
from iurc_events.domain.errors import ConflictError, DomainError, NotFoundError
from iurc_events.domain.language_maps import LanguageMap
from iurc_events.domain.time_slots import TimeSlot
from iurc_events.domain.vocabulary import EventState, RoleName
from iurc_events.localisation import noop
from iurc_events.models.accounts import User
from iurc_events.models.events import Event, EventFramework
from iurc_events.models.revisions import Revision
from iurc_events.services import event_copies, event_slugs, seats, snapshots
from iurc_events.services.event_changes import record_change
from iurc_events.services.event_details import (
    EventDetails,
    JoinLinkDetails,
    details_of,
    differing_fields,
    store_details,
)
from iurc_events.services.event_life import (
    StateError,
    cancel,
    change_time,
    confirm_held,
    get_own_event,
    issue_preview,
    move,
    postpone,
    publish,
    reopen,
    revoke_previews,
    withdraw,
)

__all__ = [
    "DetailsChangedError", "EventDetails", "JoinLinkDetails", "StateError", "cancel", "change_details", "confirm_held",
    "copy", "delete_draft", "details_of", "differing_fields", "issue_preview", "move", "postpone", "publish", "reopen",
    "restore_draft", "restore_revision", "revoke_previews", "schedule", "withdraw",
]  # fmt: skip


class DetailsChangedError(ConflictError):
    """Somebody else changed the details since the form was opened."""


def _check_programme(actor: User, programme_id: int) -> None:
    if not actor.has_role(RoleName.ADMINISTRATOR) and programme_id not in actor.programme_ids(RoleName.ORGANISER):
        raise NotFoundError(noop("There is no such programme among yours"))


def _check_title(title: LanguageMap) -> None:
    if not title:
        raise DomainError(noop("Give a title in English or Chinese"))


@in_transaction
def schedule(*, actor: User, programme_id: int, details: EventDetails, slug: str | None = None) -> Event:
    """Put a new event into a programme, as a draft.

    Args:
        slug: Its address; None makes one of year and title.

    Raises:
        SlugError: If the address does not fit or another event has it.
    """
    _check_programme(actor, programme_id)
    _check_title(details.title)
    address = event_slugs.check_slug(slug) if slug else event_slugs.new_slug(details.title, details.slot)
    event = Event(
        slug=address,
        calendar_uid=uuid.UUID(calendar_uid(address)),
        programme_id=programme_id,
        state=EventState.DRAFT.value,
        title=details.title,
        kind=details.kind,
        format=details.format,
    )
    store_details(event, details)
    event.slot = details.slot
    db.session.add(event)
    db.session.flush()
    record_change(event, noop("event scheduled"), actor_id=actor.id)
    return event


@in_transaction
def change_details(
    *, actor: User, event_id: int, details: EventDetails, mark: str | None = None, slug: str | None = None
) -> Event:
    """Change what an event says; a new time of a public event is kept as a move and told by mail.

    Args:
        mark: ``EventDetails.mark`` of what the form was filled with; None overwrites whatever is there.
        slug: A new address, for an event that was never public.

    Raises:
        DetailsChangedError: If the details are no longer those that the form was filled with.
    """
    event = get_own_event(actor, event_id)
    current = details_of(event)
    if mark is not None and mark != current.mark:
        raise DetailsChangedError(noop("Somebody else changed the event while you were writing"))
    _check_title(details.title)
    if slug and slug != event.slug:
        if event.first_published_at is not None:
            raise event_slugs.SlugError(noop("The address is fixed: the event was published under it"))
        event_slugs.change_slug(event, event_slugs.check_slug(slug, but_not_by=event.id))
        event.calendar_uid = uuid.UUID(calendar_uid(event.slug))
    elif current == details:
        return event
    store_details(event, details)
    if details.slot != current.slot:
        change_time(event, details.slot, actor=actor)
    record_change(event, noop("details changed"), actor_id=actor.id)
    seats.fill(event)
    return event


@in_transaction
def copy(*, actor: User, event_id: int, slot: TimeSlot, title: LanguageMap | None = None) -> Event:
    """Copy an event to a new date as a draft: agenda without speakers, invited cities, deadlines at their distance.

    Join links, documents, counts and people stay with the original.
    """
    source = get_own_event(actor, event_id)
    details = replace(
        details_of(source),
        slot=slot,
        title=title or dict(source.title),
        join_links=(),
        is_registration_open=False,
        registration_opens_on=event_copies.shifted_day(source.registration_opens_on, source.slot, slot),
        registration_closes_on=event_copies.shifted_day(source.registration_closes_on, source.slot, slot),
    )
    event = schedule(actor=actor, programme_id=source.programme_id, details=details)
    event.copied_from_id = source.id
    event.organisers = source.organisers
    event.frameworks = [
        EventFramework(framework_id=each.framework_id, position=each.position) for each in source.frameworks
    ]
    event_copies.copy_agenda(source, event)
    event_copies.copy_invitations(source, event)
    record_change(event, noop("event copied"), actor_id=actor.id)
    return event


@in_transaction
def delete_draft(*, actor: User, event_id: int) -> Event:
    """Delete an event that is not public; it can be brought back.

    Raises:
        StateError: If it is public: it can be withdrawn or cancelled.
    """
    event = get_own_event(actor, event_id)
    if event.state != EventState.DRAFT:
        raise StateError(noop("Only a draft can be deleted. Withdraw the event first, or cancel it"))
    event.deleted_at = utc_now()
    record_change(event, noop("draft deleted"), actor_id=actor.id)
    return event


@in_transaction
def restore_draft(*, actor: User, public_id: uuid.UUID) -> Event:
    """Bring a deleted draft back.

    Raises:
        NotFoundError: If there is none of this id among the actor's.
    """
    key = db.session.scalar(select(Event.id).where(Event.public_id == public_id))
    event = get_own_event(actor, key or 0, is_deleted=True)
    event.deleted_at = None
    record_change(event, noop("draft brought back"), actor_id=actor.id)
    return event


@in_transaction
def restore_revision(*, actor: User, event_id: int, number: int) -> Event:
    """Put details and agenda back as they were after a revision; a state of life (published …) stays as it is.

    Raises:
        NotFoundError: If the event has no such revision.
        StateError: If nothing was kept of it.
    """
    event = get_own_event(actor, event_id)
    revision = db.session.query(Revision).filter_by(event_id=event.id, number=number).one_or_none()
    if revision is None:
        raise NotFoundError(noop("There is no such revision"))
    if not revision.snapshot:
        raise StateError(noop("Nothing was kept of this state"))
    old = event.slot
    moved_from = event.rescheduled_from
    snapshots.restore_details(event, revision.snapshot)
    snapshots.restore_agenda(event, revision.snapshot)
    db.session.refresh(event)
    if event.slot != old:
        new = event.slot
        event.slot, event.rescheduled_from = old, moved_from
        change_time(event, new, actor=actor, with_agenda=False)
    record_change(event, noop("earlier state restored"), actor_id=actor.id)
    seats.fill(event)
    return event
