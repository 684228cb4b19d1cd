"""Delegations at the desk, read from the pages as an organiser reads them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient

from iurc_events.database import db
from iurc_events.models.accounts import User
from iurc_events.models.cities import City
from iurc_events.models.delegations import Delegation
from iurc_events.models.events import Event
from iurc_events.models.messages import Message
from iurc_events.models.programmes import Programme
from iurc_events.models.speakers import Speaker
from iurc_events.services import delegations as delegation_service
from iurc_events.services import speakers as speaker_service
from iurc_events.services import tokens
from iurc_events.services.delegations import CityInvitation, FocalPointDetails, Quota
from iurc_events.services.speakers import SpeakerDetails
from tests.factories import make_city, make_event, make_programme, make_user, sign_in

BEFORE = datetime(2027, 3, 1, tzinfo=UTC)


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page))).strip()


def errors_of(page: str) -> dict[str, str]:
    """Return the sentence beside each field, by the field's name."""
    found = re.findall(r'id="([\w-]+)-error"[^>]*>.*?Error: </span>(.*?)</span>', page, re.DOTALL)
    return {name: unescape(text) for name, text in found}


@pytest.fixture
def programme(sqlite_app: Flask) -> Programme:
    sqlite_app.config["WTF_CSRF_ENABLED"] = False  # the token is tested elsewhere
    return make_programme("iurc-china")


@pytest.fixture
def event(programme: Programme) -> Event:
    return make_event("2027-roofs", programme)


@pytest.fixture
def wuhan(programme: Programme) -> City:
    return make_city("wuhan", programme, side="China", country="CN", time_zone="Asia/Shanghai")


@pytest.fixture
def organiser(programme: Programme) -> User:
    return make_user("organiser", programme=programme)


@pytest.fixture
def desk(sqlite_client: FlaskClient, organiser: User) -> FlaskClient:
    return sign_in(sqlite_client, organiser)


@pytest.fixture
def delegation(organiser: User, event: Event, wuhan: City) -> Delegation:
    return delegation_service.invite(
        actor=organiser,
        event_id=event.id,
        cities=[CityInvitation(wuhan.id, (FocalPointDetails("focal@example.org", "Focal Point", "zh"),))],
        quotas=[Quota("speaker", "any", 2)],
        deadline_on=date(2027, 4, 15),
        now=BEFORE,
    )[0]


@pytest.fixture
def speaker(delegation: Delegation) -> Speaker:
    return speaker_service.nominate(
        delegation_id=delegation.id,
        details=SpeakerDetails(name={"en": "CHEN Wei", "zh": "陈伟"}),
        focal_point_id=delegation.focal_points[0].id,
        now=BEFORE,
    )


def address(event: Event, *parts: object) -> str:
    return "/".join(["/en/organise/events", event.slug, *(str(part) for part in parts)])


def test_invite_several_cities_in_two_steps(desk: FlaskClient, event: Event, programme: Programme, wuhan: City) -> None:
    make_city("turin", programme)
    chosen = desk.get(address(event, "delegations", "invite?city=wuhan&city=turin"))

    sent = desk.post(
        address(event, "delegations", "invite?city=wuhan&city=turin"),
        data={
            "speaker_any": "2",
            "deadline_on": "2090-04-15",
            "points-0-city": "wuhan",
            "points-0-email": "li＠example.org",
            "points-0-language": "zh",
            "points-1-city": "turin",
            "points-1-email": "",
            "points-1-language": "en",
        },
        follow_redirects=True,
    )

    assert "Invite 2 cities" in text_of(chosen.text)
    assert [(m.to_email, m.language) for m in db.session.query(Message)] == [("li@example.org", "zh")]
    assert "Cities invited: 2" in text_of(sent.text)
    assert "23:59" in sent.text


def test_invite_a_city_twice_is_refused_beside_the_field(
    desk: FlaskClient, event: Event, delegation: Delegation
) -> None:
    again = desk.post(
        address(event, "delegations", "invite?city=wuhan"),
        data={
            "speaker_any": "1",
            "points-0-city": "wuhan",
            "points-0-email": "li@example.org",
            "points-0-language": "zh",
        },
    )

    assert again.status_code == 422
    assert errors_of(again.text) == {"points-0-email": "Wuhan is invited already: leave it out"}
    assert db.session.query(Delegation).count() == 1


def test_invite_names_the_limits_of_a_number_in_the_language_of_the_page(
    desk: FlaskClient, event: Event, wuhan: City
) -> None:
    path = address(event, "delegations", "invite?city=wuhan").replace("/en/", "/zh/")
    page = desk.post(path, data={"speaker_any": "-3", "points-0-city": "wuhan", "points-0-language": "zh"})
    assert page.status_code == 422
    assert "请输入0至500之间的数字" in page.text
    assert 'value="-3"' in page.text


def test_choose_cities_marks_invited_ones_and_finds_aliases(
    desk: FlaskClient, event: Event, delegation: Delegation, programme: Programme
) -> None:
    make_city("turin", programme, search_text="turin torino")

    page = desk.get(address(event, "delegations", "choose"))
    found = desk.get(address(event, "delegations", "choose?q=Torino"))

    assert "invited already" in page.text
    assert ("Turin" in found.text, "Wuhan" in found.text) == (True, False)


def test_list_shows_places_deadline_on_both_clocks_and_mail(desk: FlaskClient, event: Event, speaker: Speaker) -> None:
    page = text_of(desk.get(address(event, "delegations")).text)

    assert "1 / 2" in page
    assert "1 to decide" in page
    assert "Thursday 15 April 2027 17:59 in Brussels , 23:59 in Beijing" in page
    assert "Focal Point Kept in the outbox" in page


