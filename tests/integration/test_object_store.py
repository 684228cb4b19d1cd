"""Files in an object store: a real server on loopback, whatever reads or writes stored files."""

from __future__ import annotations

import http.client
import io
import socket
import subprocess
import sys
import time
import uuid
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from iurc_events.config import ConfigurationError, settings
from iurc_events.database import db
from iurc_events.domain.errors import BusyError
from iurc_events.models.files import StoredFile
from iurc_events.models.speakers import Speaker
from iurc_events.queries import speaker_pages as page_queries
from iurc_events.services import backups, data_exports, diagnosis, erasure, reports, speaker_files, storage
from iurc_events.services.data_subjects import find
from iurc_events.services.file_places import PlaceError, place
from tests import uploads
from tests.conftest import _close_database, _create_app
from tests.factories import make_city, make_event, make_programme, make_speaker

BUCKET = "iurc-test"


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Yield the address of an S3 server with one bucket."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    log = (tmp_path_factory.mktemp("s3") / "log").open("wb")
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)], stdout=log, stderr=log
    )
    try:
        for attempt in range(150):
            try:
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
                connection.request("PUT", f"/{BUCKET}")
                connection.getresponse().read()
                connection.close()
                break
            except OSError:
                if attempt == 149:
                    raise
                time.sleep(0.1)
        yield url
    finally:
        server.terminate()
        server.wait(timeout=20)
        log.close()


@pytest.fixture
def environment(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Say who we are as the environment of an installation does."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_REGION", "eu-central-1")


@pytest.fixture
def make_app(environment: None, tmp_path: Path) -> Iterator[Callable[[str, str], Flask]]:
    """Yield what makes an application whose files lie below a prefix of the bucket."""
    contexts = []

    def make(prefix: str, database_url: str) -> Flask:
        app = _create_app(database_url, tmp_path / prefix, STORAGE_URL=f"s3://{BUCKET}/{prefix}")
        context = app.app_context()
        context.push()
        contexts.append((app, context))
        return app

    yield make
    for app, context in reversed(contexts):
        db.session.remove()
        context.pop()
        _close_database(app)


@pytest.fixture
def app(database_url: str, make_app: Callable[[str, str], Flask]) -> Flask:
    """Return an application on an empty database of each kind, with a place of its own for files."""
    return make_app(uuid.uuid4().hex, database_url)


def names() -> list[str]:
    return [entry.name for entry in place().entries()]


def make_person() -> Speaker:
    programme = make_programme("iurc-test")
    event = make_event("2027-green-roofs", programme)
    return make_speaker(event, "Testina Muster", city=make_city("sofia", programme), email="testina@example.org")


def test_files_of_speakers_lie_in_the_bucket_until_they_are_erased(app: Flask) -> None:
    speaker = make_person()
    speaker_files.put_photo(speaker.id, uploads.picture(), "me.jpg")
    deck = speaker_files.put_slides(speaker.id, uploads.pptx(), "deck.pptx")
    hashes, key = sorted(db.session.scalars(select(StoredFile.content_hash))), deck.content_hash
    assert (names(), storage.read(key)) == ([f"{key[:2]}/{key}" for key in hashes], uploads.pptx())
    copy = data_exports.make_zip(find(emails=["testina@example.org"]), "en")
    with zipfile.ZipFile(io.BytesIO(copy)) as archive:
        assert uploads.pptx() in [archive.read(name) for name in archive.namelist()]
    erasure.erase(find(emails=["testina@example.org"]), reason="request", actor_id=None)
    assert (names(), storage.read(key)) == ([], None)


def test_damaged_object_is_not_given_out(app: Flask) -> None:
    key = storage.put(b"as it was")
    place().write(f"{key[:2]}/{key}", b"changed by somebody")
    assert storage.read(key) is None


def test_hourly_job_deletes_only_what_no_row_names(app: Flask) -> None:
    kept = speaker_files.put_slides(make_person().id, uploads.pptx(), "kept.pptx")
    storage.put(b"left behind by a crash")
    db.session.rollback()
    later = time.time() + storage.GRACE_SECONDS + 10
    assert (storage.forget_unnamed(), len(names())) == (0, 2)
    assert (storage.forget_unnamed(later), names()) == (1, [f"{kept.content_hash[:2]}/{kept.content_hash}"])


def test_report_is_made_once_and_forgotten_at_an_erasure(app: Flask) -> None:
    speaker = make_person()
    event = page_queries.get_event(speaker)
    first = reports.get_agenda_pdf(event, "en")
    assert names() == [f"reports/2027-green-roofs-agenda-en.{first.key}.pdf"]
    place().write(names()[0], b"what is kept")
    assert reports.get_agenda_pdf(event, "en").data == b"what is kept"
    erasure.erase(find(emails=["testina@example.org"]), reason="request", actor_id=None)
    assert names() == []


def test_backup_holds_the_objects_and_restores_them_under_another_prefix(
    sqlite_url: str, make_app: Callable[[str, str], Flask], tmp_path: Path
) -> None:
    make_app("backup", sqlite_url)
    key = speaker_files.put_slides(make_person().id, uploads.pptx(), "deck.pptx").content_hash
    path, before = tmp_path / "backup.zip", names()
    backups.back_up(path)
    make_app("restored", f"sqlite:///{tmp_path / 'restored.sqlite3'}")
    backups.restore(path)
    assert (settings().storage_url, names(), before) == (f"s3://{BUCKET}/restored", before, names())
    assert storage.read(key) == uploads.pptx()
    with pytest.raises(backups.NotEmptyError):
        backups.restore(path)


def finding() -> tuple[str, str]:
    found = next(each for each in diagnosis.examine() if each.subject == "stored files")
    return found.verdict, found.words


def test_doctor_tries_the_bucket_out(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (finding(), names()) == (("ok", f"{settings().storage_url} can be written"), [])
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    verdict, words = finding()
    assert (verdict, words.startswith(f"{settings().storage_url} cannot be used: ")) == ("bad", True)


def test_upload_is_busy_and_leaves_no_row_when_the_store_does_not_answer(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    speaker = make_person()
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(BusyError):
        speaker_files.put_slides(speaker.id, uploads.pptx(), "deck.pptx")
    with pytest.raises(BusyError):
        storage.read("0" * 64)
    with pytest.raises(PlaceError):
        names()
    assert db.session.scalars(select(StoredFile.id)).all() == []


@pytest.mark.parametrize("url", ["gs://bucket", "s3://", "s3://bucket/a?b=c"])
def test_start_is_refused_when_the_address_is_none_we_know(tmp_path: Path, url: str) -> None:
    with pytest.raises(ConfigurationError, match=r"STORAGE_URL must be a folder or s3://bucket/prefix"):
        _create_app("sqlite://", tmp_path, STORAGE_URL=url)
