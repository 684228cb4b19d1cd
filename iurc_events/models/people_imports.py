"""Lists of people that a delegation pasted or uploaded, and how a city's columns were understood before."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from iurc_events.database import Base, Json, UtcDateTime
from iurc_events.models.columns import Instant, JsonList, Key, LongText, MadeAt, PublicId, Word, reference
from iurc_events.models.delegations import Delegation


class ColumnMapping(Base):
    """Which column of a city's own lists means what; offered again when the same headings come."""

    __tablename__ = "column_mappings"
    __table_args__ = (UniqueConstraint("city_id", "headings_hash"),)

    id: Mapped[Key]
    city_id: Mapped[int] = reference("cities.id", index=False)
    #: SHA-256 of the headings in their order, in hexadecimal.
    headings_hash: Mapped[str] = mapped_column(String(64))
    #: Field for each column number, as text: ``{"0": "name_zh"}``.
    mapping: Mapped[dict[str, str]] = mapped_column(Json)
    used_at: Mapped[Instant]


class PeopleImport(Base):
    """A list of people on its way into a delegation: read, mapped, checked, then entered."""

    __tablename__ = "people_imports"
    __table_args__ = (CheckConstraint("state IN ('read', 'checked', 'entering', 'entered', 'failed')", name="state"),)

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    delegation_id: Mapped[int] = reference("delegations.id")
    made_by_id: Mapped[int | None] = reference("users.id", ondelete="SET NULL")
    made_at: Mapped[MadeAt] = mapped_column(index=True)
    file_name: Mapped[str] = mapped_column(String(200), default="")
    headings: Mapped[JsonList]
    mapping: Mapped[dict[str, str]] = mapped_column(Json, default=dict)
    state: Mapped[Word] = mapped_column(default="read", index=True)
    #: ``all`` (or nothing) or ``good`` (rows without faults).
    choice: Mapped[str | None] = mapped_column(String(8))
    row_count: Mapped[int] = mapped_column(default=0)
    done_count: Mapped[int] = mapped_column(default=0)
    #: How many rows were registered, changed, unchanged, waiting, left out.
    outcome: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    failure: Mapped[LongText | None]
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    delegation: Mapped[Delegation] = relationship()


class PeopleImportRow(Base):
    """A row of such a list; deleted with the list, at most 30 days after it was read."""

    __tablename__ = "people_import_rows"
    __table_args__ = (UniqueConstraint("import_id", "number"),)

    id: Mapped[Key]
    import_id: Mapped[int] = reference("people_imports.id", index=False)
    #: Row number as the spreadsheet shows it, the heading being row 1.
    number: Mapped[int]
    cells: Mapped[JsonList]
    #: Faults: ``{"field": name, "message": English text, "params": {}}``.
    problems: Mapped[JsonList]
    #: Likely the same people: ``["speaker" | "participant" | "person", key]``.
    likely: Mapped[JsonList]
    #: What will happen: register, change, same, wait, fault (left out).
    plan: Mapped[str | None] = mapped_column(String(12))
    #: What happened: registered, changed, unchanged, waiting, left-out; set with the change itself, so never twice.
    outcome: Mapped[str | None] = mapped_column(String(12))
    #: Whom the row became: kind, key and version, and what was said of them before; what undoing needs.
    entered: Mapped[dict[str, Any] | None] = mapped_column(Json)
