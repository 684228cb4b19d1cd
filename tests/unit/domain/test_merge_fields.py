"""Fields of letters to many: a closed list, filled in once."""

from __future__ import annotations

import pytest

from iurc_events.domain.mailings import Audience
from iurc_events.domain.merge_fields import FIELDS, fill, has_field, unknown_fields

VALUES = {name: f"<{name}>" for name in FIELDS}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Dear {name},", "Dear <name>,"),
        ("{Name} {NAME} { name }", "<name> <name> <name>"),
        ("{join link} {Join  Link}", "<join link> <join link>"),
        ("｛姓名｝，您好：{参会链接}", "<name>，您好：<join link>"),
        ("{nothing} {} {{name}}", "{nothing} {} {<name>}"),
        ("{0.__class__} {{ 7*7 }}", "{0.__class__} {{ 7*7 }}"),
    ],
)
def test_fill_puts_values_of_known_fields_alone(text: str, expected: str) -> None:
    assert fill(text, VALUES) == expected


def test_fill_never_interprets_what_a_value_says() -> None:
    assert fill("{name} at {event}", VALUES | {"name": "{event}", "event": "{join link}"}) == "{event} at {join link}"


def test_fill_drops_private_characters_that_stand_for_readers_values() -> None:
    assert fill("a\ue010b\ue012 {name}", VALUES) == "ab <name>"


def test_unknown_fields_names_each_once_as_typed() -> None:
    assert unknown_fields("{name} {naem} {Naem} {naem} {0.__class__} {参会链接} {密码}") == [
        "naem", "Naem", "0.__class__", "密码",
    ]  # fmt: skip


def test_unknown_fields_finds_long_ones_and_those_over_lines() -> None:
    text = f"{{{'x' * 61}}} {{na\nme}} {{\r\n\r\n}} ｛{'密' * 100}｝"

    assert unknown_fields(text) == ["x" * 60 + "…", "na me", "", "密" * 60 + "…"]


@pytest.mark.parametrize("text", ["a { b", "a } b", "} a {", "a {\n\nb", "{name} }", "｛ {name}"])
def test_unknown_fields_lets_a_brace_without_its_other_pass(text: str) -> None:
    assert unknown_fields(text) == []


def test_has_field_finds_both_names() -> None:
    assert [has_field(text, "join link") for text in ("{参会链接}", "{join link}", "{name}", "join link")] == [
        True, True, False, False,
    ]  # fmt: skip


def test_audience_comes_back_from_its_words() -> None:
    audience = Audience(("registered", "focal-points"), ("invited", "opened"), (3, 17), "online", is_essential=True)

    assert Audience.of_words(audience.words) == audience
    assert Audience.of_words(["city:x", "strangers", "mode:flying", "delegation:lost"]) == Audience()
