"""Signing up, the waiting list and the own registration, on both databases."""

from __future__ import annotations

import re
import threading
import uuid
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from iurc_events.database import db
from iurc_events.models.events import Event, JoinLink
from iurc_events.models.messages import Message
from iurc_events.models.participants import Participant
from iurc_events.services import events, participants
from iurc_events.services.participants import Registration
from tests.factories import make_city, make_event, make_programme, make_user

FORM = {
    "name": "Testina Muster", "email": "Testina＠example.org", "organisation": "Test Office", "city": "",
    "stakeholder_type": "government", "mode": "online", "consent": "y",
}  # fmt: skip


@pytest.fixture
def event(app: Flask) -> Event:
    app.config["WTF_CSRF_ENABLED"] = False
    programme = make_programme("iurc-test")
    make_city("sofia", programme)
    event = make_event("2027-green-roofs", programme, is_registration_open=True, capacity=2)
    event.join_links = [JoinLink(label={"en": "Room"}, address="https://meet.example.org/room")]
    db.session.commit()
    return event


def registration(email: str = "test@example.org") -> Registration:
    return Registration("Test Person", email, "Test Office", None, "government", "online", "en")


def states() -> dict[str, str]:
    db.session.expire_all()
    rows = db.session.query(Participant.email, Participant.state).order_by(Participant.id)
    return {row[0]: row[1] for row in rows}


def personal_link(email: str) -> str:
    message = db.session.query(Message).filter_by(to_email=email).order_by(Message.id).all()[-1]
    found = re.search(r"/en/my/[a-z2-7]{26}", message.text)
    assert found
    return found[0]


def test_sign_up_registers_and_writes_once_when_sent_twice(event: Event, client: FlaskClient) -> None:
    answers = [client.post("/en/events/2027-green-roofs/sign-up", data=FORM) for _ in range(2)]
    pages = [client.get(answer.headers["Location"]).text for answer in answers]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert ["You are registered" in page for page in pages] == [True, True]
    assert states() == {"testina@example.org": "registered"}
    assert db.session.query(Message).count() == 1
    assert event.seats_taken == 1


def test_answer_of_a_full_event_does_not_tell_who_has_signed_up(event: Event, client: FlaskClient) -> None:
    for email in ("testina@example.org", "other@example.org"):
        participants.sign_up(event.id, registration(email))
    pages = []
    for email in ("testina@example.org", "new@example.org"):
        answer = client.post("/en/events/2027-green-roofs/sign-up", data={**FORM, "email": email})
        pages.append(client.get(answer.headers["Location"]).text)
    assert "All places are taken" in pages[0]
    assert pages[0] == pages[1]
    assert list(states().values()) == ["registered", "registered", "waiting"]


def test_confirmation_holds_a_calendar_file_and_the_links_to_join(event: Event, client: FlaskClient) -> None:
    client.post("/en/events/2027-green-roofs/sign-up", data=FORM)
    message = db.session.query(Message).one()
    assert b"BEGIN:VEVENT" in (message.calendar or b"")
    assert "https://meet.example.org/room" in message.text


def test_errors_stand_beside_their_fields_and_keep_what_was_typed(event: Event, client: FlaskClient) -> None:
    answer = client.post("/en/events/2027-green-roofs/sign-up", data={**FORM, "email": "no address", "consent": ""})
    assert answer.status_code == 422
    assert "Enter a mail address such as name@example.org" in answer.text
    assert "Agree so that you can sign up" in answer.text
    assert 'value="Test Office"' in answer.text
    assert states() == {}


