"""The list of people to fill in offline: headings in both languages, choices to pick, who is registered already."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Final

from iurc_events.documents.people_columns import FIELDS
from iurc_events.documents.spreadsheets import quoted
from iurc_events.domain.vocabulary import SPECIAL_NEEDS
from iurc_events.localisation import noop, translate

#: Columns of the template, in order.
COLUMNS: Final = (
    "name_zh", "name_en", "gender", "honorific", "title_zh", "title_en", "organisation_zh", "organisation_en",
    "stakeholder_type", "role", "mode", "email", "topic_zh", "topic_en", "language_spoken", "reference",
)  # fmt: skip
#: What may be picked, in English; cells hold both languages.
CHOICES: Final[dict[str, dict[str, str]]] = {
    "gender": {"female": noop("Female"), "male": noop("Male"), "other": noop("Other")},
    "honorific": {"mr": noop("Mr"), "ms": noop("Ms"), "dr": noop("Dr"), "prof": noop("Prof")},
    "stakeholder_type": {
        "government": noop("Government"),
        "academia": noop("Academia"),
        "business": noop("Business"),
        "civil-society": noop("Civil society"),
        "other": noop("Other"),
    },
    "role": {"speaker": noop("Speaker"), "participant": noop("Participant"), "observer": noop("Observer")},
    "mode": {"onsite": noop("On site"), "online": noop("Online")},
    "language_spoken": {"zh": noop("Chinese"), "en": noop("English"), "other": noop("Other")},
}
_EXAMPLE: Final = {
    "name_zh": "示例：陈小明",
    "name_en": "Example: Chen Xiaoming",
    "title_zh": "处长",
    "title_en": "Head of Division",
    "organisation_zh": "某市生态环境局",
    "organisation_en": "Ecology and Environment Bureau",
    "email": "name@example.org",
    "topic_zh": "海绵城市建设经验",
    "topic_en": "Lessons of the sponge city",
}
_EXAMPLE_CHOICES: Final = {
    "gender": "female", "honorific": "ms", "stakeholder_type": "government", "role": "speaker", "mode": "onsite",
    "language_spoken": "zh",
}  # fmt: skip
_ROWS_TO_FILL: Final = 500


def in_both(words: str) -> str:
    """Return a text of the interface in Chinese and English, as cells and headings hold it."""
    return f"{translate(words, 'zh')} {words}"


def heading_of(field: str) -> str:
    """Return the heading of a column in both languages."""
    return in_both(FIELDS[field])


def choice_cell(field: str, value: str | None) -> str:
    """Return a value as a cell holds it."""
    if not value:
        return ""
    return in_both(CHOICES[field].get(value, value))


def columns_with(asks_for: Iterable[str]) -> tuple[str, ...]:
    """Return the columns of the template of an event: those of needs only where it asks for them."""
    asked = set(asks_for)
    return (*COLUMNS[:-1], *(kind for kind in SPECIAL_NEEDS if kind in asked), COLUMNS[-1])


def _example_row(columns: Sequence[str]) -> list[str]:
    return [_EXAMPLE.get(field) or choice_cell(field, _EXAMPLE_CHOICES.get(field)) for field in columns]


def write_template(
    head: Sequence[tuple[str, str]],
    notes: Sequence[str],
    people: Sequence[Sequence[str]],
    columns: Sequence[str] = COLUMNS,
) -> bytes:
    """Write the workbook: a sheet that says what holds, and the list with drop-down choices.

    Args:
        head: Names and values for the first sheet: event, city, places, deadline.
        notes: How to fill it in, a line each.
        people: Those registered already, cells in the order of ``columns``.
    """
    import xlsxwriter  # loaded where a workbook is written

    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(file, options)
    bold = book.add_format({"bold": True, "valign": "top"})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    heading = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top", "bg_color": "#E8EEF4"})
    example = book.add_format({"italic": True, "font_color": "#5A6570"})
    text = book.add_format({"num_format": "@"})

    first = book.add_worksheet("说明 Read me")
    first.set_column(0, 0, 34)
    first.set_column(1, 1, 90)
    for number, (name, value) in enumerate(head):
        first.write_string(number, 0, quoted(name), bold)
        first.write_string(number, 1, quoted(value), wrapped)
    for number, note in enumerate(notes, start=len(head) + 1):
        first.merge_range(number, 0, number, 1, "", wrapped)
        first.write_string(number, 0, quoted(note), wrapped)

    page = book.add_worksheet("名单 People")
    page.freeze_panes(1, 1)
    page.set_row(0, 32)
    for column, field in enumerate(columns):
        page.set_column(column, column, 16 if field in CHOICES or field == "reference" else 24, text)
        page.write_string(0, column, heading_of(field), heading)
        if field in CHOICES:
            page.data_validation(
                1, column, _ROWS_TO_FILL + len(people), column,
                {
                    "validate": "list",
                    "source": [in_both(words) for words in CHOICES[field].values()],
                    "error_type": "warning",
                    "error_title": "请选择 Choose",
                    "error_message": "请从列表中选择。Choose one of the list.",
                },
            )  # fmt: skip
    for number, row in enumerate([_example_row(columns), *people], start=1):
        for column, value in enumerate(row):
            if value:
                page.write_string(number, column, quoted(value), example if number == 1 else text)
    page.activate()
    book.close()
    return file.getvalue()
