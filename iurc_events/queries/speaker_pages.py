"""What the speaker's own page reads, what of it is public, and how complete the pages of an event are."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Integer, Text, and_, case, cast, exists, func, not_, select
from sqlalchemy.orm import aliased, contains_eager, joinedload

from iurc_events.database import db
from iurc_events.localisation import noop
from iurc_events.models.accounts import OneTimeToken
from iurc_events.models.agendas import AgendaItem, Contribution, EventSession
from iurc_events.models.cities import City
from iurc_events.models.delegations import Delegation
from iurc_events.models.events import Event
from iurc_events.models.files import StoredFile
from iurc_events.models.speakers import Person, Speaker

#: What a page needs to be complete, in the order of the page. Slides may come later.
PAGE_PARTS: Final = {
    "name": noop("Name in both scripts"),
    "title": noop("Job title"),
    "organisation": noop("Organisation"),
    "topic": noop("Topic of the talk"),
    "abstract": noop("Short description"),
    "biography": noop("Biography"),
    "languages": noop("Languages you speak"),
    "photo": noop("Photo"),
}
_HAS: Final[dict[str, ColumnElement[bool]]] = {
    "name": and_(Speaker.name["en"].as_string().is_not(None), Speaker.name["zh"].as_string().is_not(None)),
    **{
        name: getattr(Speaker, name).is_not(None)
        for name in ("title", "organisation", "topic", "abstract", "biography")
    },
    "languages": exists()
    .where(Person.id == Speaker.person_id, cast(Person.languages, Text) != "[]")
    .correlate(Speaker),
    "photo": exists().where(StoredFile.speaker_id == Speaker.id, StoredFile.kind == "photo").correlate(Speaker),
}
#: How many parts a page has; a speaker who says "complete" has them all.
_SCORE = sum((case((has, 1), else_=0) for has in _HAS.values()), start=case((Speaker.id.is_(None), 1), else_=0))
_IS_COMPLETE = Speaker.profile_confirmed_at.is_not(None) | and_(*_HAS.values())
#: Speakers of these states have a page to fill in.
ACTIVE_STATES: Final = ("waiting", "nominated", "accepted")


@dataclass(frozen=True, slots=True)
class Deck:
    """A version of a speaker's slides, with the picture of its first page."""

    file: StoredFile
    preview: StoredFile | None


@dataclass(frozen=True, slots=True)
class OwnFiles:
    """Files of a speaker; the latest deck first."""

    photo: StoredFile | None
    small_photo: StoredFile | None
    decks: tuple[Deck, ...]


@dataclass(frozen=True, slots=True)
class PageRow:
    """How one speaker's page stands."""

    speaker: Speaker
    city: City | None
    missing: tuple[str, ...]
    is_complete: bool
    has_slides: bool


def find_speaker_of_link(link_id: int, now: datetime) -> Speaker | None:
    """Return whose page a link opens, as long as it is not withdrawn or over."""
    payload = db.session.scalar(
        select(OneTimeToken.payload).where(
            OneTimeToken.id == link_id,
            OneTimeToken.purpose == "speaker",
            OneTimeToken.revoked_at.is_(None),
            OneTimeToken.expires_at > now,
        )
    )
    if not payload:
        return None
    return db.session.scalars(
        select(Speaker)
        .join(Event, Event.id == Speaker.event_id)
        .where(Speaker.id == payload.get("speaker_id"), Event.deleted_at.is_(None))
        .options(joinedload(Speaker.person), joinedload(Speaker.city))
    ).one_or_none()


def get_event(speaker: Speaker) -> Event:
    """Return the event of a speaker."""
    return db.session.get_one(Event, speaker.event_id)


def find_delegation(speaker: Speaker) -> Delegation | None:
    """Return the delegation that named a speaker."""
    return db.session.get(Delegation, speaker.delegation_id) if speaker.delegation_id else None


def list_items(speaker: Speaker) -> list[tuple[AgendaItem, EventSession, str]]:
    """Return where a speaker is on the agenda, and in which role, in its order."""
    rows = db.session.execute(
        select(AgendaItem, EventSession, Contribution.role)
        .join(Contribution, Contribution.item_id == AgendaItem.id)
        .join(EventSession, EventSession.id == AgendaItem.session_id)
        .where(Contribution.speaker_id == speaker.id)
        .order_by(EventSession.position, AgendaItem.position)
    )
    return [(item, session, role) for item, session, role in rows]


