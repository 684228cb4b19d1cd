"""Home, cities, pairs, themes, calendars and the pages at the foot, with the real programme."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event as sql_event

from iurc_events.database import db
from iurc_events.models.agendas import ItemCity
from iurc_events.models.events import EventTheme
from iurc_events.services import event_changes
from iurc_events.services.demo import seed_demo
from tests.factories import make_city, make_event, make_pair, make_programme, make_session, make_slot, make_theme

PAGES = [
    "/",
    "/events/",
    "/events/?city=zhengzhou&kind=thematic-seminar&format=online&state=held&q=Industry",
    "/events/2022-04-29-industry-4-0-seminar",
    "/cities/",
    "/cities/?programme=iurc-china",
    "/cities/yangzhou",
    "/pairs/",
    "/pairs/lazio--zhengzhou",
    "/themes/",
    "/themes/smart-city",
    "/calendars/",
    "/calendars/?kind=pair&id=lazio--zhengzhou&titles=zh",
    "/calendars/?kind=event&id=2022-04-29-industry-4-0-seminar",
    "/about",
    "/accessibility",
    "/personal-data",
]


@pytest.fixture
def programme(app: Flask) -> Flask:
    seed_demo()
    return app


@contextmanager
def counted_statements() -> Iterator[list[str]]:
    """Collect the statements that run inside, the begin of a transaction left out."""
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith("BEGIN"):
            statements.append(statement)

    sql_event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        sql_event.remove(db.engine, "before_cursor_execute", note)


def texts(html: str, pattern: str) -> list[str]:
    """Return what a reader sees of each piece of markup that fits a pattern."""
    return [
        " ".join(unescape(re.sub(r"<[^>]*>", " ", piece)).split()) for piece in re.findall(pattern, html, flags=re.S)
    ]


def headings(html: str) -> list[str]:
    return texts(html, r"<h1[^>]*>(.*?)</h1>")


def test_public_page_takes_eight_statements_and_100_kilobytes_for_strangers(programme: Flask) -> None:
    client = programme.test_client()
    found = {}
    for page in PAGES:
        for language in ("en", "zh"):
            db.session.remove()
            with counted_statements() as statements:
                response = client.get(f"/{language}{page}")
            size = len(client.get(f"/{language}{page}", headers={"Accept-Encoding": "gzip"}).data)
            found[language + page] = (response.status_code, len(statements) <= 8, size < 60_000)
    assert set(found.values()) == {(200, True, True)}


def test_public_page_is_not_sent_again_while_nothing_changed(sqlite_client: FlaskClient) -> None:
    make_event("2027-fair")
    first = sqlite_client.get("/en/events/2027-fair")
    again = sqlite_client.get("/en/events/2027-fair", headers={"If-None-Match": first.headers["ETag"]})
    with sqlite_client.session_transaction() as session:
        session["anything"] = True
    own = sqlite_client.get("/en/events/2027-fair")
    assert (first.headers["Cache-Control"], again.status_code, own.headers["Cache-Control"]) == (
        "public, no-cache",
        304,
        "private, no-cache",
    )


def test_home_shows_the_latest_where_nothing_is_to_come(programme: Flask) -> None:
    html = programme.test_client().get("/en/").text
    assert texts(html, r"<h2[^>]*>(.*?)</h2>")[:3] == ["Latest events", "Recently held", "By theme"]
    assert texts(html, r'<p class="card__foot">(.*?)</p>') == [
        "more than 100 cities and regions 7 pairs presented",
        "more than 70 participants 27 cities and regions",
        "more than 80 participants 25 cities and regions",
    ]
    assert texts(html, r'<p class="map-band__note"><b>(.*?)</b>') == ["10 pairs"]


def test_home_shows_what_comes_without_drafts_and_cancelled_events(sqlite_client: FlaskClient) -> None:
    programme = make_programme()
    later, soon = make_slot("2099-05-02T09:00", "2099-05-02T10:00"), make_slot("2099-05-01T09:00", "2099-05-01T10:00")
    make_event("2099-later", programme, slot=later)
    make_event("2099-soon", programme, slot=soon)
    make_event("2099-draft", programme, slot=soon, state="draft")
    make_event("2099-off", programme, slot=soon, state="cancelled")
    html = sqlite_client.get("/en/").text
    assert texts(html, r'<h3 class="event-row__title">(.*?)</h3>') == ["Title of 2099-soon", "Title of 2099-later"]
    assert "All 2 upcoming events" in html


def test_home_binds_both_clocks_of_the_map_to_the_script(sqlite_client: FlaskClient) -> None:
    make_event()
    html = sqlite_client.get("/zh/").text
    clocks = re.findall(r'class="map-clock-time"[^>]*data-zone="([^"]*)" data-module="([^"]*)"[^>]*>(\d\d:\d\d)<', html)
    assert [clock[:2] for clock in clocks] == [("Europe/Brussels", "live-clock"), ("Asia/Shanghai", "live-clock")]
    assert "[[" not in html


def test_cities_tell_listed_from_active_and_sort_by_pinyin(programme: Flask) -> None:
    client = programme.test_client()
    english, chinese = (client.get(f"/{lang}/cities/?programme=iurc-china").text for lang in ("en", "zh"))
    assert texts(english, r'<h2 id="side-[^>]*>(.*?)</h2>') == ["European side 22", "Chinese side 22"]
    assert texts(english, r'<p class="page-head__lead">(.*?)</p>') == [
        "44 partners are on an official list; 24 took part in events shown here."
    ]
    names = texts(chinese.split('id="side-China"')[1], r'<th scope="row">.*?<a [^>]*>(.*?)</a>')
    assert names[:4] == ["北京", "成都", "重庆两江新区", "大连"]


def test_city_shows_pairs_events_awards_aliases_and_its_parts(programme: Flask) -> None:
    client = programme.test_client()
    html = client.get("/en/cities/yangzhou").text
    assert headings(html) == ["Yangzhou 扬州"]
    assert texts(html, r'<p class="count">(.*?)</p>') == ["2 pairs", "5 partner cities and regions", "2 events"]
    assert len(texts(html, r'<th scope="row">(.*?)</th>')) == 5
    assert "part of" in client.get("/en/cities/taicang").text
    assert "Taicang" in client.get("/en/cities/suzhou").text
    assert "Also written" in client.get("/en/cities/nci-bologna").text


def test_pair_shows_its_milestones_in_order(programme: Flask) -> None:
    html = programme.test_client().get("/en/pairs/lazio--zhengzhou").text
    assert texts(html, r'<time class="steps-list__date"[^>]*>(.*?)</time>') == [
        "3 November 2022",
        "21 December 2022",
        "31 January 2023",
    ]


@pytest.mark.parametrize("path", ["cities", "pairs", "themes", "events"])
def test_unknown_address_is_not_found(sqlite_client: FlaskClient, path: str) -> None:
    assert sqlite_client.get(f"/en/{path}/no-such-thing").status_code == 404


def test_draft_is_on_no_public_page(client: FlaskClient) -> None:
    programme = make_programme("drafting")
    here, there = make_city("testville", programme), make_city("testburg", programme, side="China", country="CN")
    pair, theme = make_pair(here, there), make_theme("testing")
    draft = make_event("2099-secret", programme, state="draft", venue_city_id=here.id, title={"en": "Secret plan"})
    session = make_session(draft)
    session.items[0].topic = {"en": "Secret topic"}
    session.items[0].cities = [ItemCity(city_id=city.id) for city in (here, there)]
    draft.themes = [EventTheme(theme_id=theme.id)]
    event_changes.record_change(draft, "made for a test", actor_id=None)
    db.session.commit()
    pages = [
        "/", "/events/", "/events/?q=Secret", "/cities/", "/cities/testville", "/pairs/", f"/pairs/{pair.slug}",
        "/themes/", "/themes/testing", "/calendars/", "/calendars/?kind=city&id=testville",
    ]  # fmt: skip
    bodies = {page: client.get(f"/en{page}") for page in pages}
    assert {response.status_code for response in bodies.values()} == {200}
    assert [page for page, response in bodies.items() if "Secret plan" in response.text] == []
    assert client.get("/en/events/2099-secret").status_code == 404
    assert "There is no such calendar" in client.get("/en/calendars/?kind=event&id=2099-secret").text
    assert texts(bodies["/events/"].text, r'<p id="result"[^>]*>(.*?)</p>') == ["0 events"]


def test_calendar_is_offered_with_https_webcal_and_code(sqlite_client: FlaskClient) -> None:
    make_event(programme=make_programme("fairs"))
    html = sqlite_client.get("/en/calendars/?kind=programme&id=fairs&titles=zh").text
    assert re.findall(r'id="feed-address"[^>]* value="([^"]*)"', html) == [
        "http://127.0.0.1:8000/calendar/programmes/fairs.ics?lang=zh"
    ]
    assert 'href="webcal://127.0.0.1:8000/calendar/programmes/fairs.ics?lang=zh"' in html
    assert html.count('class="qr-code"') == 1
    assert sqlite_client.get("/calendar/programmes/fairs.ics?lang=zh").status_code == 200


def test_calendar_tells_readers_in_wechat_how_to_get_out(sqlite_client: FlaskClient) -> None:
    make_event("2099-fair")
    wechat = {"User-Agent": "Mozilla/5.0 (iPhone) MicroMessenger/8.0.50"}
    page = sqlite_client.get("/zh/calendars/", headers=wechat)
    elsewhere = sqlite_client.get("/zh/calendars/")
    event_page = sqlite_client.get("/zh/events/2099-fair", headers=wechat).text
    assert ("在浏览器打开" in page.text, "在浏览器打开" in elsewhere.text) == (True, False)
    assert "User-Agent" in page.headers["Vary"]
    assert 'href="/calendar/events/2099-fair.ics' not in event_page.split("</h1>")[1].split("<aside")[0]


@pytest.mark.parametrize("query", ["kind=nonsense&id=x", "kind=city&id=", "kind=city&id=nix", "titles=fr", "kind=pair"])
def test_calendar_page_bears_wrong_parameters(sqlite_client: FlaskClient, query: str) -> None:
    make_event()
    assert sqlite_client.get(f"/en/calendars/?{query}").status_code == 200


def test_robots_may_read_feeds_and_no_personal_pages(sqlite_client: FlaskClient) -> None:
    lines = sqlite_client.get("/robots.txt").text.splitlines()
    assert "Allow: /calendar/" in lines
    assert not any(line.startswith("Disallow: /calendar") for line in lines)
    assert "Disallow: /*/my/" in lines
