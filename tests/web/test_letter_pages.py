"""Letters at the organiser's desk, and as the city finds them."""

from __future__ import annotations

import html
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from iurc_events.database import db
from iurc_events.models.delegations import Delegation
from iurc_events.models.events import Event
from iurc_events.models.letters import Letter
from iurc_events.models.programmes import Programme
from tests.factories import make_city, make_event, make_programme, make_speaker, make_user, sign_in


@pytest.fixture
def programme(sqlite_app: Flask) -> Programme:
    sqlite_app.config["WTF_CSRF_ENABLED"] = False  # the token is tested elsewhere
    return make_programme("iurc-china")


@pytest.fixture
def desk(sqlite_client: FlaskClient, programme: Programme) -> FlaskClient:
    return sign_in(sqlite_client, make_user("organiser", programme=programme))


@pytest.fixture
def event(programme: Programme) -> Event:
    event = make_event("2027-roofs", programme)
    for slug in ("ghent", "yangzhou"):
        db.session.add(Delegation(event_id=event.id, city_id=make_city(slug, programme).id))
    db.session.commit()
    return event


def _text(page: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", " ", page))


def test_letters_are_issued_for_the_chosen_cities_and_named_in_the_register(desk: FlaskClient, event: Event) -> None:
    address = f"/en/organise/events/{event.slug}/letters"
    chosen = db.session.query(Delegation).order_by(Delegation.id).first()
    assert chosen

    answer = desk.post(
        address,
        data={"delegations": [str(chosen.public_id)], "addition-en": "Bring a coat.", "issued_on": "2027-03-05"},
    )
    page = _text(desk.get(address).text)

    assert (answer.status_code, "IURC-CHINA/2027/0001" in page, "IURC-CHINA/2027/0002" in page) == (303, True, False)
    letter = db.session.query(Letter).one()
    pdf = desk.get(f"/en/organise/letters/{letter.public_id}.pdf?first=zh")
    assert (pdf.status_code, pdf.mimetype, pdf.data[:5]) == (200, "application/pdf", b"%PDF-")
    assert pdf.headers["Cache-Control"] == "private, no-store"


def test_no_city_chosen_is_said_beside_the_cities_and_keeps_what_was_typed(desk: FlaskClient, event: Event) -> None:
    answer = desk.post(
        f"/en/organise/events/{event.slug}/letters", data={"addition-zh": "请带外套。", "issued_on": "2027-03-05"}
    )
    text = _text(answer.text)
    assert (answer.status_code, "Choose at least one delegation" in text, "请带外套。" in text) == (422, True, True)
    assert db.session.query(Letter).count() == 0


def test_person_is_found_in_either_script_and_gets_a_letter(desk: FlaskClient, event: Event) -> None:
    speaker = make_speaker(event)
    speaker.name = {"en": "Testina Muster", "zh": "测试娜"}
    db.session.commit()
    address = f"/en/organise/events/{event.slug}/letters"
    found = [str(speaker.public_id) in desk.get(f"{address}?q={query}").text for query in ("muster", "测试", "nobody")]

    person = {"kind": "speaker", "person": str(speaker.public_id), "issued_on": "2027-03-05"}
    refused = desk.post(f"{address}/confirmations?q=muster", data=person | {"purpose": "attendance"})
    given = desk.post(f"{address}/confirmations?q=muster", data=person | {"purpose": "visa"})

    assert found == [True, True, False]
    assert (refused.status_code, "It is not on record that this person came" in _text(refused.text)) == (422, True)
    assert (given.status_code, db.session.query(Letter).one().contents["purpose"]) == (303, "visa")


def test_letterhead_is_kept_in_both_languages(desk: FlaskClient, programme: Programme) -> None:
    address = f"/en/organise/programmes/{programme.slug}/letterhead"
    wrong = desk.post(address, data={"office-en": "Test Office", "prefix": "not so!"})
    right = desk.post(address, data={"office-en": "Test Office", "office-zh": "测试办公室", "prefix": "TEST-1"})

    db.session.refresh(programme)
    assert (wrong.status_code, "Use letters, digits and hyphens" in wrong.text) == (422, True)
    assert (right.status_code, programme.letterhead, programme.letter_prefix) == (
        303,
        {"office": {"en": "Test Office", "zh": "测试办公室"}},
        "TEST-1",
    )


def test_a_city_finds_its_own_letters(desk: FlaskClient, event: Event, sqlite_app: Flask) -> None:
    one, other = db.session.query(Delegation).order_by(Delegation.id)
    for each in (one, other):
        desk.post(
            f"/en/organise/events/{event.slug}/letters",
            data={"delegations": [str(each.public_id)], "issued_on": "2027-03-05"},
        )
    letters = db.session.query(Letter).order_by(Letter.id).all()
    delegate = sign_in(sqlite_app.test_client(), make_user("delegate", city=one.city))

    page = _text(delegate.get(f"/zh/delegation/{one.public_id}/letters").text)
    own = delegate.get(f"/zh/delegation/{one.public_id}/letters/{letters[0].public_id}.pdf")
    strange = delegate.get(f"/zh/delegation/{one.public_id}/letters/{letters[1].public_id}.pdf")

    assert (letters[0].number in page, letters[1].number in page) == (True, False)
    assert (own.status_code, strange.status_code) == (200, 404)
