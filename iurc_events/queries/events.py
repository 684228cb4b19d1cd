"""Events as the public finds them: lists with filters and search, and all that one page shows in few statements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    Integer,
    Select,
    String,
    case,
    cast,
    desc,
    func,
    literal,
    null,
    select,
    union_all,
)
from sqlalchemy import text as sql_text

from iurc_events.database import db
from iurc_events.domain.language_maps import LanguageMap
from iurc_events.domain.search_text import query_phrases
from iurc_events.domain.time_slots import TimeSlot
from iurc_events.models.agendas import AgendaItem, Contribution, EventSession, ItemCity
from iurc_events.models.attendance import HeadCount
from iurc_events.models.cities import City
from iurc_events.models.events import (
    Award,
    Event,
    EventDocument,
    EventFramework,
    EventMembership,
    EventMove,
    EventSearchText,
    EventTheme,
    FormerSlug,
    Outcome,
)
from iurc_events.models.programmes import Framework, Programme, Theme
from iurc_events.models.revisions import Revision
from iurc_events.models.speakers import Speaker


@dataclass(frozen=True, slots=True)
class EventFilters:
    """What a reader asked for; a repeated key means "or". Days are inclusive."""

    from_day: date | None = None
    to_day: date | None = None
    cities: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    programmes: tuple[str, ...] = ()
    query: str = ""


@dataclass(frozen=True, slots=True)
class ListedEvent:
    """An event in a list."""

    id: int
    slug: str
    title: LanguageMap
    state: str
    kind: str
    format: str
    slot: TimeSlot | None
    venue_city_name: LanguageMap | None
    reference_zones: Sequence[Any]
    is_registration_open: bool
    is_full: bool
    ends_at: datetime | None


def is_public() -> ColumnElement[bool]:
    """Return the condition that everybody may see an event."""
    return (Event.state != "draft") & Event.deleted_at.is_(None)


def matches(query: str) -> ColumnElement[bool] | None:
    """Return the condition that an event is found by what a person typed; None where nothing was typed.

    Every phrase must be found; the last word of a Latin phrase may be a beginning.
    """
    phrases = [phrase.split() for phrase in query_phrases(query)]
    if not phrases:
        return None
    if db.engine.dialect.name == "sqlite":
        wanted = " ".join(f'"{" ".join(words)}"' + ("*" if words[-1].isascii() else "") for words in phrases)
        found = sql_text("SELECT rowid FROM event_search_index WHERE event_search_index MATCH :wanted")
        return Event.id.in_(found.bindparams(wanted=wanted).columns(rowid=Integer))
    wanted = " & ".join(
        "(" + " <-> ".join(f"'{word}'" for word in words) + (":*" if words[-1].isascii() else "") + ")"
        for words in phrases
    )
    vector = func.to_tsvector(sql_text("'simple'"), EventSearchText.text)
    return Event.id.in_(
        select(EventSearchText.event_id).where(vector.op("@@")(func.to_tsquery(sql_text("'simple'"), wanted)))
    )


def _of_any(kind: str, table: Any, slugs: tuple[str, ...]) -> ColumnElement[bool]:
    keys = select(table.id).where(table.slug.in_(slugs))
    return Event.id.in_(
        select(EventMembership.event_id).where(
            EventMembership.subject_kind == kind, EventMembership.subject_id.in_(keys)
        )
    )


def _conditions(filters: EventFilters, *, without: str = "") -> list[ColumnElement[bool]]:
    """Turn filters into conditions, without one of them for the numbers beside its own choices."""
    conditions = [is_public()]
    if filters.from_day:
        conditions.append(Event.last_day >= filters.from_day.isoformat())
    if filters.to_day:
        conditions.append(Event.first_day <= filters.to_day.isoformat())
    if filters.cities:
        conditions.append(_of_any("city", City, filters.cities))
    if filters.themes:
        conditions.append(_of_any("theme", Theme, filters.themes))
    if filters.programmes:
        conditions.append(_of_any("programme", Programme, filters.programmes))
    if filters.kinds and without != "kind":
        conditions.append(Event.kind.in_(filters.kinds))
    if filters.formats and without != "format":
        conditions.append(Event.format.in_(filters.formats))
    if filters.states and without != "state":
        conditions.append(Event.state.in_(filters.states))
    if (found := matches(filters.query)) is not None:
        conditions.append(found)
    return conditions


_LISTED = (
    Event.id, Event.slug, Event.title, Event.state, Event.kind, Event.format, Event.time_zone, Event.time_precision,
    Event.part_of_day, Event.starts_wall, Event.ends_wall, Event.starts_fold, Event.ends_fold, Event.ends_at,
    Event.is_registration_open, Event.capacity, Event.seats_taken, City.name.label("venue_city_name"),
    Programme.reference_zones,
)  # fmt: skip


def _slot_of(row: Any) -> TimeSlot | None:
    """Build the slot of a row that has the columns of models/columns.SlotColumns."""
    holder = Event(time_zone=row.time_zone, time_precision=row.time_precision, part_of_day=row.part_of_day)
    holder.starts_wall, holder.ends_wall = row.starts_wall, row.ends_wall
    holder.starts_fold, holder.ends_fold = row.starts_fold, row.ends_fold
    return holder.slot


def _listed(statement: Any) -> list[ListedEvent]:
    return [
        ListedEvent(
            id=row.id,
            slug=row.slug,
            title=row.title,
            state=row.state,
            kind=row.kind,
            format=row.format,
            slot=_slot_of(row),
            venue_city_name=row.venue_city_name,
            reference_zones=row.reference_zones,
            is_registration_open=row.is_registration_open,
            is_full=row.capacity is not None and row.seats_taken >= row.capacity,
            ends_at=row.ends_at,
        )
        for row in db.session.execute(statement)
    ]


def _select_listed() -> Any:
    return (
        select(*_LISTED)
        .join(Programme, Programme.id == Event.programme_id)
        .outerjoin(City, City.id == Event.venue_city_id)
    )


def list_events(
    filters: EventFilters, *, now: datetime, page: int = 1, per_page: int = 10
) -> tuple[list[ListedEvent], int]:
    """Return one page of the events that fit, and how many there are: to come in order, then past, latest first."""
    conditions = _conditions(filters)
    total = db.session.scalar(select(func.count(Event.id)).where(*conditions)) or 0
    is_past = Event.ends_at <= now
    rows = _listed(
        _select_listed()
        .where(*conditions)
        .order_by(
            case((is_past, 1), else_=0),
            case((is_past, null()), else_=Event.starts_at),
            desc(case((is_past, Event.starts_at), else_=null())),
            Event.id,
        )
        .limit(per_page)
        .offset((page - 1) * per_page)
    )
    return rows, total


def list_events_of(
    kind: str, subject_id: int, *, now: datetime, page: int = 1, per_page: int = 10
) -> tuple[list[ListedEvent], int]:
    """Return one page of the public events of a city, pair, programme or theme, and how many there are."""
    of_subject = Event.id.in_(
        select(EventMembership.event_id).where(
            EventMembership.subject_kind == kind, EventMembership.subject_id == subject_id
        )
    )
    total = db.session.scalar(select(func.count(Event.id)).where(is_public(), of_subject)) or 0
    is_past = Event.ends_at <= now
    statement = _select_listed().where(is_public(), of_subject)
    statement = statement.order_by(
        case((is_past, 1), else_=0),
        case((is_past, null()), else_=Event.starts_at),
        desc(case((is_past, Event.starts_at), else_=null())),
        Event.id,
    )
    return _listed(statement.limit(per_page).offset((page - 1) * per_page)), total


def count_by(column: str, filters: EventFilters) -> dict[str, int]:
    """Count the events that fit by ``kind`` or ``format``, its own filter left out."""
    attribute = {"kind": Event.kind, "format": Event.format, "state": Event.state}[column]
    statement = select(attribute, func.count()).where(*_conditions(filters, without=column)).group_by(attribute)
    rows = db.session.execute(statement)
    return {row[0]: row[1] for row in rows}


def list_filter_choices() -> list[tuple[str, str, LanguageMap, str]]:
    """Return (kind, slug, name, side) of the cities, themes and programmes that have events, in one statement."""

    def of(kind: str, table: Any, side: Any) -> Any:
        used = select(EventMembership.subject_id).where(EventMembership.subject_kind == kind)
        return select(literal(kind), table.slug, table.name, side).where(table.id.in_(used))

    none = literal("")
    rows = db.session.execute(
        union_all(of("city", City, City.side), of("theme", Theme, none), of("programme", Programme, none))
    )
    return [(row[0], row[1], row[2], row[3]) for row in rows]


def find_public_event(slug: str) -> Event | None:
    """Find an event that everybody may see, its programme loaded with it."""
    return db.session.scalars(select(Event).where(Event.slug == slug, is_public())).one_or_none()


def was_public(slug: str) -> bool:
    """Tell whether an address was once that of a public event."""
    statement = select(Event.id).where(Event.slug == slug, Event.first_published_at.is_not(None))
    return db.session.scalar(statement) is not None


def find_new_slug(slug: str) -> str | None:
    """Find where an event's former address leads."""
    return db.session.scalar(
        select(Event.slug).join(FormerSlug, FormerSlug.event_id == Event.id).where(FormerSlug.slug == slug)
    )


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
    if getattr(row, f"{prefix}starts_wall") is None:
        return None
    holder = Event(**{name: getattr(row, prefix + name) for name in _SLOT})
    return holder.slot


