"""Tables out of files and pasted text, bounded before anything is believed (sec-13)."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date, datetime, time, timedelta

from iurc_events.documents.faults import Fault
from iurc_events.localisation import noop

LARGEST_FILE = 5 * 1024 * 1024
#: What a workbook may unpack to.
LARGEST_UNPACKED = 60 * 1024 * 1024
MOST_ROWS = 20_000
MOST_COLUMNS = 60
LONGEST_CELL = 500

Row = list[str]


class TableError(Exception):
    """A file is no table that can be read; ``fault`` says why."""

    def __init__(self, message: str, **params: object) -> None:
        super().__init__(message % params if params else message)
        self.fault = Fault("$", message, params)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else str(value)
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        seconds = int(value.total_seconds())
        return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return str(value).strip()[:LONGEST_CELL]


def _workbook(content: bytes) -> list[list[Row]]:
    from python_calamine import CalamineError, load_workbook  # loaded where a workbook is read

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(part.file_size for part in archive.infolist()) > LARGEST_UNPACKED:
                raise TableError(noop("The workbook is too large"))
        book = load_workbook(io.BytesIO(content))
        sheets = []
        for number in range(min(len(book.sheet_names), 10)):
            sheet = book.get_sheet_by_index(number)
            if sheet.total_height > MOST_ROWS:
                raise TableError(noop("The list has more than %(limit)s rows"), limit=MOST_ROWS)
            rows = sheet.to_python(skip_empty_area=False, nrows=MOST_ROWS)
            sheets.append([[_cell(value) for value in row[:MOST_COLUMNS]] for row in rows])
    except (zipfile.BadZipFile, CalamineError, ValueError, KeyError, OSError) as error:
        raise TableError(noop("The workbook cannot be read")) from error
    return sheets


def decoded(content: bytes) -> str:
    """Return the text of a file in UTF-8, UTF-16 or GB18030, whichever it is written in."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        order = ["utf-16"]
    elif content[1:2] == b"\0" or content[:1] == b"\0":
        order = ["utf-16-le" if content[1:2] == b"\0" else "utf-16-be"]
    else:
        order = ["utf-8-sig", "gb18030"]
    for encoding in order:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise TableError(noop("The file is neither a table of text nor an XLSX workbook"))


def _text_table(text: str) -> list[Row]:
    if "\0" in text:
        raise TableError(noop("The file is neither a table of text nor an XLSX workbook"))
    head = text[:20_000]
    separator = max("\t,;", key=head.count)
    rows: list[Row] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
            rows.append([cell.strip()[:LONGEST_CELL] for cell in row[:MOST_COLUMNS]])
            if len(rows) > MOST_ROWS:
                raise TableError(noop("The list has more than %(limit)s rows"), limit=MOST_ROWS)
    except csv.Error as error:
        raise TableError(noop("The file is neither a table of text nor an XLSX workbook")) from error
    return rows


def read_tables(content: bytes) -> list[list[Row]]:
    """Read the sheets of a workbook, or the one table of a text.

    Raises:
        TableError: If it is too large, or no table.
    """
    if len(content) > LARGEST_FILE:
        raise TableError(noop("The file is larger than %(limit)s MB"), limit=LARGEST_FILE // 1024 // 1024)
    if content[:4] == b"PK\x03\x04":
        return _workbook(content)
    return [_text_table(decoded(content))]
