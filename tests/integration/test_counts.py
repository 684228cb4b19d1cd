"""Numbers of events equal a recount, row by row."""

from __future__ import annotations

import itertools
from collections import Counter

from flask import Flask
from sqlalchemy import event as sql_event

from iurc_events.database import db, utc_now
from iurc_events.domain.counts import EventCounts, Measured, QualifiedSum
from iurc_events.models.attendance import Attendance, HeadCount
from iurc_events.models.cities import City
from iurc_events.models.events import Event
from iurc_events.models.participants import Participant
from iurc_events.queries.counts import last_change, load_counts
from iurc_events.services import reports
from iurc_events.services.report_programmes import make_programme_report
from tests.factories import make_city, make_event, make_programme, make_speaker

STATES = ("registered", "waiting", "confirmed", "cancelled")
TYPES = ("government", "academia", "business", "civil-society", "other")


def add_participants(event: Event, cities: list[City], number: int) -> list[Participant]:
    """Sign people up in all mixtures of state, city, type and mode; every third of them came."""
    mixed = itertools.cycle(itertools.product(STATES, [*cities, None], TYPES, ("onsite", "online")))
    people = [
        Participant(
            event_id=event.id, state=state, name=f"Person {n}", email=f"p{n}-{event.id}@example.org", mode=mode,
            city_id=city.id if city else None, stakeholder_type=kind, consented_at=utc_now(),
            token_hash=f"{event.id:8}{n:8}".encode() * 2,
        )
        for n, (state, city, kind, mode) in zip(range(number), mixed, strict=False)
    ]  # fmt: skip
    db.session.add_all(people)
    db.session.flush()
    for person in people[::3]:
        db.session.add(Attendance(event_id=event.id, participant_id=person.id, mode="online"))
    db.session.commit()
    return people


def recount(people: list[Participant], cities: dict[int, City], dimension: str) -> dict[str, Measured]:
    """Count the same people one by one."""

    def key(person: Participant, mode: str) -> str:
        city = cities.get(person.city_id or 0)
        return {
            "city": city.slug if city else "",
            "side": city.side if city else "",
            "country": city.country if city else "",
            "stakeholder": person.stakeholder_type,
            "mode": mode,
        }[dimension]

    seated = [person for person in people if person.state in ("registered", "confirmed")]
    registered = Counter(key(person, person.mode) for person in seated)
    confirmed = Counter(key(person, person.mode) for person in seated if person.state == "confirmed")
    attended = Counter(key(person, "online") for person in people[::3])
    return {
        each: Measured(registered[each], confirmed[each], attended[each])
        for each in sorted({*registered, *confirmed, *attended})
    }


def test_measured_numbers_equal_a_recount(app: Flask) -> None:
    cities = [make_city("sofia", country="BG"), make_city("wuhan", side="China", country="CN")]
    event, other = make_event(), make_event()
    people = add_participants(event, cities, 250)
    add_participants(other, cities, 7)

    counts = load_counts(Event.id == event.id)

    by_id = {city.id: city for city in cities}
    for dimension in ("city", "side", "country", "stakeholder", "mode"):
        found = counts.measured_by(dimension)
        assert dict(sorted(found.items())) == recount(people, by_id, dimension), dimension
    seated = [person for person in people if person.state in ("registered", "confirmed")]
    confirmed = [person for person in seated if person.state == "confirmed"]
    assert counts.total == Measured(len(seated), len(confirmed), len(people[::3]))


def test_speakers_who_came_count_as_attended(app: Flask) -> None:
    city = make_city("sofia")
    event = make_event()
    speaker = make_speaker(event, city=city, stakeholder_type="academia")
    db.session.add(Attendance(event_id=event.id, speaker_id=speaker.id, mode="onsite"))
    db.session.commit()

    counts = load_counts(Event.id == event.id)

    assert counts.measured_by("city") == {"sofia": Measured(attended=1)}
    assert counts.measured_by("stakeholder") == {"academia": Measured(attended=1)}
    assert counts.total == Measured(attended=1)


def test_reported_sums_carry_the_weakest_qualifier_and_stand_apart(app: Flask) -> None:
    sofia, wuhan = make_city("sofia"), make_city("wuhan", side="China", country="CN")
    first, second = make_event(), make_event()
    for event, city, value, qualifier in (
        (first, None, 70, "more-than"), (second, None, 30, "exactly"), (first, sofia, 5, "exactly"),
        (second, sofia, 6, "about"), (second, wuhan, 7, "at-least"),
    ):  # fmt: skip
        db.session.add(
            HeadCount(
                event_id=event.id, subject="participants", city_id=city.id if city else None, value=value,
                qualifier=qualifier,
            )
        )  # fmt: skip
    db.session.commit()

    counts = load_counts(Event.id.in_([first.id, second.id]))

    assert counts.reported_whole("participants") == QualifiedSum(100, "more-than", 2)
    assert counts.reported_by("city", "participants") == {
        "sofia": QualifiedSum(11, "about", 2),
        "wuhan": QualifiedSum(7, "at-least", 1),
    }
    assert counts.by_event()[second.id].reported_whole("participants") == QualifiedSum(30, "exactly", 1)
    assert counts.total == Measured()
    assert counts.reported_whole("visitors") is None


def test_counts_take_three_statements_for_any_number_of_events(app: Flask) -> None:
    city = make_city("sofia")
    for _ in range(3):
        add_participants(make_event(), [city], 20)
    statements: list[str] = []

    def listen(*arguments: object) -> None:
        statements.append(str(arguments[2]))

    sql_event.listen(db.engine, "before_cursor_execute", listen)
    counts = load_counts(Event.deleted_at.is_(None))
    sql_event.remove(db.engine, "before_cursor_execute", listen)

    assert [text.split()[0] for text in statements if not text.startswith("BEGIN")] == ["SELECT"] * 3
    assert counts.total.registered > 0


def test_no_event_has_no_numbers(app: Flask) -> None:
    assert load_counts(Event.id == 0) == EventCounts()


def test_reports_of_event_and_programme_show_the_same_numbers(app: Flask) -> None:
    programme = make_programme()
    city = make_city("sofia", programme, country="BG")
    event = make_event(programme=programme, state="held")
    people = add_participants(event, [city], 60)
    db.session.add(HeadCount(event_id=event.id, subject="participants", value=70, qualifier="about"))
    db.session.commit()

    single = reports.make_event_report(event, "en")
    whole = make_programme_report(reports.get_period(programme), "en")

    attended = str(len(people[::3]))
    assert [count.figure.text("en") for count in single.counts[:2]] == ["about 70", attended]
    assert [count.figure.text("en") for count in whole.figures] == ["1", "about 70", "0", attended]
    assert single.header.moment == last_change(Event.id == event.id).replace(microsecond=0)
