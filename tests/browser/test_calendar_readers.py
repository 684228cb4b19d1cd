"""Feeds as readers that are not Python understand them: ical.js, run in the browser of the tests, and libical."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from urllib.request import urlopen

import icalendar
import pytest
from playwright.sync_api import Page

from iurc_events.database import db
from iurc_events.models.calendar_feeds import CalendarEntry
from iurc_events.models.events import Event
from tests import libical
from tests.conftest import LiveServer

ICAL_JS = Path(__file__).parent.parent / "vendor" / "ical.js" / "ical.es5.min.cjs"
FEEDS = [
    "programmes/iurc-china.ics?lang=both&from=2020-01-01",
    "events/2022-04-29-industry-4-0-seminar.ics?lang=zh",
    "cities/zhengzhou.ics?from=2020-01-01",
    "pairs/lazio--zhengzhou.ics?lang=zh&from=2020-01-01",
    "themes/green-transition.ics?from=2020-01-01",
]
READ = """(text) => {
  const calendar = new ICAL.Component(ICAL.parse(text));
  for (const zone of calendar.getAllSubcomponents("vtimezone")) ICAL.TimezoneService.register(zone);
  return calendar.getAllSubcomponents("vevent").map((component) => {
    const event = new ICAL.Event(component);
    return [event.uid, event.startDate.isDate ? event.startDate.toString() : event.startDate.toUnixTime(),
            event.endDate.isDate ? event.endDate.toString() : event.endDate.toUnixTime(),
            event.summary, event.sequence];
  }).sort();
}"""


def _as_python_reads(data: bytes) -> list[list[object]]:
    def moment(value: object) -> object:
        return int(value.timestamp()) if isinstance(value, datetime) else str(value)

    return sorted(
        [str(e["UID"]), moment(e.decoded("DTSTART")), moment(e.decoded("DTEND")), str(e["SUMMARY"]), int(e["SEQUENCE"])]
        for e in icalendar.Calendar.from_ical(data).walk("VEVENT")
    )


@pytest.mark.browser
@pytest.mark.parametrize("feed", FEEDS)
def test_two_readers_agree_with_each_other_and_the_database(page: Page, live_server: LiveServer, feed: str) -> None:
    data = page.request.get(f"/calendar/{feed}").body()
    page.goto("about:blank")
    script = ICAL_JS.read_text("utf-8")
    page.evaluate(
        f"() => {{ const module = {{exports: {{}}}}; const exports = module.exports; {script}; "
        "window.ICAL = module.exports.default || module.exports; }"
    )

    by_javascript = page.evaluate(READ, data.decode())

    assert by_javascript == _as_python_reads(data)
    assert by_javascript
    with live_server.app.app_context():
        stored = {
            str(uid): (starts_at, ends_at)
            for uid, starts_at, ends_at in db.session.query(
                Event.calendar_uid, CalendarEntry.starts_at, CalendarEntry.ends_at
            ).join(CalendarEntry, CalendarEntry.event_id == Event.id)
        }
    for uid, starts, ends, *_ in by_javascript:
        if isinstance(starts, int):
            assert (datetime.fromtimestamp(starts, UTC), datetime.fromtimestamp(ends, UTC)) == stored[uid]


@pytest.mark.parametrize("feed", FEEDS)
def test_libical_reads_what_python_reads_and_finds_no_fault(live_server: LiveServer, feed: str) -> None:
    library = libical.find_library()
    if library is None:
        pytest.skip("libical is not installed: make test says how")
    with urlopen(f"{live_server.url}/calendar/{feed}") as answer:  # noqa: S310  (our own address)
        data = answer.read()

    faults, rows = libical.read(library, data)

    assert (faults, rows) == (0, _as_python_reads(data))
    assert rows
