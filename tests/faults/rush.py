"""A real server of several processes on loopback, and processes of visitors that want the same seats at once."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import text

from iurc_events.database import db

STARTS_WITHIN = 90  # seconds, on a busy machine


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


@contextmanager
def serving(database_url: str, folder: Path, *, workers: int, threads: int = 16) -> Iterator[int]:
    """Serve the site of a database with so many processes of so many threads; yield the port."""
    port = free_port()
    environment = {
        **os.environ,
        "DATABASE_URL": database_url,
        "INSTANCE_PATH": str(folder),
        "BASE_URL": f"http://127.0.0.1:{port}",
        "SECRET_KEY": "a secret of the test alone",
    }
    command = [sys.executable, "-m", "iurc_events", "serve", "--quiet", "--port", str(port)]
    command += ["--workers", str(workers), "--threads", str(threads)]
    server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        give_up_at = time.monotonic() + STARTS_WITHIN
        while not _answers(port):
            assert server.poll() is None, "the server ended"
            assert time.monotonic() < give_up_at, "the server did not start"
            time.sleep(0.1)
        yield port
    finally:
        server.send_signal(signal.SIGTERM)
        try:
            server.wait(timeout=30)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


class Crowd:
    """Processes of visitors."""

    def __init__(self, processes: Sequence[subprocess.Popen[str]]) -> None:
        self._processes = processes

    @staticmethod
    def _line(process: subprocess.Popen[str]) -> str:
        assert process.stdout
        line = process.stdout.readline()
        assert line, "a process of visitors ended"
        return line

    def send(self, visits: Sequence[dict[str, Any]], *, together: bool = False) -> list[dict[str, Any]]:
        """Let all open their pages, then all send at once; return what each was told.

        Args:
            together: All in one process, so that the same visit is the same form.
        """
        processes = self._processes[:1] if together else self._processes
        for number, process in enumerate(processes):
            assert process.stdin
            process.stdin.write(json.dumps(list(visits[number :: len(processes)])) + "\n")
            process.stdin.flush()
        for process in processes:
            assert self._line(process) == "ready\n"
        for process in processes:
            assert process.stdin
            process.stdin.write("go\n")
            process.stdin.flush()
        return [answer for process in processes for answer in json.loads(self._line(process))]


@contextmanager
def crowd(port: int, *, processes: int) -> Iterator[Crowd]:
    """Start processes of visitors."""
    script = Path(__file__).with_name("visitors.py")
    with ExitStack() as stack:
        started = [
            stack.enter_context(
                subprocess.Popen(
                    [sys.executable, str(script), str(port)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
                )
            )
            for _ in range(processes)
        ]
        yield Crowd(started)
        for process in started:
            assert process.stdin
            process.stdin.close()
            process.wait(timeout=30)


def standing(event_id: int) -> dict[str, Any]:
    """Recount an event in SQL: seats as counted and as taken, people by state, letters and addresses written to."""
    db.session.rollback()
    row = db.session.execute(
        text(
            "SELECT (SELECT seats_taken FROM events WHERE id = :event) AS counted,"
            " (SELECT count(*) FROM participants WHERE event_id = :event AND state IN ('registered', 'confirmed'))"
            " AS seated,"
            " (SELECT count(*) FROM participants WHERE event_id = :event AND state = 'waiting') AS waiting,"
            " (SELECT count(*) FROM messages WHERE event_id = :event AND kind = 'registration-confirmation')"
            " AS letters,"
            " (SELECT count(DISTINCT to_email) FROM messages WHERE event_id = :event) AS readers"
        ),
        {"event": event_id},
    ).one()
    db.session.rollback()
    return dict(row._mapping)


def states(event_id: int) -> dict[str, str]:
    """Return the state of each address."""
    rows = db.session.execute(
        text("SELECT email, state FROM participants WHERE event_id = :event"), {"event": event_id}
    )
    found = {row[0]: row[1] for row in rows}
    db.session.rollback()
    return found


def letters(event_id: int, kind: str = "registration-confirmation") -> dict[str, str]:
    """Return the text of the letter to each address."""
    rows = db.session.execute(
        text("SELECT to_email, text FROM messages WHERE event_id = :event AND kind = :kind"),
        {"event": event_id, "kind": kind},
    )
    found = {row[0]: row[1] for row in rows}
    db.session.rollback()
    return found


def check_order(answers: Sequence[dict[str, Any]], event_id: int) -> None:
    """Nobody who had their answer before another one asked came after that one: neither for a seat nor in the line."""
    waiting = {
        email: int(found[1])
        for email, letter in letters(event_id).items()
        if (found := re.search(r"You are number (\d+) on the waiting list", letter))
    }
    assert sorted(waiting.values()) == list(range(1, len(waiting) + 1))
    seated = [answer for answer in answers if answer["email"] not in waiting]
    line = sorted(
        (answer for answer in answers if answer["email"] in waiting), key=lambda answer: waiting[answer["email"]]
    )
    if line and seated:
        assert max(answer["started"] for answer in seated) <= min(answer["ended"] for answer in line)
    earliest_end = float("inf")
    for answer in reversed(line):
        assert answer["started"] <= earliest_end
        earliest_end = min(earliest_end, answer["ended"])
