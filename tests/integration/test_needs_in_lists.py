"""Needs in lists of people: read where the event asks, kept for their own time, taken back; on both databases."""

from __future__ import annotations

import io

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook

from iurc_events.database import db
from iurc_events.models.accounts import User
from iurc_events.models.delegations import Delegation
from iurc_events.models.participants import Participant, SpecialNeed
from iurc_events.models.people_imports import PeopleImport, PeopleImportRow
from iurc_events.services import delegations, needs, people_entry, people_imports, people_sheets, people_undo
from iurc_events.services.delegations import CityInvitation
from iurc_events.services.people_imports import Sent
from tests.factories import make_city, make_event, make_programme, make_user

LIST = (
    "姓名\t邮箱\t饮食禁忌\t无障碍需求 Accessibility\t签证\n"
    "陈测试\tchen@example.org\t清真\t\t北京\n"
    "李试验\tli@example.org\t\t轮椅\t\n"
    "王例子\twang@example.org\t\t\t\n"
)


@pytest.fixture
def delegation(app: Flask) -> Delegation:
    programme = make_programme("iurc-test")
    city = make_city(programme=programme, time_zone="Asia/Shanghai", side="China")
    event = make_event(programme=programme, asks_for=["dietary", "accessibility"])
    return delegations.invite(
        actor=make_user("organiser", programme=programme),
        event_id=event.id,
        cities=[CityInvitation(city.id, ())],
        quotas=[],
    )[0]


@pytest.fixture
def actor(delegation: Delegation) -> User:
    return make_user("delegate", city=delegation.city)


def read(actor: User, delegation: Delegation, text: str = LIST) -> PeopleImport:
    sent = Sent(text=text, role="participant")
    return people_imports.read_list(actor=actor, delegation_id=delegation.id, sent=sent)


def enter(actor: User, delegation: Delegation, text: str = LIST) -> PeopleImport:
    return people_entry.enter(actor=actor, import_id=read(actor, delegation, text).id, choice="all")


def rows_of(found: PeopleImport) -> list[PeopleImportRow]:
    db.session.expire_all()
    return db.session.query(PeopleImportRow).filter_by(import_id=found.id).order_by(PeopleImportRow.number).all()


def stored() -> list[tuple[str, str | None, str | None, str | None]]:
    db.session.expire_all()
    rows = db.session.query(Participant.email, SpecialNeed).join(SpecialNeed).order_by(Participant.id)
    return [(email or "", row.dietary, row.accessibility, row.visa) for email, row in rows]


def test_needs_are_stored_with_their_own_day_and_what_is_not_asked_is_never_kept(
    delegation: Delegation, actor: User
) -> None:
    found = enter(actor, delegation)
    assert found.mapping == {"0": "name", "1": "email", "2": "dietary", "3": "accessibility", "4": "private"}
    assert [row.cells[2:] for row in rows_of(found)] == [["清真", "", ""], ["", "轮椅", ""], ["", "", ""]]
    assert stored() == [("chen@example.org", "清真", None, None), ("li@example.org", None, "轮椅", None)]
    days = {(row.delete_after_on, row.is_own) for row in db.session.query(SpecialNeed)}
    by_form = db.session.query(Participant).filter_by(email="wang@example.org").one()
    needs.store(by_form, {"dietary": "Vegan"}, is_own=False)
    assert days == {(row.delete_after_on, row.is_own) for row in db.session.query(SpecialNeed)}


def test_list_with_new_needs_changes_people_and_empty_cells_change_nothing(delegation: Delegation, actor: User) -> None:
    enter(actor, delegation)
    again = read(actor, delegation, LIST.replace("清真", "素食").replace("轮椅", ""))
    assert [row.plan for row in rows_of(again)] == ["change", "same", "same"]
    people_entry.enter(actor=actor, import_id=again.id, choice="all")
    changed = [("chen@example.org", "素食", None, None), ("li@example.org", None, "轮椅", None)]
    assert ([row.outcome for row in rows_of(again)], stored()) == (["changed", "unchanged", "unchanged"], changed)
    people_undo.undo(actor=actor, import_id=again.id)
    assert stored() == [("chen@example.org", "清真", None, None), ("li@example.org", None, "轮椅", None)]


def test_list_changes_nothing_of_what_a_person_gave(delegation: Delegation, actor: User) -> None:
    enter(actor, delegation)
    person = db.session.query(Participant).filter_by(email="chen@example.org").one()
    needs.store(person, {"dietary": "Kosher"}, is_own=True)
    db.session.commit()
    again = read(actor, delegation)
    assert [row.plan for row in rows_of(again)] == ["same", "same", "same"]


def test_need_that_is_too_long_is_a_fault_of_its_cell(delegation: Delegation, actor: User) -> None:
    found = read(actor, delegation, LIST.replace("清真", "清" * 501))
    assert rows_of(found)[0].problems == [
        {"field": "dietary", "message": "Write at most %(max)s characters", "params": {"max": 500}}
    ]


def test_column_of_needs_cannot_be_chosen_where_the_event_does_not_ask(delegation: Delegation, actor: User) -> None:
    found = read(actor, delegation, "姓名\t什么\n陈测试\t北京\n")
    people_imports.map_columns(actor=actor, import_id=found.id, mapping={"0": "name", "1": "visa"})
    assert found.mapping == {"0": "name", "1": "private"}


def test_needs_left_out_at_one_event_are_read_at_the_next_that_asks(delegation: Delegation, actor: User) -> None:
    found = read(actor, delegation)
    people_imports.map_columns(actor=actor, import_id=found.id, mapping={**found.mapping})
    event = make_event(programme=delegation.event.programme, asks_for=["visa"])
    later = delegations.invite(
        actor=make_user("organiser", programme=delegation.event.programme),
        event_id=event.id,
        cities=[CityInvitation(delegation.city_id, ())],
        quotas=[],
    )[0]
    assert read(actor, later).mapping == {"0": "name", "1": "email", "2": "private", "3": "private", "4": "visa"}


def test_template_asks_for_the_needs_of_the_event_and_can_be_sent_back(delegation: Delegation, actor: User) -> None:
    enter(actor, delegation)
    content = people_sheets.template(delegation)
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_name("名单 People").to_python()
    assert sheet[0][-3:] == [
        "饮食需求 Food and drink",
        "无障碍需求 Accessibility needs",
        "系统编号 Number in this system",
    ]
    assert [row[-3:-1] for row in sheet[2:5]] == [["清真", ""], ["", "轮椅"], ["", ""]]
    back = people_imports.read_list(
        actor=actor, delegation_id=delegation.id, sent=Sent(file_name="people.xlsx", content=content)
    )
    assert [row.plan for row in rows_of(back)] == ["same", "same", "same"]
