"""Tables as CSV and XLSX: text stays text, whatever it begins with (sec-5)."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

Cell = str | int | float | bool | date | datetime | None

CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: What a cell may begin with to be taken for a formula, with the full-width forms (ASVS 5.0 V1.2.10).
_FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")
#: Blanks that spreadsheets leave out before they look for a formula.
_BLANKS = " \u00a0\u3000\u200b\ufeff"
#: XML 1.0 has no place for these.
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_WIDEST, _LONGEST = 60, 32_767
_SHEET_NAME = re.compile(r"[\[\]:*?/\\']")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of a workbook; the first row is the headings."""

    name: str
    headings: Sequence[str]
    rows: Sequence[Sequence[Cell]]


def quoted(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula: an apostrophe stands before what looks like one."""
    return f"'{text}" if text.lstrip(_BLANKS).startswith(_FORMULA_STARTS) else text


def _csv_cell(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return quoted(_CONTROLS.sub("", value))
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="minutes")
    return str(value)


def write_csv(headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """Write a table as CSV (RFC 4180) in UTF-8 with the mark that spreadsheet programs need for Chinese."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([_csv_cell(heading) for heading in headings])
    writer.writerows([_csv_cell(value) for value in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _width(values: Iterable[Cell]) -> float:
    """Return a column width that fits most values; Chinese characters are two wide."""
    longest = max((sum(2 if ord(sign) > 0x2E80 else 1 for sign in str(value)[:80]) for value in values), default=0)
    return min(_WIDEST, max(8, longest + 2))


def _sheet_name(name: str, taken: set[str]) -> str:
    base = (_CONTROLS.sub("", _SHEET_NAME.sub(" ", name)).strip() or "Sheet")[:31]
    number, found = 1, base
    while found.casefold() in taken:
        number += 1
        found = f"{base[:27]} {number}"
    taken.add(found.casefold())
    return found


def write_xlsx(sheets: Sequence[Sheet]) -> bytes:
    """Write sheets as a workbook: strings typed as strings, headings fixed, no formula and no link."""
    import xlsxwriter  # loaded where a workbook is written

    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(file, options)
    bold = book.add_format({"bold": True, "bottom": 1})
    day, moment = book.add_format({"num_format": "yyyy-mm-dd"}), book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    taken: set[str] = set()
    for sheet in sheets:
        page = book.add_worksheet(_sheet_name(sheet.name, taken))
        page.freeze_panes(1, 0)
        for column, heading in enumerate(sheet.headings):
            page.write_string(0, column, quoted(_CONTROLS.sub("", heading)), bold)
            sample = (row[column] for row in sheet.rows[:200] if column < len(row) and row[column] is not None)
            page.set_column(column, column, _width([heading, *sample]))
        for number, row in enumerate(sheet.rows, start=1):
            for column, value in enumerate(row):
                if value is None or value == "":
                    continue
                if isinstance(value, str):
                    page.write_string(number, column, quoted(_CONTROLS.sub("", value))[:_LONGEST])
                elif isinstance(value, bool):
                    page.write_boolean(number, column, value)
                elif isinstance(value, datetime):
                    page.write_datetime(number, column, value.replace(tzinfo=None), moment)
                elif isinstance(value, date):
                    page.write_datetime(number, column, value, day)
                else:
                    page.write_number(number, column, value)
    if not sheets:
        book.add_worksheet("Sheet")
    book.close()
    return file.getvalue()
