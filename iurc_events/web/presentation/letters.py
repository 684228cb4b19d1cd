"""Formal letters as rows of a register."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date

from iurc_events.domain.clock_texts import short_date
from iurc_events.domain.language_maps import LocalText, by_script, localised
from iurc_events.localisation import noop, translate
from iurc_events.queries.letters import ListedLetter
from iurc_events.web.forms.letters import PURPOSE_WORDS


@dataclass(frozen=True, slots=True)
class LetterRow:
    """A letter: what it is, for whom, of which day."""

    public_id: uuid.UUID
    number: str
    kind: str
    for_whom: LocalText | None
    date: str


def letter_row(letter: ListedLetter, language: str) -> LetterRow:
    """Turn a listed letter into a row."""
    name = letter.city_name or letter.speaker_name or by_script(letter.participant_name or "")
    kind = PURPOSE_WORDS.get(letter.purpose, noop("Letter of invitation"))
    return LetterRow(
        public_id=letter.public_id,
        number=letter.number,
        kind=translate(kind, language),
        for_whom=localised(name, language),
        date=short_date(date.fromisoformat(letter.issued_on), language, with_year=True),
    )
