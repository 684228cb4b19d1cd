"""Who came, and what was reported: measured and reported numbers are kept apart."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from iurc_events.database import Base, UtcDateTime
from iurc_events.models.cities import City
from iurc_events.models.columns import JsonList, Key, LongText, MadeAt, PublicId, Word, reference


class Attendance(Base):
    """The fact that a participant or speaker came: to the event, on a day of it, or to a session."""

    __tablename__ = "attendances"
    __table_args__ = (
        UniqueConstraint("event_id", "scope", "participant_id"),
        UniqueConstraint("event_id", "scope", "speaker_id"),
        CheckConstraint("source IN ('desk', 'scan', 'list')", name="source"),
        CheckConstraint("(participant_id IS NULL) <> (speaker_id IS NULL)", name="one_person"),
    )

    id: Mapped[Key]
    event_id: Mapped[int] = reference("events.id", index=False)
    participant_id: Mapped[int | None] = reference("participants.id")
    speaker_id: Mapped[int | None] = reference("speakers.id")
    #: ``event``, ``day:2027-04-29`` (a day of the event in its own zone) or ``session:SLUG``.
    scope: Mapped[str] = mapped_column(String(130), default="event")
    session_id: Mapped[int | None] = reference("event_sessions.id")
    mode: Mapped[Word]
    #: Where it is known from (vocabulary ATTENDANCE_SOURCES).
    source: Mapped[Word] = mapped_column(default="desk")
    #: Minutes that the person was connected, as the list of a meeting says; None elsewhere.
    minutes: Mapped[int | None]
    recorded_at: Mapped[MadeAt]
    recorded_by_id: Mapped[int | None] = reference("users.id", ondelete="SET NULL")


class AttendanceList(Base):
    """A list of those who joined, as a meeting program wrote it."""

    __tablename__ = "attendance_lists"
    __table_args__ = (
        CheckConstraint("program IN ('zoom', 'teams', 'tencent-meeting', 'other')", name="program"),
        UniqueConstraint("event_id", "content_hash"),
    )

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    event_id: Mapped[int] = reference("events.id", index=False)
    session_id: Mapped[int | None] = reference("event_sessions.id", ondelete="SET NULL")
    program: Mapped[Word]
    file_name: Mapped[str] = mapped_column(String(200), default="")
    #: SHA-256 of the list, in hexadecimal: the same list twice counts once.
    content_hash: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[MadeAt]
    made_by_id: Mapped[int | None] = reference("users.id", ondelete="SET NULL")
    #: Set when what is matched was written down as attendance.
    recorded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    lines: Mapped[list[AttendanceLine]] = relationship(
        back_populates="attendance_list", cascade="all, delete-orphan", order_by="AttendanceLine.number"
    )


class AttendanceLine(Base):
    """One person of a list (several connections of one person are one line), and whom they were found to be."""

    __tablename__ = "attendance_lines"
    __table_args__ = (
        CheckConstraint("state IN ('matched', 'doubtful', 'unknown', 'left-out')", name="state"),
        UniqueConstraint("list_id", "number"),
    )

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    list_id: Mapped[int] = reference("attendance_lists.id", index=False)
    number: Mapped[int]
    name: Mapped[str] = mapped_column(String(300))
    email: Mapped[str | None] = mapped_column(String(254))
    connections: Mapped[int] = mapped_column(default=1)
    minutes: Mapped[int | None]
    state: Mapped[Word]
    #: ``mail``, ``name`` or ``person`` (somebody decided).
    matched_by: Mapped[str | None] = mapped_column(String(10))
    participant_id: Mapped[int | None] = reference("participants.id", ondelete="SET NULL")
    speaker_id: Mapped[int | None] = reference("speakers.id", ondelete="SET NULL")
    #: Whom it could be: ``["participant" | "speaker", key]``.
    candidates: Mapped[JsonList]
    attendance_list: Mapped[AttendanceList] = relationship(back_populates="lines")


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
