"""Persons, and speakers: a person at one event."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index, String, UniqueConstraint
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
    #: Order of protocol, 1 before 2; None comes after all ranks.
    protocol_rank: Mapped[int | None]
    #: Languages that the person works in (BCP 47), the best first.
    languages: Mapped[JsonList]
    #: Names folded for searching, with pinyin; None until the worker wrote it.
    search_text: Mapped[LongText | None]
    #: Set while the person is merged into another; kept so that a merge can be undone.
    merged_into_id: Mapped[int | None] = reference("persons.id", ondelete="SET NULL")
    #: Set when the person was erased: no personal value is left in the row.
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[MadeAt]


class PersonKey(Base):
    """What likely duplicates of a person share, hashed; derived from names and address (domain.name_likeness)."""

    __tablename__ = "person_keys"
    __table_args__ = (Index("ix_person_keys_key_hash_kind_person_id", "key_hash", "kind", "person_id"),)

    id: Mapped[Key]
    person_id: Mapped[int] = reference("persons.id")
    kind: Mapped[str] = mapped_column(String(8))
    key_hash: Mapped[int] = mapped_column(BigInteger)


class PersonMerge(Base):
    """That two persons were found to be one: what moved, so that it can be undone."""

    __tablename__ = "person_merges"

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    kept_id: Mapped[int] = reference("persons.id")
    merged_id: Mapped[int] = reference("persons.id")
    #: Keys of the rows that moved, by table; no personal values.
    moved: Mapped[dict[str, Any]] = mapped_column(Json)
    #: Names of the fields that the kept person took over.
    taken_over: Mapped[JsonList]
    made_by_id: Mapped[int | None] = reference("users.id", ondelete="SET NULL")
    made_at: Mapped[MadeAt]
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class PersonDistinction(Base):
    """That somebody looked at two persons alike and said that they are not the same; ``one_id`` is the smaller key."""

    __tablename__ = "person_distinctions"

    one_id: Mapped[int] = reference("persons.id", primary_key=True)
    other_id: Mapped[int] = reference("persons.id", primary_key=True)
    said_by_id: Mapped[int | None] = reference("users.id", ondelete="SET NULL")
    said_at: Mapped[MadeAt]


class Speaker(Base):
    """A person at an event: names as printed there, title and organisation of that event."""

    __tablename__ = "speakers"
    __table_args__ = (
        UniqueConstraint("event_id", "person_id"),
        CheckConstraint("state IN ('waiting', 'nominated', 'accepted', 'refused', 'withdrawn')", name="state"),
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
    email: Mapped[str | None] = mapped_column(String(254), index=True)
    topic: Mapped[LanguageMap | None] = mapped_column(Json)
    abstract: Mapped[LanguageMap | None] = mapped_column(Json)
    language_spoken: Mapped[str | None] = mapped_column(String(20))
    mode: Mapped[str | None] = mapped_column(String(10))
    gender: Mapped[str | None] = mapped_column(String(10))
    biography: Mapped[LanguageMap | None] = mapped_column(Json)
    #: When the speaker can and cannot be there, in their words.
    availability: Mapped[LongText | None]
    technical_needs: Mapped[LongText | None]
    #: Language tag into which the speaker needs interpretation.
    interpretation: Mapped[str | None] = mapped_column(String(20))
    #: Parts of the profile (vocabulary PROFILE_PARTS) that the speaker agreed to publish.
    published_parts: Mapped[JsonList]
    #: When the speaker said that the own page is complete.
    profile_confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    profile_reminded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: How many reminders of the own page went out by themselves.
    profile_reminders: Mapped[int] = mapped_column(default=0)
    #: Set when the speaker wants no more reminders.
    reminders_refused_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: When the speaker last saved the own page; from then on ``published_parts`` alone says what is published.
    profile_saved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: Since when the speaker waits for a place of the delegation; order of moving up.
    waiting_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: The speaker whose place and slots this one takes over.
    substitute_for_id: Mapped[int | None] = reference("speakers.id", ondelete="SET NULL")
    state: Mapped[str] = mapped_column(String(12), default="accepted", index=True)
    decision_note: Mapped[LongText | None]
    #: Named in public only with consent; an organiser's imported programme counts as such.
    consented_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    delegation_id: Mapped[int | None] = reference("delegations.id", ondelete="SET NULL")
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[MadeAt]
    person: Mapped[Person] = relationship()
    city: Mapped[City | None] = relationship()
