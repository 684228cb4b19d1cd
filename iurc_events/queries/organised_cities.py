"""Cities of an organiser's programmes, with how many events they take part in and how they answered."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import and_, func, select

from iurc_events.database import db
from iurc_events.domain.language_maps import LanguageMap
from iurc_events.domain.vocabulary import RoleName
from iurc_events.models.accounts import User
from iurc_events.models.cities import City, CityProgramme
from iurc_events.models.delegations import Delegation
from iurc_events.models.events import Event, EventMembership
from iurc_events.queries.organised_events import ANSWERED_STATES, organised_by


@dataclass(frozen=True, slots=True)
class OrganisedCity:
    """A city with its part in the actor's events."""

    slug: str
    name: LanguageMap
    side: str
    events: int
    held: int
    invited: int
    answered: int


def list_organised_cities(actor: User, language: str) -> list[OrganisedCity]:
    """Return the listed cities of the actor's programmes, sorted for the reader."""
    own = and_(organised_by(actor), Event.deleted_at.is_(None))
    events = (
        select(
            EventMembership.subject_id.label("city_id"),
            func.count().label("events"),
            func.count().filter(Event.state == "held").label("held"),
        )
        .join(Event, Event.id == EventMembership.event_id)
        .where(own, EventMembership.subject_kind == "city")
        .group_by(EventMembership.subject_id)
        .subquery()
    )
    answers = (
        select(
            Delegation.city_id,
            func.count().label("invited"),
            func.count().filter(Delegation.state.in_(ANSWERED_STATES)).label("answered"),
        )
        .join(Event, Event.id == Delegation.event_id)
        .where(own)
        .group_by(Delegation.city_id)
        .subquery()
    )
    listed = select(CityProgramme.city_id)
    if not actor.has_role(RoleName.ADMINISTRATOR):
        listed = listed.where(CityProgramme.programme_id.in_(actor.programme_ids(RoleName.ORGANISER)))
    rows = db.session.execute(
        select(
            City.slug,
            City.name,
            City.side,
            func.coalesce(events.c.events, 0),
            func.coalesce(events.c.held, 0),
            func.coalesce(answers.c.invited, 0),
            func.coalesce(answers.c.answered, 0),
            City.sort_keys,
        )
        .outerjoin(events, events.c.city_id == City.id)
        .outerjoin(answers, answers.c.city_id == City.id)
        .where(City.id.in_(listed))
    ).all()
    return [OrganisedCity(*row[:7]) for row in sorted(rows, key=lambda row: (row[7].get(language, ""), row[0]))]
