"""Likely duplicates: pairs of persons who share a stored key, found in one read; and what was decided about pairs."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import CTE, ColumnElement, and_, case, func, literal, or_, select, union, union_all
from sqlalchemy import String as SqlString
from sqlalchemy import cast as sql_cast
from sqlalchemy.orm import aliased

from iurc_events.database import db
from iurc_events.domain.errors import NotFoundError
from iurc_events.domain.name_likeness import SURE, WEIGHTS, LikenessKey
from iurc_events.localisation import noop
from iurc_events.models.accounts import User
from iurc_events.models.events import Event
from iurc_events.models.participants import Participant
from iurc_events.models.speakers import Person, PersonDistinction, PersonKey, PersonMerge, Speaker
from iurc_events.queries.persons import own_event, text_as_compared, visible_to


@dataclass(frozen=True, slots=True)
class PersonPair:
    """Two persons who may be one; ``one_id`` is the smaller key."""

    one_id: int
    other_id: int
    weight: int


@dataclass(frozen=True, slots=True)
class Decision:
    """A merge or a distinction that can be undone."""

    kind: str
    first: Person
    second: Person
    made_at: datetime
    merge_id: uuid.UUID | None = None


def _weight(one: Any, other: Any) -> Any:
    whens = []
    for (left, right), weight in WEIGHTS.items():
        whens.append((and_(one.kind == left, other.kind == right), weight))
        if left != right:
            whens.append((and_(one.kind == right, other.kind == left), weight))
    return case(*whens, else_=0)


def _surroundings(actor: User) -> CTE:
    """Return cities and organisations of persons at own events, a row each."""
    parts: list[Any] = []
    for model in (Speaker, Participant):
        texts: list[Any] = [Participant.organisation]
        if model is Speaker:
            texts = [Speaker.organisation[tag].as_string() for tag in ("en", "zh")]
        city = literal("c:") + sql_cast(model.city_id, SqlString)
        said: list[tuple[Any, ColumnElement[bool]]] = [(city, model.city_id.is_not(None))]
        said += [(literal("o:") + text_as_compared(text), func.coalesce(text, "") != "") for text in texts]
        parts += [
            select(model.person_id.label("person_id"), what.label("what"))
            .join(Event, Event.id == model.event_id)
            .where(own_event(actor), model.person_id.is_not(None), is_there)
            for what, is_there in said
        ]
    return union(*parts).cte("surroundings")


def _pairs(actor: User) -> Any:
    one, other = aliased(PersonKey, name="one_key"), aliased(PersonKey, name="other_key")
    weight = _weight(one, other)
    shared = (
        select(one.person_id.label("one_id"), other.person_id.label("other_id"), func.max(weight).label("weight"))
        .join(other, and_(other.key_hash == one.key_hash, other.person_id > one.person_id))
        .group_by(one.person_id, other.person_id)
        .having(func.max(weight) > 0)
        .cte("shared_keys")
    )
    visible = select(Person.id).where(visible_to(actor)).cte("visible_persons")
    seen = select(visible.c.id)
    found = select(shared).where(shared.c.one_id.in_(seen), shared.c.other_id.in_(seen)).cte("found")
    around = _surroundings(actor)
    first, second = around.alias("first_place"), around.alias("second_place")
    columns = (found.c.one_id, found.c.other_id, found.c.weight)
    near = (
        select(*columns)
        .join(first, first.c.person_id == found.c.one_id)
        .join(second, and_(second.c.person_id == found.c.other_id, second.c.what == first.c.what))
        .where(found.c.weight < SURE)
        .distinct()
    )
    likely = union_all(select(*columns).where(found.c.weight >= SURE), near).subquery("likely")
    is_decided = (
        select(literal(1))
        .where(PersonDistinction.one_id == likely.c.one_id, PersonDistinction.other_id == likely.c.other_id)
        .exists()
    )
    return likely, ~is_decided


def list_pairs(actor: User, *, page: int = 1, per_page: int = 25) -> tuple[list[PersonPair], int]:
    """Return a page of likely duplicates at own events, the likeliest first, and how many there are: one statement."""
    found, is_open = _pairs(actor)
    rows = db.session.execute(
        select(found.c.one_id, found.c.other_id, found.c.weight, func.count().over().label("total"))
        .where(is_open)
        .order_by(found.c.weight.desc(), found.c.one_id, found.c.other_id)
        .limit(per_page)
        .offset((page - 1) * per_page)
    ).all()
    return [PersonPair(*row[:3]) for row in rows], rows[0].total if rows else 0


def list_likely(
    keys: Collection[LikenessKey], among: ColumnElement[bool], *, limit: int = 5
) -> list[tuple[Person, int]]:
    """Return persons who share a key with somebody who is being typed, the likeliest first.

    Args:
        among: Condition on :class:`Person` of who may be shown.
    """
    weights: dict[tuple[str, int], int] = {}
    for key in keys:
        for kinds, weight in WEIGHTS.items():
            if key.kind in kinds:
                other = kinds[1] if kinds[0] == key.kind else kinds[0]
                weights[other, key.key_hash] = max(weight, weights.get((other, key.key_hash), 0))
    if not weights:
        return []
    rows = db.session.execute(
        select(Person, PersonKey.kind, PersonKey.key_hash)
        .join(PersonKey, PersonKey.person_id == Person.id)
        .where(
            PersonKey.key_hash.in_({key for _kind, key in weights}),
            Person.erased_at.is_(None),
            Person.merged_into_id.is_(None),
            among,
        )
        .order_by(Person.id)
    )
    best: dict[int, tuple[Person, int]] = {}
    for person, kind, key_hash in rows:
        weight = max(weights.get((kind, key_hash), 0), best.get(person.id, (person, 0))[1])
        best[person.id] = (person, weight)
    found = [each for each in best.values() if each[1]]
    return sorted(found, key=lambda each: (-each[1], each[0].id))[:limit]


def list_persons_of(actor: User, pairs: Collection[PersonPair]) -> dict[int, Person]:
    """Return the persons of pairs, by key."""
    keys = {key for pair in pairs for key in (pair.one_id, pair.other_id)}
    return {
        person.id: person for person in db.session.scalars(select(Person).where(Person.id.in_(keys), visible_to(actor)))
    }


def list_decisions(actor: User, *, limit: int = 10) -> list[Decision]:
    """Return the latest merges and distinctions of persons at own events that can be undone."""
    first, second = aliased(Person), aliased(Person)
    visible = select(Person.id).where(visible_to(actor))
    merges = db.session.execute(
        select(PersonMerge, first, second)
        .join(first, first.id == PersonMerge.kept_id)
        .join(second, second.id == PersonMerge.merged_id)
        .where(
            PersonMerge.undone_at.is_(None),
            PersonMerge.kept_id.in_(visible),
            first.erased_at.is_(None),
            second.erased_at.is_(None),
        )
        .order_by(PersonMerge.id.desc())
        .limit(limit)
    )
    found = [Decision("merge", one, other, merge.made_at, merge.public_id) for merge, one, other in merges]
    distinctions = db.session.execute(
        select(PersonDistinction, first, second)
        .join(first, first.id == PersonDistinction.one_id)
        .join(second, second.id == PersonDistinction.other_id)
        .where(PersonDistinction.one_id.in_(visible), PersonDistinction.other_id.in_(visible))
        .order_by(PersonDistinction.said_at.desc())
        .limit(limit)
    )
    found += [Decision("distinction", one, other, said.said_at) for said, one, other in distinctions]
    return sorted(found, key=lambda each: each.made_at, reverse=True)[:limit]


def get_merge(actor: User, public_id: uuid.UUID) -> PersonMerge:
    """Return a merge of persons at own events.

    Raises:
        NotFoundError: If there is none for this actor.
    """
    found = db.session.scalars(
        select(PersonMerge).where(
            PersonMerge.public_id == public_id,
            PersonMerge.kept_id.in_(select(Person.id).where(visible_to(actor))),
        )
    ).one_or_none()
    if found is None:
        raise NotFoundError(noop("There is no such person in your programmes"))
    return found


def is_distinct(one_id: int, other_id: int) -> bool:
    """Tell whether somebody said that two persons are not the same."""
    low, high = sorted((one_id, other_id))
    return db.session.get(PersonDistinction, (low, high)) is not None


def list_told_apart(person_id: int) -> frozenset[int]:
    """Return the keys of all who were said not to be the same as a person."""
    rows = db.session.execute(
        select(PersonDistinction.one_id, PersonDistinction.other_id).where(
            or_(PersonDistinction.one_id == person_id, PersonDistinction.other_id == person_id)
        )
    )
    return frozenset(key for row in rows for key in row if key != person_id)


def is_among(person: Person, among: ColumnElement[bool]) -> bool:
    """Tell whether a condition on :class:`Person` holds of a person."""
    return db.session.scalar(select(Person.id).where(Person.id == person.id, among)) is not None


def shared_events(one_id: int, other_id: int) -> list[Event]:
    """Return the events at which both persons are speakers."""
    mine = select(Speaker.event_id).where(Speaker.person_id == one_id)
    theirs = select(Speaker.event_id).where(Speaker.person_id == other_id)
    return list(db.session.scalars(select(Event).where(Event.id.in_(mine), Event.id.in_(theirs)).order_by(Event.id)))


def list_likely_of(actor: User, person: Person) -> list[Person]:
    """Return persons at own events who are likely the same as a person, by keys that say enough alone."""
    keys = [
        LikenessKey(kind, key_hash)
        for kind, key_hash in db.session.execute(
            select(PersonKey.kind, PersonKey.key_hash).where(PersonKey.person_id == person.id, PersonKey.kind != "near")
        )
    ]
    found = list_likely(keys, and_(Person.id != person.id, visible_to(actor)))
    return [each for each, weight in found if weight >= SURE and not is_distinct(person.id, each.id)]
