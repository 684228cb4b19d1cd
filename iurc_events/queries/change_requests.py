"""Changes that cities ask for after their deadline: as organisers decide on them, and as the city sees them."""

from __future__ import annotations

import uuid

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from iurc_events.database import db
from iurc_events.domain.errors import NotFoundError
from iurc_events.localisation import noop
from iurc_events.models.change_requests import ChangeRequest
from iurc_events.models.delegations import Delegation
from iurc_events.models.events import Event

_LOADED = (
    joinedload(ChangeRequest.delegation),
    joinedload(ChangeRequest.speaker),
    joinedload(ChangeRequest.participant),
    joinedload(ChangeRequest.asked_by),
)


def count_asked(event: Event) -> int:
    """Count the changes of an event that wait for a decision."""
    statement = (
        select(func.count())
        .select_from(ChangeRequest)
        .join(Delegation, Delegation.id == ChangeRequest.delegation_id)
        .where(Delegation.event_id == event.id, ChangeRequest.state == "asked")
    )
    return db.session.scalar(statement) or 0


def count_requests(event: Event, *, is_open: bool) -> int:
    """Count the changes of an event that wait for a decision, or those that had one."""
    statement = (
        select(func.count())
        .select_from(ChangeRequest)
        .join(Delegation, Delegation.id == ChangeRequest.delegation_id)
        .where(Delegation.event_id == event.id, (ChangeRequest.state == "asked").is_(is_open))
    )
    return db.session.scalar(statement) or 0


def list_requests(event: Event, *, is_open: bool, page: int = 1, per_page: int = 25) -> list[ChangeRequest]:
    """Return a page of the changes that wait, who asked first on top; or of those decided, the latest first."""
    order = (ChangeRequest.id,) if is_open else (ChangeRequest.decided_at.desc(), ChangeRequest.id.desc())
    return list(
        db.session.scalars(
            select(ChangeRequest)
            .join(Delegation, Delegation.id == ChangeRequest.delegation_id)
            .where(Delegation.event_id == event.id, (ChangeRequest.state == "asked").is_(is_open))
            .options(*_LOADED)
            .order_by(*order)
            .limit(per_page)
            .offset((page - 1) * per_page)
        )
    )


def get_request(event: Event, public_id: uuid.UUID) -> ChangeRequest:
    """Return a change asked for by one of an event's delegations.

    Raises:
        NotFoundError: If there is none of that id.
    """
    request = db.session.scalars(
        select(ChangeRequest)
        .join(Delegation, Delegation.id == ChangeRequest.delegation_id)
        .where(Delegation.event_id == event.id, ChangeRequest.public_id == public_id)
        .options(*_LOADED)
    ).one_or_none()
    if request is None:
        raise NotFoundError(noop("There is no such request"))
    return request


def list_own_requests(delegation: Delegation, *, limit: int = 50) -> list[ChangeRequest]:
    """Return what a delegation asked for, what waits for a decision on top, then the latest first."""
    return list(
        db.session.scalars(
            select(ChangeRequest)
            .where(ChangeRequest.delegation_id == delegation.id)
            .options(*_LOADED)
            .order_by((ChangeRequest.state == "asked").desc(), ChangeRequest.id.desc())
            .limit(limit)
        )
    )


def get_own_request(delegation: Delegation, public_id: uuid.UUID) -> ChangeRequest:
    """Return a change that a delegation asked for.

    Raises:
        NotFoundError: If it is none of the delegation's.
    """
    request = db.session.scalars(
        select(ChangeRequest).where(ChangeRequest.delegation_id == delegation.id, ChangeRequest.public_id == public_id)
    ).one_or_none()
    if request is None:
        raise NotFoundError(noop("There is no such request"))
    return request
