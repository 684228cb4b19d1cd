"""Stored registrations a second against the empty view, SQLite (synchronous FULL) and PostgreSQL: 0.10 is the aim.

Run alone with ``python -m benchmarks.registrations``. Each connection keeps one form open and sends it with a new mail
address each time: checked, stored with its letter, committed to the disk. What was answered is recounted in SQL.
On a busy machine the ratio of the CPU time of the server's processes says more than that of the rates.
"""

from __future__ import annotations

import http.client
import itertools
import re
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode

from sqlalchemy import func, select

from benchmarks.load import measure
from benchmarks.servers import cpu_seconds, create_database, postgresql, serving
from iurc_events import create_app
from iurc_events.calendars.rendering import calendar_uid
from iurc_events.database import db, upgrade_database, utc_now
from iurc_events.domain.time_slots import Precision, TimeSlot
from iurc_events.models.cities import City, CityProgramme
from iurc_events.models.events import Event
from iurc_events.models.participants import Participant
from iurc_events.models.programmes import Programme
from iurc_events.services import event_changes

EMPTY = "/healthz"
SLUG = "2099-rush"
CONNECTIONS = 8
SECONDS = 5.0


def prepare(database_url: str, folder: Path, capacity: int | None) -> None:
    """Create a database with a programme, forty cities and an event that is open for registration."""
    app = create_app({"DATABASE_URL": database_url, "INSTANCE_PATH": str(folder)})
    upgrade_database(app)
    with app.app_context():
        programme = Programme(slug="rush", name={"en": "Rush", "zh": "报名"})
        cities = [
            City(
                slug=f"city-{number}",
                name={"en": f"City {number}", "zh": f"城市{number}"},
                country="BE",
                kind="city",
                side="EU",
                lat=50.0,
                lon=4.0,
                time_zone="Europe/Brussels",
            )
            for number in range(40)
        ]
        db.session.add_all([programme, *cities])
        db.session.flush()
        db.session.add_all(CityProgramme(city_id=city.id, programme_id=programme.id) for city in cities)
        event = Event(
            slug=SLUG,
            calendar_uid=uuid.UUID(calendar_uid(SLUG)),
            programme_id=programme.id,
            title={"en": "Made-up rush", "zh": "虚构的报名高峰"},
            kind="thematic-seminar",
            format="online",
            state="published",
            first_published_at=utc_now(),
            is_registration_open=True,
            capacity=capacity,
        )
        event.slot = TimeSlot("Europe/Brussels", Precision.MINUTE, "2099-04-29T09:00", "2099-04-29T11:00")
        db.session.add(event)
        db.session.flush()
        event_changes.record_change(event, "made for a measurement", actor_id=None)
        db.session.commit()
        db.session.remove()
        db.engine.dispose()


def _recount(database_url: str, folder: Path) -> tuple[int, int, int]:
    """Return how many are stored and seated, and what the counter of seats says."""
    app = create_app({"DATABASE_URL": database_url, "INSTANCE_PATH": str(folder)})
    with app.app_context():
        stored = db.session.scalar(select(func.count(Participant.id))) or 0
        seated = db.session.scalar(select(func.count(Participant.id)).where(Participant.state == "registered")) or 0
        counted = db.session.scalars(select(Event.seats_taken)).one()
        db.session.remove()
        db.engine.dispose()
    return stored, seated, counted


def _sign_up(port: int, server: int, numbers: Iterator[int], seconds: float) -> tuple[float, float, dict[int, int]]:
    """Send registrations as often as they are stored; return how many a second, the CPU time, how many of each status.

    Args:
        server: Number of the server's first process.
        numbers: Make the addresses differ.
    """
    statuses, lock = dict[int, int](), threading.Lock()
    path = f"/en/events/{SLUG}/sign-up"
    all_ready = threading.Barrier(CONNECTIONS + 1)
    ends_at = float("inf")

    def send() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection.request("GET", path)
        answer = connection.getresponse()
        page = answer.read().decode()
        cookies = SimpleCookie(answer.headers["Set-Cookie"])
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
        assert token
        headers = {
            "Cookie": "; ".join(f"{name}={morsel.value}" for name, morsel in cookies.items()),
            "Content-Type": "application/x-www-form-urlencoded",
        }
        form = {
            "csrf_token": token[1], "name": "Testina Muster", "organisation": "Test Office", "city": "3",
            "stakeholder_type": "government", "mode": "online", "consent": "y",
        }  # fmt: skip
        all_ready.wait()
        while time.perf_counter() < ends_at:
            values = {**form, "email": f"test{next(numbers)}@example.org", "attempt": uuid.uuid4().hex}
            connection.request("POST", path, body=urlencode(values), headers=headers)
            answer = connection.getresponse()
            answer.read()
            with lock:
                statuses[answer.status] = statuses.get(answer.status, 0) + 1
        connection.close()

    threads = [threading.Thread(target=send) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    started = time.perf_counter()
    ends_at = started + 60  # until all have their form
    all_ready.wait()
    clock, started = cpu_seconds(server), time.perf_counter()
    ends_at = started + seconds
    for thread in threads:
        thread.join()
    took = time.perf_counter() - started
    return statuses.get(303, 0) / took, cpu_seconds(server) - clock, statuses


def _measure(name: str, database_url: str, capacity: int | None) -> None:
    with tempfile.TemporaryDirectory() as folder:
        prepare(database_url, Path(folder), capacity)
        command = ["iurc_events", "serve", "--quiet", "--port", "PORT", "--workers", "2"]
        with serving(command, database_url, Path(folder)) as (port, server):
            measure(port, EMPTY, seconds=0.5)
            numbers = itertools.count()
            warm = _sign_up(port, server, numbers, 1.0)[2]  # templates, letter and statements are made once
            clock = [cpu_seconds(server)]
            before = measure(port, EMPTY, seconds=2, connections=CONNECTIONS)
            clock.append(cpu_seconds(server))
            rate, cpu, statuses = _sign_up(port, server, numbers, SECONDS)
            clock.append(cpu_seconds(server))
            after = measure(port, EMPTY, seconds=2, connections=CONNECTIONS)
            clock.append(cpu_seconds(server))
        stored, seated, counted = _recount(database_url, Path(folder))
    empty = (before.rate + after.rate) / 2
    empty_cost = (clock[1] - clock[0] + clock[3] - clock[2]) / sum(
        [*before.statuses.values(), *after.statuses.values()]
    )
    cost = cpu / statuses[303]
    assert stored == statuses[303] + warm.get(303, 0), "answers differ from what is stored"
    assert seated == counted == min(stored, capacity or stored), "the counter of seats is wrong"
    seats = f"{capacity} seats" if capacity else "no limit"
    answers = ", ".join(f"{number} × {status}" for status, number in sorted(statuses.items()))
    print(
        f"  {name:<12} {seats:<10} {rate / empty:6.3f}  ({rate:5.0f}/s of {empty:.0f}/s; {answers}); of the CPU "
        f"{empty_cost / cost if cost else 0:.3f} ({empty_cost * 1000:.2f} ms and {cost * 1000:.2f} ms)"
    )


def main() -> None:
    """Measure both databases."""
    print("\nregistrations stored, against the empty view")
    for capacity in (None, 500):
        with tempfile.TemporaryDirectory() as folder:
            _measure("SQLite", f"sqlite:///{folder}/rush.sqlite3", capacity)
    with postgresql() as server:
        for number, capacity in enumerate((None, 500)):
            _measure("PostgreSQL", create_database(server, f"rush_{number}"), capacity)


if __name__ == "__main__":
    main()
