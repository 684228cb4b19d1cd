"""Persons: the organiser's list, likely duplicates, merging and undoing it, telling apart."""

from __future__ import annotations

import random
import time
import uuid
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, insert, select, text

from iurc_events.database import db, utc_now
from iurc_events.domain.errors import DomainError, ForbiddenError, NotFoundError
from iurc_events.models.accounts import User
from iurc_events.models.events import Event
from iurc_events.models.participants import Participant
from iurc_events.models.programmes import Programme
from iurc_events.models.revisions import AuditEntry, Revision
from iurc_events.models.speakers import Person, PersonKey, PersonMerge, Speaker
from iurc_events.queries import person_pairs, persons
from iurc_events.services import erasure, person_keys, speaker_persons
from iurc_events.services import persons as person_service
from iurc_events.services.data_subjects import find
from tests.factories import make_city, make_event, make_programme, make_speaker, make_user


def _named(event: Event, name: dict[str, str], **values: Any) -> Person:
    """Make a speaker of an event, and return the person with keys."""
    email = values.pop("email", None)
    speaker = make_speaker(event, name.get("en", "Somebody"), email=email, **values)
    person = speaker.person
    person.name, person.email = name, email
    person.sort_keys = speaker_persons.person_sort_keys(name, None)
    speaker.name = name
    person_keys.note(person)
    db.session.commit()
    return person


def _participant(event: Event, person: Person, email: str) -> Participant:
    found = Participant(
        event_id=event.id, person_id=person.id, state="registered", name="Made Up", email=email, mode="online",
        stakeholder_type="government", consented_at=utc_now(), token_hash=uuid.uuid4().bytes * 2,
    )  # fmt: skip
    db.session.add(found)
    db.session.commit()
    return found


@pytest.fixture
def programme(app: Flask) -> Programme:
    return make_programme()


@pytest.fixture
def actor(programme: Programme) -> User:
    return make_user("organiser", programme=programme)


def _state(*people: Person) -> list[Any]:
    """Return all columns of persons, their keys, and whose the rows are."""
    db.session.expire_all()
    return [
        [
            {column.name: getattr(person, column.name) for column in Person.__table__.columns},
            sorted(
                db.session.execute(select(PersonKey.kind, PersonKey.key_hash).where(PersonKey.person_id == person.id))
            ),
            sorted(db.session.scalars(select(Speaker.id).where(Speaker.person_id == person.id))),
            sorted(db.session.scalars(select(Participant.id).where(Participant.person_id == person.id))),
        ]
        for person in people
    ]


def test_list_persons_finds_either_script_pinyin_diacritics_and_mail(programme: Programme, actor: User) -> None:
    event = make_event(programme=programme)
    names = {
        "zhang": _named(event, {"zh": "张小明"}, email="zhang@example.org"),
        "garcia": _named(event, {"en": "José García"}),
        "li": _named(event, {"en": "Li Na", "zh": "李娜"}),
    }

    def found(query: str) -> list[int]:
        rows, total = persons.list_persons(actor, persons.PersonFilter(query=query), "en")
        assert total == len(rows)
        return [row.person.id for row in rows]

    assert found("") == [names["garcia"].id, names["li"].id, names["zhang"].id]
    assert found("小明") == [names["zhang"].id]
    assert found("zhangxiaoming") == [names["zhang"].id]
    assert found("garcia JOSÉ") == [names["garcia"].id]
    assert found("ZHANG@example") == [names["zhang"].id]
    assert found("nobody") == []


def test_list_persons_shows_appearances_of_own_programmes_alone(programme: Programme, actor: User) -> None:
    other = make_programme()
    own_city, other_city = make_city(programme=programme), make_city(programme=other)
    person = _named(make_event(programme=programme), {"en": "Ana Muster"}, city=own_city)
    theirs = make_event(programme=other)
    db.session.add(
        Speaker(event_id=theirs.id, person_id=person.id, name={"en": "Ana Muster"}, roles=[], city_id=other_city.id)
    )
    db.session.commit()
    stranger = _named(theirs, {"en": "Somebody Else"})
    rows, total = persons.list_persons(actor, persons.PersonFilter(), "en")
    assert (total, rows[0].event_count, rows[0].cities) == (1, 1, (own_city.name,))
    assert persons.list_persons(actor, persons.PersonFilter(city_id=other_city.id), "en") == ([], 0)
    assert persons.list_persons(actor, persons.PersonFilter(role="observer"), "en") == ([], 0)
    assert persons.get_person(make_user("organiser", programme=other), person.public_id) is person
    with pytest.raises(NotFoundError):
        persons.get_person(actor, stranger.public_id)


