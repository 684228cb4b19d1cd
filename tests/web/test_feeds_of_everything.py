"""Feeds of a kind, of a kept filter, and of an event by its sessions."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import uuid5

import icalendar
import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from iurc_events import addresses
from iurc_events.calendars.lint import lint
from iurc_events.database import db, utc_now
from iurc_events.models.agendas import EventSession
from iurc_events.models.events import Event
from iurc_events.queries.events import EventFilters
from iurc_events.queries.feed_versions import FeedVersions
from iurc_events.services import event_changes, saved_filters
from iurc_events.services.diagnosis import longest_feed_address
from iurc_events.services.feeds import Feed
from iurc_events.web.feeds.kept import KeptFeeds
from tests.factories import make_city, make_event, make_pair, make_programme, make_session, make_slot, make_theme

NOW = datetime(2027, 4, 1, 12, 0, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def spring_2027() -> object:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def entries(data: bytes) -> list[icalendar.Event]:
    assert lint(data) == []
    return list(icalendar.Calendar.from_ical(data).walk("VEVENT"))


def titles(client: FlaskClient, path: str) -> list[tuple[str, str]]:
    return [(str(e["SUMMARY"]), str(e["STATUS"])) for e in entries(client.get(path).data)]


def change(event: Event, **values: object) -> None:
    for name, value in values.items():
        setattr(event, name, value)
    event_changes.record_change(event, "changed for a test", actor_id=None)
    db.session.commit()


def poll(client: FlaskClient, path: str, times: int = 3) -> tuple[list[int], str]:
    tag, seen = "", []
    for _ in range(times):
        answer = client.get(path, headers={"If-None-Match": tag} if tag else {})
        tag = answer.headers["ETag"]
        seen.append(answer.status_code)
    return seen, tag


def test_feed_of_a_kind_holds_the_events_of_that_kind_and_loses_one_that_changes_its_kind(
    app: Flask, client: FlaskClient, spring_2027: time_machine.Traveller
) -> None:
    event = make_event("2027-green-roofs", kind="workshop")
    make_event("2027-other", kind="training")
    spring_2027.shift(timedelta(minutes=1))
    path = "/calendar/kinds/workshop.ics"
    statuses, tag = poll(client, path)
    before = titles(client, path)
    change(event, kind="training")
    after = client.get(path, headers={"If-None-Match": tag})
    assert (statuses, before) == ([200, 304, 304], [("Title of 2027-green-roofs", "CONFIRMED")])
    assert (after.status_code, entries(after.data)) == (200, [])
    assert len(titles(client, "/calendar/kinds/training.ics")) == 2


def test_unknown_kind_and_unknown_filter_are_404(app: Flask, client: FlaskClient) -> None:
    paths = ["/calendar/kinds/party.ics", "/calendar/filters/aaaaaaaaaa.ics", "/calendar/sessions/2027-none.ics"]
    assert [client.get(path).status_code for path in paths] == [404, 404, 404]


def test_kept_filter_has_the_same_short_id_in_whatever_order_it_was_chosen(app: Flask) -> None:
    one = EventFilters(kinds=("workshop", "training"), query=" green  roofs ", from_day=date(2027, 1, 1))
    other = EventFilters(kinds=("training", "workshop"), query="green roofs", from_day=date(2027, 1, 1))
    assert saved_filters.keep(one) == saved_filters.keep(other)
    assert saved_filters.keep(one) != saved_filters.keep(EventFilters(kinds=("workshop",)))
    assert len(saved_filters.keep(one)) == 10


def test_feed_of_a_filter_holds_what_the_list_shows_and_marks_what_was_withdrawn(
    app: Flask, client: FlaskClient, spring_2027: time_machine.Traveller
) -> None:
    programme = make_programme()
    city = make_city("ghent")
    roofs = make_event("2027-green-roofs", programme, kind="workshop", venue_city_id=city.id, format="onsite")
    make_event("2027-other", programme, kind="training")
    short_id = saved_filters.keep(EventFilters(kinds=("workshop",), cities=("ghent",), states=("published",)))
    path = f"/calendar/filters/{short_id}.ics"
    spring_2027.shift(timedelta(minutes=1))
    statuses, tag = poll(client, path)
    shown = titles(client, path)
    change(roofs, state="draft", unpublished_at=utc_now())
    withdrawn = client.get(path, headers={"If-None-Match": tag})
    spring_2027.shift(timedelta(days=31))
    assert (statuses, shown) == ([200, 304, 304], [("Title of 2027-green-roofs", "CONFIRMED")])
    assert [(str(e["STATUS"]), e["SEQUENCE"]) for e in entries(withdrawn.data)] == [("CANCELLED", 1)]
    assert entries(client.get(path).data) == []


def test_feed_of_a_filter_keeps_its_tag_when_something_else_changes(
    app: Flask, client: FlaskClient, spring_2027: time_machine.Traveller
) -> None:
    make_event("2027-green-roofs", kind="workshop")
    other = make_event("2027-other", kind="training")
    path = f"/calendar/filters/{saved_filters.keep(EventFilters(kinds=('workshop',)))}.ics?lang=both"
    spring_2027.shift(timedelta(minutes=1))
    _, tag = poll(client, path)
    change(other, title={"en": "Renamed"})
    assert client.get(path, headers={"If-None-Match": tag}).status_code == 304


def test_name_of_a_filter_says_what_it_holds_in_both_languages(app: Flask, client: FlaskClient) -> None:
    make_city("ghent")
    short_id = saved_filters.keep(EventFilters(kinds=("workshop",), cities=("ghent",), query="roofs"))
    path = f"/calendar/filters/{short_id}.ics"
    names = [
        str(icalendar.Calendar.from_ical(client.get(f"{path}?lang={tag}").data)["NAME"]).replace("\\,", ",")
        for tag in ("en", "zh")
    ]
    assert names == ["Workshop, Ghent, “roofs” – IURC events", "工作坊、ghent市、“roofs”－IURC活动"]


def make_two_sessions(event: Event) -> tuple[EventSession, EventSession]:
    opening = make_session(event, "opening", slot=make_slot("2027-04-29T09:00", "2027-04-29T09:30"))
    talks = make_session(
        event, "talks", slot=make_slot("2027-04-29T09:30", "2027-04-29T11:00"), room={"en": "Hall A", "zh": "A厅"}
    )
    make_session(event, "some-day")
    change(event)
    return opening, talks


def test_sessions_feed_has_an_entry_for_each_session_with_a_time(app: Flask, client: FlaskClient) -> None:
    event = make_event("2027-green-roofs", venue_name={"en": "Town hall"})
    make_two_sessions(event)
    found = entries(client.get("/calendar/sessions/2027-green-roofs.ics").data)
    assert [(str(e["UID"]), str(e["SUMMARY"]), e["SEQUENCE"]) for e in found] == [
        (str(uuid5(event.calendar_uid, "opening")), "Opening", 0),
        (str(uuid5(event.calendar_uid, "talks")), "Talks", 0),
    ]
    assert [str(e["LOCATION"]) for e in found] == ["Town hall", "Hall A, Town hall"]
    assert "Part of: Title of 2027-green-roofs" in str(found[1]["DESCRIPTION"])
    assert found[1].decoded("DTSTART").astimezone(UTC) == datetime(2027, 4, 29, 7, 30, tzinfo=UTC)


@pytest.mark.parametrize("language", ["en", "zh", "both"])
def test_sessions_feed_is_valid_in_every_language_and_never_the_event_itself(
    app: Flask, client: FlaskClient, language: str
) -> None:
    event = make_event("2027-green-roofs")
    make_two_sessions(event)
    found = entries(client.get(f"/calendar/sessions/2027-green-roofs.ics?lang={language}").data)
    assert str(event.calendar_uid) not in {str(e["UID"]) for e in found}
    assert len(entries(client.get(f"/calendar/events/2027-green-roofs.ics?lang={language}").data)) == 1


def test_moved_session_raises_its_own_sequence_alone(
    app: Flask, client: FlaskClient, spring_2027: time_machine.Traveller
) -> None:
    event = make_event("2027-green-roofs")
    _, talks = make_two_sessions(event)
    spring_2027.shift(timedelta(minutes=5))
    talks.slot = make_slot("2027-04-29T10:00", "2027-04-29T11:30")
    change(event)
    found = entries(client.get("/calendar/sessions/2027-green-roofs.ics").data)
    assert [(e["SEQUENCE"], e.decoded("DTSTAMP"), e.decoded("LAST-MODIFIED")) for e in found] == [
        (0, NOW, NOW),
        (1, NOW + timedelta(minutes=5), NOW + timedelta(minutes=5)),
    ]


def test_removed_session_is_cancelled_for_30_days_and_lives_again_when_it_comes_back(
    app: Flask, client: FlaskClient, spring_2027: time_machine.Traveller
) -> None:
    event = make_event("2027-green-roofs")
    _, talks = make_two_sessions(event)
    path = "/calendar/sessions/2027-green-roofs.ics"
    spring_2027.shift(timedelta(minutes=5))
    statuses, tag = poll(client, path)
    db.session.delete(talks)
    change(event)
    removed = client.get(path, headers={"If-None-Match": tag})
    again = make_session(event, "talks", slot=make_slot("2027-04-29T09:30", "2027-04-29T11:00"))
    change(event)
    revived = [(str(e["STATUS"]), e["SEQUENCE"]) for e in entries(client.get(path).data)]
    db.session.delete(again)
    change(event)
    spring_2027.shift(timedelta(days=32))
    assert statuses == [200, 304, 304]
    assert [(str(e["STATUS"]), e["SEQUENCE"], str(e["SUMMARY"])) for e in entries(removed.data)] == [
        ("CONFIRMED", 0, "Opening"),
        ("CANCELLED", 1, "Cancelled: Talks"),
    ]
    assert revived == [("CONFIRMED", 0), ("CONFIRMED", 2)]
    assert [str(e["SUMMARY"]) for e in entries(client.get(path).data)] == ["Opening"]


def test_sessions_of_a_cancelled_event_are_cancelled_and_of_a_withdrawn_one_gone_after_30_days(
    app: Flask, client: FlaskClient, spring_2027: time_machine.Traveller
) -> None:
    event = make_event("2027-green-roofs")
    make_two_sessions(event)
    path = "/calendar/sessions/2027-green-roofs.ics"
    change(event, state="cancelled")
    cancelled = [(str(e["STATUS"]), e["SEQUENCE"]) for e in entries(client.get(path).data)]
    change(event, state="draft", unpublished_at=utc_now())
    spring_2027.shift(timedelta(days=31))
    assert cancelled == [("CANCELLED", 1)] * 2
    assert client.get(path).status_code == 410


def test_sessions_of_a_draft_are_404_and_a_window_is_refused(app: Flask, client: FlaskClient) -> None:
    event = make_event("2027-secret", state="draft")
    make_two_sessions(event)
    make_event("2027-green-roofs")
    paths = ["/calendar/sessions/2027-secret.ics", "/calendar/sessions/2027-green-roofs.ics?from=2027-01-01"]
    assert [client.get(path).status_code for path in paths] == [404, 400]


def test_command_writes_the_bytes_of_every_feed(app: Flask, client: FlaskClient, tmp_path: Path) -> None:
    event = make_event("2027-green-roofs", kind="workshop")
    make_two_sessions(event)
    short_id = saved_filters.keep(EventFilters(kinds=("workshop",)))
    runner, out = app.test_cli_runner(), tmp_path / "out.ics"
    same = {}
    for kind, slug in (("kind", "workshop"), ("filter", short_id), ("sessions", event.slug), ("event", event.slug)):
        result = runner.invoke(args=["calendar", kind, slug, "--lang", "both", "--out", str(out)])
        assert result.exit_code == 0, result.output
        same[kind] = out.read_bytes() == client.get(addresses.feed(kind, slug, "both")).data
    assert same == {"kind": True, "filter": True, "sessions": True, "event": True}


def test_longest_address_counts_all_kinds_of_feeds(app: Flask) -> None:
    make_event("2027-" + "x" * 45)
    base = "https://events.example.org"
    assert longest_feed_address(base) == f"{base}/calendar/sessions/2027-{'x' * 45}.ics?lang=both"


@pytest.mark.parametrize("kind", addresses.FEED_KINDS)
def test_feeds_of_every_kind_carry_no_cookie_and_the_same_headers_from_memory(
    app: Flask, client: FlaskClient, kind: str, spring_2027: time_machine.Traveller
) -> None:
    programme, city, other = make_programme("iurc-test"), make_city("ghent"), make_city("sofia")
    pair, theme = make_pair(city, other), make_theme("climate")
    event = make_event("2027-green-roofs", programme, kind="workshop")
    make_two_sessions(event)
    slugs = {"programme": "iurc-test", "city": "ghent", "pair": pair.slug, "theme": theme.slug, "kind": "workshop"}
    slugs |= {"event": event.slug, "sessions": event.slug, "filter": saved_filters.keep(EventFilters(query="roofs"))}
    path = addresses.feed(kind, slugs[kind], "zh")
    spring_2027.shift(timedelta(minutes=1))
    first, kept = (client.get(path, headers={"Accept-Encoding": "gzip"}) for _ in range(2))
    assert (first.status_code, kept.data, dict(kept.headers)) == (200, first.data, dict(first.headers))
    assert ("Set-Cookie" in kept.headers, kept.headers["Vary"]) == (False, "Accept-Encoding")
    assert kept.headers["X-Content-Type-Options"] == "nosniff"
    assert (client.head(path, headers={"Accept-Encoding": "gzip"}).headers == kept.headers) is True


def test_feed_asked_for_by_many_at_once_is_rendered_once() -> None:
    feeds, made = KeptFeeds(1_000_000), []

    def render() -> Feed:
        made.append(1)
        time.sleep(0.05)
        return Feed(b"BEGIN", '"tag"', NOW, "x.ics")

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: feeds.get_or_render("key", render), range(8)))
    assert (len(made), len(set(map(id, found)))) == (1, 1)


def test_kept_feeds_stay_within_their_bound() -> None:
    feeds = KeptFeeds(3_000)
    for number in range(5):
        feeds.get_or_render(number, lambda: Feed(b"x" * 500, '"tag"', NOW, "x.ics"))
    assert [number for number in range(5) if feeds.find(number)] == [3, 4]


def test_versions_are_read_again_after_the_connections_ended(app: Flask) -> None:
    make_event("2027-green-roofs")
    versions = FeedVersions(app)
    before = versions.read("events/2027-green-roofs")
    db.session.remove()
    db.engine.dispose()
    assert (before, versions.read("events/2027-green-roofs"), versions.read("events/none")) == (1, 1, None)
