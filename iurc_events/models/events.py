"""Events and what belongs to them directly."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, String, Text, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column, relationship

from iurc_events.database import Base, Json, UtcDateTime
from iurc_events.domain.language_maps import LanguageMap
from iurc_events.models.cities import City, CityPair
from iurc_events.models.columns import (
    Instant,
    JsonList,
    Key,
    LongText,
    MadeAt,
    PublicId,
    SlotColumns,
    Slug,
    Texts,
    Word,
    reference,
)
from iurc_events.models.programmes import Framework, Programme, Theme


class EventTheme(Base):
    """A theme of an event, in the order chosen."""

    __tablename__ = "event_themes"

    event_id: Mapped[int] = reference("events.id", primary_key=True)
    theme_id: Mapped[int] = reference("themes.id", primary_key=True)
    position: Mapped[int] = mapped_column(default=0)
    theme: Mapped[Theme] = relationship(lazy="joined")


class EventFramework(Base):
    """A policy framework of an event, in the order chosen."""

    __tablename__ = "event_frameworks"

    event_id: Mapped[int] = reference("events.id", primary_key=True)
    framework_id: Mapped[int] = reference("frameworks.id", primary_key=True)
    position: Mapped[int] = mapped_column(default=0)
    framework: Mapped[Framework] = relationship(lazy="joined")


class EventProgramme(Base):
    """A further programme that holds an event (``also_for``)."""

    __tablename__ = "event_programmes"

    event_id: Mapped[int] = reference("events.id", primary_key=True)
    programme_id: Mapped[int] = reference("programmes.id", primary_key=True)
    position: Mapped[int] = mapped_column(default=0)
    programme: Mapped[Programme] = relationship(lazy="joined")


class EventPair(Base):
    """A pair whose meeting an event is, as an organiser attached it."""

    __tablename__ = "event_pairs"

    event_id: Mapped[int] = reference("events.id", primary_key=True)
    pair_id: Mapped[int] = reference("city_pairs.id", primary_key=True)
    position: Mapped[int] = mapped_column(default=0)
    pair: Mapped[CityPair] = relationship(lazy="joined")


class EventCity(Base):
    """A city that takes part, as the source or an organiser says."""

    __tablename__ = "event_cities"

    event_id: Mapped[int] = reference("events.id", primary_key=True)
    city_id: Mapped[int] = reference("cities.id", primary_key=True)
    position: Mapped[int] = mapped_column(default=0)
    city: Mapped[City] = relationship(lazy="joined")


class EventMembership(Base):
    """Whose event it is, worked out from all of the above (product rule "Membership") and kept for lists and feeds.

    ``subject_kind`` is ``programme``, ``city``, ``pair`` or ``theme``; ``subject_id`` the key in that table.
    """

    __tablename__ = "event_memberships"
    __table_args__ = (Index("ix_event_memberships_subject", "subject_kind", "subject_id"),)

    event_id: Mapped[int] = reference("events.id", primary_key=True)
    subject_kind: Mapped[str] = mapped_column(String(12), primary_key=True)
    subject_id: Mapped[int] = mapped_column(primary_key=True)


class JoinLink(Base):
    """A way to join online, for those who may have it."""

    __tablename__ = "join_links"

    id: Mapped[Key]
    event_id: Mapped[int] = reference("events.id")
    position: Mapped[int] = mapped_column(default=0)
    label: Mapped[Texts]
    address: Mapped[str] = mapped_column(String(2000))
    meeting_number: Mapped[str | None] = mapped_column(String(80))
    passcode: Mapped[str | None] = mapped_column(String(80))


class EventDocument(Base):
    """A document of an event: agenda, slides, pictures, links to videos and posts."""

    __tablename__ = "documents"

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    event_id: Mapped[int] = reference("events.id")
    position: Mapped[int] = mapped_column(default=0)
    kind: Mapped[Word]
    title: Mapped[Texts]
    url: Mapped[LongText | None]
    images: Mapped[int | None]
    session_slug: Mapped[str | None] = mapped_column(String(120))
    #: False where a source mentions the document but the file is not here; None where nothing was said.
    is_available: Mapped[bool | None]


class Outcome(Base):
    """A result that an event produced, in words."""

    __tablename__ = "outcomes"

    id: Mapped[Key]
    event_id: Mapped[int] = reference("events.id")
    position: Mapped[int] = mapped_column(default=0)
    text: Mapped[Texts]


class Award(Base):
    """An award given at an event."""

    __tablename__ = "awards"

    id: Mapped[Key]
    event_id: Mapped[int] = reference("events.id")
    position: Mapped[int] = mapped_column(default=0)
    name: Mapped[Texts]
    level: Mapped[str | None] = mapped_column(String(20))
    category: Mapped[LanguageMap | None] = mapped_column(Json)
    recipient_id: Mapped[int] = reference("cities.id", ondelete="RESTRICT")
    giver: Mapped[LanguageMap | None] = mapped_column(Json)
    recipient: Mapped[City] = relationship(lazy="joined")


class EventMove(Base):
    """A move in time: kept for ever, shown on the page."""

    __tablename__ = "event_moves"

    id: Mapped[Key]
    event_id: Mapped[int] = reference("events.id")
    moved_at: Mapped[MadeAt]
    #: "rescheduled" or "postponed".
    kind: Mapped[Word]
    from_starts: Mapped[str] = mapped_column(String(16))
    from_ends: Mapped[str] = mapped_column(String(16))
    from_zone: Mapped[str] = mapped_column(String(64))
    reason: Mapped[LanguageMap | None] = mapped_column(Json)
    moved_by_id: Mapped[int | None] = reference("users.id", ondelete="SET NULL")


class FormerSlug(Base):
    """An address that an event once had and that leads on."""

    __tablename__ = "former_slugs"

    id: Mapped[Key]
    slug: Mapped[Slug]
    event_id: Mapped[int] = reference("events.id")


class Event(SlotColumns, Base):
    """An event of a programme."""

    __tablename__ = "events"
    __table_args__ = (
        CheckConstraint("state IN ('draft', 'published', 'held', 'postponed', 'cancelled')", name="state"),
        CheckConstraint("format IN ('online', 'onsite', 'hybrid')", name="format"),
        CheckConstraint("time_precision IN ('minute', 'part-of-day', 'day', 'month')", name="precision"),
        CheckConstraint("(part_of_day IS NOT NULL) = (time_precision = 'part-of-day')", name="part_of_day"),
        CheckConstraint("starts_at < ends_at", name="ends_after_start"),
        CheckConstraint("capacity IS NULL OR capacity > 0", name="capacity"),
        CheckConstraint("seats_taken >= 0", name="seats_taken"),
        CheckConstraint("waiting_rule IN ('first-come', 'fewest-first', 'own-only')", name="waiting_rule"),
        Index("ix_events_state_starts_at", "state", "starts_at"),
        # All that lists count and sort by, so that they read whole rows of their own page alone.
        Index("ix_events_listed", "deleted_at", "state", "kind", "format", "ends_at", "starts_at"),
    )

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    slug: Mapped[Slug]
    #: Calendar UID, uuid5 of the slug at first publication or import; never changes (RFC 5545 §3.8.4.7).
    calendar_uid: Mapped[uuid.UUID] = mapped_column(Uuid, unique=True)
    programme_id: Mapped[int] = reference("programmes.id", ondelete="RESTRICT")
    state: Mapped[Word] = mapped_column(default="draft")
    title: Mapped[Texts]
    title_translated: Mapped[str | None] = mapped_column(String(8))
    summary: Mapped[LanguageMap | None] = mapped_column(Json)
    kind: Mapped[Word] = mapped_column(index=True)
    format: Mapped[Word]
    status_note: Mapped[LanguageMap | None] = mapped_column(Json)
    #: The document's own word where it says more than the state: ``rescheduled``.
    rescheduled_from: Mapped[dict[str, str] | None] = mapped_column(Json)
    time_estimate: Mapped[dict[str, str] | None] = mapped_column(Json)
    published_times: Mapped[list[Any] | None] = mapped_column(Json)
    venue_name: Mapped[LanguageMap | None] = mapped_column(Json)
    venue_address: Mapped[LanguageMap | None] = mapped_column(Json)
    venue_city_id: Mapped[int | None] = reference("cities.id", ondelete="SET NULL")
    organisers: Mapped[list[LanguageMap] | None] = mapped_column(Json)
    sdgs: Mapped[list[int] | None] = mapped_column(Json)
    working_languages: Mapped[list[str] | None] = mapped_column(Json)
    contact_name: Mapped[str | None] = mapped_column(String(200))
    contact_email: Mapped[str | None] = mapped_column(String(254))
    notes: Mapped[list[str] | None] = mapped_column(Json)
    sources: Mapped[JsonList]
    #: Optional parts that the document states as empty, so that an export gives them back.
    stated_empty: Mapped[JsonList]

    capacity: Mapped[int | None]
    #: Seats held by registered and confirmed participants; changed only by conditional updates (fault-1).
    seats_taken: Mapped[int] = mapped_column(default=0)
    registration_opens_on: Mapped[str | None] = mapped_column(String(10))
    registration_closes_on: Mapped[str | None] = mapped_column(String(10))
    is_registration_open: Mapped[bool] = mapped_column(default=False)

    #: Who gets a free place when several wait (vocabulary WAITING_RULES).
    waiting_rule: Mapped[Word] = mapped_column(default="first-come")
    #: What people are asked for beside their name: of SPECIAL_NEEDS, and ``gender``.
    asks_for: Mapped[JsonList]
    #: Days after the end for which names are kept; None takes the programme's.
    retention_days: Mapped[int | None]
    #: Set when names were erased by the retention clock; numbers stay.
    names_erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: Set when organisers released the slides of those who agreed.
    slides_released_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    #: Counts every change of content; pages and stored texts are kept under it, forms are checked against it.
    version: Mapped[int] = mapped_column(default=1)
    #: Calendar revision: rises with every change that an entry shows (RFC 5545 §3.8.7.4).
    sequence: Mapped[int] = mapped_column(default=0)
    visible_revised_at: Mapped[MadeAt]
    created_at: Mapped[MadeAt]
    first_published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: Set while a once published event is withdrawn; its calendar entry is CANCELLED for 30 days.
    unpublished_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    copied_from_id: Mapped[int | None] = reference("events.id", ondelete="SET NULL")

    programme: Mapped[Programme] = relationship(lazy="joined")
    venue_city: Mapped[City | None] = relationship()
    themes: Mapped[list[EventTheme]] = relationship(cascade="all, delete-orphan", order_by=EventTheme.position)
    frameworks: Mapped[list[EventFramework]] = relationship(
        cascade="all, delete-orphan", order_by=EventFramework.position
    )
    also_for: Mapped[list[EventProgramme]] = relationship(
        cascade="all, delete-orphan", order_by=EventProgramme.position
    )
    pairs: Mapped[list[EventPair]] = relationship(cascade="all, delete-orphan", order_by=EventPair.position)
    cities: Mapped[list[EventCity]] = relationship(cascade="all, delete-orphan", order_by=EventCity.position)
    join_links: Mapped[list[JoinLink]] = relationship(cascade="all, delete-orphan", order_by=JoinLink.position)
    documents: Mapped[list[EventDocument]] = relationship(cascade="all, delete-orphan", order_by=EventDocument.position)
    outcomes: Mapped[list[Outcome]] = relationship(cascade="all, delete-orphan", order_by=Outcome.position)
    awards: Mapped[list[Award]] = relationship(cascade="all, delete-orphan", order_by=Award.position)
    moves: Mapped[list[EventMove]] = relationship(cascade="all, delete-orphan", order_by=EventMove.id)

    @property
    def is_public(self) -> bool:
        """Whether everybody may see it."""
        return self.state != "draft" and self.deleted_at is None


class ImportRecord(Base):
    """An event's part of a document as last imported, to tell what was changed here since."""

    __tablename__ = "import_records"
    __table_args__ = (UniqueConstraint("event_id"),)

    id: Mapped[Key]
    event_id: Mapped[int] = reference("events.id", index=False)
    document: Mapped[dict[str, Any]] = mapped_column(Json)
    #: What the document said beside its events: ``synthetic``, ``seed``, ids of its own ``cities``.
    header: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    imported_at: Mapped[Instant]


class EventSearchText(Base):
    """What a search finds an event by, in searchable form (domain/search_text.py); public speakers only."""

    __tablename__ = "event_search_texts"

    event_id: Mapped[int] = reference("events.id", primary_key=True, index=False)
    text: Mapped[str] = mapped_column(Text, default="")


__all__ = [
    "Award", "Event", "EventCity", "EventDocument", "EventFramework", "EventMembership", "EventMove", "EventPair",
    "EventProgramme", "EventSearchText", "EventTheme", "FormerSlug", "ImportRecord", "JoinLink", "LongText",
    "Outcome",
]  # fmt: skip
