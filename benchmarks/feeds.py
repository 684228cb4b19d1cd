"""Calendars against plain views of an empty Flask application in the same server processes, two of them.

Run alone with ``python -m benchmarks.feeds [EVENTS]``. The aims: a 304 as fast as an empty view on SQLite and 0.7 of
it on PostgreSQL, a whole unchanged calendar of 1,000 events 0.7 of a view that returns as many bytes from memory, the
first answer after a change at most 50 ms later than a kept one, and a change that costs the same whoever subscribes.
Of the two ratios that of the CPU time of the server's processes says more on a busy machine.
"""

from __future__ import annotations

import http.client
import statistics
import sys
import tempfile
import time
import uuid
from datetime import timedelta
from pathlib import Path

from flask import Flask
from sqlalchemy import insert, select, text

from benchmarks.load import measure
from benchmarks.servers import cpu_seconds, create_database, postgresql, serving
from iurc_events import create_app
from iurc_events.calendars.rendering import calendar_uid
from iurc_events.database import db, upgrade_database, utc_now
from iurc_events.domain.time_slots import Precision, TimeSlot
from iurc_events.models.accounts import User
from iurc_events.models.calendar_feeds import CalendarSubscription, FollowedEvent
from iurc_events.models.events import Event
from iurc_events.models.programmes import Programme
from iurc_events.services import event_changes, personal_feeds

FEED = "/calendar/programmes/bench.ics"
SUBSCRIBERS = 50_000
_CHANGES = 9


def _fill(number: int) -> str:
    """Make a programme of published events, and somebody who follows fifty; return the token of the own calendar."""
    programme = Programme(slug="bench", name={"en": "Made-up programme", "zh": "测试项目"})
    db.session.add(programme)
    db.session.flush()
    programme_id, long_ago = programme.id, utc_now() - timedelta(hours=1)
    for n in range(number):
        slug = f"2099-made-up-{n}"
        event = Event(
            slug=slug,
            calendar_uid=uuid.UUID(calendar_uid(slug)),
            programme_id=programme_id,
            title={"en": f"Made-up seminar {n} on green roofs", "zh": f"第{n}次绿色屋顶测试研讨会"},
            summary={"en": f"What cities learnt of roof {n}. " * 6, "zh": f"城市从第{n}个屋顶学到的经验。" * 8},
            kind="thematic-seminar",
            format="online",
            state="published",
            first_published_at=long_ago,
        )
        day = f"2099-04-{1 + n % 28:02}"
        event.slot = TimeSlot("Europe/Brussels", Precision.MINUTE, f"{day}T09:00", f"{day}T11:00")
        db.session.add(event)
        db.session.flush()
        event_changes.record_change(event, "made for a measurement", actor_id=None, now=long_ago, keep_snapshot=False)
        if n % 50 == 49:
            db.session.commit()
            db.session.expunge_all()
    user = User(email="reader@example.org", name="Made-up Reader")
    db.session.add(user)
    db.session.commit()
    for key in list(db.session.scalars(select(Event.id).order_by(Event.id).limit(50))):
        personal_feeds.follow(user, key)
    token = personal_feeds.subscribe(user.id, "phone")[1]
    db.session.execute(text("ANALYZE"))
    db.session.commit()
    return token


def _subscribe_many(number: int) -> None:
    """Give so many people an own calendar that holds the first event."""
    first = db.session.scalars(select(Event.id).order_by(Event.id).limit(1)).one()
    keys = range(1_000_000, 1_000_000 + number)
    for start in range(0, number, 5000):
        some = keys[start : start + 5000]
        db.session.execute(
            insert(User), [{"id": key, "public_id": uuid.uuid4(), "email": f"r{key}@example.org"} for key in some]
        )
        db.session.execute(
            insert(CalendarSubscription),
            [
                {"user_id": key, "name": "phone", "token_hash": f"{key:032}".encode(), "last_four": "abcd"}
                for key in some
            ],
        )
        db.session.execute(insert(FollowedEvent), [{"user_id": key, "event_id": first} for key in some])
    db.session.execute(text("ANALYZE"))
    db.session.commit()


def _change(word: str) -> float:
    """Rename the first event; return the CPU time of this process in milliseconds."""
    started = time.process_time()
    event = db.session.scalars(select(Event).order_by(Event.id).limit(1)).one()
    event.title = {"en": f"Renamed {word}", "zh": f"更名{word}"}
    event_changes.record_change(event, "renamed for a measurement", actor_id=None)
    db.session.commit()
    return (time.process_time() - started) * 1000


