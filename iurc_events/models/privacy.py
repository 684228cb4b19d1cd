"""What people ask about their own data, and what was erased."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from iurc_events.database import Base, UtcDateTime
from iurc_events.models.columns import Key, LongText, MadeAt, PublicId, Word, reference


class PrivacyRequest(Base):
    """Somebody asked for a copy of their data, or for its erasure; the mail address proves who asks."""

    __tablename__ = "privacy_requests"
    __table_args__ = (
        CheckConstraint("kind IN ('export', 'erasure')", name="kind"),
        CheckConstraint("state IN ('asked', 'proved', 'done', 'refused')", name="state"),
    )

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    kind: Mapped[Word]
    state: Mapped[Word] = mapped_column(default="asked", index=True)
    #: Emptied when the request is done.
    email: Mapped[str] = mapped_column(String(254), index=True)
    language: Mapped[str] = mapped_column(String(8), default="en")
    person_id: Mapped[int | None] = reference("persons.id", ondelete="SET NULL")
    asked_at: Mapped[MadeAt]
    proved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    done_by_id: Mapped[int | None] = reference("users.id", ondelete="SET NULL")
    answer: Mapped[LongText | None]


class Erasure(Base):
    """That somebody was erased: which rows, never what they held. A restored backup erases them again."""

    __tablename__ = "erasures"

    id: Mapped[Key]
    #: ``person``, ``participant``, ``speaker`` or ``user``.
    object_kind: Mapped[Word]
    object_id: Mapped[str] = mapped_column(String(36), index=True)
    #: SHA-256 of the mail address, keyed by the installation's secret; finds copies that had another id.
    email_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32), index=True)
    reason: Mapped[Word]
    erased_at: Mapped[MadeAt]
