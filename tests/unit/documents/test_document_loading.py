"""Reading files: bounded, exact about what is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from iurc_events.documents import files as document_files
from iurc_events.documents import load
from tests.unit.documents.samples import FILES, document, event


def faults(source: bytes | Path) -> list[str]:
    return [str(fault) for fault in load(source).faults]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_load_finds_no_fault_in_a_shipped_document(path: Path) -> None:
    assert load(path).faults == ()


def test_load_names_the_line_and_column_when_the_text_is_not_json() -> None:
    assert faults(b'{"format":\n nonsense}') == ["$: is not JSON: line 2, column 2: Expecting value"]


def test_load_refuses_nan_and_numbers_beyond_measure() -> None:
    assert faults(b'{"a": NaN}') == ["$: is not JSON: NaN is not a number of JSON"]
    assert faults(b'{"a": 1e999}') == ["$: is not JSON: 1e999 is too large a number"]


def test_load_refuses_what_is_not_utf_8() -> None:
    assert faults(b'{"a": "\xff"}') == ["$: is not UTF-8: byte 8"]


def test_load_takes_a_byte_order_mark() -> None:
    assert faults(b"\xef\xbb\xbf" + json.dumps(document(event())).encode()) == []


def test_load_refuses_deep_nesting() -> None:
    assert faults(b"[" * 200_000 + b"]" * 200_000) == ["$: is nested too deeply"]


def test_load_refuses_a_file_that_is_too_large(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(document_files, "LARGEST_FILE", 1024 * 1024)
    path = tmp_path / "large.json"
    path.write_bytes(b" " * (1024 * 1024 + 1))
    assert faults(path) == ["$: the file is larger than 1 MB"]


def test_load_refuses_more_values_than_it_can_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document_files, "MOST_VALUES", 10)
    assert faults(b"[" + b"0," * 20 + b"0]") == ["$: the file holds more than 10 values"]


def test_load_says_that_a_file_is_missing(tmp_path: Path) -> None:
    assert faults(tmp_path / "none.json") == ["$: cannot be read: No such file or directory"]


def test_load_names_repeated_keys_where_they_stand() -> None:
    text = json.dumps(document(event())).replace('"kind": "talk"', '"kind": "talk", "kind": "talk"')
    assert faults(text.encode()) == ["$.events[0].sessions[0].items[0].kind: stands more than once"]


def test_load_refuses_other_formats_and_versions() -> None:
    assert faults(b'{"format": "else"}') == ["$.format: must be one of: iurc-events, iurc-cities, iurc-themes"]
    assert faults(b'{"format": "iurc-events", "version": 2}') == ["$.version: only version 1 can be read"]
    assert faults(b'{"format": "iurc-events", "version": true}') == ["$.version: only version 1 can be read"]


def test_load_finds_all_faults_of_a_document() -> None:
    spoilt = event(
        id="Not a slug",
        title={"en": "Cafe\u0301"},
        kind="party",
        sdgs=[1, 18, 1.5],
        start="2027-04-29 09:00",
        themes="smart-city",
        extra=1,
        speakers=...,
    )
    assert faults(json.dumps(document(spoilt)).encode()) == [
        "$.events[0].id: “Not a slug” does not have the form ^[a-z0-9]+(-{1,2}[a-z0-9]+)*$",
        "$.events[0].title.en: is not in Unicode normal form C (NFC)",
        "$.events[0].title.zh: is missing",
        "$.events[0].kind: must be one of: workshop, thematic-seminar, exchange-meeting, annual-conference, "
        "exposition, training, kick-off, networking-event, regional-workshop, study-visit, working-session, "
        "high-level-seminar",
        "$.events[0].start: “2027-04-29 09:00” does not have the form "
        "^[0-9]{4}-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01])(T([01][0-9]|2[0-3]):[0-5][0-9])?)?$",
        "$.events[0].themes: must be a list",
        "$.events[0].sdgs[1]: must be at most 17",
        "$.events[0].sdgs[2]: must be a whole number",
        "$.events[0].extra: is not a field of this format",
        "$.events[0].speakers: is missing",
    ]


@pytest.mark.parametrize("text", ["a\x00b", "\ud800", "\x1b[31m"])
def test_load_refuses_characters_that_no_database_and_no_page_can_hold(text: str) -> None:
    source = json.dumps(document(event(title={"en": text, "zh": "智慧"}))).encode()
    assert faults(source) == ["$.events[0].title.en: holds a control character"]


def test_load_takes_a_line_end_after_a_slug_as_part_of_it() -> None:
    assert len(faults(json.dumps(document(event(id="slug\n"))).encode())) == 1