def test_third_of_two_places_waits_and_moves_up_when_a_place_is_free(event: Event, client: FlaskClient) -> None:
    for name in ("a", "b", "c", "d"):
        participants.sign_up(event.id, registration(f"{name}@example.org"))
    assert list(states().values()) == ["registered", "registered", "waiting", "waiting"]

    answer = client.get(personal_link("a@example.org"), follow_redirects=True)
    assert "https://meet.example.org/room" in answer.text
    client.post("/en/my/registration/cancel")

    assert list(states().values()) == ["cancelled", "registered", "registered", "waiting"]
    assert db.session.get_one(Event, event.id).seats_taken == 2
    moved_up = client.get(personal_link("c@example.org"), follow_redirects=True)
    assert "https://meet.example.org/room" in moved_up.text


def test_those_who_wait_see_their_number_and_the_rule_on_the_page_and_in_mail(
    event: Event, client: FlaskClient
) -> None:
    for name in ("a", "b", "c", "d"):
        participants.sign_up(event.id, registration(f"{name}@example.org"))
    page = client.get(personal_link("d@example.org"), follow_redirects=True).text
    chinese = client.get("/zh/my/registration").text
    mail = db.session.query(Message).filter_by(to_email="d@example.org").one().text
    assert ["You are number 2 on the waiting list." in text for text in (page, mail)] == [True, True]
    assert ["Free places go to those who have waited longest." in text for text in (page, mail)] == [True, True]
    assert ("您在候补名单中排第 2 位。" in chinese, "空出的名额按等候时间先后递补。" in chinese) == (True, True)


def test_free_places_go_to_the_city_with_the_fewest_people_where_the_organiser_chose_so(event: Event) -> None:
    event.waiting_rule = "fewest-first"
    db.session.commit()
    sofia, ghent = make_city().id, make_city().id
    for name, city in (("a", sofia), ("b", ghent), ("c", sofia), ("d", sofia), ("e", ghent)):
        participants.sign_up(event.id, replace(registration(f"{name}@example.org"), city_id=city))
    last = db.session.query(Message).filter_by(to_email="e@example.org").one().text
    assert "You are number 2 on the waiting list." in last
    participants.cancel_own(db.session.query(Participant.id).filter_by(email="b@example.org").scalar())
    assert list(states().values()) == ["registered", "cancelled", "waiting", "waiting", "registered"]


def test_more_places_go_to_those_who_wait_at_once(event: Event, client: FlaskClient) -> None:
    for name in ("a", "b", "c", "d", "e"):
        participants.sign_up(event.id, registration(f"{name}@example.org"))
    organiser = make_user("organiser", programme=event.programme)
    details = events.details_of(db.session.get_one(Event, event.id))
    events.change_details(actor=organiser, event_id=event.id, details=replace(details, capacity=4))
    assert list(states().values()) == ["registered"] * 4 + ["waiting"]
    assert db.session.get_one(Event, event.id).seats_taken == 4
    assert [row.to_email for row in db.session.query(Message).filter_by(kind="place-free").order_by(Message.id)] == [
        "c@example.org",
        "d@example.org",
    ]


def test_a_form_that_is_sent_again_gets_its_first_answer_and_another_one_does_not(
    event: Event, client: FlaskClient
) -> None:
    event.capacity = 1
    db.session.commit()
    own, other = "0" * 31 + "1", "0" * 31 + "2"
    answers = [
        client.post("/en/events/2027-green-roofs/sign-up", data={**FORM, "attempt": attempt}, follow_redirects=True)
        for attempt in (own, own, other)
    ]
    assert ["You are registered" in answer.text for answer in answers] == [True, True, False]
    assert (len(states()), db.session.query(Message).count()) == (1, 1)


def test_form_with_a_corrected_address_is_another_registration(event: Event) -> None:
    form = uuid.uuid4()
    outcomes = [
        participants.sign_up(event.id, registration(email), attempt=form)
        for email in ("tset@example.org", "test@example.org", "test@example.org")
    ]
    assert outcomes == ["registered", "registered", "registered"]
    assert states() == {"tset@example.org": "registered", "test@example.org": "registered"}
    assert db.session.get_one(Event, event.id).seats_taken == 2


