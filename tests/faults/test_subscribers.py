"""Fifty thousand subscribers poll their own calendars while registration for an event opens."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import insert, select

from iurc_events.database import db
from iurc_events.domain.secrets import hash_token, new_token
from iurc_events.models.accounts import User
from iurc_events.models.calendar_feeds import CalendarSubscription, FollowedEvent
from tests import factories
from tests.faults.rush import crowd, serving, standing

SLUG = "2099-rush"
CONNECTIONS = 32


def make_subscribers(number: int, event_ids: list[int]) -> list[str]:
    """Make users with a personal calendar each, following one event; return the addresses."""
    tokens = [new_token() for _ in range(number)]
    db.session.execute(
        insert(User), [{"email": f"subscriber{n}@example.org", "name": f"Test Subscriber {n}"} for n in range(number)]
    )
    keys = db.session.scalars(select(User.id).where(User.email.like("subscriber%")).order_by(User.id)).all()
    db.session.execute(
        insert(CalendarSubscription),
        [
            {"user_id": key, "name": "phone", "token_hash": hash_token(token), "last_four": token[-4:]}
            for key, token in zip(keys, tokens, strict=True)
        ],
    )
    db.session.execute(
        insert(FollowedEvent),
        [{"user_id": key, "event_id": event_ids[n % len(event_ids)]} for n, key in enumerate(keys)],
    )
    db.session.commit()
    return [f"/calendar/my/{token}.ics" for token in tokens]


class Polling:
    """A process of pollers."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def begin(self, *, seconds: float = 600.0, rate: float = 0.0, number: int = 0) -> None:
        assert self._process.stdin
        wanted = {"seconds": seconds, "rate": rate, "number": number, "connections": CONNECTIONS}
        self._process.stdin.write(json.dumps(wanted) + "\n")
        self._process.stdin.flush()

    def result(self) -> dict[str, Any]:
        assert self._process.stdout
        line = self._process.stdout.readline()
        assert line, "the pollers ended"
        found: dict[str, Any] = json.loads(line)
        return found

    def run(self, **wanted: Any) -> dict[str, Any]:
        self.begin(**wanted)
        return self.result()


@contextmanager
def polling(port: int, paths: list[str], folder: Path) -> Iterator[Polling]:
    """Start a process of pollers."""
    addresses = folder / "addresses.txt"
    addresses.write_text("\n".join(paths))
    command = [sys.executable, str(Path(__file__).with_name("pollers.py")), str(port), str(addresses)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Polling(process)
        assert process.stdin
        process.stdin.close()
        process.wait(timeout=30)


def late(found: dict[str, Any], share: float) -> float:
    """Return how late the answers were that so many were not later than."""
    lateness: list[float] = found["lateness"]
    return lateness[int(len(lateness) * share)]


def meet(app: Flask, database_url: str, folder: Path, *, subscribers: int, seconds: float, people: int) -> None:
    """Poll at 60 % of what the site answers, alone and beside a rush; check answers, lateness and seats."""
    programme = factories.make_programme("iurc-test")
    events = [factories.make_event(f"2099-event-{n}", programme).id for n in range(70)]
    rush = factories.make_event(SLUG, programme, is_registration_open=True, capacity=people // 4)
    rush_id = rush.id
    paths = make_subscribers(subscribers, events)
    db.session.remove()
    with serving(database_url, folder, workers=2) as port, polling(port, paths, folder) as pollers:
        first = pollers.run(number=subscribers, seconds=3600.0)
        capacity = pollers.run(seconds=seconds / 2)["rate"]
        alone = pollers.run(seconds=seconds, rate=capacity * 0.6)
        with crowd(port, processes=1) as visitors:
            visits = [{"slug": SLUG, "email": f"rush{n}@example.org"} for n in range(people)]
            pollers.begin(seconds=seconds, rate=capacity * 0.6)
            told = visitors.send(visits)
            beside = pollers.result()

    print(
        f"\n{capacity:.0f} polls/s; late at 60 %: alone {late(alone, 0.99) * 1000:.1f} ms (99 of 100), beside the rush "
        f"{late(beside, 0.99) * 1000:.1f} ms; {len(beside['lateness'])} polls, {len(told)} registrations"
    )
    assert first["statuses"] == {"200": subscribers}
    assert set(alone["statuses"]) | set(beside["statuses"]) == {"304"}
    assert {answer["status"] for answer in told} == {303}
    found = standing(rush_id)
    assert (found["counted"], found["seated"], found["waiting"]) == (people // 4, people // 4, people - people // 4)
    assert late(beside, 0.99) <= 5 * late(alone, 0.99)


@pytest.mark.long
def test_polls_of_fifty_thousand_subscribers_stay_quick_beside_a_rush(
    app: Flask, database_url: str, tmp_path: Path
) -> None:
    meet(app, database_url, tmp_path / "instance", subscribers=50_000, seconds=30, people=400)
