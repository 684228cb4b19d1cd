"""People and their requests, as those see them who may decide: through the events that they organise (sec-1)."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Text, cast, func, or_, select, true

from iurc_events.database import db
from iurc_events.domain.errors import NotFoundError
from iurc_events.domain.language_maps import LanguageMap
from iurc_events.domain.vocabulary import RoleName
from iurc_events.localisation import noop
from iurc_events.models.accounts import User
from iurc_events.models.delegations import Delegation, FocalPoint
from iurc_events.models.events import Event
from iurc_events.models.participants import Participant
from iurc_events.models.privacy import PrivacyRequest
from iurc_events.models.programmes import Programme
from iurc_events.models.speakers import Person, Speaker
from iurc_events.queries.organised_events import organised_by

#: People shown at once; more are found by writing more of the name.
MOST_SHOWN = 25
#: Organisers are told so long before that names go.
TOLD_BEFORE = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """Somebody on record: ``kind`` is ``person``, or ``participant`` for who signed up and is nobody else here."""

    kind: str
    public_id: uuid.UUID
    name: LanguageMap
    email: str
    event_count: int


@dataclass(frozen=True, slots=True)
class OpenRequest:
    """A request that waits for a decision."""

    public_id: uuid.UUID
    email: str
    proved_at: datetime


def _seen_by(actor: User) -> ColumnElement[bool]:
    """Return the condition that a request is of somebody at one of the actor's events."""
    if actor.has_role(RoleName.ADMINISTRATOR):
        return true()
    at_events = [
        select(model.id)
        .join(Event, Event.id == model.event_id)
        .where(func.lower(model.email) == PrivacyRequest.email, organised_by(actor))
        .exists()
        for model in (Speaker, Participant)
    ]
    return or_(*at_events)


def list_open_requests(actor: User) -> list[OpenRequest]:
    """Return the erasures asked for that wait for a decision, the oldest first."""
    rows = db.session.execute(
        select(PrivacyRequest.public_id, PrivacyRequest.email, PrivacyRequest.proved_at)
        .where(PrivacyRequest.kind == "erasure", PrivacyRequest.state == "proved", _seen_by(actor))
        .order_by(PrivacyRequest.proved_at, PrivacyRequest.id)
    )
    return [OpenRequest(key, email, at) for key, email, at in rows if at is not None]


def count_open_requests(actor: User) -> int:
    """Count the erasures asked for that wait for the actor's decision."""
    condition = (PrivacyRequest.kind == "erasure") & (PrivacyRequest.state == "proved") & _seen_by(actor)
    return db.session.scalar(select(func.count()).select_from(PrivacyRequest).where(condition)) or 0


def get_open_request(actor: User, public_id: uuid.UUID) -> PrivacyRequest:
    """Return an erasure that waits for a decision.

    Raises:
        NotFoundError: If there is none for this actor.
    """
    found = db.session.scalars(
        select(PrivacyRequest).where(
            PrivacyRequest.public_id == public_id,
            PrivacyRequest.kind == "erasure",
            PrivacyRequest.state == "proved",
            _seen_by(actor),
        )
    ).one_or_none()
    if found is None:
        raise NotFoundError(noop("There is no such request among yours"))
    return found


def is_published_speaker() -> ColumnElement[bool]:
    """Return the condition that a speaker stands on the published agenda, and so stays named."""
    return (Speaker.state == "accepted") & Speaker.consented_at.is_not(None)


