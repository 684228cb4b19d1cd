"""The production server: gunicorn, started from our own command line."""

from __future__ import annotations

import sys
from typing import Any, Final

from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]  # gunicorn ships no types
from gunicorn.glogging import Logger  # type: ignore[import-untyped]  # gunicorn ships no types

from iurc_events import create_app
from iurc_events.domain.redaction import redact

#: Without Referer: it may be the address of a personal page.
ACCESS_LOG: Final = '%(h)s %(t)s "%(r)s" %(s)s %(B)s %(M)sms'


#: Seconds after which a busy thread lets another one of its process go on. With Python's 5 ms a calendar that polls
#: beside a rush of registrations waits ten times as long for its answer of half a millisecond.
SWITCH_INTERVAL: Final = 0.0005


class RedactingLogger(Logger):  # type: ignore[misc]  # gunicorn ships no types
    """Writes the access log without the tokens of personal links (sec-11)."""

    def atoms(self, resp: Any, req: Any, environ: Any, request_time: Any) -> dict[str, Any]:
        """Return what a line may say."""
        atoms: dict[str, Any] = super().atoms(resp, req, environ, request_time)
        return {name: redact(value) if isinstance(value, str) else value for name, value in atoms.items()}


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
