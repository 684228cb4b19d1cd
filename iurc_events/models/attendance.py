"""Who came, and what was reported: measured and reported numbers are kept apart."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from iurc_events.database import Base
from iurc_events.models.cities import City
from iurc_events.models.columns import Key, LongText, MadeAt, Word, reference


class Attendance(Base):
    """The fact that a participant or speaker came."""

    __tablename__ = "attendances"
    __table_args__ = (
        UniqueConstraint("event_id", "participant_id"),
        UniqueConstraint("event_id", "speaker_id"),
        CheckConstraint("(participant_id IS NULL) <> (speaker_id IS NULL)", name="one_person"),
    )

    id: Mapped[Key]
    event_id: Mapped[int] = reference("events.id", index=False)
    participant_id: Mapped[int | None] = reference("participants.id")
    speaker_id: Mapped[int | None] = reference("speakers.id")
    mode: Mapped[Word]
    recorded_at: Mapped[MadeAt]
    recorded_by_id: Mapped[int | None] = reference("users.id", ondelete="SET NULL")


class HeadCount(Base):
    """A number that somebody reported, with how sure it is and where it comes from."""

    __tablename__ = "head_counts"
    __table_args__ = (
        CheckConstraint("value >= 0", name="value"),
        CheckConstraint("qualifier IN ('exactly', 'at-least', 'more-than', 'about')", name="qualifier"),
        Index("ix_head_counts_event_id_subject", "event_id", "subject"),
    )

    id: Mapped[Key]
    event_id: Mapped[int] = reference("events.id", index=False)
    #: What is counted (vocabulary COUNT_SUBJECTS), for the whole event or for one city.
    subject: Mapped[Word]
    city_id: Mapped[int | None] = reference("cities.id")
    position: Mapped[int] = mapped_column(default=0)
    value: Mapped[int]
    qualifier: Mapped[Word]
    as_printed: Mapped[LongText | None]
    source: Mapped[str] = mapped_column(String(500), default="")
    is_imported: Mapped[bool] = mapped_column(default=False)
    recorded_at: Mapped[MadeAt]
    recorded_by_id: Mapped[int | None] = reference("users.id", ondelete="SET NULL")
    city: Mapped[City | None] = relationship()
