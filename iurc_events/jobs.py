"""What the worker runs: mail every two seconds, tidying every hour.

Jobs are safe to run in several workers at once, and after a crash at any moment. A job that fails is written into the
log and tried again at its next turn: the database or the mail server may be away for a while (fault-4, fault-5).
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from iurc_events.database import db
from iurc_events.services import (
    accounts,
    attempts,
    erasure_traces,
    feed_use,
    outbox,
    own_addresses,
    participant_persons,
    people_entry,
    people_imports,
    person_keys,
    privacy_requests,
    retention,
    speaker_reminders,
    storage,
    zone_rules,
)

logger = logging.getLogger(__name__)

#: How long the worker sleeps when nothing is due.
PAUSE: Final = 2.0


@dataclass(frozen=True, slots=True)
class Job:
    """Something to do again and again."""

    name: str
    every: timedelta
    run: Callable[[], object]


JOBS: Final[tuple[Job, ...]] = (
    Job("mail", timedelta(seconds=PAUSE), outbox.deliver_due),
    Job("lists of people", timedelta(seconds=PAUSE), people_entry.enter_due),
    Job("rules of time zones", timedelta(hours=1), zone_rules.follow_update),
    Job("use of calendars", timedelta(minutes=1), feed_use.write_down),
    Job("old lists of people", timedelta(hours=1), people_imports.forget_old),
    Job("persons of participants", timedelta(minutes=5), participant_persons.link_due),
    Job("keys of persons", timedelta(hours=1), person_keys.note_missing),
    Job("old links", timedelta(hours=1), accounts.forget_old_tokens),
    Job("old counters", timedelta(hours=1), attempts.forget_old),
    Job("reminders of speakers", timedelta(hours=1), speaker_reminders.remind_due),
    Job("requests on personal data", timedelta(hours=1), privacy_requests.forget_old),
    Job("changes of addresses", timedelta(hours=1), own_addresses.forget_old),
    Job("names kept long enough", timedelta(hours=1), retention.erase_due),
    Job("traces of the erased", timedelta(hours=1), erasure_traces.finish),
    Job("files of nobody", timedelta(hours=1), storage.forget_unnamed),
)


def run_job(job: Job) -> bool:
    """Run a job; tell whether it came to its end."""
    try:
        job.run()
    except Exception:
        logger.exception("job %s failed", job.name)
        return False
    finally:
        db.session.remove()
    return True


def run_once() -> bool:
    """Run every job once; tell whether all came to their end."""
    results = [run_job(job) for job in JOBS]
    return all(results)


def run_until(stop: threading.Event) -> None:
    """Run the jobs, each at its time, until told to stop; what has begun is finished."""
    due = {job.name: time.monotonic() for job in JOBS}
    while not stop.is_set():
        for job in JOBS:
            if stop.is_set():
                return
            if time.monotonic() >= due[job.name]:
                run_job(job)
                due[job.name] = time.monotonic() + job.every.total_seconds()
        stop.wait(PAUSE)
