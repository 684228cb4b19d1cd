"""The agenda at the desk, read from the pages as an organiser reads them."""

from __future__ import annotations

import re
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient

from iurc_events.database import db
from iurc_events.models.agendas import AgendaItem, Contribution, EventSession
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

GREEN_ROOFS = {
    "title-en": "Green roofs",
    "title-zh": "绿色屋顶",
    "kind": "panel",
    "room-en": "Hall A",
    "day": "2027-04-29",
    "starts_time": "09:00",
    "ends_time": "10:00",
    "chair": "0",
    "format": "",
}


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page))).strip()


def errors_of(page: str) -> dict[str, str]:
    """Return the sentence beside each field, by the field's name."""
    found = re.findall(r'id="([\w-]+)-error"[^>]*>.*?visually-hidden">.*?</span>(.*?)</span>', page, re.DOTALL)
    return {name: unescape(text) for name, text in found}


def undo_address(page: str) -> str:
    found = re.search(r'action="([^"]*/agenda/undo/\d+)"', page)
    assert found
    return found[1]


@pytest.fixture
def programme(sqlite_app: Flask) -> Programme:
    sqlite_app.config["WTF_CSRF_ENABLED"] = False  # the token is tested elsewhere
    return make_programme("iurc-china")


@pytest.fixture
def event(programme: Programme) -> Event:
    return make_event("2027-roofs", programme)


@pytest.fixture
def desk(sqlite_client: FlaskClient, programme: Programme) -> FlaskClient:
    return sign_in(sqlite_client, make_user("organiser", programme=programme))


def test_schedule_session_names_the_clash_beside_the_room(desk: FlaskClient, event: Event) -> None:
    url = f"/en/organise/events/{event.slug}/sessions/new"
    first = desk.post(url, data=GREEN_ROOFS)
    second = desk.post(url, data=GREEN_ROOFS | {"title-en": "Flood maps", "title-zh": ""})

    assert (first.status_code, second.status_code) == (303, 422)
    assert errors_of(second.text) == {"room-en": "Hall A is taken by “Green roofs” at that time"}
    assert "Flood maps" in second.text
    assert "<title>Error:" in second.text


def test_schedule_session_says_in_chinese_what_is_wrong(desk: FlaskClient, event: Event) -> None:
    url = f"/zh/organise/events/{event.slug}/sessions/new"
    desk.post(url, data=GREEN_ROOFS)
    second = desk.post(url, data=GREEN_ROOFS)

    assert errors_of(second.text) == {"room-en": "该时段“绿色屋顶”占用Hall A"}


def test_schedule_session_refuses_hours_outside_the_event_and_ends_before_starts(
    desk: FlaskClient, event: Event
) -> None:
    url = f"/en/organise/events/{event.slug}/sessions/new"

    outside = desk.post(url, data=GREEN_ROOFS | {"starts_time": "08:00"})
    turned = desk.post(url, data=GREEN_ROOFS | {"starts_time": "10:00", "ends_time": "09:30"})

    assert errors_of(outside.text) == {"starts_time": "The session must lie inside the time of the event"}
    assert errors_of(turned.text) == {"ends_time": "The end must be after 10:00"}


def test_schedule_session_asks_which_of_two_is_meant(desk: FlaskClient, programme: Programme) -> None:
    event = make_event("2027-night", programme, slot=make_slot("2027-10-31T00:30", "2027-10-31T05:00"))
    url = f"/en/organise/events/{event.slug}/sessions/new"
    hours = {"day": "2027-10-31", "starts_time": "02:30", "ends_time": "04:00"}

    asked = desk.post(url, data=GREEN_ROOFS | hours)
    answered = desk.post(url, data=GREEN_ROOFS | hours | {"starts_fold": "1"})

    assert errors_of(asked.text) == {"starts_fold": "Choose one: the clocks go back and this time comes twice"}
    session = db.session.query(EventSession).one()
    assert (answered.status_code, session.starts_fold) == (303, 1)


def test_agenda_shows_both_clocks_and_undo_brings_a_session_back(desk: FlaskClient, event: Event) -> None:
    desk.post(f"/en/organise/events/{event.slug}/sessions/new", data=GREEN_ROOFS)
    session = db.session.query(EventSession).one()
    shown = text_of(desk.get(f"/en/organise/events/{event.slug}/agenda").text)

    removed = desk.post(f"/en/organise/events/{event.slug}/sessions/{session.public_id}/remove", follow_redirects=True)
    undone = desk.post(undo_address(removed.text), follow_redirects=True)

    assert "09:00–10:00 in Brussels" in shown
    assert "15:00–16:00 in Beijing" in shown
    assert ("No agenda yet" in removed.text, "No agenda yet" in undone.text) == (True, False)
    assert db.session.query(EventSession).one().title == {"en": "Green roofs", "zh": "绿色屋顶"}


