"""What is left of somebody outside the rows: kept PDFs, unfinished uploads, free pages of the SQLite file."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import shutil
import sqlite3
import time
from collections.abc import Collection
from contextlib import closing
from pathlib import Path
from typing import Final

from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError

from iurc_events.config import settings
from iurc_events.database import db
from iurc_events.models.privacy import Erasure
from iurc_events.services import background_jobs
from iurc_events.services.erasure_ledger import write_ledger
from iurc_events.services.file_places import REPORTS, PlaceError, place

logger = logging.getLogger(__name__)

#: A larger database is made anew by the worker, at night for preference, not while somebody waits for a page.
AT_ONCE_BYTES: Final = 64 * 1024 * 1024
#: Its content is the last erasure after which the database was made anew.
SWEPT_FILE: Final = "erasures.swept"
_DEMO_FILE: Final = "demo-accounts.json"
_SWEPT_TABLES: Final = ("messages", "revisions", "persons", "speakers", "participants", "import_records", "users")


def clear(emails: Collection[str] = ()) -> None:
    """Remove what lies in files, write the ledger, and make a small database anew. Call it after the commit."""
    background_jobs.forget_results()
    _forget_files(emails)
    write_ledger()
    if _database_size() <= AT_ONCE_BYTES:
        sweep()


def _forget_files(emails: Collection[str]) -> None:
    config = settings()
    shutil.rmtree(config.instance_path / "uploads", ignore_errors=True)
    _forget_reports()
    demo = config.instance_path / _DEMO_FILE
    with contextlib.suppress(OSError, ValueError):
        accounts = json.loads(demo.read_bytes())
        kept = {email: value for email, value in accounts.items() if email.lower() not in emails}
        if kept != accounts:
            fresh = demo.with_suffix(f".{os.getpid()}.tmp")
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
                json.dump(kept, file, indent=1)
            fresh.replace(demo)


def _forget_reports() -> None:
    """Forget kept PDFs and halves of them; they are made again when somebody asks."""
    here = place()
    try:
        here.forget_halves(time.time(), REPORTS)
        for entry in list(here.entries(REPORTS)):
            here.delete(entry.name)
    except PlaceError as error:
        logger.error("kept reports stay: %s", error.strerror)


def _sqlite_file() -> Path | None:
    database = db.engine.url.database
    return Path(database) if db.engine.dialect.name == "sqlite" and database else None


def _database_size() -> int:
    path = _sqlite_file()
    return path.stat().st_size if path and path.exists() else 0


def is_swept() -> bool:
    """Tell whether the database was made anew after the last erasure."""
    last = db.session.scalar(select(func.max(Erasure.erased_at)))
    db.session.rollback()
    if last is None:
        return True
    try:
        return bool((settings().instance_path / SWEPT_FILE).read_text("ascii") == last.isoformat())
    except OSError:
        return False


def sweep() -> bool:
    """Make the database anew, so that nothing deleted is left in free pages, logs and search segments.

    Returns False where somebody reads an old state just now; the worker tries again.
    """
    last = db.session.scalar(select(func.max(Erasure.erased_at)))
    db.session.rollback()
    try:
        if not (_sweep_sqlite() if db.engine.dialect.name == "sqlite" else _sweep_postgresql()):
            return False
    except (sqlite3.OperationalError, OperationalError):
        logger.info("the database is made anew later: it is in use")
        return False
    if last is not None:
        (settings().instance_path / SWEPT_FILE).write_text(last.isoformat(), "ascii")
    return True


def _sweep_sqlite() -> bool:
    # the driver's own connection: SQLAlchemy would begin a transaction, in which there is no VACUUM
    with closing(db.engine.raw_connection()) as connection:
        cursor = connection.cursor()
        cursor.execute("INSERT INTO event_search_index(event_search_index) VALUES ('optimize')")
        cursor.execute("VACUUM")
        is_busy: int = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    return not is_busy


def _sweep_postgresql() -> bool:
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for table in _SWEPT_TABLES:
            connection.execute(text(f"VACUUM {table}"))
    return True


def finish() -> None:
    """Bring the ledger up to date, and make the database anew where that is still to be done (the worker's job)."""
    write_ledger()
    if not is_swept():
        sweep()
