"""Entering many people in a browser without scripts: paste, look, correct, register; files; downloads."""

from __future__ import annotations

import html
import io
import re
import zipfile
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from python_calamine import load_workbook

from iurc_events.database import db
from iurc_events.documents.spreadsheets import Sheet, write_xlsx
from iurc_events.mail import Quota
from iurc_events.models.delegations import Delegation
from iurc_events.models.messages import Message
from iurc_events.models.participants import Participant
from iurc_events.models.people_imports import PeopleImport
from iurc_events.models.speakers import Speaker
from iurc_events.services import delegations, people_entry
from iurc_events.services.delegations import CityInvitation
from tests.factories import make_city, make_event, make_programme, make_user, sign_in

HEAD = ["姓名", "职务", "工作单位", "手机", "邮箱", "参会方式"]
PEOPLE = [
    ["陈测试", "处长", "测试局", "13800000000", "chen@example.org", "线上"],
    ["李试验", "主任", "试验委员会", "13800000001", "li@example.org", "线上"],
    ["欧阳样本", "教授", "样本大学", "13800000002", "ouyang@example.org", "线上"],
    ["王例子", "科长", "例子局", "13800000003", "wang@example.org", "线上"],
]
PASTED = "\n".join("\t".join(row) for row in [HEAD, *PEOPLE])


@pytest.fixture
def delegation(app: Flask) -> Delegation:
    app.config["WTF_CSRF_ENABLED"] = False
    programme = make_programme("iurc-test")
    city = make_city("test-city", programme, time_zone="Asia/Shanghai", side="China")
    return delegations.invite(
        actor=make_user("organiser", programme=programme),
        event_id=make_event("2027-green-roofs", programme).id,
        cities=[CityInvitation(city.id, ())],
        quotas=[Quota("speaker", "any", 4)],
        deadline_on=date(2027, 4, 1),
    )[0]


@pytest.fixture
def delegate(delegation: Delegation, client: FlaskClient) -> FlaskClient:
    return sign_in(client, make_user("delegate", city=delegation.city))


def base(delegation: Delegation, language: str = "zh") -> str:
    return f"/{language}/delegation/{delegation.public_id}/people"


