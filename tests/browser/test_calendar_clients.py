"""Real calendar programs subscribed to a running server follow twelve changes: vdirsyncer, khal and ical.js.

vdirsyncer copies the feed into a folder, one file an event, as a phone's or desktop's sync does; khal reads that folder
with its own parser and database; ical.js reads the feed in Chromium.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import select

from iurc_events.database import db
from iurc_events.models.accounts import User
from iurc_events.models.events import Event
from iurc_events.models.programmes import Programme
from iurc_events.services import event_life, events
from iurc_events.services.event_details import EventDetails, details_of
from tests.conftest import LiveServer, serve_demo
from tests.factories import make_slot

ICAL_JS = Path(__file__).parent.parent / "vendor" / "ical.js" / "ical.es5.min.cjs"
FEED = "/calendar/programmes/iurc-china.ics"
#: Far enough to be to come, near enough for khal, which knows no summer time after 2037.
YEAR = date.today().year + 2  # noqa: DTZ011  (any day of the year will do)
CHINA = "Asia/Shanghai"
READ = """(text) => {
  const calendar = new ICAL.Component(ICAL.parse(text));
  for (const zone of calendar.getAllSubcomponents("vtimezone")) ICAL.TimezoneService.register(zone);
  return calendar.getAllSubcomponents("vevent").map((component) => {
    const event = new ICAL.Event(component);
    return [event.uid, event.sequence, component.getFirstPropertyValue("status"), event.summary,
            event.startDate.toUnixTime()];
  });
}"""


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[LiveServer]:
    with serve_demo(database_url, tmp_path / "instance") as server:
        yield server


# --- Programs ---------------------------------------------------------------------------------------------------------


class Syncing:
    """vdirsyncer and khal with a configuration and folders of their own."""

    def __init__(self, folder: Path, feed: str) -> None:
        self.calendar = folder / "calendar"
        self.calendar.mkdir(parents=True)
        self._sync = folder / "vdirsyncer.conf"
        self._sync.write_text(
            f"""[general]
status_path = "{folder}/status/"
[pair events]
a = "feed"
b = "folder"
collections = null
conflict_resolution = "a wins"
[storage feed]
type = "http"
url = "{feed}"
[storage folder]
type = "filesystem"
path = "{self.calendar}"
fileext = ".ics"
"""
        )
        self._list = folder / "khal.conf"
        self._list.write_text(
            f"""[calendars]
[[events]]
path = {self.calendar}
readonly = True
[locale]
local_timezone = Europe/Brussels
default_timezone = Europe/Brussels
timeformat = %H:%M
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%d %H:%M
longdatetimeformat = %Y-%m-%d %H:%M
[sqlite]
path = {folder}/khal.db
"""
        )
        self._environment = {**os.environ, "HOME": str(folder), "XDG_DATA_HOME": str(folder), "PYTHONWARNINGS": ""}
        self._run("vdirsyncer", "-c", str(self._sync), "discover")

    def _run(self, program: str, *arguments: str) -> str:
        done = subprocess.run(
            [str(Path(sys.executable).parent / program), *arguments],
            env=self._environment, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    def sync(self) -> None:
        """Fetch the feed."""
        self._run("vdirsyncer", "-c", str(self._sync), "sync", "--force-delete")

    def entries(self) -> list[tuple[int, str, str]]:
        """Return what lies in the folder; vdirsyncer names entries of a web feed by their content, not by their UID."""
        read = [icalendar.Calendar.from_ical(path.read_bytes()) for path in self.calendar.glob("*.ics")]
        entries = [entry for calendar in read for entry in calendar.walk("VEVENT")]
        return [(int(entry["SEQUENCE"]), str(entry["STATUS"]), str(entry["SUMMARY"])) for entry in entries]

    def listed(self, day: str) -> list[str]:
        """Return what khal shows of a day: title, first minute and state of each entry."""
        form = "{title}|{start-date} {start-time}|{status}"
        lines = self._run("khal", "-c", str(self._list), "list", "--format", form, "--day-format", "", day, "1d")
        return [line.strip() for line in lines.splitlines() if "|" in line]


class Reading:
    """ical.js in a browser page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        page.goto("about:blank")
        script = ICAL_JS.read_text("utf-8")
        page.evaluate(
            f"() => {{ const module = {{exports: {{}}}}; const exports = module.exports; {script}; "
            "window.ICAL = module.exports.default || module.exports; }"
        )

    def read(self, feed: str) -> dict[str, tuple[int, str, str, int]]:
        """Return what the feed says now, by UID."""
        rows = self.page.evaluate(READ, self.page.request.get(feed).body().decode())
        return {uid: (sequence, status, title, starts) for uid, sequence, status, title, starts in rows}


