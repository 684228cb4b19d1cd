"""The production server: gunicorn, started from our own command line, with lanes in each process.

Programs poll calendars by the thousand, and people sign up by the thousand when a registration opens. Neither may keep
the other, or anybody else, from the threads of a process: what a request is, its first bytes tell.
"""

from __future__ import annotations

import io
import re
import selectors
import socket
import ssl
import sys
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]  # gunicorn ships no types
from gunicorn.glogging import Logger  # type: ignore[import-untyped]  # gunicorn ships no types
from gunicorn.workers.gthread import TConn, ThreadWorker  # type: ignore[import-untyped]  # gunicorn ships no types

from iurc_events import create_app
from iurc_events.domain.redaction import redact

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

#: Without Referer: it may be the address of a personal page.
ACCESS_LOG: Final = '%(h)s %(t)s "%(r)s" %(s)s %(B)s %(M)sms'

#: Seconds after which a busy thread lets another one of its process go on. With Python's 5 ms a calendar that polls
#: beside a rush of registrations waits ten times as long for its answer of half a millisecond.
SWITCH_INTERVAL: Final = 0.0001
#: How requests begin that are answered at once, and how many threads of a process do nothing else.
QUICK: Final = re.compile(rb"(?:GET|HEAD) /(?:calendar/|healthz )")
QUICK_THREADS: Final = 4
#: How requests of a rush begin; their threads read what visitors send, and one at a time works while calendars poll.
RUSH: Final = re.compile(rb"(?:GET|POST) /(?:en|zh)/events/[^/ ?]+/sign(?:-|ed-)up[ ?]")
RUSH_THREADS: Final = 8
#: Longest time in seconds that somebody who signs up lets calendars go first, and how long after a calendar was asked
#: for the next is expected.
GIVE_WAY: Final = 0.25
POLLED_FOR: Final = 1.0
#: The first line of a request is known by so many bytes, and forms are smaller than this.
_FIRST_BYTES: Final = 256
_LARGEST_FORM: Final = 65_536


class RedactingLogger(Logger):  # type: ignore[misc]  # gunicorn ships no types
    """Writes the access log without the tokens of personal links (sec-11)."""

    def atoms(self, resp: Any, req: Any, environ: Any, request_time: Any) -> dict[str, Any]:
        """Return what a line may say."""
        atoms: dict[str, Any] = super().atoms(resp, req, environ, request_time)
        return {name: redact(value) if isinstance(value, str) else value for name, value in atoms.items()}


def _first_bytes(connection: socket.socket) -> bytes | None:
    """Return how the next request begins, without taking it; None where nothing has come yet."""
    if isinstance(connection, ssl.SSLSocket):
        return b""
    try:
        return connection.recv(_FIRST_BYTES, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except BlockingIOError:
        return None
    except OSError:
        return b""  # whoever takes it sees the same


class Lanes:
    """The threads of a process, by what they do."""

    def __init__(self, threads: int) -> None:
        self._quick = ThreadPoolExecutor(QUICK_THREADS, "quick")
        self._rush = ThreadPoolExecutor(RUSH_THREADS, "rush")
        self._general = ThreadPoolExecutor(threads, "general")
        self._counting = threading.Lock()
        #: How many requests in the quick lane are not answered yet, and when the last one came.
        self.quick_waiting, self.quick_at = 0, float("-inf")

    @property
    def is_polled(self) -> bool:
        """Whether a calendar was asked for just now."""
        return time.monotonic() - self.quick_at < POLLED_FOR

    def submit(self, handle: Callable[[TConn], object], connection: TConn) -> Future[object]:
        """Put a request into its lane."""
        begins = _first_bytes(connection.sock) or b""
        if not QUICK.match(begins):
            return (self._rush if RUSH.match(begins) else self._general).submit(handle, connection)
        with self._counting:
            self.quick_waiting += 1
            self.quick_at = time.monotonic()
        future = self._quick.submit(handle, connection)
        future.add_done_callback(self._note_answer)
        return future

    def _note_answer(self, _future: Future[object]) -> None:
        with self._counting:
            self.quick_waiting -= 1

    def shutdown(self, wait: bool = True) -> None:
        """Take no more."""
        for lane in (self._quick, self._rush, self._general):
            lane.shutdown(wait)


class OneByOne:
    """Stands in front of the application: while calendars poll they go first, and people sign up one after another.

    Threads of a process share one interpreter: two that work at the same time are no faster than one after the other,
    but keep those waiting who want half a millisecond. Between two of a rush a process rests as long as it worked on
    the last, if calendars were asked for meanwhile, and until none of them waits, but not longer than `GIVE_WAY`.
    """

    def __init__(self, application: WSGIApplication, lanes: Lanes) -> None:
        self._application, self._lanes = application, lanes
        self._turn = threading.Lock()
        self._rests_until = 0.0

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request."""
        is_rush = RUSH.match(f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']} ".encode())
        if not is_rush or not self._lanes.is_polled:
            return self._application(environ, start_response)
        self._read_form(environ)
        with self._turn:
            self._let_calendars_go_first()
            started = time.monotonic()
            try:
                return self._answer(environ, start_response)
            finally:
                ended = time.monotonic()
                self._rests_until = ended + (ended - started) if self._lanes.quick_at >= started else 0.0

    def _read_form(self, environ: WSGIEnvironment) -> None:
        """Read a form to its end, so that nobody who sends slowly holds the turn."""
        length = str(environ.get("CONTENT_LENGTH") or "0")
        if length.isdecimal() and 0 < int(length) <= _LARGEST_FORM:
            environ["wsgi.input"] = io.BytesIO(environ["wsgi.input"].read(int(length)))

    def _answer(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        answer = self._application(environ, start_response)
        try:
            return list(answer)
        finally:
            if hasattr(answer, "close"):
                answer.close()

    def _let_calendars_go_first(self) -> None:
        give_up_at = time.monotonic() + GIVE_WAY
        while (now := time.monotonic()) < give_up_at and (self._lanes.quick_waiting or now < self._rests_until):
            time.sleep(0.002)


class LaneWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn ships no types
    """Gunicorn's process with threads, in lanes."""

    def get_thread_pool(self) -> Lanes:
        """Return the lanes in the place of one pool."""
        return Lanes(self.cfg.threads)

    def load_wsgi(self) -> None:
        """Make the application of this process."""
        super().load_wsgi()
        application: WSGIApplication = vars(self)["wsgi"]
        self.wsgi = OneByOne(application, self.tpool)

    def enqueue_req(self, conn: TConn) -> None:
        """Let a thread take a request once its first bytes are there, which say whose it is."""
        if conn.initialized or conn.data_ready or _first_bytes(conn.sock) is not None:
            super().enqueue_req(conn)
            return
        conn.sock.setblocking(False)
        conn.timeout = time.monotonic() + self.cfg.keepalive
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self.on_pending_socket_readable, conn))


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn ships no types
    """The production server; every process makes its own application after the fork, so none shares a connection."""

    def __init__(self, options: dict[str, Any]) -> None:
        self.options = options
        super().__init__()

    def load_config(self) -> None:
        """Take our options."""
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """Make the application of a process."""
        sys.setswitchinterval(SWITCH_INTERVAL)
        return create_app()
