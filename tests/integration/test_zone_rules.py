"""An update of the zone rules, seen by a real worker: wall times stay, instants and SEQUENCE follow (fault-8)."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import icalendar
from flask import Flask
from flask.testing import FlaskClient

from iurc_events.database import db
from iurc_events.models.agendas import EventSession
from iurc_events.models.calendar_feeds import CalendarEntry, FeedVersion
from iurc_events.models.events import Event
from iurc_events.services import event_changes, zone_rules
from tests.factories import make_event, make_programme, make_session, make_slot
from tests.zone_rules import write_package


def run_worker(database_url: str, folder: Path, packages: Path | None = None) -> None:
    """Let a worker of its own process do once what is due."""
    environment = {**os.environ, "DATABASE_URL": database_url, "INSTANCE_PATH": str(folder)}
    if packages:
        environment["PYTHONPATH"] = str(packages)
    done = subprocess.run(
        [sys.executable, "-m", "iurc_events", "worker", "--once"],
        env=environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def standing(slug: str) -> tuple[object, ...]:
    db.session.rollback()  # on SQLite a read goes on seeing what was there when it began
    event = db.session.query(Event).filter_by(slug=slug).one()
    version = db.session.get(FeedVersion, f"events/{slug}")
    return event.starts_wall, event.starts_at, event.sequence, version.version if version else None


def test_instants_follow_new_rules_and_wall_times_stay(
    app: Flask, client: FlaskClient, database_url: str, tmp_path: Path
) -> None:
    programme = make_programme("iurc-test")
    slot = make_slot("2027-07-06T09:00", "2027-07-06T11:00")
    event = make_event("2027-brussels", programme, slot=slot)
    session = make_session(event, slot=slot)
    make_event("2027-beijing", programme, slot=make_slot("2027-07-06T09:00", "2027-07-06T11:00", "Asia/Shanghai"))
    event_changes.record_change(event, "a session for a test", actor_id=None)
    db.session.commit()
    zone_rules.follow_update()
    before = {slug: standing(slug) for slug in ("2027-brussels", "2027-beijing")}
    feed = client.get("/calendar/programmes/iurc-test.ics")

    packages = write_package(tmp_path / "packages", Europe__Brussels="Europe/Moscow")
    for _ in range(2):
        run_worker(database_url, tmp_path / "instance", packages)

    wall, starts_at, sequence, version = before["2027-brussels"]
    assert standing("2027-brussels") == (wall, starts_at - timedelta(hours=1), sequence + 1, version + 2)  # type: ignore[operator]
    wall, starts_at, sequence, version = before["2027-beijing"]
    # its text names the hour in Brussels, which is another now
    assert standing("2027-beijing") == (wall, starts_at, sequence + 1, version + 2)  # type: ignore[operator]
    sessions = client.get("/calendar/sessions/2027-brussels.ics").data
    assert [int(e["SEQUENCE"]) for e in icalendar.Calendar.from_ical(sessions).walk("VEVENT")] == [1]
    assert db.session.get_one(EventSession, session.id).starts_at == event.starts_at
    again = client.get("/calendar/programmes/iurc-test.ics", headers={"If-None-Match": feed.headers["ETag"]})
    assert again.status_code == 200
    shown = sorted(int(e["SEQUENCE"]) for e in icalendar.Calendar.from_ical(again.data).walk("VEVENT"))
    assert shown == sorted(standing[2] + 1 for standing in before.values())  # type: ignore[operator]


def test_old_texts_are_written_anew_without_a_new_sequence(app: Flask) -> None:
    event = make_event("2027-green-roofs")
    db.session.query(CalendarEntry).update({"format_version": 0, "body": b"BEGIN:VEVENT\r\nEND:VEVENT\r\n"})
    db.session.commit()

    assert (zone_rules.follow_update(), zone_rules.follow_update()) == (1, 0)

    db.session.rollback()  # on SQLite a read goes on seeing what was there when it began
    rows = db.session.query(CalendarEntry).all()
    assert [(event.sequence, b"UID:" in row.body) for row in rows] == [(0, True)] * len(rows)
