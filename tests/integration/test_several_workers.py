"""Several workers as processes of their own: each job done once, also when one of them is killed in the middle."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from iurc_events.config import settings
from iurc_events.database import db, in_transaction
from iurc_events.models.accounts import User
from iurc_events.models.jobs import BackgroundJob, TimedRun
from iurc_events.services import background_jobs
from tests.factories import make_user

pytestmark = pytest.mark.parametrize(
    ("database_url", "queue_url"),
    [("sqlite", "own"), ("postgresql", "own"), pytest.param("sqlite", "redis", marks=pytest.mark.long)],
    indirect=True,
)
JOBS = 200
#: The worker with one more task, which takes a while, and one more timed job, which says that it ran.
DRIVER = """
import time
from datetime import timedelta
from iurc_events.cli import main
from iurc_events.jobs import tasks, timed, worker
from iurc_events.services.background_jobs import Result

def echo(work):
    time.sleep(0.05)
    work.step(1, 2)
    return Result(str(work.arguments["text"]).encode(), "echo.txt", "text/plain")

def wait(work):
    while True:
        time.sleep(0.1)
        work.step(0, 1)

tasks.TASKS |= {"echo": echo, "wait": wait}
tick = timed.Job("probe of the clock", timedelta(minutes=1), lambda: print("tick", time.time() // 60, flush=True))
worker.JOBS = (*timed.JOBS, tick)
main()
"""


class Workers:
    """Workers on one database, with what they wrote."""

    def __init__(self, environment: Mapping[str, str], folder: Path, stack: ExitStack) -> None:
        self.environment, self.folder, self.stack = environment, folder, stack
        self.processes: list[subprocess.Popen[bytes]] = []

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start one more."""
        path = self.folder / f"worker-{len(self.processes)}.log"
        log = self.stack.enter_context(path.open("wb"))
        process = subprocess.Popen(
            [sys.executable, "-c", DRIVER, "worker", *arguments], env=self.environment, stdout=log, stderr=log
        )
        self.stack.callback(process.wait)
        self.stack.callback(process.kill)
        self.processes.append(process)
        return process

    def said(self) -> str:
        """Return what all wrote."""
        return "".join(path.read_text("utf-8") for path in sorted(self.folder.glob("worker-*.log")))


@pytest.fixture
def redis_url(tmp_path: Path) -> Iterator[str]:
    """Yield the address of a Redis on loopback, without a disk."""
    server = shutil.which("redis-server")
    if server is None:
        pytest.skip("no redis-server on this machine: the set-up installs it where it may")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    command = [server, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        until = time.monotonic() + 20
        while time.monotonic() < until:
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            assert process.poll() is None
            time.sleep(0.05)
        yield f"redis://127.0.0.1:{port}/0"
        process.terminate()


@pytest.fixture
def queue_url(request: pytest.FixtureRequest) -> str:
    """Return the address of the queue: none for the one that comes with the database, or that of a Redis."""
    return str(request.getfixturevalue("redis_url")) if request.param == "redis" else ""


@pytest.fixture
def workers(app: Flask, queue_url: str, tmp_path: Path) -> Iterator[Workers]:
    """Yield what starts workers on the database of ``app``; the application sends to the same queue."""
    app.extensions["settings"] = config = replace(settings(), redis_url=queue_url or None)
    kept = {name: value for name, value in os.environ.items() if name not in ("SMTP_URL", "REDIS_URL", "BASE_URL")}
    environment = {
        **kept,
        "DATABASE_URL": config.database_url,
        "INSTANCE_PATH": str(config.instance_path),
        "SECRET_KEY": "test",
        **({"REDIS_URL": queue_url} if queue_url else {}),
    }
    with ExitStack() as stack:
        yield Workers(environment, tmp_path, stack)


@in_transaction
def ask_for_many(actor: User, name: str = "echo", count: int = JOBS) -> None:
    for number in range(count):
        job = BackgroundJob(name=name, arguments={"text": str(number)}, made_by_id=actor.id)
        db.session.add(job)
        db.session.flush()
        background_jobs._send_after_commit([job.id])


def count_states() -> dict[str, int]:
    db.session.rollback()
    rows = db.session.execute(select(BackgroundJob.state, func.count()).group_by(BackgroundJob.state))
    return dict(rows.all())


def wait_for(state: str, number: int, seconds: float = 90) -> dict[str, int]:
    """Wait until so many jobs are in a state; return how many there are of each."""
    until = time.monotonic() + seconds
    while (found := count_states()).get(state, 0) < number and time.monotonic() < until:
        time.sleep(0.2)
    return found


def test_all_jobs_are_done_once_by_three_workers_of_which_one_is_killed(app: Flask, workers: Workers) -> None:
    actor = make_user("administrator")
    ask_for_many(actor)
    first = workers.start("--threads", "3")
    wait_for("done", 5)
    workers.start()
    workers.start()
    wait_for("done", 40)
    first.send_signal(signal.SIGKILL)
    found = wait_for("done", JOBS)
    rows = db.session.execute(select(BackgroundJob.arguments, BackgroundJob.result_hash, BackgroundJob.attempts)).all()
    for worker in workers.processes[1:]:
        worker.send_signal(signal.SIGTERM)
    began = time.monotonic()
    ended = [worker.wait(30) for worker in workers.processes[1:]]
    took = time.monotonic() - began

    assert found == {"done": JOBS}
    assert {row.arguments["text"]: row.result_hash for row in rows} == {
        str(number): hashlib.sha256(str(number).encode()).hexdigest() for number in range(JOBS)
    }
    finished = Counter(re.findall(r"job (\d+): done", workers.said()))
    assert set(finished.values()) == {1}
    assert 1 <= sum(row.attempts - 1 for row in rows) <= 3  # what the killed one had in its hands
    ticks = Counter(re.findall(r"tick (\S+)", workers.said()))
    assert set(ticks.values()) == {1}
    turns = db.session.scalars(select(TimedRun.turn_starts_at).where(TimedRun.name == "probe of the clock")).all()
    assert len(turns) == len(ticks)
    assert (ended, took < 10) == ([0, 0], True)


def test_worker_told_to_end_gives_its_job_to_another_at_once(app: Flask, workers: Workers) -> None:
    ask_for_many(make_user("administrator"), "wait", 1)
    first = workers.start()
    wait_for("running", 1)
    first.send_signal(signal.SIGTERM)
    began = time.monotonic()
    ended = first.wait(30)
    took = time.monotonic() - began
    given_back = count_states()
    workers.start()
    taken = wait_for("running", 1)

    assert (ended, took < 8, given_back, taken) == (0, True, {"queued": 1}, {"running": 1})
