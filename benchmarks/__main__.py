"""Run with ``make bench``: pages, feeds, import and PDF on 5, 500 and 2,000 events; calendars; registrations;
lists of people.

Rates on a shared machine move by a factor of two within minutes; the ratio to an empty view, measured just before and
just after, does not. ``1.00`` is as fast as an empty view; a page of 0.05 costs as much as twenty of them.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from datetime import date, timedelta
from pathlib import Path

from benchmarks import feeds, lists, registrations
from benchmarks.load import measure
from benchmarks.programme import BIG_AGENDA, write_programme
from benchmarks.servers import serving

EMPTY = "/healthz"
PAGES = {
    "home": "/en/",
    "event list": "/en/events/",
    "event list, search": "/en/events/?q=屋顶",
    "event": "/en/events/{event}",
    "event, Chinese": "/zh/events/{event}",
    "city": "/en/cities/zhengzhou",
    "programme feed": "/calendar/programmes/iurc-china.ics?lang=both",
    "event feed": "/calendar/events/{event}.ics",
}


def _command(*arguments: str, environment: dict[str, str]) -> None:
    subprocess.run(
        [sys.executable, "-m", "iurc_events", *arguments], check=True, env=environment, stdout=subprocess.DEVNULL
    )


def _measure_site(events: int, folder: Path) -> None:
    database_url = f"sqlite:///{folder / 'bench.sqlite3'}"
    environment = {**os.environ, "INSTANCE_PATH": str(folder), "DATABASE_URL": database_url}
    _command("init-db", environment=environment)
    _command("seed-demo", environment=environment)
    event = "2022-04-29-industry-4-0-seminar"
    import_seconds = 0.0
    if events > 5:
        document = folder / "programme.json"
        write_programme(document, events, date.today() - timedelta(days=60))  # noqa: DTZ011  (a day, not an instant)
        started = time.perf_counter()
        _command("import", str(document), environment=environment)
        import_seconds = time.perf_counter() - started
        event = BIG_AGENDA
    command = ["iurc_events", "serve", "--quiet", "--port", "PORT", "--workers", "2"]
    started = time.perf_counter()
    with serving(command, database_url, folder, KEEP_PAGES=os.environ.get("KEEP_PAGES", "1")) as (port, _):
        urllib.request.urlopen(f"http://127.0.0.1:{port}{EMPTY}").close()
        print(f"\n{events} events; start to first answer {time.perf_counter() - started:.1f} s")
        if import_seconds:
            print(f"  import: {import_seconds:.1f} s, {events / import_seconds:.0f} events a second")
        for name, path in PAGES.items():
            address = path.format(event=event).replace("屋顶", "%E5%B1%8B%E9%A1%B6")
            _report(name if event != BIG_AGENDA or name != "event" else "event, 200 items", port, address)
        tag = _entity_tag(port, "/calendar/programmes/iurc-china.ics")
        _report("unchanged feed (304)", port, "/calendar/programmes/iurc-china.ics", {"If-None-Match": tag})
    started = time.perf_counter()
    _command("agenda", event, "--lang", "zh", "--out", str(folder / "agenda.pdf"), environment=environment)
    print(f"  agenda as PDF, by command: {time.perf_counter() - started:.1f} s")


def _entity_tag(port: int, path: str) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}") as answer:
        tag: str = answer.headers["ETag"]
        return tag


def _report(name: str, port: int, path: str, headers: dict[str, str] | None = None) -> None:
    before = measure(port, EMPTY, seconds=1)
    page = measure(port, path, headers=headers)
    after = measure(port, EMPTY, seconds=1)
    empty = (before.rate + after.rate) / 2
    statuses = ", ".join(f"{status}" for status in page.statuses)
    print(
        f"  {name:<24} {page.rate / empty:6.3f}  ({page.rate:7.0f}/s of {empty:.0f}/s; {page.size:,} bytes; {statuses})"
    )


def main() -> None:
    """Measure all sizes, or those named on the command line."""
    for events in [int(argument) for argument in sys.argv[1:]] or [5, 500, 2000]:
        with tempfile.TemporaryDirectory() as folder:
            _measure_site(events, Path(folder))
    feeds.main()
    registrations.main()
    lists.main()


if __name__ == "__main__":
    main()
