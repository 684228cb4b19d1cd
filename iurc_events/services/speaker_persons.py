"""The person behind a speaker: one over all events, never merged on a guess."""

from __future__ import annotations

from sqlalchemy import func, select

from iurc_events.database import db
from iurc_events.domain.language_maps import LanguageMap
from iurc_events.models.speakers import Person, Speaker
from iurc_events.services import person_keys
from iurc_events.services.sort_keys import person_sort_keys


def find_person(name: LanguageMap, email: str | None, city_id: int | None) -> Person | None:
    """Find somebody by the same mail address, or by the same city and the same names in both languages."""
    if email:
        known = db.session.scalars(
            select(Person)
            .where(func.lower(Person.email) == email.lower())
            .order_by(Person.merged_into_id.is_not(None), Person.id)
            .limit(1)
        ).one_or_none()
        return kept_of(known) if known else None
    if city_id is None or not (name.get("en") and name.get("zh")):
        return None
    people = db.session.scalars(
        select(Person)
        .where(Person.id.in_(select(Speaker.person_id).where(Speaker.city_id == city_id)))
        .order_by(Person.id)
    )
    wanted = (name["en"].casefold(), name["zh"])
    return next((p for p in people if (p.name.get("en", "").casefold(), p.name.get("zh", "")) == wanted), None)


def make_person(
    name: LanguageMap, family_name: LanguageMap | None, name_native: str | None, email: str | None
) -> Person:
    """Make a person with keys to sort by."""
    person = new_person(name, family_name, name_native, email)
    person_keys.note(person)
    return person


def new_person(
    name: LanguageMap, family_name: LanguageMap | None, name_native: str | None, email: str | None
) -> Person:
    """Make a person as :func:`make_person` does; the caller writes what is derived for many at once."""
    person = Person(
        name=dict(name),
        family_name=dict(family_name) if family_name else None,
        name_native=name_native,
        sort_keys=person_sort_keys(name, family_name),
        email=email,
    )
    db.session.add(person)
    return person


def kept_of(person: Person) -> Person:
    """Return the person whom this one was merged into, or the person."""
    while person.merged_into_id is not None:
        person = db.session.get_one(Person, person.merged_into_id)
    return person


def follow_speaker(speaker: Speaker) -> None:
    """Bring a person's names up to those of a speaker, where nobody else's event speaks of the same person."""
    person = db.session.get_one(Person, speaker.person_id)
    others = db.session.scalar(
        select(func.count()).select_from(Speaker).where(Speaker.person_id == person.id, Speaker.id != speaker.id)
    )
    if others:
        return
    if (person.name, person.family_name) != (speaker.name, speaker.family_name):
        person.name = dict(speaker.name)
        person.family_name = dict(speaker.family_name) if speaker.family_name else None
        person.sort_keys = person_sort_keys(speaker.name, speaker.family_name)
    person.name_native = speaker.name_native
    person.email = speaker.email
    person_keys.note(person)
