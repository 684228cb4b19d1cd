"""What an event asks people for."""

from __future__ import annotations

from datetime import date

from iurc_events.domain.needs import asked_needs, grouped, last_day_kept


def test_needs_are_kept_until_thirty_days_after_the_event() -> None:
    assert last_day_kept("2027-04-06", date(2027, 1, 1)) == date(2027, 5, 6)
    assert last_day_kept(None, date(2027, 1, 1)) == date(2028, 1, 1)


def test_asked_needs_leaves_out_what_is_not_asked() -> None:
    given = {"dietary": " vegan ", "visa": "Beijing", "gender": "female", "other": "x"}
    assert asked_needs(given, ["dietary", "accessibility", "gender"]) == {"dietary": "vegan"}


def test_grouped_counts_as_typed_whatever_the_capitals() -> None:
    assert grouped(["Vegetarian", "vegan", " vegetarian", "清真", "VEGETARIAN "]) == [
        ("Vegetarian", 3), ("vegan", 1), ("清真", 1),
    ]  # fmt: skip
