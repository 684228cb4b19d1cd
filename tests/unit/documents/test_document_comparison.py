"""What changed between two states of an event."""

from __future__ import annotations

from iurc_events.documents import compare
from tests.unit.documents.samples import event


def test_compare_names_changed_added_and_removed_fields_in_the_order_of_the_format() -> None:
    after = event(title={"en": "Smarter", "zh": "智慧"}, notes=["n"], themes=...)
    assert compare(event(), after) == ["title", "themes", "notes"]


def test_compare_tells_an_empty_list_from_none() -> None:
    assert compare(event(), event(sdgs=[])) == ["sdgs"]


def test_compare_finds_nothing_when_only_the_order_of_keys_differs() -> None:
    assert compare(event(), dict(reversed(event().items()))) == []
