"""Pairs of cities as the public finds them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, literal, select, union_all
from sqlalchemy import text as sql_text

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
class PhaseOfPair:
    """A programme in which a pair works, with its first and last year."""

    name: LanguageMap
    period: tuple[str, str]


@dataclass(frozen=True, slots=True)
class ListedPair:
    """A pair with its cities in order.

    ``event_count`` is of public events alone; ``is_earlier`` says that it belongs to no phase that began last.
    """

    id: int
    slug: str
    topic: LanguageMap | None
    sources: tuple[str, ...]
    cities: tuple[CityOfPair, ...]
    phases: tuple[PhaseOfPair, ...]
    milestones: tuple[ListedMilestone, ...]
    event_count: int
    is_earlier: bool


def _listed(*conditions: Any) -> list[ListedPair]:
    """Read pairs in two statements, however many."""
    wanted = select(CityPair.id).where(*conditions)
    latest = (
        select(func.max(Programme.period_from))
        .join(PairProgramme, PairProgramme.programme_id == Programme.id)
        .scalar_subquery()
    )
    event_count = (
        select(func.count())
        .select_from(EventMembership)
        .join(Event, Event.id == EventMembership.event_id)
        .where(EventMembership.subject_kind == "pair", EventMembership.subject_id == CityPair.id, is_public())
        .scalar_subquery()
    )
    rows: dict[int, Any] = {}
    cities: dict[int, list[CityOfPair]] = defaultdict(list)
    for row in db.session.execute(
        select(
            CityPair.id, CityPair.slug, CityPair.topic, CityPair.sources, event_count.label("event_count"),
            latest.label("latest"), City.id.label("city_id"), City.slug.label("city_slug"), City.name, City.side,
            City.lat, City.lon, City.time_zone,
        )
        .join(PairCity, PairCity.pair_id == CityPair.id)
        .join(City, City.id == PairCity.city_id)
        .where(CityPair.id.in_(wanted))
        .order_by(CityPair.position, CityPair.id, PairCity.position)
    ):  # fmt: skip
        rows.setdefault(row.id, row)
        cities[row.id].append(CityOfPair(*row[6:]))
    phases: dict[int, list[PhaseOfPair]] = defaultdict(list)
    milestones: dict[int, list[ListedMilestone]] = defaultdict(list)
    parts: Any = db.session.execute(
        union_all(
            select(
                literal("phase"), PairProgramme.pair_id, PairProgramme.position, Programme.name,
                Programme.period_from, Programme.period_to,
            )
            .join(Programme, Programme.id == PairProgramme.programme_id)
            .where(PairProgramme.pair_id.in_(wanted)),
            select(
                literal("milestone"), Milestone.pair_id, Milestone.position, Milestone.text, Milestone.date,
                Milestone.kind,
            ).where(Milestone.pair_id.in_(wanted)),
        ).order_by(sql_text("3"))
    )  # fmt: skip
    for kind, pair_id, _, text, word, other in parts:
        if kind == "phase":
            phases[pair_id].append(PhaseOfPair(text, (word or "", other or "")))
        else:
            milestones[pair_id].append(ListedMilestone(word or "", other or "", text))
    return [
        ListedPair(
            id=key,
            slug=row.slug,
            topic=row.topic,
            sources=tuple(str(source) for source in row.sources or ()),
            cities=tuple(cities[key]),
            phases=tuple(phases[key]),
            milestones=tuple(milestones[key]),
            event_count=row.event_count,
            is_earlier=max((phase.period[0] for phase in phases[key]), default="") < (row.latest or ""),
        )
        for key, row in rows.items()
    ]


def list_pair_names() -> list[tuple[str, list[LanguageMap]]]:
    """Return the address of every pair and the names of its cities, in one statement."""
    names: dict[str, list[LanguageMap]] = {}
    for slug, name in db.session.execute(
        select(CityPair.slug, City.name)
        .join(PairCity, PairCity.pair_id == CityPair.id)
        .join(City, City.id == PairCity.city_id)
        .order_by(CityPair.position, CityPair.id, PairCity.position)
    ):
        names.setdefault(slug, []).append(name)
    return list(names.items())


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
