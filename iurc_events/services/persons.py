"""What organisers do with persons: correct them, merge two who are one, say that two are not, and take that back.

Nothing is merged by itself. A merge swaps the chosen values between the two persons, so that undoing it swaps them
back: the record of it holds keys and names of fields alone, no personal values (sec-14).
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import delete, select, update

from iurc_events.database import db, in_transaction, utc_now
from iurc_events.domain.errors import ConflictError, DomainError, ForbiddenError
from iurc_events.domain.language_maps import LanguageMap, cleaned, text_of
from iurc_events.localisation import noop
from iurc_events.models.accounts import User
from iurc_events.models.events import Event
from iurc_events.models.participants import Participant
from iurc_events.models.privacy import PrivacyRequest
from iurc_events.models.speakers import Person, PersonDistinction, PersonMerge, Speaker
from iurc_events.queries import person_pairs, persons
from iurc_events.services import audit, person_keys
from iurc_events.services.event_changes import record_change
from iurc_events.services.sort_keys import person_sort_keys

#: What a merge chooses between, field by field.
FIELDS: Final = ("name_en", "name_zh", "name_native", "email", "languages", "protocol_rank")
_LANGUAGE_FIELDS: Final = {"name_en": "en", "name_zh": "zh"}
_MOVING: Final = {"speakers": Speaker, "participants": Participant, "privacy_requests": PrivacyRequest}


class PersonChangedError(ConflictError):
    """Somebody else changed the person since the form was opened."""


class BothSpeakersError(DomainError):
    """Both persons are speakers of one event, so they cannot be one there."""


@dataclass(frozen=True, slots=True)
class PersonDetails:
    """What is said of a person apart from events. ``sort_keys`` left empty follow the name."""

    name: LanguageMap
    family_name: LanguageMap = field(default_factory=dict)
    name_native: str = ""
    sort_keys: LanguageMap = field(default_factory=dict)
    email: str = ""
    protocol_rank: int | None = None
    languages: tuple[str, ...] = ()


def details_of(person: Person) -> PersonDetails:
    """Return what is said of a person."""
    return PersonDetails(
        dict(person.name),
        dict(person.family_name or {}),
        person.name_native or "",
        dict(person.sort_keys),
        person.email or "",
        person.protocol_rank,
        tuple(person.languages),
    )


def version_of(person: Person) -> str:
    """Return a short digest of what is said of a person: another one means that somebody changed it."""
    known = details_of(person)
    values = [getattr(known, name) for name in PersonDetails.__slots__]
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:16]


def _lock(actor: User, public_id: uuid.UUID) -> Person:
    person = persons.get_person(actor, public_id)
    return db.session.scalars(
        select(Person)
        .where(Person.id == person.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).one()


def _audit(action: str, person: Person, actor: User, fields: Collection[str] = ()) -> None:
    audit.record(action, "person", person.public_id, actor_id=actor.id, fields=fields)


def _check_own(actor: User, *people: Person) -> None:
    """Refuse what would change people of other programmes.

    Raises:
        ForbiddenError: If one of them appears at events of others.
    """
    if not persons.is_wholly_own(actor, *(person.id for person in people)):
        raise ForbiddenError(noop("This person is on record in other programmes too: an administrator decides"))


@in_transaction
def change(*, actor: User, public_id: uuid.UUID, details: PersonDetails, version: str | None = None) -> Person:
    """Correct what is said of a person; names printed at events stay as they are.

    Args:
        version: Of the person as the form showed it; None overwrites whatever is there.

    Raises:
        NotFoundError: If there is no such person at an own event.
        PersonChangedError: If somebody else changed the person meanwhile.
        ForbiddenError: If the address would change of somebody who is in other programmes too.
    """
    person = _lock(actor, public_id)
    if version is not None and version != version_of(person):
        raise PersonChangedError(noop("Somebody else changed this person while you were writing"))
    name, family = cleaned(details.name), cleaned(details.family_name)
    if not name:
        raise DomainError(noop("Enter the name in English or Chinese"))
    known = details_of(person)
    if (details.email or "") != known.email:
        _check_own(actor, person)
    had_default_keys = known.sort_keys == person_sort_keys(known.name, known.family_name)
    person.name, person.family_name = name, family or None
    person.name_native = details.name_native or None
    proposed = person_sort_keys(name, family)
    typed = {
        tag: text
        for tag, text in cleaned(details.sort_keys).items()
        if not (had_default_keys and text == known.sort_keys.get(tag))
    }
    person.sort_keys = {**proposed, **typed}
    person.email = details.email or None
    person.protocol_rank = details.protocol_rank
    person.languages = list(dict.fromkeys(details.languages))
    person_keys.note(person)
    now = details_of(person)
    changed = [each for each in PersonDetails.__slots__ if getattr(known, each) != getattr(now, each)]
    if changed:
        _audit(noop("person changed"), person, actor, changed)
    return person


# --- Merging ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class MergePreview:
    """What a merge would move, and why it cannot be."""

    speakers: int
    participants: int
    shared_events: tuple[LanguageMap, ...]
    is_own: bool


def preview_merge(*, actor: User, kept: Person, merged: Person) -> MergePreview:
    """Return what would move from one person to the other."""
    appearances = persons.list_appearances(actor, [merged.id])[merged.id]
    return MergePreview(
        speakers=sum(each.kind == "speaker" for each in appearances),
        participants=sum(each.kind == "participant" for each in appearances),
        shared_events=tuple(event.title for event in person_pairs.shared_events(kept.id, merged.id)),
        is_own=persons.is_wholly_own(actor, kept.id, merged.id),
    )


def _has(person: Person, name: str) -> bool:
    if language := _LANGUAGE_FIELDS.get(name):
        return bool(person.name.get(language))
    return getattr(person, name) not in (None, "", [])


def value_of(person: Person, name: str) -> Any:
    """Return a field that a merge chooses, as it stands; None where there is nothing."""
    if language := _LANGUAGE_FIELDS.get(name):
        return person.name.get(language)
    return getattr(person, name) or None


def proposed_fields(kept: Person, merged: Person) -> list[str]:
    """Return the fields that the kept person lacks and the other has."""
    return [name for name in FIELDS if _has(merged, name) and not _has(kept, name)]


def _swap_key(one: Person, other: Person, column: str, language: str) -> None:
    mine, theirs = dict(getattr(one, column) or {}), dict(getattr(other, column) or {})
    first, second = mine.pop(language, None), theirs.pop(language, None)
    if second is not None:
        mine[language] = second
    if first is not None:
        theirs[language] = first
    is_empty_null = column == "family_name"
    setattr(one, column, mine or (None if is_empty_null else {}))
    setattr(other, column, theirs or (None if is_empty_null else {}))


def _swap(one: Person, other: Person, fields: Collection[str]) -> None:
    for name in fields:
        if language := _LANGUAGE_FIELDS.get(name):
            for column in ("name", "family_name", "sort_keys"):
                _swap_key(one, other, column, language)
        else:
            mine, theirs = getattr(one, name), getattr(other, name)
            setattr(one, name, theirs)
            setattr(other, name, mine)


def _tell_events(event_ids: Collection[int], action: str, actor: User, now: datetime) -> None:
    for event in db.session.scalars(select(Event).where(Event.id.in_(event_ids)).order_by(Event.id)).all():
        record_change(event, action, actor_id=actor.id, now=now)


@in_transaction
def merge(
    *,
    actor: User,
    kept_id: uuid.UUID,
    merged_id: uuid.UUID,
    take: Collection[str] = (),
    now: datetime | None = None,
) -> PersonMerge:
    """Make two persons one: what the other did moves to the kept one, with title and organisation of each event.

    Args:
        take: Fields, out of :data:`FIELDS`, that the kept person takes over from the other.

    Raises:
        NotFoundError: If one of them is at no own event.
        ForbiddenError: If one of them is on record in other programmes too.
        BothSpeakersError: If both are speakers of one event.
    """
    moment = now or utc_now()
    first, second = sorted((kept_id, merged_id))
    locked = {public_id: _lock(actor, public_id) for public_id in (first, second)}
    kept, merged = locked[kept_id], locked[merged_id]
    if kept is merged:
        raise DomainError(noop("Choose two persons"))
    _check_own(actor, kept, merged)
    if shared := person_pairs.shared_events(kept.id, merged.id):
        raise BothSpeakersError(
            noop("Both are speakers of “%(event)s”. Withdraw one of them there first."),
            event=text_of(shared[0].title, actor.language),
        )
    taken = [name for name in FIELDS if name in set(take) and _has(merged, name)]
    events = set(db.session.scalars(select(Speaker.event_id).where(Speaker.person_id == merged.id)))
    moved: dict[str, list[int]] = {}
    for table, model in _MOVING.items():
        row: Any = model
        moved[table] = sorted(db.session.scalars(select(row.id).where(row.person_id == merged.id)))
        db.session.execute(update(row).where(row.id.in_(moved[table])).values(person_id=kept.id))
    _swap(kept, merged, taken)
    merged.merged_into_id = kept.id
    done = PersonMerge(
        public_id=uuid.uuid4(), kept_id=kept.id, merged_id=merged.id, moved=moved, taken_over=taken,
        made_by_id=actor.id, made_at=moment,
    )  # fmt: skip
    db.session.add(done)
    person_keys.note(kept, merged)
    db.session.expire_all()
    _audit(noop("persons merged"), kept, actor, taken)
    _tell_events(events, noop("persons merged"), actor, moment)
    return done


@in_transaction
def undo_merge(*, actor: User, merge_id: uuid.UUID, now: datetime | None = None) -> Person:
    """Make two persons of one again, exactly as they were; what came to the kept one since stays there.

    Raises:
        NotFoundError: If there is no such merge of somebody at an own event.
        DomainError: If it was undone, or somebody was erased, or a later merge stands in the way.
    """
    moment = now or utc_now()
    done = person_pairs.get_merge(actor, merge_id)
    people = {
        person.id: person
        for person in db.session.scalars(
            select(Person)
            .where(Person.id.in_((done.kept_id, done.merged_id)))
            .order_by(Person.id)
            .with_for_update(key_share=True)
            .execution_options(populate_existing=True)
        )
    }
    db.session.refresh(done)
    kept, merged = people[done.kept_id], people[done.merged_id]
    if done.undone_at is not None:
        return merged
    if kept.erased_at is not None or merged.erased_at is not None or merged.merged_into_id != kept.id:
        raise DomainError(noop("This can no longer be undone"))
    later = select(PersonMerge.id).where(
        PersonMerge.kept_id == kept.id, PersonMerge.id > done.id, PersonMerge.undone_at.is_(None)
    )
    if db.session.scalars(later.limit(1)).first() is not None:
        raise DomainError(noop("Undo the later merge of this person first"))
    _check_own(actor, kept)
    for table, model in _MOVING.items():
        row: Any = model
        db.session.execute(
            update(row).where(row.id.in_(done.moved[table]), row.person_id == kept.id).values(person_id=merged.id)
        )
    _swap(kept, merged, done.taken_over)
    merged.merged_into_id = None
    done.undone_at = moment
    person_keys.note(kept, merged)
    db.session.expire_all()
    events = set(db.session.scalars(select(Speaker.event_id).where(Speaker.person_id == merged.id)))
    _audit(noop("merge of persons undone"), kept, actor)
    _tell_events(events, noop("merge of persons undone"), actor, moment)
    return merged


# --- Not the same -----------------------------------------------------------------------------------------------------


@in_transaction
def distinguish(*, actor: User, one_id: uuid.UUID, other_id: uuid.UUID, now: datetime | None = None) -> None:
    """Remember that two persons alike are not the same.

    Raises:
        NotFoundError: If one of them is at no own event.
    """
    pair = sorted((persons.get_person(actor, one_id), persons.get_person(actor, other_id)), key=lambda each: each.id)
    if pair[0].id == pair[1].id:
        raise DomainError(noop("Choose two persons"))
    if person_pairs.is_distinct(pair[0].id, pair[1].id):
        return
    db.session.add(
        PersonDistinction(one_id=pair[0].id, other_id=pair[1].id, said_by_id=actor.id, said_at=now or utc_now())
    )
    _audit(noop("persons told apart"), pair[0], actor)


@in_transaction
def forget_distinction(*, actor: User, one_id: uuid.UUID, other_id: uuid.UUID) -> None:
    """Take back that two persons are not the same.

    Raises:
        NotFoundError: If one of them is at no own event.
    """
    low, high = sorted(persons.get_person(actor, each).id for each in (one_id, other_id))
    db.session.execute(
        delete(PersonDistinction).where(PersonDistinction.one_id == low, PersonDistinction.other_id == high)
    )
    _audit(noop("persons no longer told apart"), persons.get_person(actor, one_id), actor)
