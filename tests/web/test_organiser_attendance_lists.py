"""Lists of those who joined, as an organiser works with them."""

from __future__ import annotations

import io
import re
import uuid
from html import unescape

import pytest
from flask.testing import FlaskClient

from iurc_events.database import db, utc_now
from iurc_events.models.attendance import Attendance, AttendanceLine, AttendanceList
from iurc_events.models.events import Event
from iurc_events.models.participants import Participant
from tests.factories import make_event, make_programme, make_user, sign_in
from tests.unit.documents import meeting_samples as samples
from tests.web.test_organiser_events import errors_of, text_of

BASE = "/en/organise/events/2027-online/attendance-lists"


@pytest.fixture
def desk(sqlite_app: object, sqlite_client: FlaskClient) -> FlaskClient:
    sqlite_app.config["WTF_CSRF_ENABLED"] = False  # type: ignore[attr-defined]  # the token is tested elsewhere
    programme = make_programme("iurc-china")
    event = make_event("2027-online", programme)
    for number, (name, email) in enumerate(
        [("Testina Muster", "t.muster@example.org"), ("张伟", "one@example.cn"), ("张伟", "two@example.cn")]
    ):
        db.session.add(
            Participant(
                event_id=event.id, state="confirmed", name=name, email=email, mode="online", consented_at=utc_now(),
                stakeholder_type="government", token_hash=uuid.uuid4().bytes * 2, organisation=f"Office {number}",
            )
        )  # fmt: skip
    db.session.commit()
    return sign_in(sqlite_client, make_user("organiser", programme=programme))


def upload(desk: FlaskClient, content: bytes, name: str = "list.csv", **values: str) -> tuple[int, str]:
    response = desk.post(BASE, data={"file": (io.BytesIO(content), name), "text": "", **values})
    return response.status_code, response.headers.get("Location", "") or response.text


def page_of(desk: FlaskClient, address: str) -> str:
    return text_of(desk.get(address).text)


def line(name: str) -> AttendanceLine:
    db.session.expire_all()
    return db.session.query(AttendanceLine).filter_by(name=name).one()


def test_uploaded_list_shows_doubts_first_with_candidates(desk: FlaskClient) -> None:
    status, address = upload(desk, samples.ZOOM.encode())
    page = desk.get(address).text

    legends = [unescape(text_of(legend)) for legend in re.findall(r"<legend[^>]*>(.*?)</legend>", page, re.DOTALL)]
    assert (status, legends[0], legends[-1]) == (303, "Zhang Wei", "Testina Muster (Mannheim)")
    assert len(re.findall(r'type="radio"[^>]*value="participant:', page)) == 2


def test_decision_is_kept_and_attendance_written_down_once(desk: FlaskClient) -> None:
    _, address = upload(desk, samples.ZOOM.encode())
    zhang = db.session.query(Participant).filter_by(email="two@example.cn").one()

    desk.post(f"{address}/decide", data={f"line-{line('Zhang Wei').public_id}": f"participant:{zhang.public_id}"})
    first = page_of(desk, desk.post(f"{address}/record", data={"minimum": "5"}).headers["Location"])
    desk.post(f"{address}/record", data={"minimum": "5"})
    blocked = desk.post(f"{address}/decide", data={f"line-{line('iPhone').public_id}": "leave-out"})

    assert "Attendance of 2 people is written down" in first
    assert blocked.status_code == 303
    assert "Take it back first" in page_of(desk, address)
    assert line("iPhone").state == "unknown"
    assert [(row.mode, row.source, row.minutes) for row in db.session.query(Attendance).order_by(Attendance.id)] == [
        ("online", "list", 89), ("online", "list", 60),
    ]  # fmt: skip


def test_same_list_again_leads_to_the_first(desk: FlaskClient) -> None:
    first = upload(desk, samples.TEAMS_ENGLISH.encode("utf-16"))
    again = desk.post(BASE, data={"text": samples.TEAMS_ENGLISH})

    assert (first, again.headers["Location"]) == ((303, first[1]), first[1])
    assert db.session.query(AttendanceList).count() == 1
    assert "This list is here already" in page_of(desk, first[1])


def test_unknown_table_is_mapped_by_hand(desk: FlaskClient) -> None:
    status, page = upload(desk, b"Wer,Post,Zeit\nTestina Muster,x@example.org,45\n")
    token = re.search(r'name="token"[^>]*value="([^"]+)"', page)
    assert (status, bool(token)) == (200, True)
    values = {"token": token[1], "step": "map"} if token else {}

    unnamed = desk.post(BASE, data=values)
    answer = desk.post(BASE, data={**values, "column-0": "name", "column-2": "minutes"})

    assert (unnamed.status_code, errors_of(unnamed.text)) == (422, {"file": "Say which column holds the name"})
    assert answer.status_code == 303
    assert (line("Testina Muster").state, line("Testina Muster").minutes) == ("matched", 45)


def test_no_list_and_pictures_are_refused_beside_the_field(desk: FlaskClient) -> None:
    assert errors_of(desk.post(BASE, data={}).text) == {"text": "Choose a file or paste the list"}
    status, page = upload(desk, b"\x89PNG\r\n\x1a\n\0\0\0", "picture.png")
    assert (status, errors_of(page)) == (
        422, {"file": "The file is neither a table of text nor an XLSX workbook"},
    )  # fmt: skip


def test_somebody_else_is_searched_and_newcomers_are_added(desk: FlaskClient) -> None:
    _, address = upload(desk, samples.ZOOM.encode())
    host, phone = line("Host Person").public_id, line("iPhone").public_id

    found = desk.get(f"{address}/lines/{phone}?q=muster").text
    empty = desk.post(f"{address}/lines/{host}/add", data={"name": "", "stakeholder_type": "other"})
    answer = desk.post(
        f"{address}/lines/{host}/add",
        data={"name": "Host Person", "email": "host@example.org", "stakeholder_type": "academia", "city": ""},
    )

    assert len(re.findall(r'value="participant:', found)) == 1
    assert (empty.status_code, errors_of(empty.text)) == (422, {"name": "Enter the name"})
    assert (answer.status_code, line("Host Person").state) == (303, "matched")
    added = db.session.query(Participant).filter_by(email="host@example.org").one()
    assert (added.state, added.stakeholder_type, db.session.query(Event).one().seats_taken) == (
        "confirmed",
        "academia",
        1,
    )


def test_chinese_pages_have_no_english_left(desk: FlaskClient) -> None:
    _, address = upload(desk, samples.ZOOM.encode())

    page = page_of(desk, address.replace("/en/", "/zh/"))

    assert ("存疑" in page, "写入参会记录" in page, "Doubtful" in page) == (True, True, False)
