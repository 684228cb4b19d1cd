"""Pairs of cities as the public finds them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from iurc_events.database import db
from iurc_events.domain.errors import NotFoundError
from iurc_events.domain.language_maps import LanguageMap
from iurc_events.localisation import noop
from iurc_events.models.cities import City, CityPair, Milestone, PairCity, PairProgramme
from iurc_events.models.events import Event, EventMembership
from iurc_events.models.programmes import Programme
from iurc_events.queries.events import is_public


@dataclass(frozen=True, slots=True)
class CityOfPair:
    """A city in a pair."""

    id: int
    slug: str
    name: LanguageMap
    side: str
    lat: float
    lon: float
    time_zone: str


@dataclass(frozen=True, slots=True)
class ListedMilestone:
    """A dated step; the date may be a year, a month or a day."""

    date: str
    kind: str
    text: LanguageMap | None


@dataclass(frozen=True, slots=True)
class ListedPair:
    """A pair with its cities in order; ``event_count`` is of public events alone."""

    id: int
    slug: str
    topic: LanguageMap | None
    sources: tuple[str, ...]
    cities: tuple[CityOfPair, ...]
    programmes: tuple[tuple[str, LanguageMap, str, str], ...]
    milestones: tuple[ListedMilestone, ...]
    event_count: int


def _listed(*conditions: Any) -> list[ListedPair]:
    """Read pairs in four statements, however many."""
    wanted = select(CityPair.id).where(*conditions)
    pairs: dict[int, Any] = {}
    cities: dict[int, list[CityOfPair]] = defaultdict(list)
    for row in db.session.execute(
        select(
            CityPair.id, CityPair.slug, CityPair.topic, CityPair.sources, City.id.label("city_id"),
            City.slug.label("city_slug"), City.name, City.side, City.lat, City.lon, City.time_zone,
        )
        .join(PairCity, PairCity.pair_id == CityPair.id)
        .join(City, City.id == PairCity.city_id)
        .where(CityPair.id.in_(wanted))
        .order_by(CityPair.position, CityPair.id, PairCity.position)
    ):  # fmt: skip
        pairs.setdefault(row.id, row)
        cities[row.id].append(CityOfPair(*row[4:]))
    programmes: dict[int, list[tuple[str, LanguageMap, str, str]]] = defaultdict(list)
    for pair_id, slug, name, first, last in db.session.execute(
        select(PairProgramme.pair_id, Programme.slug, Programme.name, Programme.period_from, Programme.period_to)
        .join(Programme, Programme.id == PairProgramme.programme_id)
        .where(PairProgramme.pair_id.in_(wanted))
        .order_by(PairProgramme.position)
    ):
        programmes[pair_id].append((slug, name, first or "", last or ""))
    milestones: dict[int, list[ListedMilestone]] = defaultdict(list)
    for pair_id, day, kind, text in db.session.execute(
        select(Milestone.pair_id, Milestone.date, Milestone.kind, Milestone.text)
        .where(Milestone.pair_id.in_(wanted))
        .order_by(Milestone.position, Milestone.id)
    ):
        milestones[pair_id].append(ListedMilestone(day or "", kind or "", text))
    counts = {
        row[0]: row[1]
        for row in db.session.execute(
            select(EventMembership.subject_id, func.count())
            .join(Event, Event.id == EventMembership.event_id)
            .where(EventMembership.subject_kind == "pair", EventMembership.subject_id.in_(wanted), is_public())
            .group_by(EventMembership.subject_id)
        )
    }
    return [
        ListedPair(
            id=key,
            slug=row.slug,
            topic=row.topic,
            sources=tuple(str(source) for source in row.sources or ()),
            cities=tuple(cities[key]),
            programmes=tuple(programmes[key]),
            milestones=tuple(milestones[key]),
            event_count=counts.get(key, 0),
        )
        for key, row in pairs.items()
    ]


def list_pairs() -> list[ListedPair]:
    """Return all pairs in their order."""
    return _listed()


def list_pairs_of_city(city_id: int) -> list[ListedPair]:
    """Return the pairs of a city in their order."""
    return _listed(CityPair.id.in_(select(PairCity.pair_id).where(PairCity.city_id == city_id)))


def get_pair(slug: str) -> ListedPair:
    """Return a pair.

    Raises:
        NotFoundError: If there is none of that address.
    """
    found = _listed(CityPair.slug == slug)
    if not found:
        raise NotFoundError(noop("There is no such pair"))
    return found[0]
