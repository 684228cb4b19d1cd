"""Persons, and speakers: a person at one event."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from iurc_events.database import Base, Json, UtcDateTime
from iurc_events.domain.language_maps import LanguageMap
from iurc_events.models.cities import City
from iurc_events.models.columns import JsonList, Key, LongText, MadeAt, PublicId, Texts, reference


class Person(Base):
    """Somebody, over all events and years; names in their latest form."""

    __tablename__ = "persons"

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    #: Id in documents of the exchange format; None for people entered here.
    slug: Mapped[str | None] = mapped_column(String(120), unique=True)
    name: Mapped[Texts]
    family_name: Mapped[LanguageMap | None] = mapped_column(Json)
    name_native: Mapped[LongText | None]
    sort_keys: Mapped[LanguageMap] = mapped_column(Json, default=dict)
    email: Mapped[str | None] = mapped_column(String(254), index=True)
    created_at: Mapped[MadeAt]


class Speaker(Base):
    """A person at an event: names as printed there, title and organisation of that event."""

    __tablename__ = "speakers"
    __table_args__ = (
        UniqueConstraint("event_id", "person_id"),
        CheckConstraint("state IN ('nominated', 'accepted', 'refused', 'withdrawn')", name="state"),
    )

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    event_id: Mapped[int] = reference("events.id")
    person_id: Mapped[int] = reference("persons.id", ondelete="RESTRICT")
    #: Order in the document; speakers registered here follow.
    position: Mapped[int] = mapped_column(default=0)
    #: Whether the speaker came with an imported document (and leaves with it).
    is_imported: Mapped[bool] = mapped_column(default=False)
    name: Mapped[Texts]
    family_name: Mapped[LanguageMap | None] = mapped_column(Json)
    name_native: Mapped[LongText | None]
    name_status: Mapped[str | None] = mapped_column(String(20))
    honorific: Mapped[str | None] = mapped_column(String(8))
    title: Mapped[LanguageMap | None] = mapped_column(Json)
    organisation: Mapped[LanguageMap | None] = mapped_column(Json)
    city_id: Mapped[int | None] = reference("cities.id", ondelete="SET NULL")
    #: Whether the document says ``city`` at all (it may say null).
    states_city: Mapped[bool] = mapped_column(default=True)
    roles: Mapped[JsonList]
    note: Mapped[LongText | None]
    stakeholder_type: Mapped[str | None] = mapped_column(String(20))
    email: Mapped[str | None] = mapped_column(String(254))
    topic: Mapped[LanguageMap | None] = mapped_column(Json)
    abstract: Mapped[LanguageMap | None] = mapped_column(Json)
    language_spoken: Mapped[str | None] = mapped_column(String(20))
    mode: Mapped[str | None] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(12), default="accepted", index=True)
    decision_note: Mapped[LongText | None]
    #: Named in public only with consent; an organiser's imported programme counts as such.
    consented_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    delegation_id: Mapped[int | None] = reference("delegations.id", ondelete="SET NULL")
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[MadeAt]
    person: Mapped[Person] = relationship()
    city: Mapped[City | None] = relationship()
