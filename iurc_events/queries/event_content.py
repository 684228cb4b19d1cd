"""All that one event's page shows besides the event's own row, in few statements however long the agenda."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import (
    JSON,
    Integer,
    Select,
    String,
    Text,
    and_,
    bindparam,
    case,
    cast,
    literal,
    null,
    select,
    union_all,
)
from sqlalchemy import text as sql_text
from sqlalchemy.orm import aliased

from iurc_events.database import db
from iurc_events.domain.language_maps import LanguageMap
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
from iurc_events.models.files import StoredFile
from iurc_events.models.programmes import Framework, Theme
from iurc_events.models.revisions import Revision
from iurc_events.models.speakers import Speaker


@dataclass(frozen=True, slots=True, eq=False)
class SpeakerFacts:
    """A speaker as a page shows them; the same object while nothing about them changes, see :func:`_speaker`."""

    id: int
    name: LanguageMap
    family_name: LanguageMap | None
    name_native: str | None
    name_status: str | None
    honorific: str | None
    title: LanguageMap | None
    organisation: LanguageMap | None
    city_id: int | None
    roles: tuple[str, ...]
    topic: LanguageMap | None


@dataclass(frozen=True, slots=True, eq=False)
class ItemFacts:
    """An item of an agenda; the same object while nothing about it changes, see :func:`_item`."""

    id: int
    kind: str
    title: LanguageMap | None
    topic: LanguageMap | None
    slot: TimeSlot | None


@dataclass(frozen=True, slots=True)
class EventContent:
    """All that an event's page shows besides the event's own row; rows as they come, see :func:`load_content`."""

    sessions: dict[int, Any] = field(default_factory=dict)
    items: dict[int, list[ItemFacts]] = field(default_factory=dict)
    speakers: dict[int, SpeakerFacts] = field(default_factory=dict)
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


def _decoded(text: str | None) -> Any:
    return None if text is None else orjson.loads(text)


@lru_cache(maxsize=4096)
def _speaker(key: int, name: str, family: str | None, native: str | None, status: str | None, honorific: str | None,
             title: str | None, organisation: str | None, city_id: int | None, roles: str, topic: str | None,
             ) -> SpeakerFacts:  # fmt: skip
    """Return what a row says; the whole row is the key, so that long agendas decode only what changed."""
    return SpeakerFacts(key, _decoded(name), _decoded(family), native, status, honorific, _decoded(title),
                        _decoded(organisation), city_id, tuple(_decoded(roles)), _decoded(topic))  # fmt: skip


@lru_cache(maxsize=4096)
def _item(key: int, kind: str, title: str | None, topic: str | None, zone_name: str | None, precision: str | None,
          part: str | None, starts: str | None, ends: str | None, starts_fold: int, ends_fold: int,
          ) -> ItemFacts:  # fmt: skip
    """Return what a row says, as :func:`_speaker` does."""
    slot = None
    if zone_name and precision and starts and ends:
        slot = stored_slot(zone_name, precision, starts, ends, part, starts_fold, ends_fold)
    return ItemFacts(key, kind, _decoded(title), _decoded(topic), slot)


#: The event of which the statements below read; they are built once, which took a third of a page's time.
_EVENT = bindparam("event_id", type_=Integer)

_SESSIONS = (
    select(
        *(
            getattr(EventSession, name).label(f"session_{name}")
            for name in ("id", "slug", "kind", "title", "room", "note", "format", *_SLOT)
        )
    )
    .where(EventSession.event_id == _EVENT)
    .order_by(EventSession.position, EventSession.id)
)

_ITEMS = (
    select(
        AgendaItem.session_id,
        AgendaItem.id,
        AgendaItem.kind,
        cast(AgendaItem.title, Text),
        cast(AgendaItem.topic, Text),
        *(getattr(AgendaItem, name) for name in _SLOT),
    )
    .join(EventSession, EventSession.id == AgendaItem.session_id)
    .where(EventSession.event_id == _EVENT)
    .order_by(AgendaItem.session_id, AgendaItem.position)
)


def _has_part(part: str) -> Any:
    """Return whether a speaker agreed to publish a part of the own profile."""
    return cast(Speaker.published_parts, Text).contains(f'"{part}"')


#: From the first time that speakers save their own page, they themselves say whether their topic is published.
_SHOWS_TOPIC = Speaker.profile_saved_at.is_(None) | _has_part("topic")

_ACCEPTED = (
    select(
        Contribution.item_id,
        Contribution.role,
        Speaker.id,
        cast(Speaker.name, Text),
        cast(Speaker.family_name, Text),
        Speaker.name_native,
        Speaker.name_status,
        Speaker.honorific,
        cast(Speaker.title, Text),
        cast(Speaker.organisation, Text),
        Speaker.city_id,
        cast(Speaker.roles, Text),
        case((_SHOWS_TOPIC, cast(Speaker.topic, Text)), else_=null()),
    )
    .select_from(Speaker)
    .outerjoin(Contribution, Contribution.speaker_id == Speaker.id)
    .where(Speaker.event_id == _EVENT, Speaker.state == "accepted")
    .order_by(Speaker.position, Speaker.id, Contribution.position, Contribution.id)
)
_NAMED = _ACCEPTED.where(Speaker.consented_at.is_not(None))

_CITIES_OF_ITEMS = (
    select(ItemCity.item_id, ItemCity.city_id)
    .join(AgendaItem, AgendaItem.id == ItemCity.item_id)
    .join(EventSession, EventSession.id == AgendaItem.session_id)
    .where(EventSession.event_id == _EVENT)
    .order_by(ItemCity.item_id, ItemCity.position)
)
_IN_ITEMS = _CITIES_OF_ITEMS.with_only_columns(ItemCity.city_id).order_by(None)
_MEMBERS = select(EventMembership.subject_id).where(
    EventMembership.event_id == _EVENT, EventMembership.subject_kind == "city"
)
_CITIES = (
    select(
        City.id,
        City.slug,
        City.name,
        City.side,
        City.country,
        City.lat,
        City.lon,
        City.sort_keys,
        City.id.in_(_MEMBERS).label("is_member"),
    )
    .where(City.id.in_(_MEMBERS) | City.id.in_(_IN_ITEMS))
    .order_by(City.position, City.id)
)


def _part(kind: str, table: Any, order: Any, **columns: Any) -> Select[Any]:
    """Return a statement for one kind of part, in the shape that all of them share."""
    no_map, no_text, no_number = cast(null(), JSON), cast(null(), String), cast(null(), Integer)
    return select(
        literal(kind).label("part"),
        order.label("position"),
        *(columns.get(name, no_map).label(name) for name in ("text", "more")),
        *(cast(columns.get(name, no_text), String).label(name) for name in ("word", "other", "detail")),
        *(cast(columns.get(name, no_number), Integer).label(name) for name in ("number", "flag")),
    ).where(table.event_id == _EVENT)


#: Of speakers who agreed to be named: what else they agreed to publish, and their files.
_IS_NAMED = and_(Speaker.state == "accepted", Speaker.consented_at.is_not(None))
_PARENT = aliased(StoredFile)
_FILE_KIND = case((_PARENT.kind.is_not(None), _PARENT.kind + "-preview"), else_=StoredFile.kind)

_PARTS = union_all(
    _part("document", EventDocument, EventDocument.position, text=EventDocument.title, word=EventDocument.kind,
          other=EventDocument.url, detail=EventDocument.session_slug, number=EventDocument.images,
          flag=EventDocument.is_available),
    _part("outcome", Outcome, Outcome.position, text=Outcome.text),
    _part("award", Award, Award.position, text=Award.name, more=Award.category, word=Award.level,
          number=Award.recipient_id),
    _part("count", HeadCount, HeadCount.position, word=HeadCount.subject, other=HeadCount.qualifier,
          detail=HeadCount.as_printed, number=HeadCount.value, flag=HeadCount.city_id),
    _part("move", EventMove, EventMove.id, text=EventMove.reason, word=EventMove.kind,
          other=EventMove.from_starts, detail=EventMove.from_ends),
    _part("change", Revision, Revision.number, word=Revision.action,
          other=Revision.made_at, number=Revision.number).where(Revision.is_visible, Revision.number > 1),
    _part("theme", EventTheme, EventTheme.position, text=Theme.name, word=Theme.slug)
    .select_from(EventTheme).join(Theme, Theme.id == EventTheme.theme_id),
    _part("framework", EventFramework, EventFramework.position, text=Framework.name, word=Framework.slug)
    .select_from(EventFramework).join(Framework, Framework.id == EventFramework.framework_id),
    _part("profile", Speaker, Speaker.position,
          text=case((_has_part("biography"), Speaker.biography), else_=null()),
          more=case((_has_part("topic"), Speaker.abstract), else_=null()), number=Speaker.id)
    .where(_IS_NAMED, cast(Speaker.published_parts, Text) != "[]"),
    _part("file", StoredFile, StoredFile.version, word=_FILE_KIND, other=StoredFile.content_hash,
          detail=StoredFile.public_id, number=StoredFile.speaker_id, flag=StoredFile.size)
    .select_from(StoredFile).join(Speaker, Speaker.id == StoredFile.speaker_id)
    .outerjoin(_PARENT, _PARENT.id == StoredFile.preview_of_id)
    .where(_IS_NAMED, case(
        (_FILE_KIND.in_(("photo", "photo-preview")), _has_part("photo")), else_=_has_part("slides"))),
).order_by(sql_text("1"), sql_text("2"))  # fmt: skip


def load_content(event_id: int, *, with_unconsented: bool = False) -> EventContent:
    """Load what an event's page shows in six statements, however long the agenda.

    Args:
        with_unconsented: For a preview: accepted speakers who have not agreed to be named yet are in it too.
    """
    content = EventContent()
    asked = {"event_id": event_id}
    for row in db.session.execute(_SESSIONS, asked):
        content.sessions[row.session_id] = row
        content.items[row.session_id] = []
    for session_id, *columns in db.session.execute(_ITEMS, asked):
        content.items[session_id].append(_item(*columns))
    for item_id, role, *columns in db.session.execute(_ACCEPTED if with_unconsented else _NAMED, asked):
        speaker = _speaker(*columns)
        content.speakers.setdefault(speaker.id, speaker)
        if item_id is not None:
            content.contributions.setdefault(item_id, []).append((speaker.id, role))
    cities: dict[int, Any] = {}
    for row in db.session.execute(_CITIES, asked):
        cities[row.id] = row
        if row.is_member:
            content.cities[row.id] = row
    for item_id, city_id in db.session.execute(_CITIES_OF_ITEMS, asked):
        content.item_cities.setdefault(item_id, []).append(cities[city_id])
    for row in db.session.execute(_PARTS, asked):
        if row.part == "theme":
            content.themes.append((row.word, row.text))
        elif row.part == "framework":
            content.frameworks.append((row.word, row.text))
        else:
            content.parts.setdefault(row.part, []).append(row)
    return content