def test_who_cancelled_can_sign_up_again(event: Event, client: FlaskClient) -> None:
    participants.sign_up(event.id, registration())
    participants.cancel_own(db.session.query(Participant.id).scalar())
    participants.sign_up(event.id, registration())
    assert states() == {"test@example.org": "registered"}
    assert db.session.get_one(Event, event.id).seats_taken == 1
    assert client.get(personal_link("test@example.org")).status_code == 303


def test_letter_says_what_the_event_is_called_now(event: Event) -> None:
    participants.sign_up(event.id, registration("a@example.org"))
    organiser = make_user("organiser", programme=event.programme)
    details = events.details_of(db.session.get_one(Event, event.id))
    events.change_details(actor=organiser, event_id=event.id, details=replace(details, title={"en": "Blue roofs"}))
    participants.sign_up(event.id, replace(registration("b@example.org"), name="<b>Ann & Co</b>"))
    letter = db.session.query(Message).filter_by(to_email="b@example.org").one()
    assert letter.subject == "You are registered: Blue roofs"
    assert ("Dear <b>Ann & Co</b>," in letter.text, "&lt;b&gt;Ann &amp; Co&lt;/b&gt;" in letter.html) == (True, True)


def test_token_leaves_the_address_and_an_unknown_one_is_404(event: Event, client: FlaskClient) -> None:
    participants.sign_up(event.id, registration())
    answer = client.get(personal_link("test@example.org"))
    assert (answer.status_code, answer.headers["Location"]) == (303, "/en/my/registration")
    assert client.get(f"/en/my/{'a' * 26}").status_code == 404


def test_join_links_stay_hidden_from_those_who_wait_and_the_public(event: Event, client: FlaskClient) -> None:
    for name in ("a", "b", "c"):
        participants.sign_up(event.id, registration(f"{name}@example.org"))
    waiting = client.get(personal_link("c@example.org"), follow_redirects=True)
    public = client.get("/en/events/2027-green-roofs")
    assert ["meet.example.org" in page.text for page in (waiting, public)] == [False, False]


def test_closed_registration_offers_no_form(event: Event, client: FlaskClient) -> None:
    event.is_registration_open = False
    db.session.commit()
    assert "Registration is closed" in client.get("/en/events/2027-green-roofs/sign-up").text
    assert client.post("/en/events/2027-green-roofs/sign-up", data=FORM).status_code == 422
    assert states() == {}


def test_organiser_of_another_programme_finds_no_participant(event: Event) -> None:
    participants.sign_up(event.id, registration())
    stranger = make_user("organiser", programme=make_programme())
    public_id = db.session.query(Participant.public_id).scalar()
    with pytest.raises(Exception, match="no such participant"):
        participants.confirm(public_id, actor=stranger)


def test_twenty_people_at_once_get_three_seats_between_them(app: Flask) -> None:
    event_id = make_event("2027-rush", is_registration_open=True, capacity=3).id
    db.session.remove()

    def ask(number: int) -> None:
        with app.app_context():
            participants.sign_up(event_id, registration(f"rush{number}@example.org"))
            db.session.remove()

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    counts = {state: list(states().values()).count(state) for state in ("registered", "waiting")}
    assert counts == {"registered": 3, "waiting": 17}
    assert db.session.get_one(Event, event_id).seats_taken == 3


def test_people_of_chinese_cities_agree_to_the_transfer_abroad_by_itself(client: FlaskClient, event: Event) -> None:
    city = make_city("yangzhou", event.programme)
    city.side = "China"
    db.session.commit()
    form = {**FORM, "city": str(city.id)}
    refused = client.post("/zh/events/2027-green-roofs/sign-up", data=form)
    taken = client.post("/zh/events/2027-green-roofs/sign-up", data={**form, "transfer_consent": "y"})
    participant = db.session.query(Participant).one()
    assert (refused.status_code, "请同意向境外提供信息后再报名" in refused.text) == (422, True)
    assert (taken.status_code, participant.transfer_consented_at) == (303, participant.consented_at)
