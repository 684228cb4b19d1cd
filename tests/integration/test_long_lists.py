"""Lists of hundreds and thousands: entered by a worker process, told afterwards, all or nothing, taken back."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask

from benchmarks.people import HEADINGS, made_up_list, made_up_rows
from iurc_events.database import db, utc_now
from iurc_events.mail import Quota
from iurc_events.models.accounts import User
from iurc_events.models.delegations import Delegation
from iurc_events.models.events import Event
from iurc_events.models.messages import Message
from iurc_events.models.participants import Participant
from iurc_events.models.people_imports import PeopleImport
from iurc_events.models.revisions import Revision
from iurc_events.models.speakers import Person, PersonKey, Speaker
from iurc_events.services import delegations, participants, people_entry, people_imports, people_undo
from iurc_events.services.delegations import CityInvitation
from iurc_events.services.people_imports import Sent
from iurc_events.services.people_undo import UndoTooLateError
from tests.factories import make_city, make_event, make_programme, make_user


class Stage:
    """A Chinese city that is invited to an event, and its delegate."""

    def __init__(self, *quotas: Quota, **event_values: Any) -> None:
        programme = make_programme()
        city = make_city(programme=programme, time_zone="Asia/Shanghai", side="China")
        self.event = make_event(programme=programme, **event_values)
        self.delegation: Delegation = delegations.invite(
            actor=make_user("organiser", programme=programme),
            event_id=self.event.id,
            cities=[CityInvitation(city.id, ())],
            quotas=quotas,
        )[0]
        self.delegate: User = make_user("delegate", city=city)

    def send(self, number: int, role: str, *, choice: str = "all") -> int:
        """Read and check a list and hand it in; return its key."""
        sent = Sent(file_name="people.xlsx", content=made_up_list(number), role=role)
        key = people_imports.read_list(actor=self.delegate, delegation_id=self.delegation.id, sent=sent).id
        people_entry.enter(actor=self.delegate, import_id=key, choice=choice)
        return key


def states() -> Counter[str]:
    db.session.expire_all()
    return Counter(row[0] for row in db.session.query(Participant.state).filter(Participant.delegation_id.is_not(None)))


def people_of_list() -> list[str]:
    return sorted(row[0] for row in db.session.query(Message.to_email).filter(Message.kind.like("%-notice")))


def found(key: int) -> PeopleImport:
    db.session.expire_all()
    return db.session.get_one(PeopleImport, key)


def run_worker(key: int, folder: Path, *, seconds: float) -> None:
    """Let a worker process go on with a list until it is done."""
    url = db.engine.url.render_as_string(hide_password=False)
    environment = {**os.environ, "DATABASE_URL": url, "INSTANCE_PATH": str(folder)}
    db.session.remove()
    worker = subprocess.Popen([sys.executable, "-m", "iurc_events", "worker"], env=environment)
    try:
        until = time.monotonic() + seconds
        while found(key).state == "entering" and time.monotonic() < until:
            assert worker.poll() is None
            db.session.remove()
            time.sleep(0.2)
    finally:
        worker.send_signal(signal.SIGTERM)
        worker.wait(timeout=60)


def enter_with_process(number: int, role: str, folder: Path, *, seconds: float) -> None:
    key = Stage().send(number, role)
    run_worker(key, folder, seconds=seconds)
    done = found(key)
    assert (done.state, done.done_count, done.outcome["counts"]) == ("entered", number, {"registered": number})
    assert people_of_list() == sorted(row[4] for row in made_up_rows(number))
    people = db.session.query(Person).all()
    assert (len(people), all(each.search_text and each.sort_keys for each in people)) == (number, True)
    assert db.session.query(PersonKey.person_id).distinct().count() == number


@pytest.mark.parametrize("role", ["participant", "speaker"])
def test_three_hundred_people_are_entered_by_a_worker_process(app: Flask, tmp_path: Path, role: str) -> None:
    enter_with_process(300, role, tmp_path / "worker", seconds=300)


@pytest.mark.long
@pytest.mark.parametrize("role", ["participant", "speaker"])
def test_five_thousand_people_are_entered_by_a_worker_process(app: Flask, tmp_path: Path, role: str) -> None:
    enter_with_process(5_000, role, tmp_path / "worker", seconds=1_800)


def test_speakers_of_a_list_make_one_revision(sqlite_app: Flask) -> None:
    stage = Stage()
    before = db.session.query(Revision).count()
    key = stage.send(120, "speaker")
    people_entry.enter_due(seconds=600)
    assert (found(key).state, db.session.query(Revision).count() - before) == ("entered", 1)
    positions = [row[0] for row in db.session.query(Speaker.position).order_by(Speaker.id)]
    assert positions == list(range(120))


def test_nobody_is_told_before_everybody_is_entered(app: Flask) -> None:
    key = Stage().send(150, "participant")
    assert people_entry.enter_some(key, limit=100) == 100  # the worker dies here
    assert (states(), people_of_list()) == ({"registered": 100}, [])
    assert people_entry.enter_some(key, limit=100) == 50
    assert (states(), people_of_list()) == ({"registered": 150}, [])
    people_entry.enter_some(key)  # goes over to the notices
    assert people_entry.enter_some(key, limit=60) == 60  # and dies again here
    assert len(people_of_list()) == 60
    people_entry.enter_due(seconds=600)
    assert found(key).state == "entered"
    assert people_of_list() == sorted(row[4] for row in made_up_rows(150))


def sign_up_alone(event: Event, email: str) -> None:
    registration = participants.Registration("Test", email, "Test Office", None, "other", "online", "en")
    participants.sign_up(event.id, registration)


def test_failure_in_the_middle_of_all_or_nothing_takes_everything_back(app: Flask) -> None:
    stage = Stage(is_registration_open=True, capacity=400)
    key = stage.send(200, "participant")
    people_entry.enter_some(key, limit=100)
    sign_up_alone(stage.event, "person150@example.org")
    people_entry.enter_due(seconds=600)
    failed = found(key)
    assert (failed.state, "is registered for this event already" in (failed.failure or "")) == ("failed", True)
    assert (states(), people_of_list()) == ({"cancelled": 100}, [])
    assert db.session.get_one(Event, stage.event.id).seats_taken == 1


def test_failure_in_the_middle_of_the_good_rows_leaves_one_out(app: Flask) -> None:
    stage = Stage(is_registration_open=True)
    key = stage.send(200, "participant", choice="good")
    people_entry.enter_some(key, limit=100)
    sign_up_alone(stage.event, "person150@example.org")
    people_entry.enter_due(seconds=600)
    assert (found(key).state, found(key).outcome["counts"]) == ("entered", {"registered": 199, "left-out": 1})
    assert len(people_of_list()) == 199


def test_closed_account_in_the_middle_takes_everything_back(app: Flask) -> None:
    stage = Stage()
    key = stage.send(150, "speaker")
    people_entry.enter_some(key, limit=100)
    db.session.get_one(User, stage.delegate.id).is_disabled = True
    db.session.commit()
    people_entry.enter_due(seconds=600)
    assert (found(key).state, people_of_list()) == ("failed", [])
    assert {row[0] for row in db.session.query(Speaker.state)} == {"withdrawn"}


def test_deadline_counts_when_the_list_was_sent(sqlite_app: Flask) -> None:
    stage = Stage()
    key = stage.send(150, "participant")
    people_entry.enter_some(key, limit=100)
    stage.delegation = db.session.get_one(Delegation, stage.delegation.id)
    stage.delegation.deadline_on = utc_now().astimezone(ZoneInfo("Asia/Shanghai")).date().isoformat()
    db.session.commit()
    after_it = utc_now() + timedelta(days=2)
    while people_entry.enter_some(key, now=after_it):
        pass
    assert found(key).state == "entered"


def test_places_and_seats_are_kept_by_a_long_list(app: Flask) -> None:
    stage = Stage(Quota("participant", "onsite", 5), Quota("participant", "any", 130), capacity=110)
    key = stage.send(150, "participant")
    people_entry.enter_due(seconds=600)
    assert found(key).outcome["counts"] == {"registered": 110, "waiting": 40}
    assert (states(), db.session.get_one(Event, stage.event.id).seats_taken) == (
        {"registered": 110, "waiting": 40},
        110,
    )


def test_whole_list_of_participants_is_taken_back(app: Flask) -> None:
    stage = Stage(capacity=130)
    key = stage.send(150, "participant")
    people_entry.enter_due(seconds=600)
    people_undo.undo(actor=stage.delegate, import_id=key)
    assert (states(), db.session.get_one(Event, stage.event.id).seats_taken) == ({"cancelled": 150}, 0)
    again = stage.send(150, "participant")
    people_entry.enter_due(seconds=600)
    assert (found(again).outcome["counts"], db.session.query(Participant).count()) == (
        {"registered": 130, "waiting": 20},
        150,
    )


def run_worker_until_killed(key: int, folder: Path) -> None:
    """Let a worker process begin with a list, and kill it in the middle."""
    url = db.engine.url.render_as_string(hide_password=False)
    environment = {**os.environ, "DATABASE_URL": url, "INSTANCE_PATH": str(folder)}
    db.session.remove()
    worker = subprocess.Popen([sys.executable, "-m", "iurc_events", "worker"], env=environment)
    until = time.monotonic() + 120
    while not found(key).done_count and time.monotonic() < until:
        db.session.remove()
        time.sleep(0.05)
    db.session.remove()
    worker.kill()
    worker.wait(timeout=60)


def take_back_with_processes(number: int, role: str, folder: Path, *, seconds: float) -> None:
    """Take a long list back with a worker process that is killed and one that goes on."""
    stage = Stage(capacity=number - 20)
    key = stage.send(number, role)
    people_entry.enter_due(seconds=seconds)
    asked = people_undo.undo(actor=stage.delegate, import_id=key)
    assert (asked.state, asked.done_count, asked.outcome["undo_total"]) == ("entering", 0, number)
    assert people_undo.undo(actor=stage.delegate, import_id=key).state == "entering"  # sent twice
    run_worker_until_killed(key, folder)
    run_worker(key, folder, seconds=seconds)
    done = found(key)
    assert (done.state, "undone_at" in done.outcome, done.outcome["undo_kept"]) == ("entered", True, 0)
    model, state = (Speaker, "withdrawn") if role == "speaker" else (Participant, "cancelled")
    assert {row[0] for row in db.session.query(model.state)} == {state}
    assert db.session.query(model).count() == number
    assert db.session.get_one(Event, stage.event.id).seats_taken == 0
    notice = "speaker-notice" if role == "speaker" else "member-notice"
    assert {row[0] for row in db.session.query(Message.kind)} == {notice}  # nobody of the list moved up


@pytest.mark.parametrize("role", ["participant", "speaker"])
def test_three_hundred_people_are_taken_back_by_worker_processes(app: Flask, tmp_path: Path, role: str) -> None:
    take_back_with_processes(300, role, tmp_path / "worker", seconds=300)


@pytest.mark.long
@pytest.mark.parametrize("role", ["participant", "speaker"])
def test_five_thousand_people_are_taken_back_by_worker_processes(app: Flask, tmp_path: Path, role: str) -> None:
    take_back_with_processes(5_000, role, tmp_path / "worker", seconds=1_800)


def test_places_of_a_list_that_is_taken_back_go_to_others_who_wait(app: Flask) -> None:
    stage = Stage(is_registration_open=True, capacity=205)
    key = stage.send(220, "participant")
    people_entry.enter_due(seconds=600)
    sign_up_alone(stage.event, "waits@example.org")
    people_undo.undo(actor=stage.delegate, import_id=key)
    assert people_entry.enter_some(key, limit=100) == 100  # the worker dies here
    assert states() == {"registered": 120, "cancelled": 100}
    assert db.session.get_one(Event, stage.event.id).seats_taken == 121
    people_entry.enter_due(seconds=600)
    assert (states(), db.session.get_one(Event, stage.event.id).seats_taken) == ({"cancelled": 220}, 1)
    alone = db.session.query(Participant).filter(Participant.delegation_id.is_(None)).one()
    assert (found(key).state, alone.state) == ("entered", "registered")


def test_long_list_that_changed_people_is_taken_back_with_those_who_moved_up_meanwhile(app: Flask) -> None:
    stage = Stage(Quota("participant", "any", 215))
    first = stage.send(220, "participant")
    people_entry.enter_due(seconds=600)
    rows = [[*row[:3], "Another Office", *row[4:]] for row in made_up_rows(440)]
    text = "\n".join("\t".join(row) for row in [list(HEADINGS), *rows])
    sent = Sent(text=text, role="participant")
    key = people_imports.read_list(actor=stage.delegate, delegation_id=stage.delegation.id, sent=sent).id
    people_entry.enter(actor=stage.delegate, import_id=key, choice="all")
    people_entry.enter_due(seconds=600)
    assert found(key).outcome["counts"] == {"changed": 220, "waiting": 220}
    people_undo.undo(actor=stage.delegate, import_id=key)
    people_entry.enter_due(seconds=600)
    assert (found(key).outcome["undo_kept"], states()) == (0, {"registered": 215, "waiting": 5, "cancelled": 220})
    assert {row[0] for row in db.session.query(Participant.organisation).filter_by(state="registered")} == {
        row[3] for row in made_up_rows(220)
    }
    assert found(first).state == "entered"


def test_whoever_is_changed_while_a_list_is_taken_back_stays(sqlite_app: Flask) -> None:
    stage = Stage()
    key = stage.send(220, "participant")
    people_entry.enter_due(seconds=600)
    people_undo.undo(actor=stage.delegate, import_id=key)
    people_entry.enter_some(key, limit=100)
    somebody = db.session.query(Participant).filter_by(state="registered").order_by(Participant.id).first()
    assert somebody is not None
    somebody.version += 1
    db.session.commit()
    people_entry.enter_due(seconds=600)
    assert (found(key).outcome["undo_kept"], states()) == (1, {"registered": 1, "cancelled": 219})
    assert db.session.get_one(Event, stage.event.id).seats_taken == 1


def test_long_list_is_not_taken_back_where_somebody_was_changed_since(sqlite_app: Flask) -> None:
    stage = Stage()
    key = stage.send(220, "participant")
    people_entry.enter_due(seconds=600)
    db.session.query(Participant).order_by(Participant.id).limit(1).one().version += 1
    db.session.commit()
    with pytest.raises(UndoTooLateError):
        people_undo.undo(actor=stage.delegate, import_id=key)
    assert (found(key).state, states()) == ("entered", {"registered": 220})