# --- The changes ------------------------------------------------------------------------------------------------------


def changes(actor: User, key: int) -> list[tuple[str, Callable[[], object]]]:
    """Return twelve things that happen to an event."""

    def change(**values: Any) -> Callable[[], object]:
        def run() -> None:
            event = db.session.get_one(Event, key)
            events.change_details(actor=actor, event_id=key, details=replace(details_of(event), **values))

        return run

    def life(step: str, **values: Any) -> Callable[[], object]:
        return lambda: getattr(event_life, step)(actor=actor, event_id=key, **values)

    return [
        ("published", life("publish")),
        ("retitled", change(title={"en": "Rain gardens", "zh": "雨水花园"})),
        ("moved by an hour", life("move", slot=make_slot(f"{YEAR}-03-03T10:00", f"{YEAR}-03-03T12:00"))),
        ("given a room", change(format="hybrid", venue_name={"en": "Room 2", "zh": "二号厅"})),
        ("moved over the change of clocks", life("move", slot=make_slot(f"{YEAR}-04-01T10:00", f"{YEAR}-04-01T12:00"))),
        ("postponed", life("postpone", reason={"en": "Floods", "zh": "洪水"})),
        (
            "given a new date",
            life("move", slot=make_slot(f"{YEAR}-05-04T15:00", f"{YEAR}-05-04T16:00", "Asia/Shanghai")),
        ),
        ("cancelled", life("cancel", reason={"en": "No room", "zh": "无场地"})),
        ("taking place after all", life("reopen")),
        ("withdrawn", life("withdraw")),
        ("published again", life("publish")),
        ("described", change(summary={"en": "All about rain.", "zh": "关于雨水。"})),
    ]


@contextmanager
def running(site: LiveServer) -> Iterator[tuple[User, int]]:
    """Schedule a draft on the site; yield the organiser and the event's key."""
    with site.app.app_context():
        programme = db.session.scalars(select(Programme).filter_by(slug="iurc-china")).one()
        organiser = db.session.scalars(select(User).filter_by(email="organiser@example.org")).one()
        event = events.schedule(
            actor=organiser,
            programme_id=programme.id,
            details=EventDetails(
                title={"en": "Rain", "zh": "雨"}, kind="workshop", format="online",
                slot=make_slot(f"{YEAR}-03-03T09:00", f"{YEAR}-03-03T11:00"),
            ),
        )  # fmt: skip
        yield organiser, event.id


@pytest.mark.browser
def test_three_programs_follow_twelve_changes(browser: Browser, site: LiveServer, tmp_path: Path) -> None:
    feed = site.url + FEED
    with running(site) as (organiser, key):
        syncing = Syncing(tmp_path / "clients", feed)
        context = browser.new_context()
        reading = Reading(context.new_page())
        sequences: list[int] = []
        followed = []
        for what, step in changes(organiser, key):
            step()
            event = db.session.get_one(Event, key)
            db.session.refresh(event)
            slot, uid = event.slot, str(event.calendar_uid)
            assert slot is not None
            assert event.starts_at is not None
            is_gone = event.unpublished_at is not None or event.state == "cancelled"
            is_late = event.state == "postponed"
            status = "CANCELLED" if is_gone else "TENTATIVE" if is_late else "CONFIRMED"
            title = {"CANCELLED": "Cancelled: ", "TENTATIVE": "Postponed: "}.get(status, "") + event.title["en"]
            expected = (event.sequence, status, title, int(event.starts_at.timestamp()))

            assert reading.read(feed)[uid] == expected, what
            syncing.sync()
            assert syncing.entries() == [expected[:3]], what
            begins = event.starts_at.astimezone(ZoneInfo("Europe/Brussels")).strftime("%Y-%m-%d %H:%M")
            assert syncing.listed(begins[:10]) == [f"{title}|{begins}|{status}"], what
            sequences.append(event.sequence)
            followed.append(what)
        context.close()

    assert (len(followed), sequences) == (12, sorted(set(sequences)))
