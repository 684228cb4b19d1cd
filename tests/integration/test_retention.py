"""The retention clock: names go on their day, numbers and published speakers stay."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from flask import Flask
from sqlalchemy import select

from iurc_events.database import db, utc_now
from iurc_events.models.accounts import OneTimeToken, User
from iurc_events.models.attendance import Attendance, AttendanceLine, AttendanceList
from iurc_events.models.delegations import Delegation, FocalPoint
from iurc_events.models.events import Event
from iurc_events.models.letters import Letter
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


def _add_contact(event: Event, email: str, user: User | None, *, city: str | None = None) -> None:
    place = make_city(city, event.programme)
    delegation = Delegation(event_id=event.id, city_id=place.id, note=f"Ask Contact Person at {email}")
    delegation.focal_points = [
        FocalPoint(email=email, name="Contact Person", language="zh", user_id=user.id if user else None)
    ]
    db.session.add(delegation)
    db.session.flush()
    db.session.add_all(
        [
            OneTimeToken(
                token_hash=f"{event.id}{email}".encode().ljust(32, b"."), purpose="invitation", expires_at=_at(900),
                focal_point_id=delegation.focal_points[0].id, delegation_id=delegation.id,
            ),
            Letter(
                kind="invitation", programme_id=event.programme_id, event_id=event.id, delegation_id=delegation.id,
                number=f"{event.id} {email}", issued_on="2027-01-01", contents={"to": "Contact Person"},
            ),
        ]
    )  # fmt: skip
    db.session.commit()


def _make_delegate(email: str, *, used_on: int | None = None) -> User:
    user = make_user("delegate", email=email, city=make_city())
    user.created_at = _at(-400)
    user.signed_in_at = None if used_on is None else _at(used_on)
    db.session.commit()
    return user


def test_contacts_of_delegations_go_and_accounts_in_use_stay(app: Flask) -> None:
    event = _make_event()
    later = make_event("2027-later", event.programme, slot=make_slot("2027-11-02T09:00", "2027-11-02T11:00"))
    organiser = make_user("organiser", programme=event.programme, email="boss@example.org")
    organiser.created_at = _at(-400)
    idle, active = _make_delegate("idle@example.org"), _make_delegate("active@example.org", used_on=60)
    busy, by_address = _make_delegate("busy@example.org"), _make_delegate("linked@example.org", used_on=-200)
    for user in (idle, active, busy, organiser):
        _add_contact(event, user.email, user)
    _add_contact(event, by_address.email, None)
    _add_contact(event, "nobody@example.org", None)
    _add_contact(later, busy.email, busy)
    keys = {user.id for user in (idle, by_address)}
    found = retention.preview(db.session.get_one(Event, event.id), "en")
    assert (found.count, found.contacts, found.accounts, found.accounts_kept) == (8, 6, 2, 3)
    assert found.names[-1] == "Contact Person"
    db.session.rollback()

    assert retention.erase_due(_at(101)) == 1
    db.session.expire_all()

    assert [point.email for point in db.session.scalars(select(FocalPoint))] == ["busy@example.org"]
    users = {user.id: user for user in db.session.scalars(select(User))}
    assert {key for key, user in users.items() if user.is_disabled} == keys
    assert {(users[key].name, users[key].email.partition("@")[2], len(users[key].roles)) for key in keys} == {
        ("", "erased.invalid", 0)
    }
    assert len(db.session.scalars(select(OneTimeToken.id)).all()) == 1
    notes = db.session.scalars(select(Delegation.note).where(Delegation.event_id == event.id)).all()
    assert set(notes) == {"Ask […] at […]"}
    contents = db.session.scalars(select(Letter.contents).where(Letter.event_id == event.id)).all()
    assert contents == [{"to": "[…]"}] * 6


def test_event_with_contacts_alone_is_told_of_before_they_go(app: Flask) -> None:
    event = make_event(None, make_programme(retention_days=30), slot=make_slot())
    _add_contact(event, "contact@example.org", None)
    organiser = make_user("organiser", programme=event.programme)
    assert [slug for slug, _, _ in list_names_going(organiser, _at(1))] == [event.slug]
