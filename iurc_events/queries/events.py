"""Events as the public finds them: lists with filters and search, and all that one page shows in few statements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import (
    JSON,
    ColumnElement,
    Integer,
    bindparam,
    case,
    cast,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy import text as sql_text

from iurc_events.database import db
from iurc_events.domain.language_maps import LanguageMap
from iurc_events.domain.search_text import query_phrases
from iurc_events.domain.time_slots import TimeSlot
from iurc_events.domain.vocabulary import EVENT_KINDS
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
    conditions = [is_public(), *_content_conditions(filters, without=without)]
    if filters.states and without != "state":
        conditions.append(Event.state.in_(filters.states))
    return conditions


def feed_conditions(filters: EventFilters) -> list[ColumnElement[bool]]:
    """Turn filters into the conditions of a calendar: what the list shows, and what was withdrawn from it."""
    shown = is_public() & Event.state.in_(filters.states) if filters.states else is_public()
    return [or_(shown, Event.unpublished_at.is_not(None)), *_content_conditions(filters)]


def _content_conditions(filters: EventFilters, *, without: str = "") -> list[ColumnElement[bool]]:
    """Turn filters into conditions, but for the state."""
    conditions: list[ColumnElement[bool]] = []
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
    if (found := matches(filters.query)) is not None:
        conditions.append(found)
    return conditions


_LISTED = (
    Event.id, Event.slug, Event.title, Event.state, Event.kind, Event.format, Event.time_zone, Event.time_precision,
    Event.part_of_day, Event.starts_wall, Event.ends_wall, Event.starts_fold, Event.ends_fold, Event.ends_at,
    Event.is_registration_open, Event.capacity, Event.seats_taken, City.name.label("venue_city_name"),
    Programme.reference_zones,
)  # fmt: skip


def _listed(statement: Any) -> list[ListedEvent]:
    return [
        ListedEvent(
            id=row.id,
            slug=row.slug,
            title=row.title,
            state=row.state,
            kind=row.kind,
            format=row.format,
            slot=slot_of_row(row),
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
    keys = select(Event.id).where(*conditions).order_by(*order).limit(limit)
    return _listed(_select_listed().where(Event.id.in_(keys)).order_by(*order))


@dataclass(frozen=True, slots=True)
class FacetCounts:
    """How many events fit in all, how many of them are to come, and how many each choice of a filter would show."""

    total: int
    coming: int
    by_column: dict[str, dict[str, int]]


_FACETS = {"kind": Event.kind, "format": Event.format, "state": Event.state}


def _is_coming(now: datetime) -> ColumnElement[bool]:
    return or_(Event.ends_at > now, Event.ends_at.is_(None))


def count_events(filters: EventFilters, *, now: datetime) -> FacetCounts:
    """Count the events that fit by kind, format and state, each without its own filter.

    One statement counts them all; each of the three that is filtered by takes one more.
    """
    coming_flag = case((_is_coming(now), 1), else_=0)
    columns = (Event.kind, Event.format, Event.state)
    total = coming = 0
    by_column: dict[str, dict[str, int]] = {name: {} for name in _FACETS}
    for row in db.session.execute(
        select(*columns, coming_flag, func.count()).where(*_conditions(filters)).group_by(*columns, coming_flag)
    ):
        total += row[4]
        coming += row[4] if row[3] else 0
        for name, value in zip(_FACETS, row, strict=False):
            by_column[name][value] = by_column[name].get(value, 0) + row[4]
    chosen = {"kind": filters.kinds, "format": filters.formats, "state": filters.states}
    for name, attribute in _FACETS.items():
        if chosen[name]:
            rows = db.session.execute(
                select(attribute, func.count()).where(*_conditions(filters, without=name)).group_by(attribute)
            )
            by_column[name] = {row[0]: row[1] for row in rows}
    return FacetCounts(total, coming, by_column)


def _page(
    conditions: Sequence[ColumnElement[bool]], *, now: datetime, coming: int, page: int, per_page: int
) -> list[ListedEvent]:
    """Return one page: what is to come in order, then what is past, latest first.

    The keys of the page are found on the narrow index of public events; only its own rows are read whole.
    """
    first, last = (page - 1) * per_page, page * per_page
    rows: list[ListedEvent] = []
    is_coming = _is_coming(now)
    parts = (
        (is_coming, (Event.starts_at, Event.id), first, min(last, coming)),
        (~is_coming, (Event.starts_at.desc(), Event.id), max(first - coming, 0), last - coming),
    )
    for condition, order, start, end in parts:
        if start < end:
            keys = select(Event.id).where(*conditions, condition).order_by(*order).limit(end - start).offset(start)
            rows += _listed(_select_listed().where(Event.id.in_(keys)).order_by(*order))
    return rows


def list_events(
    filters: EventFilters, counts: FacetCounts, *, now: datetime, page: int = 1, per_page: int = 10
) -> list[ListedEvent]:
    """Return one page of the events that fit: to come in order, then past, latest first.

    Args:
        counts: Of the same filters at the same moment, see :func:`count_events`.
    """
    return _page(_conditions(filters), now=now, coming=counts.coming, page=page, per_page=per_page)


def list_events_of(
    kind: str, subject_id: int, *, now: datetime, page: int = 1, per_page: int = 10
) -> tuple[list[ListedEvent], int]:
    """Return one page of the public events of a city, pair, programme or theme, and how many there are."""
    conditions = [
        is_public(),
        Event.id.in_(
            select(EventMembership.event_id).where(
                EventMembership.subject_kind == kind, EventMembership.subject_id == subject_id
            )
        ),
    ]
    coming_flag = case((_is_coming(now), 1), else_=0)
    total, coming = db.session.execute(
        select(func.count(), func.coalesce(func.sum(coming_flag), 0)).select_from(Event).where(*conditions)
    ).one()
    return _page(conditions, now=now, coming=int(coming), page=page, per_page=per_page), total


@dataclass(frozen=True, slots=True)
class SubjectChoice:
    """A city, theme or programme to filter by, and how many events it would show; None where nobody counted."""

    kind: str
    slug: str
    name: LanguageMap
    side: str
    sort_keys: LanguageMap
    count: int | None


def list_subjects(filters: EventFilters | None = None) -> list[SubjectChoice]:
    """Return the cities, themes and programmes that have events, and what is chosen, in one statement.

    Args:
        filters: Counts the events that fit for each, and leaves out those that would show none; not for the kinds
            that are filtered by themselves, whose choices widen the list. None counts nothing.
    """
    wanted = filters or EventFilters()

    def of(kind: str, table: Any, side: Any, sort_keys: Any, chosen: tuple[str, ...]) -> Any:
        columns = (literal(kind), table.slug, table.name, side, sort_keys, table.position)
        if filters is None or chosen:
            used = exists().where(EventMembership.subject_kind == kind, EventMembership.subject_id == table.id)
            return select(*columns, cast(null(), Integer)).where(used | table.slug.in_(chosen))
        numbers = (
            select(EventMembership.subject_id.label("key"), func.count().label("number"))
            .join(Event, Event.id == EventMembership.event_id)
            .where(EventMembership.subject_kind == kind, *_conditions(wanted))
            .group_by(EventMembership.subject_id)
            .subquery()
        )
        return select(*columns, numbers.c.number).join(numbers, numbers.c.key == table.id)

    none, no_keys = literal(""), cast(null(), JSON)
    rows = db.session.execute(
        union_all(
            of("city", City, City.side, City.sort_keys, wanted.cities),
            of("theme", Theme, none, no_keys, wanted.themes),
            of("programme", Programme, none, no_keys, wanted.programmes),
        ).order_by(sql_text("6"))
    )
    return [SubjectChoice(row[0], row[1], row[2], row[3], row[4] or {}, row[6]) for row in rows]


def list_kinds() -> list[str]:
    """Return the kinds of which there are public events, in the order of the vocabulary."""
    found = set(db.session.scalars(select(Event.kind).where(is_public()).distinct()))
    return [kind for kind in EVENT_KINDS if kind in found]


def without_unknown(filters: EventFilters) -> EventFilters:
    """Return the filters without addresses of cities, themes and programmes that do not exist."""
    if not (filters.cities or filters.themes or filters.programmes):
        return filters
    asked: tuple[tuple[Any, tuple[str, ...]], ...] = (
        (City, filters.cities),
        (Theme, filters.themes),
        (Programme, filters.programmes),
    )
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


def find_public_event(slug: str) -> Event | None:
    """Find an event that everybody may see, its programme loaded with it."""
    return db.session.scalars(select(Event).where(Event.slug == slug, is_public())).one_or_none()


def _standing_statement() -> Any:
    columns = Event.__table__.c
    names = (
        "public_id", "slug", "version", "state", "time_zone", "ends_at", "capacity", "seats_taken",
        "is_registration_open", "registration_opens_on", "registration_closes_on",
    )  # fmt: skip
    return select(*(columns[name] for name in names)).where(
        columns.slug == bindparam("slug"), columns.state != "draft", columns.deleted_at.is_(None)
    )


_STANDING: Final = _standing_statement()


def find_standing(slug: str) -> Any:
    """Find what decides how a public event's page looks besides the reader: its version, seats and dates; else None.

    Built once and run without the mapper: it is all that a page which is kept asks of the database.
    """
    return db.session.connection().execute(_STANDING, {"slug": slug}).one_or_none()


def was_public(slug: str) -> bool:
    """Tell whether an address was once that of a public event."""
    statement = select(Event.id).where(Event.slug == slug, Event.first_published_at.is_not(None))
    return db.session.scalar(statement) is not None


def find_new_slug(slug: str) -> str | None:
    """Find where an event's former address leads."""
    return db.session.scalar(
        select(Event.slug).join(FormerSlug, FormerSlug.event_id == Event.id).where(FormerSlug.slug == slug)
    )
