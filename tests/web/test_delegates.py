"""A city's own desk: opening an invitation, registering speakers within quota and deadline, and nobody else's."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from iurc_events.database import db
from iurc_events.mail import Quota
from iurc_events.models.delegations import Delegation
from iurc_events.models.messages import Message
from iurc_events.models.speakers import Speaker
from iurc_events.services import delegations
from iurc_events.services.delegations import CityInvitation, FocalPointDetails
from tests.factories import make_city, make_event, make_programme, make_user, sign_in

SPEAKER = {
    "family_zh": "陈", "given_zh": "测试", "family_en": "", "given_en": "", "honorific": "ms",
    "title-zh": "处长", "title-en": "", "organisation-zh": "测试局", "organisation-en": "",
    "topic-zh": "绿色屋顶", "topic-en": "", "abstract-zh": "", "abstract-en": "", "stakeholder_type": "government",
    "language_spoken": "zh", "mode": "online", "email": "speaker@example.org", "consent": "y",
}  # fmt: skip


@pytest.fixture
def delegation(app: Flask) -> Delegation:
    app.config["WTF_CSRF_ENABLED"] = False
    programme = make_programme("iurc-test")
    city = make_city("test-city", programme, time_zone="Asia/Shanghai", side="China")
    event = make_event("2027-green-roofs", programme)
    organiser = make_user("organiser", programme=programme)
    delegations.invite(
        actor=organiser,
        event_id=event.id,
        cities=[CityInvitation(city.id, (FocalPointDetails("focal@example.org", "Focal Point", "zh"),))],
        quotas=[Quota("speaker", "any", 2)],
        deadline_on=None,
        note="",
    )
    return db.session.query(Delegation).one()


def invitation_path() -> str:
    message = db.session.query(Message).filter_by(to_email="focal@example.org").one()
    found = re.search(r"/zh/invitation/[a-z2-7]{26}", message.text)
    assert found
    return found[0]


def test_looking_at_an_invitation_changes_nothing_and_the_button_opens_it_once(
    delegation: Delegation, client: FlaskClient
) -> None:
    path = invitation_path()
    assert client.get(path).status_code == 200
    assert db.session.get_one(Delegation, delegation.id).state == "invited"

    opened = client.post(path)
    again = client.application.test_client().post(path)
    signed_in_again = client.post(path)
    db.session.expire_all()
    assert (opened.status_code, opened.headers["Location"]) == (303, f"/zh/delegation/{delegation.public_id}")
    assert again.status_code == 410
    assert signed_in_again.headers["Location"] == opened.headers["Location"]
    assert db.session.get_one(Delegation, delegation.id).state == "opened"
    assert client.get(opened.headers["Location"]).status_code == 200


def test_city_registers_a_speaker_with_pinyin_proposed(delegation: Delegation, client: FlaskClient) -> None:
    client.post(invitation_path())
    answer = client.post(f"/zh/delegation/{delegation.public_id}/speakers", data=SPEAKER)
    assert answer.status_code == 303
    speaker = db.session.query(Speaker).one()
    assert (speaker.name, speaker.family_name, speaker.state, speaker.city_id) == (
        {"zh": "陈测试", "en": "Chen Ceshi"},
        {"zh": "陈", "en": "Chen"},
        "nominated",
        delegation.city_id,
    )
    assert db.session.query(Message).filter_by(to_email="speaker@example.org").count() == 1


def test_missing_given_name_is_named_beside_its_field(delegation: Delegation, client: FlaskClient) -> None:
    client.post(invitation_path())
    answer = client.post(f"/en/delegation/{delegation.public_id}/speakers", data={**SPEAKER, "given_zh": ""})
    assert answer.status_code == 422
    assert "Enter the given name" in answer.text
    assert 'value="陈"' in answer.text


def test_third_speaker_of_two_places_is_refused_in_words(delegation: Delegation, client: FlaskClient) -> None:
    client.post(invitation_path())
    for given in ("一", "二", "三"):
        client.post(f"/zh/delegation/{delegation.public_id}/speakers", data={**SPEAKER, "given_zh": given, "email": ""})
    assert db.session.query(Speaker).count() == 2
    assert "贵市名额已用完" in client.get(f"/zh/delegation/{delegation.public_id}").text


def test_city_submits_declines_and_takes_part_after_all(delegation: Delegation, client: FlaskClient) -> None:
    client.post(invitation_path())
    seen = []
    for action, data in (("submit", {}), ("decline", {"reason": "No time"}), ("take-up-again", {})):
        client.post(f"/en/delegation/{delegation.public_id}/{action}", data=data)
        db.session.expire_all()
        seen.append(db.session.get_one(Delegation, delegation.id).state)
    assert seen == ["submitted", "declined", "nominating"]


def test_speaker_is_changed_withdrawn_and_printed(delegation: Delegation, client: FlaskClient) -> None:
    client.post(invitation_path())
    client.post(f"/zh/delegation/{delegation.public_id}/speakers", data=SPEAKER)
    speaker = db.session.query(Speaker).one()
    path = f"/zh/delegation/{delegation.public_id}/speakers/{speaker.public_id}"
    assert client.get(path).status_code == 200
    changed = client.post(path, data={**SPEAKER, "topic-zh": "海绵城市", "version": str(speaker.version)})
    assert changed.status_code == 303
    assert "海绵城市" in client.get(f"/en/delegation/{delegation.public_id}/print").text
    client.post(f"{path}/withdraw")
    db.session.expire_all()
    assert db.session.query(Speaker).one().state == "withdrawn"


def test_second_of_two_colleagues_sees_both_versions(delegation: Delegation, client: FlaskClient) -> None:
    client.post(invitation_path())
    client.post(f"/zh/delegation/{delegation.public_id}/speakers", data=SPEAKER)
    speaker = db.session.query(Speaker).one()
    path = f"/en/delegation/{delegation.public_id}/speakers/{speaker.public_id}"
    old = str(speaker.version)
    client.post(path, data={**SPEAKER, "topic-zh": "先", "version": old})
    answer = client.post(path, data={**SPEAKER, "topic-zh": "后", "version": old})
    assert answer.status_code == 422
    assert "What is stored now" in answer.text
    assert "先" in answer.text
    assert "后" in answer.text


def test_another_citys_delegate_finds_nothing(delegation: Delegation, app: Flask) -> None:
    stranger = sign_in(app.test_client(), make_user("delegate", city=make_city("other-city")))
    base = f"/en/delegation/{delegation.public_id}"
    assert [stranger.get(f"{base}{path}").status_code for path in ("", "/print")] == [404, 404]
    assert stranger.post(f"{base}/speakers", data=SPEAKER).status_code == 404
