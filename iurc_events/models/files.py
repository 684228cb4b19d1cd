"""Uploaded files: the row says what it is, the bytes lie in the storage under their hash."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from iurc_events.database import Base
from iurc_events.models.columns import Key, MadeAt, PublicId, Word, reference


class StoredFile(Base):
    """A photo, a deck of slides or the preview of one, of a speaker at an event."""

    __tablename__ = "stored_files"
    __table_args__ = (CheckConstraint("kind IN ('photo', 'slides', 'preview')", name="kind"),)

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    kind: Mapped[Word]
    event_id: Mapped[int] = reference("events.id")
    speaker_id: Mapped[int | None] = reference("speakers.id")
    #: The slides whose first page this is.
    preview_of_id: Mapped[int | None] = reference("stored_files.id")
    #: Counts a speaker's decks, 1 being the first; the highest is the present one.
    version: Mapped[int] = mapped_column(default=1)
    #: As the person called it; shown, never used as a path.
    name: Mapped[str] = mapped_column(String(200))
    #: By content, not by name (sec-7).
    content_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    #: SHA-256 of the bytes, in hexadecimal: the key in the storage.
    content_hash: Mapped[str] = mapped_column(String(64), index=True)
    made_at: Mapped[MadeAt]
