"""Programmes with their reference zones, themes and policy frameworks."""

from __future__ import annotations

from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from iurc_events.database import Base, Json
from iurc_events.domain.language_maps import LanguageMap
from iurc_events.models.columns import JsonList, Key, Slug, Texts

#: Reference zones of a programme that says nothing else: west first.
DEFAULT_ZONES = [
    {"zone": "Europe/Brussels", "place": {"en": "Brussels", "zh": "布鲁塞尔"}, "side": "west"},
    {"zone": "Asia/Shanghai", "place": {"en": "Beijing", "zh": "北京"}, "side": "east"},
]


class Programme(Base):
    """A programme: its languages, reference zones, office hours and contact."""

    __tablename__ = "programmes"

    id: Mapped[Key]
    slug: Mapped[Slug]
    position: Mapped[int] = mapped_column(default=0)
    name: Mapped[Texts]
    period_from: Mapped[str | None]
    period_to: Mapped[str | None]
    has_period: Mapped[bool] = mapped_column(default=False)
    languages: Mapped[JsonList] = mapped_column(Json, default=lambda: ["en", "zh"])
    #: ``{"zone": IANA name, "place": language map, "side": "west" | "east"}``, west first.
    reference_zones: Mapped[JsonList] = mapped_column(Json, default=lambda: list(DEFAULT_ZONES))
    office_hours: Mapped[list[Any]] = mapped_column(Json, default=lambda: ["09:00", "18:00"])
    contact_name: Mapped[LanguageMap | None] = mapped_column(Json)
    contact_email: Mapped[str | None]
    funding_line: Mapped[LanguageMap | None] = mapped_column(Json)
    #: What formal letters print: language maps ``office``, ``address``, ``signatory``, ``signatory_title``.
    letterhead: Mapped[dict[str, Any] | None] = mapped_column(Json)
    #: Begins the numbers of formal letters, e.g. "IURC-CN".
    letter_prefix: Mapped[str | None] = mapped_column(String(20))
    #: Days after an event's end for which names are kept, where the event says nothing else.
    retention_days: Mapped[int] = mapped_column(default=730)
    #: What only those responsible can say of personal data: language maps by part (services/privacy_notices.py).
    privacy_notice: Mapped[dict[str, Any] | None] = mapped_column(Json)


class Theme(Base):
    """A theme of the vocabulary."""

    __tablename__ = "themes"

    id: Mapped[Key]
    slug: Mapped[Slug]
    position: Mapped[int] = mapped_column(default=0)
    name: Mapped[Texts]


class Framework(Base):
    """A policy framework that events refer to."""

    __tablename__ = "frameworks"

    id: Mapped[Key]
    slug: Mapped[Slug]
    position: Mapped[int] = mapped_column(default=0)
    name: Mapped[Texts]
