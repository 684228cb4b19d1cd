"""Letters to many, written or planned by organisers, and who does not want which of them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from iurc_events.database import Base, Json, UtcDateTime
from iurc_events.domain.language_maps import LanguageMap
from iurc_events.models.columns import JsonList, Key, MadeAt, PublicId, Word, reference


class Mailing(Base):
    """A letter to all of some groups of an event, sent once, at its time.

    ``timing`` is ``at`` (a moment that was chosen), ``before-start`` or ``after-end``: then ``days`` and ``at_wall``
    (``HH:MM`` in the event's zone) say when, and ``due_at`` follows the event when it moves.
    """

    __tablename__ = "mailings"
    __table_args__ = (
        CheckConstraint("state IN ('draft', 'planned', 'sending', 'sent', 'cancelled')", name="state"),
        CheckConstraint("timing IN ('at', 'before-start', 'after-end')", name="timing"),
        Index("ix_mailings_state_due_at", "state", "due_at"),
    )

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    event_id: Mapped[int] = reference("events.id")
    #: ``own`` or a standard letter: ``day-before``, ``deadline``, ``thanks`` …
    kind: Mapped[Word]
    #: None: the standard letter's own words.
    subject: Mapped[LanguageMap | None] = mapped_column(Json)
    body: Mapped[LanguageMap | None] = mapped_column(Json)
    #: Groups of recipients, e.g. ``registered``, ``waiting``, ``speakers``, ``focal-points``, ``followers``.
    audience: Mapped[JsonList]
    timing: Mapped[Word]
    days: Mapped[int | None]
    at_wall: Mapped[str | None] = mapped_column(String(16))
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    state: Mapped[Word] = mapped_column(default="draft")
    recipient_count: Mapped[int | None]
    version: Mapped[int] = mapped_column(default=1)
    made_by_id: Mapped[int | None] = reference("users.id", ondelete="SET NULL", index=False)
    made_at: Mapped[MadeAt]
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class MailOptOut(Base):
    """Somebody does not want a kind of mail of a programme any more (RFC 8058); only the address's hash is kept."""

    __tablename__ = "mail_opt_outs"
    __table_args__ = (UniqueConstraint("address_hash", "topic", "programme_id"),)

    id: Mapped[Key]
    address_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    topic: Mapped[Word]
    programme_id: Mapped[int] = reference("programmes.id")
    created_at: Mapped[MadeAt]


class DigestSubscription(Base):
    """A user wants the news of a programme once in a while."""

    __tablename__ = "digest_subscriptions"

    user_id: Mapped[int] = reference("users.id", primary_key=True, index=False)
    programme_id: Mapped[int] = reference("programmes.id", primary_key=True)
    #: ``week`` or ``month``.
    period: Mapped[Word] = mapped_column(default="week")
    last_sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[MadeAt]
