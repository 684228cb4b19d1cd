"""An organiser adds a speaker who resembles somebody known: asked, never linked silently, and the answer is kept."""

from __future__ import annotations

import re
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from iurc_events.database import db
from iurc_events.models.speakers import Person, PersonDistinction, Speaker
from iurc_events.queries import person_pairs
from iurc_events.services import person_keys
from tests.factories import make_city, make_event, make_programme, make_slot, make_speaker, make_user, sign_in

QUESTION = "Is this the same person?"


class Desk:
    """An organiser of an event of 2027 whose programme knows somebody from 2026; another programme knows others."""

    def __init__(self, app: Flask) -> None:
        app.config["WTF_CSRF_ENABLED"] = False
        self.programme = make_programme("own")
        self.city = make_city("alpha", self.programme)
        other = make_programme("other")
        self.before = make_event("2026-before", self.programme, slot=make_slot("2026-04-29T09:00", "2026-04-29T11:00"))
        elsewhere = make_event("2026-elsewhere", other, slot=make_slot("2026-05-29T09:00", "2026-05-29T11:00"))
        self.now = make_event("2027-now", self.programme)
        self.old = self._speaker(
            self.before,
            {"en": "Zhang Xiaoming", "zh": "张小明"},
            title={"en": "Director", "zh": "处长"},
            organisation={"en": "Test Office"},
            email="zhang@example.org",
        )
        self.old.person.family_name = {"en": "Zhang", "zh": "张"}
        self.strange = self._speaker(elsewhere, {"en": "Lü Ming", "zh": "吕明"}, email="lu@example.org")
        self.organiser = make_user("organiser", programme=self.programme)
        db.session.commit()
        self.client: FlaskClient = sign_in(app.test_client(), self.organiser)
        self.path = f"/en/organise/events/{self.now.slug}/speakers/new"

    def _speaker(self, event: object, name: dict[str, str], **values: object) -> Speaker:
        speaker = make_speaker(event, name["en"], self.city, **values)  # type: ignore[arg-type]  # an event
        speaker.name, speaker.person.name, speaker.person.email = dict(name), dict(name), speaker.email
        person_keys.note(speaker.person)
        return speaker

    def send(self, path: str = "", **values: str) -> tuple[int, str]:
        answer = self.client.post(path or self.path, data={"roles": "speaker", "city": "0", **values})
        return answer.status_code, unescape(answer.get_data(as_text=True))

    def added(self) -> list[Speaker]:
        db.session.expire_all()
        return list(db.session.scalars(select(Speaker).where(Speaker.event_id == self.now.id).order_by(Speaker.id)))


@pytest.fixture
def desk(app: Flask) -> Desk:
    return Desk(app)


def _asked(page: str) -> str:
    found = re.search(r'name="asked"[^>]*value="([^"]*)"', page)
    return found[1] if found else ""


def _answers(page: str) -> list[tuple[str, bool]]:
    tags = re.findall(r'<input[^>]*name="same_person"[^>]*>', page)
    return [(re.search(r'value="([^"]*)"', tag)[1], " checked" in tag) for tag in tags]  # type: ignore[index]  # there


@pytest.mark.parametrize(
    "typed",
    [
        {"name-zh": "张小明"},
        {"name-en": "Xiaoming ZHANG"},
        {"name-en": "Zhāng Xiǎomíng"},
        {"name-en": "Somebody Else", "email": "Zhang@example.org"},
    ],
)
def test_whoever_resembles_somebody_known_is_asked_about_before_anything_is_stored(
    desk: Desk, typed: dict[str, str]
) -> None:
    status, page = desk.send(**typed, **{"title-en": "Deputy mayor"})
    key = str(desk.old.person.public_id)
    assert (status, QUESTION in page, _asked(page)) == (422, True, key)
    assert _answers(page) == [(key, False), ("new", False)]
    for text in (
        "Yes, take this person: Zhang Xiaoming 张小明",
        "Director, Test Office",
        "Title of 2026-before (2026)",
    ):
        assert text in page, text
    assert [value in page for value in (*typed.values(), "Deputy mayor")] == [True] * (len(typed) + 1)
    assert desk.added() == []


def test_yes_links_the_person_and_fills_what_was_left_empty(desk: Desk) -> None:
    _, page = desk.send(**{"name-zh": "张小明"})
    key = str(desk.old.person.public_id)
    assert desk.send(**{"name-zh": "张小明", "asked": _asked(page), "same_person": key})[0] == 303
    new = desk.added()[0]
    assert (new.person_id, new.name, new.family_name) == (
        desk.old.person_id,
        {"en": "Zhang Xiaoming", "zh": "张小明"},
        {"en": "Zhang", "zh": "张"},
    )
    assert (new.title, new.organisation, new.email) == (
        {"en": "Director", "zh": "处长"},
        {"en": "Test Office"},
        "zhang@example.org",
    )


