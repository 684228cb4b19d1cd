"""The mail server stalls, refuses, hangs up; the worker is killed: nothing is lost, or sent twice unmarked (fault-4).

Real sockets throughout, real processes where a worker dies or hangs.
"""

from __future__ import annotations

import http.client
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import update

from iurc_events.config import settings
from iurc_events.database import db, in_transaction, utc_now
from iurc_events.mail import MessageText
from iurc_events.models.messages import Message
from iurc_events.services import outbox
from tests.factories import make_event
from tests.faults import rush
from tests.faults.mail_server import STEPS, FaultyServer, faulty_server

TEXT = MessageText("Invitation 邀请", "Hello\n.\n..\nlast\n", "<p>Hello</p>\n")


@pytest.fixture
def server() -> Iterator[FaultyServer]:
    with faulty_server() as found:
        yield found


def put(app: Flask, server: FaultyServer) -> int:
    app.extensions["settings"] = replace(settings(), smtp_url=server.url, mail_timeout=0.4)

    @in_transaction
    def store() -> Message:
        return outbox.queue("test", "ana@example.org", "Ana", "en", TEXT)

    key = store().id
    db.session.remove()
    return key


def state(key: int) -> tuple[str, bool]:
    db.session.expire_all()
    message = db.session.get_one(Message, key)
    found = message.state, message.is_in_doubt
    db.session.rollback()
    return found


def ids(letters: list[bytes]) -> set[bytes]:
    return {match[1] for letter in letters if (match := re.search(rb"(?im)^Message-ID:\s*(<[^>]+>)", letter))}


#: A stalled or broken talk at every step, and a refusal for now wherever a server may speak one.
FAULTS = [(step, what) for step in STEPS for what in ("stall", "drop")] + [
    (step, "451 4.3.0 later") for step in ("greeting", "MAIL", "RCPT", "DATA", "end")
]


@pytest.mark.parametrize(("step", "what"), FAULTS)
def test_letter_arrives_once_the_server_is_well_again(
    sqlite_app: Flask, server: FaultyServer, step: str, what: str
) -> None:
    key = put(sqlite_app, server)
    server.break_at(step, what)
    begin = time.monotonic()
    outbox.deliver_due()
    assert time.monotonic() - begin < 6
    # Only where the server had the whole letter and did not answer may it have taken it.
    is_in_doubt = step == "end" and what in ("stall", "drop")
    # In the middle of a stalled letter the client cannot know whether the last bytes were read.
    if step == "body":
        assert state(key)[0] == "queued"
        is_in_doubt = state(key)[1]
    assert state(key) == ("queued", is_in_doubt)
    server.heal()
    later = utc_now() + timedelta(minutes=2)
    assert (outbox.deliver_due(clock=lambda: later), state(key)) == (1, ("sent", is_in_doubt))
    assert len(server.taken) == 1
    assert len(ids(server.seen)) == 1
    assert len(server.seen) == 1 or is_in_doubt or what.startswith("4")


@pytest.mark.parametrize(
    ("step", "expected"),
    [("greeting", "queued"), ("MAIL", "queued"), ("RCPT", "bounced"), ("DATA", "failed"), ("end", "failed")],
)
def test_lasting_refusal_is_shown_and_not_repeated(
    sqlite_app: Flask, server: FaultyServer, step: str, expected: str
) -> None:
    key = put(sqlite_app, server)
    server.break_at(step, "554 5.7.1 never")
    outbox.deliver_due()
    assert state(key) == (expected, False)
    assert db.session.get_one(Message, key).last_error == "554 5.7.1 never"


def test_server_that_is_away_is_asked_once_a_turn(sqlite_app: Flask, server: FaultyServer) -> None:
    keys = [put(sqlite_app, server) for _ in range(5)]
    server.break_at("greeting", "stall")
    begin = time.monotonic()
    assert outbox.deliver_due() == 1
    assert time.monotonic() - begin < 3
    assert [state(key)[0] for key in keys] == ["queued"] * 5


@contextmanager
def worker(database_url: str, folder: Path, **values: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a worker process; it is killed at the end."""
    environment: Mapping[str, str] = {
        **os.environ,
        "DATABASE_URL": database_url,
        "INSTANCE_PATH": str(folder),
        "SECRET_KEY": "test",
        **values,
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "iurc_events", "worker"], env=environment, stderr=subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait(30)


def wait_until_sent(key: int, within: float = 60) -> None:
    give_up_at = time.monotonic() + within
    while state(key)[0] != "sent":
        assert time.monotonic() < give_up_at, "the letter did not leave"
        time.sleep(0.1)


@pytest.mark.parametrize("step", ["MAIL", "end"])
def test_worker_that_is_killed_leaves_a_marked_letter_to_the_next(
    app: Flask, database_url: str, tmp_path: Path, server: FaultyServer, step: str
) -> None:
    key = put(app, server)
    server.break_at(step, "stall")
    with worker(database_url, tmp_path / "first", SMTP_URL=server.url, MAIL_TIMEOUT="40") as process:
        assert server.is_stalling.wait(60)
        process.send_signal(signal.SIGKILL)
        process.wait(30)
    assert state(key) == ("sending", False)
    server.heal()
    db.session.execute(update(Message).values(sending_since=utc_now() - timedelta(minutes=11)))
    db.session.commit()
    with worker(database_url, tmp_path / "second", SMTP_URL=server.url):
        wait_until_sent(key)
    assert state(key) == ("sent", True)
    assert (len(server.taken), len(ids(server.seen))) == (1, 1)


def _request(port: int, method: str, path: str, body: str = "", cookie: str = "") -> tuple[int, str, str, float]:
    begin = time.monotonic()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookie} if body else {}
    connection.request(method, path, body or None, headers)
    answer = connection.getresponse()
    text = answer.read().decode("utf-8", "replace")
    cookies = "; ".join(value.partition(";")[0] for name, value in answer.getheaders() if name.lower() == "set-cookie")
    connection.close()
    return answer.status, text, cookies, time.monotonic() - begin


def test_pages_are_as_fast_as_ever_while_the_mail_server_hangs(
    app: Flask, database_url: str, tmp_path: Path, server: FaultyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_event("2027-calm", is_registration_open=True)
    key = put(app, server)
    monkeypatch.setenv("SMTP_URL", server.url)
    with rush.serving(database_url, tmp_path / "site", workers=1) as port:

        def visit(number: int) -> float:
            status, page, cookie, opening = _request(port, "GET", "/en/events/2027-calm/sign-up")
            token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
            assert (status, token is not None) == (200, True)
            assert token is not None
            form = (
                f"csrf_token={token[1]}&name=Ana&email=p{number}@example.org&organisation=Office&city="
                "&stakeholder_type=government&mode=online&consent=y&wants_invitation=y"
            )
            status, _, _, posting = _request(port, "POST", "/en/events/2027-calm/sign-up", form, cookie)
            assert status == 303
            return max(opening, posting)

        visit(0)  # what is rendered once
        calm = max(visit(number) for number in range(1, 6))
        server.break_at("DATA", "stall")
        with worker(database_url, tmp_path / "worker", SMTP_URL=server.url, MAIL_TIMEOUT="40"):
            assert server.is_stalling.wait(60)
            hanging = max(visit(number) for number in range(6, 11))
    assert state(key)[0] in ("sending", "queued")
    assert hanging < max(calm * 5, 1.5)
    assert db.session.query(Message).filter_by(kind="registration-confirmation").count() == 11
