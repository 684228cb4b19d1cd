"""The day on which a personal calendar was last used, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event as sql_event

from iurc_events.database import db, utc_now
from iurc_events.models.calendar_feeds import CalendarSubscription
from iurc_events.services import feed_use, personal_feeds
from iurc_events.services.feed_use import FeedUse
from tests.factories import make_user, sign_in

NOON = datetime(2027, 4, 6, 12, tzinfo=UTC)


def used_on() -> str | None:
    db.session.rollback()
    return db.session.query(CalendarSubscription).one().last_used_on


@contextmanager
def watched() -> Iterator[list[str]]:
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        statements.append(statement.split()[0].upper())

    sql_event.listen(db.engine, "before_cursor_execute", note)
    yield statements
    sql_event.remove(db.engine, "before_cursor_execute", note)


def test_use_is_written_down_by_the_worker_and_shown_on_the_account_page(app: Flask, client: FlaskClient) -> None:
    user = make_user()
    _, token = personal_feeds.subscribe(user.id, "phone")
    first = client.get(f"/calendar/my/{token}.ics")
    with watched() as statements:
        again = client.get(f"/calendar/my/{token}.ics", headers={"If-None-Match": first.headers["ETag"]})
    assert (first.status_code, again.status_code) == (200, 304)
    assert {"INSERT", "UPDATE", "DELETE", "COMMIT"} & set(statements) == set()
    assert used_on() is None
    assert feed_use.write_down() == 1
    assert used_on() == utc_now().date().isoformat()
    sign_in(client, user)
    assert utc_now().date().isoformat() in client.get("/en/account/calendars/").text


def test_use_is_noted_once_a_day_and_a_day_never_goes_back(app: Flask) -> None:
    subscription, _ = personal_feeds.subscribe(make_user().id, "phone")
    key, use = subscription.public_id, FeedUse()
    use.note(key, NOON)
    use.note(key, NOON.replace(hour=13))
    assert feed_use.write_down() == 1
    use.note(key, NOON.replace(hour=14))
    assert (feed_use.write_down(), used_on()) == (0, "2027-04-06")
    FeedUse().note(key, NOON.replace(day=5))
    assert (feed_use.write_down(), used_on()) == (1, "2027-04-06")
    use.note(key, NOON.replace(day=7))
    FeedUse().note(key, NOON.replace(day=7))
    assert (feed_use.write_down(), used_on()) == (1, "2027-04-07")


def test_address_that_was_withdrawn_notes_nothing(app: Flask, client: FlaskClient) -> None:
    user = make_user()
    subscription, token = personal_feeds.subscribe(user.id, "phone")
    personal_feeds.unsubscribe(user.id, subscription.id)
    assert client.get(f"/calendar/my/{token}.ics").status_code == 410
    assert (feed_use.write_down(), used_on()) == (0, None)
