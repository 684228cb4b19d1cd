"""What calendars say after changes that the usual ones leave out: drafts, gaps, names, addresses."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import icalendar
import pytest
from flask import Flask
from flask.testing import FlaskClient

from iurc_events.calendars.lint import lint
from iurc_events.database import db, utc_now
from iurc_events.documents.files import from_data
from iurc_events.domain.time_slots import Precision, TimeSlot
from iurc_events.models.accounts import User
from iurc_events.models.agendas import EventSession
from iurc_events.models.calendar_feeds import CalendarEntry, FeedVersion
from iurc_events.models.delegations import Delegation
from iurc_events.models.events import Event, EventCity
from iurc_events.models.messages import Message
from iurc_events.models.participants import Participant
from iurc_events.services import (
    data_subjects,
    delegations,
    erasure,
    event_changes,
    event_life,
    events,
    exports,
    imports,
    participants,
    personal_feeds,
    zone_rules,
)
from iurc_events.services.delegations import CityInvitation, FocalPointDetails, Quota
from iurc_events.services.sign_up import Registration
from tests.factories import make_city, make_event, make_pair, make_programme, make_session, make_slot, make_user

LATER = make_slot("2027-06-01T09:00", "2027-06-01T11:00")


@pytest.fixture
def organiser(app: Flask) -> User:
    """Return an organiser of the programme ``iurc-test``."""
    return make_user("organiser", programme=make_programme("iurc-test"))


@pytest.fixture
def event(organiser: User) -> Event:
    """Return a published event with two sessions, of the city ``ghent``."""
    programme = organiser.roles[0].programme
    found = make_event("2027-open", programme, title={"en": "Open title", "zh": "公开标题"})
    for number, slug in enumerate(("first", "second")):
        slot = make_slot(f"2027-04-29T{9 + number:02}:00", f"2027-04-29T{10 + number:02}:00")
        make_session(found, slug, slot=slot)
    found.cities = [EventCity(city_id=make_city("ghent", programme).id)]
    event_changes.record_change(found, "made for a test", actor_id=None)
    db.session.commit()
    return found


def entries(client: FlaskClient, path: str) -> dict[str, Any]:
    """Return the entries of a feed by UID."""
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    assert lint(answer.data) == []
    return {str(each["UID"]): each for each in icalendar.Calendar.from_ical(answer.data).walk("VEVENT")}


def stamps(entry: Any) -> tuple[int, datetime, datetime]:
    return int(entry["SEQUENCE"]), entry["DTSTAMP"].dt, entry["LAST-MODIFIED"].dt


def rewrite(event: Event, **values: Any) -> None:
    """Change an event as services do."""
    for name, value in values.items():
        setattr(event, name, value)
    event_changes.record_change(event, "changed for a test", actor_id=None)
    db.session.commit()


PATHS = (
    "/calendar/events/2027-open.ics",
    "/calendar/sessions/2027-open.ics",
    "/calendar/programmes/iurc-test.ics",
    "/calendar/cities/ghent.ics",
)


def test_what_is_written_into_a_withdrawn_event_is_in_no_calendar(
    organiser: User, event: Event, client: FlaskClient
) -> None:
    event_life.withdraw(actor=organiser, event_id=event.id)
    before = {path: client.get(path).data for path in PATHS}
    assert all(b"STATUS:CANCELLED" in body and b"Open title" in body for body in before.values())
    wuhan = make_city("wuhan", organiser.roles[0].programme)
    event.cities.append(EventCity(city_id=wuhan.id))
    for session in db.session.query(EventSession):
        session.title = {"en": "Secret session"}
    rewrite(event, title={"en": "Secret title"}, summary={"en": "Secret"}, venue_name={"en": "Secret"}, slot=LATER)
    assert {path: client.get(path).data for path in PATHS} == before
    assert entries(client, "/calendar/cities/wuhan.ics") == {}
    page = client.get("/en/calendars/?kind=event&id=2027-open")
    assert "Secret" not in page.text
    assert "Open title" not in page.text
    events.delete_draft(actor=organiser, event_id=event.id)
    assert {path: client.get(path).data for path in PATHS} == before


def test_a_draft_of_a_month_appears_in_no_calendar_when_its_day_is_known(
    organiser: User, event: Event, client: FlaskClient
) -> None:
    event_life.move(
        actor=organiser, event_id=event.id, slot=TimeSlot("Europe/Brussels", Precision.MONTH, "2027-05", "2027-05")
    )
    event_life.withdraw(actor=organiser, event_id=event.id)
    rewrite(event, title={"en": "Secret title"}, slot=LATER)
    assert client.get("/calendar/events/2027-open.ics").status_code == 410
    assert entries(client, "/calendar/programmes/iurc-test.ics") == {}


def test_erasure_reaches_what_calendars_keep_of_withdrawn_events_and_removed_sessions(
    organiser: User, event: Event, client: FlaskClient
) -> None:
    name = "Zora Testwoman-Madeupname"
    registration = Registration(name, "zora@example.org", "Test Office", None, "government", "online", "en")
    event.is_registration_open = True
    rewrite(event, summary={"en": f"A talk by {name}; and so on. " * 3, "zh": f"{name}的报告"})
    participants.sign_up(event.id, registration)
    participants.sign_up(event.id, replace(registration, name="Ben Other", email="ben@example.org"))
    first = db.session.query(EventSession).filter_by(slug="first").one()
    first.title = {"en": f"Questions to {name}"}
    rewrite(event, contact_name=name, contact_email="zora@example.org")
    first.slot = None
    rewrite(event)
    event_life.withdraw(actor=organiser, event_id=event.id)
    before = {path: entries(client, path) for path in PATHS[:2]}
    assert sum(row.body.replace(b"\r\n ", b"").count(b"Zora") for row in db.session.query(CalendarEntry)) > 3
    key = db.session.query(Participant.id).filter_by(email="zora@example.org").scalar()
    erasure.erase(data_subjects.find(participant_ids=[key]), reason="request", actor_id=None)
    db.session.expire_all()
    files = [message.calendar for message in db.session.query(Message) if message.calendar]
    for body in (*files, *(row.body for row in db.session.query(CalendarEntry))):
        assert b"zora" not in body.replace(b"\r\n ", b"").lower()
    assert files
    for path, old in before.items():
        now = entries(client, path)
        assert now.keys() == old.keys()
        assert all(stamps(now[uid])[0] > stamps(old[uid])[0] for uid in now)


def test_an_event_published_again_says_what_it_became(organiser: User, event: Event, client: FlaskClient) -> None:
    path = "/calendar/events/2027-open.ics"
    event_life.withdraw(actor=organiser, event_id=event.id)
    (cancelled,) = entries(client, path).values()
    wuhan = make_city("wuhan", organiser.roles[0].programme)
    event.cities.append(EventCity(city_id=wuhan.id))
    rewrite(event, title={"en": "New title"})
    event_life.publish(actor=organiser, event_id=event.id)
    (entry,) = entries(client, path).values()
    assert (entry["SUMMARY"], entry["STATUS"]) == ("New title", "CONFIRMED")
    assert int(entry["SEQUENCE"]) > int(cancelled["SEQUENCE"])
    assert list(entries(client, "/calendar/cities/wuhan.ics")) == [entry["UID"]]


def test_the_command_writes_no_calendar_that_is_gone(organiser: User, event: Event, app: Flask, tmp_path: Any) -> None:
    event_life.withdraw(actor=organiser, event_id=event.id)
    event.unpublished_at = utc_now() - timedelta(days=31)
    for row in db.session.query(CalendarEntry):
        row.leaves_at = utc_now() - timedelta(days=1)
    db.session.commit()
    file = tmp_path / "gone.ics"
    done = app.test_cli_runner().invoke(args=["calendar", "event", "2027-open", "--lang", "en", "--out", str(file)])
    assert done.exit_code == 1
    assert not file.exists()


def test_changes_of_an_event_without_an_entry_are_no_revision_of_it(organiser: User, event: Event) -> None:
    event_life.move(
        actor=organiser, event_id=event.id, slot=TimeSlot("Europe/Brussels", Precision.MONTH, "2027-05", "2027-05")
    )
    before = (event.sequence, event.visible_revised_at)
    rewrite(event, capacity=30)
    rewrite(event, title={"en": "Another title"})
    assert (event.sequence, event.visible_revised_at) == before


def test_an_entry_that_was_away_supersedes_the_one_before(organiser: User, event: Event, client: FlaskClient) -> None:
    path = "/calendar/events/2027-open.ics"
    (before,) = entries(client, path).values()
    month = TimeSlot("Europe/Brussels", Precision.MONTH, "2027-11", "2027-11")
    event_life.move(actor=organiser, event_id=event.id, slot=month)
    assert entries(client, path) == {}
    event.visible_revised_at -= timedelta(days=1)  # the time that passed meanwhile
    db.session.commit()
    event_life.move(actor=organiser, event_id=event.id, slot=LATER)
    (after,) = entries(client, path).values()
    assert after["DTSTART"].dt != before["DTSTART"].dt
    assert int(after["SEQUENCE"]) > int(before["SEQUENCE"])
    assert utc_now() - after["DTSTAMP"].dt < timedelta(minutes=1)


def test_a_session_that_comes_back_goes_on_with_its_sequence(event: Event, client: FlaskClient) -> None:
    path, now = "/calendar/sessions/2027-open.ics", utc_now()
    first = db.session.query(EventSession).filter_by(slug="first").one()
    slot, sequences = first.slot, []

    def record(moment: datetime) -> None:
        event_changes.record_change(event, "changed for a test", actor_id=None, now=moment)
        db.session.commit()

    for days, wanted in ((-40, None), (-5, None), (0, slot)):
        first.slot = wanted
        event.summary = {"en": f"Day {days}"}
        record(now + timedelta(days=days))
        sequences.append({uid: int(entry["SEQUENCE"]) for uid, entry in entries(client, path).items()})
    (back,) = sequences[2].keys() - sequences[1].keys()
    assert sequences[2][back] == 2  # planned, removed, planned again


def test_invisible_changes_leave_every_validator(organiser: User, event: Event, client: FlaskClient) -> None:
    def validators() -> list[tuple[str | None, str | None]]:
        answers = [client.get(path) for path in PATHS]
        return [(answer.headers.get("ETag"), answer.headers.get("Last-Modified")) for answer in answers]

    for row in db.session.query(FeedVersion):  # the last change is no change of this second
        row.revised_at -= timedelta(minutes=5)
    db.session.commit()
    before = validators()
    rewrite(event, capacity=30)
    assert validators() == before
    rewrite(event, venue_name={"en": "Another hall"})
    assert all(new != old for new, old in zip(validators(), before, strict=True))


def test_who_began_earlier_and_ends_later_does_not_set_the_date_back(event: Event, client: FlaskClient) -> None:
    row = db.session.get_one(FeedVersion, "events/2027-open")
    row.revised_at = shown = utc_now() - timedelta(minutes=5)
    db.session.commit()
    known = client.get("/calendar/events/2027-open.ics").headers["Last-Modified"]
    event.title = {"en": "Long import"}
    event_changes.record_change(event, "imported", actor_id=None, now=shown - timedelta(minutes=3))
    db.session.commit()
    assert row.revised_at > shown
    assert client.get("/calendar/events/2027-open.ics", headers={"If-Modified-Since": known}).status_code == 200


def test_a_new_name_reaches_feeds_in_which_no_event_is(organiser: User, app: Flask, client: FlaskClient) -> None:
    ghent, wuhan = make_city("ghent"), make_city("wuhan", side="China", country="CN", time_zone="Asia/Shanghai")
    make_pair(ghent, wuhan)
    paths = ("/calendar/cities/ghent.ics", "/calendar/pairs/ghent--wuhan.ics")
    before = [client.get(path).headers["ETag"] for path in paths]
    document = exports.export_cities()
    next(city for city in document["cities"] if city["id"] == "ghent")["name_en"] = "Gent"
    outcome = imports.import_documents([from_data(document)], actor_id=organiser.id)
    assert not outcome.is_refused, outcome
    for path, tag in zip(paths, before, strict=True):
        answer = client.get(path)
        assert "Gent" in answer.text
        assert answer.headers["ETag"] != tag


def test_calendar_texts_follow_the_address_of_the_installation(event: Event, app: Flask, client: FlaskClient) -> None:
    zone_rules.follow_update()
    (before,) = entries(client, "/calendar/events/2027-open.ics").values()
    assert zone_rules.follow_update() == 0
    app.extensions["settings"] = replace(app.extensions["settings"], base_url="https://events.example.org")
    assert zone_rules.follow_update() == 1
    (after,) = entries(client, "/calendar/events/2027-open.ics").values()
    assert after["URL"].startswith("https://events.example.org/")
    assert int(after["SEQUENCE"]) == int(before["SEQUENCE"]) + 1
    assert all("https://events.example.org/" in each["URL"] for each in entries(client, PATHS[1]).values())
    assert zone_rules.follow_update() == 0


def _delegate_with_deadline(organiser: User, event: Event) -> tuple[User, Delegation]:
    city = make_city("wuhan", organiser.roles[0].programme, side="China", country="CN", time_zone="Asia/Shanghai")
    delegate = make_user("delegate", city=city, email="focal@example.org")
    delegation = delegations.invite(
        actor=organiser,
        event_id=event.id,
        cities=[CityInvitation(city.id, (FocalPointDetails("focal@example.org", "Focal Point", "zh"),))],
        quotas=(Quota("speaker", "any", 1),),
        deadline_on=date(2027, 3, 1),
    )[0]
    delegation.focal_points[0].user_id = delegate.id
    db.session.commit()
    return delegate, delegation


def test_another_deadline_supersedes_the_one_before(organiser: User, event: Event, client: FlaskClient) -> None:
    delegate, delegation = _delegate_with_deadline(organiser, event)
    _, token = personal_feeds.subscribe(delegate.id, "phone", ["deadlines"])
    path = f"/calendar/my/{token}.ics"
    (before,) = entries(client, path).values()
    for row in db.session.query(FeedVersion):
        row.revised_at -= timedelta(minutes=5)
    db.session.commit()
    delegations.extend(
        actor=organiser, event_id=event.id, delegation_ids=[delegation.id], deadline_on=date(2027, 3, 20)
    )
    (after,) = entries(client, path).values()
    assert (before["DTSTART"].dt, after["DTSTART"].dt) == (date(2027, 3, 1), date(2027, 3, 20))
    assert stamps(after)[0] == stamps(before)[0] + 1
    assert stamps(after)[1] >= stamps(before)[1]
    assert stamps(after)[1] == stamps(after)[2]


def test_robots_may_fetch_personal_calendars_and_keep_them_out_of_indexes(
    event: Event, organiser: User, client: FlaskClient
) -> None:
    assert "/calendar/my" not in client.get("/robots.txt").text
    _, token = personal_feeds.subscribe(organiser.id, "phone")
    path = f"/calendar/my/{token}.ics"
    first = client.get(path)
    again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, first.headers["X-Robots-Tag"], again.headers["X-Robots-Tag"]) == (
        304, "noindex", "noindex"
    )  # fmt: skip
    assert "X-Robots-Tag" not in client.get("/calendar/programmes/iurc-test.ics").headers
