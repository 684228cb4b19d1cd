"""People of earlier years where a city replaces somebody, asks after its deadline, or pastes a list; both databases."""

from __future__ import annotations

import re
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient

from iurc_events.database import db
from iurc_events.domain.secrets import hash_token, new_token
from iurc_events.models.change_requests import ChangeRequest
from iurc_events.models.delegations import Delegation
from iurc_events.models.participants import Participant
from iurc_events.models.speakers import Person, Speaker
from iurc_events.services import person_keys
from tests.factories import make_city, make_event, make_programme, make_slot, make_speaker, make_user, sign_in

NAMES = {"family_zh": "陈", "given_zh": "测试", "organisation-zh": "测试局", "mode": "online"}
REASON = {"reason": "换人"}


class Desk:
    """A city with somebody from 2026 and a speaker of 2027; another city with somebody from 2026 too."""

    def __init__(self, app: Flask) -> None:
        app.config["WTF_CSRF_ENABLED"] = False
        programme = make_programme("iurc-test")
        city = make_city("alpha", programme, side="China", time_zone="Asia/Shanghai")
        before = make_event("2026-before", programme, slot=make_slot("2026-04-29T09:00", "2026-04-29T11:00"))
        self.event = make_event("2027-now", programme)
        self.old = make_speaker(before, "Chen Ceshi", city, title={"zh": "处长"}, organisation={"zh": "测试局"})
        self.old.name = {"en": "Chen Ceshi", "zh": "陈测试"}
        self.old.family_name = {"en": "Chen", "zh": "陈"}
        self.old.person.name = dict(self.old.name)
        self.strange = make_speaker(before, "Beta Stranger", make_city("beta", programme))
        self.delegation = Delegation(event_id=self.event.id, city_id=city.id, state="nominating")
        db.session.add(self.delegation)
        db.session.flush()
        self.here = make_speaker(
            self.event, "Li Shijian", city, delegation_id=self.delegation.id, state="nominated", mode="online"
        )
        observer = Person(name={"en": "Wang Wu"})
        db.session.add(observer)
        db.session.flush()
        self.observer = Participant(
            event_id=self.event.id, person_id=observer.id, delegation_id=self.delegation.id, city_id=city.id,
            state="registered", role="observer", name="Wang Wu", stakeholder_type="government", mode="online",
            consented_at=self.event.created_at, token_hash=hash_token(new_token()),
        )  # fmt: skip
        db.session.add(self.observer)
        person_keys.note(*db.session.query(Person))
        db.session.commit()
        self.path = f"/zh/delegation/{self.delegation.public_id}"
        self.key = str(self.old.person.public_id)
        self.delegate: FlaskClient = sign_in(app.test_client(), make_user("delegate", city=city))
        self.office: FlaskClient = sign_in(app.test_client(), make_user("organiser", programme=programme))
        self.requests = f"/en/organise/events/{self.event.slug}/requests"

    def end_deadline(self) -> None:
        self.delegation.deadline_on = "2026-01-05"
        db.session.commit()

    def replace_path(self, member: Speaker | Participant) -> str:
        return f"{self.path}/speakers/{member.public_id}/replace"

    def read(self, path: str, **query: str) -> str:
        answer = self.delegate.get(path, query_string=query)
        assert answer.status_code == 200
        return unescape(answer.text)

    def accept(self) -> str:
        asked = db.session.query(ChangeRequest).one()
        path = f"{self.requests}/{asked.public_id}"
        shown = unescape(self.office.get(path).text)
        version = re.search(r'name="version"[^>]*value="([^"]*)"', shown)
        data = {"version": version[1] if version else ""}
        assert self.office.post(f"{path}/accept", data=data).status_code == 303
        db.session.expire_all()
        return shown


@pytest.fixture
def desk(app: Flask) -> Desk:
    return Desk(app)


