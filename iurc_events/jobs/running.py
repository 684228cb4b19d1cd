"""One background job from the claim to its outcome."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from flask import Flask

from iurc_events.database import db, utc_now
from iurc_events.domain.errors import BusyError, DomainError
from iurc_events.jobs import tasks
from iurc_events.reports.errors import ReportStoppedError
from iurc_events.services import background_jobs
from iurc_events.services.background_jobs import Claim, noop_error

logger = logging.getLogger(__name__)

#: Seconds between two signs of life; several fit into LEFT_BEHIND.
BEAT: Final = 4.0


def run_job_of(app: Flask, key: int, stop: threading.Event) -> bool:
    """Take a job and do it; tell whether it was ours to do.

    Args:
        stop: Set when the worker is told to end: the job goes back into the queue.
    """
    with app.app_context():
        try:
            claimed = background_jobs.claim(key, utc_now())
            if claimed is None:
                return False
            logger.info("job %s (%s) begins, attempt %s", claimed.key, claimed.name, claimed.attempts)
            outcome = _do(app, claimed, stop)
            logger.info("job %s: %s", claimed.key, outcome)
            return True
        except Exception:  # the database is away: the row is taken over when it is back
            logger.exception("job %s has no outcome yet", key)
            return False
        finally:
            db.session.remove()


def _do(app: Flask, claimed: Claim, stop: threading.Event) -> str:
    unwanted = threading.Event()

    def tell(done: int, total: int) -> None:
        if stop.is_set() or not background_jobs.show_life(claimed, utc_now(), done_steps=done, all_steps=total):
            unwanted.set()

    work = tasks.Work(claimed.name, claimed.arguments, claimed.made_by_id, tell, unwanted)
    error, is_final = None, False
    with _signs_of_life(app, claimed, stop, unwanted):
        try:
            result = tasks.run(work)
        except (tasks.StoppedError, ReportStoppedError):
            pass
        except DomainError as found:
            if unwanted.is_set():  # it gave up waiting, because it was told to
                return background_jobs.give_back(claimed, utc_now(), error=None)
            error = noop_error(found.message, **found.params)
            is_final = not isinstance(found, BusyError)  # those who are busy may be less so later
        except Exception as found:
            logger.exception("job %s failed", claimed.key)
            error = noop_error(background_jobs.UNEXPECTED, name=type(found).__name__)
        else:
            db.session.rollback()
            return "done" if background_jobs.finish(claimed, result, utc_now()) else "ended unwanted"
    db.session.rollback()
    return background_jobs.give_back(claimed, utc_now(), error=error, is_final=is_final)


@contextmanager
def _signs_of_life(app: Flask, claimed: Claim, stop: threading.Event, unwanted: threading.Event) -> Iterator[None]:
    """Write every few seconds that the job is being done, and learn whether it is still wanted."""
    ended = threading.Event()

    def beat() -> None:
        waited = 0.0
        while not ended.wait(0.25):
            if stop.is_set():
                unwanted.set()
                return
            waited += 0.25
            if waited >= BEAT:
                waited = 0.0
                _beat_once()

    def _beat_once() -> None:
        with app.app_context():
            try:
                if not background_jobs.show_life(claimed, utc_now()):
                    unwanted.set()
            except Exception:  # a sign of life more or less
                logger.warning("job %s: no sign of life could be written", claimed.key, exc_info=True)
            finally:
                db.session.remove()

    thread = threading.Thread(target=beat, name=f"signs of life of job {claimed.key}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
