"""Invitations by mail: what each calendar is told, and when, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Any

import icalendar
import pytest
from flask import Flask
from sqlalchemy import select

from iurc_events.calendars.lint import lint
from iurc_events.config import settings
from iurc_events.database import db, in_transaction, utc_now
from iurc_events.domain.time_slots import Precision, TimeSlot
from iurc_events.mail.sending import build
from iurc_events.models.events import Event, JoinLink
from iurc_events.models.invitations import MeetingInvitation
from iurc_events.models.messages import Message
from iurc_events.models.participants import Participant
from iurc_events.services import (
    data_subjects,
    erasure,
    event_changes,
    event_life,
    events,
    meeting_invitations,
    outbox,
    participants,
)
from iurc_events.services.participants import Registration
from tests.factories import make_event, make_programme, make_slot, make_user
from tests.mail_sink import Sink, running

Said = tuple[str, str, int, str, str]


@pytest.fixture
def event(app: Flask) -> Event:
    app.extensions["settings"] = replace(
        settings(), mail_from="IURC Events <events@iurc.example>", smtp_url="smtp://127.0.0.1:9"
    )
    programme = make_programme("iurc-china", name={"en": "IURC-China", "zh": "IURC 中国"})
    event = make_event(
        "2027-green-roofs", programme, is_registration_open=True, title={"en": "Green roofs", "zh": "绿色屋顶"}
    )
    event.join_links = [JoinLink(label={"en": "Room"}, address="https://meet.example.org/room", position=1)]
    db.session.flush()
    event_changes.record_change(event, "join link", actor_id=None)
    db.session.commit()
    return event


def sign_up(event: Event, email: str = "ana@example.org", *, wants: bool = True, **values: Any) -> int:
    registration = Registration("Ana Test", email, "Test Office", None, "government", "online", "en")
    participants.sign_up(event.id, replace(registration, wants_invitation=wants, **values))
    return db.session.scalars(select(Participant.id).where(Participant.email == email)).one()


def said() -> list[Said]:
    """Return address, METHOD, SEQUENCE, STATUS and SUMMARY of each calendar mail in the outbox, in order."""
    db.session.expire_all()
    found = []
    rows = db.session.scalars(select(Message).where(Message.calendar_method.is_not(None)).order_by(Message.id))
    for message in rows:
        assert message.calendar is not None
        assert lint(message.calendar, is_mail=True) == []
        calendar = icalendar.Calendar.from_ical(message.calendar)
        (entry,) = calendar.walk("VEVENT")
        assert calendar["METHOD"] == message.calendar_method
        assert str(entry["ATTENDEE"]) == f"mailto:{message.to_email}"
        assert str(entry["UID"]) == str(db.session.scalars(select(Event.calendar_uid)).one())
        found.append(
            (
                message.to_email,
                str(calendar["METHOD"]),
                int(entry["SEQUENCE"]),
                str(entry["STATUS"]),
                str(entry["SUMMARY"]),
            )
        )
    return found


def tell(minutes: float = 0) -> int:
    return meeting_invitations.reconcile(clock=lambda: utc_now() + timedelta(minutes=minutes))


def organiser(event: Event) -> Any:
    return make_user("organiser", programme=event.programme)


def test_invitation_comes_once_and_only_to_those_who_want_it(event: Event) -> None:
    first = event.sequence
    sign_up(event)
    sign_up(event, "bo@example.org", wants=False)
    assert (tell(), tell(), tell(30)) == (1, 0, 0)
    assert said() == [("ana@example.org", "REQUEST", first, "CONFIRMED", "Green roofs")]


def test_several_changes_make_one_mail_after_two_quiet_minutes(event: Event) -> None:
    first = event.sequence
    sign_up(event)
    tell()
    actor = organiser(event)
    event_life.move(actor=actor, event_id=event.id, slot=make_slot("2027-05-04T09:00", "2027-05-04T11:00"))
    event_life.move(actor=actor, event_id=event.id, slot=make_slot("2027-05-05T09:00", "2027-05-05T11:00"))
    assert [tell(minutes) for minutes in (0, 1.9, 2.1, 3)] == [0, 0, 1, 0]
    assert said()[1:] == [("ana@example.org", "REQUEST", first + 2, "CONFIRMED", "Green roofs")]


def test_changes_that_go_on_wait_ten_minutes_at_most(event: Event) -> None:
    sign_up(event)
    tell()
    start = utc_now()

    @in_transaction
    def change(minutes: int) -> None:
        changed = db.session.get_one(Event, event.id)
        changed.title = {"en": f"Green roofs {minutes}"}
        event_changes.record_change(changed, "renamed", actor_id=None, now=start + timedelta(minutes=minutes))

    told: list[int] = []
    for minutes in range(1, 13):
        change(minutes)
        moment = start + timedelta(minutes=minutes, seconds=30)
        told.append(meeting_invitations.reconcile(clock=iter([moment] * 9).__next__))
    assert told == [0] * 10 + [1, 0]


def test_change_that_is_taken_back_makes_no_mail(event: Event) -> None:
    sign_up(event)
    tell()
    actor, slot = organiser(event), event.slot
    assert slot is not None
    event_life.move(actor=actor, event_id=event.id, slot=make_slot("2027-05-04T09:00", "2027-05-04T11:00"))
    event_life.move(actor=actor, event_id=event.id, slot=slot)
    db.session.get_one(Event, event.id).rescheduled_from = None
    assert (tell(3), tell(4), len(said())) == (0, 0, 1)


def test_sequence_never_falls_when_somebody_leaves_and_comes_back(event: Event) -> None:
    first = event.sequence
    key = sign_up(event)
    tell()
    for is_wanted in (False, True, False):
        participants.set_invitation(key, is_wanted=is_wanted)
        assert tell() == 1
    participants.set_invitation(key, is_wanted=True)
    event_life.move(actor=organiser(event), event_id=event.id, slot=make_slot("2027-05-04T09:00", "2027-05-04T11:00"))
    assert (tell(), tell(3)) == (0, 1)
    assert [(method, sequence, status) for _, method, sequence, status, _ in said()] == [
        ("REQUEST", first, "CONFIRMED"),
        ("CANCEL", first + 1, "CANCELLED"),
        ("REQUEST", first + 2, "CONFIRMED"),
        ("CANCEL", first + 3, "CANCELLED"),
        ("REQUEST", first + 4, "CONFIRMED"),
    ]


def cancel_event(event: Event) -> None:
    event_life.cancel(actor=organiser(event), event_id=event.id)


def withdraw_event(event: Event) -> None:
    event_life.withdraw(actor=organiser(event), event_id=event.id)


def delete_event(event: Event) -> None:
    actor = organiser(event)
    event_life.withdraw(actor=actor, event_id=event.id)
    events.delete_draft(actor=actor, event_id=event.id)


@pytest.mark.parametrize("stop", [cancel_event, withdraw_event, delete_event])
def test_event_that_does_not_take_place_leaves_the_calendar(event: Event, stop: Callable[[Event], None]) -> None:
    first = event.sequence
    sign_up(event)
    tell()
    stop(event)
    assert (tell(), tell(3), tell(6)) == (0, 1, 0)
    (_, method, sequence, status, summary) = said()[-1]
    assert (method, status, summary) == ("CANCEL", "CANCELLED", "Cancelled: Green roofs")
    assert sequence > first


def test_event_that_takes_place_after_all_comes_back(event: Event) -> None:
    sign_up(event)
    tell()
    cancel_event(event)
    tell(3)
    event_life.reopen(actor=organiser(event), event_id=event.id)
    assert tell(6) == 1
    assert [(method, status) for _, method, _, status, _ in said()] == [
        ("REQUEST", "CONFIRMED"), ("CANCEL", "CANCELLED"), ("REQUEST", "CONFIRMED"),
    ]  # fmt: skip
    sequences = [sequence for _, _, sequence, _, _ in said()]
    assert sequences == sorted(set(sequences))


def test_postponed_event_stays_as_tentative(event: Event) -> None:
    sign_up(event)
    tell()
    event_life.postpone(actor=organiser(event), event_id=event.id)
    assert tell(3) == 1
    assert said()[-1][1::2] == ("REQUEST", "TENTATIVE")


def test_day_that_is_no_longer_known_leaves_the_calendar(event: Event) -> None:
    sign_up(event)
    tell()
    month = TimeSlot("Europe/Brussels", Precision.MONTH, "2027-06", "2027-06")
    event_life.move(actor=organiser(event), event_id=event.id, slot=month)
    assert (tell(3), tell(6)) == (1, 0)
    assert said()[-1][1::2] == ("CANCEL", "CANCELLED")


def test_person_who_cancels_loses_the_entry_at_once(event: Event) -> None:
    key = sign_up(event)
    tell()
    participants.cancel_own(key)
    assert (tell(), tell()) == (1, 0)
    assert said()[-1][1::2] == ("CANCEL", "CANCELLED")
    assert "Cancelled" not in said()[-1][4]  # it takes place, without this person


def test_new_address_gets_a_request_and_the_old_one_a_cancel(event: Event) -> None:
    first = event.sequence
    key = sign_up(event)
    tell()
    db.session.get_one(Participant, key).email = "ana@new.example.org"
    db.session.commit()
    assert (tell(), tell()) == (2, 0)
    assert [row[:3] for row in said()] == [
        ("ana@example.org", "REQUEST", first),
        ("ana@example.org", "CANCEL", first + 1),
        ("ana@new.example.org", "REQUEST", first + 2),
    ]


def test_those_who_wait_get_nothing_until_they_have_a_seat(event: Event) -> None:
    event.capacity = 1
    db.session.commit()
    first = sign_up(event, "one@example.org", wants=False)
    sign_up(event)
    assert tell() == 0
    participants.cancel_own(first)
    assert tell() == 1


def test_erased_person_gets_one_last_mail_that_is_deleted_when_it_left(event: Event, app: Flask) -> None:
    key = sign_up(event)
    tell()
    erasure.erase(data_subjects.find(participant_ids=[key]), reason="request", actor_id=None)
    assert db.session.scalars(select(MeetingInvitation.id)).all() == []
    assert [row[:2] for row in said()] == [("ana@example.org", "CANCEL")]
    sink = Sink()
    with running(sink) as port:
        app.extensions["settings"] = replace(settings(), smtp_url=f"smtp://127.0.0.1:{port}")
        outbox.deliver_due()
    assert ([address for address, _ in sink.calendars()], db.session.scalars(select(Message.id)).all()) == (
        ["ana@example.org"],
        [],
    )


def test_mail_has_the_form_that_calendars_take(event: Event) -> None:
    sign_up(event, name="安娜·测试", language="zh")
    tell()
    claim = next(c for c in iter(lambda: outbox.claim_due(utc_now()), None) if c.letter.calendar_method == "REQUEST")
    mail = build(claim.letter)
    shape = [
        (part.get_content_type(), part.get_filename(), part.get("Content-Transfer-Encoding")) for part in mail.walk()
    ]
    assert shape == [
        ("multipart/mixed", None, None),
        ("multipart/alternative", None, None),
        ("text/plain", None, "base64"),
        ("text/html", None, "base64"),
        ("text/calendar", None, "base64"),
        ("application/ics", "invite.ics", "base64"),
    ]
    calendar = next(part for part in mail.walk() if part.get_content_type() == "text/calendar")
    assert (calendar.get_param("method"), calendar.get_content_charset()) == ("REQUEST", "utf-8")
    data = calendar.get_payload(decode=True)
    assert isinstance(data, bytes)
    (entry,) = icalendar.Calendar.from_ical(data).walk("VEVENT")
    assert (str(entry["ORGANIZER"]), entry["ORGANIZER"].params["CN"]) == ("mailto:events@iurc.example", "IURC 中国")
    assert (str(entry["SUMMARY"]), entry["ATTENDEE"].params["CN"]) == ("绿色屋顶", "安娜·测试")
    assert {name: entry["ATTENDEE"].params[name] for name in ("PARTSTAT", "RSVP", "ROLE")} == {
        "PARTSTAT": "NEEDS-ACTION", "RSVP": "TRUE", "ROLE": "REQ-PARTICIPANT",
    }  # fmt: skip
    assert "https://meet.example.org/room" in str(entry["DESCRIPTION"])
    assert max(len(line) for line in data.split(b"\r\n")) <= 75
    assert isinstance(mail, EmailMessage)
    assert ("布鲁塞尔" in claim.letter.text, "北京" in claim.letter.text) == (True, True)


def test_event_that_is_over_is_left_in_calendars(event: Event) -> None:
    key = sign_up(event)
    tell()
    participants.cancel_own(key)
    after: datetime = event.slot.ends_at + timedelta(hours=1) if event.slot else utc_now()
    assert meeting_invitations.reconcile(clock=lambda: after) == 0
