"""The outbox: mail is a row of the transaction that caused it, sent later by the worker."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from iurc_events.database import Base, Json, UtcDateTime
from iurc_events.models.columns import Instant, Key, LongText, MadeAt, PublicId, Word, reference


class Message(Base):
    """One mail to one person."""

    __tablename__ = "messages"
    __table_args__ = (
        CheckConstraint("state IN ('queued', 'sending', 'sent', 'failed', 'bounced', 'kept')", name="state"),
        Index("ix_messages_state_due_at", "state", "due_at"),
        Index("ix_messages_to_domain_sent_at", "to_domain", "sent_at"),
    )

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    #: What it is about, e.g. "delegation-invitation": the builder's name in iurc_events/mail.
    kind: Mapped[Word]
    programme_id: Mapped[int | None] = reference("programmes.id", ondelete="SET NULL")
    event_id: Mapped[int | None] = reference("events.id", ondelete="SET NULL")
    delegation_id: Mapped[int | None] = reference("delegations.id", ondelete="SET NULL")
    focal_point_id: Mapped[int | None] = reference("focal_points.id", ondelete="SET NULL")
    participant_id: Mapped[int | None] = reference("participants.id", ondelete="SET NULL")
    user_id: Mapped[int | None] = reference("users.id", ondelete="SET NULL")
    to_email: Mapped[str] = mapped_column(String(254), index=True)
    #: Behind the @, in lower case: mail servers are asked no more often than they like.
    to_domain: Mapped[str] = mapped_column(String(255), default="", server_default="")
    to_name: Mapped[str] = mapped_column(String(200), default="")
    #: The letter to many that it belongs to.
    mailing_id: Mapped[int | None] = reference("mailings.id", ondelete="SET NULL")
    #: What the recipient may unsubscribe from; None: essential mail.
    topic: Mapped[Word | None]
    language: Mapped[str] = mapped_column(String(8))
    subject: Mapped[str] = mapped_column(String(500))
    text: Mapped[LongText]
    html: Mapped[LongText]
    #: Message-ID header, the same when a mail is repeated after a crash.
    message_id: Mapped[str] = mapped_column(String(200), unique=True)
    headers: Mapped[dict[str, Any] | None] = mapped_column(Json)
    calendar: Mapped[bytes | None] = mapped_column(LargeBinary)
    calendar_method: Mapped[str | None] = mapped_column(String(12))
    #: Whether it holds a link that signs somebody in; hidden from other people's outbox.
    is_secret: Mapped[bool] = mapped_column(default=False)
    state: Mapped[Word] = mapped_column(default="queued")
    is_in_doubt: Mapped[bool] = mapped_column(default=False)
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[Instant]
    created_at: Mapped[MadeAt]
    sending_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    bounced_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_error: Mapped[LongText | None]
