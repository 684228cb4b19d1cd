"""Sign up, cancel, confirm, attend, change the number of places: any order of these, both databases, one plain model.

Each step is done on SQLite and on PostgreSQL and told to a model of dictionaries; answers, seats, states, the line of
those who wait and the letters written have to be the same in all three.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from iurc_events import create_app
from iurc_events.database import db
from iurc_events.domain.vocabulary import WAITING_RULES
from iurc_events.models.accounts import User
from iurc_events.models.attendance import Attendance
from iurc_events.models.events import Event
from iurc_events.models.messages import Message
from iurc_events.models.participants import Participant
from iurc_events.models.programmes import Programme
from iurc_events.queries import waiting_list
from iurc_events.services import events, participants
from tests.factories import make_city, make_event, make_programme, make_user

PEOPLE = [f"person{number}@example.org" for number in range(12)]
CITIES = 3
SEATED = ("registered", "confirmed")


@dataclass
class Person:
    """Somebody who signed up, as the model knows them."""

    state: str
    city: int | None
    attempt: uuid.UUID
    since: int = 0
    has_attended: bool = False


@dataclass
class Model:
    """What should be true, in plain Python."""

    rule: str
    capacity: int | None
    is_open: bool = True
    people: dict[str, Person] = field(default_factory=dict)
    letters: Counter[str] = field(default_factory=Counter)
    clock: int = 0

    @property
    def taken(self) -> int:
        return sum(person.state in SEATED for person in self.people.values())

    @property
    def is_free(self) -> bool:
        return self.capacity is None or self.taken < self.capacity

    def next_in_line(self, people: dict[str, Person]) -> str | None:
        seated = Counter(person.city for person in people.values() if person.state in SEATED)
        waiting = [email for email, person in people.items() if person.state == "waiting"]
        level = seated if self.rule == "fewest-first" else Counter[int | None]()
        return min(waiting, key=lambda email: (level[people[email].city], people[email].since), default=None)

    def line(self) -> list[str]:
        people = {email: replace(person) for email, person in self.people.items()}
        order = []
        while (email := self.next_in_line(people)) is not None:
            people[email].state = "registered"
            order.append(email)
        return order

    def fill(self) -> None:
        while self.is_free and (email := self.next_in_line(self.people)) is not None:
            self.people[email].state = "registered"
            self.letters[email] += 1

    def sign_up(self, email: str, city: int | None, attempt: uuid.UUID) -> str:
        if not self.is_open:
            return "closed"
        known = self.people.get(email)
        if known and known.state != "cancelled":
            is_seated = known.state in SEATED if known.attempt == attempt else self.is_free
            return "registered" if is_seated else "waiting"
        self.clock += 1
        state = "registered" if self.is_free else "waiting"
        self.people[email] = Person(state, city, attempt, self.clock, bool(known and known.has_attended))
        self.letters[email] += 1
        return state

    def cancel(self, email: str) -> None:
        if self.people[email].state != "cancelled":
            self.people[email].state = "cancelled"
            self.letters[email] += 1
            self.fill()


@dataclass
class Site:
    """The application on one database, with what all runs share."""

    app: Flask
    organiser_id: int
    programme_id: int
    city_ids: list[int]
    event_id: int = 0

    def key_of(self, email: str) -> tuple[int, uuid.UUID]:
        row = db.session.query(Participant.id, Participant.public_id).filter_by(event_id=self.event_id, email=email)
        found = row.one()
        return found[0], found[1]

    @property
    def organiser(self) -> User:
        return db.session.get_one(User, self.organiser_id)

    def seen(self) -> dict[str, object]:
        """Recount what the invariants compare."""
        event = db.session.get_one(Event, self.event_id)
        rows = db.session.query(Participant).filter_by(event_id=self.event_id).all()
        emails = {row.id: row.email for row in rows}
        attended = db.session.query(Attendance.participant_id).filter_by(event_id=self.event_id)
        letters = db.session.query(Message.to_email).filter_by(event_id=self.event_id)
        return {
            "taken": event.seats_taken,
            "states": {row.email: row.state for row in rows},
            "line": [emails[key] for key in waiting_list.list_keys_in_order(event.id, event.waiting_rule)],
            "attended": sorted(emails[row[0]] for row in attended),
            "letters": Counter(row[0] for row in letters),
        }


class SeatsMachine(RuleBasedStateMachine):
    """Steps in any order; ``sites`` are set by the test."""

    sites: list[Site]

    @initialize(waiting_rule=st.sampled_from(WAITING_RULES), capacity=st.integers(1, 4))
    def open_registration(self, waiting_rule: str, capacity: int) -> None:
        self.model = Model(waiting_rule, capacity)
        slug = f"2027-{uuid.uuid4().hex}"
        for site in self.sites:
            with site.app.app_context():
                event = make_event(
                    slug,
                    db.session.get_one(Programme, site.programme_id),
                    is_registration_open=True,
                    capacity=capacity,
                    waiting_rule=waiting_rule,
                )
                site.event_id = event.id

    def everywhere(self, step: Callable[[Site], str]) -> str:
        """Do a step on both databases; return the one answer."""
        answers = set()
        for site in self.sites:
            with site.app.app_context():
                answers.add(step(site))
        (answer,) = answers
        return answer

    def _sign_up(self, email: str, city: int | None, attempt: uuid.UUID) -> None:
        def step(site: Site) -> str:
            registration = participants.Registration(
                "Test", email, "Test Office", None if city is None else site.city_ids[city], "other", "online", "en"
            )
            try:
                return participants.sign_up(site.event_id, registration, attempt=attempt).value
            except participants.RegistrationClosedError:
                return "closed"

        assert self.everywhere(step) == self.model.sign_up(email, city, attempt)

    @rule(email=st.sampled_from(PEOPLE), city=st.none() | st.integers(0, CITIES - 1))
    def sign_up(self, email: str, city: int | None) -> None:
        self._sign_up(email, city, uuid.uuid4())

    @precondition(lambda self: self.model.people)
    @rule(data=st.data())
    def send_the_same_form_again(self, data: st.DataObject) -> None:
        email = data.draw(st.sampled_from(sorted(self.model.people)))
        person = self.model.people[email]
        self._sign_up(email, person.city, person.attempt)

    @precondition(lambda self: self.model.people)
    @rule(data=st.data(), is_own=st.booleans())
    def cancel(self, data: st.DataObject, is_own: bool) -> None:
        email = data.draw(st.sampled_from(sorted(self.model.people)))

        def step(site: Site) -> str:
            key, public_id = site.key_of(email)
            if is_own:
                participants.cancel_own(key)
            else:
                participants.cancel(public_id, actor=site.organiser)
            return ""

        self.everywhere(step)
        self.model.cancel(email)

    @precondition(lambda self: self.model.people)
    @rule(data=st.data())
    def confirm(self, data: st.DataObject) -> None:
        email = data.draw(st.sampled_from(sorted(self.model.people)))

        def step(site: Site) -> str:
            participants.confirm(site.key_of(email)[1], actor=site.organiser)
            return ""

        self.everywhere(step)
        if self.model.people[email].state == "registered":
            self.model.people[email].state = "confirmed"

    @precondition(lambda self: self.model.people)
    @rule(data=st.data(), has_attended=st.booleans())
    def write_down_attendance(self, data: st.DataObject, has_attended: bool) -> None:
        email = data.draw(st.sampled_from(sorted(self.model.people)))

        def step(site: Site) -> str:
            action = participants.record_attendance if has_attended else participants.undo_attendance
            action(site.key_of(email)[1], actor=site.organiser)
            return ""

        self.everywhere(step)
        self.model.people[email].has_attended = has_attended

    @rule(capacity=st.none() | st.integers(1, 8), is_open=st.sampled_from([True, True, True, False]))
    def change_places(self, capacity: int | None, is_open: bool) -> None:
        def step(site: Site) -> str:
            details = events.details_of(db.session.get_one(Event, site.event_id))
            events.change_details(
                actor=site.organiser,
                event_id=site.event_id,
                details=replace(details, capacity=capacity, is_registration_open=is_open),
            )
            return ""

        self.everywhere(step)
        self.model.capacity, self.model.is_open = capacity, is_open
        self.model.fill()

    @invariant()
    def all_say_the_same(self) -> None:
        expected = {
            "taken": self.model.taken,
            "states": {email: person.state for email, person in self.model.people.items()},
            "line": self.model.line(),
            "attended": sorted(email for email, person in self.model.people.items() if person.has_attended),
            "letters": +self.model.letters,
        }
        for site in self.sites:
            with site.app.app_context():
                assert site.seen() == expected


@contextmanager
def _site(database_url: str, folder: Path) -> Iterator[Site]:
    app = create_app(
        {"DATABASE_URL": database_url, "INSTANCE_PATH": str(folder), "SECRET_KEY": "test", "TESTING": True}
    )
    with app.app_context():
        programme = make_programme()
        site = Site(
            app,
            make_user("organiser", programme=programme).id,
            programme.id,
            [make_city(programme=programme).id for _ in range(CITIES)],
        )
    yield site
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def machine(sqlite_url: str, postgresql_url: str, tmp_path: Path) -> Iterator[type[SeatsMachine]]:
    with _site(sqlite_url, tmp_path / "sqlite") as one, _site(postgresql_url, tmp_path / "postgresql") as other:
        yield type("Machine", (SeatsMachine,), {"sites": [one, other]})


def _run(machine: type[SeatsMachine], *, runs: int, steps: int, is_fixed: bool) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=runs,
            stateful_step_count=steps,
            derandomize=is_fixed,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_five_hundred_steps_agree_with_the_model(machine: type[SeatsMachine]) -> None:
    _run(machine, runs=10, steps=50, is_fixed=True)


@pytest.mark.long
def test_ten_thousand_steps_agree_with_the_model(machine: type[SeatsMachine]) -> None:
    _run(machine, runs=100, steps=100, is_fixed=False)
