"""Public pages are kept as they were rendered, and nobody ever reads an old one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event as orm_event
from sqlalchemy import select, update

from iurc_events.database import db, in_transaction, utc_now
from iurc_events.models.attendance import HeadCount
from iurc_events.models.calendar_feeds import FeedVersion
from iurc_events.models.cities import City
from iurc_events.models.events import Event
from iurc_events.models.programmes import Theme
from iurc_events.services import page_version, seats
from iurc_events.web.public import sharing
from tests import factories

KEPT = (
    "/en/", "/en/events/", "/en/events/?page=2", "/en/events/?city=ghent", "/en/cities/", "/en/cities/ghent",
    "/en/pairs/", "/en/pairs/ghent--wuhan", "/en/themes/", "/en/themes/water",
)  # fmt: skip


@pytest.fixture
def site(app: Flask) -> Flask:
    """Return an application with a bit of everything that public pages show."""
    programme = factories.make_programme("iurc-test")
    ghent = factories.make_city("ghent", programme)
    wuhan = factories.make_city("wuhan", programme, side="China", lat=30.6, lon=114.3, time_zone="Asia/Shanghai")
    factories.make_pair(ghent, wuhan)
    factories.make_theme("water")
    factories.make_event("2099-water", programme, title={"en": "Water", "zh": "水"})
    return app


@contextmanager
def statements(app: Flask) -> Iterator[list[str]]:
    """Collect what is asked of the database through sessions."""
    found: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        found.append(statement)

    orm_event.listen(db.engine, "before_cursor_execute", note)
    yield found
    orm_event.remove(db.engine, "before_cursor_execute", note)


def version() -> int:
    """Return the version of the public pages."""
    db.session.rollback()
    return db.session.scalars(select(FeedVersion.version).where(FeedVersion.feed == "pages")).one()


def test_pages_are_rendered_once_for_all_strangers(site: Flask) -> None:
    for path in KEPT:
        first = site.test_client().get(path)
        assert first.status_code == 200
        with statements(site) as asked:
            second = site.test_client().get(path)
        assert second.data == first.data
        assert asked == [], path


def test_kept_pages_show_only_rows_whose_changes_are_seen(site: Flask) -> None:
    for path in KEPT:
        with statements(site) as asked:
            site.test_client().get(path)
        tables = {name for statement in asked for name in re.findall(r"(?:FROM|JOIN) ([a-z_]+)", statement)}
        assert tables, path
        assert tables <= page_version.SHOWN, path


def _rename_city() -> None:
    db.session.scalars(select(City).where(City.slug == "ghent")).one().name = {"en": "Gent", "zh": "新名"}


def _rename_by_statement() -> None:
    db.session.execute(update(City).where(City.slug == "ghent").values(name={"en": "Gent", "zh": "新名"}))


@pytest.mark.parametrize("change", [_rename_city, _rename_by_statement])
def test_a_change_is_on_the_page_at_once(site: Flask, change: Callable[[], None]) -> None:
    visitor = site.test_client()
    assert "Gent" not in visitor.get("/en/cities/").text
    in_transaction(change)()
    assert "Gent" in visitor.get("/en/cities/").text


def test_new_and_deleted_rows_are_on_the_page_at_once(site: Flask) -> None:
    visitor = site.test_client()
    visitor.get("/en/themes/")
    theme = factories.make_theme("forests", name={"en": "Forests", "zh": "森林"})
    assert "Forests" in visitor.get("/en/themes/").text
    db.session.delete(db.session.get_one(Theme, theme.id))
    db.session.commit()
    assert "Forests" not in visitor.get("/en/themes/").text


def test_what_is_rolled_back_raises_nothing(site: Flask) -> None:
    before = version()
    db.session.scalars(select(City).where(City.slug == "ghent")).one().name = {"en": "Gent"}
    db.session.flush()
    db.session.rollback()
    db.session.commit()
    assert version() == before


def test_a_transaction_raises_the_version_once(site: Flask) -> None:
    before = version()

    @in_transaction
    def change_all() -> None:
        for city in db.session.scalars(select(City)):
            city.name = {**city.name, "fr": "Ville"}
            db.session.flush()
        event_id = db.session.scalar(select(Event.id))
        db.session.add(HeadCount(event_id=event_id, subject="participants", value=70, qualifier="about"))

    change_all()
    assert version() == before + 1


def test_seats_change_lists_only_where_an_event_fills_up_or_has_room_again(site: Flask) -> None:
    event = factories.make_event("2099-small", is_registration_open=True, capacity=2)
    visitor, before = site.test_client(), version()
    open_page = visitor.get("/en/events/").text
    in_transaction(seats.take)(event.id)
    assert version() == before
    in_transaction(seats.take)(event.id)
    assert version() == before + 1
    assert visitor.get("/en/events/").text != open_page
    in_transaction(seats.give_back)(event.id)
    assert version() == before + 2
    assert visitor.get("/en/events/").text == open_page
    in_transaction(seats.give_back)(event.id)
    in_transaction(seats.take_many)(event.id, 2)
    assert version() == before + 3


def test_the_clock_goes_on(site: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    visitor, now = site.test_client(), utc_now().replace(second=10)
    with statements(site) as asked:
        for moment in (now, now + timedelta(seconds=49), now + timedelta(seconds=50)):
            monkeypatch.setattr(sharing, "utc_now", lambda moment=moment: moment)
            asked.clear()
            visitor.get("/en/")
            asked_for = len(asked)
            assert (asked_for == 0) == (moment == now + timedelta(seconds=49))


def test_those_who_are_signed_in_never_get_the_page_of_strangers(site: Flask) -> None:
    site.test_client().get("/en/events/")
    reader = factories.sign_in(site.test_client(), factories.make_user(email="reader@example.org"))
    mine = reader.get("/en/events/")
    assert "/en/sign-in" not in mine.text
    assert "/en/sign-in" in site.test_client().get("/en/events/").text


def test_a_page_with_a_form_of_ones_own_is_not_kept(site: Flask) -> None:
    path = "/en/events/?format=online&format=onsite"
    pages = [site.test_client().get(path) for _ in range(2)]
    tokens = [re.findall(r'name="csrf_token" value="([^"]+)"', page.text) for page in pages]
    assert all(tokens)
    assert tokens[0] != tokens[1]
    assert all("Set-Cookie" in page.headers for page in pages)


def test_searches_and_endless_addresses_are_not_kept(site: Flask) -> None:
    for path in ("/en/events/?q=water", f"/en/events/?page=1&x={'y' * 100}"):
        with statements(site) as asked:
            for _ in range(2):
                asked.clear()
                site.test_client().get(path)
        assert asked


def test_wechat_gets_a_page_of_its_own(site: Flask, client: FlaskClient) -> None:
    with statements(site) as asked:
        for _ in range(2):
            asked.clear()
            client.get("/en/", headers={"User-Agent": "Mozilla/5.0 MicroMessenger/8.0"})
    assert asked