def text_of(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def test_delegate_who_reads_chinese_pastes_four_speakers_and_registers_them(
    delegation: Delegation, delegate: FlaskClient
) -> None:
    desk = delegate.get(f"/zh/delegation/{delegation.public_id}")
    assert "批量录入" in desk.text
    assert "粘贴名单" in delegate.get(f"{base(delegation)}/lists").text
    checked = delegate.post(f"{base(delegation)}/lists", data={"text": PASTED, "role": "speaker"})
    assert checked.status_code == 303
    preview = delegate.get(checked.headers["Location"])
    assert (preview.status_code, "登记4人" in preview.text, "未保存：手机" in preview.text) == (200, True, True)
    entered = delegate.post(f"{checked.headers['Location']}/enter", data={"choice": "all", "has_consented": "y"})
    assert (entered.status_code, entered.headers["Location"]) == (303, checked.headers["Location"])
    assert "已登记4人" in delegate.get(entered.headers["Location"]).text
    assert [each.name["zh"] for each in db.session.query(Speaker).order_by(Speaker.id)] == [row[0] for row in PEOPLE]
    assert sorted(
        each.to_email for each in db.session.query(Message) if each.to_email in {row[4] for row in PEOPLE}
    ) == sorted(row[4] for row in PEOPLE)


def test_workbook_with_unknown_columns_asks_what_they_mean(delegation: Delegation, delegate: FlaskClient) -> None:
    book = write_xlsx([Sheet("人员", ["谁呀", "干什么的"], [["发言 A-1", "x"], ["发言 B-2", "y"]])])
    answer = delegate.post(
        f"{base(delegation)}/lists", data={"file": (io.BytesIO(book), "名单.xlsx"), "role": "speaker", "text": ""}
    )
    columns = delegate.get(answer.headers["Location"])
    assert answer.headers["Location"].endswith("/columns")
    assert "各列的含义" in columns.text
    assert "发言 A-1 · 发言 B-2" in columns.text
    again = delegate.post(answer.headers["Location"], data={"column-0": "", "column-1": ""})
    assert (again.status_code, "请指明哪一列是姓名" in again.text) == (422, True)


def test_faulty_cell_is_corrected_in_its_place(delegation: Delegation, delegate: FlaskClient) -> None:
    answer = delegate.post(
        f"{base(delegation)}/lists",
        data={"text": PASTED.replace("li@example.org", "li.example.org"), "role": "speaker"},
    )
    place = answer.headers["Location"]
    preview = delegate.get(place).text
    assert 'name="cell-3-4" value="li.example.org" autocomplete="off" aria-invalid="true"' in preview
    refused = delegate.post(f"{place}/enter", data={"choice": "all", "cell-3-4": "li.example.com"})
    assert (refused.status_code, "尚未登记任何人" in refused.text, 'value="li.example.com"' in refused.text) == (
        422,
        True,
        True,
    )
    checked = delegate.post(f"{place}/correct", data={"cell-3-4": "li＠example.org"})
    assert checked.status_code == 303
    assert "登记4人" in delegate.get(place).text
    entered = delegate.post(f"{place}/enter", data={"choice": "all"})
    assert entered.status_code == 303
    assert db.session.query(Speaker).count() == 4


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "请粘贴名单或选择文件"),
        (b"%PDF-1.7 nothing", "这个文件不是名单"),
        (b"PK\x03\x04 broken", "这个Excel文件已损坏或加密"),
        (b"\xd0\xcf\x11\xe0old", "旧版或加密的Excel文件"),
        (b"x" * (5 * 1024 * 1024 + 1), "文件超过5 MB"),
    ],
)
def test_file_that_is_no_list_is_refused_with_the_way_to_mend_it(
    delegation: Delegation, delegate: FlaskClient, content: bytes, expected: str
) -> None:
    name = "名单.xlsx" if content else ""
    answer = delegate.post(
        f"{base(delegation)}/lists", data={"file": (io.BytesIO(content), name), "role": "speaker", "text": ""}
    )
    answer.request.environ["wsgi.input"].close()  # the client of the tests leaves large forms open
    assert (answer.status_code, expected in answer.text) == (422, True)
    assert db.session.query(PeopleImport).count() == 0


def test_template_round_trips_and_its_example_is_not_read(delegation: Delegation, delegate: FlaskClient) -> None:
    place = delegate.post(f"{base(delegation)}/lists", data={"text": PASTED, "role": "speaker"}).headers["Location"]
    delegate.post(f"{place}/enter", data={"choice": "all"})
    template = delegate.get(f"{base(delegation)}/template.xlsx")
    head, people = (load_workbook(io.BytesIO(template.data)).get_sheet_by_index(n).to_python() for n in (0, 1))
    assert template.headers["Content-Disposition"].startswith("attachment;")
    assert ["截止" in str(head[3][0]) or "答复" in str(head[3][0]), "2027-04-01 23:59" in str(head[3][1])] == [
        True,
        True,
    ]
    assert [row[0] for row in people][1:] == ["示例：陈小明", "陈测试", "李试验", "欧阳样本", "王例子"]
    answer = delegate.post(
        f"{base(delegation)}/lists", data={"file": (io.BytesIO(template.data), "t.xlsx"), "role": "speaker", "text": ""}
    )
    page = text_of(delegate.get(answer.headers["Location"]).text)
    assert "4 无变化" in page


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_downloaded_people_can_be_sent_back(delegation: Delegation, delegate: FlaskClient, suffix: str) -> None:
    place = delegate.post(f"{base(delegation)}/lists", data={"text": PASTED, "role": "speaker"}).headers["Location"]
    delegate.post(f"{place}/enter", data={"choice": "all"})
    data = delegate.get(f"{base(delegation)}/people.{suffix}").data
    answer = delegate.post(
        f"{base(delegation)}/lists", data={"file": (io.BytesIO(data), "people"), "role": "speaker", "text": ""}
    )
    assert "4 无变化" in text_of(delegate.get(answer.headers["Location"]).text)


