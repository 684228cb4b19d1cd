"""Background work as people see it: what runs, what ran, what failed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from iurc_events.database import Base, Json, UtcDateTime
from iurc_events.models.columns import Instant, Key, LongText, MadeAt, PublicId, Word, reference


class BackgroundJob(Base):
    """Something that somebody asked for and that a worker does."""

    __tablename__ = "background_jobs"
    __table_args__ = (
        CheckConstraint("state IN ('queued', 'running', 'done', 'failed', 'cancelled')", name="state"),
        Index("ix_background_jobs_state_created_at", "state", "created_at"),
    )

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    #: Name of the task in ``iurc_events/jobs``.
    name: Mapped[Word]
    #: Keys and plain words only; never anything about a person.
    arguments: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    programme_id: Mapped[int | None] = reference("programmes.id", ondelete="CASCADE")
    event_id: Mapped[int | None] = reference("events.id", ondelete="CASCADE")
    made_by_id: Mapped[int | None] = reference("users.id", ondelete="SET NULL")
    state: Mapped[Word] = mapped_column(default="queued")
    attempts: Mapped[int] = mapped_column(default=0)
    done_steps: Mapped[int] = mapped_column(default=0)
    all_steps: Mapped[int | None]
    #: What it made, kept in the store of files under its content's hash for a day.
    result_name: Mapped[str | None] = mapped_column(String(200))
    result_type: Mapped[str | None] = mapped_column(String(100))
    result_hash: Mapped[str | None] = mapped_column(String(64))
    #: The name of an exception and our own words; never what it was about.
    error: Mapped[LongText | None]
    created_at: Mapped[MadeAt]
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: Written now and then while it runs: a job without a sign of life is taken over.
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class TimedRun(Base):
    """One turn of a timed job: whoever writes the row first runs it, however many workers there are."""

    __tablename__ = "timed_runs"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    #: Begin of the turn: a multiple of the job's interval since 1970, in UTC.
    turn_starts_at: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True)
    started_at: Mapped[Instant]
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    has_failed: Mapped[bool] = mapped_column(default=False)
    error: Mapped[LongText | None]
