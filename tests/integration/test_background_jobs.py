"""Background jobs and timed jobs: asked, done once, taken over, tried again, cancelled; on both databases."""

from __future__ import annotations

import hashlib
import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from iurc_events import jobs
from iurc_events.config import settings
from iurc_events.database import db, utc_now
from iurc_events.domain.errors import BusyError, DomainError
from iurc_events.jobs import running, tasks
from iurc_events.jobs.timed import Job
from iurc_events.jobs.worker import sweep
from iurc_events.models.accounts import User
from iurc_events.models.jobs import BackgroundJob, TimedRun
from iurc_events.services import background_jobs, job_queue, storage, timed_runs
from iurc_events.services.background_jobs import LEFT_BEHIND, Result, TooManyJobsError
from iurc_events.services.job_queue import JobQueue
from tests.factories import make_user


@pytest.fixture
def actor(app: Flask) -> User:
    return make_user("administrator")


@pytest.fixture
def queue(app: Flask) -> Iterator[JobQueue]:
    """Yield the queue as a sender sees it."""
    queue = job_queue.open_queue(settings())
    yield queue
    queue.close()


@pytest.fixture
def task(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let jobs called ``echo`` give back what they were asked."""

    def echo(work: tasks.Work) -> Result:
        work.step(1, 2)
        return Result(str(work.arguments["text"]).encode(), "echo.txt", "text/plain")

    monkeypatch.setitem(tasks.TASKS, "echo", echo)


def ask(actor: User, text: str = "hello") -> BackgroundJob:
    return background_jobs.ask("echo", {"text": text}, actor=actor, programme_id=None)


def read(job: BackgroundJob) -> BackgroundJob:
    """Return a job as the database holds it now."""
    db.session.rollback()
    return db.session.get_one(BackgroundJob, job.id, populate_existing=True)


def run(app: Flask, job: BackgroundJob) -> bool:
    return running.run_job_of(app, job.id, threading.Event())


def test_job_is_asked_for_done_and_its_result_kept(app: Flask, actor: User, task: None, queue: JobQueue) -> None:
    job = ask(actor)
    waiting = queue.huey.storage.queue_size()
    assert run(app, job)

    done = read(job)
    assert (waiting, done.state, done.attempts, done.done_steps, done.all_steps) == (1, "done", 1, 2, 2)
    assert done.result_hash == hashlib.sha256(b"hello").hexdigest()
    assert (done.result_name, storage.read(done.result_hash)) == ("echo.txt", b"hello")
    assert run(app, job) is False


def test_same_job_asked_twice_is_one(app: Flask, actor: User) -> None:
    keys = {ask(actor).id, ask(actor).id, ask(actor, "other").id}
    assert len(keys) == 2


def test_too_many_jobs_of_one_person_are_refused(app: Flask, actor: User) -> None:
    for number in range(background_jobs.MOST_AT_ONCE):
        ask(actor, str(number))
    with pytest.raises(TooManyJobsError):
        ask(actor, "one more")


def test_message_holds_the_key_alone_and_others_are_left_out(app: Flask, actor: User, queue: JobQueue) -> None:
    job = ask(actor)
    stored = queue.huey.storage.dequeue()
    message = json.loads(bytes(stored))
    foreign = [b"\x80\x04N.", b"[]", b'{"id":"1","task":"os.system","job":1}', b'{"id":1,"task":"x","job":"1"}', b"1"]
    refused = []
    for data in foreign:
        queue.huey.storage.enqueue(data)
        try:
            queue.huey.dequeue()
        except Exception as error:
            refused.append(type(error).__name__)

    assert (message["job"], set(message)) == (job.id, {"id", "task", "job"})
    assert refused == [*["BrokenMessageError"] * 2, "HueyException", *["BrokenMessageError"] * 2]
    assert queue.is_idle()


def test_lost_message_is_sent_again_by_the_sweep(app: Flask, actor: User, task: None, queue: JobQueue) -> None:
    job = ask(actor)
    while_it_waits = sweep(queue)
    queue.huey.storage.flush_queue()
    swept = sweep(queue)
    waiting = queue.huey.storage.queue_size()
    run(app, job)
    queue.huey.storage.flush_queue()
    db.session.rollback()

    assert (while_it_waits, swept, waiting, sweep(queue)) == (0, 1, 1, 0)


def test_job_of_a_request_that_was_rolled_back_is_never_sent(app: Flask, actor: User, queue: JobQueue) -> None:
    from iurc_events.database import in_transaction

    @in_transaction
    def ask_and_fail() -> None:
        ask(actor)
        raise DomainError("no")

    with pytest.raises(DomainError):
        ask_and_fail()

    assert queue.is_idle()
    assert db.session.scalars(select(BackgroundJob)).all() == []


def test_job_of_a_dead_worker_is_taken_over_and_has_one_result(app: Flask, actor: User, task: None) -> None:
    job = ask(actor)
    now = utc_now()
    dead = background_jobs.claim(job.id, now)
    assert dead
    too_early = background_jobs.claim(job.id, now + LEFT_BEHIND)
    second = background_jobs.claim(job.id, now + LEFT_BEHIND + timedelta(seconds=1))
    assert second
    counts = [
        background_jobs.finish(claimed, Result(data, "a.txt", "text/plain"), now)
        for claimed, data in ((dead, b"late"), (second, b"right"), (second, b"again"))
    ]

    assert (too_early, second.attempts, counts) == (None, 2, [False, True, False])
    assert read(job).result_hash == hashlib.sha256(b"right").hexdigest()
    assert background_jobs.show_life(dead, now) is False


def test_job_whose_workers_keep_dying_fails_with_a_reason(app: Flask, actor: User, task: None) -> None:
    job = ask(actor)
    moment = utc_now()
    for _ in range(background_jobs.MOST_ATTEMPTS):
        assert background_jobs.claim(job.id, moment)
        moment += LEFT_BEHIND + timedelta(seconds=1)
    last = background_jobs.claim(job.id, moment)

    failed = read(job)
    assert (last, failed.state, json.loads(failed.error or "")) == (
        None,
        "failed",
        {"message": "The worker ended in the middle, %(count)s times.", "params": {"count": "5"}},
    )


def test_failed_job_is_tried_again_after_a_while_then_given_up(
    app: Flask, actor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_work: tasks.Work) -> None:
        raise RuntimeError("Anna Muster's document")

    monkeypatch.setitem(tasks.TASKS, "echo", fail)
    job = ask(actor)
    states = []
    for _ in range(4):
        ran = run(app, job)
        states.append((ran, read(job).state))
        too_early = run(app, job)
        row = read(job)
        if row.finished_at:
            row.finished_at -= timedelta(minutes=2)
            db.session.commit()
        assert too_early is False

    assert states == [(True, "queued"), (True, "queued"), (True, "failed"), (False, "failed")]
    assert json.loads(read(job).error or "")["params"] == {"name": "RuntimeError"}


@pytest.mark.parametrize(
    ("error", "state"), [(DomainError("There is no such event"), "failed"), (BusyError("Not now"), "queued")]
)
def test_job_that_cannot_be_done_is_not_tried_again_but_a_busy_one_is(
    app: Flask, actor: User, monkeypatch: pytest.MonkeyPatch, error: DomainError, state: str
) -> None:
    def refuse(_work: tasks.Work) -> None:
        raise error

    monkeypatch.setitem(tasks.TASKS, "echo", refuse)
    job = ask(actor)
    run(app, job)
    assert (read(job).state, json.loads(read(job).error or "")["message"]) == (state, error.message)


def test_name_that_is_no_task_is_never_run(app: Flask, actor: User) -> None:
    job = background_jobs.ask("os.system", {"text": "id"}, actor=actor, programme_id=None)
    run(app, job)
    assert (read(job).state, json.loads(read(job).error or "")["message"]) == (
        "failed",
        "This version does not know how to do this.",
    )


def test_job_is_cancelled_while_queued_and_while_running(
    app: Flask, actor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []

    def count(work: tasks.Work) -> None:
        for number in range(100):
            seen.append(number)
            if number == 2:
                background_jobs.cancel(job.id, actor=actor)
            work.step(number, 100)

    monkeypatch.setitem(tasks.TASKS, "echo", count)
    queued = ask(actor, "queued")
    background_jobs.cancel(queued.id, actor=actor)
    job = ask(actor, "running")
    ran = [run(app, queued), run(app, job)]

    assert (ran, seen) == ([False, True], [0, 1, 2])
    assert [(read(each).state, read(each).finished_at is not None) for each in (queued, job)] == [
        ("cancelled", True),
        ("cancelled", True),
    ]
    with pytest.raises(background_jobs.NotPossibleError):
        background_jobs.cancel(job.id, actor=actor)


def test_long_step_learns_that_its_job_was_cancelled(app: Flask, actor: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def wait(work: tasks.Work) -> None:
        background_jobs.cancel(job.id, actor=actor)
        assert work.is_unwanted.wait(10)
        work.step(1, 1)

    monkeypatch.setattr(running, "BEAT", 0.1)
    monkeypatch.setitem(tasks.TASKS, "echo", wait)
    job = ask(actor)
    began = time.monotonic()
    run(app, job)
    assert (read(job).state, time.monotonic() - began < 5) == ("cancelled", True)


def test_worker_that_is_told_to_end_gives_its_job_back(
    app: Flask, actor: User, queue: JobQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop = threading.Event()

    def end(work: tasks.Work) -> None:
        stop.set()
        work.step(1, 2)

    monkeypatch.setitem(tasks.TASKS, "echo", end)
    job = ask(actor)
    queue.huey.storage.flush_queue()
    running.run_job_of(app, job.id, stop)

    row = read(job)
    assert (row.state, row.attempts, row.error, queue.huey.storage.queue_size()) == ("queued", 0, None, 1)


def test_retry_begins_anew_what_failed_and_nothing_else(
    app: Flask, actor: User, task: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = ask(actor)
    background_jobs.cancel(job.id, actor=actor)
    background_jobs.retry(job.id, actor=actor)
    run(app, job)
    assert (read(job).state, read(job).attempts) == ("done", 1)
    with pytest.raises(background_jobs.NotPossibleError):
        background_jobs.retry(job.id, actor=actor)


def test_result_is_kept_for_a_day_and_not_taken_for_nobodys(app: Flask, actor: User, task: None) -> None:
    job = ask(actor)
    run(app, job)
    key = read(job).result_hash
    assert key
    os.utime(Path(settings().storage_url) / key[:2] / key, (0, 0))
    storage.forget_unnamed()
    kept = storage.read(key)
    background_jobs.forget_old(utc_now() + timedelta(hours=23))
    kept_on = storage.read(key)
    background_jobs.forget_old(utc_now() + timedelta(hours=25))
    gone = storage.read(key), read(job).result_hash
    background_jobs.forget_old(utc_now() + timedelta(days=31))

    assert (kept, kept_on, gone) == (b"hello", b"hello", (None, None))
    db.session.rollback()
    assert db.session.scalars(select(BackgroundJob)).all() == []


def test_result_that_two_jobs_share_stays_for_the_second(app: Flask, actor: User, task: None) -> None:
    first = ask(actor)
    run(app, first)
    second = ask(actor)
    run(app, second)
    row = read(first)
    key = row.result_hash
    assert key
    row.finished_at = utc_now() - timedelta(days=2)
    db.session.commit()
    background_jobs.forget_old()
    assert (read(first).result_hash, read(second).result_hash, storage.read(key)) == (None, key, b"hello")


# --- By the clock -----------------------------------------------------------------------------------------------------


def runs() -> list[tuple[Any, ...]]:
    db.session.rollback()
    rows = db.session.execute(
        select(TimedRun.turn_starts_at, TimedRun.finished_at.is_not(None), TimedRun.has_failed, TimedRun.error)
    )
    return sorted(tuple(row) for row in rows)


def at(moment: datetime) -> Callable[[], datetime]:
    return lambda: moment


def test_timed_job_runs_once_per_turn_and_a_dead_ones_turn_is_made_good_by_the_next(app: Flask) -> None:
    ran: list[str] = []
    job = Job("probe", timedelta(hours=1), lambda: ran.append("ran"))
    noon = datetime(2027, 4, 29, 12, 30, tzinfo=UTC)
    turn = timed_runs.turn_of(job.every, noon)
    taken_by_one_who_dies = timed_runs.take("probe", turn, noon)
    results = [
        jobs.run_turn(job, clock=at(moment))
        for moment in (noon, noon + timedelta(minutes=29), noon + timedelta(minutes=31), noon + timedelta(minutes=32))
    ]

    assert (taken_by_one_who_dies, results, ran) == (True, [None, None, True, None], ["ran"])
    assert runs() == [(turn, False, False, None), (turn + timedelta(hours=1), True, False, None)]


def test_timed_job_that_fails_is_visible_and_runs_again_at_its_next_turn(app: Flask) -> None:
    def fail() -> None:
        raise RuntimeError("Anna Muster")

    job = Job("probe", timedelta(minutes=5), fail)
    noon = datetime(2027, 4, 29, 12, tzinfo=UTC)
    results = [jobs.run_turn(job, clock=at(moment)) for moment in (noon, noon, noon + timedelta(minutes=5))]
    assert results == [False, None, False]
    assert [row[1:] for row in runs()] == [(True, True, "RuntimeError"), (True, True, "RuntimeError")]


def test_old_turns_are_forgotten_and_failures_of_a_week_kept(app: Flask) -> None:
    now = datetime(2027, 4, 29, 12, tzinfo=UTC)
    for days, failure in ((9, "RuntimeError"), (3, "RuntimeError"), (3, None), (0, None)):
        turn = now - timedelta(days=days)
        name = f"probe {days} {failure}"
        timed_runs.take(name, turn, turn)
        timed_runs.note_end(name, turn, turn, failure)
    timed_runs.forget_old(now)
    db.session.rollback()
    assert sorted(db.session.scalars(select(TimedRun.name))) == ["probe 0 None", "probe 3 RuntimeError"]
