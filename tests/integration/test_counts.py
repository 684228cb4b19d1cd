"""Numbers of events equal a recount, row by row."""

from __future__ import annotations

import itertools
from collections import Counter

from flask import Flask
from sqlalchemy import TextClause, bindparam, text
from sqlalchemy import event as sql_event

from iurc_events.database import db, utc_now
from iurc_events.domain.counts import DIMENSIONS, FIGURES, EventCounts, Measured, QualifiedSum
from iurc_events.models.attendance import Attendance, HeadCount
from iurc_events.models.cities import City
from iurc_events.models.events import Event
from iurc_events.models.participants import Participant
from iurc_events.models.speakers import Speaker
from iurc_events.queries.counts import count_by_session, last_change, list_counted, load_counts, sum_reported
from iurc_events.services import reports
from iurc_events.services.report_programmes import make_programme_report
from tests.factories import make_city, make_event, make_programme, make_session, make_slot, make_speaker

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

    assert [each.split()[0] for each in statements if not each.startswith("BEGIN")] == ["SELECT"] * 3
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


def attend(event: Event, who: Participant | Speaker, scope: str = "event", **values: object) -> None:
    kind = "participant_id" if isinstance(who, Participant) else "speaker_id"
    db.session.add(Attendance(event_id=event.id, scope=scope, **{kind: who.id, "mode": "online", **values}))
    db.session.commit()


def test_days_and_sessions_count_nobody_twice(app: Flask) -> None:
    event = make_event()
    opening, closing = make_session(event, "opening"), make_session(event, "closing")
    people = add_participants(event, [make_city("sofia")], 4)
    db.session.query(Attendance).delete()
    speaker = make_speaker(event, gender="female")
    people[0].person_id = speaker.person_id  # one human, registered and speaking
    for scope, session, who in (
        ("event", None, people[0]), ("day:2027-04-29", None, people[0]), ("session:opening", opening, people[0]),
        ("session:opening", opening, people[1]), ("session:closing", closing, people[1]), ("event", None, speaker),
        ("session:opening", opening, speaker),
    ):  # fmt: skip
        attend(event, who, scope, session_id=session.id if session else None)
    attend(event, people[2], mode="onsite")
    attend(event, people[2], "day:2027-04-29")

    counts = load_counts(Event.id == event.id)

    assert counts.total.attended == 3
    assert {key: each.attended for key, each in counts.measured_by("role").items()} == {"participant": 2, "speaker": 1}
    assert {key: each.attended for key, each in counts.measured_by("mode").items() if each.attended} == {
        "online": 2, "onsite": 1,
    }  # fmt: skip
    assert count_by_session(event.id) == {opening.id: 2, closing.id: 1}
    assert [
        person.name for person in list_counted(Event.id == event.id, figure="attended", session_id=closing.id)[0]
    ] == [people[1].name]


def test_not_stated_gender_keeps_its_own_line(app: Flask) -> None:
    event = make_event()
    people = add_participants(event, [make_city("sofia")], 3)
    people[0].gender, people[1].gender = "female", "other"
    for person in people:
        person.state = "confirmed"
    db.session.commit()

    found = load_counts(Event.id == event.id).measured_by("gender")

    assert {key: each.registered for key, each in found.items()} == {"female": 1, "other": 1, "": 1}