def test_yes_keeps_what_was_typed(desk: Desk) -> None:
    typed = {"name-en": "Zhang Xiao-ming", "title-en": "Mayor", "email": "mayor@example.org"}
    _, page = desk.send(**typed)
    key = str(desk.old.person.public_id)
    assert desk.send(**typed, asked=_asked(page), same_person=key)[0] == 303
    new = desk.added()[0]
    assert (new.person_id, new.name["en"], new.title, new.organisation, new.email) == (
        desk.old.person_id,
        "Zhang Xiao-ming",
        {"en": "Mayor"},
        None,
        "mayor@example.org",
    )


def test_no_makes_somebody_new_even_of_the_same_address_and_the_pair_is_not_asked_about_again(desk: Desk) -> None:
    typed = {"name-en": "Zhang Xiaoming", "email": "zhang@example.org"}
    _, page = desk.send(**typed)
    assert desk.send(**typed, asked=_asked(page), same_person="new")[0] == 303
    new = desk.added()[0]
    assert new.person_id != desk.old.person_id
    pairs = [(each.one_id, each.other_id) for each in db.session.scalars(select(PersonDistinction))]
    assert pairs == [(desk.old.person_id, new.person_id)]
    assert person_pairs.list_pairs(desk.organiser)[1] == 0


def test_a_decided_pair_is_left_out_where_the_address_says_who_it_is(desk: Desk) -> None:
    typed = {"name-en": "Zhang Xiaoming", "email": "other@example.org"}
    _, page = desk.send(**typed)
    assert desk.send(**typed, asked=_asked(page), same_person="new")[0] == 303
    new = desk.added()[0].person.public_id
    later = make_event("2027-later", desk.programme)
    _, page = desk.send(f"/en/organise/events/{later.slug}/speakers/new", **typed)
    assert _answers(page) == [(str(new), False), ("new", False)]


def test_the_question_left_open_is_asked_again_with_an_error_beside_it(desk: Desk) -> None:
    _, page = desk.send(**{"name-en": "Zhang Xiaoming"})
    status, page = desk.send(**{"name-en": "Zhang Xiaoming", "asked": _asked(page)})
    assert (status, "Say whether it is one of these persons" in page, desk.added()) == (422, True, [])


def test_another_name_typed_after_the_question_is_asked_about_anew(desk: Desk) -> None:
    second = desk._speaker(desk.before, {"en": "Li Shizhen", "zh": "李时珍"})
    db.session.commit()
    _, page = desk.send(**{"name-zh": "张小明"})
    status, page = desk.send(**{"name-zh": "李时珍", "asked": _asked(page), "same_person": "new"})
    key = str(second.person.public_id)
    assert (status, _answers(page), desk.added()) == (422, [(key, False), ("new", False)], [])


def test_people_of_other_programmes_are_neither_shown_nor_taken(desk: Desk) -> None:
    key = str(desk.strange.person.public_id)
    assert desk.send(**{"name-zh": "吕明", "asked": key, "same_person": key})[0] == 303
    assert desk.added()[0].person_id != desk.strange.person_id


def test_nobody_is_asked_about_where_nobody_is_alike(desk: Desk) -> None:
    assert desk.send(**{"name-en": "Ada Example"})[0] == 303
    assert [each.name for each in desk.added()] == [{"en": "Ada Example"}]


def test_somebody_who_speaks_here_already_is_named_and_not_added_twice(desk: Desk) -> None:
    key = str(desk.old.person.public_id)
    typed = {"name-zh": "张小明", "asked": key, "same_person": key}
    assert desk.send(**typed)[0] == 303
    status, page = desk.send(**typed)
    assert (status, "is registered as a speaker of this event already" in page) == (422, True)
    assert (len(desk.added()), len(db.session.scalars(select(Person)).all())) == (1, 2)


def test_the_same_answer_sent_twice_adds_one_speaker(desk: Desk) -> None:
    typed = {"name-zh": "张小明", "asked": str(desk.old.person.public_id), "same_person": "new"}
    assert (desk.send(**typed)[0], desk.send(**typed)[0], len(desk.added())) == (303, 422, 1)


def test_the_question_is_asked_in_chinese(desk: Desk) -> None:
    _, page = desk.send(desk.path.replace("/en/", "/zh/"), **{"name-en": "Zhang Xiaoming"})
    for text in ("是同一个人吗？", "是，就是此人：张小明 Zhang Xiaoming", "不是，另有其人", "处长，Test Office"):
        assert text in page, text
