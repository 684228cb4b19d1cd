"""Events as their organisers find them: through the actor, never by the address alone (sec-1)."""

from __future__ import annotations

from sqlalchemy import ColumnElement, or_, select, true

from iurc_events.database import db
from iurc_events.domain.errors import NotFoundError
from iurc_events.domain.vocabulary import RoleName
from iurc_events.localisation import noop
from iurc_events.models.accounts import User
from iurc_events.models.events import Event, EventProgramme


def organised_by(actor: User) -> ColumnElement[bool]:
    """Return the condition that an actor organises an event: its programme is one of theirs."""
    if actor.has_role(RoleName.ADMINISTRATOR):
        return true()
    return Event.programme_id.in_(actor.programme_ids(RoleName.ORGANISER))


def readable_by(actor: User) -> ColumnElement[bool]:
    """Return the condition that an actor reads reports of an event, as organiser or funder of a programme it is in."""
    if actor.has_role(RoleName.ADMINISTRATOR):
        return true()
    programmes = (*actor.programme_ids(RoleName.ORGANISER), *actor.programme_ids(RoleName.FUNDER))
    also = select(EventProgramme.event_id).where(EventProgramme.programme_id.in_(programmes))
    return or_(Event.programme_id.in_(programmes), Event.id.in_(also))


def get_event_organised_by(actor: User, slug: str) -> Event:
    """Return an event of the actor's programmes.

    Raises:
        NotFoundError: If there is none, or it is somebody else's.
    """
    event = db.session.scalars(
        select(Event).where(Event.slug == slug, Event.deleted_at.is_(None), organised_by(actor))
    ).one_or_none()
    if event is None:
        raise NotFoundError(noop("There is no such event among yours"))
    return event


def get_event_for_update(event_id: int) -> Event:
    """Return an event and keep other writers out until the transaction ends.

    Raises:
        NotFoundError: If it was deleted.
    """
    event = db.session.scalars(
        select(Event)
        .where(Event.id == event_id, Event.deleted_at.is_(None))
        .with_for_update(of=Event)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if event is None:
        raise NotFoundError(noop("The event was deleted"))
    return event
