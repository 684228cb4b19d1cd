"""What a formal letter says: every text ready and in the language of its page, as it was when the letter was issued."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from iurc_events.localisation import Language
from iurc_events.reports.contents import Header


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterPage:
    """A letter in one language.

    Args:
        sender: Lines under the programme's name: office, address, mail address.
        kind: The name of the letter: "Letter of invitation", 邀请函.
        receiver: Lines of the receiver; the last one ends the salutation in Chinese.
        paragraphs: What it says before the facts; ``after`` what it says behind them.
        facts: Labels and values: event, time, place, places for the delegation.
        signature: Lines under the place for the signature; empty where nobody is named.
    """

    language: Language
    programme: str
    sender: tuple[str, ...]
    kind: str
    number: str
    place_and_date: str
    receiver: tuple[str, ...]
    salutation: str
    paragraphs: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    after: tuple[str, ...]
    farewell: tuple[str, ...]
    signature: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterDocument:
    """A letter in both languages: the receiver's first."""

    header: Header
    number: str
    pages: tuple[LetterPage, ...]


def letter_values(pages: tuple[LetterPage, ...]) -> dict[str, Any]:
    """Return the pages of a letter as plain values, to be kept."""
    return {"pages": [asdict(page) for page in pages]}


def letter_pages(values: Mapping[str, Any]) -> tuple[LetterPage, ...]:
    """Return the pages of a letter from values that were kept."""
    return tuple(
        LetterPage(
            **{
                **page,
                **{name: tuple(page[name]) for name in _LINES},
                "facts": tuple((label, value) for label, value in page["facts"]),
            }
        )
        for page in values["pages"]
    )


_LINES = ("sender", "receiver", "paragraphs", "after", "farewell", "signature")
