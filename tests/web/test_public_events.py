"""The public list of events and the page of each."""

from __future__ import annotations

import re
import time

import pytest
from flask import Flask
from flask.testing import FlaskClient

from iurc_events.database import db, utc_now
from iurc_events.domain.time_slots import Precision, TimeSlot
from iurc_events.models.agendas import Contribution
from iurc_events.models.events import Event, FormerSlug, JoinLink
from iurc_events.services import event_changes, tokens
from iurc_events.services.demo import seed_demo
from tests.factories import make_event, make_programme, make_session, make_slot, make_speaker
from tests.web.test_public_pages import counted_statements, headings, texts

INDUSTRY = "2022-04-29-industry-4-0-seminar"


@pytest.fixture
def programme(app: Flask) -> Flask:
    seed_demo()
    return app


def changed(event: Event) -> None:
    event_changes.record_change(event, "changed for a test", actor_id=None)
    db.session.commit()


def found(client: FlaskClient, query: str) -> list[str]:
    html = client.get(f"/en/events/?{query}").text
    return re.findall(r'<h3 class="event-row__title"><a href="/en/events/([^"]*)"', html)


def test_list_finds_chinese_words_diacritics_and_aliases(programme: Flask) -> None:
    client = programme.test_client()
    tourism = "2022-03-04-tourism-culture-seminar"
    assert {query: found(client, f"q={query}") for query in ("柳州", "Tina", "Nograsek", "石方可", "Pezdirc Tin")} == {
        "柳州": [INDUSTRY, tourism],
        "Tina": [INDUSTRY],
        "Nograsek": [INDUSTRY],
        "石方可": [tourism],
        "Pezdirc Tin": [INDUSTRY],
    }
    assert len(found(client, "q=城市")) == 5


def test_list_bears_wrong_parameters_and_says_what_it_left_out(sqlite_client: FlaskClient) -> None:
    make_event("2099-fair")
    response = sqlite_client.get("/en/events/?from=tomorrow&page=x&kind=party&city=atlantis&state=draft&q=%22*(")
    assert (response.status_code, texts(response.text, r'<div class="note__body">(.*?)</div>')) == (
        200,
        ["Some of the address was not understood. Left out: from, kind, state, city"],
    )


def test_list_pages_through_what_comes_and_then_what_is_past(sqlite_client: FlaskClient) -> None:
    fair = make_programme("fairs")
    for year in range(2080, 2088):
        make_event(f"{year}-fair", fair, slot=make_slot(f"{year}-05-01T09:00", f"{year}-05-01T10:00"))
    for year in range(2001, 2006):
        make_event(f"{year}-fair", fair, slot=make_slot(f"{year}-05-01T09:00", f"{year}-05-01T10:00"))
    coming = [f"{year}-fair" for year in range(2080, 2088)]
    assert found(sqlite_client, "") == [*coming, "2005-fair", "2004-fair"]
    assert found(sqlite_client, "page=2") == ["2003-fair", "2002-fair", "2001-fair"]
    assert found(sqlite_client, "page=99") == ["2003-fair", "2002-fair", "2001-fair"]


def test_list_numbers_each_choice_without_its_own_filter(programme: Flask) -> None:
    html = programme.test_client().get("/en/events/?format=hybrid").text
    formats = re.search(r'<legend class="field__label">Format</legend>(.*?)</fieldset>', html, re.S)
    assert formats
    assert texts(formats[1], r'<div class="choice">(.*?)</div>') == ["Online 3", "On site 1", "On site and online 1"]


def test_list_offers_its_calendar_where_one_city_alone_is_chosen(programme: Flask) -> None:
    client = programme.test_client()
    one = client.get("/en/events/?city=zhengzhou").text
    two = client.get("/en/events/?city=zhengzhou&city=sofia").text
    assert ("kind=city&amp;id=zhengzhou" in one, 'action="/en/calendars/filters"' in one) == (True, False)
    assert 'action="/en/calendars/filters"' in two


def test_event_shows_its_hours_no_finer_than_known(programme: Flask) -> None:
    html = programme.test_client().get(f"/en/events/{INDUSTRY}").text
    assert headings(html) == [
        "Technology 4.0 & Industry 5.0 and Innovation for a Green and Digital Transition – "
        "IURC-China Cooperation Networking Webinar"
    ]
    assert texts(html, r'<span class="clock__time">(.*?)</span>') == ["Morning", "Afternoon"]
    assert "Guess: 09:00–11:00 Brussels | 15:00–17:00 Beijing" in html
    assert texts(html, r'<p class="count"[^>]*>(.*?)</p>') == [
        "more than 70 participants",
        "exactly 27 cities and regions",
        "exactly 14 city speakers",
    ]
    assert texts(html, r'<p class="agenda__rest[^>]*>(.*?)</p>') == [
        "3 more city talks; names and topics not published"
    ]


def test_event_names_only_speakers_who_were_accepted_and_agreed(client: FlaskClient) -> None:
    event = make_event("2099-talks")
    item = make_session(event).items[0]
    people = [
        make_speaker(event, "Agreed Person"),
        make_speaker(event, "Silent Person", consented_at=None),
        make_speaker(event, "Nominated Person", state="nominated"),
        make_speaker(event, "Refused Person", state="refused"),
    ]
    db.session.add_all(Contribution(item_id=item.id, speaker_id=person.id, role="speaker") for person in people)
    changed(event)
    html = client.get("/en/events/2099-talks").text
    assert texts(html, r'<p class="person__name">(.*?)</p>') == ["Agreed Person"]
    assert [found(client, f"q={name}") for name in ("Agreed", "Silent", "Nominated")] == [["2099-talks"], [], []]


