"""Uploaded files, under the SHA-256 of their bytes: equal files lie there once, whole or not at all.

A file is written before the row that names it is committed, and deleted after the last such row is gone; what a crash
leaves behind without a row, an hourly job takes away. Nothing here is ever served from the static folder (sec-7).
"""

from __future__ import annotations

import hashlib
import logging
import re
import time
from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from sqlalchemy import Connection, event, select, text
from sqlalchemy.orm import Session

from iurc_events.database import db
from iurc_events.domain.errors import BusyError
from iurc_events.localisation import noop
from iurc_events.models.files import StoredFile
from iurc_events.models.jobs import BackgroundJob
from iurc_events.services.file_places import PlaceError, place

logger = logging.getLogger(__name__)

_HASH: Final = re.compile(r"[0-9a-f]{64}")
#: A file without a row is left alone for so long: its row may be about to be committed.
GRACE_SECONDS: Final = 3600
#: How long the result of a background job is kept; its row names the file for so long.
RESULT_KEPT: Final = timedelta(days=1)
_TO_FORGET: Final = "stored files to forget"


class StorageError(BusyError):
    """The file could not be stored just now (fault-5)."""


def _name(content_hash: str) -> str:
    if not _HASH.fullmatch(content_hash):
        raise ValueError("not a hash")
    return f"{content_hash[:2]}/{content_hash}"


def put(data: bytes) -> str:
    """Write a file, whole or not at all, and return its hash. Call it in the transaction that adds the row.

    Raises:
        StorageError: If the disk is full or read-only, or the object store does not answer.
    """
    content_hash = hashlib.sha256(data).hexdigest()
    _lock(db.session.connection(), content_hash)
    try:
        place().write(_name(content_hash), data)
    except PlaceError as error:
        logger.error("file not stored: %s", error.strerror)
        raise StorageError(noop("The file could not be stored just now. Try again in a moment.")) from error
    return content_hash


def read(content_hash: str) -> bytes | None:
    """Return a file's bytes; None where they are not here or not those that were stored.

    Raises:
        StorageError: If the disk or the object store does not answer.
    """
    try:
        data = place().read(_name(content_hash))
    except PlaceError as error:
        logger.error("file not read: %s", error.strerror)
        raise StorageError(noop("The file could not be read just now. Try again in a moment.")) from error
    if data is None:
        return None
    if hashlib.sha256(data).hexdigest() != content_hash:
        logger.error("stored file %s is damaged", content_hash)
        return None
    return data


def forget(hashes: Iterable[str]) -> None:
    """Delete files once the caller's transaction is committed, each only if no row names it by then."""
    db.session().info.setdefault(_TO_FORGET, set()).update(hashes)


def _lock(connection: Connection, content_hash: str) -> None:
    """Let one writer at a time deal with a file; SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        key = int(content_hash[:15], 16)
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})


def _delete_unnamed(content_hash: str) -> bool:
    with db.engine.connect() as plain:
        connection = plain.execution_options(sqlite_begin="IMMEDIATE")
        with connection.begin():
            _lock(connection, content_hash)
            named = (
                select(StoredFile.id).where(StoredFile.content_hash == content_hash),
                select(BackgroundJob.id).where(BackgroundJob.result_hash == content_hash),
            )
            if any(connection.scalar(query.limit(1)) is not None for query in named):
                return False
            place().delete(_name(content_hash))
            return True


@event.listens_for(db.session, "after_commit")
def _after_commit(session: Session) -> None:
    for content_hash in sorted(session.info.pop(_TO_FORGET, ())):
        try:
            _delete_unnamed(content_hash)
        except Exception:
            logger.exception("file %s stays until the hourly job", content_hash)


@event.listens_for(db.session, "after_rollback")
def _after_rollback(session: Session) -> None:
    session.info.pop(_TO_FORGET, None)


def forget_unnamed(now: float | None = None) -> int:
    """Delete what a crash left behind: files that no row names, and halves; return how many."""
    here = place()
    latest = (time.time() if now is None else now) - GRACE_SECONDS
    found = here.forget_halves(latest)
    for entry in here.entries():
        folder, _slash, name = entry.name.partition("/")
        if entry.changed_at < latest and _HASH.fullmatch(name) and name.startswith(folder):
            found += _delete_unnamed(name)
    db.session.rollback()
    return found
