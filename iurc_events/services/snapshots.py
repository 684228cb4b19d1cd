"""The content of an event as plain data: kept with every revision, compared, and put back by undo."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Table, Uuid, delete, insert, select, update

from iurc_events.database import Base, UtcDateTime, db
from iurc_events.models.agendas import AgendaItem, Contribution, EventSession, ItemCity
from iurc_events.models.events import (
    Award,
    Event,
    EventCity,
    EventDocument,
    EventFramework,
    EventPair,
    EventProgramme,
    EventTheme,
    JoinLink,
    Outcome,
)
from iurc_events.models.speakers import Speaker

Snapshot = dict[str, list[dict[str, Any]]]

#: Columns of an event that are not content: counters, marks of its life, seats.
_NO_CONTENT = {
    "id", "public_id", "version", "sequence", "visible_revised_at", "created_at", "seats_taken", "first_published_at",
    "starts_at", "ends_at", "calendar_uid", "slides_released_at",
}  # fmt: skip
#: Columns of a speaker that are for the programme team alone, or say how the own page stands.
_NOT_OF_SPEAKERS = {
    "email", "note", "version", "availability", "technical_needs", "profile_confirmed_at", "profile_reminded_at",
    "profile_reminders", "reminders_refused_at", "profile_saved_at",
}  # fmt: skip
_OWNED = (
    EventTheme, EventFramework, EventProgramme, EventPair, EventCity, JoinLink, EventDocument, Outcome, Award,
    EventSession,
)  # fmt: skip
AGENDA_TABLES = ("event_sessions", "agenda_items", "agenda_item_cities", "contributions")


def _table(model: type[Base]) -> Table:
    table = model.__table__
    assert isinstance(table, Table)
    return table


def _plain(value: object) -> object:
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    return value


def _rows(model: type[Base], condition: Any, skip: Iterable[str] = ()) -> list[dict[str, Any]]:
    table = _table(model)
    rows = db.session.execute(select(table).where(condition).order_by(*table.primary_key.columns))
    return [{key: _plain(value) for key, value in row._mapping.items() if key not in skip} for row in rows]


def take_snapshot(event: Event) -> Snapshot:
    """Return the content of an event, table by table."""
    snapshot: Snapshot = {"events": _rows(Event, Event.id == event.id, _NO_CONTENT)}
    for model in _OWNED:
        snapshot[_table(model).name] = _rows(model, _table(model).c.event_id == event.id)
    sessions = select(EventSession.id).where(EventSession.event_id == event.id)
    items = select(AgendaItem.id).where(AgendaItem.session_id.in_(sessions))
    snapshot["agenda_items"] = _rows(AgendaItem, AgendaItem.session_id.in_(sessions))
    snapshot["agenda_item_cities"] = _rows(ItemCity, ItemCity.item_id.in_(items))
    snapshot["contributions"] = _rows(Contribution, Contribution.item_id.in_(items))
    snapshot["speakers"] = _rows(Speaker, Speaker.event_id == event.id, _NOT_OF_SPEAKERS)
    return snapshot


def changed_fields(before: Snapshot | None, after: Snapshot) -> list[str]:
    """Name what differs: fields of the event, and the kinds of things that belong to it."""
    if before is None:
        return []
    old = before["events"][0] if before.get("events") else {}
    new = after["events"][0] if after.get("events") else {}
    fields = [name for name in new if new[name] != old.get(name)]
    return fields + [name for name in after if name != "events" and after[name] != before.get(name)]


def _revived(table: Table, row: dict[str, Any]) -> dict[str, Any]:
    """Turn a row of a snapshot into values for the table; instants and UUIDs get their types back."""
    values = dict(row)
    for column in table.columns:
        if (value := values.get(column.name)) is None:
            continue
        if isinstance(column.type, Uuid):
            values[column.name] = uuid.UUID(value)
        elif isinstance(column.type, UtcDateTime):
            values[column.name] = datetime.fromisoformat(value)
    return values


def restore_agenda(event: Event, snapshot: Snapshot) -> None:
    """Put the sessions and items of a snapshot back in place of today's, with the same ids.

    Parts of speakers who are no longer at the event stay away.
    """
    present = set(db.session.scalars(select(Speaker.id).where(Speaker.event_id == event.id)))
    db.session.execute(delete(EventSession).where(EventSession.event_id == event.id))
    tables = {model.__tablename__: _table(model) for model in (EventSession, AgendaItem, ItemCity, Contribution)}
    for name in AGENDA_TABLES:
        rows = [_revived(tables[name], row) for row in snapshot.get(name, [])]
        if name == "contributions":
            rows = [row for row in rows if row["speaker_id"] in present]
        if name == "event_sessions":
            rows = [row | {"chair_id": row["chair_id"] if row["chair_id"] in present else None} for row in rows]
        if rows:
            db.session.execute(insert(tables[name]), rows)
    db.session.expire_all()


def restore_details(event: Event, snapshot: Snapshot) -> None:
    """Put the fields of a snapshot back; state, slug and what belongs to the event's life stay as they are."""
    row = {k: v for k, v in snapshot["events"][0].items() if k not in {"state", "slug", "unpublished_at", "deleted_at"}}
    db.session.execute(update(Event).where(Event.id == event.id).values(**_revived(_table(Event), row)))
    for model in (EventTheme, EventFramework, EventProgramme, EventPair, EventCity, JoinLink):
        table = _table(model)
        db.session.execute(delete(table).where(table.c.event_id == event.id))
        if rows := [_revived(table, row) for row in snapshot.get(table.name, [])]:
            db.session.execute(insert(table), rows)
    db.session.expire_all()
    if slot := event.slot:
        event.slot = slot  # derives the instants anew
