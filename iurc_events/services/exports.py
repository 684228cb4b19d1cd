"""Documents out of the database: importing what was exported changes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from iurc_events.database import db
from iurc_events.documents import VERSION
from iurc_events.domain.errors import ConflictError, NotFoundError
from iurc_events.localisation import noop
from iurc_events.models.cities import City, CityPair
from iurc_events.models.events import Event, ImportRecord
from iurc_events.models.programmes import Framework, Programme, Theme
from iurc_events.services.event_documents import EventDocuments

Document = dict[str, Any]


def export_events(ids: Sequence[str] | None = None, *, drafts: bool = False) -> Document:
    """Return events as one document, in the order in which they came.

    Args:
        ids: The ids of the events wanted; None takes all.
        drafts: Whether drafts are among them.

    Raises:
        NotFoundError: If there is no event with one of the ids.
        ConflictError: If one of them is a draft and drafts were not asked for.
    """
    query = select(Event.id, Event.slug, Event.state).where(Event.deleted_at.is_(None)).order_by(Event.id)
    rows = [(key, slug, state) for key, slug, state in db.session.execute(query)]
    if ids is not None:
        by_slug = {slug: (key, slug, state) for key, slug, state in rows}
        for slug in ids:
            if slug not in by_slug:
                raise NotFoundError(noop("There is no event “%(id)s”"), id=slug)
            if by_slug[slug][2] == "draft" and not drafts:
                raise ConflictError(noop("The event “%(id)s” is a draft; ask for drafts to export it"), id=slug)
        rows = [by_slug[slug] for slug in dict.fromkeys(ids)]
    keys = [key for key, _, state in rows if drafts or state != "draft"]
    documents = EventDocuments().read(keys)
    head: Document = {"format": "iurc-events", "version": VERSION}
    return head | _header(keys) | {"events": [documents[key] for key in keys]}


def _header(keys: Sequence[int]) -> Document:
    """Return what the document said beside its events, where all of them came with the same words."""
    query = select(ImportRecord.event_id, ImportRecord.header)
    headers: dict[int, Document] = dict(db.session.execute(query).all())
    found = [headers.get(key, {}) for key in keys]
    if not found or any(header != found[0] for header in found):
        return {}
    header: Document = {name: found[0][name] for name in ("synthetic", "seed") if name in found[0]}
    if "cities" in found[0]:
        wanted = {slug: position for position, slug in enumerate(found[0]["cities"])}
        cities = [city for city in _cities() if city["id"] in wanted]
        header["cities"] = sorted(cities, key=lambda city: wanted[city["id"]])
    return header


def export_cities() -> Document:
    """Return all programmes, cities and pairings as one document."""
    programmes = db.session.scalars(select(Programme).order_by(Programme.position, Programme.id))
    pairs = db.session.scalars(select(CityPair).order_by(CityPair.position, CityPair.id))
    return {
        "format": "iurc-cities",
        "version": VERSION,
        "programmes": [programme_document(programme) for programme in programmes],
        "cities": _cities(),
        "pairings": [pair_document(pair) for pair in pairs],
    }


def export_themes() -> Document:
    """Return all themes and policy frameworks as one document."""
    return {
        "format": "iurc-themes",
        "version": VERSION,
        "themes": [named_document(row) for row in _in_order(Theme)],
        "frameworks": [named_document(row) for row in _in_order(Framework)],
    }


def _in_order(model: type[Theme] | type[Framework]) -> Iterable[Theme | Framework]:
    return db.session.scalars(select(model).order_by(model.position, model.id))


def _cities() -> list[Document]:
    query = select(City).order_by(City.position, City.id).options(joinedload(City.part_of))
    return [city_document(city) for city in db.session.scalars(query)]


def named_document(row: Theme | Framework) -> Document:
    """Return a theme or framework in the form of the format."""
    return {"id": row.slug, "name": row.name}


def programme_document(programme: Programme) -> Document:
    """Return a programme in the form of the format."""
    found: Document = {"id": programme.slug, "name": programme.name}
    if programme.has_period:
        found["period"] = [programme.period_from, programme.period_to]
    return found


def city_document(city: City) -> Document:
    """Return a city in the form of the format."""
    optional = {
        "aliases_en": city.aliases.get("en"),
        "aliases_zh": city.aliases.get("zh"),
        "part_of": city.part_of.slug if city.part_of else None,
        "coordinates_of": city.coordinates_of,
        "coordinate_precision": city.coordinate_precision,
        "sources": city.sources,
        "note": city.note,
    }
    return {
        "id": city.slug,
        "name_en": city.name.get("en") or city.name["zh"],
        "name_zh": city.name.get("zh") or city.name["en"],
        "country": city.country,
        "kind": city.kind,
        "side": city.side,
        "programmes": [row.programme.slug for row in city.programmes],
        "lat": city.lat,
        "lon": city.lon,
        "time_zone": city.time_zone,
        **{name: value for name, value in optional.items() if value is not None},
    }


def pair_document(pair: CityPair) -> Document:
    """Return a pairing in the form of the format."""
    found: Document = {
        "id": pair.slug,
        "cities": [row.city.slug for row in pair.cities],
        "programmes": [row.programme.slug for row in pair.programmes],
    }
    if pair.topic:
        found["topic"] = pair.topic
    if pair.milestones or "milestones" in (pair.extra or {}).get("stated_empty", []):  # type: ignore[operator]  # our own list
        found["milestones"] = [{"date": step.date, "kind": step.kind, "text": step.text} for step in pair.milestones]
    if pair.sources is not None:
        found["sources"] = pair.sources
    return found
