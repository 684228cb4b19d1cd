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
from iurc_events.models.messages import Message
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


ENTRY = {
    "name": "Testina Muster", "email": "Testina@example.org", "organisation": "Test Office", "city": "",
    "stakeholder_type": "government", "mode": "online", "language": "zh",
}  # fmt: skip


def standing(event_id: int) -> tuple[int, dict[str, str]]:
    """Return how many seats are taken, and the state of each name."""
    db.session.expire_all()
    rows = db.session.query(Participant).filter_by(event_id=event_id).order_by(Participant.id)
    return db.session.get_one(Event, event_id).seats_taken, {row.name: row.state for row in rows}


def test_who_asked_by_phone_is_entered_told_in_their_language_and_waits_when_all_is_full(
    desk: FlaskClient, programme: Programme
) -> None:
    event_id = make_event("2027-roofs", programme, capacity=1).id
    path = "/en/organise/events/2027-roofs/participants/new"
    page = desk.get(path).text
    attempt = re.search(r'name="attempt"[^>]*value="([0-9a-f]+)"', page)
    assert attempt
    sent = [desk.post(path, data=ENTRY | {"attempt": attempt[1]}) for _ in range(2)]
    listed = desk.get(sent[0].headers["Location"]).text
    full = desk.get(path).text
    desk.post(path, data=ENTRY | {"name": "Second Person", "email": "second@example.org", "language": "en"})
    desk.post(path, data=ENTRY | {"name": "No Address", "email": ""})

    assert [answer.status_code for answer in sent] == [303, 303]
    assert "Registered, and the person is told by mail" in listed
    assert "Testina Muster" in listed
    assert "Who is added now comes onto the waiting list." in full
    assert standing(event_id) == (
        1,
        {"Testina Muster": "registered", "Second Person": "waiting", "No Address": "waiting"},
    )
    first, second = db.session.query(Message).order_by(Message.id)
    assert (first.kind, first.to_email, first.language, bool(first.calendar)) == (
        "entered-notice", "testina@example.org", "zh", True,
    )  # fmt: skip
    assert "已为您报名参加本次活动" in first.text
    assert (second.subject.startswith("On the waiting list: "), second.calendar) == (True, None)
    assert all(person.person_id for person in db.session.query(Participant))


def test_known_address_is_said_beside_the_field_and_who_cancelled_comes_back(
    desk: FlaskClient, programme: Programme
) -> None:
    event_id = make_event("2027-roofs", programme).id
    path = "/en/organise/events/2027-roofs/participants/new"
    desk.post(path, data=ENTRY)
    known = desk.post(path, data=ENTRY | {"name": "Another Name"})
    empty = desk.post(path, data=ENTRY | {"name": "", "email": "not an address", "organisation": "Kept Office"})
    person = db.session.query(Participant).one()
    desk.post(f"/en/organise/events/2027-roofs/participants/{person.public_id}/cancel")
    cancelled = standing(event_id)
    desk.post(path, data=ENTRY | {"name": "Testina Back"})

    assert (known.status_code, "Somebody has registered with this mail address" in known.text) == (422, True)
    assert empty.status_code == 422
    assert "Enter the name" in empty.text
    assert "Kept Office" in empty.text
    assert cancelled == (0, {"Testina Muster": "cancelled"})
    assert standing(event_id) == (1, {"Testina Back": "registered"})


def test_nobody_is_entered_into_a_draft_or_the_event_of_others(desk: FlaskClient, programme: Programme) -> None:
    draft_id = make_event("2027-draft", programme, state="draft", first_published_at=None).id
    other_id = make_event("2027-other", make_programme("other-programme")).id
    refused = desk.post("/en/organise/events/2027-draft/participants/new", data=ENTRY)
    hidden = desk.post("/en/organise/events/2027-other/participants/new", data=ENTRY)

    assert (refused.status_code, "Publish the event first" in refused.text) == (422, True)
    assert hidden.status_code == 404
    assert [standing(key) for key in (draft_id, other_id)] == [(0, {}), (0, {})]
    assert db.session.query(Message).count() == 0
