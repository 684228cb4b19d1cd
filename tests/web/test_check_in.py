"""The door: who works there, whom they find, and that everybody comes once."""

from __future__ import annotations

import html
import re
import uuid
from datetime import timedelta

import pytest
from flask import Flask, g
from flask.testing import FlaskClient
from icalendar import Calendar

from iurc_events.database import db, utc_now
from iurc_events.domain.secrets import hash_token, new_token
from iurc_events.mail.sending import build
from iurc_events.models.attendance import Attendance
from iurc_events.models.events import Event
from iurc_events.models.messages import Message
from iurc_events.models.participants import Participant
from iurc_events.models.programmes import Programme
from iurc_events.services import check_in, outbox
from iurc_events.services.event_changes import record_change
from iurc_events.web.accounts.sessions import desk_path
from tests.factories import make_event, make_programme, make_session, make_slot, make_speaker, make_user, sign_in


@pytest.fixture
def programme(app: Flask) -> Programme:
    app.config["WTF_CSRF_ENABLED"] = False  # the token is tested elsewhere
    return make_programme("iurc-china")


@pytest.fixture
def door(client: FlaskClient, programme: Programme) -> FlaskClient:
    return sign_in(client, make_user("check-in", programme=programme))


@pytest.fixture
def event(programme: Programme) -> Event:
    event = make_event("2027-roofs", programme, slot=make_slot("2027-04-29T09:00", "2027-04-30T16:00"))
    make_session(event, "opening")
    return event


def person(event: Event, name: str = "Testina Muster", state: str = "registered", **values: object) -> Participant:
    participant = Participant(
        event_id=event.id, state=state, name=name, email=f"{uuid.uuid4().hex[:8]}@example.org", mode="onsite",
        stakeholder_type="other", consented_at=utc_now(), token_hash=hash_token(new_token()), **values,
    )  # fmt: skip
    db.session.add(participant)
    db.session.commit()
    return participant


def came() -> list[tuple[str, str]]:
    db.session.rollback()
    return sorted((row.scope, row.source) for row in db.session.query(Attendance))


