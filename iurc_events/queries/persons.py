"""Persons as organisers find them: through appearances at events of their own programmes, and those alone (sec-1).

Somebody who appears in two programmes is found by the organisers of both; each sees the appearances at own events.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, cast, exists, func, literal, or_, select, union, union_all
from sqlalchemy.orm import joinedload

from iurc_events.database import db
from iurc_events.domain.errors import NotFoundError
from iurc_events.domain.language_maps import LanguageMap
from iurc_events.domain.search_text import query_phrases
from iurc_events.domain.time_slots import TimeSlot
from iurc_events.localisation import noop
from iurc_events.models.accounts import User
from iurc_events.models.attendance import Attendance
from iurc_events.models.cities import City
from iurc_events.models.events import Event
from iurc_events.models.participants import Participant
from iurc_events.models.speakers import Person, Speaker
from iurc_events.queries.organised_events import organised_by

#: As what people are found: speakers, and the roles of participants.
ROLES = ("speaker", "participant", "observer")


@dataclass(frozen=True, slots=True)
class PersonFilter:
    """What the list of persons is narrowed to; empty means no limit."""

    query: str = ""
    city_id: int | None = None
    side: str = ""
    role: str = ""


@dataclass(frozen=True, slots=True)
class Appearance:
    """Somebody at one event: title and organisation as they were there."""

    person_id: int
    kind: str
    row_id: int
    event_id: int
    event_slug: str
    event_title: LanguageMap
    slot: TimeSlot | None
    role: str
    name: LanguageMap
    title: LanguageMap
    organisation: LanguageMap
    city_id: int | None
    city_name: LanguageMap | None
    state: str
    has_attended: bool
    email: str


@dataclass(frozen=True, slots=True)
class ListedPerson:
    """Somebody in the list of persons, with the latest appearance at an own event."""

    person: Person
    latest: Appearance
    cities: tuple[LanguageMap, ...]
    event_count: int


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """What is known of a person from own events alone."""

    person: Person
    appearances: tuple[Appearance, ...] = field(default=())

    @property
    def emails(self) -> tuple[str, ...]:
        """Return the addresses given for own events."""
        return tuple(dict.fromkeys(each.email for each in self.appearances if each.email))


def own_event(actor: User) -> ColumnElement[bool]:
    """Return the condition that an event is the actor's and there."""
    return and_(organised_by(actor), Event.deleted_at.is_(None))


def _persons_at(model: Any, *conditions: ColumnElement[bool]) -> Any:
    return select(model.person_id).join(Event, Event.id == model.event_id).where(*conditions)


def visible_to(actor: User) -> ColumnElement[bool]:
    """Return the condition that a person appears at an own event of the actor."""
    own = own_event(actor)
    return and_(
        Person.erased_at.is_(None),
        Person.merged_into_id.is_(None),
        or_(
            Person.id.in_(_persons_at(Speaker, own)),
            Person.id.in_(_persons_at(Participant, own, Participant.person_id.is_not(None))),
        ),
    )


def _at(actor: User, wanted: PersonFilter, *said: tuple[Any, Any]) -> ColumnElement[bool]:
    """Return the condition that a person was at an own event in the way that is wanted."""
    found: list[ColumnElement[bool]] = []
    for model in (Speaker, Participant):
        conditions: list[ColumnElement[bool]] = [own_event(actor)]
        if wanted.role == "speaker" and model is Participant:
            continue
        if wanted.role in ("participant", "observer"):
            if model is Speaker:
                continue
            conditions.append(Participant.role == wanted.role)
        if wanted.city_id is not None:
            conditions.append(model.city_id == wanted.city_id)
        if wanted.side:
            conditions.append(model.city_id.in_(select(City.id).where(City.side == wanted.side)))
        conditions += [condition for of, condition in said if of is model]
        found.append(Person.id.in_(_persons_at(model, *conditions, model.person_id.is_not(None))))
    return or_(*found)


def _said(actor: User, words: str) -> list[ColumnElement[bool]]:
    """Return the conditions of a search: every phrase in the names, or the whole in an address at an own event."""
    phrases = query_phrases(words)
    if not phrases:
        return []
    in_names = and_(*(Person.search_text.contains(phrase, autoescape=True) for phrase in phrases))
    in_mail = _at(
        actor,
        PersonFilter(),
        (Speaker, Speaker.email.icontains(words.strip(), autoescape=True)),
        (Participant, Participant.email.icontains(words.strip(), autoescape=True)),
    )
    return [or_(in_names, in_mail) if "@" in words else in_names]


