"""What calendar feeds hold: one indexed read for the version, one for the stored texts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, or_, select

from iurc_events.addresses import FEED_KINDS
from iurc_events.database import db
from iurc_events.domain.language_maps import LanguageMap
from iurc_events.domain.vocabulary import EVENT_KINDS
from iurc_events.localisation.vocabulary import label
from iurc_events.models.calendar_feeds import CalendarEntry, FeedVersion
from iurc_events.models.cities import City, CityPair, PairCity
from iurc_events.models.events import Event, EventMembership
from iurc_events.models.programmes import Programme, Theme
from iurc_events.models.revisions import Revision
from iurc_events.queries import saved_filters
from iurc_events.queries.events import feed_conditions

Fragment = tuple[str | None, bytes]
#: Version that rises with every change to any event: of kept lists and personal calendars.
ALL_EVENTS: Final = "events"
#: Kinds of feed that hold one event alone, for ever.
OF_ONE_EVENT: Final = ("event", "sessions")


@dataclass(frozen=True, slots=True)
class FeedSubject:
    """What a feed is about. ``name`` is a language map; ``version`` and ``revised_at`` rise with every change."""

    kind: str
    id: int
    slug: str
    name: LanguageMap
    version: int
    revised_at: datetime | None
    #: Of a kept list: what it is filtered by.
    conditions: saved_filters.Conditions | None = None

    @property
    def version_name(self) -> str:
        """The feed whose version this one has."""
        return version_name(self.kind, self.slug)


_TABLES: dict[str, Any] = {"programme": Programme, "city": City, "theme": Theme}


def version_name(kind: str, slug: str) -> str:
    """Return the name under which the version of a feed is kept."""
    if kind == "filter":
        return ALL_EVENTS
    return f"{FEED_KINDS['event' if kind == 'sessions' else kind]}/{slug}"


def _version_of(kind: str, slug: str) -> tuple[int, datetime | None]:
    row = db.session.execute(
        select(FeedVersion.version, FeedVersion.revised_at).where(FeedVersion.feed == version_name(kind, slug))
    ).one_or_none()
    return (row.version, row.revised_at) if row else (0, None)


def _pair_name(pair_id: int) -> LanguageMap:
    names = list(
        db.session.scalars(
            select(City.name)
            .join(PairCity, PairCity.city_id == City.id)
            .where(PairCity.pair_id == pair_id)
            .order_by(PairCity.position)
        )
    )
    return {
        language: joint.join(name.get(language) or name["en"] for name in names)
        for language, joint in (("en", "–"), ("zh", "—"))
    }


def _last_published_title(event_id: int, unpublished_at: datetime) -> LanguageMap:
    """Return the title that an event had when it was withdrawn; empty where that is not known any more."""
    snapshot = db.session.scalar(
        select(Revision.snapshot)
        .where(Revision.event_id == event_id, Revision.made_at >= unpublished_at)
        .order_by(Revision.number)
        .limit(1)
    )
    title: LanguageMap = snapshot["events"][0]["title"] if snapshot else {}
    return title


def find_subject(kind: str, slug: str) -> FeedSubject | None:
    """Find what a feed is about; a draft that was never published is about nothing.

    The version is read before anything else, so that old texts are never kept under a new version.
    """
    version, revised_at = _version_of(kind, slug)
    if kind == "kind":
        if slug not in EVENT_KINDS:
            return None
        return FeedSubject(kind, 0, slug, {tag: label("kind", slug, tag) for tag in ("en", "zh")}, version, revised_at)
    if kind == "filter":
        kept = saved_filters.find_by_short_id(slug)
        if kept is None:
            return None
        name = saved_filters.name_of(kept.conditions)
        return FeedSubject(kind, kept.id, slug, name, version, revised_at, kept.conditions)
    if kind in OF_ONE_EVENT:
        found = db.session.execute(
            select(Event.id, Event.title, Event.unpublished_at).where(
                Event.slug == slug, Event.first_published_at.is_not(None)
            )
        ).one_or_none()
        if found is None:
            return None
        title = _last_published_title(found.id, found.unpublished_at) if found.unpublished_at else found.title
        return FeedSubject(kind, found.id, slug, title, version, revised_at)
    if kind == "pair":
        pair_id = db.session.scalar(select(CityPair.id).where(CityPair.slug == slug))
        return FeedSubject(kind, pair_id, slug, _pair_name(pair_id), version, revised_at) if pair_id else None
    table = _TABLES[kind]
    found = db.session.execute(select(table.id, table.name).where(table.slug == slug)).one_or_none()
    return FeedSubject(kind, found.id, slug, found.name, version, revised_at) if found else None


def _fragments(statement: Select[str | None, bytes]) -> list[Fragment]:
    rows = db.session.execute(statement.order_by(CalendarEntry.starts_at, CalendarEntry.event_id))
    return [(zone, body) for zone, body in rows]


def _texts(language: str, now: datetime) -> Select[str | None, bytes]:
    return select(CalendarEntry.zone, CalendarEntry.body).where(
        CalendarEntry.language == language,
        or_(CalendarEntry.leaves_at.is_(None), CalendarEntry.leaves_at > now),
    )


def list_fragments(subject: FeedSubject, language: str, *, since: datetime, now: datetime) -> list[Fragment]:
    """Return the stored texts of a feed in the order of their start.

    Args:
        since: What ended before this instant is left out; a single event's feed has no such window.
        now: Withdrawn events that left before this instant are left out.
    """
    statement = _texts(language, now)
    if subject.kind == "event":
        return _fragments(statement.where(CalendarEntry.event_id == subject.id))
    statement = statement.where(CalendarEntry.ends_at >= since)
    if subject.kind == "kind":
        return _fragments(statement.join(Event, Event.id == CalendarEntry.event_id).where(Event.kind == subject.slug))
    if subject.kind == "filter":
        conditions = feed_conditions(saved_filters.filters_of(subject.conditions or {}))
        return _fragments(statement.join(Event, Event.id == CalendarEntry.event_id).where(*conditions))
    return _fragments(
        statement.join(EventMembership, EventMembership.event_id == CalendarEntry.event_id).where(
            EventMembership.subject_kind == subject.kind,
            EventMembership.subject_id == subject.id,
        )
    )


def is_withdrawn_event(event_id: int) -> bool:
    """Tell whether a once public event was withdrawn or deleted."""
    statement = select(Event.id).where(
        Event.id == event_id, or_(Event.unpublished_at.is_not(None), Event.deleted_at.is_not(None))
    )
    return db.session.scalar(statement) is not None
