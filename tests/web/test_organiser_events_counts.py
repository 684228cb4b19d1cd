"""Reported numbers, history, import and overview at the desk."""

from __future__ import annotations

import io
import json
import re
from html import unescape
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from iurc_events.database import db
from iurc_events.domain.reported_counts import read_count, read_lines
from iurc_events.models.agendas import EventSession
from iurc_events.models.attendance import HeadCount
from iurc_events.models.events import Event
from iurc_events.models.programmes import Programme
from tests.factories import (
    make_city,
    make_event,
    make_programme,
    make_session,
    make_slot,
    make_speaker,
    make_user,
    sign_in,
)
from tests.web.test_organiser_events import errors_of, text_of, value_of

DATA = Path(__file__).resolve().parents[2] / "iurc_events" / "data"
BASE = "/en/organise/events/2022-mine"


@pytest.fixture
def programme(sqlite_app: object) -> Programme:
    return make_programme("iurc-china")


@pytest.fixture
def desk(sqlite_app: object, sqlite_client: FlaskClient, programme: Programme) -> FlaskClient:
    sqlite_app.config["WTF_CSRF_ENABLED"] = False  # type: ignore[attr-defined]  # the token is tested elsewhere
    return sign_in(sqlite_client, make_user("organiser", programme=programme))


@pytest.fixture
def event(programme: Programme) -> Event:
    return make_event("2022-mine", programme, slot=make_slot("2022-04-29T09:00", "2022-04-29T11:00"))


def stored() -> list[tuple[str, int | None, int, str]]:
    db.session.expire_all()
    return [
        (row.subject, row.city_id, row.value, row.qualifier)
        for row in db.session.query(HeadCount).order_by(HeadCount.position)
    ]


def test_read_count_understands_both_languages() -> None:
    texts = [
        "72",
        "more than 70",
        "70余位",
        "超过70人",
        "about 1,200",
        "约 30",
        "至少１２",
        "2.1万",
        "over 70+",
        "ten",
        "3 or 4",
    ]

    found = [(count.value, count.qualifier.value) if (count := read_count(text)) else None for text in texts]

    assert found == [
        (72, "exactly"),
        (70, "more-than"),
        (70, "more-than"),
        (70, "more-than"),
        (1200, "about"),
        (30, "about"),
        (12, "at-least"),
        (21000, "exactly"),
        (70, "more-than"),
        None,
        None,
    ]


def test_read_lines_takes_tabs_and_bare_lines() -> None:
    lines = read_lines("Sofia\t12\n\n索非亚：超过70人\nRome more than 30\nNobody\n")

    assert [
        (line.number, line.name, (line.count.value, line.count.qualifier.value) if line.count else None)
        for line in lines
    ] == [
        (1, "Sofia", (12, "exactly")),
        (3, "索非亚", (70, "more-than")),
        (4, "Rome", (30, "more-than")),
        (5, "Nobody", None),
    ]


def test_reported_number_is_saved_as_written_and_undone(desk: FlaskClient, event: Event) -> None:
    page = desk.post(
        f"{BASE}/counts", data={"subject": "participants", "value": "70余", "qualifier": ""}, follow_redirects=True
    ).text
    saved = stored()
    desk.post(f"{BASE}/counts/undo")

    assert saved == [("participants", None, 70, "more-than")]
    assert "more than 70" in text_of(page)
    assert stored() == []


def test_reported_number_that_is_none_is_refused_beside_the_field(desk: FlaskClient, event: Event) -> None:
    response = desk.post(f"{BASE}/counts", data={"subject": "participants", "value": "many", "qualifier": ""})

    assert (response.status_code, errors_of(response.text)) == (
        422,
        {"value": "Enter one number, such as 72 or “more than 70”"},
    )
    assert value_of(response.text, "value") == "many"


def test_pasted_lines_are_shown_first_and_saved_on_confirmation(desk: FlaskClient, event: Event) -> None:
    sofia = make_city("sofia", aliases={"zh": ["索非亚"]})
    form = {"pasted_subject": "participants", "text": "索非亚\t超过12\nAtlantis\t3", "pasted_source": "report"}

    preview = desk.post(f"{BASE}/counts/paste", data={**form, "step": "preview"})
    before = stored()
    desk.post(f"{BASE}/counts/paste", data={**form, "step": "confirm"})

    assert (preview.status_code, before) == (200, [])
    assert "no city of this name, or several" in preview.text
    assert stored() == [("participants", sofia.id, 12, "more-than")]


