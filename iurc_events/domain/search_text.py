"""Texts in searchable form: case and diacritics folded, a blank around each Han character.

With the blanks a full-text index sees every Han character as a word, and a two-character Chinese word is found as a
phrase; without them an index sees a whole run of characters as one word.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_HAN = re.compile(r"([\u2e80-\u2fdf\u3005-\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff])")
_NO_WORD = re.compile(r"[^\w]+")
_LETTERS = str.maketrans({"ł": "l", "ß": "ss", "đ": "d", "ø": "o", "æ": "ae", "œ": "oe", "ı": "i", "ð": "d", "þ": "th"})


def searchable(text: str) -> str:
    """Fold a text for the index: NFKC, lower case, no diacritics, blanks around Han, words only."""
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold()).translate(_LETTERS)
    bare = "".join(c for c in folded if not unicodedata.combining(c))
    return " ".join(_NO_WORD.sub(" ", _HAN.sub(r" \1 ", bare)).split())


def searchable_all(texts: Iterable[str | None]) -> str:
    """Fold several texts, a line each, so that phrases do not run over from one to the next."""
    return "\n".join(dict.fromkeys(searchable(text) for text in texts if text))


def query_phrases(query: str) -> list[str]:
    """Split what a person typed into phrases, each of which must be found."""
    return [phrase for part in query.split() if (phrase := searchable(part))][:12]
