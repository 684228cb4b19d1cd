"""Formal letters: what was issued, to whom, under which number."""

from __future__ import annotations

from typing import Any

from sqlalchemy import CheckConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from iurc_events.database import Base, Json
from iurc_events.models.columns import Key, MadeAt, PublicId, Word, reference


class LetterCounter(Base):
    """The last number given to a letter of a programme in a year; raised under lock, so that none is given twice."""

    __tablename__ = "letter_counters"

    programme_id: Mapped[int] = reference("programmes.id", primary_key=True, index=False)
    year: Mapped[int] = mapped_column(primary_key=True)
    last_number: Mapped[int] = mapped_column(default=0)


class Letter(Base):
    """A letter as issued; printing it again gives the same text under the same number."""

    __tablename__ = "letters"
    __table_args__ = (
        UniqueConstraint("programme_id", "number"),
        CheckConstraint("kind IN ('invitation', 'confirmation')", name="kind"),
    )

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    programme_id: Mapped[int] = reference("programmes.id", index=False)
    event_id: Mapped[int] = reference("events.id")
    delegation_id: Mapped[int | None] = reference("delegations.id")
    speaker_id: Mapped[int | None] = reference("speakers.id")
    participant_id: Mapped[int | None] = reference("participants.id")
    kind: Mapped[Word]
    #: E.g. "IURC-CN/2027/0012".
    number: Mapped[str] = mapped_column(String(40))
    issued_on: Mapped[str] = mapped_column(String(10))
    #: All that the letter says, as it was when it was issued.
    contents: Mapped[dict[str, Any]] = mapped_column(Json)
    made_by_id: Mapped[int | None] = reference("users.id", ondelete="SET NULL")
    made_at: Mapped[MadeAt]
