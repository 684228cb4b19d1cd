"""A new mail address of one's own: asked for, confirmed once by a link, the old address told, nothing given away."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from iurc_events import addresses
from iurc_events.database import db, utc_now
from iurc_events.models.accounts import OneTimeToken
from iurc_events.models.events import Event
from iurc_events.models.messages import Message
from iurc_events.models.participants import Participant
from iurc_events.models.revisions import AuditEntry
from iurc_events.models.speakers import PersonKey, Speaker
from iurc_events.services import erasure, own_addresses, participant_persons, participants, person_keys, speaker_notices
from iurc_events.services.data_subjects import find
from iurc_events.services.participants import Registration
from tests.factories import make_city, make_event, make_programme, make_speaker

ASK = "/en/my/registration/address"


@pytest.fixture
def event(app: Flask) -> Event:
    app.config["WTF_CSRF_ENABLED"] = False
    return make_event("2027-green-roofs", make_programme("iurc-test"), is_registration_open=True, capacity=9)


def sign_up(event: Event, email: str, language: str = "en") -> Participant:
    participants.sign_up(event.id, Registration("Test Person", email, "Office", None, "government", "online", language))
    return db.session.scalars(select(Participant).where(Participant.email == email)).one()


@pytest.fixture
def holder(event: Event, client: FlaskClient) -> FlaskClient:
    """Return a participant who opened the personal link."""
    participant = sign_up(event, "old@example.org")
    participant_persons.ensure(event, [participant])
    db.session.commit()
    found = re.search(r"/en/my/[a-z2-7]{26}", db.session.query(Message).one().text)
    assert found
    assert client.get(found[0]).status_code == 303
    return client


def mails() -> list[tuple[str, str]]:
    db.session.expire_all()
    rows = db.session.query(Message).filter(Message.kind.startswith("address")).order_by(Message.id)
    return [(row.kind, row.to_email) for row in rows]


def link_to(email: str) -> str:
    row = db.session.query(Message).filter_by(to_email=email, kind="address-confirmation").order_by(Message.id).all()
    found = re.search(r"/en/confirm-address/[a-z2-7]{26}", row[-1].text)
    assert found
    return found[0]


def emails() -> list[str | None]:
    db.session.expire_all()
    return list(db.session.scalars(select(Participant.email).order_by(Participant.id)))


def test_participant_gets_the_new_address_only_after_the_button_of_the_link(holder: FlaskClient) -> None:
    assert holder.get(ASK).status_code == 200
    assert holder.post(ASK, data={"email": "New＠Example.org"}).status_code == 303
    assert (emails(), mails()) == (
        ["old@example.org"],
        [("address-confirmation", "new@example.org"), ("address-note", "old@example.org")],
    )
    link = link_to("new@example.org")
    pages = [holder.get(link) for _ in range(2)]
    assert ([page.status_code for page in pages], emails()) == ([200, 200], ["old@example.org"])
    answer = holder.post(link)
    assert (answer.status_code, emails()) == (303, ["new@example.org"])
    assert "Your new mail address is confirmed" in holder.get(answer.headers["Location"]).text
    assert mails()[2:] == [("address-note", "old@example.org")]
    assert [holder.get(link).status_code, holder.post(link).status_code] == [410, 410]
    person = db.session.scalars(select(Participant)).one().person
    assert person
    assert person.email == "new@example.org"
    wanted = {(key.kind, key.key_hash) for key in person_keys.likeable_of(person).stored_keys()}
    keys = db.session.query(PersonKey).filter_by(person_id=person.id)
    assert {(key.kind, key.key_hash) for key in keys} == wanted
    actions = db.session.scalars(
        select(AuditEntry.action).where(AuditEntry.action.startswith("mail address")).order_by(AuditEntry.id)
    ).all()
    assert actions == ["mail address: change asked for", "mail address changed"]


def test_speaker_changes_the_address_from_the_own_page(event: Event, client: FlaskClient) -> None:
    speaker = make_speaker(event, city=make_city("sofia", event.programme), email="old@example.org")
    speaker.person.email = "old@example.org"
    link = speaker_notices.personal_link(event, speaker, "en")
    db.session.commit()
    client.get("/en/speaker/" + link.rpartition("/")[2])
    assert "/en/speaker/profile/address" in client.get("/en/speaker/profile").text
    assert client.post("/en/speaker/profile/address", data={"email": "new@example.org"}).status_code == 303
    assert db.session.scalars(select(Speaker.email)).one() == "old@example.org"
    assert client.post(link_to("new@example.org")).status_code == 303
    db.session.expire_all()
    changed = db.session.scalars(select(Speaker)).one()
    assert (changed.email, changed.person.email) == ("new@example.org", "new@example.org")


def test_answer_is_the_same_for_an_address_that_is_known(event: Event, holder: FlaskClient) -> None:
    sign_up(event, "known@example.org")
    answers = [holder.post(ASK, data={"email": email}) for email in ("known@example.org", "nobody@example.org")]
    pages = [holder.get(ASK).text for _ in answers]
    assert len({(answer.status_code, answer.headers["Location"]) for answer in answers}) == 1
    assert ["on its way" in page for page in pages] == [True, False]
    assert [email for kind, email in mails() if kind == "address-confirmation"] == [
        "known@example.org",
        "nobody@example.org",
    ]


def test_address_of_another_registration_is_refused_to_its_owner_alone(event: Event, holder: FlaskClient) -> None:
    sign_up(event, "known@example.org")
    holder.post(ASK, data={"email": "known@example.org"})
    answer = holder.post(link_to("known@example.org"))
    assert (answer.status_code, emails()) == (409, ["old@example.org", "known@example.org"])


def test_later_wish_withdraws_the_earlier_one_and_time_ends_both(holder: FlaskClient) -> None:
    for email in ("first@example.org", "second@example.org"):
        holder.post(ASK, data={"email": email})
    first, second = link_to("first@example.org"), link_to("second@example.org")
    assert [holder.get(first).status_code, holder.get(second).status_code] == [410, 200]
    later = utc_now() + timedelta(hours=25)
    db.session.rollback()
    own_addresses.forget_old(later)
    assert (holder.get(second).status_code, db.session.query(OneTimeToken).filter_by(purpose="address").count()) == (
        410,
        0,
    )
    assert [kind for kind, _ in mails()] == ["address-note", "address-note"]


def test_wish_is_refused_when_it_is_the_same_no_address_or_one_too_many(holder: FlaskClient) -> None:
    codes = [holder.post(ASK, data={"email": email}).status_code for email in ("OLD@example.org", "nonsense")]
    many = [holder.post(ASK, data={"email": f"n{number}@example.org"}).status_code for number in range(6)]
    assert (codes, many) == ([422, 422], [303] * 5 + [429])
    assert emails() == ["old@example.org"]


def test_page_is_not_found_without_a_personal_link(event: Event, client: FlaskClient) -> None:
    paths = [ASK, "/zh/speaker/profile/address", addresses.address_change("a" * 26, "zh")]
    assert [client.get(path).status_code for path in paths] == [404, 404, 410]


def test_erasure_finds_the_wish_and_the_letter_to_the_new_address(holder: FlaskClient) -> None:
    holder.post(ASK, data={"email": "new@example.org"})
    db.session.rollback()
    erasure.erase(find(emails=["old@example.org"]), reason="request", actor_id=None)
    assert (mails(), db.session.query(OneTimeToken).count(), emails()) == ([], 0, [None])
