"""Delegations as their city finds them: through the actor, never by the address alone (sec-1)."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from iurc_events.database import db
from iurc_events.domain.errors import NotFoundError
from iurc_events.localisation import noop
from iurc_events.models.accounts import User
from iurc_events.models.agendas import AgendaItem, Contribution, EventSession, ItemCity
from iurc_events.models.delegations import Delegation
from iurc_events.models.events import Event
from iurc_events.models.speakers import Speaker

SEATED = ("nominated", "accepted")


def _own(actor: User) -> ColumnElement[bool]:
    return and_(Delegation.city_id.in_(actor.city_ids), Event.deleted_at.is_(None))


def get_delegation_of(actor: User, public_id: uuid.UUID) -> Delegation:
    """Return a delegation of one of the actor's cities, its event with it.

    Raises:
        NotFoundError: If there is none, or it is another city's.
    """
    delegation = db.session.scalars(
        select(Delegation)
        .join(Event, Event.id == Delegation.event_id)
        .options(joinedload(Delegation.event))
        .where(Delegation.public_id == public_id, _own(actor))
    ).one_or_none()
    if delegation is None:
        raise NotFoundError(noop("There is no such invitation among those of your city"))
    return delegation


def count_delegations_of(actor: User) -> int:
    """Count the invitations of the actor's cities."""
    statement = select(func.count()).select_from(Delegation).join(Event, Event.id == Delegation.event_id)
    return db.session.scalar(statement.where(_own(actor))) or 0


def list_delegations_of(
    actor: User, now: datetime, *, page: int = 1, per_page: int = 25
) -> list[tuple[Delegation, int]]:
    """Return a page of the invitations of the actor's cities, each with the number of speakers registered.

    Those of events still to come stand first, the next one on top; then the past ones, the latest first.
    """
    registered = (
        select(func.count(Speaker.id))
        .where(Speaker.delegation_id == Delegation.id, Speaker.state.in_(SEATED))
        .scalar_subquery()
    )
    is_to_come = or_(Event.ends_at.is_(None), Event.ends_at > now)
    rows = db.session.execute(
        select(Delegation, registered)
        .join(Event, Event.id == Delegation.event_id)
        .options(joinedload(Delegation.event).joinedload(Event.programme))
        .where(_own(actor))
        .order_by(
            case((is_to_come, 0), else_=1),
            case((is_to_come, Event.starts_at)),
            Event.starts_at.desc(),
            Delegation.id,
        )
        .limit(per_page)
        .offset((page - 1) * per_page)
    )
    return [(delegation, count) for delegation, count in rows]


def list_own_items(delegation: Delegation) -> list[AgendaItem]:
    """Return the city's own part of the agenda: items that it holds or at which its speakers speak, in order."""
    speaks = exists().where(
        Contribution.item_id == AgendaItem.id,
        Contribution.speaker_id == Speaker.id,
        Speaker.delegation_id == delegation.id,
    )
    holds = exists().where(ItemCity.item_id == AgendaItem.id, ItemCity.city_id == delegation.city_id)
    return list(
        db.session.scalars(
            select(AgendaItem)
            .join(EventSession, EventSession.id == AgendaItem.session_id)
            .where(EventSession.event_id == delegation.event_id, or_(speaks, holds))
            .options(
                joinedload(AgendaItem.session),
                selectinload(AgendaItem.contributions).joinedload(Contribution.speaker),
            )
            .order_by(EventSession.position, EventSession.id, AgendaItem.position, AgendaItem.id)
        )
    )
