"""Events as the public finds them: lists with filters and search, and all that one page shows in few statements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    Integer,
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
from iurc_events.models.cities import City
from iurc_events.models.events import (
    Event,
    EventMembership,
    EventSearchText,
    FormerSlug,
)
from iurc_events.models.programmes import Programme, Theme
from iurc_events.queries.event_content import EventContent as EventContent
from iurc_events.queries.event_content import load_content as load_content
from iurc_events.queries.event_content import slot_of_row as slot_of_row


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


def is_event(key: int) -> ColumnElement[bool]:
    """Return the condition that it is one certain event."""
    return Event.id == key


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
    if filters.cities and without != "city":
        conditions.append(_of_any("city", City, filters.cities))
    if filters.themes and without != "theme":
        conditions.append(_of_any("theme", Theme, filters.themes))
    if filters.programmes and without != "programme":
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


def list_where(*conditions: ColumnElement[bool], order: Sequence[Any], limit: int) -> list[ListedEvent]:
    """Return the first events that fit conditions on :class:`Event`, in an order."""
    return _listed(_select_listed().where(*conditions).order_by(*order).limit(limit))


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


@dataclass(frozen=True, slots=True)
class SubjectChoice:
    """A city, theme or programme to filter by, and how many events it would show."""

    kind: str
    slug: str
    name: LanguageMap
    side: str
    sort_keys: LanguageMap
    count: int


def count_by_subject(filters: EventFilters) -> list[SubjectChoice]:
    """Count the events that fit by city, theme and programme, each without its own filter, in one statement.

    Those without an event are left out, but for what is chosen.
    """

    def of(kind: str, table: Any, side: Any, sort_keys: Any, chosen: tuple[str, ...]) -> Any:
        numbers = (
            select(EventMembership.subject_id.label("key"), func.count().label("number"))
            .join(Event, Event.id == EventMembership.event_id)
            .where(EventMembership.subject_kind == kind, *_conditions(filters, without=kind))
            .group_by(EventMembership.subject_id)
            .subquery()
        )
        number = func.coalesce(numbers.c.number, 0)
        return (
            select(literal(kind), table.slug, table.name, side, sort_keys, number, table.position)
            .outerjoin(numbers, numbers.c.key == table.id)
            .where((number > 0) | table.slug.in_(chosen))
        )

    none, no_keys = literal(""), cast(null(), JSON)
    rows = db.session.execute(
        union_all(
            of("city", City, City.side, City.sort_keys, filters.cities),
            of("theme", Theme, none, no_keys, filters.themes),
            of("programme", Programme, none, no_keys, filters.programmes),
        ).order_by(sql_text("7"))
    )
    return [SubjectChoice(row[0], row[1], row[2], row[3], row[4] or {}, row[5]) for row in rows]


def without_unknown(filters: EventFilters) -> EventFilters:
    """Return the filters without addresses of cities, themes and programmes that do not exist."""
    if not (filters.cities or filters.themes or filters.programmes):
        return filters
    asked = ((City, filters.cities), (Theme, filters.themes), (Programme, filters.programmes))
    rows = db.session.execute(
        union_all(
            *(select(literal(n), table.slug).where(table.slug.in_(slugs)) for n, (table, slugs) in enumerate(asked))
        )
    )
    known = {(row[0], row[1]) for row in rows}
    cities, themes, programmes = (
        tuple(slug for slug in slugs if (n, slug) in known) for n, (_, slugs) in enumerate(asked)
    )
    return replace(filters, cities=cities, themes=themes, programmes=programmes)


def list_followable() -> list[SubjectChoice]:
    """Return the cities, themes and programmes that have events, uncounted, in one statement."""

    def of(kind: str, table: Any, side: Any, sort_keys: Any) -> Any:
        used = select(EventMembership.subject_id).where(EventMembership.subject_kind == kind)
        return select(literal(kind), table.slug, table.name, side, sort_keys, table.position).where(table.id.in_(used))

    none, no_keys = literal(""), cast(null(), JSON)
    rows = db.session.execute(
        union_all(
            of("city", City, City.side, City.sort_keys),
            of("theme", Theme, none, no_keys),
            of("programme", Programme, none, no_keys),
        ).order_by(sql_text("6"))
    )
    return [SubjectChoice(row[0], row[1], row[2], row[3], row[4] or {}, 0) for row in rows]


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
