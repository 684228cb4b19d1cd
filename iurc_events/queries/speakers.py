"""Speakers as organisers read them: through an event that was found for the actor."""

from __future__ import annotations

import uuid

from sqlalchemy import exists, select
from sqlalchemy.orm import selectinload

from iurc_events.database import db
from iurc_events.domain.errors import NotFoundError
from iurc_events.domain.vocabulary import SpeakerState
from iurc_events.localisation import noop
from iurc_events.models.agendas import AgendaItem, Contribution, EventSession
from iurc_events.models.delegations import Delegation
from iurc_events.models.events import Event
from iurc_events.models.speakers import Person, Speaker
from iurc_events.queries.speaker_pages import protocol_order


def get_speaker(event: Event, public_id: uuid.UUID) -> Speaker:
    """Return a speaker of an event.

    Raises:
        NotFoundError: If it has none of that id.
    """
    speaker = db.session.scalars(
        select(Speaker)
        .where(Speaker.event_id == event.id, Speaker.public_id == public_id)
        .options(selectinload(Speaker.city))
    ).one_or_none()
    if speaker is None:
        raise NotFoundError(noop("There is no such speaker"))
    return speaker


def list_unplaced(event: Event, language: str) -> list[Speaker]:
    """Return accepted speakers who are on no item and chair no session, in the order of protocol."""
    return list(
        db.session.scalars(
            select(Speaker)
            .join(Person, Person.id == Speaker.person_id)
            .where(
                Speaker.event_id == event.id,
                Speaker.state == SpeakerState.ACCEPTED.value,
                ~exists().where(Contribution.speaker_id == Speaker.id),
                ~exists().where(EventSession.chair_id == Speaker.id),
            )
            .order_by(*protocol_order(language), Speaker.position, Speaker.id)
            .options(selectinload(Speaker.city))
        )
    )


def list_accepted(event: Event, language: str) -> list[Speaker]:
    """Return the accepted speakers of an event, in the order of protocol."""
    return list(
        db.session.scalars(
            select(Speaker)
            .join(Person, Person.id == Speaker.person_id)
            .where(Speaker.event_id == event.id, Speaker.state == SpeakerState.ACCEPTED.value)
            .order_by(*protocol_order(language), Speaker.position, Speaker.id)
            .options(selectinload(Speaker.city))
        )
    )


def list_of_delegation(delegation: Delegation) -> list[Speaker]:
    """Return all speakers of a delegation, those of every state, in the order they came."""
    return list(
        db.session.scalars(
            select(Speaker)
            .where(Speaker.delegation_id == delegation.id)
            .order_by(Speaker.position, Speaker.id)
            .options(selectinload(Speaker.city))
        )
    )


def list_without_delegation(event: Event) -> list[Speaker]:
    """Return the speakers whom no delegation named: guests, experts, and those of imported programmes."""
    return list(
        db.session.scalars(
            select(Speaker)
            .where(Speaker.event_id == event.id, Speaker.delegation_id.is_(None))
            .order_by(Speaker.position, Speaker.id)
            .options(selectinload(Speaker.city))
        )
    )


def list_places(speaker_ids: list[int]) -> dict[int, list[tuple[AgendaItem, EventSession]]]:
    """Return on which items speakers are, by speaker."""
    places: dict[int, list[tuple[AgendaItem, EventSession]]] = {key: [] for key in speaker_ids}
    rows = db.session.execute(
        select(Contribution.speaker_id, AgendaItem, EventSession)
        .join(AgendaItem, AgendaItem.id == Contribution.item_id)
        .join(EventSession, EventSession.id == AgendaItem.session_id)
        .where(Contribution.speaker_id.in_(speaker_ids))
        .order_by(EventSession.position, AgendaItem.position)
    )
    for speaker_id, item, session in rows:
        places[speaker_id].append((item, session))
    return places
