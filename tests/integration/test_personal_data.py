"""The map of personal data, and taking names out of texts."""

from __future__ import annotations

import pytest

import iurc_events.models  # noqa: F401  (makes the tables known)
from iurc_events.database import Base
from iurc_events.services.personal_data import REMOVED, TABLES, Eraser, is_findable


def test_map_says_of_every_column_whether_it_is_personal() -> None:
    mapped = {name: sorted([*columns.personal, *columns.mentions, *columns.other]) for name, columns in TABLES.items()}
    real = {name: sorted(column.name for column in table.columns) for name, table in Base.metadata.tables.items()}
    assert mapped == real


@pytest.mark.parametrize(
    ("name", "is_long_enough"), [("Li", False), ("Li Na", True), ("Muster", True), ("李", False), ("李娜", True)]
)
def test_is_findable_refuses_names_that_stand_in_other_words(name: str, is_long_enough: bool) -> None:
    assert is_findable(name) is is_long_enough


def test_eraser_takes_names_out_of_values_at_any_depth_and_leaves_longer_words() -> None:
    eraser = Eraser(["Ana O'Hara", "李娜", "Li"])
    value = {"text": "Talk by ana o&#x27;hara, 李娜女士", "list": ["Ana O'Harass", "Limerick", 3, None]}
    assert eraser.value(value) == {
        "text": f"Talk by {REMOVED}, {REMOVED}女士",
        "list": ["Ana O'Harass", "Limerick", 3, None],
    }
