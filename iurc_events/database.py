"""The database: connection habits, column types and the one way to change data.

SQLite and PostgreSQL behave alike here: reads run in a plain transaction, every change runs in
:func:`in_transaction`, which on SQLite begins IMMEDIATE so that nothing read is stale by the time it is written.
"""

from __future__ import annotations

import fcntl
import functools
import json
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import orjson
from flask import Flask, current_app
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import JSON, DateTime, Dialect, Engine, MetaData, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

from iurc_events.domain.errors import BusyError

P = ParamSpec("P")
R = TypeVar("R")

NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Base of all tables."""

    metadata = MetaData(naming_convention=NAMING_CONVENTION)


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: aware in Python, UTC in the database; a naive value is a programming error."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive values; SQLite stores UTC without a mark."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return an aware UTC value."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


#: JSON without NULL tricks: Python's None is SQL's NULL.
Json = JSON(none_as_null=True)


def _dumps(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


db = SQLAlchemy(
    model_class=Base,
    engine_options={"json_serializer": _dumps, "json_deserializer": orjson.loads, "pool_pre_ping": False},
    session_options={"expire_on_commit": False},
)


def pool_options(url: str) -> dict[str, Any]:
    """Return how many connections a process may hold: 5 that stay, and one for each thread that a server may have."""
    return {} if url in ("sqlite://", "sqlite:///:memory:") else {"max_overflow": 60}


def utc_now() -> datetime:
    """Return the present instant; everything below the web layer takes it from here or as an argument."""
    return datetime.now(UTC)


def _connect_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, see _begin_sqlite
    for pragma in ("journal_mode=wal", "synchronous=full", "foreign_keys=on", "busy_timeout=15000"):
        connection.execute(f"pragma {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    mode = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
    connection.exec_driver_sql(f"BEGIN {mode}")


def init_engine(app: Flask) -> None:
    """Give the application's engine the habits of this module."""
    with app.app_context():
        engine: Engine = db.engine
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _connect_sqlite)
        event.listen(engine, "begin", _begin_sqlite)


_inside: ContextVar[bool] = ContextVar("inside_transaction", default=False)
_RETRIES = 3
#: SQLite lets one write at a time. Threads of a process queue here in turn, and processes at a locked file beside the
#: database: SQLite's own way of waiting is to sleep ever longer and try again, which starves some and leaves gaps.
_writers_of_sqlite = threading.Lock()
_LONGEST_WAIT = 15.0
#: Seconds between two looks at the lock that the processes of an SQLite installation pass on.
_LOOKS_EVERY = 0.001


def _may_succeed_later(error: DBAPIError) -> bool:
    """Tell a passing refusal (deadlock, serialization failure, lock) from a lasting one."""
    state = getattr(error.orig, "sqlstate", None)
    if state in {"40001", "40P01", "55P03"}:
        return True
    return isinstance(error, OperationalError) and "database is locked" in str(error.orig)


@contextmanager
def _turn_to_write() -> Iterator[None]:
    """Wait until no other thread or process of this installation writes to its SQLite file; at once elsewhere.

    Whoever waits longer than `_LONGEST_WAIT` seconds goes on without a turn; SQLite itself may refuse it then.
    """
    url = db.engine.url
    if url.get_backend_name() != "sqlite":
        yield
        return
    with ExitStack() as stack:
        ends_at = time.monotonic() + _LONGEST_WAIT
        if _writers_of_sqlite.acquire(timeout=_LONGEST_WAIT):
            stack.callback(_writers_of_sqlite.release)
        if url.database and url.database != ":memory:":  # those of one process need no more
            turn = os.open(f"{url.database}-turn", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            stack.callback(os.close, turn)  # which gives the turn to the next
            while time.monotonic() < ends_at:
                with suppress(BlockingIOError):
                    fcntl.flock(turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                time.sleep(_LOOKS_EVERY)
        yield


def in_transaction(function: Callable[P, R]) -> Callable[P, R]:
    """Run a service in one write transaction: all or nothing, committed when it returns.

    Ends the read transaction of the request first, so that whatever the service compares or counts is read anew.
    A service called by another joins the transaction of its caller. On a deadlock or serialization failure it is
    run again, up to three times.

    Raises:
        BusyError: If the database did not take the change in the end.
    """

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if _inside.get():
            return function(*args, **kwargs)
        token = _inside.set(True)
        try:
            with _turn_to_write():
                return _run_until_stored(function, *args, **kwargs)
        finally:
            _inside.reset(token)

    return run


def _run_until_stored(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Run a service in a transaction of its own, again where the database refuses it in passing."""
    for attempt in range(1, _RETRIES + 1):
        db.session.rollback()
        try:
            db.session.connection(execution_options={"sqlite_begin": "IMMEDIATE"})
            result = function(*args, **kwargs)
            db.session.commit()
        except DBAPIError as error:
            db.session.rollback()
            if not _may_succeed_later(error):
                raise
            if attempt == _RETRIES:
                raise BusyError("The change could not be stored just now. Try again in a moment.") from error
            time.sleep(0.05 * attempt)
        except BaseException:
            db.session.rollback()
            raise
        else:
            return result
    raise AssertionError("unreachable")


def insert_into(model: type[Base]) -> postgresql.Insert | sqlite.Insert:
    """Return an INSERT in the words of the database at hand, both of which know ON CONFLICT."""
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    return insert(model)


def migrations_folder() -> Path:
    """Return the folder of the numbered schema changes."""
    return Path(__file__).resolve().parent / "migrations"


def alembic_config(url: str) -> Any:
    """Return Alembic's configuration for a database address."""
    from alembic.config import Config  # only commands and the start check need it: it is slow to import

    config = Config()
    config.set_main_option("script_location", str(migrations_folder()))
    config.attributes["url"] = url
    return config


def upgrade_database(app: Flask | None = None) -> None:
    """Create the database or bring it up to date, in one transaction where the database can (fault-11)."""
    from alembic import command

    flask_app: Flask = app or current_app
    with flask_app.app_context():
        config = alembic_config(flask_app.config["SQLALCHEMY_DATABASE_URI"])
        config.attributes["engine"] = db.engine
        command.upgrade(config, "head")


__all__ = [
    "Base",
    "Json",
    "UtcDateTime",
    "alembic_config",
    "db",
    "in_transaction",
    "init_engine",
    "insert_into",
    "migrations_folder",
    "upgrade_database",
    "utc_now",
]
