"""The retention clock: names go on their day, numbers and published speakers stay."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from flask import Flask
from sqlalchemy import select

from iurc_events.database import db, utc_now
from iurc_events.models.attendance import Attendance, AttendanceLine, AttendanceList
from iurc_events.models.events import Event
from iurc_events.models.messages import Message
from iurc_events.models.participants import Participant, SpecialNeed
from iurc_events.models.revisions import Revision
from iurc_events.models.speakers import Speaker
from iurc_events.queries.counts import load_counts
from iurc_events.queries.privacy import list_names_going
from iurc_events.services import retention
from tests.factories import make_city, make_event, make_programme, make_session, make_slot, make_speaker, make_user

LAST_DAY = date(2027, 4, 29)


def _make_event() -> Event:
    programme = make_programme(retention_days=100)
    event = make_event(None, programme, slot=make_slot())
    make_session(event)
    city = make_city(programme=programme)
    make_speaker(event, "Published Person", city)
    hidden = make_speaker(event, "Hidden Person", city, consented_at=None, email="hidden@example.org")
    participant = Participant(
        event_id=event.id, state="confirmed", name="Signed Up", email="up@example.org", mode="online",
        stakeholder_type="academia", consented_at=utc_now(), token_hash=b"t" * 32, person_id=hidden.person_id,
    )  # fmt: skip
    lines = AttendanceList(event_id=event.id, program="zoom", content_hash="0" * 64)
    lines.lines = [AttendanceLine(number=1, name="Signed Up", state="matched", candidates=[])]
    message = Message(
        kind="x", event_id=event.id, to_email="up@example.org", language="en", subject="x", text="Signed Up", html="x",
        message_id="<1@example.org>", state="sent", due_at=utc_now(),
    )  # fmt: skip
    db.session.add_all([participant, lines, message])
    db.session.flush()
    db.session.add(Attendance(event_id=event.id, participant_id=participant.id, mode="online"))
    db.session.add(SpecialNeed(event_id=event.id, participant_id=participant.id, delete_after_on="2027-05-06"))
    db.session.commit()
    return event


def _at(days: int) -> datetime:
    return datetime(2027, 4, 29, 13, tzinfo=UTC) + timedelta(days=days)


def test_names_go_after_their_last_day_and_numbers_stay(app: Flask) -> None:
    event_id = _make_event().id
    before = load_counts(Event.id == event_id)
    db.session.rollback()
    assert (retention.erase_due(_at(100)), retention.erase_due(_at(101)), retention.erase_due(_at(101))) == (0, 1, 0)
    db.session.expire_all()
    assert load_counts(Event.id == event_id) == before
    names = db.session.scalars(select(Speaker.name).order_by(Speaker.id)).all()
    assert names == [{"en": "Published Person"}, {}]
    participant = db.session.scalars(select(Participant)).one()
    assert (participant.name, participant.email, participant.state) == ("", None, "confirmed")
    assert db.session.scalars(select(AttendanceLine.name)).all() == [""]
    assert db.session.scalars(select(Message.id)).all() == []
    snapshots = str(db.session.scalars(select(Revision.snapshot)).all())
    assert ("Hidden Person" in snapshots, "Published Person" in snapshots) == (False, True)
    person = db.session.scalars(select(Speaker).order_by(Speaker.id)).all()[1].person
    assert (person.name, person.erased_at) == ({}, _at(101))


def test_needs_go_on_their_own_day_before_the_names(app: Flask) -> None:
    _make_event()
    retention.erase_due(_at(7))
    assert len(db.session.scalars(select(SpecialNeed.id)).all()) == 1
    db.session.rollback()
    retention.erase_due(_at(8))
    assert db.session.scalars(select(SpecialNeed.id)).all() == []
    assert db.session.scalars(select(Participant.name)).all() == ["Signed Up"]


def test_preview_names_those_who_go_and_the_day(app: Flask) -> None:
    event = _make_event()
    organiser = make_user("organiser", programme=event.programme)
    retention.set_days(event.id, days=30, actor=organiser)
    found = retention.preview(db.session.get_one(Event, event.id), "en")
    assert found == retention.RetentionPreview(date(2027, 5, 29), 30, True, 2, ("Hidden Person", "Signed Up"), 1)
    soon = [slug for slug, _, _ in list_names_going(organiser, _at(1))]
    assert (list_names_going(organiser, _at(-1)), soon) == ([], [event.slug])
