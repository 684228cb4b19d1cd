"""Who gets the next free seat."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iurc_events.domain.seat_line import Line, Waiting, position_of_newcomer

START = datetime(2027, 3, 1, 9, tzinfo=UTC)


def person(key: int, city: int | None = None, minute: int | None = None) -> Waiting:
    return Waiting(key, city, START + timedelta(minutes=key if minute is None else minute))


PEOPLE = [person(1, 1), person(2, 1), person(3, 2), person(4, 1), person(5, None)]


@pytest.mark.parametrize(
    ("rule", "seated", "expected"),
    [
        ("first-come", {1: 0, 2: 9}, [1, 2, 3, 4, 5]),
        ("own-only", {1: 0, 2: 9}, [1, 2, 3, 4, 5]),
        ("fewest-first", {}, [1, 3, 5, 2, 4]),
        ("fewest-first", {1: 5, 2: 1}, [5, 3, 1, 2, 4]),
        ("fewest-first", {1: 0, 2: 3, None: 1}, [1, 2, 5, 4, 3]),
    ],
)
def test_line_follows_the_rule(rule: str, seated: dict[int | None, int], expected: list[int]) -> None:
    assert [each.key for each in Line(rule, PEOPLE, seated).in_order()] == expected


def test_who_is_passed_over_does_not_count_for_their_city() -> None:
    line = Line("fewest-first", [person(1, 1), person(2, 1), person(3, 2)], {2: 1})
    line.next()  # of city 1, and not seated
    found = line.next()
    assert found is not None
    assert found.key == 2


def test_equal_instants_go_by_key() -> None:
    line = Line("first-come", [person(2, minute=0), person(1, minute=0)], {})
    assert [each.key for each in line.in_order()] == [1, 2]


counts = st.dictionaries(st.sampled_from([None, 1, 2, 3]), st.integers(0, 4))


@given(
    rule=st.sampled_from(["first-come", "fewest-first"]), waiting=counts, seated=counts, city=st.sampled_from([1, 2])
)
def test_position_of_a_newcomer_is_that_in_the_whole_line(
    rule: str, waiting: dict[int | None, int], seated: dict[int | None, int], city: int
) -> None:
    people = [person(100 * (group or 0) + n, group) for group, number in waiting.items() for n in range(number)]
    keys = [each.key for each in Line(rule, [*people, person(9999, city)], seated).in_order()]
    assert position_of_newcomer(rule, city, waiting, seated) == keys.index(9999) + 1
