"""Delegations as organisers read them: with places used, mail, and who could be invited; found through the event."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import func, select

from iurc_events.database import db
from iurc_events.domain.errors import NotFoundError
from iurc_events.domain.search_text import query_phrases
from iurc_events.domain.vocabulary import RoleName, SpeakerState
from iurc_events.localisation import noop
from iurc_events.models.accounts import Role, User
from iurc_events.models.cities import City, CityProgramme
from iurc_events.models.delegations import Delegation, FocalPoint
from iurc_events.models.events import Event
from iurc_events.models.messages import Message
from iurc_events.models.revisions import AuditEntry
from iurc_events.models.speakers import Speaker

_INVITING = ("delegation-invitation", "delegation-reminder")


@dataclass(frozen=True, slots=True)
class DelegationRow:
    """A delegation with what lists show of it."""

    delegation: Delegation
    nominated: int
    accepted: int
    #: The latest invitation or reminder, by key of the focal point.
    mail: dict[int, Message] = field(default_factory=dict)

    @property
    def used(self) -> int:
        """How many speaker's places are taken."""
        return self.nominated + self.accepted


def list_delegations(event: Event) -> list[DelegationRow]:
    """Return the delegations of an event, the sides in turn and cities by name."""
    delegations = list(db.session.scalars(select(Delegation).where(Delegation.event_id == event.id)))
    delegations.sort(key=lambda each: (each.city.side, each.city.sort_keys.get("en") or each.city.slug))
    return _rows(delegations)


def _rows(delegations: Sequence[Delegation]) -> list[DelegationRow]:
    keys = [each.id for each in delegations]
    counts = {
        (key, state): number
        for key, state, number in db.session.execute(
            select(Speaker.delegation_id, Speaker.state, func.count())
            .where(Speaker.delegation_id.in_(keys))
            .group_by(Speaker.delegation_id, Speaker.state)
        )
    }
    mail = latest_mail([point.id for each in delegations for point in each.focal_points])
    return [
        DelegationRow(
            each,
            counts.get((each.id, SpeakerState.NOMINATED.value), 0),
            counts.get((each.id, SpeakerState.ACCEPTED.value), 0),
            {point.id: mail[point.id] for point in each.focal_points if point.id in mail},
        )
        for each in delegations
    ]


def latest_mail(focal_point_ids: Sequence[int]) -> dict[int, Message]:
    """Return the latest invitation or reminder to each focal point."""
    latest = (
        select(func.max(Message.id))
        .where(Message.focal_point_id.in_(focal_point_ids), Message.kind.in_(_INVITING))
        .group_by(Message.focal_point_id)
    )
    found = db.session.scalars(select(Message).where(Message.id.in_(latest)))
    return {message.focal_point_id: message for message in found if message.focal_point_id is not None}


def get_delegation(event: Event, public_id: uuid.UUID) -> DelegationRow:
    """Return a delegation of an event.

    Raises:
        NotFoundError: If it has none of that id.
    """
    delegation = db.session.scalars(
        select(Delegation).where(Delegation.event_id == event.id, Delegation.public_id == public_id)
    ).one_or_none()
    if delegation is None:
        raise NotFoundError(noop("There is no such delegation"))
    return _rows([delegation])[0]


def get_focal_point(event: Event, public_id: uuid.UUID) -> FocalPoint:
    """Return a focal point of one of an event's delegations.

    Raises:
        NotFoundError: If there is none of that id.
    """
    point = db.session.scalars(
        select(FocalPoint)
        .join(Delegation, Delegation.id == FocalPoint.delegation_id)
        .where(Delegation.event_id == event.id, FocalPoint.public_id == public_id)
    ).one_or_none()
    if point is None:
        raise NotFoundError(noop("There is no such focal point"))
    return point


def list_history(delegation: Delegation) -> list[tuple[AuditEntry, str]]:
    """Return what was done to a delegation, latest first, with the names of those who did it."""
    rows = db.session.execute(
        select(AuditEntry, User.name)
        .outerjoin(User, User.id == AuditEntry.actor_user_id)
        .where(AuditEntry.object_kind == "delegation", AuditEntry.object_id == str(delegation.public_id))
        .order_by(AuditEntry.id.desc())
        .limit(100)
    )
    return [(entry, name or "") for entry, name in rows]


@dataclass(frozen=True, slots=True)
class CityChoice:
    """A city that may be invited, or is already."""

    city: City
    is_invited: bool


def list_city_choices(event: Event, query: str = "", kept: Iterable[str] = ()) -> list[CityChoice]:
    """Return the cities to choose from, those of the programme first; a search finds either name and every alias.

    Args:
        kept: Slugs of cities that stay in the list whatever is searched.
    """
    invited = set(db.session.scalars(select(Delegation.city_id).where(Delegation.event_id == event.id)))
    own = set(db.session.scalars(select(CityProgramme.city_id).where(CityProgramme.programme_id == event.programme_id)))
    wanted = select(City)
    for phrase in query_phrases(query):
        wanted = wanted.where(City.search_text.contains(phrase, autoescape=True) | City.slug.in_(list(kept)))
    cities = list(db.session.scalars(wanted.limit(500)))
    cities.sort(key=lambda city: (city.id not in own, city.sort_keys.get("en") or city.slug))
    return [CityChoice(city, city.id in invited) for city in cities]


def list_cities(slugs: Sequence[str]) -> list[City]:
    """Return cities by their slugs, in the order given."""
    found = {city.slug: city for city in db.session.scalars(select(City).where(City.slug.in_(slugs)))}
    return [found[slug] for slug in dict.fromkeys(slugs) if slug in found]


@dataclass(frozen=True, slots=True)
class KnownPoint:
    """Somebody who answered for a city before, or has an account for it."""

    email: str
    name: str
    language: str


def list_known_points(event: Event, city_ids: Sequence[int]) -> dict[int, list[KnownPoint]]:
    """Return whom to write to in each city: accounts of delegates, else focal points of the latest delegation.

    Only delegations of the event's own programme are looked at.
    """
    known: dict[int, list[KnownPoint]] = {key: [] for key in city_ids}
    accounts = db.session.execute(
        select(Role.city_id, User)
        .join(User, User.id == Role.user_id)
        .where(Role.name == RoleName.DELEGATE.value, Role.city_id.in_(city_ids), User.is_disabled.is_(False))
        .order_by(User.id)
    )
    for city_id, user in accounts:
        if city_id is None:
            continue
        known[city_id].append(KnownPoint(user.email, user.name, user.language))
    latest = (
        select(func.max(Delegation.id))
        .join(Event, Event.id == Delegation.event_id)
        .where(
            Delegation.city_id.in_([key for key, points in known.items() if not points]),
            Event.programme_id == event.programme_id,
            Event.id != event.id,
        )
        .group_by(Delegation.city_id)
    )
    for delegation in db.session.scalars(select(Delegation).where(Delegation.id.in_(latest))):
        known[delegation.city_id] += [
            KnownPoint(point.email, point.name, point.language) for point in delegation.focal_points
        ]
    return known


def find_public_id(delegation_id: int | None) -> uuid.UUID | None:
    """Return the id of a delegation as addresses have it."""
    if delegation_id is None:
        return None
    return db.session.scalar(select(Delegation.public_id).where(Delegation.id == delegation_id))
