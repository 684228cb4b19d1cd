"""People who sign up for an event themselves."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, LargeBinary, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from iurc_events.database import Base, UtcDateTime
from iurc_events.models.cities import City
from iurc_events.models.columns import Instant, Key, LongText, MadeAt, PublicId, Word, reference
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
        CheckConstraint("role IN ('participant', 'observer')", name="role"),
        Index("ix_participants_event_id_state_waiting_since", "event_id", "state", "waiting_since"),
    )

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    event_id: Mapped[int] = reference("events.id", index=False)
    person_id: Mapped[int | None] = reference("persons.id", ondelete="SET NULL")
    delegation_id: Mapped[int | None] = reference("delegations.id", ondelete="SET NULL")
    state: Mapped[Word] = mapped_column(index=True)
    #: ``participant`` or ``observer``; speakers are rows of their own.
    role: Mapped[Word] = mapped_column(default="participant")
    name: Mapped[str] = mapped_column(String(200))
    #: The name in the other script, where somebody gave it.
    name_other: Mapped[str] = mapped_column(String(200), default="")
    #: None for people whom a delegation registered without one.
    email: Mapped[str | None] = mapped_column(String(254), index=True)
    title: Mapped[str] = mapped_column(String(300), default="")
    gender: Mapped[str | None] = mapped_column(String(10))
    organisation: Mapped[str] = mapped_column(String(300), default="")
    city_id: Mapped[int | None] = reference("cities.id", ondelete="SET NULL")
    stakeholder_type: Mapped[Word]
    mode: Mapped[Word]
    language: Mapped[str] = mapped_column(String(8), default="en")
    consented_at: Mapped[Instant]
    #: When somebody in mainland China agreed, by itself, that organisers abroad receive the data (PIPL Art. 39).
    transfer_consented_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: SHA-256 of the personal link's token; the link is in the confirmation mail only.
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    created_at: Mapped[MadeAt]
    #: Since when somebody waits for a seat; order of moving up.
    waiting_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: Whether the person asked for the event as an invitation by mail that follows every change (RFC 6047).
    wants_invitation: Mapped[bool] = mapped_column(default=False, server_default=false())
    version: Mapped[int] = mapped_column(default=1)
    event: Mapped[Event] = relationship()
    city: Mapped[City | None] = relationship(lazy="joined")
    person: Mapped[Person | None] = relationship()


class SpecialNeed(Base):
    """What somebody needs at an event, asked only where the event asks, and deleted on its own day."""

    __tablename__ = "special_needs"
    __table_args__ = (
        UniqueConstraint("participant_id"),
        UniqueConstraint("speaker_id"),
        CheckConstraint("(participant_id IS NULL) <> (speaker_id IS NULL)", name="one_person"),
    )

    id: Mapped[Key]
    event_id: Mapped[int] = reference("events.id")
    participant_id: Mapped[int | None] = reference("participants.id", index=False)
    speaker_id: Mapped[int | None] = reference("speakers.id", index=False)
    dietary: Mapped[LongText | None]
    accessibility: Mapped[LongText | None]
    visa: Mapped[LongText | None]
    #: Whether the person gave it on the own page; the city that registered them does not see it then.
    is_own: Mapped[bool] = mapped_column(default=False)
    #: Day (inclusive) after which the worker deletes the row.
    delete_after_on: Mapped[str] = mapped_column(String(10), index=True)
