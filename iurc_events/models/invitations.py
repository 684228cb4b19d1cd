"""Invitations by mail: what each participant's calendar was told last (RFC 5546, RFC 6047)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from iurc_events.database import Base, UtcDateTime
from iurc_events.models.columns import Instant, Key, PublicId, Word, reference


class MeetingInvitation(Base):
    """The last REQUEST or CANCEL that a participant got, and the answer of their calendar, which changes nothing."""

    __tablename__ = "meeting_invitations"
    __table_args__ = (
        CheckConstraint("method IN ('REQUEST', 'CANCEL')", name="method"),
        CheckConstraint("reply IN ('ACCEPTED', 'DECLINED', 'TENTATIVE', 'DELEGATED')", name="reply"),
    )

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    participant_id: Mapped[int] = reference("participants.id", unique=True, index=False)
    event_id: Mapped[int] = reference("events.id")
    #: Where it went: a changed address gets a CANCEL at the old one.
    email: Mapped[str] = mapped_column(String(254))
    language: Mapped[str] = mapped_column(String(8))
    method: Mapped[str] = mapped_column(String(10))
    sequence: Mapped[int]
    #: SHA-256 of what the entry said, without the stamps of time.
    content_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    #: The revision of the entry that it carries (``visible_revised_at`` of the event then), not when it left: a change
    #: that is stored at the same moment is never missed.
    sent_at: Mapped[Instant]
    reply: Mapped[Word | None]
    replied_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
