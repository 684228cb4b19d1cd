"""The version of a feed, or of the public pages, by one bare read: thousands ask every minute what changed."""

from __future__ import annotations

from collections import deque
from functools import cached_property
from typing import Any, Final

from flask import Flask
from sqlalchemy import Engine, event
from sqlalchemy.exc import TimeoutError

from iurc_events.database import db

#: The version of all public pages, beside those of feeds.
PAGES: Final = "pages"
_VERSION: Final = "SELECT version FROM feed_versions WHERE feed = ?"
#: All that a personal calendar depends on: whether it is valid, what it holds, the version of all events, and the
#: person's own rows. What speakers and events say is covered by that version; every change to them raises it.
_PERSONAL: Final = """
SELECT s.public_id, s.revoked_at IS NOT NULL OR u.is_disabled, CAST(s.parts AS TEXT), u.email,
  (SELECT version FROM feed_versions WHERE feed = 'events'),
  (SELECT {joined}(CAST(f.event_id AS TEXT), ',' {by_event}) FROM followed_events f WHERE f.user_id = u.id),
  (SELECT {joined}(p.event_id || p.state || CASE WHEN p.wants_invitation THEN '+' ELSE '' END, ',' {by_participant})
    FROM participants p WHERE p.email = u.email),
  (SELECT {joined}(CAST(r.programme_id AS TEXT), ',' {by_role})
    FROM roles r WHERE r.user_id = u.id AND r.name = 'organiser'),
  (SELECT {joined}(d.id || d.state || coalesce(d.deadline_on, ''), ',' {by_delegation})
    FROM focal_points o JOIN delegations d ON d.id = o.delegation_id WHERE o.user_id = u.id)
FROM calendar_subscriptions s JOIN users u ON u.id = s.user_id WHERE s.token_hash = ?
"""
_SQLITE: Final = {"joined": "group_concat", "by_event": "", "by_participant": "", "by_role": "", "by_delegation": ""}
_POSTGRESQL: Final = {
    "joined": "string_agg",
    "by_event": "ORDER BY f.event_id",
    "by_participant": "ORDER BY p.id",
    "by_role": "ORDER BY r.id",
    "by_delegation": "ORDER BY d.id, o.id",
}

#: What a personal calendar depends on, as the database says it.
PersonalFacts = tuple[Any, ...]


class FeedVersions:
    """Reads versions with the driver itself, in no transaction: a tenth of the time that a session takes.

    Its connections are its own, as many as threads read at once, and stay in autocommit; they end with the engine. Each
    is kept as its one cursor, since making one takes as long as a read by key.
    """

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._idle: deque[Any] = deque()

    @cached_property
    def _engine(self) -> Engine:
        with self._app.app_context():
            engine = db.engine
        event.listen(engine, "engine_disposed", lambda _engine: self._close())
        return engine

    def _close(self) -> None:
        while self._idle:
            self._idle.pop().connection.close()

    def _connect(self) -> Any:
        pooled = self._engine.raw_connection()
        driver: Any = pooled.driver_connection
        pooled.detach()
        if self._engine.dialect.name != "sqlite":  # there a read needs BEGIN to begin a transaction
            driver.autocommit = True
        return driver.cursor()

    @cached_property
    def _statements(self) -> tuple[str, str]:
        if self._engine.dialect.name == "sqlite":
            return _VERSION, _PERSONAL.format_map(_SQLITE)
        return _VERSION.replace("?", "%s"), _PERSONAL.format_map(_POSTGRESQL).replace("?", "%s")

    def read(self, feed: str) -> int | None:
        """Return the version of a feed such as ``cities/ghent``; None where none is known or the database is away."""
        row = self._fetch(self._statements[0], feed)
        return int(row[0]) if row else None

    def read_personal(self, token_hash: bytes) -> PersonalFacts | None:
        """Return all that a personal calendar depends on: first its public id, then whether it was revoked.

        None where there is no such calendar or the database is away.
        """
        return self._fetch(self._statements[1], token_hash)

    def _fetch(self, statement: str, value: object) -> PersonalFacts | None:
        cursor: Any = None
        try:
            cursor = self._idle.pop() if self._idle else self._connect()
            rows = cursor.execute(statement, (value,)).fetchall()  # to the end: an open read would keep its snapshot
        except IndexError:  # another thread took the last one
            return self._fetch(statement, value)
        except (self._engine.dialect.loaded_dbapi.Error, TimeoutError):
            if cursor is not None:
                cursor.connection.close()
            return None
        self._idle.append(cursor)
        return tuple(rows[0]) if rows else None
