"""A real server whose only general thread is busy: what is answered at once does not wait for it."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask

from tests.factories import make_event, make_programme
from tests.faults.rush import serving

CALENDAR = "/calendar/programmes/iurc-test.ics"


@pytest.fixture
def port(sqlite_app: Flask, sqlite_url: str, tmp_path: Path) -> Iterator[int]:
    make_event("2099-rush", make_programme("iurc-test"), is_registration_open=True)
    with serving(sqlite_url, tmp_path / "served", workers=1, threads=1) as port:
        yield port


@contextmanager
def unfinished_request(port: int, path: str = "/en/sign-in") -> Iterator[socket.socket]:
    """Send half a form, which keeps the thread that reads it."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as slow:
        slow.sendall(
            f"POST {path} HTTP/1.1\r\n".encode()
            + b"Host: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            b"Content-Length: 100\r\n\r\nemail="
        )
        yield slow


def status(port: int, path: str, *, seconds: float) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=seconds)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    finally:
        connection.close()


def test_calendars_and_the_sign_of_life_do_not_wait_for_busy_threads(port: int) -> None:
    assert status(port, "/en/", seconds=20) == 200
    with unfinished_request(port):
        assert [status(port, path, seconds=10) for path in (CALENDAR, "/healthz", CALENDAR)] == [200, 200, 200]
        with pytest.raises(TimeoutError):
            status(port, "/en/", seconds=1)


def test_who_signs_up_waits_for_nobody_who_sends_slowly(port: int) -> None:
    with unfinished_request(port), unfinished_request(port, "/en/events/2099-rush/sign-up"):
        assert status(port, "/en/events/2099-rush/sign-up", seconds=10) == 200


def test_visitors_who_connect_and_say_nothing_keep_no_thread(port: int) -> None:
    silent = [socket.create_connection(("127.0.0.1", port), timeout=10) for _ in range(8)]
    try:
        assert status(port, "/en/", seconds=4) == 200  # a thread would wait five seconds for each
    finally:
        for each in silent:
            each.close()


def test_kept_connection_changes_lanes(port: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    found = []
    for path in ("/en/", CALENDAR, "/en/", "/calendar/programmes/unknown.ics"):
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        found.append(answer.status)
    connection.close()
    assert found == [200, 200, 200, 404]
