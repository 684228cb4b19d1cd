"""Places by role, waiting lists, substitutes and changes after the deadline, read from the pages of both desks."""

from __future__ import annotations

import re
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient

from iurc_events.database import db
from iurc_events.mail import Quota
from iurc_events.models.accounts import User
from iurc_events.models.change_requests import ChangeRequest
from iurc_events.models.delegations import Delegation
from iurc_events.models.events import Event
from iurc_events.models.messages import Message
from iurc_events.models.participants import Participant
from iurc_events.models.speakers import Speaker
from iurc_events.services import change_requests, delegations
from iurc_events.services.delegations import CityInvitation, FocalPointDetails
from tests.factories import make_city, make_event, make_programme, make_user, sign_in

PERSON = {"family_zh": "陈", "given_zh": "测试", "organisation-zh": "测试局", "mode": "online"}


class Desks:
    """An event with two cities, a delegate of the first and an organiser, both signed in."""

    def __init__(self, app: Flask) -> None:
        app.config["WTF_CSRF_ENABLED"] = False
        programme = make_programme("iurc-test")
        self.event = make_event("2027-green-roofs", programme)
        self.organiser: User = make_user("organiser", programme=programme)
        cities = [
            make_city("alpha", programme, side="China", time_zone="Asia/Shanghai"),
            make_city("beta", programme),
        ]
        self.alpha, self.beta = delegations.invite(
            actor=self.organiser,
            event_id=self.event.id,
            cities=[CityInvitation(each.id, (FocalPointDetails(f"{each.slug}@example.org"),)) for each in cities],
            quotas=[Quota("speaker", "any", 1), Quota("participant", "any", 1), Quota("observer", "any", 0)],
            deadline_on=None,
        )
        self.delegate = sign_in(app.test_client(), make_user("delegate", city=cities[0], email="alpha@example.org"))
        self.desk = f"/en/delegation/{self.alpha.public_id}"
        self.office = sign_in(app.test_client(), self.organiser)
        self.pages = f"/en/organise/events/{self.event.slug}"

    def end_deadline(self) -> None:
        for each in db.session.query(Delegation):
            each.deadline_on = "2026-01-05"
        db.session.commit()


@pytest.fixture
def desks(sqlite_app: Flask) -> Desks:
    return Desks(sqlite_app)


def words(client: FlaskClient, path: str) -> str:
    answer = client.get(path, follow_redirects=True)
    assert answer.status_code == 200, path
    main = answer.text.split("<main", 1)[1]
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", main)))


def test_desk_registers_each_role_in_its_own_places(desks: Desks) -> None:
    assert desks.delegate.post(f"{desks.desk}/speakers", data={**PERSON, "role": "participant"}).status_code == 303
    person = db.session.query(Participant).one()
    assert (person.name, person.name_other, person.role, person.state) == (
        "陈测试", "Chen Ceshi", "participant", "registered",
    )  # fmt: skip
    page = words(desks.delegate, f"{desks.desk}?role=participant")
    assert "Participants 1 / 1" in page
    assert "Speakers 0 / 1" in page
    assert "Observers" not in page
    assert "Topic of the talk" not in page
    printed = words(desks.delegate, f"{desks.desk}/print")
    assert re.search(r"1 Chen\s*Ceshi\s*陈\s*测试\s*Participant", printed)


def test_a_full_role_offers_the_waiting_list_in_words(desks: Desks) -> None:
    desks.delegate.post(f"{desks.desk}/speakers", data=PERSON)
    page = words(desks.delegate, desks.desk)
    assert "All places of your city are used." in page
    assert "Free places go to those who have waited longest." in page
    assert "Put on the waiting list" in page

    asked = desks.delegate.post(f"{desks.desk}/speakers", data={**PERSON, "given_zh": "二"})
    assert asked.status_code == 422
    assert "Put the person on the waiting list" in asked.text
    assert 'class="error-summary"' not in asked.text
    desks.delegate.post(f"{desks.desk}/speakers", data={**PERSON, "given_zh": "二", "may_wait": "y"})
    page = words(desks.delegate, desks.desk)
    assert "No. 1 on your city’s waiting list, no. 1 of all cities" in page
    assert "1 person waits" in page

    first = db.session.query(Speaker).order_by(Speaker.id).first()
    assert first
    desks.delegate.post(f"{desks.desk}/speakers/{first.public_id}/withdraw")
    db.session.expire_all()
    assert [each.state for each in db.session.query(Speaker).order_by(Speaker.id)] == ["withdrawn", "nominated"]


def test_desk_replaces_a_speaker(desks: Desks) -> None:
    desks.delegate.post(f"{desks.desk}/speakers", data=PERSON)
    old = db.session.query(Speaker).one()
    path = f"{desks.desk}/speakers/{old.public_id}/replace"
    assert "Replace Chen Ceshi" in words(desks.delegate, path)
    answer = desks.delegate.post(path, data={**PERSON, "given_zh": "新", "version": str(old.version)})
    assert answer.status_code == 303
    db.session.expire_all()
    states = [(each.name["zh"], each.state) for each in db.session.query(Speaker).order_by(Speaker.id)]
    assert states == [("陈测试", "withdrawn"), ("陈新", "nominated")]


