"""Lists of people: read, checked, entered once, changed by the next list, taken back, forgotten."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from iurc_events.database import db, utc_now
from iurc_events.mail import Quota
from iurc_events.models.accounts import User
from iurc_events.models.delegations import Delegation
from iurc_events.models.participants import Participant
from iurc_events.models.people_imports import ColumnMapping, PeopleImport, PeopleImportRow
from iurc_events.models.speakers import Speaker
from iurc_events.services import delegations, own_speakers, people_entry, people_imports, people_undo
from iurc_events.services.delegations import CityInvitation
from iurc_events.services.people_entry import FaultsLeftError
from iurc_events.services.people_imports import ColumnsUnclearError, Sent
from iurc_events.services.people_undo import UndoTooLateError
from iurc_events.services.speakers import SpeakerDetails
from tests.factories import make_city, make_event, make_programme, make_user

FOUR = (
    "姓名\t职务\t工作单位\t电话\t邮箱\t参会方式\n"
    "陈测试\t处长\t测试局\t13800000000\tchen@example.org\t线上\n"
    "李试验\t主任\t试验委员会\t13800000001\tli@example.org\t线上\n"
    "欧阳样本\t教授\t样本大学\t13800000002\touyang@example.org\t在线\n"
    "王例子\t科长\t例子局\t13800000003\twang@example.org\t线上\n"
)
ROWS = ["陈测试", "李试验", "欧阳样本", "王例子"]


@pytest.fixture
def delegation(app: Flask) -> Delegation:
    return invite(4)


def invite(places: int, **event_values: Any) -> Delegation:
    programme = make_programme()
    city = make_city(programme=programme, time_zone="Asia/Shanghai", side="China")
    event = make_event(programme=programme, **event_values)
    return delegations.invite(
        actor=make_user("organiser", programme=programme),
        event_id=event.id,
        cities=[CityInvitation(city.id, ())],
        quotas=[Quota("speaker", "any", places)],
    )[0]


def delegate_of(delegation: Delegation) -> User:
    return make_user("delegate", city=delegation.city)


def read(actor: User, delegation: Delegation, text: str, **values: Any) -> PeopleImport:
    return people_imports.read_list(actor=actor, delegation_id=delegation.id, sent=Sent(text=text, **values))


def plans(people_import: PeopleImport) -> list[str | None]:
    return [row.plan for row in rows_of(people_import)]


def outcomes(people_import: PeopleImport) -> list[str | None]:
    return [row.outcome for row in rows_of(people_import)]


def rows_of(people_import: PeopleImport) -> list[PeopleImportRow]:
    db.session.expire_all()
    return db.session.query(PeopleImportRow).filter_by(import_id=people_import.id).order_by("number").all()


def test_four_speakers_of_a_pasted_list_are_registered_once(delegation: Delegation) -> None:
    actor = delegate_of(delegation)
    people_import = read(actor, delegation, FOUR)
    assert (people_import.state, plans(people_import)) == ("checked", ["register"] * 4)
    for _ in range(2):
        people_entry.enter(actor=actor, import_id=people_import.id, choice="all", has_consented=True)
    speakers = db.session.query(Speaker).order_by(Speaker.id).all()
    assert [(each.name["zh"], each.name["en"], each.state, each.mode) for each in speakers] == [
        ("陈测试", "Chen Ceshi", "nominated", "online"),
        ("李试验", "Li Shiyan", "nominated", "online"),
        ("欧阳样本", "Ouyang Yangben", "nominated", "online"),
        ("王例子", "Wang Lizi", "nominated", "online"),
    ]
    assert all(each.consented_at for each in speakers)
    assert db.session.get_one(PeopleImport, people_import.id).outcome["counts"] == {"registered": 4}


def test_telephone_numbers_are_never_stored(delegation: Delegation) -> None:
    people_import = read(delegate_of(delegation), delegation, FOUR)
    assert [row.cells[3] for row in rows_of(people_import)] == ["", "", "", ""]


def test_same_list_again_changes_what_differs_and_doubles_nobody(delegation: Delegation) -> None:
    actor = delegate_of(delegation)
    first = read(actor, delegation, FOUR)
    people_entry.enter(actor=actor, import_id=first.id, choice="all")
    again = read(actor, delegation, FOUR.replace("处长", "副局长"))
    assert plans(again) == ["change", "same", "same", "same"]
    people_entry.enter(actor=actor, import_id=again.id, choice="all")
    assert outcomes(again) == ["changed", "unchanged", "unchanged", "unchanged"]
    assert db.session.query(Speaker).order_by(Speaker.id).limit(1).one().title == {"zh": "副局长"}
    assert db.session.query(Speaker).count() == 4


def test_beyond_the_quota_people_wait(app: Flask) -> None:
    delegation = invite(3)
    actor = delegate_of(delegation)
    people_import = read(actor, delegation, FOUR)
    assert plans(people_import) == ["register", "register", "register", "wait"]
    people_entry.enter(actor=actor, import_id=people_import.id, choice="all")
    assert outcomes(people_import) == ["registered", "registered", "registered", "waiting"]


def test_faulty_rows_stop_all_or_are_left_out_by_choice(delegation: Delegation) -> None:
    actor = delegate_of(delegation)
    people_import = read(actor, delegation, FOUR.replace("li@example.org", "li.example.org"))
    assert plans(people_import) == ["register", "fault", "register", "register"]
    with pytest.raises(FaultsLeftError):
        people_entry.enter(actor=actor, import_id=people_import.id, choice="all")
    assert db.session.query(Speaker).count() == 0
    people_entry.enter(actor=actor, import_id=people_import.id, choice="good")
    assert outcomes(people_import) == ["registered", "left-out", "registered", "registered"]


def test_corrected_cell_is_checked_again(delegation: Delegation) -> None:
    actor = delegate_of(delegation)
    people_import = read(actor, delegation, FOUR.replace("li@example.org", "li.example.org"))
    people_imports.correct(actor=actor, import_id=people_import.id, cells={3: {4: "li＠example.org"}})
    assert plans(people_import) == ["register"] * 4


def test_person_twice_in_a_list_is_a_fault_of_the_second_row(delegation: Delegation) -> None:
    people_import = read(delegate_of(delegation), delegation, FOUR + "陈测试\t处长\t测试局\t\tchen@example.org\t线上\n")
    assert plans(people_import) == ["register"] * 4 + ["fault"]
    assert rows_of(people_import)[4].problems == [
        {"field": "email", "message": "The same person stands in row %(row)s already", "params": {"row": 2}}
    ]


def test_person_of_an_earlier_event_is_shown_as_known(delegation: Delegation) -> None:
    actor = delegate_of(delegation)
    first = read(actor, delegation, FOUR)
    people_entry.enter(actor=actor, import_id=first.id, choice="all")
    event = make_event(programme=delegation.event.programme)
    later = delegations.invite(
        actor=make_user("organiser", programme=delegation.event.programme),
        event_id=event.id,
        cities=[CityInvitation(delegation.city_id, ())],
        quotas=[],
    )[0]
    again = read(actor, later, FOUR)
    persons = [each.person_id for each in db.session.query(Speaker).order_by(Speaker.id)]
    assert [row.likely for row in rows_of(again)] == [[["person", key]] for key in persons]


def test_mapping_said_once_is_remembered_for_the_city(delegation: Delegation) -> None:
    actor = delegate_of(delegation)
    text = "姓名\t干什么的\n陈测试\t处长\n李试验\t主任\n"
    first = read(actor, delegation, text)
    assert first.mapping == {"0": "name", "1": ""}
    with pytest.raises(ColumnsUnclearError):
        people_imports.map_columns(actor=actor, import_id=first.id, mapping={"0": "title", "1": "title"})
    with pytest.raises(ColumnsUnclearError):
        people_imports.map_columns(actor=actor, import_id=first.id, mapping={"1": "title"})
    people_imports.map_columns(actor=actor, import_id=first.id, mapping={"0": "name", "1": "title"})
    assert db.session.query(ColumnMapping).count() == 1
    assert read(actor, delegation, text).mapping == {"0": "name", "1": "title"}


def test_whole_list_is_taken_back_unless_somebody_was_changed(delegation: Delegation) -> None:
    actor = delegate_of(delegation)
    first = read(actor, delegation, FOUR)
    people_entry.enter(actor=actor, import_id=first.id, choice="all")
    changed = read(actor, delegation, FOUR.replace("处长", "副局长"))
    people_entry.enter(actor=actor, import_id=changed.id, choice="all")
    with pytest.raises(UndoTooLateError):
        people_undo.undo(actor=actor, import_id=first.id)
    people_undo.undo(actor=actor, import_id=changed.id)
    assert db.session.query(Speaker).order_by(Speaker.id).limit(1).one().title == {"zh": "处长"}


def test_undone_list_withdraws_everybody(delegation: Delegation) -> None:
    actor = delegate_of(delegation)
    people_import = read(actor, delegation, FOUR)
    people_entry.enter(actor=actor, import_id=people_import.id, choice="all")
    people_undo.undo(actor=actor, import_id=people_import.id)
    assert [each.state for each in db.session.query(Speaker)] == ["withdrawn"] * 4


def long_list(number: int) -> str:
    lines = [f"Name{chr(65 + n // 26)}{chr(97 + n % 26)}x Probe\tprobe{n}@example.org" for n in range(number)]
    return "Name\tEmail\n" + "\n".join(lines)


def test_long_list_is_entered_by_the_worker_and_goes_on_after_a_crash(delegation: Delegation) -> None:
    actor = delegate_of(delegation)
    people_import = read(actor, delegation, long_list(120), role="participant")
    people_entry.enter(actor=actor, import_id=people_import.id, choice="all")
    assert db.session.get_one(PeopleImport, people_import.id).state == "entering"
    assert people_entry.enter_some(people_import.id, limit=25) == 25  # and the worker dies here
    assert db.session.query(Participant).count() == 25
    people_entry.enter_due(seconds=600)
    people_entry.enter_due(seconds=600)
    db.session.expire_all()
    found = db.session.get_one(PeopleImport, people_import.id)
    assert (found.state, found.done_count, found.outcome["counts"]) == ("entered", 120, {"registered": 120})
    assert db.session.query(Participant).count() == 120


def test_list_entered_after_the_deadline_fails_and_says_why(delegation: Delegation) -> None:
    actor = delegate_of(delegation)
    people_import = read(actor, delegation, long_list(120), role="participant")
    people_entry.enter(actor=actor, import_id=people_import.id, choice="all")
    people_entry.enter_some(people_import.id, limit=25)
    db.session.get_one(User, actor.id).is_disabled = True
    db.session.commit()
    people_entry.enter_due(seconds=600)
    db.session.expire_all()
    found = db.session.get_one(PeopleImport, people_import.id)
    assert (found.state, "is closed" in (found.failure or "")) == ("failed", True)


def test_lists_are_forgotten_after_thirty_days(delegation: Delegation) -> None:
    read(delegate_of(delegation), delegation, FOUR)
    assert people_imports.forget_old(utc_now() + timedelta(days=29)) == 0
    assert people_imports.forget_old(utc_now() + timedelta(days=31)) == 1
    assert (db.session.query(PeopleImport).count(), db.session.query(PeopleImportRow).count()) == (0, 0)


def test_row_finds_its_person_by_name_when_the_address_is_new(delegation: Delegation) -> None:
    actor = delegate_of(delegation)
    own_speakers.register(
        actor=actor, delegation_id=delegation.id, details=SpeakerDetails(name={"zh": "陈测试", "en": "Chen Ceshi"}),
        has_consented=True,
    )  # fmt: skip
    people_import = read(actor, delegation, "姓名,邮箱\n陈测试,new@example.org\n")
    assert plans(people_import) == ["change"]
    people_entry.enter(actor=actor, import_id=people_import.id, choice="all")
    speaker = db.session.query(Speaker).one()
    assert (speaker.email, speaker.consented_at is not None) == ("new@example.org", True)
