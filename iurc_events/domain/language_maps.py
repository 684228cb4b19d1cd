"""Text in two or more languages: ``{"en": …, "zh": …}``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

LanguageMap = dict[str, str]

#: Language tags that a language map may have (BCP 47: language, script, region).
LANGUAGE_TAG = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?")
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff〇]")


@dataclass(frozen=True, slots=True)
class LocalText:
    """A text as shown to one reader."""

    text: str
    language: str
    is_fallback: bool


def localised(texts: Mapping[str, str] | None, language: str) -> LocalText | None:
    """Pick the text for a reader: their language, else English, else Chinese, else the first there is.

    Returns None where no text exists at all.
    """
    if not texts:
        return None
    if found := texts.get(language):
        return LocalText(found, language, is_fallback=False)
    for other in ("en", "zh", *texts):
        if found := texts.get(other):
            return LocalText(found, other, is_fallback=True)
    return None


def text_of(texts: Mapping[str, str] | None, language: str) -> str:
    """Return the bare text for a reader, or an empty string."""
    found = localised(texts, language)
    return found.text if found else ""


def other_language_of(texts: Mapping[str, str] | None, language: str) -> LocalText | None:
    """Return the same text in the other of English and Chinese, if it exists and differs in language."""
    other = "zh" if language == "en" else "en"
    if texts and (found := texts.get(other)) and texts.get(language):
        return LocalText(found, other, is_fallback=False)
    return None


def has_han(text: str) -> bool:
    """Tell whether a text has Chinese characters, those of rare names included."""
    return _HAN.search(text) is not None


def language_by_script(text: str) -> str:
    """Tell the language of a text by its letters: Chinese, or else English."""
    return "zh" if has_han(text) else "en"


def by_script(*texts: str) -> LanguageMap:
    """Put each text under the language of its letters; the first of a script stays, empty ones are left out."""
    found: LanguageMap = {}
    for text in texts:
        if text:
            found.setdefault(language_by_script(text), text)
    return found


def cleaned(texts: Mapping[str, str | None]) -> LanguageMap:
    """Drop empty texts and surrounding blanks."""
    return {tag: text.strip() for tag, text in texts.items() if text and text.strip()}
