"""Names of meeting lists: equal names match in either script, likeness only proposes."""

from __future__ import annotations

import pytest

from iurc_events.domain.name_matching import Finding, KnownPerson, People, forms_of_person
from iurc_events.services.attendance_matching import read_aloud


def person(key: int, *names: str, email: str = "", is_coming: bool = True) -> KnownPerson:
    emails = frozenset({email} if email else ())
    return KnownPerson(("participant", key), forms_of_person(names, read_aloud), emails, is_coming)


@pytest.fixture(scope="module")
def people() -> People:
    return People(
        [
            person(1, "Testina Muster", email="t.muster@example.org"),
            person(2, "王小测", email="w.xiaoce@example.cn"),
            person(3, "Li Yangben"),
            person(4, "张伟"),
            person(5, "张伟", "Zhang Wei"),
            person(6, "Próbe Beispielsson"),
            person(7, "吕测试"),
            person(8, "Gone Away", is_coming=False),
            person(9, "Jean-Paul Probe Exemple", email="office@example.org"),
            person(10, "欧阳样", email="office@example.org"),
            person(11, "曾试", "Zeng Shi"),
        ],
        read_aloud,
    )


@pytest.mark.parametrize(
    ("name", "email", "key", "by"),
    [
        ("anything", "t.muster@example.org", 1, "mail"),
        ("欧阳样", "office@example.org", 10, "mail"),
        ("testina muster", "", 1, "name"),
        ("MUSTER, Testina", "", 1, "name"),
        ("Ｔｅｓｔｉｎａ　Ｍｕｓｔｅｒ", "", 1, "name"),
        ("Testina Muster (Mannheim)", "private@example.com", 1, "name"),
        ("Mannheim - Testina Muster", "", 1, "name"),
        ("Dr. Testina Muster's iPhone 14 Pro", "", 1, "name"),
        ("Testina Muster (External)", "", 1, "name"),
        ("王小测", "", 2, "name"),
        ("王小测-郑州", "", 2, "name"),
        ("郑州_王小测", "", 2, "name"),
        ("王小测的iPhone", "", 2, "name"),
        ("nickname（王小测）", "", 2, "name"),
        ("Wang Xiaoce", "", 2, "name"),
        ("WANG Xiao-ce", "", 2, "name"),
        ("Xiaoce Wang | Zhengzhou", "", 2, "name"),
        ("王小测 Wang Xiaoce", "", 2, "name"),
        ("李样本", "", 3, "name"),
        ("Beispielsson Probe", "", 6, "name"),
        ("Lü Ceshi", "", 7, "name"),
        ("Lyu Ceshi", "", 7, "name"),
        ("Jean Paul Probe Exemple", "", 9, "name"),
        ("Ouyang Yang", "", 10, "name"),
        ("曾试", "", 11, "name"),
    ],
)
def test_equal_names_match(people: People, name: str, email: str, key: int, by: str) -> None:
    assert people.find(name, email) == Finding("matched", by, (("participant", key),))


@pytest.mark.parametrize(
    ("name", "email", "keys"),
    [
        ("张伟", "", {4, 5}),
        ("Zhang Wei", "", {4, 5}),
        ("小测", "", {2}),
        ("Testina", "", {1}),
        ("T. Muster", "", {1}),
        ("Testina Muter", "", {1}),
        ("Gone Away", "", {8}),
        ("office", "office@example.org", {9, 10}),
        ("王小测", "t.muster@example.org", {1, 2}),
        ("王小测 (Testina Muster)", "", {1, 2}),
        ("王晓测", "", set()),  # sounds alike, but is another name
    ],
)
def test_all_that_is_less_is_a_doubt(people: People, name: str, email: str, keys: set[int]) -> None:
    found = people.find(name, email)

    assert (found.state, {key for _, key in found.candidates}) == ("doubtful" if keys else "unknown", keys)


@pytest.mark.parametrize("name", ["iPhone", "Host Person", "", "用户123", "Wuhan"])
def test_who_is_like_nobody_is_unknown(people: People, name: str) -> None:
    assert people.find(name, "") == Finding("unknown")
