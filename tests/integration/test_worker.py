"""The worker, backups and the doctor, on both databases; the commands as processes of their own."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
import zipfile
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import MetaData, create_engine, select

from iurc_events import jobs
from iurc_events.config import settings
from iurc_events.database import db
from iurc_events.domain.redaction import redact
from iurc_events.localisation import catalogue
from iurc_events.services import accounts, background_jobs, backups, diagnosis
from tests.factories import make_city, make_event, make_pair, make_programme, make_session, make_speaker, make_user

COMMAND = [sys.executable, "-m", "iurc_events"]


def environment(folder: Path, **values: str) -> Mapping[str, str]:
    """Return the environment of a command with an instance folder of its own."""
    kept = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "BASE_URL", "SMTP_URL")}
    return {**kept, "INSTANCE_PATH": str(folder), **values}


def contents() -> dict[str, list[tuple[object, ...]]]:
    """Return all rows of all tables."""
    metadata = MetaData()
    with db.engine.connect() as connection:
        metadata.reflect(connection, only=lambda name, _: not name.startswith("event_search_index"))
        return {
            name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for name, table in metadata.tables.items()
        }


def fill() -> None:
    """Put something of most kinds into the database."""
    programme = make_programme()
    first, second = make_city(programme=programme), make_city(programme=programme)
    second.part_of_id = first.id
    first.part_of_id = second.id
    make_pair(first, second)
    event = make_event(programme=programme)
    make_session(event)
    make_speaker(event, "José Núñez 李明", city=first)
    make_user("organiser", programme=programme)
    accounts.ask_for_link("nobody@example.org", purpose="sign-in", language="zh", network="test")
    folder = Path(settings().storage_url)
    (folder / "ab").mkdir(parents=True)
    (folder / "ab" / "slides.pdf").write_bytes(b"%PDF" * 1000)


@pytest.fixture
def empty_url(database_url: str, tmp_path: Path) -> Iterator[str]:
    """Yield the address of a second database of the same kind, without tables."""
    if database_url.startswith("sqlite"):
        yield f"sqlite:///{tmp_path / 'second.sqlite3'}"
        return
    server = create_engine(database_url, isolation_level="AUTOCOMMIT")
    name = f"iurc_second_{os.getpid()}_{time.monotonic_ns()}"
    with server.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")
    yield server.url.set(database=name).render_as_string(hide_password=False)
    with server.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
    server.dispose()


def test_backup_restored_elsewhere_holds_the_same(app: Flask, empty_url: str, tmp_path: Path) -> None:
    from iurc_events import create_app

    fill()
    before = contents()
    path = tmp_path / "backup.zip"
    backups.back_up(path)
    db.session.remove()
    second = create_app(
        {"DATABASE_URL": empty_url, "INSTANCE_PATH": str(tmp_path / "second"), "SECRET_KEY": "test", "TESTING": True}
    )
    with second.app_context():
        backups.restore(path)
        after = contents()
        files = [
            (file.relative_to(settings().storage_url).as_posix(), file.read_bytes())
            for file in Path(settings().storage_url).rglob("*.pdf")
        ]
        new_id = make_user().id
        with pytest.raises(backups.NotEmptyError):
            backups.restore(path)
        db.session.remove()
        db.engine.dispose()
    assert after == before
    assert files == [("ab/slides.pdf", b"%PDF" * 1000)]
    assert new_id == 2


@pytest.mark.parametrize("damage", ["cut", "changed", "text"])
def test_damaged_backup_is_refused_and_changes_nothing(sqlite_app: Flask, tmp_path: Path, damage: str) -> None:
    from iurc_events import create_app

    fill()
    path = tmp_path / "backup.zip"
    backups.back_up(path)
    content = path.read_bytes()
    if damage == "cut":
        path.write_bytes(content[: len(content) // 2])
    elif damage == "text":
        path.write_text("no backup")
    else:
        with zipfile.ZipFile(path) as old, zipfile.ZipFile(tmp_path / "new.zip", "w") as new:
            for name in old.namelist():
                data = old.read(name)
                new.writestr(name, b"other" if name.startswith("files/") else data)
        (tmp_path / "new.zip").replace(path)
    second = create_app({"INSTANCE_PATH": str(tmp_path / "second"), "SECRET_KEY": "test", "TESTING": True})
    with second.app_context():
        with pytest.raises(backups.DamagedBackupError):
            backups.restore(path)
        db.engine.dispose()
    assert sorted(file.name for file in (tmp_path / "second").iterdir()) == []


def test_worker_goes_on_after_a_job_that_failed(app: Flask) -> None:
    ran: list[str] = []

    def fail() -> None:
        raise RuntimeError("this job fails")

    results = [
        jobs.run_job(jobs.Job(name, jobs.JOBS[0].every, run))
        for name, run in {"bad": fail, "good": lambda: ran.append("good")}.items()
    ]
    assert (results, ran, jobs.run_once()) == ([False, True], ["good"], True)


def test_doctor_names_what_is_bad(app: Flask) -> None:
    make_event("e" * 100)
    verdicts = {finding.subject: finding.verdict for finding in diagnosis.examine()}
    assert verdicts["database"] == "ok"
    assert verdicts["schema"] == "ok"
    assert verdicts["feed addresses"] == "bad"
    assert verdicts["BASE_URL"] == "warn"


def test_doctor_tells_whether_a_worker_runs_and_for_how_long_work_waits(app: Flask) -> None:
    def worker() -> tuple[str, str]:
        return next((each.verdict, each.words) for each in diagnosis.examine() if each.subject == "worker")

    before = worker()
    jobs.run_once()
    idle = worker()
    actor = make_user("administrator")
    asked = background_jobs.ask("event-report", {}, actor=actor, programme_id=None)
    asked.created_at -= timedelta(minutes=11)
    db.session.commit()
    late = worker()

    assert (before[0], "none has run so far" in before[1]) == ("warn", True)
    assert idle == ("ok", "the oldest due work waits for 0 s (mail 0 s, documents 0 s)")
    assert (late[0], re.sub(r"66\d", "660", late[1])) == (
        "warn",
        "the oldest due work waits for 660 s (mail 0 s, documents 660 s)",
    )


def test_names_of_timed_jobs_are_different_and_said_in_chinese() -> None:
    names = [job.name for job in jobs.JOBS]
    assert len(set(names)) == len(names)
    assert [name for name in names if name not in catalogue("zh")] == []


def test_doctor_ends_with_1_where_the_database_was_never_made(tmp_path: Path) -> None:
    done = subprocess.run([*COMMAND, "doctor"], env=environment(tmp_path), capture_output=True, text=True, check=False)
    assert (done.returncode, "bad   database" in done.stdout) == (1, True)


def _answer(url: str) -> bytes | None:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310  (loopback)
            body: bytes = answer.read()
            return body
    except OSError:
        return None


def test_demo_moves_to_a_free_port_and_ends_with_all_its_processes(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        wanted = taken.getsockname()[1]
        demo = subprocess.Popen(
            [*COMMAND, "demo"],
            env=environment(tmp_path, PORT=str(wanted)),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert demo.stdout is not None
        url, lines = "", []
        for line in demo.stdout:
            lines.append(line)
            if "IURC Events is at" in line:
                url = line.split()[-1]
            if "Ctrl-C" in line:
                break
        assert lines[0].startswith(f"Port {wanted} is taken")
        deadline = time.monotonic() + 60
        while _answer(f"{url}readyz") is None and time.monotonic() < deadline:
            time.sleep(0.2)
        ready = json.loads(_answer(f"{url}readyz") or b"{}")
        assert (set(ready), ready["status"]) == ({"status", "oldest_due_seconds"}, "ready")
        demo.send_signal(signal.SIGTERM)
        assert demo.wait(timeout=40) == 0
        assert _answer(f"{url}readyz") is None
        demo.stdout.close()
    assert (tmp_path / "demo-accounts.json").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("GET /en/sign-in/abc HTTP/1.1", "GET /en/sign-in/[token] HTTP/1.1"),
        ("GET /zh/account/password/x?a=1 HTTP/1.1", "GET /zh/account/password/[token]?a=1 HTTP/1.1"),
        ("GET /calendar/my/abcdefghijklmnopqrstuvwx23.ics", "GET /calendar/my/[token].ics"),
        ("/en/sign-in?next=%2Fen%2Finvitation%2Fabc", "/en/sign-in?next=%2Fen%2Finvitation%2F[token]"),
        ("GET /en/events/2022-04-29-industry-4-0-seminar", "GET /en/events/2022-04-29-industry-4-0-seminar"),
    ],
)
def test_tokens_never_reach_a_log(line: str, kept: str) -> None:
    assert redact(line) == kept