@pytest.mark.parametrize("role", ["speaker", "observer"])
def test_replacing_somebody_offers_the_citys_earlier_people_and_keeps_the_person(desk: Desk, role: str) -> None:
    member = desk.here if role == "speaker" else desk.observer
    path = desk.replace_path(member)
    page = desk.read(path)
    assert ("贵市此前参加过的人员" in page, "陈" in page, "Stranger" in page) == (True, True, False)
    assert f"{path}?person={desk.key}#new-speaker" in page
    filled = desk.read(path, person=desk.key)
    for text in ("已按2026-before的标题时的信息填写", 'value="测试局"', 'value="处长"', f'value="{desk.key}"'):
        assert text in filled, text
    assert desk.delegate.post(path, data={**NAMES, "person": desk.key}).status_code == 303
    new = db.session.query(type(member)).order_by(type(member).id.desc()).first()
    assert new is not None
    db.session.refresh(new)
    assert (new.id != member.id, new.person_id) == (True, desk.old.person_id)


def test_replacing_by_somebody_of_another_city_fills_and_links_nothing(desk: Desk) -> None:
    strange = str(desk.strange.person.public_id)
    assert "Stranger" not in desk.read(desk.replace_path(desk.here), person=strange)
    data = {"family_en": "Stranger", "given_en": "Beta", "organisation-en": "X", "mode": "online", "person": strange}
    assert desk.delegate.post(desk.replace_path(desk.here), data=data).status_code == 303
    new = db.session.query(Speaker).order_by(Speaker.id.desc()).first()
    assert new is not None
    assert new.person_id != desk.strange.person_id


def test_a_person_chosen_after_the_deadline_is_the_one_whom_the_organiser_accepts(desk: Desk) -> None:
    desk.end_deadline()
    page = desk.read(desk.path, person=desk.key)
    assert ("贵市此前参加过的人员" in page, f'value="{desk.key}"' in page) == (True, True)
    asked = desk.delegate.post(f"{desk.path}/speakers", data={**NAMES, **REASON, "person": desk.key})
    assert asked.status_code == 303
    assert "The city chose somebody whom it brought to “Title of 2026-before”." in desk.accept()
    new = db.session.query(Speaker).order_by(Speaker.id.desc()).first()
    assert new is not None
    assert (new.event_id, new.person_id) == (desk.event.id, desk.old.person_id)


@pytest.mark.parametrize("role", ["speaker", "observer"])
def test_a_replacement_asked_for_after_the_deadline_keeps_the_person(desk: Desk, role: str) -> None:
    desk.end_deadline()
    member = desk.here if role == "speaker" else desk.observer
    path = desk.replace_path(member)
    assert "贵市此前参加过的人员" in desk.read(path)
    assert desk.delegate.post(path, data={**NAMES, **REASON, "person": desk.key}).status_code == 303
    desk.accept()
    new = db.session.query(type(member)).order_by(type(member).id.desc()).first()
    assert new is not None
    assert (new.event_id, new.person_id) == (desk.event.id, desk.old.person_id)


def test_a_strange_person_in_a_request_is_not_kept(desk: Desk) -> None:
    desk.end_deadline()
    strange = str(desk.strange.person.public_id)
    assert desk.delegate.post(f"{desk.path}/speakers", data={**NAMES, **REASON, "person": strange}).status_code == 303
    assert "person" not in db.session.query(ChangeRequest).one().details
    assert "The city chose" not in desk.accept()


@pytest.mark.parametrize("typed", ["Ceshi CHEN", "Chén Cèshì", "陈测试"])
def test_preview_of_a_pasted_list_names_whom_the_city_brought_before(desk: Desk, typed: str) -> None:
    text = f"姓名\t工作单位\t参会方式\n{typed}\t新局\t线上\nBeta Stranger\t新局\t线上\n"
    sent = desk.delegate.post(f"{desk.path}/people/lists", data={"text": text, "role": "speaker"})
    assert sent.status_code == 303
    page = desk.read(sent.headers["Location"])
    named = "可能与贵市往次活动的下列人员为同一人：陈测试 Chen Ceshi，处长，测试局，“2026-before的标题”"
    assert (named in page, page.count("可能与贵市往次活动")) == (True, 1)
