"""Sessions of an event and the items of their agenda."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from iurc_events.database import Base, Json
from iurc_events.domain.language_maps import LanguageMap
from iurc_events.models.cities import City
from iurc_events.models.columns import JsonList, Key, LongText, PublicId, SlotColumns, Texts, Word, reference
from iurc_events.models.events import Event
from iurc_events.models.speakers import Speaker


class ItemCity(Base):
    """A city in whose name an item is held."""

    __tablename__ = "agenda_item_cities"

    item_id: Mapped[int] = reference("agenda_items.id", primary_key=True)
    city_id: Mapped[int] = reference("cities.id", primary_key=True)
    position: Mapped[int] = mapped_column(default=0)
    city: Mapped[City] = relationship(lazy="joined")


class Contribution(Base):
    """A speaker's part in an item."""

    __tablename__ = "contributions"

    id: Mapped[Key]
    item_id: Mapped[int] = reference("agenda_items.id")
    speaker_id: Mapped[int] = reference("speakers.id")
    role: Mapped[Word]
    position: Mapped[int] = mapped_column(default=0)
    speaker: Mapped[Speaker] = relationship()


class AgendaItem(SlotColumns, Base):
    """A talk, discussion, break …; its times lie inside the session."""

    __tablename__ = "agenda_items"
    __table_args__ = (CheckConstraint("duration_min BETWEEN 1 AND 1440", name="duration_min"),)

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    session_id: Mapped[int] = reference("event_sessions.id")
    #: Order in the session, 1, 2, 3 …
    position: Mapped[int]
    kind: Mapped[Word]
    title: Mapped[LanguageMap | None] = mapped_column(Json)
    topic: Mapped[LanguageMap | None] = mapped_column(Json)
    duration_min: Mapped[int | None]
    note: Mapped[LongText | None]
    stated_empty: Mapped[JsonList]
    session: Mapped[EventSession] = relationship(back_populates="items")
    cities: Mapped[list[ItemCity]] = relationship(cascade="all, delete-orphan", order_by=ItemCity.position)
    contributions: Mapped[list[Contribution]] = relationship(
        cascade="all, delete-orphan", order_by=Contribution.position
    )


class EventSession(SlotColumns, Base):
    """A part of an event: opening, keynote, panel …, in a room, with a chair."""

    __tablename__ = "event_sessions"
    __table_args__ = (
        UniqueConstraint("event_id", "slug"),
        CheckConstraint("capacity IS NULL OR capacity > 0", name="capacity"),
    )

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    event_id: Mapped[int] = reference("events.id")
    slug: Mapped[str] = mapped_column(String(120))
    position: Mapped[int]
    kind: Mapped[Word]
    title: Mapped[Texts]
    room: Mapped[LanguageMap | None] = mapped_column(Json)
    parallel_group: Mapped[str | None] = mapped_column(String(120))
    capacity: Mapped[int | None]
    format: Mapped[str | None] = mapped_column(String(20))
    note: Mapped[LongText | None]
    chair_id: Mapped[int | None] = reference("speakers.id", ondelete="SET NULL")
    stated_empty: Mapped[JsonList]
    event: Mapped[Event] = relationship()
    chair: Mapped[Speaker | None] = relationship()
    items: Mapped[list[AgendaItem]] = relationship(
        back_populates="session", cascade="all, delete-orphan", order_by=AgendaItem.position
    )
