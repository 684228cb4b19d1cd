"""Pages on which an event asks people for more than their name: who sees what, and what is never bound."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from iurc_events import addresses
from iurc_events.database import db, utc_now
from iurc_events.models.accounts import User
from iurc_events.models.cities import City
from iurc_events.models.delegations import Delegation, DelegationQuota
from iurc_events.models.events import Event
from iurc_events.models.messages import Message
from iurc_events.models.participants import Participant, SpecialNeed
from iurc_events.models.speakers import Speaker
from iurc_events.services import participants, tokens
from iurc_events.services.participants import OwnDetails
from tests.factories import make_city, make_event, make_programme, make_slot, make_speaker, make_user, sign_in

SIGN_UP = {
    "name": "Testina Muster", "email": "testina@example.org", "organisation": "Test Office", "city": "",
    "stakeholder_type": "government", "mode": "online", "consent": "y",
}  # fmt: skip
MEMBER = {
    "role": "participant", "family_en": "Muster", "given_en": "Anna", "family_zh": "", "given_zh": "",
    "organisation-en": "City of Sofia", "organisation-zh": "", "title-en": "", "title-zh": "", "mode": "online",
    "email": "anna@example.org", "stakeholder_type": "government",
}  # fmt: skip
PAGE = {
    "family_en": "Muster", "given_en": "Testina", "organisation-en": "Test Office", "honorific": "",
    "language_spoken": "", "interpretation": "", "focus": "centre", "step": "save",
}  # fmt: skip
GIVEN = {"dietary": "Vegan", "accessibility": "Ramp", "visa": "Beijing", "gender": "female"}


@pytest.fixture
def event(sqlite_app: Flask) -> Event:
    sqlite_app.config["WTF_CSRF_ENABLED"] = False
    programme = make_programme("iurc-test")
    make_city("sofia", programme)
    event = make_event("2027-green-roofs", programme, is_registration_open=True, asks_for=["dietary", "visa", "gender"])
    db.session.commit()
    return event


@pytest.fixture
def delegation(event: Event) -> Delegation:
    city = db.session.query(City).one()
    delegation = Delegation(event_id=event.id, city_id=city.id, state="opened", deadline_on="2099-04-01")
    delegation.quotas = [DelegationQuota(role="participant", mode="any", places=5)]
    db.session.add(delegation)
    db.session.commit()
    return delegation


def organiser(event: Event) -> User:
    return make_user("organiser", programme=event.programme)


def stored() -> list[tuple[str | None, str | None, str | None, bool]]:
    db.session.expire_all()
    rows = db.session.query(SpecialNeed).order_by(SpecialNeed.id)
    return [(row.dietary, row.accessibility, row.visa, row.is_own) for row in rows]


def controls(page: str) -> list[str]:
    return re.findall(r'<(?:input|textarea|select)[^>]* name="(dietary|accessibility|visa|gender)"', page)


def open_registration(client: FlaskClient) -> str:
    message = db.session.query(Message).order_by(Message.id).all()[-1]
    found = re.search(r"/en/my/[a-z2-7]{26}", message.text)
    assert found
    return client.get(found[0], follow_redirects=True).text


def open_speaker_page(client: FlaskClient, speaker: Speaker) -> str:
    token = tokens.issue(
        "speaker", event_id=speaker.event_id, payload={"speaker_id": speaker.id}, lifetime=timedelta(days=9)
    )
    db.session.commit()
    return client.get(addresses.speaker(token, "en"), follow_redirects=True).text


def version_of(page: str) -> str:
    tag = re.search(r'<input[^>]*name="version"[^>]*>', page)
    assert tag
    found = re.search(r'value="(\d+)"', tag[0])
    assert found
    return found[1]


def test_sign_up_asks_what_the_event_asks_and_binds_nothing_else(event: Event, sqlite_client: FlaskClient) -> None:
    page = sqlite_client.get("/en/events/2027-green-roofs/sign-up").text
    assert controls(page) == ["dietary", "visa", "gender"]
    assert page.count("Deleted 30 days after the event.") == 2
    first_choice = re.search(r'<select[^>]* name="gender".*?<option[^>]*>(.*?)</option>', page, re.DOTALL)
    assert first_choice
    assert first_choice[1] == "Prefer not to say"
    assert sqlite_client.post("/en/events/2027-green-roofs/sign-up", data={**SIGN_UP, **GIVEN}).status_code == 303
    assert stored() == [("Vegan", None, "Beijing", True)]
    assert db.session.query(Participant).one().gender == "female"


def test_event_that_asks_for_nothing_shows_and_binds_nothing(event: Event, sqlite_client: FlaskClient) -> None:
    event.asks_for = []
    db.session.commit()
    page = sqlite_client.get("/en/events/2027-green-roofs/sign-up").text
    assert (controls(page), "Needs at the event" in page) == ([], False)
    sqlite_client.post("/en/events/2027-green-roofs/sign-up", data={**SIGN_UP, **GIVEN})
    page = open_registration(sqlite_client)
    assert controls(page) == []
    answer = sqlite_client.post("/en/my/registration", data={**SIGN_UP, **GIVEN, "version": version_of(page)})
    assert (answer.status_code, stored(), db.session.query(Participant).one().gender) == (303, [], None)


def test_too_long_a_need_is_refused_beside_its_field(event: Event, sqlite_client: FlaskClient) -> None:
    answer = sqlite_client.post("/en/events/2027-green-roofs/sign-up", data={**SIGN_UP, "dietary": "x" * 501})
    assert (answer.status_code, "Write at most 500 characters" in answer.text, stored()) == (422, True, [])


def test_own_registration_shows_both_versions_when_somebody_else_changed_it(
    event: Event, sqlite_client: FlaskClient
) -> None:
    sqlite_client.post("/en/events/2027-green-roofs/sign-up", data={**SIGN_UP, "dietary": "Vegan"})
    page = open_registration(sqlite_client)
    assert 'value="Vegan"' in page
    old = version_of(page)
    participants.change(
        db.session.query(Participant).one().id,
        OwnDetails("Other Name", "Test Office", "government", "online", needs={"dietary": "Halal"}),
    )
    mine = {**SIGN_UP, "name": "My Name", "dietary": "Vegetarian"}
    answer = sqlite_client.post("/en/my/registration", data={**mine, "version": old})
    rows = re.findall(r'<th scope="row">(.*?)</th><td[^>]*>(.*?)</td><td[^>]*>(.*?)</td>', answer.text)
    assert answer.status_code == 422
    assert rows == [("Your name", "Other Name", "My Name"), ("Food and drink", "Halal", "Vegetarian")]
    again = sqlite_client.post("/en/my/registration", data={**mine, "version": version_of(answer.text)})
    assert (again.status_code, stored()) == (303, [("Vegetarian", None, None, True)])


def test_own_registration_cannot_be_changed_after_the_event(event: Event, sqlite_client: FlaskClient) -> None:
    sqlite_client.post("/en/events/2027-green-roofs/sign-up", data=SIGN_UP)
    version = version_of(open_registration(sqlite_client))
    event.slot = make_slot("2021-04-29T09:00", "2021-04-29T11:00")
    db.session.commit()
    answer = sqlite_client.post("/en/my/registration", data={**SIGN_UP, "name": "Later", "version": version})
    db.session.expire_all()
    assert (answer.status_code, db.session.query(Participant).one().name) == (422, "Testina Muster")


def test_registration_opens_at_midnight_of_the_event_and_not_of_greenwich(
    event: Event, sqlite_client: FlaskClient
) -> None:
    event.slot = make_slot("2099-04-29T09:00", "2099-04-29T11:00", "Pacific/Kiritimati")
    tomorrow_there = (utc_now() + timedelta(hours=14)).date() + timedelta(days=1)
    event.registration_opens_on = tomorrow_there.isoformat()
    db.session.commit()
    assert "Registration is closed" in sqlite_client.get("/en/events/2027-green-roofs/sign-up").text
    event.registration_opens_on = (tomorrow_there - timedelta(days=1)).isoformat()
    db.session.commit()
    assert "Registration is closed" not in sqlite_client.get("/en/events/2027-green-roofs/sign-up").text


def test_speaker_gives_needs_and_gender_on_the_own_page(event: Event, sqlite_client: FlaskClient) -> None:
    speaker = make_speaker(event, family_name={"en": "Muster"})
    page = open_speaker_page(sqlite_client, speaker)
    assert controls(page) == ["dietary", "visa", "gender"]
    answer = sqlite_client.post("/en/speaker/profile", data={**PAGE, **GIVEN, "version": version_of(page)})
    assert (answer.status_code, stored()) == (303, [("Vegan", None, "Beijing", True)])
    assert db.session.get_one(Speaker, speaker.id).gender == "female"
    mine = {**PAGE, **GIVEN, "dietary": "Halal", "version": version_of(page)}
    answer = sqlite_client.post("/en/speaker/profile", data=mine)
    assert (answer.status_code, "Vegan" in answer.text) == (422, True)


def test_delegate_sees_what_the_city_gave_but_not_what_the_person_gave(
    event: Event, delegation: Delegation, sqlite_client: FlaskClient
) -> None:
    delegate = sign_in(sqlite_client, make_user("delegate", city=delegation.city))
    desk = f"/en/delegation/{delegation.public_id}"
    assert controls(delegate.get(f"{desk}?role=participant").text) == ["dietary", "visa", "gender"]
    assert delegate.post(f"{desk}/speakers", data={**MEMBER, **GIVEN}).status_code == 303
    assert stored() == [("Vegan", None, "Beijing", False)]
    member = db.session.query(Participant).one()
    address = f"{desk}/speakers/{member.public_id}"
    page = delegate.get(address).text
    assert ('value="Vegan"' in page, controls(page)) == (True, ["dietary", "visa", "gender"])
    participants.change(
        member.id, OwnDetails("Anna Muster", "City of Sofia", "government", "online", needs={"dietary": "Coeliac"})
    )
    page = delegate.get(address).text
    assert ("Coeliac" in page, "It is not shown here." in page, controls(page)) == (False, True, ["gender"])
    answer = delegate.post(address, data={**MEMBER, **GIVEN, "version": version_of(page)})
    assert (answer.status_code, stored()) == (303, [("Coeliac", None, "Beijing", True)])


def test_delegate_changes_needs_of_a_member(event: Event, delegation: Delegation, sqlite_client: FlaskClient) -> None:
    delegate = sign_in(sqlite_client, make_user("delegate", city=delegation.city))
    desk = f"/en/delegation/{delegation.public_id}/speakers"
    delegate.post(desk, data={**MEMBER, **GIVEN})
    address = f"{desk}/{db.session.query(Participant).one().public_id}"
    old = version_of(delegate.get(address).text)
    answer = delegate.post(address, data={**MEMBER, **GIVEN, "dietary": "Halal", "version": old})
    assert (answer.status_code, stored()) == (303, [("Halal", None, "Beijing", False)])
    answer = delegate.post(address, data={**MEMBER, **GIVEN, "dietary": "Vegetarian", "version": old})
    assert (answer.status_code, "Halal" in answer.text, stored()[0][0]) == (422, True, "Halal")


def test_organiser_chooses_what_people_are_asked_for(event: Event, sqlite_client: FlaskClient) -> None:
    desk = sign_in(sqlite_client, organiser(event))
    page = desk.get("/en/organise/events/2027-green-roofs").text
    checked = re.findall(r'name="asks_for" value="(\w+)" checked', page)
    assert checked == ["dietary", "visa", "gender"]
    assert "Deleted 30 days after the event." in page


def test_needs_page_holds_totals_names_and_files_for_organisers(event: Event, sqlite_client: FlaskClient) -> None:
    for name in ("a", "b"):
        data = {**SIGN_UP, "email": f"{name}@example.org", "dietary": "Vegetarian"}
        sqlite_client.post("/en/events/2027-green-roofs/sign-up", data=data)
    desk = sign_in(sqlite_client, organiser(event))
    address = "/en/organise/events/2027-green-roofs/needs"
    page = desk.get(address)
    assert '<th scope="row">Vegetarian</th><td data-label="People" class="figure">2</td>' in page.text
    assert ("Nobody has said anything yet." in page.text, "Deleted here after 2027-05-29" in page.text) == (True, True)
    assert page.headers["Cache-Control"] == "private, no-store"
    files = [desk.get(f"{address}?as={kind}") for kind in ("csv", "xlsx")]
    assert [answer.headers["Content-Disposition"] for answer in files] == [
        "attachment; filename=needs-2027-green-roofs.csv", "attachment; filename=needs-2027-green-roofs.xlsx",
    ]  # fmt: skip
    assert files[0].data.decode("utf-8-sig").count("Vegetarian") == 2


def test_needs_page_of_an_event_that_asks_for_nothing_says_so(event: Event, sqlite_client: FlaskClient) -> None:
    event.asks_for = []
    db.session.commit()
    desk = sign_in(sqlite_client, organiser(event))
    assert "本活动未询问需求" in desk.get("/zh/organise/events/2027-green-roofs/needs").text
