"""The outbox against a real mail server on loopback, on both databases."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from flask import Flask
from sqlalchemy import select, update

from iurc_events.config import settings
from iurc_events.database import db, in_transaction, utc_now
from iurc_events.mail import MessageText
from iurc_events.models.messages import Message
from iurc_events.models.participants import Participant
from iurc_events.services import outbox
from tests.factories import make_event, make_programme, make_user

TEXT = MessageText("Invitation 邀请", "Hello\nVisit https://x.example\n", "<p>Hello</p>\n")


class Mailbox:
    """What arrived, and what the server answers to the next messages."""

    def __init__(self) -> None:
        self.arrived: list[EmailMessage] = []
        self.answers: list[str] = []
        self.recipient_answers: list[str] = []
        self.recipients: list[str] = []

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:
        """Take or refuse a recipient."""
        if self.recipient_answers:
            return self.recipient_answers.pop(0)
        envelope.rcpt_tos.append(address)
        self.recipients.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        """Take or refuse a message."""
        if self.answers:
            return self.answers.pop(0)
        parsed = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(parsed, EmailMessage)
        self.arrived.append(parsed)
        return "250 OK"


@pytest.fixture
def takes_all_letters() -> bool:
    """Tell whether the mail server takes addresses that are not ASCII (SMTPUTF8, RFC 6531)."""
    return False


@pytest.fixture
def mailbox(app: Flask, takes_all_letters: bool) -> Iterator[Mailbox]:
    """Yield a mail server that the application sends to."""
    mailbox = Mailbox()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    controller = Controller(mailbox, hostname="127.0.0.1", port=port, enable_SMTPUTF8=takes_all_letters)
    controller.start()
    app.extensions["settings"] = replace(settings(), smtp_url=f"smtp://127.0.0.1:{port}")
    yield mailbox
    controller.stop()


def put(text: MessageText = TEXT, to_email: str = "ana@example.org", **values: Any) -> int:
    @in_transaction
    def store() -> Message:
        return outbox.queue("test", to_email, values.pop("to_name", "Ana Test"), "en", text, **values)

    return store().id


def state_of(key: int) -> tuple[str, int, bool]:
    db.session.expire_all()
    message = db.session.get_one(Message, key)
    return message.state, message.attempts, message.is_in_doubt


def test_message_is_sent_once(app: Flask, mailbox: Mailbox) -> None:
    key = put()
    assert (outbox.deliver_due(), outbox.deliver_due()) == (1, 0)
    assert state_of(key) == ("sent", 1, False)
    (mail,) = mailbox.arrived
    parts = [
        (part.get_content_type(), part.get_content().replace("\r\n", "\n"))
        for part in mail.walk()
        if not part.is_multipart()
    ]
    assert (mail["Subject"], mail["To"], mail["Auto-Submitted"]) == (
        "Invitation 邀请",
        "Ana Test <ana@example.org>",
        "auto-generated",
    )
    assert parts == [("text/plain", TEXT.text), ("text/html", TEXT.html)]
    assert mail["Message-ID"] == db.session.get_one(Message, key).message_id


def test_message_of_a_transaction_that_failed_is_not_sent(app: Flask, mailbox: Mailbox) -> None:
    @in_transaction
    def fail() -> None:
        outbox.queue("test", "ana@example.org", "Ana", "en", TEXT)
        raise ValueError("in the middle")

    with pytest.raises(ValueError, match="in the middle"):
        fail()
    assert (outbox.deliver_due(), mailbox.arrived) == (0, [])


def test_refused_message_is_tried_again_later_and_arrives(app: Flask, mailbox: Mailbox) -> None:
    mailbox.answers = ["451 try later", "451 try later"]
    key = put()
    now = utc_now()
    assert outbox.deliver_due(clock=lambda: now) == 1
    assert state_of(key) == ("queued", 1, False)
    assert outbox.deliver_due(clock=lambda: now + timedelta(seconds=59)) == 0
    assert outbox.deliver_due(clock=lambda: now + timedelta(seconds=61)) == 1
    assert state_of(key) == ("queued", 2, False)
    assert outbox.deliver_due(clock=lambda: now + timedelta(minutes=7)) == 1
    assert state_of(key) == ("sent", 3, False)
    assert len(mailbox.arrived) == 1


@pytest.mark.parametrize(
    ("answers", "recipient_answers", "state"),
    [
        (["554 no spam here"], [], "failed"),
        ([], ["550 5.1.1 no such mailbox"], "bounced"),
        ([], ["450 4.2.1 mailbox busy"], "queued"),
    ],
)
def test_answer_of_the_server_decides_what_becomes_of_a_message(
    app: Flask, mailbox: Mailbox, answers: list[str], recipient_answers: list[str], state: str
) -> None:
    mailbox.answers, mailbox.recipient_answers = list(answers), list(recipient_answers)
    key = put()
    outbox.deliver_due()
    assert state_of(key) == (state, 1, False)
    assert db.session.get_one(Message, key).last_error == [*answers, *recipient_answers][0]


def test_message_fails_after_the_last_wait(app: Flask, mailbox: Mailbox) -> None:
    mailbox.answers = ["451 never"] * 20
    key = put()
    now = utc_now()
    for _ in range(20):
        now += timedelta(days=2)
        outbox.deliver_due(clock=lambda moment=now: moment)  # type: ignore[misc]  # bound at once
    assert state_of(key) == ("failed", len(outbox.BACK_OFF) + 1, False)


def test_server_that_is_away_leaves_messages_queued(app: Flask) -> None:
    app.extensions["settings"] = replace(settings(), smtp_url="smtp://127.0.0.1:9")
    key = put()
    assert outbox.deliver_due() == 1
    assert state_of(key) == ("queued", 1, False)


def test_message_left_by_a_killed_worker_is_sent_again_with_the_same_id_and_marked(
    app: Flask, mailbox: Mailbox
) -> None:
    key = put()
    now = utc_now()
    assert outbox.claim_due(now) is not None  # and then the process is gone
    assert outbox.deliver_due(clock=lambda: now + timedelta(minutes=9)) == 0
    assert outbox.deliver_due(clock=lambda: now + timedelta(minutes=11)) == 1
    assert state_of(key) == ("sent", 2, True)
    assert [mail["Message-ID"] for mail in mailbox.arrived] == [db.session.get_one(Message, key).message_id]


def test_two_workers_never_send_the_same_message(app: Flask, mailbox: Mailbox) -> None:
    keys = [put(to_email=f"p{number}@example.org") for number in range(12)]
    db.session.remove()

    def work() -> None:
        with app.app_context():
            outbox.deliver_due()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(str(mail["To"]) for mail in mailbox.arrived) == sorted(
        f"Ana Test <p{number}@example.org>" for number in range(12)
    )
    assert {state_of(key) for key in keys} == {("sent", 1, False)}


def test_line_breaks_in_names_and_subjects_make_no_header(app: Flask, mailbox: Mailbox) -> None:
    put(
        MessageText("Hello\r\nBcc: victim@example.org", "x\n", "<p>x</p>\n"),
        to_name="Ana\r\nBcc: victim@example.org",
        headers={"X-Evil": "1", "Reply-To": "a@example.org\r\nBcc: victim@example.org"},
    )
    outbox.deliver_due()
    (mail,) = mailbox.arrived
    assert (mail["Bcc"], mail["X-Evil"], mail["Subject"]) == (None, None, "Hello Bcc: victim@example.org")


@pytest.mark.parametrize(
    "address",
    [
        "no address",
        "",
        "a@",
        "a@b@c",
        "ana@example.org, eve@example.org",
        "用户",
        "用户@",
        "用 户@example.cn",
        '"用 户"@example.cn',
        "(x)用户@example.cn",
        "用户@b@example.cn",
        "用户@example.cn, eve@example.org",
        "<用户@example.cn>",
        "用\u202e户@example.cn",
    ],
)
def test_address_that_is_none_bounces_without_a_try(app: Flask, mailbox: Mailbox, address: str) -> None:
    key = put(to_email=address)
    outbox.deliver_due()
    assert (state_of(key)[0], mailbox.arrived) == ("bounced", [])


@pytest.mark.parametrize("takes_all_letters", [True])
@pytest.mark.parametrize("address", ["用户@example.cn", "josé.ñandú@example.org", "用户@例子.cn"])
def test_address_in_any_letters_arrives_where_the_server_takes_it(app: Flask, mailbox: Mailbox, address: str) -> None:
    key = put(to_email=address, to_name="用户")
    outbox.deliver_due()
    assert state_of(key) == ("sent", 1, False)
    (mail,) = mailbox.arrived
    (reader,) = mail["To"].addresses
    on_the_wire = reader.addr_spec.encode("utf-8", "surrogateescape").decode("utf-8")
    assert (reader.display_name, on_the_wire, mailbox.recipients) == ("用户", address, [address])
    assert mail["Subject"] == "Invitation 邀请"


def test_address_in_letters_that_the_server_does_not_take_is_not_delivered(app: Flask, mailbox: Mailbox) -> None:
    key = put(to_email="用户@example.cn")
    outbox.deliver_due()
    assert (state_of(key), mailbox.arrived) == (("bounced", 1, False), [])
    assert db.session.get_one(Message, key).last_error == (
        "the mail server takes no address with letters beyond ASCII (SMTPUTF8): 用户@example.cn"
    )


def test_calendar_comes_as_alternative_and_as_file(app: Flask, mailbox: Mailbox) -> None:
    calendar = "BEGIN:VCALENDAR\r\nMETHOD:PUBLISH\r\nSUMMARY:绿色\r\nEND:VCALENDAR\r\n".encode()
    put(calendar=calendar, calendar_method="PUBLISH")
    outbox.deliver_due()
    (mail,) = mailbox.arrived
    parts = [
        (part.get_content_type(), part.get_param("method"), part.get_filename(), part.get_payload(decode=True))
        for part in mail.walk()
        if part.get_content_type() == "text/calendar"
    ]
    assert parts == [
        ("text/calendar", "PUBLISH", None, calendar),
        ("text/calendar", "PUBLISH", "event.ics", calendar),
    ]


def test_without_a_mail_server_messages_are_kept_and_never_tried(app: Flask) -> None:
    key = put()
    assert (state_of(key), outbox.deliver_due()) == (("kept", 0, False), 0)


def test_a_calendar_mail_that_waited_does_not_come_after_a_later_one(app: Flask, mailbox: Mailbox) -> None:
    event = make_event()
    person = Participant(
        event_id=event.id, name="Ana Test", email="ana@example.org", stakeholder_type="government", mode="online",
        language="en", state="registered", consented_at=utc_now(), token_hash=b"x" * 32,
    )  # fmt: skip
    db.session.add(person)
    db.session.commit()
    values = {"participant_id": person.id, "event_id": event.id, "programme_id": event.programme_id}
    put_off = utc_now() + timedelta(minutes=5)
    request = put(calendar=b"x", calendar_method="REQUEST", due_at=put_off, **values)
    other = put(due_at=put_off, **values)
    elsewhere = put(to_email="old@example.org", calendar=b"x", calendar_method="REQUEST", due_at=put_off, **values)
    cancel = put(calendar=b"x", calendar_method="CANCEL", **values)
    outbox.deliver_due()
    outbox.deliver_due(clock=lambda: put_off)
    states = [state_of(key)[0] for key in (request, other, elsewhere, cancel)]
    assert states == ["kept", "sent", "sent", "sent"]
    with pytest.raises(outbox.NotRepeatableError):
        outbox.send_again(request, actor=make_user("administrator"))


def test_send_again_takes_only_what_was_not_delivered(app: Flask, mailbox: Mailbox) -> None:
    actor = make_user("administrator")
    programme = make_programme()
    key = put(programme_id=programme.id)
    with pytest.raises(outbox.NotRepeatableError):
        outbox.send_again(key, actor=actor)
    db.session.execute(update(Message).values(state="failed", attempts=8))
    db.session.commit()
    outbox.send_again(key, actor=actor)
    outbox.deliver_due()
    assert state_of(key) == ("sent", 1, False)
    assert len(db.session.scalars(select(Message.id)).all()) == 1
