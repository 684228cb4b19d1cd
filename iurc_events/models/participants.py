"""People who sign up for an event themselves."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from iurc_events.database import Base, UtcDateTime
from iurc_events.models.cities import City
from iurc_events.models.columns import Instant, Key, MadeAt, PublicId, Word, reference
from iurc_events.models.events import Event
from iurc_events.models.speakers import Person


class Participant(Base):
    """Somebody's registration for an event.

    Registered and confirmed hold a seat, waiting and cancelled hold none; having attended is a fact apart.
    """

    __tablename__ = "participants"
    __table_args__ = (
        UniqueConstraint("event_id", "email"),
        CheckConstraint("state IN ('registered', 'waiting', 'confirmed', 'cancelled')", name="state"),
        CheckConstraint("mode IN ('onsite', 'online')", name="mode"),
        CheckConstraint(
            "stakeholder_type IN ('government', 'academia', 'business', 'civil-society', 'other')",
            name="stakeholder_type",
        ),
    )

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    event_id: Mapped[int] = reference("events.id", index=False)
    person_id: Mapped[int | None] = reference("persons.id", ondelete="SET NULL")
    delegation_id: Mapped[int | None] = reference("delegations.id", ondelete="SET NULL")
    state: Mapped[Word] = mapped_column(index=True)
    name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str] = mapped_column(String(254), index=True)
    organisation: Mapped[str] = mapped_column(String(300), default="")
    city_id: Mapped[int | None] = reference("cities.id", ondelete="SET NULL")
    stakeholder_type: Mapped[Word]
    mode: Mapped[Word]
    language: Mapped[str] = mapped_column(String(8), default="en")
    consented_at: Mapped[Instant]
    #: SHA-256 of the personal link's token; the link is in the confirmation mail only.
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    created_at: Mapped[MadeAt]
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)
    event: Mapped[Event] = relationship()
    city: Mapped[City | None] = relationship(lazy="joined")
    person: Mapped[Person | None] = relationship()