def list_files(speaker_id: int) -> OwnFiles:
    """Return the files of a speaker."""
    rows = list(
        db.session.scalars(
            select(StoredFile)
            .where(StoredFile.speaker_id == speaker_id)
            .order_by(StoredFile.version.desc(), StoredFile.id.desc())
        )
    )
    previews = {row.preview_of_id: row for row in rows if row.kind == "preview"}
    photo = next((row for row in rows if row.kind == "photo"), None)
    return OwnFiles(
        photo=photo,
        small_photo=previews.get(photo.id) if photo else None,
        decks=tuple(Deck(row, previews.get(row.id)) for row in rows if row.kind == "slides"),
    )


def find_file(speaker_id: int, public_id: uuid.UUID) -> StoredFile | None:
    """Return a file of a speaker."""
    return db.session.scalars(
        select(StoredFile).where(StoredFile.speaker_id == speaker_id, StoredFile.public_id == public_id)
    ).one_or_none()


_PUBLIC_STATES = ("published", "held", "postponed", "cancelled")


def _published(part: str) -> ColumnElement[bool]:
    """Return whether a speaker agreed to publish a part and is shown at all, on an event that everybody may see."""
    return and_(
        Speaker.state == "accepted",
        Speaker.consented_at.is_not(None),
        cast(Speaker.published_parts, Text).contains(f'"{part}"'),
        Event.state.in_(_PUBLIC_STATES),
        Event.deleted_at.is_(None),
        Event.unpublished_at.is_(None),
    )


def is_public_photo(content_hash: str) -> bool:
    """Tell whether a photo, or its small copy, is one that everybody may see."""
    parent = aliased(StoredFile)
    found = db.session.scalar(
        select(StoredFile.id)
        .join(Speaker, Speaker.id == StoredFile.speaker_id)
        .join(Event, Event.id == StoredFile.event_id)
        .outerjoin(parent, parent.id == StoredFile.preview_of_id)
        .where(
            StoredFile.content_hash == content_hash,
            func.coalesce(parent.kind, StoredFile.kind) == "photo",
            _published("photo"),
        )
        .limit(1)
    )
    return found is not None


def find_public_slides(public_id: uuid.UUID) -> StoredFile | None:
    """Return the latest slides of a speaker who agreed, of an event whose slides are released."""
    newer = aliased(StoredFile)
    return db.session.scalars(
        select(StoredFile)
        .join(Speaker, Speaker.id == StoredFile.speaker_id)
        .join(Event, Event.id == StoredFile.event_id)
        .where(
            StoredFile.public_id == public_id,
            StoredFile.kind == "slides",
            Event.slides_released_at.is_not(None),
            _published("slides"),
            not_(
                exists().where(
                    newer.speaker_id == StoredFile.speaker_id,
                    newer.kind == "slides",
                    newer.version > StoredFile.version,
                )
            ),
        )
    ).one_or_none()


# --- How complete the pages are -----------------------------------------------------------------------------------


def find_missing(speaker_id: int) -> tuple[str, ...]:
    """Return which of PAGE_PARTS a speaker's page still lacks."""
    row = db.session.execute(select(*_flags()).where(Speaker.id == speaker_id)).one()
    return tuple(name for name, has in zip(PAGE_PARTS, row, strict=True) if not has)


def _flags() -> list[ColumnElement[int]]:
    return [cast(case((_HAS[name], 1), else_=0), Integer).label(f"has_{name}") for name in PAGE_PARTS]


def _page_row(row: Sequence[Any]) -> PageRow:
    speaker, city, is_complete, has_slides, *flags = row
    missing = tuple(name for name, has in zip(PAGE_PARTS, flags, strict=True) if not has)
    return PageRow(speaker, city, missing, bool(is_complete), bool(has_slides))


_HAS_SLIDES = exists().where(StoredFile.speaker_id == Speaker.id, StoredFile.kind == "slides").correlate(Speaker)


