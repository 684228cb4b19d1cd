"""The rules beyond the schema."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from iurc_events.documents import KnownIds, check, from_data, load
from tests.unit.documents.samples import FILES, KNOWN, document, event, read


def faults(*events: dict[str, Any]) -> list[str]:
    return [str(finding.fault) for finding in check([from_data(document(*events))], KNOWN).faults]


def with_item(**changes: Any) -> dict[str, Any]:
    found = event()
    item = found["sessions"][0]["items"][0]
    item |= changes
    for name in [name for name, value in item.items() if value is ...]:
        del item[name]
    return found


def with_session(**changes: Any) -> dict[str, Any]:
    found = event()
    session = found["sessions"][0] | changes
    found["sessions"][0] = {name: value for name, value in session.items() if value is not ...}
    return found


def test_check_finds_nothing_in_the_shipped_documents_in_any_order() -> None:
    found = check([load(path) for path in reversed(FILES)], KnownIds())
    assert (found.faults, found.warnings) == ((), ())


def test_check_finds_nothing_in_the_sample() -> None:
    assert faults(event()) == []


@pytest.mark.parametrize(
    ("spoilt", "expected"),
    [
        (event(programme="x"), "$.events[0].programme: there is no programme “x”"),
        (event(also_for=["x"]), "$.events[0].also_for[0]: there is no programme “x”"),
        (event(also_for=["iurc-china"]), "$.events[0].also_for: repeats the event's own programme"),
        (event(pairs=["x"]), "$.events[0].pairs[0]: there is no pairing “x”"),
        (event(themes=["x"]), "$.events[0].themes[0]: there is no theme “x”"),
        (event(frameworks=["sdg", "x"]), "$.events[0].frameworks[1]: there is no framework “x”"),
        (event(participating_cities=["x"]), "$.events[0].participating_cities[0]: there is no city “x”"),
        (event(venue={"name": {"en": "Hall"}, "city": "x"}), "$.events[0].venue.city: there is no city “x”"),
        (
            event(awards=[{"name": {"en": "Gold", "zh": "金"}, "recipient": "x"}]),
            "$.events[0].awards[0].recipient: there is no city “x”",
        ),
        (
            event(documents=[{"kind": "agenda", "title": {"en": "A", "zh": "议"}, "session": "x"}]),
            "$.events[0].documents[0].session: there is no session “x” in this event",
        ),
        (event(time_zone="Europe/Atlantis"), "$.events[0].time_zone: there is no time zone called “Europe/Atlantis”"),
        (
            event(time_precision="day"),
            "$.events[0].start: “2027-04-29T09:00” does not fit the precision “day”",
        ),
        (
            event(part_of_day="morning"),
            "$.events[0].part_of_day: must be given exactly where time_precision is part-of-day",
        ),
        (
            event(status="rescheduled"),
            "$.events[0].rescheduled_from: is missing: a rescheduled event names the old time",
        ),
        (
            event(rescheduled_from={"start": "2027-04-28", "end": "2027-04-28"}),
            "$.events[0].status: an event that names an old time is “rescheduled”",
        ),
        (
            event(time_estimate={"start": "2027-04-29T09:00", "end": "2027-04-29T08:00", "basis": "guess"}),
            "$.events[0].time_estimate.end: must be after the start, 2027-04-29T09:00",
        ),
        (
            event(sources=[{"name": "n", "published": "2027-02-29"}]),
            "$.events[0].sources[0].published: “2027-02-29” is not a date",
        ),
        (
            with_session(start="2027-04-29T08:59"),
            "$.events[0].sessions[0].start: lies outside the event, 2027-04-29T09:00 – 2027-04-29T11:00",
        ),
        (with_session(end=...), "$.events[0].sessions[0].end: is missing: start and end belong together"),
        (
            with_session(date="2027-04-29"),
            "$.events[0].sessions[0].date: must be left out where start and end are given",
        ),
        (with_item(order=2), "$.events[0].sessions[0].items[0].order: order runs 1, 2, 3 …: 1 is due here, not 2"),
        (
            with_item(end="2027-04-29T10:30"),
            "$.events[0].sessions[0].items[0].end: lies outside the session, 2027-04-29T09:00 – 2027-04-29T10:00",
        ),
        (with_item(cities=["x"]), "$.events[0].sessions[0].items[0].cities[0]: there is no city “x”"),
        (
            with_item(contributions=[{"speaker": "ana", "role": "keynote"}]),
            "$.events[0].sessions[0].items[0].contributions[0].role: “keynote” is not among the roles of “ana”",
        ),
        (
            with_item(contributions=...),
            "$.events[0].speakers[0]: “ana” has no item on the agenda; only a moderator may",
        ),
    ],
    ids=lambda value: value.partition(":")[0] if isinstance(value, str) else "",
)
def test_check_names_the_fault_when_a_rule_is_broken(spoilt: dict[str, Any], expected: str) -> None:
    assert expected in faults(spoilt)
    assert len(faults(spoilt)) <= 2  # the end of an event may not fit either


def test_check_refuses_a_time_that_the_clock_skips() -> None:
    skipped = event(start="2027-03-28T02:30", end="2027-03-28T05:00", sessions=[], speakers=[])
    assert faults(skipped) == [
        "$.events[0].start: 2027-03-28T02:30 does not exist in Europe/Brussels: the clocks go forward then"
    ]


def test_check_takes_the_first_of_two_times_and_warns() -> None:
    twice = event(start="2027-10-31T02:30", end="2027-10-31T05:00", sessions=[], speakers=[])
    found = check([from_data(document(twice), "twice.json")], KNOWN)
    assert [str(warning) for warning in found.warnings] == [
        "twice.json: $.events[0].start: 2027-10-31T02:30 strikes twice in Europe/Brussels: the first is taken"
    ]
    assert found.faults == ()


def test_check_only_warns_of_printed_hours_that_are_wrong() -> None:
    printed = [{"time_zone": "Europe/Brussels", "start": "2027-03-28T02:30", "end": "2027-03-28T01:30"}]
    found = check([from_data(document(event(published_times=printed)))], KNOWN)
    assert ([str(warning.fault) for warning in found.warnings], found.faults) == (
        [
            "$.events[0].published_times[0].start: 2027-03-28T02:30 does not exist in Europe/Brussels: "
            "the clocks go forward then",
            "$.events[0].published_times[0].end: must be after the start, 2027-03-28T02:30",
        ],
        (),
    )


def test_check_names_repeated_ids() -> None:
    twice = event()
    twice["sessions"] = [*twice["sessions"], copy.deepcopy(twice["sessions"][0])]
    twice["speakers"] = twice["speakers"] * 2
    assert faults(twice, event()) == [
        "$.events[1].id: the id “2027-smart” stands more than once",
        "$.events[0].sessions[1].id: the id “talks” stands more than once",
        "$.events[0].speakers[1].id: the id “ana” stands more than once",
    ]


def test_check_refuses_one_event_in_two_documents() -> None:
    files = [from_data(document(event()), name) for name in ("a.json", "b.json")]
    assert [str(finding) for finding in check(files, KNOWN).faults] == [
        "b.json: $.events[0].id: “2027-smart” stands in a.json too"
    ]


def test_check_still_finds_rules_broken_beside_faults_of_form() -> None:
    spoilt = event(kind="party", themes=["x"])
    assert [fault.partition(":")[0] for fault in faults(spoilt)] == ["$.events[0].kind", "$.events[0].themes[0]"]


def test_check_refuses_cities_that_are_parts_of_one_another() -> None:
    cities = read(FILES[0])
    for city, whole in ((cities["cities"][0], cities["cities"][1]), (cities["cities"][1], cities["cities"][0])):
        city["part_of"] = whole["id"]
    assert [str(finding.fault) for finding in check([from_data(cities)], KnownIds()).faults] == [
        "$.cities[0].part_of: a city cannot be part of itself",
        "$.cities[1].part_of: a city cannot be part of itself",
    ]


def test_check_names_what_cities_and_pairings_refer_to_in_vain() -> None:
    cities = read(FILES[0])
    cities["cities"][0] |= {"programmes": ["none"], "part_of": "none", "time_zone": "Asia/None"}
    cities["pairings"][0] |= {"cities": ["none", "rome"], "programmes": ["none"]}
    assert [str(finding.fault) for finding in check([from_data(cities)], KnownIds()).faults] == [
        "$.cities[0].time_zone: there is no time zone called “Asia/None”",
        "$.cities[0].programmes[0]: there is no programme “none”",
        "$.cities[0].part_of: there is no city “none”",
        "$.pairings[0].programmes[0]: there is no programme “none”",
        "$.pairings[0].cities[0]: there is no city “none”",
    ]