def test_a_change_after_the_deadline_goes_through_the_organiser(desks: Desks) -> None:
    desks.delegate.post(f"{desks.desk}/speakers", data=PERSON)
    speaker = db.session.query(Speaker).one()
    desks.end_deadline()
    path = f"{desks.desk}/speakers/{speaker.public_id}"
    assert "Ask for the change" in words(desks.delegate, path)
    without = desks.delegate.post(path, data={**PERSON, "topic-zh": "海绵城市", "version": str(speaker.version)})
    assert (without.status_code, "Say in a word why" in without.text) == (422, True)
    data = {**PERSON, "topic-zh": "海绵城市", "version": str(speaker.version), "reason": "New topic"}
    assert desks.delegate.post(path, data=data).status_code == 303
    assert "You asked: Change details. The programme team decides." in words(desks.delegate, desks.desk)

    asked = db.session.query(ChangeRequest).one()
    assert "1 change waits for your decision" in words(desks.office, "/en/organise/")
    assert "Chen Ceshi Change details New topic" in words(desks.office, f"{desks.pages}/requests")
    page = words(desks.office, f"{desks.pages}/requests/{asked.public_id}")
    assert "Topic of the talk empty 海绵城市" in page
    address = f"{desks.pages}/requests/{asked.public_id}/accept"
    accepted = desks.office.post(address, data={"version": str(speaker.version), "note": "Fine"})
    assert accepted.status_code == 303
    db.session.expire_all()
    assert (db.session.query(Speaker).one().topic, db.session.query(ChangeRequest).one().details) == (
        {"zh": "海绵城市"},
        {},
    )
    assert "The programme team wrote: Fine" in words(desks.delegate, desks.desk)
    assert "Chen Ceshi" in words(desks.office, f"{desks.pages}/requests?show=decided")


def test_organiser_sees_both_versions_where_the_person_changed_meanwhile(desks: Desks) -> None:
    desks.delegate.post(f"{desks.desk}/speakers", data=PERSON)
    speaker = db.session.query(Speaker).one()
    desks.end_deadline()
    seen = str(speaker.version)
    path = f"{desks.desk}/speakers/{speaker.public_id}"
    desks.delegate.post(path, data={**PERSON, "topic-zh": "海绵城市", "version": seen, "reason": "New"})
    stored = db.session.query(Speaker).one()
    stored.topic, stored.version = {"zh": "绿色屋顶"}, stored.version + 1
    db.session.commit()
    asked = db.session.query(ChangeRequest).one()
    answer = desks.office.post(f"{desks.pages}/requests/{asked.public_id}/accept", data={"version": seen})
    assert answer.status_code == 422
    assert all(text in answer.text for text in ("绿色屋顶", "海绵城市", "The person changed since the city asked."))
    refused = desks.office.post(f"{desks.pages}/requests/{asked.public_id}/refuse", data={"note": "Too late"})
    assert refused.status_code == 303
    db.session.expire_all()
    assert db.session.query(ChangeRequest).one().state == "refused"


def test_withdrawing_after_the_deadline_is_asked_for_and_taken_back(desks: Desks) -> None:
    desks.delegate.post(f"{desks.desk}/speakers", data={**PERSON, "role": "participant"})
    person = db.session.query(Participant).one()
    desks.end_deadline()
    path = f"{desks.desk}/speakers/{person.public_id}/withdraw"
    assert "Ask to withdraw" in words(desks.delegate, path)
    assert desks.delegate.post(path, data={"reason": "Ill"}).status_code == 303
    asked = db.session.query(ChangeRequest).one()
    assert (asked.kind, asked.participant_id, db.session.query(Participant).one().state) == (
        "withdraw", person.id, "registered",
    )  # fmt: skip
    desks.delegate.post(f"{desks.desk}/requests/{asked.public_id}/take-back")
    db.session.expire_all()
    assert db.session.query(ChangeRequest).one().state == "taken-back"


def test_organiser_chooses_the_rule_and_gives_unused_places(desks: Desks) -> None:
    desks.delegate.post(f"{desks.desk}/speakers", data=PERSON)
    desks.delegate.post(f"{desks.desk}/speakers", data={**PERSON, "given_zh": "二", "may_wait": "y"})
    chosen = desks.office.post(f"{desks.pages}/delegations/waiting-rule", data={"rule": "fewest-first"})
    assert chosen.status_code == 303
    db.session.expire_all()
    assert db.session.get_one(Event, desks.event.id).waiting_rule == "fewest-first"
    assert "Nobody would move up" in words(desks.office, f"{desks.pages}/delegations/unused-places")
    desks.end_deadline()
    assert "Chen Er Alpha Speaker Beta" in words(desks.office, f"{desks.pages}/delegations/unused-places")
    desks.office.post(f"{desks.pages}/delegations/unused-places")
    db.session.expire_all()
    assert [each.state for each in db.session.query(Speaker)] == ["nominated", "nominated"]
    assert "Speakers 2 / 2" in words(desks.office, f"{desks.pages}/delegations")


