"""The history of an event: what was done, by whom, and what it said before and after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from iurc_events.database import db
from iurc_events.domain.errors import NotFoundError
from iurc_events.localisation import noop
from iurc_events.models.revisions import Revision


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """A revision in the list."""

    number: int
    made_at: datetime
    actor_name: str
    action: str
    changed_fields: tuple[str, ...]
    is_visible: bool
    can_be_restored: bool


@dataclass(frozen=True, slots=True)
class Change:
    """A field of an event before and after."""

    name: str
    before: Any
    after: Any


def count_revisions(event_id: int) -> int:
    """Count the revisions of an event."""
    return db.session.scalar(select(func.count()).select_from(Revision).where(Revision.event_id == event_id)) or 0


def list_revisions(event_id: int, *, page: int = 1, per_page: int = 25) -> list[HistoryLine]:
    """Return a page of an event's revisions, the latest first."""
    rows = db.session.scalars(
        select(Revision)
        .where(Revision.event_id == event_id)
        .options(joinedload(Revision.actor))
        .order_by(Revision.number.desc())
        .limit(per_page)
        .offset((page - 1) * per_page)
    )
    return [
        HistoryLine(
            number=row.number,
            made_at=row.made_at,
            actor_name=(row.actor.name or row.actor.email) if row.actor else "",
            action=row.action,
            changed_fields=tuple(row.changed_fields),
            is_visible=row.is_visible,
            can_be_restored=bool(row.snapshot),
        )
        for row in rows
    ]


def _row_text(row: Mapping[str, Any]) -> str:
    """Return what a row of a snapshot says, without keys and counters."""
    parts: list[str] = []
    for name, value in row.items():
        if name == "id" or name.endswith("_id") or name in ("position", "public_id", "version", "extra"):
            continue
        if value in (None, "", [], {}, 0, False):
            continue
        parts.append(" / ".join(map(str, value.values())) if isinstance(value, Mapping) else str(value))
    return " · ".join(parts)


def list_changes(event_id: int, number: int) -> list[Change]:
    """Return what a revision changed, against the one before it that was kept.

    Raises:
        NotFoundError: If the event has no such revision.
    """
    revision = db.session.scalars(
        select(Revision).where(Revision.event_id == event_id, Revision.number == number)
    ).one_or_none()
    if revision is None:
        raise NotFoundError(noop("There is no such revision"))
    before = db.session.scalars(
        select(Revision)
        .where(Revision.event_id == event_id, Revision.number < number)
        .order_by(Revision.number.desc())
        .limit(1)
    ).one_or_none()
    return compare(before.snapshot if before else {}, revision.snapshot)


def compare(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """Return the fields in which two snapshots differ; rows that belong to an event as texts."""
    if not old or not new:
        return []
    first, second = old["events"][0], new["events"][0]
    changes = [Change(name, first.get(name), second[name]) for name in second if second[name] != first.get(name)]
    for table, rows in new.items():
        if table != "events" and rows != old.get(table, []):
            gone = [row for row in old.get(table, []) if row not in rows]
            come = [row for row in rows if row not in old.get(table, [])]
            changes.append(Change(table, _rows_text(gone), _rows_text(come)))
    return changes


def _rows_text(rows: list[dict[str, Any]]) -> Any:
    keys = [value for row in rows for name, value in row.items() if name in _REFERENCES]
    texts = [text for row in rows if (text := _row_text(row))]
    return texts or keys


#: Columns by which a row that says nothing itself refers to something with a name.
_REFERENCES = ("theme_id", "pair_id", "city_id", "programme_id", "framework_id")
