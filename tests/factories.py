"""Smallest valid objects for tests; everybody in them is made up."""

from __future__ import annotations

import itertools
import uuid
from typing import Any

from flask.testing import FlaskClient

from iurc_events.calendars.rendering import calendar_uid
from iurc_events.database import db, utc_now
from iurc_events.domain.time_slots import Precision, TimeSlot
from iurc_events.models.accounts import Role, User
from iurc_events.models.agendas import AgendaItem, EventSession
from iurc_events.models.cities import City, CityPair, CityProgramme, PairCity
from iurc_events.models.events import Event
from iurc_events.models.programmes import Programme, Theme
from iurc_events.models.speakers import Person, Speaker
from iurc_events.services import event_changes

_numbers = itertools.count(1)


def _save(*objects: Any) -> None:
    db.session.add_all(objects)
    db.session.commit()


def make_programme(slug: str | None = None, **values: Any) -> Programme:
    """Make a programme with the reference zones Brussels and Beijing."""
    slug = slug or f"programme-{next(_numbers)}"
    programme = Programme(slug=slug, **{"name": {"en": f"Programme {slug}", "zh": f"项目{slug}"}, **values})
    _save(programme)
    return programme


def make_city(slug: str | None = None, programme: Programme | None = None, **values: Any) -> City:
    """Make a city of the European side."""
    slug = slug or f"city-{next(_numbers)}"
    city = City(
        slug=slug,
        **{
            "name": {"en": slug.title(), "zh": f"{slug}市"},
            "country": "BE",
            "kind": "city",
            "side": "EU",
            "lat": 50.85,
            "lon": 4.35,
            "time_zone": "Europe/Brussels",
            **values,
        },
    )
    if programme:
        city.programmes = [CityProgramme(programme_id=programme.id)]
    _save(city)
    return city


def make_pair(*cities: City, **values: Any) -> CityPair:
    """Make a pair of cities."""
    pair = CityPair(slug="--".join(city.slug for city in cities), **values)
    pair.cities = [PairCity(city_id=city.id, position=n) for n, city in enumerate(cities)]
    _save(pair)
    return pair


def make_theme(slug: str | None = None, **values: Any) -> Theme:
    """Make a theme."""
    slug = slug or f"theme-{next(_numbers)}"
    theme = Theme(slug=slug, **{"name": {"en": slug.title(), "zh": f"主题{slug}"}, **values})
    _save(theme)
    return theme


def make_slot(
    starts: str = "2027-04-29T09:00", ends: str = "2027-04-29T11:00", zone: str = "Europe/Brussels"
) -> TimeSlot:
    """Make a slot known to the minute."""
    return TimeSlot(zone, Precision.MINUTE, starts, ends)


def make_event(slug: str | None = None, programme: Programme | None = None, **values: Any) -> Event:
    """Make a published online seminar of two hours; ``slot``, ``state`` and all columns can be given."""
    slug = slug or f"2027-event-{next(_numbers)}"
    slot = values.pop("slot", None) or make_slot()
    state = values.get("state", "published")
    event = Event(
        slug=slug,
        calendar_uid=uuid.UUID(calendar_uid(slug)),
        programme_id=(programme or make_programme()).id,
        **{
            "title": {"en": f"Title of {slug}", "zh": f"{slug}的标题"},
            "kind": "thematic-seminar",
            "format": "online",
            "state": state,
            "first_published_at": None if state == "draft" else utc_now(),
            **values,
        },
    )
    event.slot = slot
    db.session.add(event)
    db.session.flush()
    event_changes.record_change(event, "made for a test", actor_id=None)
    db.session.commit()
    return event


def make_session(event: Event, slug: str = "opening", items: int = 1, **values: Any) -> EventSession:
    """Make a session with talks that have a topic each."""
    count = db.session.query(EventSession).filter_by(event_id=event.id).count()
    session = EventSession(
        event_id=event.id,
        slug=slug,
        position=count + 1,
        **{"kind": "opening", "title": {"en": slug.title(), "zh": f"环节{slug}"}, **values},
    )
    session.items = [
        AgendaItem(position=n, kind="talk", topic={"en": f"Topic {n}", "zh": f"题目{n}"}) for n in range(1, items + 1)
    ]
    _save(session)
    return session


def make_speaker(event: Event, name: str = "Testina Muster", city: City | None = None, **values: Any) -> Speaker:
    """Make an accepted speaker who agreed to be named."""
    person = Person(name={"en": name})
    db.session.add(person)
    db.session.flush()
    speaker = Speaker(
        event_id=event.id,
        person_id=person.id,
        city_id=city.id if city else None,
        **{
            "name": {"en": name},
            "state": "accepted",
            "consented_at": utc_now(),
            "roles": ["speaker"],
            **values,
        },
    )
    _save(speaker)
    return speaker


def make_user(
    role: str | None = None, *, programme: Programme | None = None, city: City | None = None, **values: Any
) -> User:
    """Make a user with at most one role."""
    number = next(_numbers)
    user = User(**{"email": f"user{number}@example.org", "name": f"Test User {number}", **values})
    if role:
        user.roles = [
            Role(
                name=role,
                programme_id=programme.id if programme else None,
                city_id=city.id if city else None,
            )
        ]
    _save(user)
    return user


def sign_in(client: FlaskClient, user: User) -> FlaskClient:
    """Sign a user in without the pages for it."""
    with client.session_transaction() as session:
        session["_user_id"] = user.get_id()
        session["_fresh"] = True
    return client
