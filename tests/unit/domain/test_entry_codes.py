"""Codes shown at the door."""

from __future__ import annotations

import uuid

from hypothesis import given
from hypothesis import strategies as st

from iurc_events.domain.entry_codes import entry_code, read_entry_code

SECRET = "made-up-secret"


@given(public_id=st.uuids(), kind=st.sampled_from(["participant", "speaker"]))
def test_code_is_read_back_from_any_address_and_case(public_id: uuid.UUID, kind: str) -> None:
    code = entry_code(SECRET, kind, public_id)  # type: ignore[arg-type]  # hypothesis gives a plain str
    address = f" https://example.org/en/check-in/{code}/ "
    assert (len(code), read_entry_code(SECRET, code), read_entry_code(SECRET, address.upper())) == (
        53,
        (kind, public_id),
        (kind, public_id),
    )


@given(public_id=st.uuids(), position=st.integers(0, 52))
def test_changed_or_foreign_code_is_none(public_id: uuid.UUID, position: int) -> None:
    code = entry_code(SECRET, "participant", public_id)
    other = "b" if code[position] != "b" else "c"
    changed = code[:position] + other + code[position + 1 :]
    assert (read_entry_code(SECRET, changed), read_entry_code("another", code)) == (None, None)


@given(text=st.text())
def test_no_text_breaks_the_reader(text: str) -> None:
    assert read_entry_code(SECRET, text) is None