def test_accept_a_nominated_speaker_tells_the_city(
    desk: FlaskClient, event: Event, delegation: Delegation, speaker: Speaker
) -> None:
    page = desk.post(address(event, "speakers", speaker.public_id, "accept"), follow_redirects=True)

    assert "CHEN Wei is accepted, and can be placed on the agenda" in text_of(page.text)
    assert db.session.get_one(Speaker, speaker.id).state == "accepted"
    assert [m.kind for m in db.session.query(Message).order_by(Message.id)][1:] == ["speaker-decision"]


def test_refuse_asks_for_the_reason_first(desk: FlaskClient, event: Event, speaker: Speaker) -> None:
    url = address(event, "speakers", speaker.public_id, "refuse")
    asked = desk.get(url)
    desk.post(url, data={"reason": "The hour is full"})

    assert "Do not accept CHEN Wei?" in text_of(asked.text)
    assert db.session.get_one(Speaker, speaker.id).decision_note == "The hour is full"


def test_link_by_hand_is_new_each_time_with_its_code(desk: FlaskClient, event: Event, delegation: Delegation) -> None:
    url = address(
        event, "delegations", delegation.public_id, "focal-points", delegation.focal_points[0].public_id, "link"
    )
    links = []
    for _ in range(2):
        page = desk.post(url).text
        found = re.search(r'id="hand-link" readonly value="([^"]+)"', page)
        assert found
        assert 'class="qr-code"' in page
        links.append(found[1])

    assert links[0] != links[1]
    assert [tokens.find_valid("invitation", link.rsplit("/", 1)[1]) is not None for link in links] == [True, True]


def test_remind_shows_both_languages_before_it_sends(desk: FlaskClient, event: Event, delegation: Delegation) -> None:
    url = address(event, "delegations", "remind")
    page = desk.get(url)
    before = db.session.query(Message).count()
    desk.post(url, data={"delegations": [str(delegation.id)]})

    assert 'lang="en"' in page.text
    assert "提醒" in page.text
    assert (before, db.session.query(Message).count()) == (1, 2)


def test_extend_refuses_a_day_that_is_over(desk: FlaskClient, event: Event, delegation: Delegation) -> None:
    url = address(event, "delegations", "extend")
    late = desk.post(url, data={"delegations": [str(delegation.id)], "deadline_on": "2020-01-01"})
    desk.post(url, data={"delegations": [str(delegation.id)], "deadline_on": "2090-01-01"})

    assert errors_of(late.text) == {"deadline_on": "Choose a day that is still to come"}
    assert db.session.get_one(Delegation, delegation.id).deadline_on == "2090-01-01"


def test_terms_keep_places_that_are_taken(
    desk: FlaskClient, event: Event, delegation: Delegation, speaker: Speaker
) -> None:
    page = desk.post(address(event, "delegations", delegation.public_id, "terms"), data={"speaker_any": "0"})

    assert page.status_code == 422
    assert errors_of(page.text) == {
        "speaker_any": "Speakers registered already: 1. Withdraw some first, or leave more places"
    }


def test_confirm_can_be_undone(desk: FlaskClient, event: Event, delegation: Delegation) -> None:
    page = desk.post(address(event, "delegations", delegation.public_id, "confirm"), follow_redirects=True)
    undo = re.search(r'action="([^"]*/take-back)"', page.text)
    assert undo
    confirmed = db.session.get_one(Delegation, delegation.id).state
    desk.post(undo[1])

    assert (confirmed, db.session.get_one(Delegation, delegation.id).state) == ("confirmed", "submitted")


def test_hand_over_replaces_the_focal_point(desk: FlaskClient, event: Event, delegation: Delegation) -> None:
    desk.post(
        address(event, "delegations", delegation.public_id, "focal-points"),
        data={
            "email": "new@example.org",
            "name": "New",
            "language": "zh",
            "replaces": str(delegation.focal_points[0].public_id),
        },
    )

    db.session.expire_all()
    points = db.session.get_one(Delegation, delegation.id).focal_points
    assert [point.email for point in points] == ["new@example.org"]


def test_withdraw_the_invitation(desk: FlaskClient, event: Event, delegation: Delegation, speaker: Speaker) -> None:
    page = desk.post(address(event, "delegations", delegation.public_id, "withdraw"), follow_redirects=True)

    assert "The invitation of Wuhan is withdrawn" in text_of(page.text)
    assert db.session.query(Delegation).count() == 0


def test_add_and_change_a_guest(desk: FlaskClient, event: Event) -> None:
    values = {"name-en": "Guo Yuanlai", "name-zh": "郭元来", "family_name-en": "Guo", "city": "0", "roles": "keynote"}
    added = desk.post(address(event, "speakers", "new"), data=values)
    guest = db.session.query(Speaker).one()
    wrong = desk.post(
        address(event, "speakers", guest.public_id), data=values | {"family_name-en": "Gou", "version": "1"}
    )

    assert (added.status_code, guest.state, guest.roles) == (303, "accepted", ["keynote"])
    assert errors_of(wrong.text) == {"family_name-en": "Write it as it stands in the name"}


def test_delegations_of_another_programme_are_404(
    sqlite_client: FlaskClient, event: Event, delegation: Delegation, speaker: Speaker
) -> None:
    stranger = sign_in(sqlite_client, make_user("organiser", programme=make_programme("other")))
    one = address(event, "delegations", delegation.public_id)

    answers = [stranger.get(url).status_code for url in (address(event, "delegations"), one)]
    answers += [stranger.post(f"{one}/{step}").status_code for step in ("confirm", "withdraw", "terms")]
    answers += [stranger.post(address(event, "speakers", speaker.public_id, "accept")).status_code]

    assert answers == [404] * 6
