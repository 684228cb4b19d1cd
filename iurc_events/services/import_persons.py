"""The people in documents: one person over all events, by id; the names in their latest form."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import func, select

from iurc_events.database import db
from iurc_events.models.events import Event
from iurc_events.models.speakers import Person, Speaker
from iurc_events.services import person_keys
from iurc_events.services.sort_keys import person_sort_keys
from iurc_events.services.speaker_persons import kept_of

Entry = dict[str, Any]
_CHUNK = 500


def _chunks(ids: Sequence[str]) -> Iterable[Sequence[str]]:
    return (ids[start : start + _CHUNK] for start in range(0, len(ids), _CHUNK))


def _public_id(slug: str) -> uuid.UUID | None:
    """Return the public id in an id that an export made for somebody entered here."""
    try:
        return uuid.UUID(slug.removeprefix("p-")) if slug.startswith("p-") and len(slug) == 38 else None
    except ValueError:
        return None


def _find(ids: Sequence[str]) -> dict[str, Person]:
    """Return the persons known by their ids in documents."""
    found: dict[str, Person] = {}
    for chunk in _chunks(ids):
        public_ids = {public_id: slug for slug in chunk if (public_id := _public_id(slug))}
        rows = db.session.scalars(select(Person).where(Person.slug.in_(chunk) | Person.public_id.in_(public_ids)))
        for person in rows:
            slug = person.slug if person.slug in chunk else public_ids[person.public_id]
            if slug is not None:
                found[slug] = kept_of(person)
    return found


def _last_days(keys: Sequence[int]) -> dict[int, str]:
    """Return the first day of each person's latest event."""
    found: dict[int, str] = {}
    for start in range(0, len(keys), _CHUNK):
        query = (
            select(Speaker.person_id, func.max(Event.first_day))
            .join(Event, Event.id == Speaker.event_id)
            .where(Speaker.person_id.in_(keys[start : start + _CHUNK]))
            .group_by(Speaker.person_id)
        )
        found |= {key: day for key, day in db.session.execute(query) if day}
    return found


def write_persons(events: Iterable[Entry]) -> dict[str, int]:
    """Make sure that all speakers of events exist as persons; return their keys by id."""
    latest: dict[str, tuple[str, Entry]] = {}
    for event in events:
        for speaker in event["speakers"]:
            if speaker["id"] not in latest or latest[speaker["id"]][0] <= event["start"]:
                latest[speaker["id"]] = (event["start"], speaker)
    persons = _find(sorted(latest))
    last_days = _last_days([person.id for person in persons.values()])
    changed: dict[str, Person] = {}
    for slug, (start, entry) in latest.items():
        person = persons.get(slug)
        if person is None:
            person = persons[slug] = Person(slug=slug)
            db.session.add(person)
        elif start[:10] < last_days.get(person.id, "")[: len(start)]:
            continue
        names = (entry["name"], entry.get("family_name"))
        if (person.name, person.family_name) != names:  # sort keys that somebody mended stay while the name does
            person.name, person.family_name = names
            person.sort_keys = person_sort_keys(*names)
            changed[slug] = person
        if person.name_native != entry.get("name_native"):
            person.name_native = entry.get("name_native")
            changed[slug] = person
    person_keys.note(*dict.fromkeys(changed.values()))
    db.session.flush()
    return {slug: person.id for slug, person in persons.items()}
