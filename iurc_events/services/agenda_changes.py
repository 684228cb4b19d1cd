"""What all changes to an agenda share: the state before is kept, order is 1..n, and undo brings the state back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from iurc_events.database import db, in_transaction
from iurc_events.domain.errors import ConflictError, DomainError, NotFoundError
from iurc_events.domain.time_slots import TimeSlot
from iurc_events.localisation import noop
from iurc_events.models.accounts import User
from iurc_events.models.agendas import AgendaItem, EventSession
from iurc_events.models.events import Event
from iurc_events.models.revisions import Revision
from iurc_events.services import snapshots
from iurc_events.services.event_changes import record_change
from iurc_events.services.event_life import get_own_event


class OutsideEventError(DomainError):
    """A time lies outside the event or the session."""


class UndoTooLateError(ConflictError):
    """The agenda was changed again since."""


def _last_revision(event_id: int) -> Revision | None:
    return db.session.scalars(
        select(Revision).where(Revision.event_id == event_id).order_by(Revision.number.desc()).limit(1)
    ).one_or_none()


def keep_state(event: Event) -> int:
    """Make sure that the present state is kept as a revision, and return its number for undo."""
    last = _last_revision(event.id)
    if last is None:
        return record_change(event, noop("state kept"), actor_id=None).number
    if not last.snapshot:  # of a bulk import, whose document is kept instead
        last.snapshot = snapshots.take_snapshot(event)
    return last.number


@in_transaction
def undo(*, actor: User, event_id: int, number: int) -> Event:
    """Put the agenda back as it was after revision ``number``, if what followed was one change and no more.

    Raises:
        UndoTooLateError: If somebody changed the event again since.
    """
    event = get_own_event(actor, event_id)
    last = _last_revision(event.id)
    revision = db.session.scalars(
        select(Revision).where(Revision.event_id == event.id, Revision.number == number)
    ).one_or_none()
    if revision is None or not revision.snapshot:
        raise NotFoundError(noop("There is no such revision"))
    if last is None or last.number != number + 1:
        raise UndoTooLateError(noop("The event was changed again since. Earlier states are under History"))
    snapshots.restore_agenda(event, revision.snapshot)
    record_change(event, noop("agenda change undone"), actor_id=actor.id)
    return event


def list_sessions(event_id: int) -> list[EventSession]:
    """Return the sessions of an event in order, with their items, as they are in the database now."""
    return list(
        db.session.scalars(
            select(EventSession)
            .where(EventSession.event_id == event_id)
            .order_by(EventSession.position, EventSession.id)
            .options(selectinload(EventSession.items))
            .execution_options(populate_existing=True)
        )
    )


def number_all(things: Iterable[EventSession | AgendaItem]) -> None:
    """Number sessions or items 1, 2, 3 … in the order given."""
    for position, thing in enumerate(things, 1):
        if thing.position != position:
            thing.position = position


def check_inside(slot: TimeSlot | None, bounds: Sequence[TimeSlot | None], message: str) -> None:
    """Refuse a time outside all that is known of where it belongs; bounds without hours count by their days.

    Raises:
        OutsideEventError: With ``message``.
    """
    if slot is None:
        return
    for bound in bounds:
        if bound is None:
            continue
        if slot.is_exact:
            is_inside = bound.starts_at <= slot.starts_at and slot.ends_at <= bound.ends_at
        else:
            is_inside = bound.first_day <= slot.first_day and slot.last_day <= bound.last_day
        if not is_inside:
            raise OutsideEventError(message)
        return
