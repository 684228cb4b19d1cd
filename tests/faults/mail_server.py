"""A mail server on loopback that stalls, refuses or hangs up at a chosen step, and keeps what it took."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

#: Steps of a talk, in order: after each the server answers.
STEPS: Final = ("greeting", "EHLO", "MAIL", "RCPT", "DATA", "body", "end")
_ANSWERS: Final = {
    "greeting": "220 mx.test", "EHLO": "250 mx.test", "MAIL": "250 ok", "RCPT": "250 ok", "DATA": "354 go on",
    "body": "", "end": "250 taken",
}  # fmt: skip


class FaultyServer:
    """Talks to one client at a time in a thread of its own."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listener.getsockname()[1]
        #: The step at which something happens, and what: ``stall``, ``drop`` or an answer such as ``451 later``.
        self.fault: tuple[str, str] | None = None
        self.taken: list[bytes] = []
        #: Letters that came in whole, whether they were acknowledged or not.
        self.seen: list[bytes] = []
        self.is_stalling = threading.Event()
        self._release = threading.Event()
        self._is_over = False

    @property
    def url(self) -> str:
        """The address for SMTP_URL."""
        return f"smtp://127.0.0.1:{self.port}"

    def heal(self) -> None:
        """Answer as a server should from now on; clients that wait are let go."""
        self.fault = None
        self._release.set()

    def break_at(self, step: str, what: str) -> None:
        """Do something wrong at a step from now on."""
        self._release.clear()
        self.is_stalling.clear()
        self.fault = (step, what)

    def stop(self) -> None:
        """Talk to nobody any more."""
        self._is_over = True
        self._release.set()
        self.listener.close()

    def serve(self) -> None:
        """Talk to whoever comes, each in a thread, until stopped."""
        while not self._is_over:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(client,), daemon=True).start()

    def _talk(self, client: socket.socket) -> None:
        client.settimeout(30)
        with client, client.makefile("rb") as lines, suppress(OSError):
            if not self._answer(client, "greeting"):
                return
            for line in lines:
                verb = line[:4].upper().decode("ascii", "replace").strip()
                if verb == "QUIT":
                    client.sendall(b"221 bye\r\n")
                    return
                if verb not in ("EHLO", "MAIL", "RCPT", "DATA"):
                    client.sendall(b"250 ok\r\n")
                    continue
                if not self._answer(client, verb):
                    return
                if verb == "DATA" and not (self.fault and self.fault[0] == "DATA") and not self._take(client, lines):
                    return

    def _take(self, client: socket.socket, lines: object) -> bool:
        """Read a letter to its end; break off in the middle where that is the fault."""
        letter = []
        for number, line in enumerate(lines):  # type: ignore[arg-type, var-annotated]  # a file of lines
            if number == 3 and self.fault and self.fault[0] == "body" and not self._answer(client, "body"):
                return False
            if line == b".\r\n":
                break
            letter.append(line)
        else:
            return False
        self.seen.append(b"".join(letter))
        if not self._answer(client, "end"):
            return False
        if not self.fault:
            self.taken.append(b"".join(letter))
        return True

    def _answer(self, client: socket.socket, step: str) -> bool:
        """Say what belongs to a step; False where the talk ends here."""
        answer = _ANSWERS[step]
        if self.fault and self.fault[0] == step:
            what = self.fault[1]
            if what == "stall":
                self.is_stalling.set()
                self._release.wait(60)
                return False
            if what == "drop":
                client.shutdown(socket.SHUT_RDWR)
                return False
            answer = what
        if answer:
            client.sendall(answer.encode() + b"\r\n")
        return True


@contextmanager
def faulty_server() -> Iterator[FaultyServer]:
    """Run a server for a test."""
    server = FaultyServer()
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.stop()
        thread.join(5)
