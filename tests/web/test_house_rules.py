"""Rules of the house that hold for every page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy import event as sql_event

from iurc_events import addresses
from iurc_events.database import db
from iurc_events.models.accounts import User
from iurc_events.services.demo import seed_demo
from tests.factories import sign_in

EVENT = "2022-04-29-industry-4-0-seminar"
PUBLIC = [
    "", "events/", f"events/{EVENT}", "cities/", "cities/sofia", "pairs/", "pairs/lazio--zhengzhou",
    "themes/smart-city", "calendars/", "about",
]  # fmt: skip
ORGANISER = [
    "organise/", "organise/events/", "organise/events/new", f"organise/events/{EVENT}/agenda",
    f"organise/events/{EVENT}/delegations", f"organise/events/{EVENT}/history", f"organise/events/{EVENT}/counts",
    f"organise/events/{EVENT}/participants", "organise/reports/", "organise/outbox/", "organise/people/",
    "organise/jobs/",
]  # fmt: skip


@pytest.fixture
def site(sqlite_app: Flask) -> Flask:
    seed_demo()
    return sqlite_app


@contextmanager
def statements() -> Iterator[list[str]]:
    """Collect what is sent to the database."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith("BEGIN"):
            seen.append(statement)

    sql_event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        sql_event.remove(db.engine, "before_cursor_execute", note)


def test_no_get_changes_data(site: Flask) -> None:
    organiser = db.session.query(User).filter_by(email="organiser@example.org").one()
    visitor, signed_in = site.test_client(), sign_in(site.test_client(), organiser)
    with statements() as seen:
        for client, paths in ((visitor, PUBLIC), (signed_in, PUBLIC + ORGANISER)):
            for path in paths:
                assert client.get(f"/en/{path}").status_code == 200, path
    assert [each for each in seen if each.split(None, 1)[0] in ("INSERT", "UPDATE", "DELETE")] == []


@pytest.mark.parametrize("path", PUBLIC)
def test_public_page_takes_at_most_eight_statements(site: Flask, path: str) -> None:
    client = site.test_client()
    with statements() as seen:
        assert client.get(f"/zh/{path}").status_code == 200
    assert len(seen) <= 8, seen


def test_addresses_are_those_of_the_routes(site: Flask) -> None:
    with site.test_request_context("/en/"):
        built = {
            addresses.home("en"): site.url_for("home.show_home", lang="en"),
            addresses.event("x", "zh"): site.url_for("public_events.show_event", slug="x", lang="zh"),
            addresses.city("x", "en"): site.url_for("public_cities.show_city", slug="x", lang="en"),
            addresses.pair("x", "en"): site.url_for("public_pairs.show_pair", slug="x", lang="en"),
            addresses.theme("x", "en"): site.url_for("public_themes.show_theme", slug="x", lang="en"),
            addresses.registration("t", "zh"): site.url_for("own_registration.open_link", token="t", lang="zh"),
            addresses.invitation("t", "zh"): site.url_for("invitations.show_invitation", token="t", lang="zh"),
            addresses.speaker("t", "zh"): site.url_for("speaker_pages.open_link", token="t", lang="zh"),
            addresses.preview("t", "en"): site.url_for("event_previews.open_preview", token="t", lang="en"),
            addresses.sign_in_link("t", "en"): site.url_for("sign_in.show_link", token="t", lang="en"),
        }
    assert list(built) == list(built.values())
