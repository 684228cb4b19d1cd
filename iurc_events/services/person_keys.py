"""What is derived from a person's names and address, written with them: search text, and keys shared by duplicates.

Every service that makes a person or changes names or address ends with :func:`note`; the worker writes what is missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import delete, insert, select

from iurc_events.database import db, in_transaction
from iurc_events.domain.name_likeness import Likeable, likeable
from iurc_events.domain.search_text import searchable_all
from iurc_events.models.speakers import Person, PersonKey
from iurc_events.services.attendance_matching import read_aloud

_AT_ONCE = 500


def names_of(person: Person) -> list[str]:
    """Return all forms of a person's name."""
    return [text for text in (*person.name.values(), person.name_native) if text]


def likeable_of(
    person: Person,
    *,
    emails: Iterable[str | None] = (),
    cities: Iterable[int] = (),
    organisations: Iterable[str] = (),
) -> Likeable:
    """Return a person as others are compared with it."""
    return likeable(
        names_of(person), read_aloud, emails=[person.email, *emails], cities=cities, organisations=organisations
    )


def note(*persons: Person) -> None:
    """Write what is derived from names and addresses, in the caller's transaction."""
    db.session.flush()
    for start in range(0, len(persons), _AT_ONCE):
        _note(persons[start : start + _AT_ONCE])


def _note(persons: Sequence[Person]) -> None:
    rows = []
    for person in persons:
        found = likeable_of(person)
        spoken = sorted({sound for characters in found.han for sound in read_aloud(characters)})
        person.search_text = searchable_all([*names_of(person), *spoken])
        rows += [
            {"person_id": person.id, "kind": key.kind, "key_hash": key.key_hash}
            for key in sorted(found.stored_keys(), key=lambda key: (key.kind, key.key_hash))
        ]
    db.session.execute(delete(PersonKey).where(PersonKey.person_id.in_([person.id for person in persons])))
    if rows:
        db.session.execute(insert(PersonKey), rows)
    db.session.flush()


@in_transaction
def note_missing(*, limit: int = 5_000) -> int:
    """Write what is derived for persons who came without it; return how many they were."""
    persons = db.session.scalars(
        select(Person).where(Person.search_text.is_(None), Person.erased_at.is_(None)).order_by(Person.id).limit(limit)
    ).all()
    note(*persons)
    return len(persons)