def test_delegate_hands_over_and_leaves(desks: Desks) -> None:
    path = f"{desks.desk}/hand-over"
    assert "Hand over to a colleague" in words(desks.delegate, path)
    empty = desks.delegate.post(path, data={"stays": "no", "language": "en"})
    assert empty.status_code == 422
    data = {"email": "colleague@example.org", "name": "A Colleague", "language": "zh", "stays": "no"}
    assert desks.delegate.post(path, data=data).location == "/en/account/"
    assert desks.delegate.get(desks.desk).status_code == 404
    db.session.expire_all()
    points = [each.email for each in db.session.get_one(Delegation, desks.alpha.id).focal_points]
    assert points == ["colleague@example.org"]


def test_requests_of_others_are_not_found(desks: Desks) -> None:
    desks.delegate.post(f"{desks.desk}/speakers", data=PERSON)
    speaker = db.session.query(Speaker).one()
    desks.end_deadline()
    desks.delegate.post(f"{desks.desk}/speakers/{speaker.public_id}/withdraw", data={"reason": "Ill"})
    asked = db.session.query(ChangeRequest).one()
    app = desks.office.application
    stranger = sign_in(app.test_client(), make_user("delegate", city=desks.beta.city))
    other = sign_in(app.test_client(), make_user("organiser", programme=make_programme()))
    beta = f"/en/delegation/{desks.beta.public_id}"
    assert [
        stranger.post(f"{desks.desk}/requests/{asked.public_id}/take-back").status_code,
        stranger.post(f"{beta}/requests/{asked.public_id}/take-back").status_code,
        stranger.get(f"{beta}/speakers/{speaker.public_id}/replace").status_code,
        stranger.get(f"{desks.desk}/hand-over").status_code,
        other.get(f"{desks.pages}/requests/{asked.public_id}").status_code,
        other.post(f"{desks.pages}/requests/{asked.public_id}/accept").status_code,
        other.post(f"{desks.pages}/delegations/unused-places").status_code,
    ] == [404] * 7


def test_organiser_corrects_withdraws_and_brings_back_a_participant(desks: Desks) -> None:
    desks.delegate.post(f"{desks.desk}/speakers", data={**PERSON, "role": "participant"})
    person = db.session.query(Participant).one()
    page = f"{desks.pages}/delegations/{desks.alpha.public_id}/members/{person.public_id}"
    assert 'value="陈"' in desks.office.get(page).text
    typed = {**PERSON, "family_en": "Chen", "given_en": "Ceshi", "organisation-zh": "样本局", "version": person.version}
    assert desks.office.post(page, data=typed).status_code == 303
    refused = desks.office.post(page, data=typed)
    assert (refused.status_code, "Somebody else changed this person" in refused.text) == (422, True)
    states = []
    for step in ("withdraw", "bring-back", "bring-back"):
        assert desks.office.post(f"{page}/{step}").status_code == 303
        db.session.expire_all()
        states.append(db.session.query(Participant).one().state)
    assert states == ["cancelled", "registered", "registered"]
    assert db.session.query(Participant).one().organisation == "样本局"


def test_city_brings_back_a_participant_while_there_is_a_place(desks: Desks) -> None:
    for given in ("测试", "试验"):
        data = {**PERSON, "given_zh": given, "role": "participant", "may_wait": "y"}
        desks.delegate.post(f"{desks.desk}/speakers", data=data)
    first = db.session.query(Participant).order_by(Participant.id).first()
    assert first is not None
    page = f"{desks.desk}/speakers/{first.public_id}"
    assert desks.delegate.post(f"{page}/withdraw").status_code == 303
    assert "Register again" in words(desks.delegate, desks.desk)
    assert "All 1 places for participants" in desks.delegate.post(f"{page}/bring-back", follow_redirects=True).text
    db.session.expire_all()
    assert [each.state for each in db.session.query(Participant).order_by(Participant.id)] == [
        "cancelled",
        "registered",
    ]


def test_forms_of_the_city_say_briefly_how_data_is_treated_on_its_side(desks: Desks) -> None:
    for role in ("speaker", "participant"):
        page = words(desks.delegate, f"{desks.desk}?role={role}")
        assert ("under the PIPL" in page, "under the GDPR" in page) == (True, False)


def test_notice_after_an_accepted_request_names_the_delegate_who_asked(desks: Desks) -> None:
    desks.end_deadline()
    data = {**PERSON, "role": "participant", "email": "chen@example.org", "reason": "Probe"}
    assert desks.delegate.post(f"{desks.desk}/speakers", data=data).status_code == 303
    asked = db.session.query(ChangeRequest).one()
    change_requests.accept(actor=db.session.get_one(User, desks.organiser.id), request_id=asked.id)
    notice = db.session.query(Message).filter_by(kind="member-notice").one()
    assert asked.asked_by is not None
    assert ((asked.asked_by.name or asked.asked_by.email) in notice.text) is True
