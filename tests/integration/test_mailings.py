"""Letters to many: who gets them, what they say, and that each leaves once."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import event as sql_event
from sqlalchemy import select

from iurc_events.database import db, utc_now
from iurc_events.domain.errors import ConflictError
from iurc_events.domain.mailings import Audience
from iurc_events.mail.sending import Letter, build
from iurc_events.models.accounts import User
from iurc_events.models.calendar_feeds import FollowedEvent
from iurc_events.models.delegations import Delegation, FocalPoint
from iurc_events.models.events import Event, JoinLink
from iurc_events.models.mailings import Mailing
from iurc_events.models.messages import Message
from iurc_events.models.participants import Participant
from iurc_events.queries.mailing_recipients import list_recipients
from iurc_events.services import (
    changes_told,
    deadline_reminders,
    event_life,
    mailing_sending,
    mailings,
    opt_outs,
    standard_letters,
)
from iurc_events.services.event_changes import record_change
from iurc_events.services.mailings import MailingContent
from tests.factories import make_city, make_event, make_programme, make_slot, make_speaker, make_user

NOW = datetime.fromisoformat("2027-04-01T10:00:00+00:00")


def make_participant(event: Event, name: str, **values: object) -> Participant:
    participant = Participant(
        event_id=event.id,
        **{
            "state": "registered", "name": name, "email": f"{name.split()[0].lower()}@example.org", "mode": "online",
            "stakeholder_type": "government", "consented_at": utc_now(), "token_hash": uuid.uuid4().bytes * 2,
            **values,
        },
    )  # fmt: skip
    db.session.add(participant)
    db.session.commit()
    return participant


def make_world() -> tuple[Event, User]:
    """Make an event with a bit of everybody, and its organiser."""
    programme = make_programme()
    city = make_city("ghent", programme)
    event = make_event(programme=programme, format="hybrid")
    db.session.add(JoinLink(event_id=event.id, label={"en": "Room"}, address="https://meet.example/1", passcode="77"))
    make_participant(event, "Ana Muster", city_id=city.id, mode="onsite")
    make_participant(event, "Bo 测试", language="zh")
    make_participant(event, "Cleo Waits", state="waiting")
    make_participant(event, "Dan Gone", state="cancelled")
    make_speaker(event, "Sam Speaker", city=city, email="ANA@example.org")
    make_speaker(event, "Tia Speaker", email="tia@example.org", mode="online")
    delegation = Delegation(event_id=event.id, city_id=city.id, state="opened")
    delegation.focal_points = [FocalPoint(email="focal@example.org", name="Fay Focal")]
    follower = make_user(email="follower@example.org", name="Flo Follows")
    db.session.add_all([delegation, FollowedEvent(user_id=follower.id, event_id=event.id)])
    record_change(event, "made for a test", actor_id=None)
    db.session.commit()
    return event, make_user("organiser", programme=programme)


def content(**values: object) -> MailingContent:
    return MailingContent(
        **{
            "subject": {"en": "News for {name}", "zh": "给{姓名}的消息"},
            "body": {"en": "Dear {name},\n\nJoin: {join link}\nFrom {city}", "zh": "{姓名}，您好：\n\n{参会链接}"},
            "audience": Audience(("registered",)),
            **values,
        }  # type: ignore[arg-type]  # a test's own defaults
    )


def emails(event: Event, *groups: str, **conditions: object) -> list[str]:
    return [each.email for each in list_recipients(event, Audience(groups, **conditions))]  # type: ignore[arg-type]  # any condition


def test_list_recipients_finds_each_address_once(app: Flask) -> None:
    event, _ = make_world()
    city = event.id and db.session.scalars(select(Delegation.city_id)).one()

    assert emails(event, "registered", "waiting", "speakers", "focal-points", "followers") == [
        "ana@example.org", "bo@example.org", "cleo@example.org", "tia@example.org", "focal@example.org",
        "follower@example.org",
    ]  # fmt: skip
    assert emails(event, "registered", "speakers", "followers", mode="online") == ["bo@example.org", "tia@example.org"]
    assert emails(event, "registered", "speakers", "focal-points", "followers", city_ids=(city,)) == [
        "ana@example.org", "focal@example.org",
    ]  # fmt: skip
    assert emails(event, "focal-points", delegation_states=("invited",)) == []
    assert emails(event, "attended") == []


def test_send_due_sends_each_reader_one_letter_once(app: Flask) -> None:
    event, organiser = make_world()
    wanted = content(audience=Audience(("registered", "waiting")))
    mailing = mailings.write(actor=organiser, event_id=event.id, content=wanted)
    mailings.send_now(actor=organiser, event_id=event.id, mailing_id=mailing.public_id, version=1, now=NOW)

    early = mailing_sending.send_due(NOW + timedelta(seconds=59))
    sent = mailing_sending.send_due(NOW + timedelta(seconds=60))
    again = mailing_sending.send_due(NOW + timedelta(days=1))

    assert (early, sent, again) == (0, 3, 0)
    rows = db.session.scalars(select(Message).order_by(Message.id)).all()
    assert [(each.to_email, each.subject, each.mailing_id, each.topic) for each in rows] == [
        ("ana@example.org", "News for Ana Muster", mailing.id, "letters"),
        ("bo@example.org", "给Bo 测试的消息", mailing.id, "letters"),
        ("cleo@example.org", "News for Cleo Waits", mailing.id, "letters"),
    ]
    assert "Join: https://meet.example/1, Passcode 77\nFrom Ghent" in rows[0].text
    assert "https://meet.example/1，密码 77" in rows[1].text or "https://meet.example/1" in rows[1].text
    assert "meet.example" not in rows[2].text
    db.session.expire_all()
    assert (mailing.state, mailing.recipient_count, mailing.sent_at) == ("sent", 3, NOW + timedelta(seconds=60))


def test_letter_shows_names_as_text_and_never_as_markup_or_header(app: Flask) -> None:
    event, organiser = make_world()
    make_participant(event, "Eve\r\nBcc: all@example.org <b>{join link}</b>", email="eve@example.org", state="waiting")
    wanted = content(audience=Audience(("waiting",)))
    mailing = mailings.write(actor=organiser, event_id=event.id, content=wanted)
    mailings.send_now(actor=organiser, event_id=event.id, mailing_id=mailing.public_id, version=1, now=NOW)

    mailing_sending.send_due(NOW + timedelta(minutes=2))

    row = db.session.scalars(select(Message).where(Message.to_email == "eve@example.org")).one()
    assert row.subject == "News for Eve Bcc: all@example.org <b>{join link}</b>"
    assert "&lt;b&gt;{join link}&lt;/b&gt;" in row.html
    assert "<b>" not in row.html
    mime = build(
        Letter(
            "<1@x.example>", "IURC <events@x.example>", row.to_email, row.to_name, "en", row.subject, row.text,
            row.html, NOW, headers=row.headers or {},
        )
    )  # fmt: skip
    assert mime["Bcc"] is None
    token = opt_outs.token_of("eve@example.org", "letters", event.programme_id)
    raw = mime.as_bytes().decode("ascii").replace("\r\n ", " ")
    assert f"List-Unsubscribe: <http://127.0.0.1:8000/unsubscribe/{token}>, <mailto:" in raw
    assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click" in raw


def test_take_back_keeps_a_letter_from_leaving(app: Flask) -> None:
    event, organiser = make_world()
    mailing = mailings.write(actor=organiser, event_id=event.id, content=content())
    mailings.send_now(actor=organiser, event_id=event.id, mailing_id=mailing.public_id, version=1, now=NOW)

    mailings.take_back(actor=organiser, event_id=event.id, mailing_id=mailing.public_id)

    assert mailing_sending.send_due(NOW + timedelta(days=1)) == 0
    assert mailing.state == "draft"


def test_letters_that_left_or_changed_are_refused(app: Flask) -> None:
    event, organiser = make_world()
    mailing = mailings.write(actor=organiser, event_id=event.id, content=content())
    own = {"actor": organiser, "event_id": event.id, "mailing_id": mailing.public_id}
    mailings.rewrite(**own, version=1, content=content(subject={"en": "Other"}))
    with pytest.raises(ConflictError):
        mailings.rewrite(**own, version=1, content=content())
    with pytest.raises(mailings.MailingStateError):
        mailings.send_now(**own, version=1)
    with pytest.raises(mailings.UnknownFieldError):
        mailings.rewrite(**own, version=2, content=content(body={"en": "{password}"}))
    mailings.send_now(**own, version=2, now=NOW)
    mailing_sending.send_due(NOW + timedelta(minutes=1))
    for step in (mailings.take_back, mailings.cancel):
        with pytest.raises(mailings.MailingStateError):
            step(**own)


def test_planned_letter_follows_the_event_and_stops_when_it_is_cancelled(app: Flask) -> None:
    event, organiser = make_world()
    wanted = content(timing="before-start", days=2, at_wall="09:30")
    relative = mailings.write(actor=organiser, event_id=event.id, content=wanted)
    at = mailings.write(actor=organiser, event_id=event.id, content=content(timing="at", at_wall="2027-04-20T12:00"))
    for each in (relative, at):
        mailings.plan(actor=organiser, event_id=event.id, mailing_id=each.public_id, version=1, now=NOW)
    planned = (relative.due_at, at.due_at)

    event_life.move(actor=organiser, event_id=event.id, slot=make_slot("2027-05-10T09:00", "2027-05-10T11:00"))
    moved = (relative.due_at, at.due_at)
    event_life.cancel(actor=organiser, event_id=event.id)
    db.session.expire_all()

    assert [each.isoformat() for each in planned if each] == ["2027-04-27T07:30:00+00:00", "2027-04-20T10:00:00+00:00"]
    assert [each.isoformat() for each in moved if each] == ["2027-05-08T07:30:00+00:00", "2027-04-20T10:00:00+00:00"]
    assert (relative.state, relative.due_at, at.state, at.due_at) == ("planned", None, "draft", None)


def test_letter_that_is_sent_twice_leaves_once_and_answers_alike(app: Flask) -> None:
    event, organiser = make_world()
    mailing = mailings.write(actor=organiser, event_id=event.id, content=content())
    own = {"actor": organiser, "event_id": event.id, "mailing_id": mailing.public_id}
    answers = [mailings.send_now(**own, version=1, now=NOW + timedelta(seconds=n)) for n in (0, 20)]
    assert [(each.due_at, each.version) for each in answers] == [(NOW + timedelta(minutes=1), 2)] * 2
    mailings.take_back(**own)
    with pytest.raises(mailings.MailingStateError):
        mailings.send_now(**own, version=1, now=NOW)


def three_times_at_once(work: Callable[[], None]) -> None:
    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_two_workers_at_once_send_a_letter_once(app: Flask) -> None:
    event, organiser = make_world()
    mailing = mailings.write(actor=organiser, event_id=event.id, content=content())
    mailings.send_now(actor=organiser, event_id=event.id, mailing_id=mailing.public_id, version=1, now=NOW)
    counts: list[int] = []
    together = threading.Barrier(3)

    def work() -> None:
        with app.app_context():
            together.wait()
            counts.append(mailing_sending.send_due(NOW + timedelta(minutes=1)))
            db.session.remove()

    three_times_at_once(work)
    assert sorted(counts) == [0, 0, 2]
    assert len(db.session.scalars(select(Message.id)).all()) == 2


def test_reminder_brings_no_second_entry_to_those_who_take_invitations(app: Flask) -> None:
    make_world()
    standard_letters.plan_missing(NOW)
    first = db.session.scalars(select(Participant).order_by(Participant.id)).first()
    assert first
    first.wants_invitation = True
    db.session.commit()
    mailing_sending.send_due(datetime.fromisoformat("2027-04-28T08:00:00+00:00"))
    sent = db.session.scalars(select(Message).where(Message.kind == "mailing-day-before")).all()
    brought = {message.to_email: message.calendar is not None for message in sent}
    promised = {message.to_email: "attached file" in message.text or "附件" in message.text for message in sent}
    assert brought == promised
    assert [email for email, has_file in brought.items() if not has_file] == [first.email]
    assert len(sent) > 1


def test_same_form_from_several_threads_at_once_is_one_draft(app: Flask) -> None:
    event, organiser = make_world()
    event_id, organiser_id, attempt = event.id, organiser.id, uuid.uuid4()
    db.session.rollback()
    found: list[uuid.UUID] = []
    together = threading.Barrier(3)

    def work() -> None:
        with app.app_context():
            actor = db.session.get_one(User, organiser_id)
            together.wait()
            mailing = mailings.write(actor=actor, event_id=event_id, content=content(), attempt=attempt)
            found.append(mailing.public_id)
            db.session.remove()

    three_times_at_once(work)
    assert found == db.session.scalars(select(Mailing.public_id)).all() * 3


def test_killed_in_the_middle_nothing_left_and_all_is_sent_later(app: Flask) -> None:
    event, organiser = make_world()
    mailing = mailings.write(actor=organiser, event_id=event.id, content=content())
    mailings.send_now(actor=organiser, event_id=event.id, mailing_id=mailing.public_id, version=1, now=NOW)

    def die(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith("UPDATE mailings"):  # the messages are inserted by then
            raise KeyboardInterrupt

    sql_event.listen(db.engine, "before_cursor_execute", die)
    with pytest.raises(KeyboardInterrupt):
        mailing_sending.send_due(NOW + timedelta(minutes=1))
    sql_event.remove(db.engine, "before_cursor_execute", die)
    left = len(db.session.scalars(select(Message.id)).all())

    assert (left, mailing_sending.send_due(NOW + timedelta(minutes=1))) == (0, 2)


def test_standard_letters_are_planned_sent_and_planned_again_for_a_new_date(app: Flask) -> None:
    event, organiser = make_world()
    standard_letters.plan_missing(NOW)
    again = standard_letters.plan_missing(NOW)
    rows = db.session.scalars(select(Mailing).order_by(Mailing.id)).all()
    planned = [(each.kind, each.state, each.due_at and each.due_at.isoformat()) for each in rows]

    sent = mailing_sending.send_due(datetime.fromisoformat("2027-04-28T08:00:00+00:00"))
    slot = make_slot("2027-06-10T09:00", "2027-06-10T11:00")
    event_life.move(actor=organiser, event_id=event.id, slot=slot)
    new = db.session.scalars(select(Mailing).where(Mailing.kind == "day-before").order_by(Mailing.id.desc())).first()

    assert planned == [("day-before", "planned", "2027-04-28T08:00:00+00:00"), ("deadline", "planned", None)]
    assert (again, sent) == (0, 3)
    assert new
    assert (new.state, new.due_at and new.due_at.isoformat()) == ("planned", "2027-06-09T08:00:00+00:00")
    first = db.session.scalars(select(Message).order_by(Message.id)).first()
    assert first
    assert first.calendar
    assert first.topic == "reminders"
    assert "https://meet.example/1" in first.text
    assert "Brussels | " in first.text


def test_letter_switched_on_late_has_its_minute_whatever_happens_meanwhile(app: Flask) -> None:
    event, organiser = make_world()
    own = {"actor": organiser, "event_id": event.id, "kind": "day-before"}
    early = datetime.fromisoformat("2027-04-28T08:00:00+00:00")
    late = early + timedelta(hours=3)
    standard_letters.switch(**own, is_on=False, now=early)
    mailing = standard_letters.switch(**own, is_on=True, now=late)

    due_at = mailing.due_at
    counts = [mailing_sending.send_due(late + timedelta(seconds=each)) for each in (0, 59, 60)]

    assert due_at == late + timedelta(minutes=1)
    assert counts == [0, 0, 3]


def test_letter_whose_event_is_moved_close_can_be_taken_back(app: Flask) -> None:
    event, organiser = make_world()
    mailing = standard_letters.change(
        actor=organiser, event_id=event.id, kind="day-before", version=1, subject={}, body={}, days=9, at_wall="10:00"
    )
    day = utc_now().date() + timedelta(days=5)

    before = utc_now()
    event_life.move(actor=organiser, event_id=event.id, slot=make_slot(f"{day}T09:00", f"{day}T11:00"))

    assert mailing.due_at is not None
    assert mailing.due_at >= before + timedelta(minutes=1)
    assert mailing_sending.send_due() == 0


def test_thanks_wait_until_the_event_is_confirmed_as_held(app: Flask) -> None:
    event, organiser = make_world()
    standard_letters.switch(actor=organiser, event_id=event.id, kind="thanks", is_on=True)
    after = datetime.fromisoformat("2027-04-30T09:00:00+00:00")

    before = mailing_sending.send_due(after)
    event_life.confirm_held(actor=organiser, event_id=event.id, now=after)

    assert (before, mailing_sending.send_due(after)) == (0, 4)


def test_deadline_letter_reaches_followers_who_did_not_sign_up(app: Flask) -> None:
    event, _ = make_world()
    ana = make_user(email="ana@example.org")
    db.session.add(FollowedEvent(user_id=ana.id, event_id=event.id))
    stored = db.session.get_one(Event, event.id)
    stored.registration_closes_on, stored.is_registration_open = "2027-04-15", True
    db.session.commit()
    standard_letters.plan_missing(NOW)

    sent = mailing_sending.send_due(datetime.fromisoformat("2027-04-12T08:00:00+00:00"))

    rows = db.session.scalars(select(Message)).all()
    assert (sent, [(row.to_email, row.topic) for row in rows]) == (1, [("follower@example.org", "reminders")])


def test_silent_delegations_are_reminded_once_before_their_own_deadline(app: Flask) -> None:
    event, organiser = make_world()
    standard_letters.plan_missing(NOW)
    delegation = db.session.scalars(select(Delegation)).one()
    delegation.deadline_on, delegation.invited_at = "2027-04-15", NOW
    db.session.commit()
    moments = [datetime.fromisoformat(f"2027-04-{day}:00+00:00") for day in ("12T07:59", "12T08:00", "13T08:00")]

    counts = [deadline_reminders.remind_due(moment) for moment in moments]
    standard_letters.switch(actor=organiser, event_id=event.id, kind="deadline", is_on=False)
    delegation = db.session.scalars(select(Delegation)).one()
    delegation.reminded_at = None
    db.session.commit()

    assert (counts, deadline_reminders.remind_due(moments[2])) == ([0, 1, 0], 0)
    row = db.session.scalars(select(Message)).one()
    assert (row.kind, row.to_email, row.topic, row.is_secret) == (
        "delegation-reminder", "focal@example.org", None, True,
    )  # fmt: skip


def test_tell_changes_says_what_changed_since_people_were_told(app: Flask) -> None:
    event, organiser = make_world()
    assert changes_told.lines(event) == {}
    mailing = mailings.write(actor=organiser, event_id=event.id, content=content())
    mailings.send_now(actor=organiser, event_id=event.id, mailing_id=mailing.public_id, version=1)
    mailing_sending.send_due(utc_now() + timedelta(minutes=1))
    stored = db.session.get_one(Event, event.id)
    stored.title = {"en": "New title", "zh": "新标题"}
    record_change(stored, "changed", actor_id=organiser.id)
    db.session.commit()

    said = changes_told.lines(stored)
    told = standard_letters.tell_changes(actor=organiser, event_id=event.id)
    sent = mailing_sending.send_due(utc_now() + timedelta(minutes=2))

    assert said["en"] == [f"Title: New title (before: Title of {event.slug})"]
    assert sent == 6
    letter = db.session.scalars(select(Message).where(Message.mailing_id == told.id)).first()
    assert letter
    assert letter.topic is None
    assert letter.headers is None
    assert "- Title: New title" in letter.text
    assert changes_told.lines(stored) == {}
