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


def labels(page: str) -> list[str]:
    """Return what labels and legends of the form say, without marks of optional fields."""
    found = re.findall(r"<(?:label|legend)[^>]*>(.*?)</(?:label|legend)>", page, re.DOTALL)
    return [re.sub(r"<span.*?</span>|<[^>]+>", "", text).strip() for text in found]


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        (
            "en",
            [
                "Name in Latin letters", "Family name", "Given name", "Name in Chinese characters", "Family name",
                "Given name", "Form of address", "Job title", "English", "中文", "Organisation", "English", "中文",
                "Kind of organisation", "Topic of the talk", "English", "中文", "Short description", "English", "中文",
                "Language of the talk", "Takes part", "Online", "Mail address of the speaker",
                "The speaker agrees to be named in the public agenda", "Reason, for the programme team",
            ],
        ),
        (
            "zh",
            [
                "中文姓名", "姓", "名", "拉丁字母姓名", "姓", "名", "称谓", "职务", "中文", "English", "单位", "中文",
                "English", "单位类型", "发言题目", "中文", "English", "内容简介", "中文", "English", "发言语言",
                "参会方式", "线上", "发言人邮箱", "发言人同意在公开议程中署名", "原因（告知项目团队）",
            ],
        ),
    ],
)  # fmt: skip
def test_form_asks_in_the_readers_language_and_own_language_first(
    delegation: Delegation, client: FlaskClient, language: str, expected: list[str]
) -> None:
    client.post(invitation_path())
    page = client.get(f"/{language}/delegation/{delegation.public_id}").text
    assert labels(page) == expected


def test_form_understands_full_width_input_and_asks_for_each_script_in_its_fields(
    delegation: Delegation, client: FlaskClient
) -> None:
    client.post(invitation_path())
    path = f"/en/delegation/{delegation.public_id}/speakers"
    wrong = client.post(path, data={**SPEAKER, "family_zh": "Chen", "family_en": "陈", "given_en": "Ceshi"})
    assert wrong.status_code == 422
    assert "Write this in Chinese characters; Latin letters have their own fields" in wrong.text
    assert "Write this in Latin letters; Chinese characters have their own fields" in wrong.text

    right = {"family_en": "ＣＨＥＮ", "given_en": "　Ceshi ", "email": "speaker＠example。org"}
    assert client.post(path, data={**SPEAKER, **right}).status_code == 303
    speaker = db.session.query(Speaker).one()
    assert (speaker.name["en"], speaker.email) == ("CHEN Ceshi", "speaker@example.org")


def test_form_sent_twice_registers_one_speaker(delegation: Delegation, client: FlaskClient) -> None:
    client.post(invitation_path())
    latin = {**SPEAKER, "family_zh": "", "given_zh": "", "family_en": "Muster", "given_en": "Test", "email": ""}
    path = f"/en/delegation/{delegation.public_id}/speakers"
    assert [client.post(path, data=latin).status_code for _ in range(2)] == [303, 303]
    assert db.session.query(Speaker).count() == 1


def test_withdrawal_can_be_undone(delegation: Delegation, client: FlaskClient) -> None:
    client.post(invitation_path())
    desk = f"/zh/delegation/{delegation.public_id}"
    client.post(f"{desk}/speakers", data=SPEAKER)
    speaker = db.session.query(Speaker).one()
    assert "请核对拉丁字母姓名：Chen Ceshi" in client.get(desk).text
    client.post(f"{desk}/speakers/{speaker.public_id}/withdraw")
    page = client.get(desk).text
    assert "陈测试已撤回" in page
    undo = f"{desk}/speakers/{speaker.public_id}/bring-back"
    assert f'action="{undo}"' in page
    assert client.post(undo).status_code == 303
    db.session.expire_all()
    assert db.session.query(Speaker).one().state == "nominated"