def test_add_item_by_start_and_minutes_and_move_it_down(desk: FlaskClient, event: Event) -> None:
    session = make_session(event, items=1, slot=make_slot())
    other = session.items[0].public_id
    values = {"session": str(session.id), "kind": "talk", "topic-en": "Lakes", "day": "2027-04-29"}

    added = desk.post(
        f"/en/organise/events/{event.slug}/items/new", data=values | {"starts_time": "9.10", "minutes": "7"}
    )
    item = db.session.query(AgendaItem).filter(AgendaItem.duration_min == 7).one()
    moved = desk.post(
        f"/en/organise/events/{event.slug}/items/{other}/move", data={"direction": "down"}, follow_redirects=True
    )

    assert (added.status_code, item.slot) == (303, make_slot("2027-04-29T09:10", "2027-04-29T09:17"))
    assert "“Topic 1” is moved" in text_of(moved.text)
    assert db.session.get_one(AgendaItem, item.id).position == 1


def test_place_speaker_with_two_clicks(desk: FlaskClient, event: Event) -> None:
    session = make_session(event, items=0)
    speaker = make_speaker(event, "Testina Muster", make_city("wuhan"), topic={"en": "Lakes"})
    page = desk.get(f"/en/organise/events/{event.slug}/agenda")

    placed = desk.post(
        f"/en/organise/events/{event.slug}/speakers/{speaker.public_id}/place",
        data={"target": f"session:{session.public_id}"},
        follow_redirects=True,
    )

    assert "Not placed yet 1" in text_of(page.text)
    assert "Not placed yet 0" in text_of(placed.text)
    assert db.session.query(AgendaItem).one().topic == {"en": "Lakes"}


def test_agenda_names_who_is_in_two_rooms(desk: FlaskClient, event: Event) -> None:
    speaker = make_speaker(event, "Wang Qian")
    for name in ("Room A", "Room B"):
        session = make_session(event, name.lower().replace(" ", "-"), room={"en": name}, slot=make_slot())
        db.session.add(Contribution(item_id=session.items[0].id, speaker_id=speaker.id, role="speaker"))
    db.session.commit()

    page = text_of(desk.get(f"/en/organise/events/{event.slug}/agenda").text)
    by_room = text_of(desk.get(f"/en/organise/events/{event.slug}/agenda?view=rooms").text)

    assert "One clash. Wang Qian is in Room A and Room B, 09:00–11:00 Brussels | 15:00–17:00 Beijing." in page
    assert "Wang Qian is also in Room B" in page
    assert "Wang Qian is also in Room B" in by_room


def test_change_session_shows_that_somebody_else_was_faster(desk: FlaskClient, event: Event) -> None:
    desk.post(f"/en/organise/events/{event.slug}/sessions/new", data=GREEN_ROOFS)
    url = f"/en/organise/events/{event.slug}/sessions/{db.session.query(EventSession).one().public_id}"
    mark = re.search(r'name="mark"[^>]*value="(\d+)"', desk.get(url).text)
    assert mark
    desk.post(url, data=GREEN_ROOFS | {"kind": "keynote", "mark": mark[1]})

    late = desk.post(url, data=GREEN_ROOFS | {"kind": "closing", "mark": mark[1]})

    assert late.status_code == 422
    assert "Somebody else changed this session while you were writing" in late.text
    assert db.session.query(EventSession).one().kind == "keynote"


def test_agenda_of_another_programme_is_404(desk: FlaskClient) -> None:
    event = make_event("2027-strange")
    session = make_session(event)
    item = session.items[0].public_id
    base = f"/en/organise/events/{event.slug}"

    answers = [
        desk.get(f"{base}/agenda").status_code,
        desk.get(f"{base}/sessions/new").status_code,
        desk.post(f"{base}/sessions/{session.public_id}/remove").status_code,
        desk.post(f"{base}/items/{item}/move", data={"direction": "up"}).status_code,
        desk.post(f"{base}/agenda/undo/1").status_code,
    ]

    assert answers == [404] * 5


def test_item_of_another_event_is_404(desk: FlaskClient, event: Event) -> None:
    strange = make_session(make_event("2027-strange")).items[0].public_id

    assert desk.get(f"/en/organise/events/{event.slug}/items/{strange}").status_code == 404
    assert desk.post(f"/en/organise/events/{event.slug}/items/{strange}/remove").status_code == 404
