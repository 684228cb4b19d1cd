"""One meeting by mail, as two libraries that are not ours read it: sent by a real worker, moved, cancelled (cal-39)."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import icalendar
import pytest
from flask import Flask
from playwright.sync_api import Page

from iurc_events.calendars.lint import lint
from iurc_events.config import settings
from iurc_events.database import db, in_transaction
from iurc_events.models.accounts import User
from iurc_events.models.events import Event
from iurc_events.services import event_life, participants
from iurc_events.services.participants import Registration
from tests.browser.test_calendar_readers import ICAL_JS
from tests.factories import make_event, make_programme, make_slot, make_user
from tests.faults.test_mail_faults import worker
from tests.mail_sink import Sink, running

READ = """(text) => {
  const calendar = new ICAL.Component(ICAL.parse(text));
  for (const zone of calendar.getAllSubcomponents("vtimezone")) ICAL.TimezoneService.register(zone);
  const [component] = calendar.getAllSubcomponents("vevent");
  const event = new ICAL.Event(component);
  return [calendar.getFirstPropertyValue("method"), event.uid, event.sequence, event.startDate.toUnixTime(),
          component.getFirstPropertyValue("status"), event.organizer, event.attendees[0].getFirstValue()];
}"""


def _as_python_reads(data: bytes) -> list[object]:
    calendar = icalendar.Calendar.from_ical(data)
    (entry,) = calendar.walk("VEVENT")
    return [
        str(calendar["METHOD"]), str(entry["UID"]), int(entry["SEQUENCE"]), int(entry.decoded("DTSTART").timestamp()),
        str(entry["STATUS"]), str(entry["ORGANIZER"]), str(entry["ATTENDEE"]),
    ]  # fmt: skip


class Follower:
    """A calendar that does what RFC 5546 §3.2 says with the mails that come in."""

    def __init__(self) -> None:
        self.entries: dict[str, tuple[int, int, str]] = {}

    def take(self, read: list[object]) -> None:
        """Take a mail over, unless it is older than what is there."""
        method, uid, sequence, starts, status = read[:5]
        assert isinstance(uid, str)
        assert isinstance(sequence, int)
        assert isinstance(starts, int)
        if uid in self.entries and self.entries[uid][0] > sequence:
            return
        self.entries[uid] = (sequence, starts, "cancelled" if method == "CANCEL" else str(status).lower())


def _until(is_there: Callable[[], bool]) -> None:
    give_up_at = time.monotonic() + 90
    while not is_there():
        assert time.monotonic() < give_up_at, "no mail came"
        time.sleep(0.2)


@in_transaction  # the worker writes at the same time
def _let_quiet_minutes_pass(event_id: int) -> None:
    event = db.session.get_one(Event, event_id)
    event.visible_revised_at -= timedelta(minutes=3)


@pytest.mark.browser
def test_chain_is_one_meeting_moved_and_then_cancelled(
    page: Page, app: Flask, database_url: str, tmp_path: Path
) -> None:
    programme = make_programme("iurc-china", name={"en": "IURC-China", "zh": "IURC 中国"})
    event_id = make_event(
        "2027-green-roofs", programme, is_registration_open=True, title={"en": "Green roofs", "zh": "绿色屋顶"}
    ).id
    actor_id = make_user("organiser", programme=programme).id
    sink = Sink()

    def calendars() -> list[bytes]:
        return [data for address, data in sink.calendars() if address == "anna@qq.example"]

    with running(sink) as port:
        app.extensions["settings"] = replace(settings(), smtp_url=f"smtp://127.0.0.1:{port}")
        person = Registration("安娜", "anna@qq.example", "Office", None, "government", "online", "zh")
        participants.sign_up(event_id, replace(person, wants_invitation=True))
        db.session.remove()
        values = {"SMTP_URL": f"smtp://127.0.0.1:{port}", "MAIL_FROM": "IURC Events <events@iurc.example>"}
        with worker(database_url, tmp_path / "worker", **values):
            _until(lambda: len(calendars()) == 1)
            slot = make_slot("2027-05-04T14:00", "2027-05-04T16:00", "Asia/Shanghai")
            event_life.move(actor=db.session.get_one(User, actor_id), event_id=event_id, slot=slot)
            _let_quiet_minutes_pass(event_id)
            _until(lambda: len(calendars()) == 2)
            event_life.cancel(actor=db.session.get_one(User, actor_id), event_id=event_id)
            _let_quiet_minutes_pass(event_id)
            _until(lambda: len(calendars()) == 3)

    page.goto("about:blank")
    script = ICAL_JS.read_text("utf-8")
    page.evaluate(
        f"() => {{ const module = {{exports: {{}}}}; const exports = module.exports; {script}; "
        "window.ICAL = module.exports.default || module.exports; }"
    )
    follower = Follower()
    states = []
    for data in calendars():
        assert lint(data, is_mail=True) == []
        by_python = _as_python_reads(data)
        assert page.evaluate(READ, data.decode()) == by_python
        assert by_python[5:] == ["mailto:events@iurc.example", "mailto:anna@qq.example"]
        follower.take(by_python)
        states.append(
            [(datetime.fromtimestamp(starts, UTC).isoformat(), state) for _, starts, state in follower.entries.values()]
        )
    assert states == [
        [("2027-04-29T07:00:00+00:00", "confirmed")],
        [("2027-05-04T06:00:00+00:00", "confirmed")],
        [("2027-05-04T06:00:00+00:00", "cancelled")],
    ]
    sequences = [_as_python_reads(data)[2] for data in calendars()]
    assert sequences == sorted(set(sequences))
