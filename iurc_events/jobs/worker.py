"""The worker: threads that take jobs out of the queue, and threads that do what the clock says."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from flask import Flask, current_app

from iurc_events.config import settings
from iurc_events.database import db, utc_now
from iurc_events.jobs import running
from iurc_events.jobs.timed import JOBS, PAUSE, Job, run_turn
from iurc_events.services import background_jobs, job_queue
from iurc_events.services.job_queue import JobQueue

logger = logging.getLogger(__name__)

#: Documents that a worker makes at a time.
THREADS: Final = 2
#: Between two looks whether the turn of a timed job has begun.
LOOK: Final = timedelta(seconds=PAUSE)
#: Seconds between two looks for jobs whose message was lost or whose worker died.
SWEEP: Final = 5.0
#: Seconds after which a worker that was told to end no longer waits for a job that does not listen.
PATIENCE: Final = 12.0
_LONGEST_POLL: Final = 1.0


def _app() -> Flask:
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # what the proxy stands for
    return app


def run_once() -> bool:
    """Do everything that is due now, once; tell whether all came to its end."""
    app, stop = _app(), threading.Event()
    results = [run_turn(job) is not False for job in JOBS]
    done: set[int] = set()
    while keys := [key for key in background_jobs.list_due(utc_now()) if key not in done]:
        for key in keys:
            running.run_job_of(app, key, stop)
            done.add(key)
    return all(results)


def run_until(stop: threading.Event, *, threads: int = THREADS) -> None:
    """Work until told to stop; what has begun is finished, or goes back into the queue where it can.

    Args:
        threads: How many background jobs this worker does at a time.
    """
    app = _app()

    def run(key: int) -> None:
        if stop.is_set():
            queue.put(key)  # it is for those who go on
        else:
            running.run_job_of(app, key, stop)

    queue = job_queue.open_queue(settings(), run)
    consumer = _make_consumer(queue, threads)
    consumer.start()
    loops = [
        *(_start(each.name, _by_the_clock(app, stop, [each], each.every)) for each in JOBS if not each.has_turns),
        _start("timed jobs", _by_the_clock(app, stop, [each for each in JOBS if each.has_turns], LOOK)),
        _start("sweep", _sweep_until(app, stop, queue)),
    ]
    logger.info("worker is ready, %s background jobs at a time", threads)
    while not stop.wait(10):
        consumer.check_worker_health()
    ends_at = time.monotonic() + PATIENCE
    consumer.stop(graceful=True)
    for loop in loops:
        loop.join(max(0.0, ends_at - time.monotonic()))
    queue.close()
    logger.info("worker has ended")


def _make_consumer(queue: JobQueue, threads: int) -> Any:
    from huey.consumer import Consumer  # only workers need it

    class QuietConsumer(Consumer):  # type: ignore[misc]  # huey publishes no types
        """Huey's consumer without its signal handlers: ours end the whole worker."""

        def _set_signal_handlers(self) -> None:
            pass

    logging.getLogger("huey").setLevel(logging.WARNING)  # it tells of every message; we tell of every job
    queue.huey.on_shutdown()(queue.close)  # each thread's own connection
    return QuietConsumer(
        queue.huey,
        workers=threads,
        periodic=False,
        initial_delay=0.05,
        max_delay=_LONGEST_POLL,
        scheduler_interval=60,
        shutdown_timeout=PATIENCE,
    )


def _start(name: str, work: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=work, name=name, daemon=True)
    thread.start()
    return thread


def _by_the_clock(app: Flask, stop: threading.Event, jobs: Sequence[Job], pause: timedelta) -> Callable[[], None]:
    """Return what runs some jobs one after another, each at its time, and rests in between."""

    known: dict[str, datetime] = {}

    def work() -> None:
        while not stop.is_set():
            for job in jobs:
                if stop.is_set():
                    return
                with app.app_context():
                    run_turn(job, known)
            stop.wait(pause.total_seconds())

    return work


def _sweep_until(app: Flask, stop: threading.Event, queue: JobQueue) -> Callable[[], None]:
    """Return what sends jobs again whose message was lost, whose worker died, or which are to be tried again."""

    def work() -> None:
        while not stop.wait(SWEEP):
            with app.app_context():
                try:
                    sweep(queue)
                except Exception:  # the queue or the database is away for a while
                    logger.exception("the sweep failed")
                finally:
                    db.session.remove()

    return work


def sweep(queue: JobQueue) -> int:
    """Send the jobs that are due if nobody is about to take them; return how many.

    While messages wait, those of the due jobs may be among them. One sent twice is taken once.
    """
    if not queue.is_idle():
        return 0
    keys = background_jobs.list_due(utc_now())
    for key in keys:
        queue.put(key)
    return len(keys)
