"""Feeds over HTTP: standards.md section 1, HTTP rows, and product.md sections 3 and 4."""

from __future__ import annotations

import gzip
from datetime import UTC, date, datetime, timedelta

import icalendar
import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from iurc_events.calendars.lint import lint
from iurc_events.database import db, utc_now
from iurc_events.models.calendar_feeds import CalendarSubscription
from iurc_events.models.events import JoinLink
from iurc_events.services import event_changes, feeds, personal_feeds
from tests.factories import make_city, make_event, make_programme, make_session, make_slot, make_speaker, make_user

NOW = datetime(2027, 4, 1, 12, 0, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def spring_2027() -> object:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def entries(data: bytes) -> list[icalendar.Event]:
    return list(icalendar.Calendar.from_ical(data).walk("VEVENT"))


def test_programme_feed_holds_published_events_with_their_instants(app: Flask, client: FlaskClient) -> None:
    programme = make_programme("iurc-test")
    event = make_event("2027-green-roofs", programme)
    make_event("2027-secret", programme, state="draft")

    response = client.get("/calendar/programmes/iurc-test.ics")

    assert (response.status_code, response.content_type) == (200, "text/calendar; charset=utf-8")
    assert [(str(e["UID"]), e.decoded("DTSTART").astimezone(UTC)) for e in entries(response.data)] == [
        (str(event.calendar_uid), event.starts_at)
    ]
    assert lint(response.data) == []


@pytest.mark.parametrize("language", ["en", "zh", "both"])
def test_empty_feed_is_a_valid_calendar_when_nothing_was_published(
    app: Flask, client: FlaskClient, language: str
) -> None:
    make_city("sofia")
    response = client.get(f"/calendar/cities/sofia.ics?lang={language}")
    assert (response.status_code, entries(response.data), lint(response.data)) == (200, [], [])


def test_second_request_is_304_without_body_when_nothing_changed(app: Flask, client: FlaskClient) -> None:
    make_event("2027-green-roofs")
    first = client.get("/calendar/events/2027-green-roofs.ics")

    by_tag = client.get("/calendar/events/2027-green-roofs.ics", headers={"If-None-Match": first.headers["ETag"]})
    by_date = client.get(
        "/calendar/events/2027-green-roofs.ics", headers={"If-Modified-Since": first.headers["Last-Modified"]}
    )
    assert [(r.status_code, r.data, r.headers["ETag"]) for r in (by_tag, by_date)] == [
        (304, b"", first.headers["ETag"])
    ] * 2


def test_old_tag_beats_a_new_date_when_both_are_sent(app: Flask, client: FlaskClient) -> None:
    make_event("2027-green-roofs")
    first = client.get("/calendar/events/2027-green-roofs.ics")
    answer = client.get(
        "/calendar/events/2027-green-roofs.ics",
        headers={"If-None-Match": '"another"', "If-Modified-Since": first.headers["Last-Modified"]},
    )
    assert answer.status_code == 200


@pytest.mark.parametrize("since", ["Thu, 01 Jan 1970 00:00:00 GMT", "yesterday", ""])
def test_useless_date_gets_the_whole_feed(app: Flask, client: FlaskClient, since: str) -> None:
    make_event("2027-green-roofs")
    answer = client.get("/calendar/events/2027-green-roofs.ics", headers={"If-Modified-Since": since})
    assert answer.status_code == 200


def test_change_raises_sequence_and_stamps_together_and_answers_anew(
    app: Flask, client: FlaskClient, spring_2027: time_machine.Traveller
) -> None:
    event = make_event("2027-green-roofs")
    first = client.get("/calendar/events/2027-green-roofs.ics")
    spring_2027.shift(timedelta(minutes=5))
    event.title = {"en": "Greener roofs", "zh": "更绿的屋顶"}
    event_changes.record_change(event, "details changed", actor_id=None)
    db.session.commit()

    second = client.get("/calendar/events/2027-green-roofs.ics", headers={"If-None-Match": first.headers["ETag"]})
    before, after = entries(first.data)[0], entries(second.data)[0]
    assert second.status_code == 200
    assert (before["SEQUENCE"], after["SEQUENCE"]) == (0, 1)
    assert after.decoded("DTSTAMP") == after.decoded("LAST-MODIFIED") == NOW + timedelta(minutes=5)
    assert before["UID"] == after["UID"]


def test_change_that_no_entry_shows_raises_nothing(app: Flask, client: FlaskClient) -> None:
    event = make_event("2027-green-roofs")
    event.state = "held"
    event.capacity = 30
    event_changes.record_change(event, "confirmed as held", actor_id=None)
    db.session.commit()
    assert (event.sequence, event.version) == (0, 3)


def test_two_changes_within_a_second_are_not_missed_by_date(
    app: Flask, client: FlaskClient, spring_2027: time_machine.Traveller
) -> None:
    event = make_event("2027-green-roofs")
    spring_2027.shift(timedelta(milliseconds=200))
    first = client.get("/calendar/events/2027-green-roofs.ics")
    spring_2027.shift(timedelta(milliseconds=300))
    event.title = {"en": "Greener roofs"}
    event_changes.record_change(event, "details changed", actor_id=None)
    db.session.commit()
    spring_2027.shift(timedelta(minutes=1))
    answer = client.get(
        "/calendar/events/2027-green-roofs.ics", headers={"If-Modified-Since": first.headers["Last-Modified"]}
    )
    assert answer.status_code == 200


def test_withdrawn_event_is_cancelled_for_30_days_then_gone(
    app: Flask, client: FlaskClient, spring_2027: time_machine.Traveller
) -> None:
    programme = make_programme("iurc-test")
    event = make_event("2027-green-roofs", programme)
    event.state = "draft"
    event.unpublished_at = utc_now()
    event_changes.record_change(event, "withdrawn", actor_id=None)
    db.session.commit()

    during = entries(client.get("/calendar/programmes/iurc-test.ics").data)
    spring_2027.shift(timedelta(days=32))
    after = client.get("/calendar/programmes/iurc-test.ics")
    gone = client.get("/calendar/events/2027-green-roofs.ics")
    assert [(str(e["STATUS"]), e["SEQUENCE"]) for e in during] == [("CANCELLED", 1)]
    assert entries(after.data) == []
    assert (gone.status_code, gone.mimetype) == (410, "text/plain")


def test_collection_leaves_out_what_ended_over_400_days_ago_unless_asked(app: Flask, client: FlaskClient) -> None:
    programme = make_programme("iurc-test")
    make_event("2022-old", programme, slot=make_slot("2022-04-29T09:00", "2022-04-29T11:00"))
    assert entries(client.get("/calendar/programmes/iurc-test.ics").data) == []
    assert len(entries(client.get("/calendar/programmes/iurc-test.ics?from=2021-01-01").data)) == 1
    assert len(entries(client.get("/calendar/events/2022-old.ics").data)) == 1


@pytest.mark.parametrize("query", ["lang=fr", "from=2021-13-01", "from=yesterday", "lang=en&lang=zh", "q=1"])
def test_wrong_parameter_is_400_in_plain_text(app: Flask, client: FlaskClient, query: str) -> None:
    make_programme("iurc-test")
    answer = client.get(f"/calendar/programmes/iurc-test.ics?{query}")
    assert (answer.status_code, answer.mimetype) == (400, "text/plain")


def test_answer_carries_no_cookie_and_the_security_headers(app: Flask, client: FlaskClient) -> None:
    make_programme("iurc-test")
    answer = client.get("/calendar/programmes/iurc-test.ics")
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "public, no-cache"
    assert answer.headers["Content-Disposition"] == 'inline; filename="iurc-test.ics"'


def test_head_has_the_headers_of_get(app: Flask, client: FlaskClient) -> None:
    make_programme("iurc-test")
    get, head = (method("/calendar/programmes/iurc-test.ics") for method in (client.get, client.head))
    assert (dict(head.headers), head.data) == (dict(get.headers), b"")


def test_gzip_only_when_accepted_and_under_another_tag(app: Flask, client: FlaskClient) -> None:
    make_event("2027-green-roofs")
    plain = client.get("/calendar/events/2027-green-roofs.ics")
    packed = client.get("/calendar/events/2027-green-roofs.ics", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in plain.headers
    assert gzip.decompress(packed.data) == plain.data
    assert packed.headers["ETag"] != plain.headers["ETag"]


def test_city_feed_follows_membership(app: Flask, client: FlaskClient) -> None:
    city = make_city("sofia")
    event = make_event("2027-green-roofs")
    make_speaker(event, city=city, state="nominated", consented_at=None)
    event_changes.record_change(event, "speaker nominated", actor_id=None)
    db.session.commit()
    before = entries(client.get("/calendar/cities/sofia.ics").data)
    make_speaker(event, "Probe Person", city=city)
    event_changes.record_change(event, "speaker accepted", actor_id=None)
    db.session.commit()
    after = entries(client.get("/calendar/cities/sofia.ics").data)
    assert (len(before), len(after)) == (0, 1)


def test_personal_feed_names_the_join_link_only_for_those_who_may_have_it(app: Flask, client: FlaskClient) -> None:
    programme = make_programme()
    event = make_event("2027-green-roofs", programme)
    event.join_links = [JoinLink(label={"en": "Room"}, address="https://meet.example.org/secret")]
    event_changes.record_change(event, "details changed", actor_id=None)
    db.session.commit()
    organiser, stranger = make_user("organiser", programme=programme), make_user()
    personal_feeds.follow(stranger, event.id)
    bodies = {}
    for user in (organiser, stranger):
        _, token = personal_feeds.subscribe(user.id, "phone")
        answer = client.get(f"/calendar/my/{token}.ics")
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "private, no-cache")
        assert b"SOURCE" not in answer.data
        assert lint(answer.data) == []
        bodies[user.id] = answer.data.replace(b"\r\n ", b"")
    public = client.get("/calendar/events/2027-green-roofs.ics").data.replace(b"\r\n ", b"")
    secret = b"meet.example.org/secret"
    assert [secret in bodies[organiser.id], secret in bodies[stranger.id], secret in public] == [True, False, False]


def test_revoked_address_is_410_and_unknown_one_404(app: Flask, client: FlaskClient) -> None:
    user = make_user()
    subscription, token = personal_feeds.subscribe(user.id, "phone")
    personal_feeds.unsubscribe(user.id, subscription.id)
    assert client.get(f"/calendar/my/{token}.ics").status_code == 410
    assert client.get(f"/calendar/my/{'a' * 26}.ics").status_code == 404
    assert db.session.query(CalendarSubscription).one().last_four == token[-4:]


def test_feed_of_a_draft_is_404(app: Flask, client: FlaskClient) -> None:
    make_event("2027-secret", state="draft")
    assert client.get("/calendar/events/2027-secret.ics").status_code == 404


def test_same_bytes_from_another_process_when_nothing_changed(app: Flask, client: FlaskClient) -> None:
    event = make_event("2027-green-roofs", make_programme("iurc-test"))
    make_session(event)
    from_server = client.get("/calendar/programmes/iurc-test.ics?lang=both&from=2020-01-01").data
    rendered = feeds.render_feed(feeds.get_subject("programme", "iurc-test"), "both", since=date(2020, 1, 1))
    assert rendered.body == from_server


def _tags_of_polls(client: FlaskClient, path: str, times: int, encoding: str = "") -> list[tuple[int, str]]:
    tag, seen = "", []
    for _ in range(times):
        headers = {"If-None-Match": tag} if tag else {}
        answer = client.get(path, headers=headers | ({"Accept-Encoding": encoding} if encoding else {}))
        tag = answer.headers["ETag"]
        seen.append((answer.status_code, tag))
    return seen


def test_quick_answer_of_an_unchanged_feed_is_that_of_the_long_way(app: Flask, client: FlaskClient) -> None:
    """The second 304 is answered from what the first one worked out, with one read."""
    event = make_event("2027-green-roofs")
    later = NOW + timedelta(minutes=1)
    path = "/calendar/events/2027-green-roofs.ics?lang=zh"
    with time_machine.travel(later, tick=False):
        plain, packed = _tags_of_polls(client, path, 4), _tags_of_polls(client, path, 4, "gzip")
        asked = {"If-None-Match": plain[0][1]}
        quick = client.get(path, headers=asked)
        event.title = {"en": "Red roofs", "zh": "红屋顶"}
        event_changes.record_change(event, "renamed", actor_id=None)
        db.session.commit()
        changed = client.get(path, headers=asked)
    assert [status for status, _ in plain + packed] == [200, 304, 304, 304] * 2
    assert (len({tag for _, tag in plain}), len({tag for _, tag in packed})) == (1, 1)
    assert (quick.status_code, quick.data, "Set-Cookie" in quick.headers) == (304, b"", False)
    assert quick.headers["X-Content-Type-Options"] == "nosniff"
    assert (changed.status_code, changed.headers["ETag"] != plain[0][1]) == (200, True)


def test_quick_answer_ends_with_the_day_because_the_window_moves(app: Flask, client: FlaskClient) -> None:
    programme = make_programme("iurc-test")
    make_event("2026-old", programme, slot=make_slot("2026-02-25T09:00", "2026-02-25T11:00"))
    path = "/calendar/programmes/iurc-test.ics"
    with time_machine.travel(NOW + timedelta(minutes=1), tick=False):
        before = _tags_of_polls(client, path, 3)
    with time_machine.travel(NOW + timedelta(days=1), tick=False):
        after = client.get(path, headers={"If-None-Match": before[0][1]})
    assert ([status for status, _ in before], after.status_code, entries(after.data)) == ([200, 304, 304], 200, [])