def text(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def test_a_scanned_code_checks_in_once_and_counts(door: FlaskClient, event: Event) -> None:
    someone = person(event)
    code = check_in.entry_address("participant", someone.public_id, "en")
    answers = [door.post(f"/en/check-in/events/{event.slug}/scan", data={"code": code}).get_json() for _ in range(3)]
    assert [answer["state"] for answer in answers] == ["new", "known", "known"]
    assert answers[0] | {} == {
        "state": "new", "text": "Checked in", "name": "Testina Muster", "city": "",
        "counts": {"expected": 1, "came": 1, "onsite": 1, "online": 0},
    }  # fmt: skip
    assert came() == [("event", "scan")]


def test_who_has_no_seat_or_another_event_is_refused_with_the_reason(
    door: FlaskClient, event: Event, programme: Programme
) -> None:
    waiting = person(event, state="waiting")
    elsewhere = person(make_event("2027-other", programme))
    texts = []
    for code in (
        check_in.entry_address("participant", waiting.public_id, "en"),
        check_in.entry_address("participant", elsewhere.public_id, "en"),
        "https://example.org/en/check-in/code/nonsense",
    ):
        answer = door.post(f"/zh/check-in/events/{event.slug}/scan", data={"code": code})
        texts.append((answer.status_code, answer.get_json()["text"]))
    assert texts == [(422, "在候补名单中，尚无席位"), (422, "此人未登记参加本活动"), (422, "这不是本站的入场码")]
    assert came() == []


def test_search_finds_either_script_and_undo_takes_everything_back(door: FlaskClient, event: Event) -> None:
    someone = person(event, "Ceshi Na", name_other="测试娜")
    speaker = make_speaker(event)
    address = f"/en/check-in/events/{event.slug}"
    found = [str(someone.public_id) in door.get(f"{address}?q={query}").text for query in ("ceshi", "测试", "muster")]
    data = {"kind": "participant", "person": str(someone.public_id)}
    door.post(f"{address}/come", data=data | {"scope": "session:opening"})
    door.post(f"{address}/come", data={"kind": "speaker", "person": str(speaker.public_id), "scope": "day:2027-04-30"})
    before = came()
    door.post(f"{address}/undo", data=data)
    assert found == [True, True, False]
    assert before == [("day:2027-04-30", "desk"), ("event", "desk"), ("event", "desk"), ("session:opening", "desk")]
    assert came() == [("day:2027-04-30", "desk"), ("event", "desk")]


def test_the_door_sees_its_own_events_and_nothing_else(door: FlaskClient, event: Event, programme: Programme) -> None:
    other = make_event("2027-elsewhere", make_programme("elsewhere"))
    someone = person(other)
    statuses = [
        door.get(f"/en/check-in/events/{other.slug}").status_code,
        door.post(
            f"/en/check-in/events/{other.slug}/come", data={"kind": "participant", "person": str(someone.public_id)}
        ).status_code,
        door.get(f"/en/organise/events/{event.slug}/participants").status_code,
        door.get("/en/organise/").status_code,
        door.get(f"/en/check-in/events/{event.slug}").status_code,
    ]
    assert (statuses, came()) == ([404, 404, 404, 404, 200], [])


def test_code_page_shows_a_code_to_its_owner_and_leads_the_door_to_the_person(
    app: Flask, door: FlaskClient, event: Event
) -> None:
    someone = person(event)
    path = check_in.entry_address("participant", someone.public_id, "en").split("/", 3)[3]
    stranger = app.test_client()

    own = stranger.get(f"/{path}")
    led = door.get(f"/{path}")

    assert (own.status_code, "<svg" in own.text, "Testina" in own.text) == (200, True, False)
    assert stranger.get(f"/{path[:-1]}{'b' if path[-1] != 'b' else 'c'}").status_code == 404
    assert (led.status_code, "Testina Muster" in text(door.get(led.location).text)) == (302, True)


def test_camera_and_reader_are_allowed_on_this_page_alone(door: FlaskClient, event: Event) -> None:
    at_door = door.get(f"/en/check-in/events/{event.slug}").headers
    elsewhere = door.get("/en/check-in/").headers
    assert "'wasm-unsafe-eval'" in at_door["Content-Security-Policy"]
    assert "camera=(self)" in at_door["Permissions-Policy"]
    assert "wasm" not in elsewhere["Content-Security-Policy"]
    assert "camera=()" in elsewhere["Permissions-Policy"]


def test_entry_code_comes_with_the_mail_the_calendar_file_and_the_own_page(
    app: Flask, client: FlaskClient, event: Event
) -> None:
    event.format, event.is_registration_open = "hybrid", True
    record_change(event, "opened", actor_id=None)
    db.session.commit()
    client.post(
        f"/en/events/{event.slug}/sign-up",
        data={
            "name": "Testina Muster", "organisation": "Test Office", "email": "testina@example.org", "mode": "onsite",
            "stakeholder_type": "government", "city": "", "consent": "y",
        },
    )  # fmt: skip
    someone = db.session.query(Participant).one()
    address = check_in.entry_address("participant", someone.public_id, "en")
    db.session.query(Message).update({"state": "queued"})  # without a mail server it is kept
    db.session.commit()
    claim = outbox.claim_due(utc_now() + timedelta(days=1))
    assert claim
    mail = build(claim.letter)
    pictures = [part.get_filename() for part in mail.walk() if part.get_content_type() == "image/png"]
    unfolded = claim.letter.calendar.replace(b"\r\n ", b"").decode() if claim.letter.calendar else ""
    link = re.search(r"/en/my/[a-z2-7]{26}", claim.letter.text)
    assert link
    page = client.get(link.group(0), follow_redirects=True).text
    assert (pictures, f"ATTACH:{address}\r\n" in unfolded) == (["entry-code.png"], True)
    assert address in html.unescape(page)
    assert Calendar.from_ical(claim.letter.calendar).walk("VEVENT")[0]["ATTACH"] == address


def test_who_works_at_the_door_begins_there(app: Flask, programme: Programme) -> None:
    user = make_user("check-in", programme=programme)
    with app.test_request_context("/zh/"):
        g.language = "zh"
        assert desk_path(user) == "/zh/check-in/"


def test_a_name_typed_in_chinese_alone_is_marked_as_chinese(door: FlaskClient, event: Event) -> None:
    person(event, "测试娜")
    page = door.get(f"/en/check-in/events/{event.slug}?q=测试").text
    assert '<span lang="zh-Hans">测试娜</span>' in page