def test_event_page_follows_every_change(sqlite_client: FlaskClient) -> None:
    event = make_event("2099-talks")
    before = sqlite_client.get("/en/events/2099-talks").text
    event.summary = {"en": "A new summary"}
    changed(event)
    assert ("A new summary" in before, "A new summary" in sqlite_client.get("/en/events/2099-talks").text) == (
        False,
        True,
    )


def test_event_tells_gone_from_unknown_and_leads_on_from_former_addresses(client: FlaskClient) -> None:
    make_event("2099-draft", state="draft")
    withdrawn = make_event("2099-withdrawn")
    withdrawn.state = "draft"
    withdrawn.unpublished_at = utc_now()
    changed(withdrawn)
    deleted = make_event("2099-deleted")
    deleted.deleted_at = utc_now()
    changed(deleted)
    moved = make_event("2099-new")
    db.session.add(FormerSlug(slug="2099-old", event_id=moved.id))
    db.session.commit()
    answers = {
        slug: client.get(f"/en/events/{slug}").status_code
        for slug in ("2099-draft", "2099-withdrawn", "2099-deleted", "2099-old", "2099-nothing")
    }
    assert answers == {
        "2099-draft": 404,
        "2099-withdrawn": 410,
        "2099-deleted": 410,
        "2099-old": 301,
        "2099-nothing": 404,
    }
    assert client.get("/zh/events/2099-old").headers["Location"] == "/zh/events/2099-new"


def test_month_known_alone_makes_no_calendar_entry_and_says_why(sqlite_client: FlaskClient) -> None:
    make_event("2099-expo", slot=TimeSlot("Asia/Shanghai", Precision.MONTH, "2099-04", "2099-10"))
    html = sqlite_client.get("/en/events/2099-expo").text
    assert ("Only the month is known" in html, "Add to calendar" in html) == (True, False)


def test_join_links_are_on_no_public_page(sqlite_client: FlaskClient) -> None:
    event = make_event("2099-talks")
    db.session.add(JoinLink(event_id=event.id, label={"en": "Room"}, address="https://meet.example.org/secret"))
    changed(event)
    assert "meet.example.org" not in sqlite_client.get("/en/events/2099-talks").text


def test_preview_shows_a_draft_to_the_holder_of_the_link_alone(client: FlaskClient) -> None:
    event = make_event("2099-draft", state="draft")
    token = tokens.issue("preview", event_id=event.id)
    db.session.commit()
    opened = client.get(f"/en/preview/{token}")
    shown = client.get(opened.headers["Location"])
    again = client.get(f"/en/preview/{token}")
    stranger = client.application.test_client().get(opened.headers["Location"])
    assert (opened.status_code, shown.status_code, again.status_code, stranger.status_code) == (303, 200, 303, 404)
    assert ("Preview, not public." in shown.text, token in shown.text) == (True, False)
    assert (client.get("/en/preview/wrong").status_code, client.get("/en/events/2099-draft").status_code) == (404, 404)
    tokens.revoke("preview", event_id=event.id)
    db.session.commit()
    assert client.get(opened.headers["Location"]).status_code == 404


def test_agenda_of_200_items_takes_eight_statements(client: FlaskClient) -> None:
    event = make_event("2099-congress")
    for number in range(10):
        session = make_session(event, f"part-{number}", items=20)
        for item in session.items:
            speaker = make_speaker(event, f"Speaker {number}-{item.position}")
            db.session.add(Contribution(item_id=item.id, speaker_id=speaker.id, role="speaker"))
    changed(event)
    db.session.remove()
    with counted_statements() as statements:
        started = time.process_time()
        html = client.get("/en/events/2099-congress").text
        first = time.process_time() - started
    assert (len(statements) <= 8, html.count('class="agenda__row"')) == (True, 200)
    db.session.remove()
    with counted_statements() as statements:
        client.get("/en/events/2099-congress")
    assert (len(statements) <= 1, first < 3) == (True, True)


def test_kept_page_shows_seats_as_they_are_now(sqlite_client: FlaskClient) -> None:
    event = make_event(
        "2099-talks", slot=make_slot("2099-05-01T09:00", "2099-05-01T10:00"), capacity=2, is_registration_open=True
    )
    pages = []
    for taken in (0, 1, 2):
        event.seats_taken = taken
        db.session.commit()
        pages.append(texts(sqlite_client.get("/en/events/2099-talks").text, r'<p class="page-head__note">(.*?)</p>'))
    assert pages == [["2 places left"], ["1 place left"], ["No places left"]]


def test_compressed_page_is_not_sent_again_either(sqlite_client: FlaskClient) -> None:
    make_event("2099-talks")
    packed = {"Accept-Encoding": "gzip"}
    first = sqlite_client.get("/en/events/2099-talks", headers=packed)
    again = sqlite_client.get("/en/events/2099-talks", headers={**packed, "If-None-Match": first.headers["ETag"]})
    assert (first.headers["Content-Encoding"], again.status_code, again.headers["ETag"]) == (
        "gzip",
        304,
        first.headers["ETag"],
    )