def test_list_pairs_finds_duplicates_until_they_are_told_apart(programme: Programme, actor: User) -> None:
    event, city = make_event(programme=programme), make_city(programme=programme)
    latin = _named(event, {"en": "Xiaoming Zhang"}, city=city)
    chinese = _named(event, {"zh": "张小明"}, city=city)
    near = _named(event, {"en": "Xiaomin Zhang"}, city=city)
    _named(event, {"en": "Xiaomin Zhange"})
    pairs, total = person_pairs.list_pairs(actor)
    assert [(pair.one_id, pair.other_id, pair.weight) for pair in pairs] == [
        (latin.id, chinese.id, 70),
        (latin.id, near.id, 20),
    ]
    assert total == 2
    person_service.distinguish(actor=actor, one_id=chinese.public_id, other_id=latin.public_id)
    person_service.distinguish(actor=actor, one_id=latin.public_id, other_id=chinese.public_id)
    assert [pair.weight for pair in person_pairs.list_pairs(actor)[0]] == [20]
    assert [each.kind for each in person_pairs.list_decisions(actor)] == ["distinction"]
    person_service.forget_distinction(actor=actor, one_id=latin.public_id, other_id=chinese.public_id)
    assert person_pairs.list_pairs(actor)[1] == 2


def test_merge_moves_everything_and_undo_restores_it_exactly(programme: Programme, actor: User) -> None:
    first, second = make_event(programme=programme), make_event(programme=programme)
    kept = _named(first, {"en": "Zhang Xiaoming"})
    merged = _named(second, {"en": "X. Zhang", "zh": "张小明"}, email="zhang@example.org")
    kept.protocol_rank, kept.sort_keys = 3, {"en": "zhang by hand", "zh": "zhang by hand"}
    db.session.commit()
    participant = _participant(first, merged, "zhang@example.org")
    before = _state(kept, merged)
    done = person_service.merge(
        actor=actor, kept_id=kept.public_id, merged_id=merged.public_id, take=["name_zh", "email", "protocol_rank"]
    )
    db.session.expire_all()
    assert (kept.name, kept.email, kept.protocol_rank) == (
        {"en": "Zhang Xiaoming", "zh": "张小明"}, "zhang@example.org", 3,
    )  # fmt: skip
    assert kept.sort_keys == {"en": "zhang by hand", "zh": "zhang1 xiao3 ming2"}
    assert (participant.person_id, merged.merged_into_id) == (kept.id, kept.id)
    assert done.taken_over == ["name_zh", "email"]
    assert "zhang" not in str(done.moved).lower()
    assert persons.list_persons(actor, persons.PersonFilter(), "en")[1] == 1
    assert persons.find_kept(actor, merged.public_id) is kept
    assert speaker_persons.find_person({}, "ZHANG@example.org", None) is kept
    actions = db.session.scalars(select(Revision.action).where(Revision.event_id == second.id)).all()
    assert actions[-1] == "persons merged"
    person_service.undo_merge(actor=actor, merge_id=done.public_id)
    person_service.undo_merge(actor=actor, merge_id=done.public_id)
    assert _state(kept, merged) == before
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "persons merged")).first()
    assert entry is not None
    assert entry.fields == ["email", "name_zh"]


def test_merge_refuses_two_speakers_of_one_event(programme: Programme, actor: User) -> None:
    event = make_event(programme=programme)
    one, other = _named(event, {"en": "Ana Muster"}), _named(event, {"en": "Muster Ana"})
    with pytest.raises(person_service.BothSpeakersError):
        person_service.merge(actor=actor, kept_id=one.public_id, merged_id=other.public_id)
    assert db.session.scalar(select(func.count()).select_from(PersonMerge)) == 0


