"""Every text of the interface exists in every language, once and with the same placeholders."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir

from iurc_events.config import PACKAGE_FOLDER, resource_folder
from iurc_events.localisation import area_files, catalogue, read_area

_PLACEHOLDER = re.compile(r"%\((\w+)\)s")


def _messages(folder: Path, method: str, pattern: str) -> dict[str, str]:
    keywords = {
        "_": None,
        "gettext": None,
        "ngettext": (1, 2),
        "noop": None,
        "translate": None,
        "N_": None,
        "translate_count": (1, 2),
        "lazy_gettext": None,
    }
    found = extract_from_dir(
        str(folder),
        method_map=[(pattern, method)],
        options_map={pattern: {"silent": "false", "encoding": "utf-8", "trimmed": "true"}},
        keywords=keywords,
    )
    messages: dict[str, str] = {}
    for file, line, message, *_ in found:
        text = message[0] if isinstance(message, tuple) else message
        if text:
            messages.setdefault(text, f"{file}:{line}")
    return messages


def _all_messages() -> dict[str, str]:
    return (
        _messages(PACKAGE_FOLDER, "python", "**.py")
        | _messages(resource_folder("templates"), "jinja2.ext.babel_extract", "**.html")
        | _messages(resource_folder("templates"), "jinja2.ext.babel_extract", "**.txt")
    )


def test_every_text_is_translated_into_chinese() -> None:
    missing = {text: where for text, where in _all_messages().items() if text not in catalogue("zh")}
    assert missing == {}


def test_no_two_areas_translate_a_text_differently() -> None:
    translations: dict[str, dict[str, str]] = defaultdict(dict)
    for path in area_files("zh"):
        for text, translation in read_area(path).items():
            translations[text][path.name] = translation
    different = {text: areas for text, areas in translations.items() if len(set(areas.values())) > 1}
    assert different == {}


@pytest.mark.parametrize("path", area_files("zh"), ids=lambda path: path.name)
def test_placeholders_are_those_of_the_english_text(path: Path) -> None:
    wrong = {
        text: translation
        for text, translation in read_area(path).items()
        if not set(_PLACEHOLDER.findall(translation)) <= set(_PLACEHOLDER.findall(text)) | {"num"}
    }
    assert wrong == {}
