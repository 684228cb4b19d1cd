"""On which day a personal calendar was last asked for: noted by the server without a write to the database.

The server leaves an empty file, named after the day and the calendar, once a day; the worker writes the days down and
deletes the files. The same file twice, a crash in between, or several servers change nothing of the outcome.
"""

from __future__ import annotations

import contextlib
import logging
import re
import threading
import uuid
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Final

from sqlalchemy import or_, update

from iurc_events.config import settings
from iurc_events.database import db, in_transaction
from iurc_events.models.calendar_feeds import CalendarSubscription

logger = logging.getLogger(__name__)

_NAME: Final = re.compile(r"(\d{4}-\d{2}-\d{2})_([0-9a-f]{32})")
#: Files that are read at once.
_BATCH: Final = 500


def _folder() -> Path:
    return settings().instance_path / "feed-use"


class FeedUse:
    """What a server process knows of today's use; one note a day for each calendar."""

    def __init__(self) -> None:
        self._day = ""
        self._noted: set[uuid.UUID] = set()
        self._lock = threading.Lock()

    def is_noted(self, subscription_id: uuid.UUID, now: datetime) -> bool:
        """Tell whether today's use of a calendar was noted by this process."""
        return self._day == now.astimezone(UTC).date().isoformat() and subscription_id in self._noted

    def note(self, subscription_id: uuid.UUID, now: datetime) -> None:
        """Note that a calendar was asked for; a full disk keeps nobody from their calendar."""
        day = now.astimezone(UTC).date().isoformat()
        with self._lock:
            if day != self._day:
                self._day, self._noted = day, set()
            if subscription_id in self._noted:
                return
            self._noted.add(subscription_id)
        try:
            _folder().mkdir(mode=0o700, exist_ok=True)
            (_folder() / f"{day}_{subscription_id.hex}").touch()
        except OSError:
            logger.warning("the use of a calendar could not be noted", exc_info=True)


def write_down() -> int:
    """Write the noted days into the database and delete the notes; return how many there were."""
    if not _folder().is_dir():
        return 0
    number = 0
    while files := list(islice(_folder().iterdir(), _BATCH)):
        _store({found[2]: found[1] for file in sorted(files) if (found := _NAME.fullmatch(file.name))})
        for file in files:
            with contextlib.suppress(FileNotFoundError):  # another worker was here
                file.unlink()
        number += len(files)
    return number


@in_transaction
def _store(days: dict[str, str]) -> None:
    """Store the last day of each calendar; a day never goes back."""
    for key, day in sorted(days.items()):
        db.session.execute(
            update(CalendarSubscription)
            .where(
                CalendarSubscription.public_id == uuid.UUID(hex=key),
                or_(CalendarSubscription.last_used_on.is_(None), CalendarSubscription.last_used_on < day),
            )
            .values(last_used_on=day)
        )