def list_persons(
    actor: User, wanted: PersonFilter, language: str, *, page: int = 1, per_page: int = 25
) -> tuple[list[ListedPerson], int]:
    """Return a page of persons in the order of their names, and how many there are: three statements."""
    conditions = [visible_to(actor), *_said(actor, wanted.query)]
    if wanted.city_id is not None or wanted.side or wanted.role:
        conditions.append(_at(actor, wanted))
    total = db.session.scalar(select(func.count()).select_from(Person).where(*conditions)) or 0
    key = Person.sort_keys[language].as_string()
    persons = db.session.scalars(
        select(Person)
        .where(*conditions)
        .order_by(func.coalesce(key, ""), Person.id)
        .limit(per_page)
        .offset((page - 1) * per_page)
    ).all()
    found = list_appearances(actor, [person.id for person in persons])
    rows: list[ListedPerson] = []
    for person in persons:
        own = found[person.id]
        if not own:
            continue
        cities = {each.city_id: each.city_name for each in own if each.city_name}
        rows.append(ListedPerson(person, own[0], tuple(cities.values()), len({each.event_id for each in own})))
    return rows, total


def _attended(column: Any, key: Any) -> Any:
    return exists().where(column == key)


def list_appearances(actor: User, person_ids: Collection[int]) -> dict[int, tuple[Appearance, ...]]:
    """Return the appearances of persons at own events, the latest first: two statements."""
    found: dict[int, list[Appearance]] = {key: [] for key in person_ids}
    if not found:
        return {}
    own = own_event(actor)
    speakers = db.session.execute(
        select(Speaker, Event, City, _attended(Attendance.speaker_id, Speaker.id))
        .join(Event, Event.id == Speaker.event_id)
        .outerjoin(City, City.id == Speaker.city_id)
        .where(Speaker.person_id.in_(found), own)
    )
    for speaker, event, city, came in speakers:
        found[speaker.person_id].append(
            Appearance(
                speaker.person_id, "speaker", speaker.id, event.id, event.slug, event.title, event.slot, "speaker",
                speaker.name, speaker.title or {}, speaker.organisation or {}, speaker.city_id,
                city.name if city else None, speaker.state, came, speaker.email or "",
            )
        )  # fmt: skip
    participants = db.session.execute(
        select(Participant, Event, _attended(Attendance.participant_id, Participant.id))
        .join(Event, Event.id == Participant.event_id)
        .options(joinedload(Participant.city))
        .where(Participant.person_id.in_(found), own)
    )
    for one, event, came in participants:
        other = "en" if one.language == "zh" else "zh"
        names = {tag: text for tag, text in ((one.language, one.name), (other, one.name_other)) if text}
        found[one.person_id].append(
            Appearance(
                one.person_id, "participant", one.id, event.id, event.slug, event.title, event.slot, one.role, names,
                {one.language: one.title} if one.title else {},
                {one.language: one.organisation} if one.organisation else {},
                one.city_id, one.city.name if one.city else None, one.state, came, one.email or "",
            )
        )  # fmt: skip
    return {
        key: tuple(sorted(each, key=lambda one: (one.slot.first_day.isoformat() if one.slot else "", one.row_id))[::-1])
        for key, each in found.items()
    }


def get_person(actor: User, public_id: uuid.UUID) -> Person:
    """Return a person who appears at an own event.

    Raises:
        NotFoundError: If there is none for this actor, or the person was erased or merged.
    """
    found = db.session.scalars(select(Person).where(Person.public_id == public_id, visible_to(actor))).one_or_none()
    if found is None:
        raise NotFoundError(noop("There is no such person in your programmes"))
    return found


def find_kept(actor: User, public_id: uuid.UUID) -> Person | None:
    """Find the person whom another was merged into, by the address that the other had."""
    person = db.session.scalars(select(Person).where(Person.public_id == public_id)).one_or_none()
    while person is not None and person.merged_into_id is not None:
        person = db.session.get(Person, person.merged_into_id)
    if person is None or person.public_id == public_id:
        return None
    return db.session.scalars(select(Person).where(Person.id == person.id, visible_to(actor))).one_or_none()


def facts_of(actor: User, persons: Iterable[Person]) -> dict[int, PersonFacts]:
    """Return what is known of persons from own events, by key."""
    each = {person.id: person for person in persons}
    appearances = list_appearances(actor, each)
    return {key: PersonFacts(person, appearances[key]) for key, person in each.items()}


def is_wholly_own(actor: User, *person_ids: int) -> bool:
    """Tell whether an actor organises every event at which the persons appear."""
    others = union_all(
        *(
            select(literal(1)).select_from(model).join(Event, Event.id == model.event_id)
            .where(model.person_id.in_(person_ids), ~organised_by(actor))
            for model in (Speaker, Participant)
        )
    )  # fmt: skip
    return db.session.execute(others.limit(1)).first() is None


def list_cities_of(actor: User) -> list[City]:
    """Return the cities from which people appear at own events, in their order."""
    own = own_event(actor)
    keys = union(
        *(
            select(model.city_id).join(Event, Event.id == model.event_id).where(own, model.city_id.is_not(None))
            for model in (Speaker, Participant)
        )
    )
    return list(
        db.session.scalars(select(City).where(City.id.in_(select(keys.subquery().c.city_id))).order_by(City.position))
    )


def text_as_compared(column: Any) -> Any:
    """Return a text without case, for statements that compare it."""
    return func.lower(cast(column, Text))
