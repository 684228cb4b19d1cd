"""People whom a city brought before: its own alone, of the same programme, and the same person when they come again."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from iurc_events.database import db, utc_now
from iurc_events.domain.secrets import hash_token, new_token
from iurc_events.models.accounts import User
from iurc_events.models.cities import City
from iurc_events.models.delegations import Delegation
from iurc_events.models.events import Event
from iurc_events.models.participants import Participant
from iurc_events.models.programmes import Programme
from iurc_events.models.speakers import Person, Speaker
from iurc_events.queries import known_people
from iurc_events.services import members, person_keys
from iurc_events.services.members import MemberDetails
from iurc_events.services.speakers import AlreadySpeakerError
from tests.factories import make_city, make_event, make_programme, make_slot, make_speaker, make_user

NAME = {"en": "Chen Ceshi", "zh": "陈测试"}


class Years:
    """A city at an event of 2027 that was at earlier ones, and another city that was there too."""

    def __init__(self) -> None:
        self.programme: Programme = make_programme("years")
        self.city: City = make_city("alpha", self.programme, side="China")
        self.other: City = make_city("beta", self.programme)
        self.first: Event = make_event("2025-first", self.programme, slot=_day("2025"))
        self.second: Event = make_event("2026-second", self.programme, slot=_day("2026"))
        self.now: Event = make_event("2027-now", self.programme)
        self.delegation = self.invite(self.now, self.city)
        self.delegate: User = make_user("delegate", city=self.city)

    def invite(self, event: Event, city: City) -> Delegation:
        delegation = Delegation(event_id=event.id, city_id=city.id, state="nominating")
        db.session.add(delegation)
        db.session.commit()
        return delegation

    def speaker(self, event: Event, name: str, city: City | None = None, **values: Any) -> Speaker:
        speaker = make_speaker(event, name, city or self.city, **values)
        person_keys.note(speaker.person)
        db.session.commit()
        return speaker

    def known(self, words: str = "") -> list[str]:
        db.session.expire_all()
        return [members.name_of(each.latest)["en"] for each in known_people.list_known(self.delegation, words)[0]]

    def register(self, role: str, person_id: uuid.UUID | None, **values: Any) -> members.Member:
        details = MemberDetails(
            **{"name": NAME, "organisation": {"en": "New Office"}, "mode": "online", "role": role, **values}
        )
        return members.register(
            actor=self.delegate,
            delegation_id=self.delegation.id,
            details=details,
            has_consented=False,
            person_id=person_id,
        )


def _day(year: str) -> Any:
    return make_slot(f"{year}-04-29T09:00", f"{year}-04-29T11:00")


def _participant(event: Event, person: Person, name: str, delegation: Delegation | None, city: City) -> Participant:
    participant = Participant(
        event_id=event.id, person_id=person.id, delegation_id=delegation.id if delegation else None, city_id=city.id,
        state="confirmed", role="observer", name=name, stakeholder_type="government", mode="online",
        title="Officer", organisation="Old Office", consented_at=utc_now(), token_hash=hash_token(new_token()),
    )  # fmt: skip
    db.session.add(participant)
    db.session.commit()
    return participant


def _person(name: str) -> Person:
    person = Person(name={"en": name})
    db.session.add(person)
    db.session.commit()
    return person


@pytest.fixture
def years(app: Flask) -> Years:
    return Years()


def test_own_speakers_and_members_are_listed_newest_first(years: Years) -> None:
    years.speaker(years.first, "Alpha Old")
    years.speaker(years.second, "Alpha New")
    _participant(
        years.first, _person("Alpha Observer"), "Alpha Observer", years.invite(years.first, years.city), years.city
    )
    assert years.known() == ["Alpha New", "Alpha Old", "Alpha Observer"]


def test_latest_appearance_for_the_own_city_is_shown_even_where_a_later_one_is_for_another(years: Years) -> None:
    old = years.speaker(years.first, "Alpha Mover", title={"en": "Clerk"})
    moved = make_speaker(years.second, "Beta Mover", years.other, title={"en": "Mayor"}, email="beta@example.org")
    moved.person_id = old.person_id
    db.session.commit()
    found, _ = known_people.list_known(years.delegation)
    assert [(each.latest.id, each.event.slug) for each in found] == [(old.id, "2025-first")]


def test_strangers_are_left_out(years: Years) -> None:
    years.speaker(years.second, "Beta Speaker", years.other)
    years.speaker(years.second, "Alpha Withdrawn", state="withdrawn")
    years.speaker(make_event("2026-draft", years.programme, slot=_day("2026"), state="draft"), "Alpha Draft")
    years.speaker(make_event("2028-later", years.programme, slot=_day("2028")), "Alpha Later")
    years.speaker(make_event("2026-elsewhere", make_programme("elsewhere"), slot=_day("2026")), "Alpha Elsewhere")
    _participant(years.second, _person("Alone"), "Signed Up Alone", None, years.city)
    _participant(years.second, _person("Guest"), "Beta Guest", years.invite(years.second, years.other), years.city)
    erased, merged = years.speaker(years.second, "Alpha Erased"), years.speaker(years.second, "Alpha Merged")
    here = years.speaker(years.second, "Alpha Here")
    make_speaker(years.now, "Alpha Here", years.city).person_id = here.person_id
    erased.person.erased_at = utc_now()
    merged.person.merged_into_id = here.person_id
    db.session.commit()
    keys = [erased.person.public_id, merged.person.public_id, here.person.public_id]
    assert years.known() == []
    assert [known_people.find_known(years.delegation, key) for key in keys] == [None, None, None]


def test_ten_are_shown_and_a_search_finds_the_others(years: Years) -> None:
    for number in range(12):
        years.speaker(years.first, f"Person Number{number:02}")
    found, has_more = known_people.list_known(years.delegation)
    assert (len(found), has_more) == (10, True)
    assert years.known("number11") == ["Person Number11"]
    assert years.known("nobody") == []
    assert years.known("!?") == []


@pytest.mark.parametrize("role", ["speaker", "participant", "observer"])
def test_taking_somebody_over_reuses_the_person_and_keeps_both_events_apart(years: Years, role: str) -> None:
    old = years.speaker(years.second, "Chen Ceshi", organisation={"en": "Old Office"})
    new = years.register(role, old.person.public_id)
    db.session.expire_all()
    assert new.person_id == old.person_id
    assert members.details_of(new).organisation == {"en": "New Office"}
    assert old.organisation == {"en": "Old Office"}
    assert years.known() == []


def test_a_corrected_name_stays_the_person_and_somebody_typed_over_does_not(years: Years) -> None:
    old = years.speaker(years.second, "Chen Ceshi", email="chen@example.org")
    said = {"name": {"en": "Chen Ce-shi"}, "email": "chen@example.org"}
    corrected = years.register("participant", old.person.public_id, **said)
    assert corrected.person_id == old.person_id
    over = years.speaker(years.first, "Li Shi")
    other = years.register("participant", over.person.public_id, name={"en": "Wang Wu"})
    assert other.person_id not in (over.person_id, old.person_id)


@pytest.mark.parametrize("kind", ["other city", "erased", "merged", "unknown"])
def test_a_person_who_is_not_theirs_is_ignored(years: Years, kind: str) -> None:
    theirs = years.speaker(years.second, "Chen Ceshi", years.other if kind == "other city" else years.city)
    if kind == "erased":
        theirs.person.erased_at = utc_now()
    if kind == "merged":
        theirs.person.merged_into_id = _person("Kept").id
    db.session.commit()
    new = years.register("speaker", uuid.uuid4() if kind == "unknown" else theirs.person.public_id)
    assert new.person_id != theirs.person_id


@pytest.mark.parametrize("role", ["speaker", "observer"])
def test_taking_somebody_over_twice_registers_them_once(years: Years, role: str) -> None:
    old = years.speaker(years.second, "Chen Ceshi")
    years.register(role, old.person.public_id)
    with pytest.raises(AlreadySpeakerError):
        years.register(role, old.person.public_id, organisation={"en": "Another Office"})
    db.session.rollback()
    here = [
        *db.session.scalars(select(Speaker.person_id).where(Speaker.event_id == years.now.id)),
        *db.session.scalars(select(Participant.person_id).where(Participant.event_id == years.now.id)),
    ]
    assert here == [old.person_id]