def test_list_is_taken_back_by_its_button(delegation: Delegation, delegate: FlaskClient) -> None:
    place = delegate.post(f"{base(delegation)}/lists", data={"text": PASTED, "role": "speaker"}).headers["Location"]
    delegate.post(f"{place}/enter", data={"choice": "all"})
    delegate.post(f"{place}/undo")
    assert "这份名单已撤回" in delegate.get(place).text
    assert {each.state for each in db.session.query(Speaker)} == {"withdrawn"}


def test_long_list_shows_its_progress(delegation: Delegation, delegate: FlaskClient) -> None:
    text = "Name,Email\n" + "\n".join(
        f"Probe{chr(97 + n // 26)}{chr(97 + n % 26)} Person,p{n}@example.org" for n in range(101)
    )
    place = delegate.post(f"{base(delegation, 'en')}/lists", data={"text": text, "role": "participant"}).headers[
        "Location"
    ]
    delegate.post(f"{place}/enter", data={"choice": "all"})
    assert "The list is being entered" in delegate.get(place).text
    assert delegate.get(f"{place}/progress").json == {"state": "entering", "done": 0, "total": 101}


def test_long_list_that_is_taken_back_shows_its_progress(delegation: Delegation, delegate: FlaskClient) -> None:
    text = "Name,Email\n" + "\n".join(
        f"Probe{chr(97 + n // 26)}{chr(97 + n % 26)} Person,p{n}@example.org" for n in range(201)
    )
    place = delegate.post(f"{base(delegation, 'en')}/lists", data={"text": text, "role": "participant"}).headers[
        "Location"
    ]
    delegate.post(f"{place}/enter", data={"choice": "all"})
    people_entry.enter_due(seconds=600)
    assert delegate.post(f"{place}/undo").headers["Location"] == place
    page = delegate.get(place).text
    assert ("The list is being taken back" in page, "0 of 201 people" in text_of(page)) == (True, True)
    assert delegate.get(f"{place}/progress").json == {"state": "entering", "done": 0, "total": 201}
    assert "正在撤回名单" in delegate.get(place.replace("/en/", "/zh/")).text
    people_entry.enter_due(seconds=600)
    assert "This list was taken back." in delegate.get(place).text
    assert {each.state for each in db.session.query(Participant)} == {"cancelled"}


def test_list_of_another_delegation_is_not_found(delegation: Delegation, delegate: FlaskClient) -> None:
    place = delegate.post(f"{base(delegation)}/lists", data={"text": PASTED, "role": "speaker"}).headers["Location"]
    other = delegations.invite(
        actor=make_user("organiser", programme=delegation.event.programme),
        event_id=make_event(programme=delegation.event.programme).id,
        cities=[CityInvitation(delegation.city_id, ())],
        quotas=[],
    )[0]
    moved = place.replace(str(delegation.public_id), str(other.public_id))
    assert [delegate.get(moved).status_code, delegate.post(f"{moved}/enter").status_code] == [404, 404]


def test_zip_bomb_is_refused_before_it_is_unpacked(delegation: Delegation, delegate: FlaskClient) -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", "<workbook/>")
        packed.writestr("xl/worksheets/sheet1.xml", b" " * (80 * 1024 * 1024))
    answer = delegate.post(
        f"{base(delegation)}/lists",
        data={"file": (io.BytesIO(bomb.getvalue()), "a.xlsx"), "role": "speaker", "text": ""},
    )
    assert (answer.status_code, "内容远多于一份名单" in answer.text) == (422, True)
