"""The compiled check gives the verdicts of a general JSON Schema validator."""

from __future__ import annotations

import copy
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from iurc_events.documents.schemas import SCHEMA_FILES, checker, schema_of
from tests.unit.documents.samples import FILES, document, event, read

VALUES = st.sampled_from(
    [None, True, False, 0, 1, 1.0, 1.5, -3, 10**9, "", "x", "en", "Not A Slug", "2027-13-01", "2027-04-29T09:00", [],
     [1, 1], ["a", "a"], ["a"], {}, {"en": "x"}, {"zh": ""}, {"en": "x", "zh": "y", "q": 1}, {"xx-Latn": "t"}]
)  # fmt: skip


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, child in children for place in _places(child, (*path, key)))]


def _spoil(value: Any, path: tuple[Any, ...], change: Any, replacement: Any) -> Any:
    spoilt = copy.deepcopy(value)
    holder = spoilt
    for key in path[:-1]:
        holder = holder[key]
    if change == "replace":
        holder[path[-1]] = replacement
    elif change == "remove":
        del holder[path[-1]]
    elif isinstance(holder, dict):
        holder["unknown"] = replacement
    else:
        holder.append(replacement)
    return spoilt


SAMPLES = [
    document(event()),
    *(read(path) for path in FILES if path.stem in ("themes", "2021-yangzhou-horticultural-expo")),
]
_CITIES = read(FILES[0])
SAMPLES.append(_CITIES | {"cities": _CITIES["cities"][:3], "pairings": _CITIES["pairings"][:3]})
PLACES = [[place for place in _places(sample) if place] for sample in SAMPLES]


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_check_agrees_with_a_general_validator_when_a_document_is_spoilt(data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(SAMPLES) - 1))
    spoilt = _spoil(
        SAMPLES[index],
        data.draw(st.sampled_from(PLACES[index])),
        data.draw(st.sampled_from(["replace", "remove", "add"])),
        data.draw(VALUES),
    )
    format_name = SAMPLES[index]["format"]
    expected = jsonschema.Draft202012Validator(schema_of(format_name)).is_valid(spoilt)
    assert (checker(format_name)(spoilt) is None) == expected


@pytest.mark.parametrize("format_name", SCHEMA_FILES)
def test_schemas_are_right_themselves(format_name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(schema_of(format_name))
