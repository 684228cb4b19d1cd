"""Long delegations at both desks: pages, search in either script, states, and the way back to the same page."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event as happenings

from iurc_events.database import db
from iurc_events.mail import Quota
from iurc_events.models.delegations import Delegation
from iurc_events.models.participants import Participant
from iurc_events.services import delegations, people_entry, people_imports
from iurc_events.services.delegations import CityInvitation
from iurc_events.services.people_imports import Sent
from tests.factories import make_city, make_event, make_programme, make_user, sign_in

HEADINGS = "姓名\tName in Latin letters\t邮箱\t角色\n"


def people(number: int, role: str, first: int = 0) -> str:
    family = "赵" if role == "发言人" else "李"
    latin = "Zhao" if role == "发言人" else "Li"
    return "".join(
        f"{family}测{chr(0x4E00 + n)}\t{latin} Ce{chr(97 + n // 26)}{chr(97 + n % 26)}\t"
        f"p{first + n}@example.org\t{role}\n"
        for n in range(number)
    )


@pytest.fixture
def delegation(app: Flask) -> Delegation:
    app.config["WTF_CSRF_ENABLED"] = False
    programme = make_programme("iurc-test")
    city = make_city("test-city", programme, time_zone="Asia/Shanghai", side="China")
    return delegations.invite(
        actor=make_user("organiser", programme=programme),
        event_id=make_event("2027-green-roofs", programme).id,
        cities=[CityInvitation(city.id, ())],
        quotas=[Quota("speaker", "any", 50), Quota("participant", "any", 30)],
    )[0]


def enter(delegation: Delegation, text: str) -> None:
    actor = make_user("delegate", city=delegation.city)
    key = people_imports.read_list(
        actor=actor, delegation_id=delegation.id, sent=Sent(text=HEADINGS + text, role="participant")
    ).id
    people_entry.enter(actor=actor, import_id=key, choice="all")
    people_entry.enter_due(seconds=600)


@pytest.fixture
def long(delegation: Delegation) -> Delegation:
    """Enter 20 speakers and 40 participants, of whom 10 wait."""
    enter(delegation, people(20, "发言人") + people(40, "参会者", first=20))
    return delegation


@pytest.fixture
def delegate(delegation: Delegation, client: FlaskClient) -> FlaskClient:
    return sign_in(client, make_user("delegate", city=delegation.city))


@pytest.fixture
def organiser(delegation: Delegation, client: FlaskClient) -> FlaskClient:
    return sign_in(client, make_user("organiser", programme=delegation.event.programme))


def desk(delegation: Delegation, language: str = "zh") -> str:
    return f"/{language}/delegation/{delegation.public_id}"


def organised(delegation: Delegation, language: str = "zh") -> str:
    return f"/{language}/organise/events/{delegation.event.slug}/delegations/{delegation.public_id}"


def text_of(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def names(page: str) -> list[str]:
    return [name.replace(" ", "") for name in re.findall("[赵李] ?测.", text_of(page.split("<main")[1]))]


def in_order(page: str) -> list[str]:
    return list(dict.fromkeys(names(page)))


SPEAKERS = [f"赵测{chr(0x4E00 + n)}" for n in range(20)]
OTHERS = [f"李测{chr(0x4E00 + n)}" for n in range(40)]
BOTH_DESKS = pytest.mark.parametrize("side", ["delegate", "organiser"])


def place(side: str, delegation: Delegation, language: str = "zh") -> str:
    return desk(delegation, language) if side == "delegate" else organised(delegation, language)


@BOTH_DESKS
def test_people_come_in_pages_of_25_that_say_how_many_there_are(
    long: Delegation, request: pytest.FixtureRequest, side: str
) -> None:
    reader: FlaskClient = request.getfixturevalue(side)
    pages = [reader.get(place(side, long), query_string={"page": page}).text for page in (1, 2, 3, 99)]
    shown = [in_order(page) for page in pages]
    assert shown == [SPEAKERS + OTHERS[:5], OTHERS[5:30], OTHERS[30:], OTHERS[30:]]
    assert ["1–25" in pages[0], "51–60" in pages[2], "全部 (60)" in pages[2]] == [True] * 3


@BOTH_DESKS
@pytest.mark.parametrize("words", ["李测七", "li cebv", "LI CEBV", "p41@example.org"])
def test_people_are_found_by_either_script_and_by_mail_address(
    delegation: Delegation, request: pytest.FixtureRequest, side: str, words: str
) -> None:
    if words == "李测七":
        enter(delegation, people(40, "参会者") + "李测七\tLi Ceqi\tqi@example.org\t参会者\n")
        expected = ["李测七"]
    else:
        enter(delegation, people(50, "参会者", first=-6))
        expected = [f"李测{chr(0x4E00 + 47)}"]
    reader: FlaskClient = request.getfixturevalue(side)
    page = reader.get(place(side, delegation), query_string={"q": words})
    assert sorted(set(names(page.text)) - {words}) == sorted(set(expected) - {words})


@BOTH_DESKS
def test_states_are_counted_chosen_and_kept_over_pages(
    long: Delegation, request: pytest.FixtureRequest, side: str
) -> None:
    reader: FlaskClient = request.getfixturevalue(side)
    page = reader.get(place(side, long), query_string={"state": "registered"}).text
    assert sorted(re.findall(r'<option value="(\w+)"[^>]*>[^<]*\((\d+)\)', page)) == [
        ("nominated", "20"),
        ("registered", "30"),
        ("waiting", "10"),
    ]
    assert (in_order(page), "?state=registered&amp;page=2" in page) == (OTHERS[:25], True)
    waiting = reader.get(place(side, long), query_string={"state": "waiting"}).text
    assert in_order(waiting) == OTHERS[30:]
    if side == "delegate":
        assert re.findall(r"您的城市候补名单第(\d+)位|候补[^<]*?第(\d+)", waiting) != []


def test_nobody_found_is_said_and_the_list_is_one_step_away(long: Delegation, delegate: FlaskClient) -> None:
    page = delegate.get(desk(long), query_string={"q": "没有这个人"}).text
    assert ("代表团中没有符合搜索条件的人员" in page, f'href="{desk(long)}"' in page) == (True, True)


def test_short_delegation_has_no_filters(delegation: Delegation, delegate: FlaskClient) -> None:
    enter(delegation, people(3, "发言人"))
    assert 'class="desk-filters"' not in delegate.get(desk(delegation)).text


def test_city_returns_to_the_page_it_withdrew_somebody_from(long: Delegation, delegate: FlaskClient) -> None:
    page = delegate.get(desk(long), query_string={"page": "2", "state": "registered"}).text
    action = html.unescape(re.findall(r'action="([^"]+/withdraw\?[^"]+)"', page)[0])
    answer = delegate.post(action)
    assert answer.headers["Location"] == f"{desk(long)}?state=registered&page=2"
    assert db.session.query(Participant).filter_by(state="cancelled").count() == 1


def test_organiser_returns_to_the_page_somebody_was_withdrawn_from(long: Delegation, organiser: FlaskClient) -> None:
    page = organiser.get(organised(long), query_string={"page": "2"}).text
    action = html.unescape(re.findall(r'action="([^"]+/withdraw\?[^"]+)"', page)[0])
    answer = organiser.post(action)
    assert answer.headers["Location"] == f"{organised(long)}?page=2#others-title"


def test_list_to_print_stays_complete(long: Delegation, delegate: FlaskClient) -> None:
    page = delegate.get(f"{desk(long)}/print").text
    assert sorted(in_order(page)) == sorted(SPEAKERS + OTHERS[:30])  # in the order of protocol


@contextmanager
def counted() -> Iterator[list[str]]:
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_others: object) -> None:
        statements.append(statement)

    engine = db.engine
    happenings.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        happenings.remove(engine, "before_cursor_execute", note)


@BOTH_DESKS
def test_number_of_questions_does_not_grow_with_the_delegation(
    delegation: Delegation, request: pytest.FixtureRequest, side: str
) -> None:
    enter(delegation, people(2, "发言人") + people(32, "参会者", first=10))
    reader: FlaskClient = request.getfixturevalue(side)
    numbers = []
    for _ in range(2):
        reader.get(place(side, delegation), query_string={"state": "waiting"})
        with counted() as statements:
            assert reader.get(place(side, delegation), query_string={"state": "waiting"}).status_code == 200
        numbers.append(len(statements))
        enter(delegation, people(60, "参会者", first=100).replace("测", "试"))
    assert numbers[0] == numbers[1]
