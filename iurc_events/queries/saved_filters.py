"""Lists of events that somebody kept under a short id, so that a calendar can follow them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import literal, select, union_all

from iurc_events.database import db
from iurc_events.domain.language_maps import LanguageMap
from iurc_events.localisation.vocabulary import label
from iurc_events.models.calendar_feeds import SavedFilter
from iurc_events.models.cities import City
from iurc_events.models.programmes import Programme, Theme
from iurc_events.queries.events import EventFilters

Conditions = dict[str, list[str]]


def conditions_of(filters: EventFilters) -> Conditions:
    """Return filters as the list's address has them: the same for the same list, in whatever order they were chosen."""
    values: dict[str, Sequence[str]] = {
        "city": filters.cities,
        "format": filters.formats,
        "from": [filters.from_day.isoformat()] if filters.from_day else [],
        "kind": filters.kinds,
        "programme": filters.programmes,
        "q": [" ".join(filters.query.split())] if filters.query.strip() else [],
        "state": filters.states,
        "theme": filters.themes,
        "to": [filters.to_day.isoformat()] if filters.to_day else [],
    }
    return {name: sorted(set(chosen)) for name, chosen in values.items() if chosen}


def filters_of(conditions: Mapping[str, Sequence[str]]) -> EventFilters:
    """Return kept conditions as the list's filters."""

    def several(name: str) -> tuple[str, ...]:
        return tuple(conditions.get(name, ()))

    def day(name: str) -> date | None:
        values = several(name)
        return date.fromisoformat(values[0]) if values else None

    return EventFilters(
        from_day=day("from"),
        to_day=day("to"),
        cities=several("city"),
        themes=several("theme"),
        kinds=several("kind"),
        formats=several("format"),
        states=several("state"),
        programmes=several("programme"),
        query="".join(several("q")),
    )


def find_by_short_id(short_id: str) -> SavedFilter | None:
    """Find a kept filter."""
    return db.session.scalars(select(SavedFilter).where(SavedFilter.short_id == short_id)).one_or_none()


def name_of(conditions: Mapping[str, Sequence[str]]) -> LanguageMap:
    """Return what a list holds in a few words: the names of all that it is filtered by."""
    tables: dict[str, Any] = {"city": City, "theme": Theme, "programme": Programme}
    wanted = [(name, table) for name, table in tables.items() if conditions.get(name)]
    subjects: dict[tuple[str, str], LanguageMap] = {}
    if wanted:
        rows = db.session.execute(
            union_all(
                *(
                    select(literal(name), table.slug, table.name).where(table.slug.in_(conditions[name]))
                    for name, table in wanted
                )
            )
        )
        subjects = {(row[0], row[1]): row[2] for row in rows}

    def word(name: str, value: str, language: str) -> str:
        if name in ("kind", "format", "state"):
            return label(name, value, language)
        if found := subjects.get((name, value)):
            return found.get(language) or found.get("en") or value
        return {"q": f"“{value}”", "from": f"{value} –", "to": f"– {value}"}.get(name, value)

    order = ("programme", "kind", "format", "state", "city", "theme", "q", "from", "to")
    return {
        language: joint.join(word(name, value, language) for name in order for value in conditions.get(name, ()))
        for language, joint in (("en", ", "), ("zh", "、"))
    }
