"""Delegations: a city at an event, within quotas and by a deadline."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from iurc_events.database import Base, UtcDateTime
from iurc_events.models.accounts import User
from iurc_events.models.cities import City
from iurc_events.models.columns import Key, LongText, MadeAt, PublicId, Word, reference
from iurc_events.models.events import Event


class DelegationQuota(Base):
    """How many people of a role may come in a mode; ``any`` is either mode."""

    __tablename__ = "delegation_quotas"
    __table_args__ = (
        UniqueConstraint("delegation_id", "role", "mode"),
        CheckConstraint("places >= 0", name="places"),
        CheckConstraint("role IN ('speaker', 'participant', 'observer')", name="role"),
        CheckConstraint("mode IN ('any', 'onsite', 'online')", name="mode"),
    )

    id: Mapped[Key]
    delegation_id: Mapped[int] = reference("delegations.id", index=False)
    role: Mapped[Word]
    mode: Mapped[Word] = mapped_column(default="any")
    places: Mapped[int]


class FocalPoint(Base):
    """Somebody who answers for a delegation; may not have an account yet."""

    __tablename__ = "focal_points"
    __table_args__ = (UniqueConstraint("delegation_id", "email"),)

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    delegation_id: Mapped[int] = reference("delegations.id", index=False)
    email: Mapped[str] = mapped_column(String(254), index=True)
    name: Mapped[str] = mapped_column(String(200), default="")
    language: Mapped[str] = mapped_column(String(8), default="en")
    user_id: Mapped[int | None] = reference("users.id", ondelete="SET NULL")
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[MadeAt]
    user: Mapped[User | None] = relationship()


class Delegation(Base):
    """A city invited to an event."""

    __tablename__ = "delegations"
    __table_args__ = (
        UniqueConstraint("event_id", "city_id"),
        CheckConstraint(
            "state IN ('invited', 'opened', 'nominating', 'submitted', 'confirmed', 'declined')", name="state"
        ),
    )

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    event_id: Mapped[int] = reference("events.id", index=False)
    city_id: Mapped[int] = reference("cities.id", ondelete="RESTRICT")
    state: Mapped[Word] = mapped_column(default="invited", index=True)
    #: The last day to answer (inclusive), in the city's zone.
    deadline_on: Mapped[str | None] = mapped_column(String(10), index=True)
    decline_reason: Mapped[LongText | None]
    note: Mapped[LongText | None]
    version: Mapped[int] = mapped_column(default=1)
    invited_at: Mapped[MadeAt]
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reminded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    event: Mapped[Event] = relationship()
    city: Mapped[City] = relationship(lazy="joined")
    quotas: Mapped[list[DelegationQuota]] = relationship(
        cascade="all, delete-orphan", order_by=DelegationQuota.id, lazy="selectin"
    )
    focal_points: Mapped[list[FocalPoint]] = relationship(
        cascade="all, delete-orphan", order_by=FocalPoint.id, lazy="selectin"
    )
