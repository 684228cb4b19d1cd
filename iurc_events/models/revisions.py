"""What changed, by whom and when: revisions of events, and the audit log that only grows."""

from __future__ import annotations

from typing import Any

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from iurc_events.database import Base, Json
from iurc_events.models.accounts import User
from iurc_events.models.columns import JsonList, Key, MadeAt, Word, reference


class Revision(Base):
    """A state of an event after a change, for history, comparison and undo."""

    __tablename__ = "revisions"
    __table_args__ = (UniqueConstraint("event_id", "number"),)

    id: Mapped[Key]
    event_id: Mapped[int] = reference("events.id", index=False)
    number: Mapped[int]
    made_at: Mapped[MadeAt]
    actor_id: Mapped[int | None] = reference("users.id", ondelete="SET NULL")
    #: What was done, e.g. "session scheduled" (English, translated where shown).
    action: Mapped[str] = mapped_column(String(120))
    changed_fields: Mapped[JsonList]
    #: Whether calendars and public pages show the change.
    is_visible: Mapped[bool] = mapped_column(default=False)
    snapshot: Mapped[dict[str, Any]] = mapped_column(Json)
    actor: Mapped[User | None] = relationship()


class AuditEntry(Base):
    """Who did or was refused what: ids and names of fields, never personal values (sec-14)."""

    __tablename__ = "audit_entries"

    id: Mapped[Key]
    at: Mapped[MadeAt] = mapped_column(index=True)
    #: Kept as a bare number so that the log outlives the account.
    actor_user_id: Mapped[int | None] = mapped_column(index=True)
    programme_id: Mapped[int | None] = reference("programmes.id", ondelete="SET NULL")
    action: Mapped[str] = mapped_column(String(80))
    object_kind: Mapped[Word]
    object_id: Mapped[str] = mapped_column(String(140))
    fields: Mapped[JsonList]
    was_refused: Mapped[bool] = mapped_column(default=False)
