"""Interface texts in the languages of the programme.

English is written in the code and is the key; every other language has one PO file per area of the product in
``iurc_events/translations/LANGUAGE/``. The files are read once per process and need no compile step.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final, Literal

Language = Literal["en", "zh"]

LANGUAGES: Final[tuple[Language, ...]] = ("en", "zh")
#: Values of HTML's ``lang`` attribute (BCP 47) for the languages of the interface.
HTML_LANG: Final[dict[str, str]] = {"en": "en", "zh": "zh-Hans"}

_FOLDER = Path(__file__).resolve().parent.parent / "translations"


def noop(message: str) -> str:
    """Mark a text for translation where it is defined; it is translated where it is shown."""
    return message


def read_area(path: Path) -> dict[str, str]:
    """Return the translated texts of one PO file by their English text."""
    from babel.messages.pofile import read_po  # read once, kept out of the start of commands that print no texts

    texts: dict[str, str] = {}
    with path.open("rb") as file:
        for message in read_po(file, abort_invalid=True):
            if message.id and message.string:
                key = message.id if isinstance(message.id, str) else message.id[0]
                texts[key] = message.string if isinstance(message.string, str) else message.string[0]
    return texts


def area_files(language: str) -> list[Path]:
    """Return the PO files of a language."""
    return sorted((_FOLDER / language).glob("*.po"))


@cache
def catalogue(language: str) -> dict[str, str]:
    """Return all translated texts of a language; a test holds that no two areas disagree."""
    texts: dict[str, str] = {}
    for path in area_files(language):
        texts = read_area(path) | texts
    return texts


def translate(message: str, language: str, **params: object) -> str:
    """Return a text in a language; English where no translation exists.

    Args:
        params: Values for ``%(name)s`` placeholders; without any, percent signs stay as they are.
    """
    text = message if language == "en" else catalogue(language).get(message, message)
    return text % params if params else text


def translate_count(singular: str, plural: str, count: int, language: str, **params: object) -> str:
    """Return the text that fits a count; ``%(num)s`` is the count. Chinese has one form for all counts."""
    if language == "en":
        text = singular if count == 1 else plural
    else:
        text = catalogue(language).get(singular, singular if count == 1 else plural)
    return text % {"num": count, **params}
