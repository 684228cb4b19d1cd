"""Themes as the public finds them."""

from __future__ import annotations

from sqlalchemy import func, select

from iurc_events.database import db
from iurc_events.domain.errors import NotFoundError
from iurc_events.domain.language_maps import LanguageMap
from iurc_events.localisation import noop
from iurc_events.models.events import Event, EventMembership
from iurc_events.models.programmes import Theme
from iurc_events.queries.events import is_public


def list_theme_names() -> list[tuple[str, LanguageMap]]:
    """Return slug and name of every theme, in their order."""
    rows = db.session.execute(select(Theme.slug, Theme.name).order_by(Theme.position, Theme.id))
    return [(slug, name) for slug, name in rows]


def list_themes() -> list[tuple[str, LanguageMap, int]]:
    """Return slug, name and number of public events of every theme, in their order."""
    number = (
        select(func.count())
        .select_from(EventMembership)
        .join(Event, Event.id == EventMembership.event_id)
        .where(EventMembership.subject_kind == "theme", EventMembership.subject_id == Theme.id, is_public())
        .scalar_subquery()
    )
    rows = db.session.execute(select(Theme.slug, Theme.name, number).order_by(Theme.position, Theme.id))
    return [(slug, name, count) for slug, name, count in rows]


def get_theme(slug: str) -> tuple[int, LanguageMap]:
    """Return key and name of a theme.

    Raises:
        NotFoundError: If there is none of that address.
    """
    row = db.session.execute(select(Theme.id, Theme.name).where(Theme.slug == slug)).one_or_none()
    if row is None:
        raise NotFoundError(noop("There is no such theme"))
    return row.id, row.name
