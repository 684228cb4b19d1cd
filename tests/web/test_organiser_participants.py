"""Participants at the desk."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from iurc_events.database import db, utc_now
from iurc_events.models.attendance import Attendance
from iurc_events.models.events import Event
from iurc_events.models.participants import Participant
from iurc_events.models.programmes import Programme
from iurc_events.services import tokens
from tests.factories import make_event, make_programme, make_user, sign_in


@pytest.fixture
def programme(sqlite_app: Flask) -> Programme:
    sqlite_app.config["WTF_CSRF_ENABLED"] = False  # the token is tested elsewhere
    return make_programme("iurc-china")


@pytest.fixture
def desk(sqlite_client: FlaskClient, programme: Programme) -> FlaskClient:
    return sign_in(sqlite_client, make_user("organiser", programme=programme))


def add_participant(event: Event, name: str) -> Participant:
    participant = Participant(
        event_id=event.id,
        state="registered",
        name=name,
        email=f"{name.lower()}@example.org",
        stakeholder_type="other",
        mode="online",
        consented_at=utc_now(),
        token_hash=tokens.hash_token(name),
    )
    db.session.add(participant)
    event.seats_taken += 1
    db.session.commit()
    return participant


def test_list_pages_and_filters_participants(desk: FlaskClient, programme: Programme) -> None:
    event = make_event("2027-roofs", programme)
    for number in range(26):
        add_participant(event, f"Person{number:02}")

    first = desk.get(f"/en/organise/events/{event.slug}/participants").text
    found = desk.get(f"/en/organise/events/{event.slug}/participants?q=person25").text

    assert ("Person24" in first, "Person25" in first, "1–25 of 26" in first) == (True, False, True)
    assert ("Person25" in found, "Person24" in found) == (True, False)


def test_confirm_mark_attended_and_cancel(desk: FlaskClient, programme: Programme) -> None:
    event = make_event("2027-roofs", programme)
    key = add_participant(event, "Ann").id
    base = f"/en/organise/events/{event.slug}/participants/{db.session.get_one(Participant, key).public_id}"

    desk.post(f"{base}/confirm")
    confirmed = db.session.get_one(Participant, key).state
    desk.post(f"{base}/attended")
    attended = db.session.query(Attendance).count()
    desk.post(f"{base}/not-attended")
    desk.post(f"{base}/cancel")

    db.session.expire_all()
    assert (confirmed, attended, db.session.query(Attendance).count()) == ("confirmed", 1, 0)
    assert db.session.get_one(Participant, key).state == "cancelled"


def test_participants_of_another_programme_are_404(desk: FlaskClient) -> None:
    event = make_event("2027-strange")
    participant = add_participant(event, "Ann")
    base = f"/en/organise/events/{event.slug}/participants"

    assert desk.get(base).status_code == 404
    assert desk.post(f"{base}/{participant.public_id}/cancel").status_code == 404


def test_those_who_wait_stand_in_their_order_with_their_number(desk: FlaskClient, programme: Programme) -> None:
    event = make_event("2027-roofs", programme, capacity=1)
    for number in range(27):
        participant = add_participant(event, f"Person{number:02}")
        participant.state, participant.waiting_since = "waiting", utc_now() - timedelta(hours=number)
    event.seats_taken = 0
    db.session.commit()

    pages = [
        desk.get(f"/en/organise/events/{event.slug}/participants?state=waiting&page={page}").text for page in (1, 2)
    ]

    names = [re.findall(r"Person\d\d(?=<br>)", page) for page in pages]
    assert names == [[f"Person{number:02}" for number in range(26, 1, -1)], ["Person01", "Person00"]]
    assert re.findall(r"Number (\d+)", pages[1]) == ["26", "27"]
