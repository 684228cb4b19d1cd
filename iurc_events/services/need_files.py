"""The needs of an event as CSV and XLSX, for its organisers."""

from __future__ import annotations

from collections.abc import Sequence

from iurc_events.documents.spreadsheets import Cell, Sheet, write_csv, write_xlsx
from iurc_events.domain.language_maps import text_of
from iurc_events.domain.needs import grouped
from iurc_events.domain.vocabulary import SPECIAL_NEEDS
from iurc_events.localisation import noop, translate
from iurc_events.localisation.vocabulary import label
from iurc_events.queries.needs import Need
from iurc_events.services.count_files import FileKind

KIND_WORDS = {"dietary": noop("Food and drink"), "accessibility": noop("Accessibility needs"), "visa": noop("Visa")}


def needs_file(needs: Sequence[Need], language: str, kind: FileKind, *, deleted_after: str) -> bytes:
    """Write the needs of an event: everybody's, and in a workbook the totals on a sheet of their own.

    Args:
        deleted_after: The last day on which the needs are kept, so that nobody keeps the file for longer.
    """

    def word(text: str) -> str:
        return translate(text, language)

    headings = [
        word(text)
        for text in (
            noop("Kind"), noop("Need"), noop("English name"), noop("Chinese name"), noop("City"),
            noop("Comes as"), noop("Takes part"), noop("Delete after"),
        )
    ]  # fmt: skip
    rows: list[list[Cell]] = [
        [
            word(KIND_WORDS[need.kind]),
            need.text,
            need.name.get("en", ""),
            need.name.get("zh", ""),
            text_of(need.city, language) if need.city else "",
            label("member_role", need.role, language),
            label("attendance", need.mode, language) if need.mode else "",
            deleted_after,
        ]
        for need in needs
    ]
    if kind == "csv":
        return write_csv(headings, rows)
    totals: list[list[Cell]] = [
        [word(KIND_WORDS[each]), text, number]
        for each in SPECIAL_NEEDS
        for text, number in grouped(need.text for need in needs if need.kind == each)
    ]
    return write_xlsx(
        [
            Sheet(word(noop("Needs")), headings, rows),
            Sheet(word(noop("Totals")), [headings[0], headings[1], word(noop("Number"))], totals),
        ]
    )
