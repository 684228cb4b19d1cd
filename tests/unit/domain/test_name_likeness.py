"""Keys that likely duplicates share, and what speaks for and against."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iurc_events.domain.name_likeness import Comparison, Likeable, compare, least_rotation, likeable
from iurc_events.services.attendance_matching import read_aloud

NAMES = st.one_of(
    st.text(alphabet="张章王李伟玮娜小明曾", min_size=2, max_size=4),
    st.lists(st.sampled_from(["Zhang", "Wei", "Li", "Na", "Müller", "José", "García", "Xiaoming"]), min_size=1).map(
        " ".join
    ),
    st.text(max_size=12),
)
PEOPLE = st.builds(
    likeable,
    st.lists(NAMES, max_size=3),
    st.just(read_aloud),
    emails=st.lists(st.sampled_from(["a@example.org", "b@example.org", ""]), max_size=2),
    cities=st.lists(st.integers(1, 3), max_size=2),
    organisations=st.lists(st.sampled_from(["city hall", "university"]), max_size=1),
)


@given(PEOPLE, PEOPLE)
def test_compare_is_symmetric(one: Likeable, other: Likeable) -> None:
    assert compare(one, other) == compare(other, one)


@given(PEOPLE)
def test_compare_finds_nothing_against_oneself(one: Likeable) -> None:
    found = compare(one, one)
    assert found.speaks_against == ()
    assert found.weight > 0 or not one.stored_keys()


@given(PEOPLE, PEOPLE)
def test_compare_weighs_nothing_exactly_when_no_key_is_shared(one: Likeable, other: Likeable) -> None:
    shared = {key.key_hash for key in one.stored_keys()} & {key.key_hash for key in other.stored_keys()}
    assert (compare(one, other).weight > 0) == bool(shared)


@given(st.text(alphabet="abc", min_size=1, max_size=8), st.integers(0, 7))
def test_least_rotation_is_the_same_for_all_rotations(word: str, number: int) -> None:
    assert least_rotation(word[number % len(word) :] + word[: number % len(word)]) == least_rotation(word)


def _person(*names: str, city: int | None = None, email: str = "") -> Likeable:
    return likeable(names, read_aloud, emails=[email], cities=[city] if city else [])


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        (_person("José García"), _person("GARCIA Jose"), "same-latin"),
        (_person("Zhang Xiao-Ming"), _person("Xiaoming Zhang"), "same-latin"),
        (_person("张小明"), _person("Xiaoming ZHANG"), "pinyin"),
        (_person("曾伟"), _person("Wei Zeng"), "pinyin"),
        (_person("吕娜"), _person("Lu Na"), "pinyin"),
        (_person("Zhang Wei", "张伟"), _person("张 伟"), "same-chinese"),
        (_person("Ana Muster", email="A@example.org"), _person("A. Muster", email="a@example.org"), "same-mail"),
    ],
)
def test_compare_finds_likely_duplicates(one: Likeable, other: Likeable, reason: str) -> None:
    found = compare(one, other)
    assert (found.is_likely, reason in found.speaks_for) == (True, True)


def test_compare_asks_for_the_same_city_when_a_letter_differs() -> None:
    assert compare(_person("Maria Alvares", city=1), _person("Maria Alvarez", city=1)) == Comparison(
        20, ("near-latin", "same-city"), ()
    )
    assert compare(_person("Maria Alvares", city=1), _person("Maria Alvarez", city=2)).is_likely is False


def test_compare_asks_for_the_same_city_when_the_characters_differ() -> None:
    assert compare(_person("张伟", "Zhang Wei", city=1), _person("章伟", "Zhang Wei", city=2)).is_likely is False
    assert compare(_person("张伟", "Zhang Wei", city=1), _person("章伟", "Zhang Wei", city=1)).is_likely is True
