"""What the home page shows: the programme with the most events, what comes, what was held and what was counted."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select

from iurc_events.database import db
from iurc_events.domain.language_maps import LanguageMap
from iurc_events.models.attendance import HeadCount
from iurc_events.models.cities import City, CityProgramme
from iurc_events.models.events import Event
from iurc_events.models.programmes import Programme
from iurc_events.queries.events import ListedEvent, is_public, list_where


@dataclass(frozen=True, slots=True)
class MainProgramme:
    """The programme that speaks on the home page, with the clocks it keeps."""

    id: int
    slug: str
    name: LanguageMap
    reference_zones: list[Any]
    contact_name: LanguageMap | None
    contact_email: str
    coming_count: int
    retention_days: int
    #: Parts of the privacy notice that somebody filled in.
    privacy_notice: dict[str, LanguageMap]


def _coming(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (is_public(), Event.ends_at > now, Event.state != "cancelled")


def find_main_programme(now: datetime) -> MainProgramme | None:
    """Find the programme with the most events; the first one where none has any.

    ``coming_count`` is of all public events to come that are not cancelled, whatever their programme.
    """
    coming = select(func.count(Event.id)).where(*_coming(now)).correlate(None).scalar_subquery()
    events = select(func.count()).select_from(Event).where(Event.programme_id == Programme.id).scalar_subquery()
    row = db.session.execute(
        select(Programme, coming).order_by(events.desc(), Programme.position, Programme.id).limit(1)
    ).first()
    if row is None:
        return None
    programme = row[0]
    return MainProgramme(
        programme.id,
        programme.slug,
        programme.name,
        programme.reference_zones,
        programme.contact_name,
        programme.contact_email or "",
        row[1],
        programme.retention_days,
        programme.privacy_notice or {},
    )


def list_coming(now: datetime, limit: int) -> list[ListedEvent]:
    """Return the next public events that are not cancelled."""
    return list_where(*_coming(now), order=(Event.starts_at, Event.id), limit=limit)


def list_latest(now: datetime, limit: int) -> list[ListedEvent]:
    """Return the public events that ended last."""
    return list_where(is_public(), Event.ends_at <= now, order=(Event.starts_at.desc(), Event.id.desc()), limit=limit)


def list_held(limit: int) -> list[ListedEvent]:
    """Return the events last held, as organisers said."""
    return list_where(is_public(), Event.state == "held", order=(Event.starts_at.desc(), Event.id.desc()), limit=limit)


def list_reported(event_ids: list[int]) -> dict[int, list[tuple[str, int, str]]]:
    """Return (subject, value, qualifier) of the numbers reported of whole events."""
    found: dict[int, list[tuple[str, int, str]]] = defaultdict(list)
    for event_id, subject, value, qualifier in db.session.execute(
        select(HeadCount.event_id, HeadCount.subject, HeadCount.value, HeadCount.qualifier)
        .where(HeadCount.event_id.in_(event_ids), HeadCount.city_id.is_(None))
        .order_by(HeadCount.position, HeadCount.id)
    ):
        found[event_id].append((subject, value, qualifier))
    return found


@dataclass(frozen=True, slots=True)
class DotOfCity:
    """Where a city lies."""

    id: int
    name: LanguageMap
    side: str
    lat: float
    lon: float


def list_cities_of_programme(programme_id: int) -> list[DotOfCity]:
    """Return the cities on the official list of a programme."""
    rows = db.session.execute(
        select(City.id, City.name, City.side, City.lat, City.lon)
        .join(CityProgramme, CityProgramme.city_id == City.id)
        .where(CityProgramme.programme_id == programme_id)
        .order_by(City.position, City.id)
    )
    return [DotOfCity(*row) for row in rows]
