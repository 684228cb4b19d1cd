"""Register members, withdraw, bring back, change quotas, decline, give places on: any order, both databases, one model.

Each step is done on SQLite and on PostgreSQL and told to a model of dictionaries; answers, states, places, the line of
those who wait and the counter of seats have to be the same in all three.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from iurc_events.database import db, utc_now
from iurc_events.domain.vocabulary import WAITING_RULES
from iurc_events.mail import Quota
from iurc_events.models.accounts import User
from iurc_events.models.cities import City
from iurc_events.models.delegations import Delegation, DelegationQuota
from iurc_events.models.events import Event
from iurc_events.models.participants import Participant
from iurc_events.models.programmes import Programme
from iurc_events.services import delegation_waiting, delegations, invitations, members
from iurc_events.services.delegation_rules import QuotaFullError
from iurc_events.services.delegations import CityInvitation, QuotaInUseError
from iurc_events.services.members import MemberDetails
from tests.factories import make_event, make_user
from tests.integration.test_seats_machine import CITIES, Site, _run, _site

PEOPLE = 4
#: Nobody waits since the same instant as somebody else.
START = utc_now()
Key = tuple[int, int]


@dataclass
class Model:
    """What should be true, in plain Python; people are known by city and number."""

    rule: str
    places: list[int]
    states: dict[Key, str] = field(default_factory=dict)
    since: dict[Key, int] = field(default_factory=dict)
    declined: set[int] = field(default_factory=set)
    clock: int = 0

    def of(self, city: int, state: str) -> list[Key]:
        return sorted((key for key in self.states if key[0] == city and self.states[key] == state), key=self.since.get)  # type: ignore[arg-type]  # all have one

    def is_free(self, city: int) -> bool:
        return len(self.of(city, "registered")) < self.places[city]

    def move_up(self, city: int) -> None:
        while self.is_free(city) and (line := self.of(city, "waiting")):
            self.states[line[0]] = "registered"

    def register(self, key: Key) -> str:
        if self.states.get(key, "cancelled") == "cancelled":
            self.states[key] = "registered" if self.is_free(key[0]) else "waiting"
            self.since[key] = self.clock
            self.declined.discard(key[0])
        return self.states[key]

    def bring_back(self, key: Key) -> str:
        if self.states[key] == "cancelled":
            if not self.is_free(key[0]):
                return "full"
            self.register(key)
        return self.states[key]

    def withdraw(self, key: Key) -> None:
        self.states[key] = "cancelled"
        self.move_up(key[0])

    def change_places(self, city: int, places: int) -> str:
        if len(self.of(city, "registered")) > places:
            return "in use"
        self.places[city] = places
        self.move_up(city)
        return "changed"

    def decline(self, city: int) -> None:
        for key in self.states:
            if key[0] == city:
                self.states[key] = "cancelled"
        self.declined.add(city)
        self.give({city})

    def line(self) -> list[Key]:
        """Return who waits across the cities, in the order in which they would be served."""
        waiting = [key for key in self.states if self.states[key] == "waiting"]
        seated = Counter(key[0] for key, state in self.states.items() if state == "registered")
        order: list[Key] = []
        while waiting:
            level = seated if self.rule == "fewest-first" else Counter[int]()
            first = min(waiting, key=lambda key: (level[key[0]], self.since[key]))
            waiting.remove(first)
            order.append(first)
            seated[first[0]] += 1
        return order

    def give(self, givers: set[int]) -> int:
        if self.rule == "own-only":
            return 0
        moved = 0
        for key in self.line():
            free = [city for city in sorted(givers) if city != key[0] and self.is_free(city)]
            if free:
                self.places[free[0]] -= 1
                self.places[key[0]] += 1
                self.states[key] = "registered"
                moved += 1
        return moved


class DelegationsMachine(RuleBasedStateMachine):
    """Steps in any order; ``sites`` are set by the test."""

    sites: list[Site]

    @initialize(waiting_rule=st.sampled_from(WAITING_RULES), places=st.lists(st.integers(0, 2), min_size=3, max_size=3))
    def invite(self, waiting_rule: str, places: list[int]) -> None:
        self.model = Model(waiting_rule, places)
        slug = f"2027-{uuid.uuid4().hex}"
        for site in self.sites:
            with site.app.app_context():
                programme = db.session.get_one(Programme, site.programme_id)
                site.event_id = make_event(slug, programme, waiting_rule=waiting_rule).id
                for city, number in zip(site.city_ids, places, strict=True):
                    delegations.invite(
                        actor=site.organiser,
                        event_id=site.event_id,
                        cities=[CityInvitation(city)],
                        quotas=[Quota("participant", "any", number)],
                    )

    def everywhere(self, step: Callable[[Site], object]) -> object:
        """Do a step on both databases; return the one answer."""
        self.model.clock += 1
        answers = set()
        for site in self.sites:
            with site.app.app_context():
                answers.add(step(site))
        (answer,) = answers
        return answer

    @property
    def now(self) -> timedelta:
        return timedelta(seconds=self.model.clock)

    def _register(self, site: Site, key: Key) -> str:
        details = MemberDetails(
            name={"en": f"Test Person {'abcd'[key[1]]}"},
            email=f"person{key[1]}@city{key[0]}.example.org",
            mode="online",
            role="participant",
        )
        member = members.register(
            actor=site.organiser,
            delegation_id=_delegation(site, key[0]).id,
            details=details,
            has_consented=True,
            now=START + self.now,
        )
        return member.state

    @rule(city=st.integers(0, CITIES - 1), number=st.integers(0, PEOPLE - 1))
    def register(self, city: int, number: int) -> None:
        answer = self.everywhere(lambda site: self._register(site, (city, number)))
        assert answer == self.model.register((city, number))

    @rule(data=st.data(), is_back=st.booleans())
    def withdraw_or_bring_back(self, data: st.DataObject, is_back: bool) -> None:
        if not self.model.states:
            return
        key = data.draw(st.sampled_from(sorted(self.model.states)))

        def step(site: Site) -> str:
            values = {"actor": site.organiser, "delegation_id": _delegation(site, key[0]).id}
            member = _member(site, key)
            if not is_back:
                return members.withdraw(**values, member=member).state  # type: ignore[arg-type]  # of both kinds
            try:
                return members.bring_back(**values, member=member, now=START + self.now).state  # type: ignore[arg-type]  # of both kinds
            except QuotaFullError:
                return "full"

        answer = self.everywhere(step)
        if is_back:
            assert answer == self.model.bring_back(key)
        else:
            self.model.withdraw(key)
            assert answer == "cancelled"

    @rule(city=st.integers(0, CITIES - 1), places=st.integers(0, 4))
    def change_places(self, city: int, places: int) -> None:
        def step(site: Site) -> str:
            try:
                delegations.change_terms(
                    actor=site.organiser,
                    delegation_id=_delegation(site, city).id,
                    quotas=[Quota("participant", "any", places)],
                    deadline_on=None,
                )
            except QuotaInUseError:
                return "in use"
            return "changed"

        assert self.everywhere(step) == self.model.change_places(city, places)

    @rule(city=st.integers(0, CITIES - 1))
    def decline(self, city: int) -> None:
        def step(site: Site) -> None:
            delegate = db.session.query(User).filter_by(email=f"delegate{city}@example.org").one()
            invitations.decline(actor=delegate, delegation_id=_delegation(site, city).id, reason="Probe")

        self.everywhere(step)
        self.model.decline(city)

    @rule()
    def give_unused_places(self) -> None:
        answer = self.everywhere(
            lambda site: len(delegation_waiting.give_unused(actor=site.organiser, event_id=site.event_id))
        )
        assert answer == self.model.give(self.model.declined)

    @invariant()
    def all_say_the_same(self) -> None:
        model = self.model
        registered = [key for key, state in model.states.items() if state == "registered"]
        assert all(len(model.of(city, "registered")) <= model.places[city] for city in range(CITIES))
        expected = (len(registered), model.states, dict(enumerate(model.places)), model.line())
        for site in self.sites:
            with site.app.app_context():
                assert _seen(site) == expected


def _delegation(site: Site, city: int) -> Delegation:
    return db.session.query(Delegation).filter_by(event_id=site.event_id, city_id=site.city_ids[city]).one()


def _member(site: Site, key: Key) -> Participant:
    email = f"person{key[1]}@city{key[0]}.example.org"
    return db.session.query(Participant).filter_by(event_id=site.event_id, email=email).one()


def _seen(site: Site) -> tuple[int, dict[Key, str], dict[int, int], list[Key]]:
    """Recount what the invariant compares."""
    rows = db.session.query(Participant).filter_by(event_id=site.event_id).all()
    keys = {row.id: (site.city_ids.index(row.city_id or 0), int((row.email or "")[len("person")])) for row in rows}
    places = (
        db.session.query(Delegation.city_id, db.func.sum(DelegationQuota.places))
        .join(DelegationQuota, DelegationQuota.delegation_id == Delegation.id)
        .filter(Delegation.event_id == site.event_id)
        .group_by(Delegation.city_id)
    )
    event = db.session.get_one(Event, site.event_id)
    waiting = [delegation_waiting.as_waiting(row) for row in rows if row.state == "waiting"]
    order = delegation_waiting.rules.in_order(
        event.waiting_rule, waiting, delegation_waiting.seated_numbers(site.event_id)
    )
    invited = db.session.query(Delegation).filter_by(event_id=site.event_id)
    cities = {each.id: site.city_ids.index(each.city_id) for each in invited}
    seated = Counter({cities[key]: number for key, number in delegation_waiting.seated_numbers(site.event_id).items()})
    assert seated == Counter(keys[row.id][0] for row in rows if row.state == "registered")
    return (
        event.seats_taken,
        {keys[row.id]: row.state for row in rows},
        {site.city_ids.index(city): int(number) for city, number in places},
        [keys[each.key] for each in order],
    )


@pytest.fixture
def machine(sqlite_url: str, postgresql_url: str, tmp_path: Path) -> Iterator[type[DelegationsMachine]]:
    with _site(sqlite_url, tmp_path / "sqlite") as one, _site(postgresql_url, tmp_path / "postgresql") as other:
        for site in (one, other):
            with site.app.app_context():
                for number, key in enumerate(site.city_ids):
                    make_user("delegate", city=db.session.get_one(City, key), email=f"delegate{number}@example.org")
        yield type("Machine", (DelegationsMachine,), {"sites": [one, other]})


def test_two_hundred_steps_of_delegations_agree_with_the_model(machine: type[DelegationsMachine]) -> None:
    _run(machine, runs=8, steps=25, is_fixed=True)


@pytest.mark.long
def test_five_thousand_steps_of_delegations_agree_with_the_model(machine: type[DelegationsMachine]) -> None:
    _run(machine, runs=100, steps=50, is_fixed=False)
