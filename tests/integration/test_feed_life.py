"""Sixty days in the life of calendars, followed by simulated clients that ask in different ways.

After every poll what a client shows must be what the database holds then, worked out here from the events themselves;
SEQUENCE never falls in any client, and a client that remembers a validator is told 304 exactly when nothing changed.
"""

from __future__ import annotations

import gzip
import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import icalendar
import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from iurc_events import create_app
from iurc_events.calendars.lint import lint
from iurc_events.calendars.rendering import render_entry
from iurc_events.database import db, utc_now
from iurc_events.models.accounts import User
from iurc_events.models.events import Event
from iurc_events.services import calendar_entries, event_life, events, personal_feeds, zone_rules
from iurc_events.services.event_details import EventDetails, details_of
from tests.factories import make_city, make_pair, make_programme, make_slot, make_theme, make_user
from tests.zone_rules import using_package, write_package

BEGIN = datetime(2027, 3, 1, 8, 0, tzinfo=UTC)
DAYS = 60
BASE_URL = "https://events.example.org"
#: UID, then SEQUENCE, STATUS, first and last instant or day, and the title as shown.
Entries = dict[str, tuple[int, str, object, object, str]]


# --- Clients ----------------------------------------------------------------------------------------------------------


@dataclass
class Client:
    """A calendar program with a habit of its own."""

    name: str
    path: str
    headers: Callable[[Client], dict[str, str]]
    is_first_cut: bool = False
    tag: str = ""
    modified: str = ""
    entries: Entries = field(default_factory=dict)
    statuses: Counter[int] = field(default_factory=Counter)

    def poll(self, http: FlaskClient) -> None:
        """Ask as the program would, and show what came."""
        address = (BASE_URL + self.path)[:116] if self.is_first_cut else BASE_URL + self.path
        answer = http.get(address.removeprefix(BASE_URL), headers=self.headers(self))
        self.statuses[answer.status_code] += 1
        assert "Set-Cookie" not in answer.headers
        if answer.status_code == 304:
            assert answer.data == b""
            return
        assert answer.status_code == 200, (self.name, self.path, answer.status_code)
        data = answer.data
        if answer.headers.get("Content-Encoding") == "gzip":
            assert "gzip" in self.headers(self)["Accept-Encoding"]
            data = gzip.decompress(data)
        self.tag, self.modified = answer.headers["ETag"], answer.headers.get("Last-Modified", "")
        now = read(data)
        for uid, entry in now.items():
            if uid in self.entries:
                assert entry[0] >= self.entries[uid][0], "SEQUENCE fell"
                assert entry == self.entries[uid] or entry[0] > self.entries[uid][0], "changed under one SEQUENCE"
        self.entries = now


def read(data: bytes) -> Entries:
    """Return what a calendar file says."""
    assert lint(data) == []

    calendar = icalendar.Calendar.from_ical(data)
    # by the rules in the file, not by those that this process knows
    zones = {str(zone["TZID"]): zone.to_tz(lookup_tzid=False) for zone in calendar.walk("VTIMEZONE")}

    def moment(entry: icalendar.Event, name: str) -> object:
        value = entry.decoded(name)
        if not isinstance(value, datetime):
            return value
        return value.replace(tzinfo=zones[entry[name].params["TZID"]]).astimezone(UTC)

    return {
        str(entry["UID"]): (
            int(entry["SEQUENCE"]), str(entry["STATUS"]), moment(entry, "DTSTART"), moment(entry, "DTEND"),
            str(entry["SUMMARY"]),
        )
        for entry in calendar.walk("VEVENT")
    }  # fmt: skip


HABITS: Mapping[str, Callable[[Client], dict[str, str]]] = {
    "by tag": lambda c: {"Accept": "*/*", **({"If-None-Match": c.tag} if c.tag else {})},
    "by date": lambda c: {"Accept": "text/calendar", **({"If-Modified-Since": c.modified} if c.modified else {})},
    "without Accept": lambda _: {},
    "averse to gzip": lambda c: {"Accept-Encoding": "identity", **({"If-None-Match": c.tag} if c.tag else {})},
    "gzip and both": lambda c: {
        "Accept-Encoding": "gzip",
        **({"If-None-Match": c.tag, "If-Modified-Since": c.modified} if c.tag else {}),
    },
    "cut at 116": lambda c: {"If-None-Match": c.tag} if c.tag else {},
}


# --- What the database says -------------------------------------------------------------------------------------------