def test_after_the_deadline_one_can_read_and_is_told_whom_to_ask(delegation: Delegation, client: FlaskClient) -> None:
    client.post(invitation_path())
    desk = f"/en/delegation/{delegation.public_id}"
    client.post(f"{desk}/speakers", data=SPEAKER)
    speaker = db.session.query(Speaker).one()
    stored = db.session.query(Delegation).one()
    stored.deadline_on = "2026-01-05"
    stored.event.contact_email = "team@example.org"
    db.session.commit()

    page = client.get(desk).text
    assert "The deadline is over." in page
    assert 'write to <a href="mailto:team@example.org">' in page
    assert "Register speaker" not in page
    assert "00:59" not in page  # the whole day, in the city's own zone
    assert "16:59" in page
    assert "23:59" in page
    path = f"{desk}/speakers/{speaker.public_id}"
    assert "Ask for the change" in client.get(path).text
    assert client.post(path, data={**SPEAKER, "topic-zh": "海绵城市"}).status_code == 422
    assert client.post(f"{desk}/speakers", data={**SPEAKER, "given_zh": "二"}).status_code == 422
    for action in (f"{path}/withdraw", f"{desk}/submit", f"{desk}/name-later"):
        client.post(action)
    db.session.expire_all()
    kept = db.session.query(Speaker).one()
    assert (kept.topic, kept.state, db.session.query(Delegation).one().state) == (
        {"zh": "绿色屋顶"},
        "nominated",
        "nominating",
    )


def test_list_says_what_is_left_to_do(delegation: Delegation, client: FlaskClient) -> None:
    client.post(invitation_path())
    seen = []
    for action, data in (("", {}), ("speakers", SPEAKER), ("submit", {}), ("decline", {"reason": "No time"})):
        if action:
            client.post(f"/en/delegation/{delegation.public_id}/{action}", data=data)
        found = re.search(r"<b>([^<]+)</b></p>", client.get("/en/delegation/").text)
        seen.append(found and found[1])
    assert seen == [
        "To do: register your speakers, then submit",
        "To do: submit your answer",
        "Nothing for now: the programme team has your answer",
        "Nothing: your city does not take part",
    ]


def test_printed_list_comes_in_either_language_with_lines_to_sign(delegation: Delegation, client: FlaskClient) -> None:
    client.post(invitation_path())
    client.post(f"/zh/delegation/{delegation.public_id}/speakers", data=SPEAKER)
    path = f"/en/delegation/{delegation.public_id}/print"
    english, chinese = client.get(f"{path}?lang_of_list=en").text, client.get(f"{path}?lang_of_list=zh").text
    for page, lang, words in ((english, "en", "Approved by"), (chinese, "zh-Hans", "批准人")):
        assert f'<html lang="{lang}"' in page
        assert words in page
        assert "绿色屋顶" in page
        assert "Ceshi" in page
        assert "测试" in page


def test_used_link_offers_a_new_one_and_says_the_same_for_every_link(
    delegation: Delegation, client: FlaskClient
) -> None:
    path = invitation_path()
    client.post(path)
    visitor = client.application.test_client()
    answers = []
    for address in (path, "/zh/invitation/" + "a" * 26):
        over = visitor.get(address)
        answers.append(
            (over.status_code, over.text.replace(address[-26:], ""), visitor.post(f"{address}/again").location)
        )
    assert answers[0] == answers[1]
    assert answers[0][0] == 410
    assert answers[0][2] == "/zh/invitation/sent"
    assert db.session.query(Message).filter_by(to_email="focal@example.org").count() == 2


def test_link_does_not_sign_an_organiser_in(delegation: Delegation, client: FlaskClient) -> None:
    make_user("organiser", programme=delegation.event.programme, email="focal@example.org")
    answer = client.post(invitation_path())
    assert (answer.status_code, answer.location) == (
        303,
        f"/zh/sign-in?next=/zh/delegation/{delegation.public_id}",
    )
    assert client.get("/zh/organise/").status_code == 303


def test_another_citys_delegate_finds_nothing(delegation: Delegation, client: FlaskClient) -> None:
    client.post(invitation_path())
    client.post(f"/zh/delegation/{delegation.public_id}/speakers", data=SPEAKER)
    speaker = db.session.query(Speaker).one()
    stranger = sign_in(client.application.test_client(), make_user("delegate", city=make_city("other-city")))
    base = f"/en/delegation/{delegation.public_id}"
    own = f"/speakers/{speaker.public_id}"
    gets = [stranger.get(f"{base}{path}").status_code for path in ("", "/print", "/speakers", own)]
    posts = [
        stranger.post(f"{base}{path}", data=SPEAKER).status_code
        for path in (
            "/speakers", own, f"{own}/withdraw", f"{own}/bring-back", "/submit", "/decline", "/take-up-again",
            "/name-later",
        )
    ]  # fmt: skip
    assert (gets, posts) == ([404] * 4, [404] * 8)
    assert "green-roofs" not in stranger.get("/en/delegation/").text
    db.session.expire_all()
    assert db.session.query(Speaker).one().state == "nominated"