def list_names_going(actor: User, now: datetime) -> list[tuple[str, LanguageMap, date]]:
    """Return slug, title and day of the actor's events whose names go within thirty days and that have any."""
    today = now.date()
    has_people = or_(
        select(Participant.id).where(Participant.event_id == Event.id, Participant.name != "").exists(),
        select(Speaker.id).where(Speaker.event_id == Event.id, ~is_published_speaker()).exists(),
        select(FocalPoint.id)
        .join(Delegation, Delegation.id == FocalPoint.delegation_id)
        .where(Delegation.event_id == Event.id)
        .exists(),
    )
    days = func.coalesce(Event.retention_days, Programme.retention_days)
    rows = db.session.execute(
        select(Event.slug, Event.title, Event.last_day, days)
        .join(Programme, Programme.id == Event.programme_id)
        .where(
            organised_by(actor),
            Event.names_erased_at.is_(None),
            Event.deleted_at.is_(None),
            Event.last_day <= today.isoformat(),
            has_people,
        )
        .order_by(Event.last_day, Event.id)
    )
    found = [(slug, title, date.fromisoformat(last or "") + timedelta(days=kept)) for slug, title, last, kept in rows]
    return [row for row in found if row[2] <= today + TOLD_BEFORE]


def find_people(actor: User, query: str) -> list[KnownPerson]:
    """Find people at the actor's events by any form of the name or by address."""
    words = query.strip()
    if len(words) < 2:
        return []
    said = or_(
        cast(Speaker.name, Text).icontains(words, autoescape=True),
        Speaker.name_native.icontains(words, autoescape=True),
        Speaker.email.icontains(words, autoescape=True),
        cast(Person.name, Text).icontains(words, autoescape=True),
    )
    persons = db.session.execute(
        select(Person.public_id, Person.name, func.max(Speaker.email), func.count(func.distinct(Speaker.event_id)))
        .join(Speaker, Speaker.person_id == Person.id)
        .join(Event, Event.id == Speaker.event_id)
        .where(organised_by(actor), Person.erased_at.is_(None), said)
        .group_by(Person.id)
        .order_by(Person.id)
        .limit(MOST_SHOWN)
    )
    found = [KnownPerson("person", key, name, email or "", count) for key, name, email, count in persons]
    participants = db.session.execute(
        select(Participant.public_id, Participant.name, Participant.email)
        .join(Event, Event.id == Participant.event_id)
        .where(
            organised_by(actor),
            or_(
                Participant.name.icontains(words, autoescape=True),
                Participant.name_other.icontains(words, autoescape=True),
                Participant.email.icontains(words, autoescape=True),
            ),
        )
        .order_by(Participant.id)
        .limit(MOST_SHOWN)
    )
    return found + [KnownPerson("participant", key, {"en": name}, email or "", 1) for key, name, email in participants]


def get_person(actor: User, public_id: uuid.UUID) -> Person:
    """Return a person at one of the actor's events.

    Raises:
        NotFoundError: If there is none for this actor, or the person was erased.
    """
    at_events = or_(
        *(
            select(model.id)
            .join(Event, Event.id == model.event_id)
            .where(model.person_id == Person.id, organised_by(actor))
            .exists()
            for model in (Speaker, Participant)
        )
    )
    found = db.session.scalars(
        select(Person).where(Person.public_id == public_id, Person.erased_at.is_(None), at_events)
    ).one_or_none()
    if found is None:
        raise NotFoundError(noop("There is no such person in your programmes"))
    return found


def get_participant(actor: User, public_id: uuid.UUID) -> Participant:
    """Return somebody who signed up for one of the actor's events.

    Raises:
        NotFoundError: If there is none for this actor, or the name was erased.
    """
    found = db.session.scalars(
        select(Participant)
        .join(Event, Event.id == Participant.event_id)
        .where(Participant.public_id == public_id, Participant.name != "", organised_by(actor))
    ).one_or_none()
    if found is None:
        raise NotFoundError(noop("There is no such participant among yours"))
    return found


def are_all_organised_by(actor: User, event_ids: set[int]) -> bool:
    """Tell whether there are events at all, and an actor organises every one of them."""
    if actor.has_role(RoleName.ADMINISTRATOR):
        return True
    own = db.session.scalar(select(func.count()).select_from(Event).where(Event.id.in_(event_ids), organised_by(actor)))
    return bool(event_ids) and own == len(event_ids)