def _rows() -> Any:
    return (
        select(
            Speaker,
            City,
            cast(case((_IS_COMPLETE, 1), else_=0), Integer),
            cast(case((_HAS_SLIDES, 1), else_=0), Integer),
            *_flags(),
        )
        .outerjoin(City, City.id == Speaker.city_id)
        .join(Person, Person.id == Speaker.person_id)
        .options(contains_eager(Speaker.person))
    )


@dataclass(frozen=True, slots=True)
class PageCounts:
    """How the pages of an event stand, in numbers."""

    total: int
    complete: int
    with_slides: int


def count_pages(event_id: int) -> PageCounts:
    """Count the speakers of an event who have a page, the complete pages and those with slides."""
    total, complete, with_slides = db.session.execute(
        select(
            func.count(),
            func.coalesce(func.sum(case((_IS_COMPLETE, 1), else_=0)), 0),
            func.coalesce(func.sum(case((_HAS_SLIDES, 1), else_=0)), 0),
        )
        .select_from(Speaker)
        .where(Speaker.event_id == event_id, Speaker.state.in_(ACTIVE_STATES))
    ).one()
    return PageCounts(total, complete, with_slides)


def protocol_order(language: str) -> list[ColumnElement[Any]]:
    """Return the order of protocol: by rank of :class:`Person`; people without a rank after them, by name."""
    return [
        case((Person.protocol_rank.is_(None), 1), else_=0),
        func.coalesce(Person.protocol_rank, 0),
        func.coalesce(Person.sort_keys[language].as_string(), ""),
    ]


def list_pages(
    event_id: int, *, language: str, sort: str = "page", is_descending: bool = False, page: int = 1, per_page: int = 25
) -> list[PageRow]:
    """Return one page of an event's speakers with the state of their own pages.

    Args:
        sort: ``page`` (the least complete first), ``name``, ``city`` or ``protocol``.
    """
    name_key = func.coalesce(Person.sort_keys[language].as_string(), Speaker.name[language].as_string(), "")
    columns: dict[str, list[Any]] = {
        "page": [case((_IS_COMPLETE, len(PAGE_PARTS) + 1), else_=_SCORE)],
        "name": [name_key],
        "protocol": [*protocol_order(language), Speaker.name[language].as_string()],
        "city": [func.coalesce(City.sort_keys[language].as_string(), City.slug, "")],
    }
    order = [column.desc() if is_descending else column.asc() for column in columns.get(sort, columns["page"])]
    rows = db.session.execute(
        _rows()
        .where(Speaker.event_id == event_id, Speaker.state.in_(ACTIVE_STATES))
        .order_by(*order, Speaker.position, Speaker.id)
        .limit(per_page)
        .offset((page - 1) * per_page)
    )
    return [_page_row(row) for row in rows]


def _may_be_reminded(event_id: int) -> list[ColumnElement[bool]]:
    return [
        Speaker.event_id == event_id,
        Speaker.state.in_(ACTIVE_STATES),
        Speaker.email.is_not(None),
        Speaker.reminders_refused_at.is_(None),
        not_(_IS_COMPLETE),
    ]


def list_incomplete(event_id: int) -> list[PageRow]:
    """Return the speakers who can be reminded of their page: incomplete, with an address, not weary of it."""
    rows = db.session.execute(_rows().where(*_may_be_reminded(event_id)).order_by(Speaker.position, Speaker.id))
    return [_page_row(row) for row in rows]


def list_due(event_id: int, *, before: datetime, most: int) -> list[PageRow]:
    """Return those of an event whom the timed reminders reach now.

    Args:
        before: Who was reminded since then is left alone.
        most: Who got so many timed reminders is left alone.
    """
    rows = db.session.execute(
        _rows()
        .where(
            *_may_be_reminded(event_id),
            Speaker.state == "accepted",
            Speaker.profile_reminders < most,
            Speaker.profile_reminded_at.is_(None) | (Speaker.profile_reminded_at <= before),
        )
        .order_by(Speaker.position, Speaker.id)
    )
    return [_page_row(row) for row in rows]


def list_coming_events(now: datetime, within: timedelta) -> list[int]:
    """Return the keys of published events that begin soon."""
    return list(
        db.session.scalars(
            select(Event.id)
            .where(
                Event.state == "published",
                Event.deleted_at.is_(None),
                Event.starts_at > now,
                Event.starts_at <= now + within,
            )
            .order_by(Event.id)
        )
    )
