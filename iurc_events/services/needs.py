"""Needs of people at an event: stored only where the event asks for them, and deleted on a day of their own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import delete, select, update

from iurc_events.database import db, in_transaction, utc_now
from iurc_events.domain.errors import ConflictError
from iurc_events.domain.needs import asked_needs, last_day_kept
from iurc_events.domain.vocabulary import SPECIAL_NEEDS
from iurc_events.localisation import noop
from iurc_events.models.events import Event
from iurc_events.models.participants import Participant, SpecialNeed
from iurc_events.models.speakers import Speaker

Person = Speaker | Participant
P = TypeVar("P", bound=Person)


class NeedsChangedError(ConflictError):
    """Somebody else changed the needs since the form was opened."""


@dataclass(frozen=True, slots=True)
class StoredNeeds:
    """What is stored of somebody, by kind; ``is_own`` where they gave it themselves."""

    texts: Mapping[str, str]
    is_own: bool = False


def _row(person: Person) -> SpecialNeed | None:
    column = SpecialNeed.speaker_id if isinstance(person, Speaker) else SpecialNeed.participant_id
    return db.session.scalars(
        select(SpecialNeed).where(column == person.id).execution_options(populate_existing=True)
    ).one_or_none()


def _key(person: Person) -> tuple[str, int]:
    return ("speaker" if isinstance(person, Speaker) else "participant", person.id)


def _rows(people: Sequence[Person]) -> dict[tuple[str, int], SpecialNeed]:
    found: dict[tuple[str, int], SpecialNeed] = {}
    for kind, model, column in (
        ("speaker", Speaker, SpecialNeed.speaker_id),
        ("participant", Participant, SpecialNeed.participant_id),
    ):
        keys = [person.id for person in people if isinstance(person, model)]
        for start in range(0, len(keys), 500):
            query = select(SpecialNeed).where(column.in_(keys[start : start + 500]))
            for row in db.session.scalars(query.execution_options(populate_existing=True)):
                found[kind, row.speaker_id or row.participant_id or 0] = row
    return found


def needs_of_many(people: Sequence[Person]) -> dict[tuple[str, int], StoredNeeds]:
    """Return the needs of those who have any, by ``speaker`` or ``participant`` and key, in at most two questions."""
    return {key: _as_stored(row) for key, row in _rows(people).items()}


def stored_for_city(found: Mapping[tuple[str, int], StoredNeeds], person: Person) -> StoredNeeds:
    """Return what :func:`needs_for_city` returns, out of :func:`needs_of_many`."""
    stored = found.get(_key(person), StoredNeeds({}))
    return StoredNeeds({}, is_own=True) if stored.is_own else stored


def needs_of(person: Person) -> StoredNeeds:
    """Return the needs of a participant or speaker."""
    return _as_stored(_row(person))


def _as_stored(row: SpecialNeed | None) -> StoredNeeds:
    if row is None:
        return StoredNeeds({})
    texts = {kind: text for kind in SPECIAL_NEEDS if (text := getattr(row, kind))}
    return StoredNeeds(texts, row.is_own)


def needs_for_city(person: Person) -> StoredNeeds:
    """Return what a delegate may see: the needs that the city gave, not those that the person gave."""
    found = needs_of(person)
    return StoredNeeds({}, is_own=True) if found.is_own else found


def store(person: Person, given: Mapping[str, str], *, is_own: bool) -> bool:
    """Store the needs that the event asks for, in the caller's transaction; tell whether any changed.

    What the event does not ask for stays as it was. What a person gave is theirs: a city changes nothing of it.
    """
    event = db.session.get_one(Event, person.event_id)
    return bool(_store(event, [(person, given, _row(person))], is_own=is_own))


def store_many(event: Event, given: Sequence[tuple[P, Mapping[str, str]]]) -> list[P]:
    """Store what a city says of many people as :func:`store` does; return those of whom any changed."""
    rows = _rows([person for person, _ in given])
    return _store(event, [(person, texts, rows.get(_key(person))) for person, texts in given], is_own=False)


def _store(event: Event, given: Sequence[tuple[P, Mapping[str, str], SpecialNeed | None]], *, is_own: bool) -> list[P]:
    today = utc_now().date()
    day = last_day_kept(event.last_day, today)
    changed = []
    for person, texts, row in given:
        asked = asked_needs(texts, event.asks_for)
        stored = {kind: getattr(row, kind, None) or "" for kind in asked}
        if stored == asked or day < today or (row is not None and row.is_own and not is_own):
            continue
        if row is None:
            row = SpecialNeed(event_id=event.id)
            if isinstance(person, Speaker):
                row.speaker_id = person.id
            else:
                row.participant_id = person.id
            db.session.add(row)
        for kind, text in asked.items():
            setattr(row, kind, text or None)
        row.is_own, row.delete_after_on = is_own, day.isoformat()
        if not any(getattr(row, kind) for kind in SPECIAL_NEEDS):
            db.session.delete(row)
        changed.append(person)
    db.session.flush()
    return changed


@in_transaction
def keep_with(
    step: Callable[[], P],
    given: Mapping[str, str],
    *,
    is_own: bool = False,
    person: Person | None = None,
    version: int | None = None,
) -> P:
    """Run a service that stores somebody and store their needs with it: both or nothing.

    Args:
        step: Returns the person.
        person: Who is changed, where it is nobody new.
        version: Of the person as the form showed it; None overwrites whatever is there.

    Raises:
        NeedsChangedError: If somebody else changed the person meanwhile, and the needs differ.
    """
    if person is not None and version is not None and version != _version(person):
        event = db.session.get_one(Event, person.event_id)
        stored = needs_of(person).texts
        if any(stored.get(kind, "") != text for kind, text in asked_needs(given, event.asks_for).items()):
            raise NeedsChangedError(noop("Somebody else changed this while you were writing"))
    stored_person = step()
    db.session.flush()
    if store(stored_person, given, is_own=is_own):
        stored_person.version += 1
    return stored_person


def _version(person: Person) -> int:
    model = type(person)
    return db.session.scalars(select(model.version).where(model.id == person.id)).one()


def forget(participant_id: int) -> None:
    """Delete the needs of a participant who does not come, in the caller's transaction."""
    db.session.execute(delete(SpecialNeed).where(SpecialNeed.participant_id == participant_id))


def follow_event(event: Event) -> None:
    """Move the day on which needs are deleted with the event, in the caller's transaction."""
    day = last_day_kept(event.last_day, utc_now().date()).isoformat()
    db.session.execute(
        update(SpecialNeed)
        .where(SpecialNeed.event_id == event.id, SpecialNeed.delete_after_on != day)
        .values(delete_after_on=day)
    )
