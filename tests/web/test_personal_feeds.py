"""Somebody's own calendar: what it holds, and how it is known to be unchanged by one read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import icalendar
import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event as orm_event

from iurc_events.calendars.lint import lint
from iurc_events.database import db, utc_now
from iurc_events.models.accounts import User
from iurc_events.models.calendar_feeds import CalendarSubscription
from iurc_events.models.delegations import Delegation, FocalPoint
from iurc_events.models.events import Event, JoinLink
from iurc_events.models.participants import Participant
from iurc_events.services import event_changes, own_addresses, personal_feeds, tokens
from tests.factories import make_city, make_event, make_programme, make_speaker, make_user

NOW = datetime(2027, 4, 1, 12, 0, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def spring_2027() -> object:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def register(event: Event, user: User, **values: Any) -> Participant:
    participant = Participant(
        event_id=event.id,
        **{
            "state": "registered",
            "name": "Testina Muster",
            "email": user.email,
            "stakeholder_type": "government",
            "mode": "online",
            "consented_at": utc_now(),
            "token_hash": f"{event.slug}{user.email}".encode().ljust(32, b"0")[:32],
            **values,
        },
    )
    db.session.add(participant)
    db.session.commit()
    return participant


def answer_for(event: Event, user: User, slug: str = "ghent", **values: Any) -> Delegation:
    delegation = Delegation(event_id=event.id, city_id=make_city(slug).id, **{"state": "opened", **values})
    delegation.focal_points = [FocalPoint(email=user.email, user_id=user.id)]
    db.session.add(delegation)
    db.session.commit()
    return delegation


def summaries(client: FlaskClient, token: str, query: str = "") -> list[str]:
    data = client.get(f"/calendar/my/{token}.ics{query}").data
    assert lint(data) == []
    return [str(entry["SUMMARY"]) for entry in icalendar.Calendar.from_ical(data).walk("VEVENT")]


@pytest.fixture
def one_of_each(app: Flask) -> User:
    """Somebody who follows, is registered for, speaks at, answers for and organises an event each."""
    organised = make_programme()
    user = make_user("organiser", programme=organised)
    make_event("2027-organised", organised, title={"en": "Organised"})
    followed = make_event("2027-followed", title={"en": "Followed"})
    personal_feeds.follow(user, followed.id)
    register(make_event("2027-registered", title={"en": "Registered"}), user)
    make_speaker(make_event("2027-speaking", title={"en": "Speaking"}), email=user.email)
    answer_for(make_event("2027-answering", title={"en": "Answering"}), user)
    make_event("2027-strange", title={"en": "Strange"})
    return user


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (None, ["Answering", "Followed", "Organised", "Registered", "Speaking"]),
        (["followed"], ["Followed"]),
        (["registered", "speaking"], ["Registered", "Speaking"]),
        (["organising"], ["Answering", "Organised"]),
        ([], []),
    ],
)
def test_personal_feed_holds_the_parts_that_were_chosen(
    app: Flask, client: FlaskClient, one_of_each: User, parts: list[str] | None, expected: list[str]
) -> None:
    _, token = personal_feeds.subscribe(one_of_each.id, "phone", parts)
    assert sorted(summaries(client, token)) == expected


def test_event_taken_by_mail_is_not_in_mine_as_well(app: Flask, client: FlaskClient, one_of_each: User) -> None:
    _, token = personal_feeds.subscribe(one_of_each.id, "phone")
    participant = db.session.query(Participant).one()
    participant.wants_invitation = True
    db.session.commit()
    assert sorted(summaries(client, token)) == ["Answering", "Followed", "Organised", "Speaking"]
    participant.state = "cancelled"
    db.session.commit()
    personal_feeds.follow(one_of_each, participant.event_id)
    assert sorted(summaries(client, token)) == ["Answering", "Followed", "Organised", "Registered", "Speaking"]


def test_deadlines_are_all_day_entries_where_they_are_wanted(app: Flask, client: FlaskClient) -> None:
    user = make_user()
    followed = make_event(
        "2027-followed",
        title={"en": "Green roofs", "zh": "绿色屋顶"},
        is_registration_open=True,
        registration_closes_on="2027-04-20",
    )
    personal_feeds.follow(user, followed.id)
    answered = make_event("2027-answering", title={"en": "Sponge cities", "zh": "海绵城市"})
    answer_for(answered, user, deadline_on="2027-04-10")
    answer_for(answered, user, "sofia", deadline_on="2027-04-11", state="confirmed")
    _, token = personal_feeds.subscribe(user.id, "phone", ["deadlines"])
    assert summaries(client, token) == [
        "Last day to answer for Ghent: Sponge cities",
        "Last day to sign up: Green roofs",
    ]
    assert summaries(client, token, "?lang=zh") == ["ghent市回复截止：海绵城市", "报名截止：绿色屋顶"]
    entry = icalendar.Calendar.from_ical(client.get(f"/calendar/my/{token}.ics?lang=both").data).walk("VEVENT")[1]
    assert (entry.decoded("DTSTART"), str(entry["TRANSP"])) == (datetime(2027, 4, 20).date(), "TRANSPARENT")  # noqa: DTZ001  (a day)
    assert "23:59 Brussels" in str(entry["DESCRIPTION"])
    register(followed, user)
    assert summaries(client, token) == ["Last day to answer for Ghent: Sponge cities"]


def get(client: FlaskClient, token: str, tag: str = "", **headers: str) -> tuple[int, str]:
    answer = client.get(f"/calendar/my/{token}.ics", headers={**({"If-None-Match": tag} if tag else {}), **headers})
    return answer.status_code, answer.headers.get("ETag", "")


CHANGES: dict[str, Callable[[User, CalendarSubscription], None]] = {
    "follows": lambda user, _: personal_feeds.follow(user, by_slug("2027-strange").id),
    "unfollows": lambda user, _: personal_feeds.follow(user, by_slug("2027-followed").id, wanted=False),
    "registers": lambda user, _: register(by_slug("2027-strange"), user) and None,
    "cancels": lambda user, _: set_state(db.session.query(Participant).one(), "cancelled"),
    "declines": lambda user, _: set_state(db.session.query(Delegation).one(), "declined"),
    "loses the role": lambda user, _: take_role(user),
    "chooses": lambda user, subscription: personal_feeds.choose_parts(user.id, subscription.id, ["followed"]),
}


def by_slug(slug: str) -> Event:
    return db.session.query(Event).filter_by(slug=slug).one()


def set_state(row: Any, state: str) -> None:
    row.state = state
    db.session.commit()


def take_role(user: User) -> None:
    db.session.get_one(User, user.id).roles = []
    db.session.commit()


@pytest.mark.parametrize("change", CHANGES)
def test_every_change_to_what_mine_holds_is_seen_at_once(
    app: Flask, client: FlaskClient, one_of_each: User, change: str
) -> None:
    subscription, token = personal_feeds.subscribe(one_of_each.id, "phone")
    _, tag = get(client, token)
    before = summaries(client, token)
    unchanged = get(client, token, tag)
    CHANGES[change](one_of_each, subscription)
    status, new_tag = get(client, token, tag)
    assert unchanged == (304, tag)
    assert (status, new_tag != tag, summaries(client, token) != before) == (200, True, True)
    assert get(client, token, new_tag) == (304, new_tag)


def test_unchanged_personal_feed_is_answered_by_any_process_without_a_session(
    app: Flask, client: FlaskClient, one_of_each: User
) -> None:
    """Another process has never seen the reader: the entity tag itself says what the copy was made of."""
    from iurc_events.queries.feed_versions import FeedVersions
    from iurc_events.web.feeds.server import FeedServer

    _, token = personal_feeds.subscribe(one_of_each.id, "phone")
    _, tag = get(client, token)
    get(client, token, tag)
    statements: list[str] = []
    orm_event.listen(db.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    fresh = FeedServer(app, FeedVersions(app))
    answers: list[tuple[str, dict[str, str]]] = []
    environ = {"PATH_INFO": f"/calendar/my/{token}.ics", "REQUEST_METHOD": "GET", "HTTP_IF_NONE_MATCH": tag}
    body = fresh(environ, lambda status, headers, exc_info=None: answers.append((status, dict(headers))))
    assert (list(body), [(status, headers["ETag"]) for status, headers in answers]) == ([], [("304 NOT MODIFIED", tag)])
    assert {name for name in answers[0][1] if "Cookie" in name} == set()
    assert (answers[0][1]["Vary"], answers[0][1]["X-Content-Type-Options"]) == ("Accept-Encoding", "nosniff")
    assert statements == []


def test_other_events_and_the_next_day_leave_a_personal_feed_unchanged(
    app: Flask, client: FlaskClient, one_of_each: User, spring_2027: time_machine.Traveller
) -> None:
    _, token = personal_feeds.subscribe(one_of_each.id, "phone")
    plain, packed = get(client, token)[1], get(client, token, **{"Accept-Encoding": "gzip"})[1]
    strange = by_slug("2027-strange")
    strange.title = {"en": "Stranger"}
    event_changes.record_change(strange, "renamed", actor_id=None)
    db.session.commit()
    spring_2027.shift(timedelta(days=1))
    again = [get(client, token, tag)[0] for tag in (plain, packed, plain, packed, f"W/{plain}", f'"x", {plain}', '"x"')]
    assert again == [304, 304, 304, 304, 304, 304, 200]
    assert packed == plain[:-1] + '-gz"'


def test_new_join_link_reaches_those_who_may_have_it(app: Flask, client: FlaskClient, one_of_each: User) -> None:
    _, token = personal_feeds.subscribe(one_of_each.id, "phone")
    _, tag = get(client, token)
    for slug in ("2027-registered", "2027-followed"):
        event = by_slug(slug)
        event.join_links = [JoinLink(label={"en": "Room"}, address=f"https://meet.example.org/{slug}")]
        event_changes.record_change(event, "link added", actor_id=None)
    db.session.commit()
    answer = client.get(f"/calendar/my/{token}.ics", headers={"If-None-Match": tag})
    body = answer.data.replace(b"\r\n ", b"")
    assert answer.status_code == 200
    assert [f"meet.example.org/{slug}".encode() in body for slug in ("2027-registered", "2027-followed")] == [
        True,
        False,
    ]


def test_personal_feed_has_no_date_that_could_hide_what_was_unfollowed(
    app: Flask, client: FlaskClient, one_of_each: User
) -> None:
    _, token = personal_feeds.subscribe(one_of_each.id, "phone")
    first = client.get(f"/calendar/my/{token}.ics")
    later = client.get(f"/calendar/my/{token}.ics", headers={"If-Modified-Since": "Fri, 01 Jan 2038 00:00:00 GMT"})
    assert ("Last-Modified" in first.headers, later.status_code, later.data == first.data) == (False, 200, True)


def test_disabled_account_has_no_feed_any_more(app: Flask, client: FlaskClient, one_of_each: User) -> None:
    _, token = personal_feeds.subscribe(one_of_each.id, "phone")
    _, tag = get(client, token)
    db.session.get_one(User, one_of_each.id).is_disabled = True
    db.session.commit()
    assert get(client, token, tag)[0] == 404


def test_speaker_who_takes_a_new_address_leaves_the_calendar_of_the_old_one(app: Flask, client: FlaskClient) -> None:
    old, new = make_user(), make_user()
    event = make_event("2027-speaking", title={"en": "Speaking"})
    speaker = make_speaker(event, email=old.email)
    tokens_of = [personal_feeds.subscribe(user.id, "phone")[1] for user in (old, new)]
    tags = [get(client, token)[1] for token in tokens_of]
    payload = {"speaker_id": speaker.id, "email": new.email, "was": old.email}
    link = tokens.issue(own_addresses.PURPOSE, event_id=event.id, payload=payload)
    db.session.commit()
    own_addresses.confirm(link, language="en")
    assert [get(client, token, tag)[0] for token, tag in zip(tokens_of, tags, strict=True)] == [200, 200]
    assert [summaries(client, token) for token in tokens_of] == [[], ["Speaking"]]
