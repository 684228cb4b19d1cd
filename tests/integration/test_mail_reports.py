"""What comes back by mail: reports on delivery and answers of calendars, on both databases and by the command."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from iurc_events.config import settings
from iurc_events.database import db, in_transaction, utc_now
from iurc_events.mail import MessageText
from iurc_events.mail.incoming import LARGEST, UnreadableMailError
from iurc_events.models.invitations import MeetingInvitation
from iurc_events.models.mailings import MailOptOut
from iurc_events.models.messages import Message
from iurc_events.models.participants import Participant
from iurc_events.services import mail_reports, meeting_invitations, opt_outs, outbox, participants
from iurc_events.services.participants import Registration
from tests.factories import make_event, make_programme
from tests.integration.test_worker import environment

TEXT = MessageText("Invitation 邀请", "Hello\n", "<p>Hello</p>\n")
FAILED = "Final-Recipient: rfc822; ana@example.org\nAction: failed\nStatus: 5.1.1\n"


@pytest.fixture
def message(app: Flask) -> Message:
    app.extensions["settings"] = replace(settings(), mail_bounces="bounces@iurc.example")

    @in_transaction
    def store() -> Message:
        return outbox.queue("test", "ana@example.org", "Ana", "en", TEXT)

    found = store()
    found.state, found.sent_at = "sent", utc_now()
    db.session.commit()
    return found


def report(
    fields: str, *, returned: str = "", recipient: str = "events@iurc.example", headers_only: bool = False
) -> bytes:
    """Return a report as mail servers write it, in bytes."""
    parts = [
        "Content-Type: text/plain; charset=utf-8\n\nThis is the mail system. 系统退信\n",
        f"Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.org\n\n{fields}",
    ]
    if headers_only:
        parts.append(f"Content-Type: text/rfc822-headers\n\nFrom: events@iurc.example\nMessage-ID: {returned}\n")
    elif returned:
        parts.append(f"Content-Type: message/rfc822\n\nMessage-ID: {returned}\nSubject: x\n\nx\n")
    head = (
        f"From: MAILER-DAEMON@mx.example.org\nTo: {recipient}\nSubject: Undelivered Mail\n"
        "Auto-Submitted: auto-replied\n"
        'MIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
    )
    return (head + "".join(f"--b\n{part}\n" for part in parts) + "--b--\n").encode()


def state(message: Message) -> tuple[str, str | None, bool]:
    db.session.expire_all()
    found = db.session.get_one(Message, message.id)
    return found.state, found.last_error, found.bounced_at is not None


@pytest.mark.parametrize("headers_only", [False, True])
def test_report_with_our_message_in_it_marks_it_as_bounced(message: Message, headers_only: bool) -> None:
    data = report(
        FAILED + "Diagnostic-Code: smtp; 550 no such mailbox\n", returned=message.message_id, headers_only=headers_only
    )
    assert mail_reports.receive(data) == "bounced"
    assert state(message) == ("bounced", "5.1.1 550 no such mailbox", True)


def test_report_to_the_signed_sender_is_enough(message: Message) -> None:
    address = mail_reports.envelope_sender(message)
    assert mail_reports.receive(report(FAILED, recipient=address.upper())) == "bounced"
    assert state(message) == ("bounced", "5.1.1", True)


def test_reports_that_nobody_signed_change_nothing(message: Message) -> None:
    address = mail_reports.envelope_sender(message)
    wrong = address.replace(address.partition("-")[2][:5], "aaaaa")
    other = address.replace("bounces+", "elsewhere+")
    for recipient in (wrong, other, "bounces+1@iurc.example", "bounces+1-@iurc.example"):
        assert mail_reports.receive(report(FAILED, recipient=recipient)) == "unknown"
    assert mail_reports.receive(report(FAILED, returned="<no-such@iurc.example>")) == "unknown"
    assert state(message) == ("sent", None, False)


def test_delay_is_shown_until_it_is_delivered(message: Message) -> None:
    delayed = FAILED.replace("failed", "delayed").replace("5.1.1", "4.4.7")
    assert mail_reports.receive(report(delayed, returned=message.message_id)) == "delayed"
    assert state(message) == ("sent", "4.4.7", False)
    assert (
        mail_reports.receive(report(FAILED.replace("failed", "delivered"), returned=message.message_id)) == "delivered"
    )
    assert state(message) == ("sent", None, False)


def test_report_without_fields_is_understood_by_its_address(message: Message) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"] = "postmaster@qq.com", mail_reports.envelope_sender(message)
    mail["Subject"] = "系统退信/The email is returned"
    mail.set_content("收件人邮箱不存在", cte="base64")
    assert mail_reports.receive(mail.as_bytes(), sender="boss@qq.com") == "other"
    assert mail_reports.receive(mail.as_bytes(), sender="") == "bounced"
    assert state(message)[:2] == ("bounced", "系统退信/The email is returned")


@pytest.mark.parametrize("marks", [{}, {"Auto-Submitted": "auto-replied"}])
def test_report_without_fields_that_returns_a_calendar_is_no_answer_of_a_calendar(
    message: Message, marks: dict[str, str]
) -> None:
    returned = EmailMessage()
    returned["Message-ID"], returned["Subject"] = message.message_id, TEXT.subject
    returned.set_content("Hello", cte="base64")
    calendar = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n"
    returned.add_alternative(calendar, subtype="calendar", params={"method": "REQUEST"}, cte="base64")
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "MAILER-DAEMON@mx.qq.com", "events@iurc.example", "系统退信"
    for name, value in marks.items():
        mail[name] = value
    mail.set_content("<p>收件人邮箱不存在</p>", subtype="html", cte="base64")
    mail.add_attachment(returned)
    assert mail_reports.receive(mail.as_bytes()) == "bounced"
    assert state(message) == ("bounced", "系统退信", True)


@pytest.mark.parametrize("subject", ["=?x-gbk?B?zcvQxQ==?=", "=?hex?Q?zz?=", "=?punycode?Q?=FF=FF?=", "=?utf-8?B?A?="])
def test_report_with_words_that_nobody_can_decode_keeps_them_as_they_stand(message: Message, subject: str) -> None:
    head = f"From: MAILER-DAEMON@mx.qq.com\nTo: {mail_reports.envelope_sender(message)}\nSubject: {subject}\n\nx\n"
    assert mail_reports.receive(head.encode()) == "bounced"
    assert state(message) == ("bounced", subject, True)


def test_automatic_answers_and_letters_are_left_alone(message: Message) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "ana@example.org", mail_reports.envelope_sender(message), "Re: x"
    mail["In-Reply-To"] = message.message_id
    mail.set_content("I am away")
    assert mail_reports.receive(mail.as_bytes()) == "other"
    mail["Auto-Submitted"] = "auto-replied"
    assert mail_reports.receive(mail.as_bytes()) == "automatic"
    assert state(message) == ("sent", None, False)


@pytest.mark.parametrize("is_automatic", [False, True])
def test_mail_that_unsubscribes_does_so_once_and_only_by_a_link_of_ours(app: Flask, is_automatic: bool) -> None:
    programme = make_programme()
    token = opt_outs.token_of("ana@example.org", "letters", programme.id)
    mail = EmailMessage()
    mail["Subject"] = f"unsubscribe {token}"
    if is_automatic:
        mail["Auto-Submitted"] = "auto-generated"  # as large mailboxes send it for their user
    strange = EmailMessage()
    strange["Subject"] = "unsubscribe aaaa.bbbb"

    outcomes = [mail_reports.receive(each.as_bytes()) for each in (mail, mail, strange)]

    assert outcomes == ["unsubscribed", "unsubscribed", "other"]
    assert [row.topic for row in db.session.query(MailOptOut)] == ["letters"]


def reply(uid: str, email: str = "ana@example.org", answer: str = "DECLINED", method: str = "REPLY") -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = email, "events@iurc.example", "Declined: x"
    mail.set_content("no")
    text = (
        f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nMETHOD:{method}\r\nBEGIN:VEVENT\r\nUID:{uid}\r\n"
        "DTSTAMP:20270101T000000Z\r\nORGANIZER:mailto:events@iurc.example\r\n"
        f'ATTENDEE;CN="Ana; Test";PARTSTAT={answer}:MAILTO:{email}\r\nSEQUENCE:0\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n'
    )
    mail.add_alternative(text, subtype="calendar", params={"method": method}, cte="base64")
    return mail.as_bytes()


def test_answer_of_a_calendar_is_recorded_and_changes_nothing(app: Flask) -> None:
    event = make_event("2027-green-roofs", is_registration_open=True)
    person = Registration("Ana", "ana@example.org", "Office", None, "government", "online", "en")
    participants.sign_up(event.id, replace(person, wants_invitation=True))
    meeting_invitations.reconcile()
    uid = str(event.calendar_uid)
    outcomes = [
        mail_reports.receive(reply(uid, "Ana@Example.org")),
        mail_reports.receive(reply(uid, "eve@example.org")),
        mail_reports.receive(reply("not-ours")),
        mail_reports.receive(reply(uid, answer="NEEDS-ACTION")),
        mail_reports.receive(reply(uid, method="REQUEST", answer="ACCEPTED")),
    ]
    assert outcomes == ["reply", "unknown", "unknown", "unknown", "automatic"]
    db.session.expire_all()
    assert db.session.scalars(select(MeetingInvitation.reply)).all() == ["DECLINED"]
    assert db.session.scalars(select(Participant.state)).all() == ["registered"]
    assert meeting_invitations.reconcile(clock=lambda: utc_now() + timedelta(hours=1)) == 0


NESTED = b"".join(b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (depth, depth) for depth in range(5000))
HOSTILE = {
    "nothing": b"",
    "zeros": b"\0" * 100_000,
    "deep": NESTED,
    "deep mail": b"Content-Type: message/rfc822\n\n" * 5000,
    "many parts": b'Content-Type: multipart/mixed; boundary="b"\n\n' + b"--b\n\nx\n" * 100_000,
    "long header": b"Subject: " + b"=?utf-8?b?" * 100_000 + b"\n\nx",
    "long line": b"To: " + b"a@b.example, (" * 200_000 + b"\n\nx",
    "bad charset": b"From: postmaster@x.example\nSubject: =?no-such?b?AAAA?=\n\nx",
    "bad status": b"Content-Type: message/delivery-status\n\nAction failed\n\n\n",
    "calendar": b"Content-Type: text/calendar\n\nMETHOD:REPLY\n" + b"BEGIN:VEVENT\n" * 10_000,
    "quotes": b'Content-Type: text/calendar\n\nBEGIN:VCALENDAR\nMETHOD:REPLY\nATTENDEE;X="' + b'",' * 90_000 + b"\n",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_mail_is_refused_or_ignored_at_once(sqlite_app: Flask, name: str) -> None:
    begin = time.perf_counter()
    try:
        outcome = mail_reports.receive(HOSTILE[name])
    except UnreadableMailError:
        outcome = "other"
    assert outcome in ("other", "automatic", "unknown")
    assert time.perf_counter() - begin < 5


def test_mail_that_is_too_large_is_refused(sqlite_app: Flask) -> None:
    with pytest.raises(UnreadableMailError, match="too large"):
        mail_reports.receive(b"x" * (LARGEST + 1))


def run(data: bytes, *arguments: str, folder: Path, url: str, **values: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "iurc_events", "receive-mail", *arguments],
        input=data,
        capture_output=True,
        env=environment(folder, DATABASE_URL=url, SECRET_KEY="test", **values),
        timeout=60,
        check=False,
    )
    return done.returncode, (done.stdout + done.stderr).decode()


def test_command_takes_one_mail_from_a_pipe(app: Flask, message: Message, database_url: str, tmp_path: Path) -> None:
    address, key = mail_reports.envelope_sender(message), message.id
    db.session.remove()
    found = run(
        report(FAILED), "--recipient", address, "--sender", "",
        folder=tmp_path / "pipe", url=database_url, MAIL_BOUNCES="bounces@iurc.example",
    )  # fmt: skip
    assert found == (0, "A report: not delivered.\n")
    assert db.session.get_one(Message, key).state == "bounced"


def test_command_ends_as_mail_servers_expect(tmp_path: Path) -> None:
    folder = tmp_path / "pipe"
    url = f"sqlite:///{tmp_path / 'nothing' / 'there.sqlite3'}"
    assert run(report(FAILED, returned="<a@b>"), folder=folder, url=url) == (
        75,
        "Try again later: FileNotFoundError.\n",
    )
    assert run(b"x" * (LARGEST * 3), folder=folder, url=url) == (65, "Refused: the mail is too large.\n")
    assert run(b"", folder=folder, url=url, MAIL_BOUNCES="no address")[0] == 78