def test_merge_refuses_persons_of_other_programmes(programme: Programme, actor: User) -> None:
    one = _named(make_event(programme=programme), {"en": "Ana Muster"})
    other = _named(make_event(programme=programme), {"en": "Muster Ana"})
    theirs = make_event()
    db.session.add(Speaker(event_id=theirs.id, person_id=other.id, name={"en": "Muster Ana"}, roles=[]))
    db.session.commit()
    with pytest.raises(ForbiddenError):
        person_service.merge(actor=actor, kept_id=one.public_id, merged_id=other.public_id)
    stranger = _named(theirs, {"en": "Somebody Else"})
    with pytest.raises(NotFoundError):
        person_service.merge(actor=actor, kept_id=one.public_id, merged_id=stranger.public_id)
    administrator = make_user("administrator")
    person_service.merge(actor=administrator, kept_id=one.public_id, merged_id=other.public_id)


def test_undo_asks_for_the_later_merge_first_and_refuses_after_an_erasure(programme: Programme, actor: User) -> None:
    people = [_named(make_event(programme=programme), {"en": f"Made Up{letter}"}) for letter in "abc"]
    first = person_service.merge(actor=actor, kept_id=people[0].public_id, merged_id=people[1].public_id)
    second = person_service.merge(actor=actor, kept_id=people[0].public_id, merged_id=people[2].public_id)
    with pytest.raises(DomainError, match="later merge"):
        person_service.undo_merge(actor=actor, merge_id=first.public_id)
    person_service.undo_merge(actor=actor, merge_id=second.public_id)
    erasure.erase(find(person_ids=[people[0].id]), reason="organiser", actor_id=actor.id)
    db.session.expire_all()
    assert [person.erased_at is not None for person in people] == [True, True, False]
    assert (people[1].name, people[1].search_text) == ({}, None)
    assert sorted(set(db.session.scalars(select(PersonKey.person_id)))) == [people[2].id]
    with pytest.raises(NotFoundError):
        person_service.undo_merge(actor=actor, merge_id=first.public_id)


def test_change_keeps_sort_keys_mended_by_hand_and_refuses_an_old_form(programme: Programme, actor: User) -> None:
    person = _named(make_event(programme=programme), {"en": "Li Na", "zh": "李娜"})
    seen = person_service.version_of(person)
    details = person_service.PersonDetails(
        {"en": "Li Na", "zh": "李娜"}, {"zh": "李"}, "", {"en": "na li", "zh": person.sort_keys["zh"]}, "", 2, ("zh",)
    )
    person_service.change(actor=actor, public_id=person.public_id, details=details, version=seen)
    assert (person.sort_keys, person.protocol_rank, person.languages) == (
        {"en": "na li", "zh": "li3 na4"}, 2, ["zh"],
    )  # fmt: skip
    with pytest.raises(person_service.PersonChangedError):
        person_service.change(actor=actor, public_id=person.public_id, details=details, version=seen)


def test_list_pairs_of_twenty_thousand_persons_takes_less_than_two_seconds(programme: Programme, actor: User) -> None:
    event, city = make_event(programme=programme), make_city(programme=programme)
    source = random.Random(7)  # noqa: S311  (no secret: names for a test)
    parts = ["".join(source.choices("abcdefghijklmnoprstuvwz", k=source.randint(4, 8))).title() for _ in range(1200)]
    names = [f"{source.choice(parts[:200])} {source.choice(parts[200:])}" for _ in range(19_980)]
    names += [" ".join(reversed(name.split())) for name in names[:20]]
    db.session.execute(
        insert(Person),
        [
            {"public_id": uuid.uuid4(), "name": {"en": name}, "sort_keys": {}, "languages": [], "created_at": utc_now()}
            for name in names
        ],
    )
    db.session.execute(
        insert(Speaker),
        [
            {
                "public_id": uuid.uuid4(), "event_id": event.id, "person_id": key, "name": {}, "roles": [],
                "city_id": city.id, "published_parts": [], "created_at": utc_now(),
            }
            for key in db.session.scalars(select(Person.id)).all()
        ],
    )  # fmt: skip
    db.session.commit()
    while person_keys.note_missing():
        pass
    if db.engine.dialect.name == "postgresql":  # as autovacuum does after a while
        db.session.execute(text("ANALYZE"))
    clock = time.process_time if db.engine.dialect.name == "sqlite" else time.perf_counter
    started = clock()
    pairs, total = person_pairs.list_pairs(actor)
    seconds = clock() - started
    assert (len(pairs), total > 25, seconds < 2) == (25, True, True), seconds
