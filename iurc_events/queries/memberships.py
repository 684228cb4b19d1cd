"""Whose event it is: the rule of membership, as reads of what an event holds.

An event is of a city that takes part, holds an item, sends a speaker, gives the venue or has a confirmed delegation;
of a pair if an organiser attached it or one item is held by all its cities; of a programme by ``programme`` and
``also_for``; of its themes.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from sqlalchemy import ColumnElement, Select, select, union

from iurc_events.database import db
from iurc_events.models.agendas import AgendaItem, EventSession, ItemCity
from iurc_events.models.cities import City, CityPair, PairCity
from iurc_events.models.delegations import Delegation
from iurc_events.models.events import Event, EventCity, EventMembership, EventPair, EventProgramme, EventTheme
from iurc_events.models.programmes import Programme, Theme
from iurc_events.models.speakers import Speaker

Subject = tuple[str, int]


def _cities_of(event_id: int) -> set[int]:
    """Return the keys of the cities of an event; one merely invited is none of them."""
    statements: list[Select[Any]] = [
        select(EventCity.city_id).where(EventCity.event_id == event_id),
        select(ItemCity.city_id)
        .join(AgendaItem, AgendaItem.id == ItemCity.item_id)
        .join(EventSession, EventSession.id == AgendaItem.session_id)
        .where(EventSession.event_id == event_id),
        select(Speaker.city_id).where(
            Speaker.event_id == event_id, Speaker.state == "accepted", Speaker.city_id.is_not(None)
        ),
        select(Event.venue_city_id).where(Event.id == event_id, Event.venue_city_id.is_not(None)),
        select(Delegation.city_id).where(Delegation.event_id == event_id, Delegation.state == "confirmed"),
    ]
    return {key for (key,) in db.session.execute(union(*statements)) if key is not None}


def _pairs_of(event_id: int) -> set[int]:
    attached = set(db.session.scalars(select(EventPair.pair_id).where(EventPair.event_id == event_id)))
    rows = db.session.execute(
        select(ItemCity.item_id, ItemCity.city_id)
        .join(AgendaItem, AgendaItem.id == ItemCity.item_id)
        .join(EventSession, EventSession.id == AgendaItem.session_id)
        .where(EventSession.event_id == event_id)
    )
    cities_by_item: dict[int, set[int]] = defaultdict(set)
    for item_id, city_id in rows:
        cities_by_item[item_id].add(city_id)
    joint = [cities for cities in cities_by_item.values() if len(cities) > 1]
    if not joint:
        return attached
    everybody = set().union(*joint)
    cities_by_pair: dict[int, set[int]] = defaultdict(set)
    candidates = select(PairCity.pair_id).where(PairCity.city_id.in_(everybody))
    for pair_id, city_id in db.session.execute(
        select(PairCity.pair_id, PairCity.city_id).where(PairCity.pair_id.in_(candidates))
    ):
        cities_by_pair[pair_id].add(city_id)
    return attached | {pair for pair, cities in cities_by_pair.items() if any(cities <= item for item in joint)}


def list_subjects(event: Event) -> set[Subject]:
    """Work out whose event it is, as pairs of kind and key."""
    programmes = set(
        db.session.scalars(select(EventProgramme.programme_id).where(EventProgramme.event_id == event.id))
    ) | {event.programme_id}
    themes = set(db.session.scalars(select(EventTheme.theme_id).where(EventTheme.event_id == event.id)))
    return {
        *(("programme", key) for key in programmes),
        *(("theme", key) for key in themes),
        *(("city", key) for key in _cities_of(event.id)),
        *(("pair", key) for key in _pairs_of(event.id)),
    }


def list_stored_subjects(event_id: int) -> set[Subject]:
    """Return whose event it was when it was last changed."""
    rows = db.session.execute(
        select(EventMembership.subject_kind, EventMembership.subject_id).where(EventMembership.event_id == event_id)
    )
    return {(kind, key) for kind, key in rows}


def list_feeds(subjects: set[Subject]) -> list[str]:
    """Return the names of the feeds of some subjects, e.g. ``cities/sofia``."""
    tables: dict[str, Any] = {"programme": Programme, "city": City, "pair": CityPair, "theme": Theme}
    folders = {"programme": "programmes", "city": "cities", "pair": "pairs", "theme": "themes"}
    names: list[str] = []
    for kind, table in tables.items():
        if keys := [key for subject, key in subjects if subject == kind]:
            slugs = db.session.scalars(select(table.slug).where(table.id.in_(keys)))
            names += [f"{folders[kind]}/{slug}" for slug in slugs]
    return sorted(names)


def is_of(kind: str, subject_id: int) -> ColumnElement[bool]:
    """Return the condition that an event is of a subject."""
    return Event.id.in_(
        select(EventMembership.event_id).where(
            EventMembership.subject_kind == kind, EventMembership.subject_id == subject_id
        )
    )
