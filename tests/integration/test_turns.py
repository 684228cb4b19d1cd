"""Processes that write to one SQLite file take turns, and a turn that is never given back stops nobody for good."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest
from flask import Flask

from iurc_events import database
from iurc_events.database import db, in_transaction

HOLD = """
import fcntl, sys, time
file = open(sys.argv[1], "ab")
fcntl.flock(file, fcntl.LOCK_EX)
print("held", flush=True)
time.sleep(float(sys.argv[2]))
"""


@in_transaction
def write() -> float:
    db.session.connection().exec_driver_sql("UPDATE programmes SET slug = slug")
    return time.monotonic()


def hold(app: Flask, seconds: float) -> subprocess.Popen[str]:
    """Start a process that holds the turn for so many seconds; return when it does."""
    with app.app_context():
        path = Path(f"{db.engine.url.database}-turn")
    holder = subprocess.Popen([sys.executable, "-c", HOLD, str(path), str(seconds)], stdout=subprocess.PIPE, text=True)
    assert holder.stdout
    assert holder.stdout.readline() == "held\n"
    return holder


def test_write_waits_for_the_turn_of_another_process(sqlite_app: Flask) -> None:
    holder = hold(sqlite_app, 0.4)
    with holder, sqlite_app.app_context():
        write()

        assert holder.wait(5) == 0


def test_write_goes_on_when_the_turn_is_never_given_back(sqlite_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "_LONGEST_WAIT", 0.2)
    holder = hold(sqlite_app, 30)
    with holder, sqlite_app.app_context():
        began = time.monotonic()
        waited = write() - began
        still_held = holder.poll() is None
        holder.terminate()

    assert (waited >= 0.2, still_held) == (True, True)
