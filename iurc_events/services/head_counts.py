"""Head counts that somebody reported: kept beside what was measured, each with its qualifier and source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from iurc_events.database import db, in_transaction
from iurc_events.domain.errors import DomainError, NotFoundError
from iurc_events.domain.search_text import searchable
from iurc_events.domain.vocabulary import COUNT_SUBJECTS, Qualifier
from iurc_events.localisation import noop
from iurc_events.models.accounts import User
from iurc_events.models.attendance import HeadCount
from iurc_events.models.cities import City
from iurc_events.services.event_changes import record_change
from iurc_events.services.event_life import get_own_event


@dataclass(frozen=True, slots=True)
class CountEntry:
    """A reported number; ``city_id`` None means the whole event."""

    subject: str
    city_id: int | None
    value: int
    qualifier: str
    source: str = ""
    as_printed: str | None = None
    is_imported: bool = False


def list_entries(event_id: int) -> list[HeadCount]:
    """Return the reported numbers of an event in their order."""
    return list(
        db.session.scalars(
            select(HeadCount).where(HeadCount.event_id == event_id).order_by(HeadCount.position, HeadCount.id)
        )
    )


def find_cities(names: Sequence[str]) -> dict[str, int]:
    """Find cities by any of their names or aliases; a name that fits none or several is left out."""
    wanted = {name: searchable(name) for name in names if name}
    found: dict[str, set[int]] = {name: set() for name in wanted}
    for city in db.session.scalars(select(City)):
        spellings = {searchable(text) for text in city.name.values()}
        spellings |= {searchable(text) for texts in city.aliases.values() for text in texts}
        for name, key in wanted.items():
            if key in spellings:
                found[name].add(city.id)
    return {name: next(iter(keys)) for name, keys in found.items() if len(keys) == 1}


def _check(entry: CountEntry) -> None:
    if entry.subject not in COUNT_SUBJECTS or entry.qualifier not in {each.value for each in Qualifier}:
        raise DomainError(noop("Choose one of the list"))
    if entry.value < 0:
        raise DomainError(noop("Enter a number from 0"))


@in_transaction
def report_counts(*, actor: User, event_id: int, entries: Sequence[CountEntry]) -> list[CountEntry]:
    """Add reported numbers to an event; one of the same subject and city is replaced.

    Returns what stood there before, for undo with :func:`restore_counts`.
    """
    event = get_own_event(actor, event_id)
    for entry in entries:
        _check(entry)
    before = _stored(event.id)
    rows = {(row.subject, row.city_id): row for row in list_entries(event.id)}
    last = db.session.scalar(select(func.max(HeadCount.position)).where(HeadCount.event_id == event.id))
    position = -1 if last is None else last
    for entry in entries:
        row = rows.get((entry.subject, entry.city_id))
        if row is None:
            position += 1
            row = HeadCount(event_id=event.id, subject=entry.subject, city_id=entry.city_id, position=position)
            db.session.add(row)
            rows[entry.subject, entry.city_id] = row
        row.value, row.qualifier, row.source = entry.value, entry.qualifier, entry.source
        row.as_printed, row.recorded_by_id = entry.as_printed, actor.id
    record_change(event, noop("counts reported"), actor_id=actor.id)
    return before


@in_transaction
def remove_count(*, actor: User, event_id: int, key: int) -> list[CountEntry]:
    """Remove a reported number; return what stood there before.

    Raises:
        NotFoundError: If the event has none of this key.
    """
    event = get_own_event(actor, event_id)
    row = db.session.get(HeadCount, key)
    if row is None or row.event_id != event.id:
        raise NotFoundError(noop("There is no such number"))
    before = _stored(event.id)
    db.session.delete(row)
    record_change(event, noop("count removed"), actor_id=actor.id)
    return before


@in_transaction
def restore_counts(*, actor: User, event_id: int, entries: Sequence[CountEntry]) -> None:
    """Put the reported numbers back as they were."""
    event = get_own_event(actor, event_id)
    for entry in entries:
        _check(entry)
    for row in list_entries(event.id):
        db.session.delete(row)
    db.session.flush()
    for position, entry in enumerate(entries):
        db.session.add(
            HeadCount(
                event_id=event.id,
                position=position,
                subject=entry.subject,
                city_id=entry.city_id,
                value=entry.value,
                qualifier=entry.qualifier,
                source=entry.source,
                as_printed=entry.as_printed,
                is_imported=entry.is_imported,
                recorded_by_id=actor.id,
            )
        )
    record_change(event, noop("counts put back"), actor_id=actor.id)


def _stored(event_id: int) -> list[CountEntry]:
    return [
        CountEntry(row.subject, row.city_id, row.value, row.qualifier, row.source, row.as_printed, row.is_imported)
        for row in list_entries(event_id)
    ]
