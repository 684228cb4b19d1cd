"""Delegations as their city finds them: through the actor, never by the address alone (sec-1)."""

from __future__ import annotations

import uuid

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from iurc_events.database import db
from iurc_events.domain.errors import NotFoundError
from iurc_events.localisation import noop
from iurc_events.models.accounts import User
from iurc_events.models.delegations import Delegation
from iurc_events.models.events import Event
from iurc_events.models.speakers import Speaker

SEATED = ("nominated", "accepted")


def get_delegation_of(actor: User, public_id: uuid.UUID) -> Delegation:
    """Return a delegation of one of the actor's cities, its event with it.

    Raises:
        NotFoundError: If there is none, or it is another city's.
    """
    delegation = db.session.scalars(
        select(Delegation)
        .join(Event, Event.id == Delegation.event_id)
        .options(joinedload(Delegation.event))
        .where(
            Delegation.public_id == public_id,
            Delegation.city_id.in_(actor.city_ids),
            Event.deleted_at.is_(None),
        )
    ).one_or_none()
    if delegation is None:
        raise NotFoundError(noop("There is no such invitation among those of your city"))
    return delegation


def list_delegations_of(actor: User) -> list[tuple[Delegation, int]]:
    """Return the invitations of the actor's cities with the number of speakers registered, the next event first."""
    registered = (
        select(func.count(Speaker.id))
        .where(Speaker.delegation_id == Delegation.id, Speaker.state.in_(SEATED))
        .scalar_subquery()
    )
    rows = db.session.execute(
        select(Delegation, registered)
        .join(Event, Event.id == Delegation.event_id)
        .options(joinedload(Delegation.event))
        .where(Delegation.city_id.in_(actor.city_ids), Event.deleted_at.is_(None))
        .order_by(Event.starts_at.desc(), Delegation.id)
        .limit(200)
    )
    return [(delegation, count) for delegation, count in rows]


def get_speaker_of(delegation: Delegation, public_id: uuid.UUID) -> Speaker:
    """Return a speaker of a delegation.

    Raises:
        NotFoundError: If there is none, or it is another delegation's.
    """
    speaker = db.session.scalars(
        select(Speaker).where(Speaker.public_id == public_id, Speaker.delegation_id == delegation.id)
    ).one_or_none()
    if speaker is None:
        raise NotFoundError(noop("There is no such speaker among those of your city"))
    return speaker
