"""People whom a city brought to earlier events, so that its delegates need not type anybody twice.

Everything here takes the delegation that was found through the actor, and reads appearances for its own city alone:
speakers of the city, and participants and observers whom the city itself registered. Whoever signed up alone gave
their data to the organisers, not to the city, and is not among them.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, union_all
from sqlalchemy.orm import joinedload

from iurc_events.database import db, utc_now
from iurc_events.domain.name_likeness import LikenessKey
from iurc_events.domain.search_text import query_phrases
from iurc_events.models.delegations import Delegation
from iurc_events.models.events import Event
from iurc_events.models.participants import Participant
from iurc_events.models.speakers import Person, PersonKey, Speaker
from iurc_events.queries.members import ACTIVE, SEATED, Member

#: How many are shown at once; a search finds the others.
AT_MOST = 10


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """Somebody who was at an earlier event for the same city, with the latest of those appearances."""

    person: Person
    latest: Member
    event: Event


def _earlier_speakers(delegation: Delegation) -> tuple[ColumnElement[bool], ...]:
    return (
        Speaker.event_id == Event.id,
        Speaker.city_id == delegation.city_id,
        Speaker.state.in_(SEATED),
        *_earlier(delegation),
    )


def _earlier_participants(delegation: Delegation) -> tuple[ColumnElement[bool], ...]:
    return (
        Participant.event_id == Event.id,
        Participant.person_id.is_not(None),
        Participant.name != "",
        Participant.delegation_id.in_(select(Delegation.id).where(Delegation.city_id == delegation.city_id)),
        Participant.state.in_(SEATED),
        *_earlier(delegation),
    )


def _earlier(delegation: Delegation) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of an earlier event of the same programme; drafts are nobody's business yet."""
    event = delegation.event
    return (
        Event.programme_id == event.programme_id,
        Event.id != event.id,
        Event.deleted_at.is_(None),
        Event.state != "draft",
        Event.starts_at < (event.starts_at or utc_now()),
    )


def _is_there() -> ColumnElement[bool]:
    return and_(Person.erased_at.is_(None), Person.merged_into_id.is_(None))


def _is_registered(delegation: Delegation) -> ColumnElement[bool]:
    """Return the condition that a person has a place at the delegation's event or waits for one."""
    here = [
        select(model.person_id).where(
            model.event_id == delegation.event_id, model.state.in_(ACTIVE), model.person_id.is_not(None)
        )
        for model in (Speaker, Participant)
    ]
    return or_(*(Person.id.in_(each) for each in here))


def _appearances(delegation: Delegation) -> Any:
    """Return each person's key with the beginning of the latest earlier event, as a table to join."""
    both = union_all(
        select(Speaker.person_id, Event.starts_at).where(*_earlier_speakers(delegation)),
        select(Participant.person_id, Event.starts_at).where(*_earlier_participants(delegation)),
    ).subquery()
    return select(both.c.person_id, func.max(both.c.starts_at).label("latest_at")).group_by(both.c.person_id).subquery()


def list_known(delegation: Delegation, words: str = "") -> tuple[list[KnownPerson], bool]:
    """Return at most ten who are not registered yet, the latest first, and whether there are more: three statements.

    Args:
        delegation: The city at the event, found through the actor.
        words: What the names must hold, in either script or pinyin.
    """
    seen = _appearances(delegation)
    phrases = query_phrases(words)
    if words.strip() and not phrases:
        return [], False
    persons = db.session.scalars(
        select(Person)
        .join(seen, seen.c.person_id == Person.id)
        .where(
            _is_there(),
            ~_is_registered(delegation),
            *(Person.search_text.contains(phrase, autoescape=True) for phrase in phrases),
        )
        .order_by(seen.c.latest_at.desc(), Person.id)
        .limit(AT_MOST + 1)
    ).all()
    latest = _latest(delegation, [person.id for person in persons[:AT_MOST]])
    found = [KnownPerson(each, *latest[each.id]) for each in persons[:AT_MOST] if each.id in latest]
    return found, len(persons) > AT_MOST


def find_known(delegation: Delegation, public_id: uuid.UUID, *, with_registered: bool = False) -> KnownPerson | None:
    """Find one of those people; None for everybody else, whoever they are.

    Args:
        with_registered: Whether somebody who is registered for the event already is found too.
    """
    conditions = [Person.public_id == public_id, _is_there()]
    if not with_registered:
        conditions.append(~_is_registered(delegation))
    person = db.session.scalars(select(Person).where(*conditions)).one_or_none()
    if person is None:
        return None
    latest = _latest(delegation, [person.id])
    return KnownPerson(person, *latest[person.id]) if person.id in latest else None


def list_keys(delegation: Delegation) -> list[tuple[int, LikenessKey]]:
    """Return what likely duplicates of those people share, by person: one statement."""
    seen = _appearances(delegation)
    rows = db.session.execute(
        select(PersonKey.person_id, PersonKey.kind, PersonKey.key_hash)
        .join(seen, seen.c.person_id == PersonKey.person_id)
        .join(Person, Person.id == PersonKey.person_id)
        .where(_is_there(), PersonKey.kind != "near")
        .order_by(PersonKey.person_id)
    )
    return [(person_id, LikenessKey(kind, key_hash)) for person_id, kind, key_hash in rows]


def list_named(delegation: Delegation, person_ids: Collection[int]) -> dict[int, KnownPerson]:
    """Return some of those people by key, whoever else is asked for is left out: three statements."""
    if not person_ids:
        return {}
    persons = db.session.scalars(select(Person).where(Person.id.in_(person_ids), _is_there())).all()
    latest = _latest(delegation, [person.id for person in persons])
    return {each.id: KnownPerson(each, *latest[each.id]) for each in persons if each.id in latest}


def _latest(delegation: Delegation, person_ids: Collection[int]) -> dict[int, tuple[Member, Event]]:
    """Return the latest appearance of persons for the city, of those that still say a name: two statements."""
    if not person_ids:
        return {}
    rows: list[tuple[Member, Event]] = []
    speakers = db.session.execute(
        select(Speaker, Event).where(Speaker.person_id.in_(person_ids), *_earlier_speakers(delegation))
    )
    rows += [(speaker, event) for speaker, event in speakers if speaker.name]
    participants = db.session.execute(
        select(Participant, Event)
        .where(Participant.person_id.in_(person_ids), *_earlier_participants(delegation))
        .options(joinedload(Participant.person))
    )
    rows += [(participant, event) for participant, event in participants]
    rows.sort(key=lambda row: (row[1].starts_at, isinstance(row[0], Speaker), row[0].id))
    return {member.person_id: (member, event) for member, event in rows if member.person_id is not None}
