"""All that one event's page shows besides the event's own row, in few statements however long the agenda."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import JSON, Integer, Select, String, cast, literal, null, select, union_all
from sqlalchemy import text as sql_text

from iurc_events.database import db
from iurc_events.domain.time_slots import TimeSlot, stored_slot
from iurc_events.models.agendas import AgendaItem, Contribution, EventSession, ItemCity
from iurc_events.models.attendance import HeadCount
from iurc_events.models.cities import City
from iurc_events.models.events import (
    Award,
    EventDocument,
    EventFramework,
    EventMembership,
    EventMove,
    EventTheme,
    Outcome,
)
from iurc_events.models.programmes import Framework, Theme
from iurc_events.models.revisions import Revision
from iurc_events.models.speakers import Speaker


@dataclass(frozen=True, slots=True)
class EventContent:
    """All that an event's page shows besides the event's own row; rows as they come, see :func:`load_content`."""

    sessions: dict[int, Any] = field(default_factory=dict)
    items: dict[int, list[Any]] = field(default_factory=dict)
    speakers: dict[int, Any] = field(default_factory=dict)
    contributions: dict[int, list[tuple[int, str]]] = field(default_factory=dict)
    item_cities: dict[int, list[Any]] = field(default_factory=dict)
    cities: dict[int, Any] = field(default_factory=dict)
    themes: list[Any] = field(default_factory=list)
    frameworks: list[Any] = field(default_factory=list)
    parts: dict[str, list[Any]] = field(default_factory=dict)


_SLOT = ("time_zone", "time_precision", "part_of_day", "starts_wall", "ends_wall", "starts_fold", "ends_fold")


def slot_of_row(row: Any, prefix: str = "") -> TimeSlot | None:
    """Return the slot among the columns of a row, each behind a prefix."""
    zone_name, precision, part, starts, ends, starts_fold, ends_fold = (getattr(row, prefix + name) for name in _SLOT)
    if not (zone_name and precision and starts and ends):
        return None
    return stored_slot(zone_name, precision, starts, ends, part, starts_fold, ends_fold)


def load_content(event_id: int, *, with_unconsented: bool = False) -> EventContent:
    """Load what an event's page shows in six statements, however long the agenda.

    Args:
        with_unconsented: For a preview: accepted speakers who have not agreed to be named yet are in it too.
    """
    content = EventContent()
    session_columns = [
        getattr(EventSession, name).label(f"session_{name}")
        for name in ("id", "slug", "kind", "title", "room", "note", "format", *_SLOT)
    ]
    for row in db.session.execute(
        select(*session_columns)
        .where(EventSession.event_id == event_id)
        .order_by(EventSession.position, EventSession.id)
    ):
        content.sessions[row.session_id] = row
        content.items[row.session_id] = []
    item_columns = [
        getattr(AgendaItem, name)
        for name in ("id", "session_id", "position", "kind", "title", "topic", "note", "duration_min", *_SLOT)
    ]
    for row in db.session.execute(
        select(*item_columns)
        .join(EventSession, EventSession.id == AgendaItem.session_id)
        .where(EventSession.event_id == event_id)
        .order_by(AgendaItem.session_id, AgendaItem.position)
    ):
        content.items[row.session_id].append(row)
    _load_people(content, event_id, with_unconsented=with_unconsented)
    _load_cities(content, event_id)
    _load_parts(content, event_id)
    return content


def _load_people(content: EventContent, event_id: int, *, with_unconsented: bool) -> None:
    columns = [
        getattr(Speaker, name)
        for name in (
            "id", "name", "family_name", "name_native", "name_status", "honorific", "title", "organisation", "city_id",
            "roles", "topic",
        )
    ]  # fmt: skip
    statement = (
        select(*columns, Contribution.item_id, Contribution.role)
        .outerjoin(Contribution, Contribution.speaker_id == Speaker.id)
        .where(Speaker.event_id == event_id, Speaker.state == "accepted")
        .order_by(Speaker.position, Speaker.id, Contribution.position, Contribution.id)
    )
    if not with_unconsented:
        statement = statement.where(Speaker.consented_at.is_not(None))
    for row in db.session.execute(statement):
        content.speakers.setdefault(row.id, row)
        if row.item_id is not None:
            content.contributions.setdefault(row.item_id, []).append((row.id, row.role))


def _load_cities(content: EventContent, event_id: int) -> None:
    """Load the cities of the event once each, and which of them hold which items; two statements."""
    items = (
        select(ItemCity.city_id)
        .join(AgendaItem, AgendaItem.id == ItemCity.item_id)
        .join(EventSession, EventSession.id == AgendaItem.session_id)
        .where(EventSession.event_id == event_id)
    )
    members = select(EventMembership.subject_id).where(
        EventMembership.event_id == event_id, EventMembership.subject_kind == "city"
    )
    columns = (City.id, City.slug, City.name, City.side, City.country, City.lat, City.lon, City.sort_keys)
    cities: dict[int, Any] = {}
    for row in db.session.execute(
        select(*columns, City.id.in_(members).label("is_member"))
        .where(City.id.in_(members) | City.id.in_(items))
        .order_by(City.position, City.id)
    ):
        cities[row.id] = row
        if row.is_member:
            content.cities[row.id] = row
    for item_id, city_id in db.session.execute(
        items.with_only_columns(ItemCity.item_id, ItemCity.city_id).order_by(ItemCity.item_id, ItemCity.position)
    ):
        content.item_cities.setdefault(item_id, []).append(cities[city_id])


def _load_parts(content: EventContent, event_id: int) -> None:
    """Load documents, outcomes, awards, counts, moves and visible changes as rows of one shape."""
    no_map, no_text, no_number = cast(null(), JSON), cast(null(), String), cast(null(), Integer)

    def part(kind: str, table: Any, order: Any, **columns: Any) -> Select[Any]:
        return select(
            literal(kind).label("part"),
            order.label("position"),
            *(columns.get(name, no_map).label(name) for name in ("text", "more")),
            *(cast(columns.get(name, no_text), String).label(name) for name in ("word", "other", "detail")),
            *(cast(columns.get(name, no_number), Integer).label(name) for name in ("number", "flag")),
        ).where(table.event_id == event_id)

    rows = db.session.execute(
        union_all(
            part("document", EventDocument, EventDocument.position, text=EventDocument.title, word=EventDocument.kind,
                 other=EventDocument.url, detail=EventDocument.session_slug, number=EventDocument.images,
                 flag=EventDocument.is_available),
            part("outcome", Outcome, Outcome.position, text=Outcome.text),
            part("award", Award, Award.position, text=Award.name, more=Award.category, word=Award.level,
                 number=Award.recipient_id),
            part("count", HeadCount, HeadCount.position, word=HeadCount.subject, other=HeadCount.qualifier,
                 detail=HeadCount.as_printed, number=HeadCount.value, flag=HeadCount.city_id),
            part("move", EventMove, EventMove.id, text=EventMove.reason, word=EventMove.kind,
                 other=EventMove.from_starts, detail=EventMove.from_ends),
            part("change", Revision, Revision.number, word=Revision.action,
                 other=Revision.made_at, number=Revision.number).where(Revision.is_visible, Revision.number > 1),
            part("theme", EventTheme, EventTheme.position, text=Theme.name, word=Theme.slug)
            .select_from(EventTheme).join(Theme, Theme.id == EventTheme.theme_id),
            part("framework", EventFramework, EventFramework.position, text=Framework.name, word=Framework.slug)
            .select_from(EventFramework).join(Framework, Framework.id == EventFramework.framework_id),
        ).order_by(sql_text("1"), sql_text("2"))
    )  # fmt: skip
    for row in rows:
        if row.part == "theme":
            content.themes.append((row.word, row.text))
        elif row.part == "framework":
            content.frameworks.append((row.word, row.text))
        else:
            content.parts.setdefault(row.part, []).append(row)
