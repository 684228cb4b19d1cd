"""Changes that a delegation asks for after its deadline: nothing changes until an organiser says yes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from iurc_events.database import Base, Json, UtcDateTime
from iurc_events.models.accounts import User
from iurc_events.models.columns import Key, LongText, MadeAt, PublicId, Word, reference
from iurc_events.models.delegations import Delegation
from iurc_events.models.participants import Participant
from iurc_events.models.speakers import Speaker


class ChangeRequest(Base):
    """A change asked for: of somebody (``speaker_id`` or ``participant_id``), or somebody new where both are None."""

    __tablename__ = "change_requests"
    __table_args__ = (
        CheckConstraint("kind IN ('register', 'change', 'withdraw', 'substitute')", name="kind"),
        CheckConstraint("state IN ('asked', 'accepted', 'refused', 'taken-back')", name="state"),
    )

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    delegation_id: Mapped[int] = reference("delegations.id")
    speaker_id: Mapped[int | None] = reference("speakers.id")
    participant_id: Mapped[int | None] = reference("participants.id")
    kind: Mapped[Word]
    #: What is to be said of the person afterwards, as services/members.py reads it; emptied once decided.
    details: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    #: Version of the speaker or participant that the delegate saw.
    seen_version: Mapped[int | None]
    reason: Mapped[LongText | None]
    state: Mapped[Word] = mapped_column(default="asked", index=True)
    asked_by_id: Mapped[int | None] = reference("users.id", ondelete="SET NULL")
    asked_at: Mapped[MadeAt]
    decided_by_id: Mapped[int | None] = reference("users.id", ondelete="SET NULL")
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decision_note: Mapped[LongText | None]
    delegation: Mapped[Delegation] = relationship()
    speaker: Mapped[Speaker | None] = relationship()
    participant: Mapped[Participant | None] = relationship()
    asked_by: Mapped[User | None] = relationship(foreign_keys="ChangeRequest.asked_by_id")