def test_history_shows_fields_before_and_after_and_goes_back(desk: FlaskClient, event: Event) -> None:
    page = desk.get(BASE).text
    desk.post(
        BASE,
        data={
            "title-en": "Other title",
            "kind": "training",
            "format": "online",
            "precision": "minute",
            "starts_on": "2022-04-29",
            "starts_time": "09:00",
            "ends_time": "11:00",
            "zone": "Europe/Brussels",
            "version": value_of(page, "version") or "",
        },
    )

    history = text_of(desk.get(f"{BASE}/history").text)
    change = text_of(desk.get(f"{BASE}/history/2").text)
    desk.post(f"{BASE}/history/1/restore")

    db.session.expire_all()
    assert "details changed Title, Kind" in history
    assert "Kind Thematic seminar Training" in change
    assert db.session.query(Event).one().title == {"en": "Title of 2022-mine", "zh": "2022-mine的标题"}


def upload(desk: FlaskClient, *documents: dict[str, object], **values: str) -> tuple[int, str]:
    files = [(io.BytesIO(json.dumps(each).encode()), f"{number}.json") for number, each in enumerate(documents)]
    response = desk.post("/en/organise/documents/", data={"files": files, "status": "draft", **values})
    return response.status_code, response.text


def seminar(programme: str) -> dict[str, object]:
    entry = {
        "id": "2027-imported",
        "title": {"en": "Imported", "zh": "导入"},
        "kind": "training",
        "format": "online",
        "status": "scheduled",
        "programme": programme,
        "time_zone": "Europe/Brussels",
        "start": "2027-04-29T09:00",
        "end": "2027-04-29T10:00",
        "time_precision": "minute",
        "themes": [],
        "sessions": [],
        "speakers": [],
        "sources": [{"name": "test"}],
    }
    return {"format": "iurc-events", "version": 1, "events": [entry]}


def test_import_shows_what_will_change_and_takes_it_when_confirmed(desk: FlaskClient, programme: Programme) -> None:
    status, page = upload(desk, seminar("iurc-china"))
    before = db.session.query(Event).count()
    token = value_of(page, "token") or ""
    response = desk.post("/en/organise/documents/", data={"token": token, "status": "draft", "step": "confirm"})

    assert (status, before, "1 created, 0 updated, 0 unchanged" in page) == (200, 0, True)
    assert (response.status_code, [(row.slug, row.state) for row in db.session.query(Event)]) == (
        303,
        [("2027-imported", "draft")],
    )


def test_import_refuses_other_programmes_and_names_faults(desk: FlaskClient, programme: Programme) -> None:
    make_programme("other")
    broken = seminar("iurc-china")
    broken["events"][0]["end"] = "2027-04-29T08:00"  # type: ignore[index]  # a document under test

    status, page = upload(desk, seminar("other"))
    faulty, faults = upload(desk, broken)

    assert (status, errors_of(page)) == (422, {"files": "These programmes are not yours: other"})
    assert faulty == 422
    assert "0.json: $.events[0]" in unescape(faults)


def test_overview_names_what_needs_attention(desk: FlaskClient, programme: Programme, event: Event) -> None:
    sofia = make_city("sofia", programme)
    coming = make_event(
        "2099-a", programme, title={"en": "First"}, slot=make_slot("2099-04-29T09:00", "2099-04-29T11:00")
    )
    other = make_event("2099-b", programme, title={"en": "Second", "zh": "二"}, slot=coming.slot)
    speaker = make_speaker(coming, "Wang Qian", sofia)
    twin = make_speaker(other, "Wang Qian")
    twin.person_id = speaker.person_id
    for slug in ("one", "two"):
        make_session(coming, slug, room={"en": "Hall A"}, slot=coming.slot)
    db.session.commit()

    page = desk.get("/en/organise/").text

    titles = re.findall(r'class="attention__title">([^<]+)<', page)
    assert [unescape(title) for title in titles] == [
        "Wang Qian is down for two events at the same time",
        "Hall A is taken twice at the same time",
        "1 event is past: took place? Confirm it",
        "Chinese title missing: 1",
    ]
    assert db.session.query(EventSession).count() == 2


def test_overview_counts_only_what_was_confirmed_as_held(desk: FlaskClient, programme: Programme, event: Event) -> None:
    held = make_event("2022-held", programme, state="held", slot=event.slot)
    db.session.add(HeadCount(event_id=held.id, subject="participants", value=70, qualifier="more-than"))
    db.session.add(HeadCount(event_id=event.id, subject="participants", value=999, qualifier="exactly"))
    db.session.commit()

    page = text_of(desk.get("/en/organise/").text)

    assert "Events held 1 of 2 in the programme" in page
    assert "Participants reported more than 70 1 of 1 events counted" in page
