"""The production server with two plain views of an empty Flask application beside it, in the same processes.

``/reference/empty`` answers nothing, ``/reference/bytes`` as many bytes from memory as the file that
``REFERENCE_BYTES`` names holds. Run by `benchmarks.feeds`.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Flask, Response

from iurc_events import create_app
from iurc_events.serving import LaneWorker, Server

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIEnvironment


def make_reference(body: bytes) -> Flask:
    """Return an application without extensions."""
    reference = Flask("reference")

    @reference.get("/reference/empty")
    def show_nothing() -> str:
        return ""

    @reference.get("/reference/bytes")
    def show_bytes() -> Response:
        return Response(body, mimetype="text/calendar")

    return reference


class BesideReference(Server):
    """The server of the product, and the reference in front of it."""

    def load(self) -> Any:
        """Make both applications of a process."""
        product = create_app()
        reference = make_reference(Path(os.environ["REFERENCE_BYTES"]).read_bytes())

        def choose(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            is_reference = environ["PATH_INFO"].startswith("/reference/")
            return (reference.wsgi_app if is_reference else product.wsgi_app)(environ, start_response)

        return choose


if __name__ == "__main__":
    BesideReference(
        {
            "bind": f"127.0.0.1:{sys.argv[1]}",
            "workers": 2,
            "threads": 4,
            "worker_class": LaneWorker,
            "keepalive": 5,
            "errorlog": "-",
            "loglevel": "warning",
            "control_socket_disable": True,
        }
    ).run()
