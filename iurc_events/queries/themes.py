"""Themes and programmes as the public finds them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from iurc_events.database import db
from iurc_events.domain.errors import NotFoundError
from iurc_events.domain.language_maps import LanguageMap
from iurc_events.localisation import noop
from iurc_events.models.events import Event, EventMembership
from iurc_events.models.programmes import Programme, Theme
from iurc_events.queries.events import is_public


def _with_counts(kind: str, table: Any) -> list[tuple[str, LanguageMap, int]]:
    counts = (
        select(EventMembership.subject_id.label("key"), func.count().label("number"))
        .join(Event, Event.id == EventMembership.event_id)
        .where(EventMembership.subject_kind == kind, is_public())
        .group_by(EventMembership.subject_id)
        .subquery()
    )
    rows = db.session.execute(
        select(table.slug, table.name, func.coalesce(counts.c.number, 0))
        .outerjoin(counts, counts.c.key == table.id)
        .order_by(table.position, table.id)
    )
    return [(slug, name, number) for slug, name, number in rows]


def list_themes() -> list[tuple[str, LanguageMap, int]]:
    """Return slug, name and number of public events of every theme, in their order."""
    return _with_counts("theme", Theme)


def list_programmes() -> list[tuple[str, LanguageMap, int]]:
    """Return slug, name and number of public events of every programme, in their order."""
    return _with_counts("programme", Programme)


def get_theme(slug: str) -> tuple[int, LanguageMap]:
    """Return key and name of a theme.

    Raises:
        NotFoundError: If there is none of that address.
    """
    row = db.session.execute(select(Theme.id, Theme.name).where(Theme.slug == slug)).one_or_none()
    if row is None:
        raise NotFoundError(noop("There is no such theme"))
    return row.id, row.name
