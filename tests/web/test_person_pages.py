"""Persons at the organiser's desk: list, page, likely duplicates, merging, telling apart."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from iurc_events.database import db
from iurc_events.models.events import Event
from iurc_events.models.speakers import Person, Speaker
from iurc_events.services import person_keys
from tests.factories import make_city, make_event, make_programme, make_speaker, make_user, sign_in


@pytest.fixture
def desk(sqlite_app: Flask) -> tuple[FlaskClient, list[Person]]:
    """Return an organiser's client and two persons who may be one."""
    sqlite_app.config["WTF_CSRF_ENABLED"] = False
    programme = make_programme()
    city = make_city("muster-city", programme)
    people = []
    for name, title in (({"en": "Xiaoming Zhang"}, "Engineer"), ({"zh": "张小明"}, "Director")):
        event = make_event(programme=programme)
        speaker = make_speaker(event, city=city, title={"en": title}, organisation={"en": "Made-up Office"})
        speaker.name = speaker.person.name = name
        person_keys.note(speaker.person)
        people.append(speaker.person)
    db.session.commit()
    return sign_in(sqlite_app.test_client(), make_user("organiser", programme=programme)), people


def _text(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_list_finds_a_person_by_pinyin_and_names_the_latest_title(desk: tuple[FlaskClient, list[Person]]) -> None:
    client, people = desk
    page = client.get("/en/organise/persons/?q=zhangxiaoming&city=muster-city&side=EU&role=speaker").get_data(True)
    assert [f"/en/organise/persons/{person.public_id}" in page for person in people] == [False, True]
    assert "Director, Made-up Office" in _text(page)


def test_person_page_shows_appearances_and_takes_corrections(desk: tuple[FlaskClient, list[Person]]) -> None:
    client, people = desk
    address = f"/en/organise/persons/{people[1].public_id}"
    page = client.get(address).get_data(True)
    assert "Perhaps the same person:" in _text(page)
    version = re.findall(r'name="version"[^>]*value="([0-9a-f]+)"', page)[0]
    data = {"name-zh": "张小明", "family_name-zh": "张", "protocol_rank": "２", "languages": "zh", "version": version}
    assert client.post(address, data={**data, "protocol_rank": "0"}).status_code == 422
    assert client.post(address, data={**data, "protocol_rank": "2"}).status_code == 303
    assert (people[1].protocol_rank, people[1].languages, people[1].family_name) == (2, ["zh"], {"zh": "张"})
    answer = client.post(address, data={**data, "protocol_rank": "3"})
    assert answer.status_code == 422
    assert "Somebody else changed this person while you were writing" in _text(answer.get_data(True))


def test_merge_and_undo_are_each_one_press(desk: tuple[FlaskClient, list[Person]]) -> None:
    client, people = desk
    keys = [person.id for person in people]
    page = client.get("/en/organise/persons/duplicates").get_data(True)
    assert "the Latin name is the pinyin of the Chinese one, the same city" in _text(page)
    address = f"/en/organise/persons/{people[0].public_id}/merge/{people[1].public_id}"
    assert "1 appearance as a speaker moves." in _text(client.get(address).get_data(True))
    assert client.post(address, data={"name_zh": "merged"}).status_code == 303
    db.session.expire_all()
    assert people[0].name == {"en": "Xiaoming Zhang", "zh": "张小明"}
    assert [key for (key,) in db.session.query(Speaker.person_id).order_by(Speaker.id)] == [keys[0], keys[0]]
    old = client.get(f"/en/organise/persons/{people[1].public_id}")
    assert (old.status_code, old.headers["Location"]) == (303, f"/en/organise/persons/{people[0].public_id}")
    undo = re.findall(
        r'action="(/en/organise/persons/merges/[^"]+)"', client.get(old.headers["Location"]).get_data(True)
    )
    assert client.post(undo[0]).status_code == 303
    db.session.expire_all()
    assert [person.name for person in people] == [{"en": "Xiaoming Zhang"}, {"zh": "张小明"}]


def test_telling_apart_is_remembered_and_undone(desk: tuple[FlaskClient, list[Person]]) -> None:
    client, people = desk
    pair = (people[0].public_id, people[1].public_id)
    client.post(f"/en/organise/persons/{pair[0]}/distinguish/{pair[1]}")
    assert "No likely duplicates" in client.get("/en/organise/persons/duplicates").get_data(True)
    client.post(f"/en/organise/persons/{pair[0]}/alike/{pair[1]}")
    assert "No likely duplicates" not in client.get("/en/organise/persons/duplicates").get_data(True)


def test_speakers_of_an_event_stand_in_the_order_of_protocol(desk: tuple[FlaskClient, list[Person]]) -> None:
    client, people = desk
    event = db.session.query(Speaker).filter_by(person_id=people[0].id).one().event_id
    slug = db.session.get_one(Event, event).slug
    for name, rank in (("Ranked Second", 2), ("Ranked First", 1)):
        make_speaker(db.session.get_one(Event, event), name).person.protocol_rank = rank
    db.session.commit()
    page = _text(client.get(f"/en/organise/events/{slug}/speakers?sort=protocol").get_data(True))
    places = [page.index(name) for name in ("Ranked First", "Ranked Second", "Xiaoming Zhang")]
    assert places == sorted(places)