def expected(chosen: Callable[[Event], bool]) -> Entries:
    """Work out what a feed must hold now from the events alone."""
    today = datetime.combine(utc_now().date(), time(), tzinfo=UTC)
    found: Entries = {}
    for event in db.session.scalars(select(Event).execution_options(populate_existing=True)):
        slot = event.slot
        if event.first_published_at is None or slot is None or not chosen(event):
            continue
        is_withdrawn = event.unpublished_at is not None
        if is_withdrawn and event.unpublished_at + timedelta(days=30) <= today:  # type: ignore[operator]
            continue
        if slot.ends_at < today - timedelta(days=400):
            continue
        is_cancelled = is_withdrawn or event.state == "cancelled"
        is_postponed = event.state == "postponed" and not is_withdrawn
        mark = "Cancelled: " if is_cancelled else "Postponed: " if is_postponed else ""
        if slot.is_exact:
            bounds: tuple[object, object] = (slot.starts_at, slot.ends_at)
        else:
            bounds = (slot.first_day, slot.last_day + timedelta(days=1))
        status = "CANCELLED" if is_cancelled else "TENTATIVE" if is_postponed else "CONFIRMED"
        found[str(event.calendar_uid)] = (event.sequence, status, *bounds, mark + event.title["en"])
    return found


# --- The script -------------------------------------------------------------------------------------------------------


class Office:
    """The programme team: what it does on which day."""

    def __init__(self, actor_id: int, programme_id: int, keys: dict[str, tuple[int, ...]]) -> None:
        self.actor_id, self.programme_id, self.keys = actor_id, programme_id, keys
        self.ids: dict[str, int] = {}

    @property
    def actor(self) -> User:
        return db.session.get_one(User, self.actor_id)

    def create(self, name: str, slot: Any, *, is_public: bool = True) -> None:
        details = EventDetails(
            title={"en": name.title(), "zh": f"活动{name}"}, kind="workshop", format="online", slot=slot, **self.keys
        )
        event = events.schedule(actor=self.actor, programme_id=self.programme_id, details=details, slug=f"2027-{name}")
        self.ids[name] = event.id
        if is_public:
            event_life.publish(actor=self.actor, event_id=event.id)

    def change(self, name: str, **values: Any) -> None:
        event = db.session.get_one(Event, self.ids[name])
        events.change_details(actor=self.actor, event_id=event.id, details=replace(details_of(event), **values))

    def act(self, step: str, name: str, **values: Any) -> None:
        getattr(event_life, step)(actor=self.actor, event_id=self.ids[name], **values)


def script(office: Office) -> dict[int, list[Callable[[], object]]]:
    """Return what happens on which day."""
    brussels, beijing = "Europe/Brussels", "Asia/Shanghai"
    return {
        2: [lambda: office.create("rivers", make_slot("2027-04-12T14:00", "2027-04-12T16:30", beijing))],
        3: [
            lambda: office.create("trams", make_slot("2027-03-27T23:30", "2027-03-28T04:00", brussels)),
            lambda: office.create("secret", make_slot(), is_public=False),
        ],
        5: [lambda: office.change("roofs", title={"en": "Green Roofs", "zh": "绿色屋顶"})],
        8: [lambda: office.act("move", "rivers", slot=make_slot("2027-04-13T14:00", "2027-04-13T16:30", beijing))],
        10: [lambda: office.change("roofs", venue_name={"en": "Room 2", "zh": "二号厅"}, format="hybrid")],
        12: [lambda: office.act("postpone", "trams"), lambda: office.act("cancel", "rivers")],
        13: [lambda: office.act("reopen", "rivers")],
        16: [lambda: office.act("move", "trams", slot=make_slot("2027-06-01T09:00", "2027-06-01T10:00"))],
        18: [lambda: office.create("moors", make_slot("2027-05-03T09:00", "2027-05-03T10:00"))],
        20: [lambda: office.act("withdraw", "moors")],
        22: [lambda: events.delete_draft(actor=office.actor, event_id=office.ids["moors"])],
        24: [lambda: office.act("cancel", "trams")],
        25: [
            lambda: office.act("publish", "secret"),
            lambda: office.change("secret", summary={"en": "New", "zh": "新"}),
        ],
        30: [lambda: office.act("move", "roofs", slot=make_slot("2027-04-20T09:00", "2027-04-20T11:00"))],
        33: [lambda: office.act("withdraw", "rivers")],
        36: [lambda: office.act("publish", "rivers")],
        50: [lambda: office.act("confirm_held", "roofs", now=utc_now())],
        55: [lambda: office.act("withdraw", "secret")],
    }  # fmt: skip


