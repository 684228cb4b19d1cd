"""A delegate takes over people of earlier years from the desk of the city, in Chinese."""

from __future__ import annotations

import re
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient

from iurc_events.database import db
from iurc_events.models.delegations import Delegation
from iurc_events.models.speakers import Speaker
from iurc_events.services import person_keys
from tests.factories import make_city, make_event, make_programme, make_slot, make_speaker, make_user, sign_in

HEADING = "贵市此前参加过的人员"


class Desk:
    """A city that had a speaker in 2026, another city that had one too, and the delegate of the first."""

    def __init__(self, app: Flask) -> None:
        app.config["WTF_CSRF_ENABLED"] = False
        programme = make_programme("iurc-test")
        city = make_city("alpha", programme, side="China", time_zone="Asia/Shanghai")
        other = make_city("beta", programme)
        before = make_event("2026-before", programme, slot=make_slot("2026-04-29T09:00", "2026-04-29T11:00"))
        event = make_event("2027-now", programme)
        self.old: Speaker = make_speaker(
            before, "Chen Ceshi", city, family_name={"en": "Chen", "zh": "陈"},
            honorific="ms", title={"zh": "处长"}, organisation={"zh": "测试局"}, stakeholder_type="government",
            language_spoken="zh", email="chen@example.org", topic={"zh": "旧题目"},
        )  # fmt: skip
        self.old.name = {"en": "Chen Ceshi", "zh": "陈测试"}
        self.old.person.name = dict(self.old.name)
        self.strange: Speaker = make_speaker(before, "Beta Stranger", other, email="stranger@example.org")
        make_speaker(before, "Li Ling", city)
        person_keys.note(*(each.person for each in db.session.query(Speaker)))
        delegation = Delegation(event_id=event.id, city_id=city.id, state="nominating")
        db.session.add(delegation)
        db.session.commit()
        self.client: FlaskClient = sign_in(app.test_client(), make_user("delegate", city=city))
        self.path = f"/zh/delegation/{delegation.public_id}"

    def page(self, **query: str) -> str:
        answer = self.client.get(self.path, query_string=query)
        assert answer.status_code == 200
        return unescape(answer.get_data(as_text=True))


@pytest.fixture
def desk(sqlite_app: Flask) -> Desk:
    return Desk(sqlite_app)


def _values(page: str) -> dict[str, str]:
    """Return the filled text and hidden fields of the form to register somebody."""
    form = page[page.index('action="/zh/delegation/', page.index('id="new-speaker"')) :]
    values: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", form[: form.index("</form>")]):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and value and value[1] and not re.search(r'type="(radio|checkbox)"', tag):
            values[name[1]] = value[1]
    values |= {
        name: choice
        for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL)
        for choice in re.findall(r'<option selected value="([^"]+)"', options)
    }
    return values


def test_desk_offers_own_people_and_nobody_elses(desk: Desk) -> None:
    page = desk.page(role="observer")
    assert HEADING in page
    assert all(text in page for text in ("Ceshi", "测试", "处长", "测试局", "2026-before的标题", "填入此人信息"))
    assert ("Stranger" in page, "chen@example.org" in page) == (False, False)
    assert f"role=observer&person={desk.old.person.public_id}#new-speaker" in page


def test_search_narrows_the_list(desk: Desk) -> None:
    assert ("Ceshi" in desk.page(known="陈"), "Li Ling" in desk.page(known="陈")) == (True, False)
    assert "没有该姓名的人员" in desk.page(known="stranger")


def test_taking_over_fills_the_form_and_saving_keeps_the_person(desk: Desk) -> None:
    page = desk.page(person=str(desk.old.person.public_id))
    values = _values(page)
    assert values == {
        "person": str(desk.old.person.public_id), "role": "speaker", "family_zh": "陈", "given_zh": "测试",
        "family_en": "Chen", "given_en": "Ceshi", "honorific": "ms", "title-zh": "处长", "organisation-zh": "测试局",
        "stakeholder_type": "government", "language_spoken": "zh", "email": "chen@example.org",
    }  # fmt: skip
    assert "已按2026-before的标题时的信息填写" in page

    answer = desk.client.post(f"{desk.path}/speakers", data={**values, "title-zh": "局长", "mode": "online"})
    assert answer.status_code == 303
    new = db.session.query(Speaker).order_by(Speaker.id.desc()).first()
    assert new is not None
    assert (new.person_id, new.title, new.topic) == (desk.old.person_id, {"zh": "局长"}, None)
    assert desk.old.title == {"zh": "处长"}
    assert str(desk.old.person.public_id) not in desk.page()


def test_a_form_with_faults_keeps_who_was_taken_over(desk: Desk) -> None:
    key = str(desk.old.person.public_id)
    answer = desk.client.post(f"{desk.path}/speakers", data={"person": key, "family_zh": "陈", "mode": "online"})
    assert answer.status_code == 422
    assert _values(unescape(answer.get_data(as_text=True)))["person"] == key


@pytest.mark.parametrize("wanted", ["theirs", "no-id"])
def test_somebody_elses_people_fill_nothing(desk: Desk, wanted: str) -> None:
    person = str(desk.strange.person.public_id) if wanted == "theirs" else "no-id"
    page = desk.page(person=person)
    assert (_values(page), "stranger@example.org" in page) == ({"role": "speaker"}, False)


def test_a_city_without_a_past_sees_no_list(desk: Desk) -> None:
    db.session.query(Speaker).delete()
    db.session.commit()
    assert HEADING not in desk.page()