def load_content(event_id: int, *, with_unconsented: bool = False) -> EventContent:
    """Load what an event's page shows in five statements, however long the agenda.

    Args:
        with_unconsented: For a preview: accepted speakers who have not agreed to be named yet are in it too.
    """
    content = EventContent()
    session_columns = [
        getattr(EventSession, name).label(f"session_{name}")
        for name in ("id", "slug", "kind", "title", "room", "note", "format", *_SLOT)
    ]
    item_columns = [getattr(AgendaItem, name) for name in ("id", "position", "kind", "title", "topic", "note", *_SLOT)]
    for row in db.session.execute(
        select(*session_columns, *item_columns, AgendaItem.duration_min)
        .outerjoin(AgendaItem, AgendaItem.session_id == EventSession.id)
        .where(EventSession.event_id == event_id)
        .order_by(EventSession.position, EventSession.id, AgendaItem.position)
    ):
        content.sessions.setdefault(row.session_id, row)
        items = content.items.setdefault(row.session_id, [])
        if row.id is not None:
            items.append(row)
    _load_people(content, event_id, with_unconsented=with_unconsented)
    _load_cities(content, event_id)
    for kind, _, slug, name in db.session.execute(
        union_all(
            select(literal("theme"), EventTheme.position, Theme.slug, Theme.name)
            .join(Theme, Theme.id == EventTheme.theme_id)
            .where(EventTheme.event_id == event_id),
            select(literal("framework"), EventFramework.position, Framework.slug, Framework.name)
            .join(Framework, Framework.id == EventFramework.framework_id)
            .where(EventFramework.event_id == event_id),
        ).order_by(sql_text("2"))
    ):
        (content.themes if kind == "theme" else content.frameworks).append((slug, name))
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
    city = (City.id, City.slug, City.name.label("name"), City.side, City.country, City.lat, City.lon)
    none = cast(null(), Integer)
    rows = db.session.execute(
        union_all(
            select(ItemCity.item_id.label("item_id"), ItemCity.position.label("position"), *city)
            .join(City, City.id == ItemCity.city_id)
            .join(AgendaItem, AgendaItem.id == ItemCity.item_id)
            .join(EventSession, EventSession.id == AgendaItem.session_id)
            .where(EventSession.event_id == event_id),
            select(none.label("item_id"), literal(0).label("position"), *city)
            .join(EventMembership, EventMembership.subject_id == City.id)
            .where(EventMembership.event_id == event_id, EventMembership.subject_kind == "city"),
        ).order_by(sql_text("2"))
    )
    for row in rows:
        if row.item_id is None:
            content.cities[row.id] = row
        else:
            content.item_cities.setdefault(row.item_id, []).append(row)


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
        ).order_by(sql_text("1"), sql_text("2"))
    )  # fmt: skip
    for row in rows:
        content.parts.setdefault(row.part, []).append(row)