RULES_CHANGE, RENDERER_CHANGES = 40, 45


@contextmanager
def started(database_url: str, folder: Path) -> Iterator[Flask]:
    """Start the product on a database, as after an update."""
    app = create_app(
        {
            "DATABASE_URL": database_url,
            "INSTANCE_PATH": str(folder),
            "SECRET_KEY": "a made-up secret for tests " * 2,
            "BASE_URL": BASE_URL,
        }
    )
    with app.app_context():
        try:
            yield app
        finally:
            db.session.remove()
            db.engine.dispose()


def set_up() -> tuple[Office, list[Client]]:
    """Make the programme with its first event, and programs that ask for its calendars, each in each way."""
    programme = make_programme("iurc-test")
    ghent, wuhan = make_city("ghent", programme), make_city("wuhan", programme, side="China", time_zone="Asia/Shanghai")
    pair, theme = make_pair(ghent, wuhan), make_theme("water")
    organiser = make_user("organiser", programme=programme)
    keys = {"city_ids": (ghent.id, wuhan.id), "pair_ids": (pair.id,), "theme_ids": (theme.id,)}
    office = Office(organiser.id, programme.id, keys)
    office.create("roofs", make_slot("2027-03-29T09:00", "2027-03-29T11:00"))
    _, token = personal_feeds.subscribe(organiser.id, "office")
    names = ("programmes/iurc-test", "cities/ghent", "pairs/ghent--wuhan", "themes/water", "events/2027-roofs")
    return office, [
        Client(habit, f"/calendar/{name}.ics", headers, is_first_cut=habit == "cut at 116")
        for name in (*names, f"my/{token}")
        for habit, headers in HABITS.items()
    ]


def test_every_client_shows_what_the_database_holds_on_each_of_sixty_days(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ExitStack() as stack:
        traveller = stack.enter_context(time_machine.travel(BEGIN, tick=False))
        swap = stack.enter_context(using_package())
        server = stack.enter_context(ExitStack())
        http = server.enter_context(started(database_url, tmp_path)).test_client()
        office, clients = set_up()
        plan, dice = script(office), random.Random(60)  # noqa: S311  (the same life each time)
        for number in range(DAYS):
            traveller.move_to(BEGIN + timedelta(days=number))
            for client in dice.sample(clients, k=len(clients) // 4):
                check(client, http)
            for step in plan.get(number, []):
                traveller.shift(timedelta(seconds=dice.choice((0, 1, 40, 7200))))
                step()
                for client in dice.sample(clients, k=4):
                    check(client, http)
            if number == RULES_CHANGE:
                swap(write_package(tmp_path / "packages", Europe__Brussels="Europe/Moscow"))
            if number == RENDERER_CHANGES:
                monkeypatch.setattr(calendar_entries, "FRAGMENT_FORMAT", 99)
                monkeypatch.setattr(zone_rules, "FRAGMENT_FORMAT", 99)
                monkeypatch.setattr(calendar_entries, "render_entry", render_with_mark)
            if number in (RULES_CHANGE, RENDERER_CHANGES):
                server.close()
                http = server.enter_context(started(database_url, tmp_path)).test_client()
                assert zone_rules.follow_update() > 0
            traveller.shift(timedelta(hours=3))
            for client in dice.sample(clients, k=len(clients) // 4):
                check(client, http)
        for client in clients:
            check(client, http)

    counts = {name: sum((c.statuses for c in clients if c.name == name), Counter[int]()) for name in HABITS}
    assert {name: sorted(found) for name, found in counts.items()} == {
        name: [200] if name == "without Accept" else [200, 304] for name in HABITS
    }


def check(client: Client, http: FlaskClient) -> None:
    """Let a client poll; what it shows is what the database holds."""
    client.poll(http)
    db.session.rollback()
    slug = client.path.rpartition("/")[2].removesuffix(".ics")
    is_one = "/events/" in client.path
    assert client.entries == expected(lambda event: not is_one or event.slug == slug), (client.name, client.path)


def render_with_mark(entry: Any, language: Any) -> bytes | None:
    """Render an entry as a later version of the product might: with a further line."""
    text = render_entry(entry, language)
    return text.replace(b"END:VEVENT\r\n", b"X-LATER-VERSION:1\r\nEND:VEVENT\r\n") if text else None
