"""Cities (cities, regions, counties, new areas), pairs of them, and what pairs achieved."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Float, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from iurc_events.database import Base, Json
from iurc_events.domain.language_maps import LanguageMap
from iurc_events.models.columns import JsonList, Key, LongText, Slug, Texts, Word, reference
from iurc_events.models.programmes import Programme


class CityProgramme(Base):
    """A city on the official list of a programme."""

    __tablename__ = "city_programmes"

    city_id: Mapped[int] = reference("cities.id", primary_key=True)
    programme_id: Mapped[int] = reference("programmes.id", primary_key=True)
    position: Mapped[int] = mapped_column(default=0)
    programme: Mapped[Programme] = relationship(lazy="joined")


class City(Base):
    """A partner of a programme."""

    __tablename__ = "cities"
    __table_args__ = (
        CheckConstraint("lat BETWEEN -90 AND 90", name="lat"),
        CheckConstraint("lon BETWEEN -180 AND 180", name="lon"),
        CheckConstraint("side IN ('EU', 'China', 'other')", name="side"),
    )

    id: Mapped[Key]
    slug: Mapped[Slug]
    position: Mapped[int] = mapped_column(default=0)
    name: Mapped[Texts]
    #: Other spellings by language; a key with an empty list was stated as empty.
    aliases: Mapped[dict[str, list[str]]] = mapped_column(Json, default=dict)
    country: Mapped[str] = mapped_column(String(2), index=True)
    kind: Mapped[Word]
    side: Mapped[str] = mapped_column(String(10), index=True)
    part_of_id: Mapped[int | None] = reference("cities.id", ondelete="SET NULL")
    lat: Mapped[float] = mapped_column(Float)
    lon: Mapped[float] = mapped_column(Float)
    coordinates_of: Mapped[str | None]
    coordinate_precision: Mapped[str | None] = mapped_column(String(20))
    time_zone: Mapped[str] = mapped_column(String(64))
    sources: Mapped[JsonList | None] = mapped_column(Json, nullable=True)
    note: Mapped[LongText | None]
    #: Sort keys by language (pinyin for Chinese), editable.
    sort_keys: Mapped[LanguageMap] = mapped_column(Json, default=dict)
    #: Names and aliases in searchable form, see domain/search_text.py.
    search_text: Mapped[str] = mapped_column(Text, default="")
    part_of: Mapped[City | None] = relationship(remote_side="City.id")
    programmes: Mapped[list[CityProgramme]] = relationship(
        cascade="all, delete-orphan", order_by=CityProgramme.position, lazy="selectin"
    )


class PairCity(Base):
    """A city's place in a pair."""

    __tablename__ = "pair_cities"

    pair_id: Mapped[int] = reference("city_pairs.id", primary_key=True)
    city_id: Mapped[int] = reference("cities.id", primary_key=True)
    position: Mapped[int] = mapped_column(default=0)
    city: Mapped[City] = relationship(lazy="joined")


class PairProgramme(Base):
    """A programme in which a pair works."""

    __tablename__ = "pair_programmes"

    pair_id: Mapped[int] = reference("city_pairs.id", primary_key=True)
    programme_id: Mapped[int] = reference("programmes.id", primary_key=True)
    position: Mapped[int] = mapped_column(default=0)
    programme: Mapped[Programme] = relationship(lazy="joined")


class Milestone(Base):
    """A dated step of a pair."""

    __tablename__ = "milestones"

    id: Mapped[Key]
    pair_id: Mapped[int] = reference("city_pairs.id")
    position: Mapped[int] = mapped_column(default=0)
    date: Mapped[str | None] = mapped_column(String(10))
    kind: Mapped[str | None] = mapped_column(String(40))
    text: Mapped[LanguageMap | None] = mapped_column(Json)
    #: Further keys of the document, kept as they came.
    extra: Mapped[dict[str, object] | None] = mapped_column(Json)


class CityPair(Base):
    """Two or more cities that work together."""

    __tablename__ = "city_pairs"

    id: Mapped[Key]
    slug: Mapped[Slug]
    position: Mapped[int] = mapped_column(default=0)
    topic: Mapped[LanguageMap | None] = mapped_column(Json)
    sources: Mapped[JsonList | None] = mapped_column(Json, nullable=True)
    extra: Mapped[dict[str, object] | None] = mapped_column(Json)
    cities: Mapped[list[PairCity]] = relationship(
        cascade="all, delete-orphan", order_by=PairCity.position, lazy="selectin"
    )
    programmes: Mapped[list[PairProgramme]] = relationship(
        cascade="all, delete-orphan", order_by=PairProgramme.position, lazy="selectin"
    )
    milestones: Mapped[list[Milestone]] = relationship(
        cascade="all, delete-orphan", order_by=Milestone.position, lazy="selectin"
    )
