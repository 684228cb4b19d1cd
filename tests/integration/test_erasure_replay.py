"""A restored backup erases again whom the ledger names, and nobody else."""

from __future__ import annotations

import shutil
from pathlib import Path

from click.testing import CliRunner
from flask import Flask
from sqlalchemy import select

from iurc_events.cli import main
from iurc_events.config import settings
from iurc_events.database import db
from iurc_events.models.participants import Participant
from iurc_events.models.privacy import Erasure
from iurc_events.models.speakers import Person, Speaker
from iurc_events.services.backups import back_up
from iurc_events.services.data_subjects import find
from iurc_events.services.erasure import erase
from iurc_events.services.erasure_ledger import ledger_path, read_ledger
from iurc_events.services.erasure_replay import replay
from tests.factories import make_event, make_speaker


def _name_of_all() -> list[dict[str, str]]:
    db.session.expire_all()
    return list(db.session.scalars(select(Person.name).order_by(Person.id)))


def test_restore_erases_again_whom_the_ledger_of_the_place_names(sqlite_app: Flask, tmp_path: Path) -> None:
    event = make_event()
    ana, ben = make_speaker(event, "Ana Muster", email="ana@example.org"), make_speaker(event, "Ben Muster")
    ben_id = ben.person_id
    backup = tmp_path / "backup.zip"
    db.session.rollback()
    back_up(backup)
    erase(find(person_ids=[ana.person_id]), reason="organiser", actor_id=None)
    database = Path(db.engine.url.database or "")
    db.session.remove()
    db.engine.dispose()
    for path in (database, Path(f"{database}-wal"), Path(f"{database}-shm")):
        path.unlink(missing_ok=True)
    shutil.rmtree(settings().storage_url, ignore_errors=True)
    result = CliRunner().invoke(main, ["restore", str(backup)])
    assert result.exit_code == 0, result.output
    assert _name_of_all() == [{}, {"en": "Ben Muster"}]
    assert b"Ana Muster" not in database.read_bytes()
    assert db.session.get_one(Person, ben_id).erased_at is None


def test_ledger_holds_ids_and_hashes_alone_and_a_replay_twice_changes_nothing(app: Flask) -> None:
    speaker = make_speaker(make_event(), "Ana Muster", email="ana@example.org")
    erase(find(person_ids=[speaker.person_id]), reason="organiser", actor_id=None)
    lines = ledger_path().read_bytes()
    assert (b"Ana" in lines, b"ana@" in lines, len(read_ledger())) == (False, False, 3)
    before = db.session.scalars(select(Erasure.object_id).order_by(Erasure.id)).all()
    db.session.rollback()
    assert replay(read_ledger()) == 0
    assert db.session.scalars(select(Erasure.object_id).order_by(Erasure.id)).all() == before
    assert ledger_path().read_bytes() == lines


def test_replay_finds_copies_under_other_ids_by_address_and_spares_who_came_anew(app: Flask) -> None:
    first = make_speaker(make_event(), "Ana Muster", email="ana@example.org")
    erase(find(person_ids=[first.person_id]), reason="organiser", actor_id=None)
    moment = db.session.scalars(select(Erasure.erased_at)).first()
    assert moment
    old = make_speaker(make_event(), "Ana Muster", email="ana@example.org", created_at=moment.replace(year=2020))
    new = make_speaker(make_event(), "Ana Neu", email="anew@example.org")
    keys = (old.id, new.id)
    db.session.rollback()
    assert replay(read_ledger()) == 1
    db.session.expire_all()
    assert [db.session.get_one(Speaker, key).name for key in keys] == [{}, {"en": "Ana Neu"}]
    assert db.session.scalars(select(Participant.id)).all() == []


def test_erasing_one_of_two_people_with_the_same_address_leaves_the_other(app: Flask) -> None:
    event = make_event()
    office = "office@example.org"
    ana, ben = make_speaker(event, "Ana Muster", email=office), make_speaker(event, "Ben Muster", email=office)
    keys = (ana.id, ben.id)
    erase(find(person_ids=[ana.person_id]), reason="organiser", actor_id=None)
    db.session.expire_all()
    rows = [db.session.get_one(Speaker, key) for key in keys]
    assert [(row.name, row.email) for row in rows] == [({}, None), ({"en": "Ben Muster"}, office)]
