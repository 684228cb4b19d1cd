"""What an event is found by: titles, summary, public speakers in every script, cities by any alias."""

from __future__ import annotations

from sqlalchemy import select

from iurc_events.database import db
from iurc_events.domain.search_text import searchable_all
from iurc_events.models.agendas import AgendaItem, EventSession
from iurc_events.models.cities import City
from iurc_events.models.events import Event
from iurc_events.models.programmes import Theme
from iurc_events.models.speakers import Speaker


def event_search_text(event: Event, subjects: set[tuple[str, int]]) -> str:
    """Put together the searchable text of an event; nominated or refused speakers are not in it (sec-3)."""
    texts: list[str | None] = [*event.title.values(), *(event.summary or {}).values()]
    texts += (event.venue_name or {}).values()
    for names, native in db.session.execute(
        select(Speaker.name, Speaker.name_native).where(
            Speaker.event_id == event.id, Speaker.state == "accepted", Speaker.consented_at.is_not(None)
        )
    ):
        texts += [*names.values(), native]
    for title in db.session.scalars(select(EventSession.title).where(EventSession.event_id == event.id)):
        texts += title.values()
    for item_title, topic in db.session.execute(
        select(AgendaItem.title, AgendaItem.topic)
        .join(EventSession, EventSession.id == AgendaItem.session_id)
        .where(EventSession.event_id == event.id)
    ):
        texts += [*(item_title or {}).values(), *(topic or {}).values()]
    themes = [key for kind, key in subjects if kind == "theme"]
    for name in db.session.scalars(select(Theme.name).where(Theme.id.in_(themes))):
        texts += name.values()
    cities = [key for kind, key in subjects if kind == "city"]
    for name, aliases in db.session.execute(select(City.name, City.aliases).where(City.id.in_(cities))):
        texts += [*name.values(), *(alias for spellings in aliases.values() for alias in spellings)]
    return searchable_all(texts)