def _get(port: int, path: str, headers: dict[str, str] | None = None) -> tuple[float, str, bytes]:
    """Ask once on a connection of its own; return milliseconds, entity tag and body."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    started = time.perf_counter()
    connection.request("GET", path, headers=headers or {})
    answer = connection.getresponse()
    body = answer.read()
    took = (time.perf_counter() - started) * 1000
    connection.close()
    return took, answer.headers.get("ETag", ""), body


def _compare(name: str, port: int, server: int, path: str, reference: str, headers: dict[str, str]) -> None:
    """Print the rate and the CPU time of an answer against those of a reference, before and after."""

    def cost(asked: str, sent: dict[str, str], seconds: float) -> tuple[float, float, dict[int, int]]:
        clock = cpu_seconds(server)
        measured = measure(port, asked, seconds=seconds, connections=8, headers=sent)
        return measured.rate, (cpu_seconds(server) - clock) / sum(measured.statuses.values()), measured.statuses

    cost(path, headers, 0.5)  # every process works it out once
    before, (rate, cpu, statuses), after = cost(reference, {}, 1.5), cost(path, headers, 3), cost(reference, {}, 1.5)
    empty_rate, empty_cpu = (before[0] + after[0]) / 2, (before[1] + after[1]) / 2
    print(
        f"    {name:<34} {rate / empty_rate:5.2f}; of the CPU {empty_cpu / cpu if cpu else 0:5.2f}  ({rate:5.0f}/s of "
        f"{empty_rate:.0f}/s; {cpu * 1e6:.0f} µs of {empty_cpu * 1e6:.0f} µs; {', '.join(map(str, statuses))})"
    )


def _measure_first_answers(app: Flask, port: int, server: int) -> None:
    """Print how much later than a kept answer the first one after a change is, and what it costs the server."""
    for name, headers in (("plain", {}), ("gzip", {"Accept-Encoding": "gzip"})):
        later, cpu = [], 0.0
        for number in range(_CHANGES):
            with app.app_context():
                _change(f"{name} {number}")
            clock = cpu_seconds(server)
            first = _get(port, FEED, headers)[0]
            cpu += cpu_seconds(server) - clock
            kept = min(_get(port, FEED, headers)[0] for _ in range(8))
            later.append(first - kept)
        print(
            f"    first answer after a change, {name:<5} {statistics.median(later):5.1f} ms later than a kept one "
            f"({min(later):.1f} to {max(later):.1f}; {cpu / _CHANGES * 1000:.0f} ms of CPU)"
        )


def _measure(name: str, database_url: str, events: int) -> None:
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        app = create_app({"DATABASE_URL": database_url, "INSTANCE_PATH": made})
        upgrade_database(app)
        with app.app_context():
            token = _fill(events)
        mine = f"/calendar/my/{token}.ics"
        (folder / "body").write_bytes(app.test_client().get(FEED).data)
        print(f"  {name}, {events} events, {(folder / 'body').stat().st_size:,} bytes")
        command = ["benchmarks.feed_server", "PORT"]
        with serving(command, database_url, folder, REFERENCE_BYTES=str(folder / "body")) as (port, server):
            tags = {path: _get(port, path)[1] for path in (FEED, mine)}
            for words, path in (("304 of a public calendar", FEED), ("304 of a personal calendar", mine)):
                _compare(words, port, server, path, "/reference/empty", {"If-None-Match": tags[path]})
            _compare("whole calendar, as many bytes", port, server, FEED, "/reference/bytes", {})
            _measure_first_answers(app, port, server)
        with app.app_context():
            few = statistics.median(_change(f"few {number}") for number in range(_CHANGES))
            _subscribe_many(SUBSCRIBERS)
            many = statistics.median(_change(f"many {number}") for number in range(_CHANGES))
            db.session.remove()
            db.engine.dispose()
        print(f"    one change: {few:.0f} ms of CPU with one subscriber, {many:.0f} ms with {SUBSCRIBERS:,}")


def main(events: int = 1000) -> None:
    """Measure both databases."""
    print("\ncalendars, against views of an empty Flask application")
    with tempfile.TemporaryDirectory() as folder:
        _measure("SQLite", f"sqlite:///{folder}/feeds.sqlite3", events)
    with postgresql() as server:
        _measure("PostgreSQL", create_database(server, "feeds"), events)


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:2]))
