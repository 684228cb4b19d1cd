"""Cities as the public finds them: the directory, and what one city's page shows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import aliased, lazyload

from iurc_events.database import db
from iurc_events.domain.errors import NotFoundError
from iurc_events.domain.language_maps import LanguageMap
from iurc_events.localisation import noop
from iurc_events.models.cities import City, CityProgramme
from iurc_events.models.events import Award, Event, EventMembership
from iurc_events.models.programmes import Programme
from iurc_events.queries.events import is_public


@dataclass(frozen=True, slots=True)
class ListedProgramme:
    """A programme, or phase of one, and how many cities are on its official list."""

    id: int
    slug: str
    name: LanguageMap
    period: tuple[str, str]
    city_count: int


@dataclass(frozen=True, slots=True)
class PhaseOfCity:
    """A programme on whose official list a city is, with its first and last year."""

    programme_id: int
    slug: str
    name: LanguageMap
    period: tuple[str, str]


@dataclass(frozen=True, slots=True)
class ListedCity:
    """A city of the directory; ``event_count`` is of public events alone."""

    id: int
    slug: str
    name: LanguageMap
    aliases: Mapping[str, list[str]]
    country: str
    kind: str
    side: str
    lat: float
    lon: float
    time_zone: str
    sort_keys: LanguageMap
    note: str
    sources: tuple[str, ...]
    part_of: tuple[str, LanguageMap] | None
    phases: tuple[PhaseOfCity, ...]
    event_count: int


def list_programmes() -> list[ListedProgramme]:
    """Return the programmes that list cities, in their own order."""
    rows = db.session.execute(
        select(Programme, func.count(CityProgramme.city_id))
        .join(CityProgramme, CityProgramme.programme_id == Programme.id)
        .group_by(Programme.id)
        .order_by(Programme.position, Programme.id)
    )
    return [
        ListedProgramme(
            programme.id,
            programme.slug,
            programme.name,
            (programme.period_from or "", programme.period_to or ""),
            count,
        )
        for programme, count in rows
    ]


def _listed(*conditions: Any) -> list[ListedCity]:
    """Read cities in two statements, however many."""
    whole = aliased(City)
    event_count = (
        select(func.count())
        .select_from(EventMembership)
        .join(Event, Event.id == EventMembership.event_id)
        .where(EventMembership.subject_kind == "city", EventMembership.subject_id == City.id, is_public())
        .scalar_subquery()
    )
    cities = db.session.execute(
        select(City, whole.slug, whole.name, event_count)
        .outerjoin(whole, whole.id == City.part_of_id)
        .where(*conditions)
        .options(lazyload(City.programmes))
    ).all()
    programmes: dict[int, list[PhaseOfCity]] = defaultdict(list)
    for row in db.session.execute(
        select(
            CityProgramme.city_id, Programme.id, Programme.slug, Programme.name, Programme.period_from,
            Programme.period_to,
        )
        .join(Programme, Programme.id == CityProgramme.programme_id)
        .where(CityProgramme.city_id.in_(select(City.id).where(*conditions)))
        .order_by(CityProgramme.position)
    ):  # fmt: skip
        programmes[row.city_id].append(PhaseOfCity(*row[1:4], (row.period_from or "", row.period_to or "")))
    return [
        ListedCity(
            id=city.id,
            slug=city.slug,
            name=city.name,
            aliases=city.aliases,
            country=city.country,
            kind=city.kind,
            side=city.side,
            lat=city.lat,
            lon=city.lon,
            time_zone=city.time_zone,
            sort_keys=city.sort_keys,
            note=city.note or "",
            sources=tuple(str(source) for source in city.sources or ()),
            part_of=(slug, name) if slug else None,
            phases=tuple(programmes[city.id]),
            event_count=count,
        )
        for city, slug, name, count in cities
    ]


def list_cities(programme_slug: str | None = None) -> list[ListedCity]:
    """Return all cities, or those on the list of a programme, in no order."""
    if programme_slug is None:
        return _listed()
    listed = select(CityProgramme.city_id).join(Programme, Programme.id == CityProgramme.programme_id)
    return _listed(City.id.in_(listed.where(Programme.slug == programme_slug)))


def get_city(slug: str) -> ListedCity:
    """Return a city.

    Raises:
        NotFoundError: If there is none of that address.
    """
    found = _listed(City.slug == slug)
    if not found:
        raise NotFoundError(noop("There is no such city"))
    return found[0]


def list_parts(city_id: int) -> list[tuple[str, LanguageMap]]:
    """Return slug and name of the cities that are part of a city."""
    rows = db.session.execute(select(City.slug, City.name).where(City.part_of_id == city_id).order_by(City.slug))
    return [(slug, name) for slug, name in rows]


@dataclass(frozen=True, slots=True)
class CityAward:
    """An award that a city received, or that was given at an event in the city."""

    name: LanguageMap
    category: LanguageMap | None
    recipient_slug: str
    recipient_name: LanguageMap
    event_slug: str
    event_title: LanguageMap


def list_awards(city_id: int) -> list[CityAward]:
    """Return the awards that a city received, and those given at public events that it hosted."""
    rows = db.session.execute(
        select(Award.name, Award.category, City.slug, City.name, Event.slug, Event.title)
        .join(Event, Event.id == Award.event_id)
        .join(City, City.id == Award.recipient_id)
        .where((Award.recipient_id == city_id) | (Event.venue_city_id == city_id), is_public())
        .order_by(Event.starts_at.desc(), Award.position)
    )
    return [CityAward(*row) for row in rows]