def test_new_and_returning_are_told_apart_by_person_and_mail_within_the_programme(app: Flask) -> None:
    programme = make_programme()
    earlier = make_event(programme=programme, slot=make_slot("2026-04-29T09:00", "2026-04-29T10:00"))
    event = make_event(programme=programme)
    foreign = make_event(slot=make_slot("2026-04-29T09:00", "2026-04-29T10:00"))
    before = add_participants(earlier, [], 2)
    elsewhere = add_participants(foreign, [], 1)
    speaker = make_speaker(earlier, "Testina Muster")
    now = add_participants(event, [], 5)
    for row in (*before, *elsewhere, *now):
        row.state = "registered"
    db.session.query(Attendance).delete()
    now[0].email = before[0].email  # came before, known by mail
    now[1].email = before[1].email  # registered before, but never came
    now[2].person_id = speaker.person_id  # spoke before
    now[3].email = elsewhere[0].email  # came to another programme
    now[4].email = None  # nobody can say
    db.session.commit()
    attend(earlier, before[0])
    attend(earlier, speaker)
    attend(foreign, elsewhere[0])

    counts = load_counts(Event.id == event.id)

    assert {key: each.registered for key, each in counts.measured_by("newness").items()} == {
        "returning": 2, "new": 2, "": 1,
    }  # fmt: skip


def plain_recount(event_ids: list[int]) -> Measured:
    """Count in plain SQL, told nothing of the queries under test."""

    def ask(sql: str) -> TextClause:
        return text(sql).bindparams(bindparam("keys", event_ids, expanding=True))

    registered, confirmed = db.session.execute(
        ask(
            "SELECT count(*), sum(CASE WHEN state = 'confirmed' THEN 1 ELSE 0 END) FROM participants "
            "WHERE state IN ('registered', 'confirmed') AND event_id IN :keys"
        )
    ).one()
    attended = db.session.scalar(
        ask(
            "SELECT count(*) FROM (SELECT DISTINCT a.event_id, coalesce('p' || coalesce(p.person_id, s.person_id), "
            "'r' || p.id) FROM attendances a LEFT JOIN participants p ON p.id = a.participant_id "
            "LEFT JOIN speakers s ON s.id = a.speaker_id WHERE a.event_id IN :keys) t"
        )
    )
    return Measured(registered, confirmed, attended or 0)


def test_numbers_equal_plain_sql_and_the_lists_behind_them(app: Flask) -> None:
    cities = [make_city("sofia", country="BG"), make_city("wuhan", side="China", country="CN")]
    programme = make_programme()
    events = [make_event(programme=programme) for _ in range(2)]
    for event in events:
        for person, gender in zip(
            add_participants(event, cities, 130), itertools.cycle(["female", "male", None]), strict=False
        ):
            person.gender = gender
        attend(event, make_speaker(event, city=cities[0]))
    condition = Event.programme_id == programme.id

    counts = load_counts(condition)

    assert counts.total == plain_recount([event.id for event in events])
    for dimension in DIMENSIONS:
        for key, people in counts.measured_by(dimension).items():
            found = Measured(
                *(list_counted(condition, figure=figure, wanted={dimension: key})[1] for figure in FIGURES)
            )
            assert found == people, (dimension, key)


def test_people_behind_a_number_page_in_two_statements(app: Flask) -> None:
    event = make_event()
    add_participants(event, [make_city("sofia")], 80)
    statements: list[str] = []

    def listen(*arguments: object) -> None:
        statements.append(str(arguments[2]))

    everybody, total = list_counted(Event.id == event.id, figure="registered", per_page=None)
    sql_event.listen(db.engine, "before_cursor_execute", listen)
    second, _ = list_counted(Event.id == event.id, figure="registered", page=2, per_page=10)
    sql_event.remove(db.engine, "before_cursor_execute", listen)

    assert (second, len(everybody)) == (everybody[10:20], total)
    assert [each.split()[0] for each in statements if not each.startswith("BEGIN")] == ["SELECT"] * 2


def test_sum_reported_counts_events_and_keeps_the_weakest_word(app: Flask) -> None:
    first, second = make_event(), make_event()
    for event, value, qualifier in ((first, 70, "more-than"), (second, 30, "about")):
        db.session.add(HeadCount(event_id=event.id, subject="participants", value=value, qualifier=qualifier))
    db.session.commit()

    assert sum_reported("participants", Event.id.in_([first.id, second.id])) == QualifiedSum(100, "about", 2)
    assert sum_reported("visitors") is None
