"""Uploaded files on disk, under the SHA-256 of their bytes: equal files lie there once, whole or not at all.

A file is written before the row that names it is committed, and deleted after the last such row is gone; what a crash
leaves behind without a row, an hourly job takes away. Nothing here is ever served from the static folder (sec-7).
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import re
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, event, func, select, text
from sqlalchemy.orm import Session

from iurc_events.config import ConfigurationError, settings
from iurc_events.database import db
from iurc_events.domain.errors import BusyError
from iurc_events.localisation import noop
from iurc_events.models.files import StoredFile

logger = logging.getLogger(__name__)

_HASH: Final = re.compile(r"[0-9a-f]{64}")
#: A file without a row is left alone for so long: its row may be about to be committed.
GRACE_SECONDS: Final = 3600
_TO_FORGET: Final = "stored files to forget"


class StorageError(BusyError):
    """The file could not be stored just now (fault-5)."""


def _folder() -> Path:
    url = settings().storage_url
    if "://" in url:
        raise ConfigurationError("STORAGE_URL must be a folder")
    return Path(url)


def _path(content_hash: str) -> Path:
    if not _HASH.fullmatch(content_hash):
        raise ValueError("not a hash")
    return _folder() / content_hash[:2] / content_hash


def put(data: bytes) -> str:
    """Write a file, whole or not at all, and return its hash. Call it in the transaction that adds the row.

    Raises:
        StorageError: If the disk is full or read-only.
    """
    content_hash = hashlib.sha256(data).hexdigest()
    _lock(db.session.connection(), content_hash)
    path = _path(content_hash)
    fresh: str | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, fresh = tempfile.mkstemp(prefix=".", suffix=".tmp", dir=path.parent)  # mode 0600
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(fresh, path)
        _sync_folder(path.parent)
    except OSError as error:
        logger.error("file not stored: %s", error.strerror)
        if fresh is not None:
            with contextlib.suppress(OSError):
                os.unlink(fresh)
        raise StorageError(noop("The file could not be stored just now. Try again in a moment.")) from error
    return content_hash


def _sync_folder(folder: Path) -> None:
    """Make the new name survive a power failure (fault-3)."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read(content_hash: str) -> bytes | None:
    """Return a file's bytes; None where they are not here or not those that were stored."""
    try:
        data = _path(content_hash).read_bytes()
    except FileNotFoundError:
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
            named = connection.scalar(
                select(func.count()).select_from(StoredFile).where(StoredFile.content_hash == content_hash)
            )
            if named:
                return False
            _path(content_hash).unlink(missing_ok=True)
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
    folder = _folder()
    moment = time.time() if now is None else now
    found = 0
    for path in folder.glob("[0-9a-f][0-9a-f]/*"):
        with contextlib.suppress(FileNotFoundError):
            if moment - path.stat().st_mtime < GRACE_SECONDS:
                continue
            if path.name.startswith("."):
                path.unlink()
                found += 1
            elif _HASH.fullmatch(path.name):
                found += _delete_unnamed(path.name)
    db.session.rollback()
    return found
