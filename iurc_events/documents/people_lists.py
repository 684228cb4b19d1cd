"""Lists of people as they come: pasted text, CSV or XLSX in; headings and rows of plain text out.

Nothing of what comes is believed (sec-7, sec-13): the type is told by the content, bytes, unzipped bytes, rows, columns
and the extent of sheets are bounded before a sheet is parsed, and values of formulas are read, never formulas.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from iurc_events.domain.errors import DomainError
from iurc_events.localisation import noop

MAX_BYTES: Final = 5 * 1024 * 1024
MAX_ROWS: Final = 5000
MAX_COLUMNS: Final = 60
MAX_CELL: Final = 5000
_MAX_UNZIPPED: Final = 60 * 1024 * 1024
_MAX_EXTENT: Final = 2_000_000
_MAX_PARTS: Final = 500
_MAX_SHEETS: Final = 20
#: How far down the headings are looked for: a title and notes often stand above them.
_HEAD_ROWS: Final = 12
_NEEDED = re.compile(r"(\[Content_Types\]\.xml|_rels/\.rels|xl/.*\.(xml|rels))")
_PLACES = re.compile(rb"<(?:\w+:)?(?:row|c)\b[^>]*?\sr\s*=\s*[\"']([A-Za-z]*)([0-9]*)")
_HIGH = re.compile(rb"[\x80-\xff]+")
_DELIMITERS: Final = ("\t", ";", "；", ",", "，", "|", "、")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200b\u200e\u200f\u2028\u2029\ufeff\ud800-\udfff]")
_NUMBERING = re.compile(r"^\s*(?:\d{1,3}\s*[.、．)）]\s*|[①-⑳]\s*)")


class ListUnreadableError(DomainError):
    """The list cannot be read; the sentence says how to mend it."""


@dataclass(frozen=True, slots=True)
class ListRow:
    """A row with its number as the spreadsheet shows it, from 1."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PeopleList:
    """Headings, all of them empty where the list has none, and the rows beneath; as many cells in each."""

    headings: tuple[str, ...]
    rows: tuple[ListRow, ...]

    @property
    def has_headings(self) -> bool:
        """Whether a row of headings was found."""
        return any(self.headings)


Grid = list[tuple[int, list[str]]]


def read_file(content: bytes, known: Callable[[str], bool]) -> PeopleList:
    """Read an uploaded list; what it is, is told by its content.

    Args:
        known: Tells whether a text is a heading that means something.

    Raises:
        ListUnreadableError: If it is too large, no list, or empty.
    """
    if len(content) > MAX_BYTES:
        raise ListUnreadableError(noop("The file is larger than 5 MB. Delete pictures and other sheets, or divide it"))
    if not content.strip(b"\x00 \r\n\t"):
        raise ListUnreadableError(noop("The file is empty"))
    if content.startswith(b"PK\x03\x04"):
        return _best(_read_workbook(content), known)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise ListUnreadableError(
            noop("This is an old or a protected Excel file. Save it as .xlsx without a password and choose it again")
        )
    if content.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"{\\rtf", b"Rar!", b"\x1f\x8b", b"7z\xbc")):
        raise _not_a_list()
    text = _decode(content)
    if len(re.findall(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ufffd]", text[:4000])) * 50 > min(len(text), 4000):
        raise _not_a_list()
    return read_text(text, known)


def read_text(text: str, known: Callable[[str], bool]) -> PeopleList:
    """Read pasted text or the text of a CSV file: cells apart by tabs, semicolons, commas or blanks.

    Raises:
        ListUnreadableError: If it is too large or empty.
    """
    if len(text) > MAX_BYTES:
        raise ListUnreadableError(noop("The text is longer than 5 MB. Divide it"))
    return _to_list(_grid_of(text), known)


def _not_a_list() -> ListUnreadableError:
    return ListUnreadableError(noop("This file is no list. Choose an Excel file (.xlsx) or a CSV file"))


# --- Text -------------------------------------------------------------------------------------------------------------


def _decode(content: bytes) -> str:
    """Decode UTF-8 and UTF-16 with or without a mark, GB 18030, and Western European Windows text."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if content.startswith(mark):
            return _decoded(content, encoding)
    nulls_even, nulls_odd = content[0:4000:2].count(0), content[1:4000:2].count(0)
    if nulls_even or nulls_odd:
        sample = min(len(content), 4000) // 2
        if max(nulls_even, nulls_odd) * 10 < sample:
            raise _not_a_list()
        return _decoded(content, "utf-16-le" if nulls_odd > nulls_even else "utf-16-be")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        pass
    # Chinese characters are two bytes each and both high in most; letters with accents stand alone among plain ones.
    runs = [len(run) for run in _HIGH.findall(content)]
    if sum(1 for run in runs if run == 1) * 2 > len(runs):
        return _decoded(content, "cp1252")
    return _decoded(content, "gb18030")


def _decoded(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        raise ListUnreadableError(
            noop("The characters of this file cannot be told. Save it as .xlsx or as “CSV UTF-8” and choose it again")
        ) from None


def _grid_of(text: str) -> Grid:
    lines = [line for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n") if line.strip()]
    if not lines:
        raise ListUnreadableError(noop("The list is empty"))
    if lines[0].lower().startswith("sep=") and len(lines[0]) == 5:
        text = text.split("\n", 1)[1]
        lines = lines[1:]
    delimiter = _delimiter_of(lines[:40])
    if delimiter is None:
        return _by_blanks(text)
    grid: Grid = []
    source = io.StringIO(text.replace("\x00", ""), newline="")
    if delimiter in "；，、":
        rows: Iterable[list[str]] = (line.split(delimiter) for line in source.read().splitlines())
    else:
        rows = csv.reader(source, delimiter=delimiter)
    try:
        for number, row in enumerate(rows, start=1):
            if any(cell.strip() for cell in row):
                _check_extent(len(grid) + 1, len(row))
                grid.append((number, [_cell(value) for value in row]))
    except csv.Error:
        raise ListUnreadableError(
            noop("A quotation mark is opened and never closed. Delete it, or save the list as .xlsx")
        ) from None
    return grid


def _delimiter_of(lines: Sequence[str]) -> str | None:
    """Return what stands between cells: a tab wherever there is one, else the sign that most lines have alike."""
    if any("\t" in line for line in lines):
        return "\t"
    best, best_score = None, 0.0
    for sign in _DELIMITERS[1:]:
        counts = [line.count(sign) for line in lines]
        common = max(set(counts), key=lambda count: (counts.count(count), count))
        if common:
            score = counts.count(common) / len(lines) + min(common, 9) / 100
            if score > best_score and counts.count(common) * 2 > len(lines):
                best, best_score = sign, score
    return best


def _by_blanks(text: str) -> Grid:
    """Cut lines at blanks: two or more where any line has them, else each one, as chats write lists in Chinese."""
    lines = text.splitlines()
    has_wide = any(re.search(r"\S(?:\s{2,}|\u3000)\S", line) for line in lines)
    has_han = sum(1 for line in lines if re.search(r"[\u3400-\u9fff]", line))
    blank = r"\s{2,}|\u3000+" if has_wide else (r"\s+" if has_han * 2 > len(lines) else r"$^")
    grid: Grid = []
    for number, line in enumerate(lines, start=1):
        if bare := _NUMBERING.sub("", line).strip():
            cells = [_cell(part) for part in re.split(blank, bare)]
            _check_extent(len(grid) + 1, len(cells))
            grid.append((number, cells))
    return grid


# --- Workbooks --------------------------------------------------------------------------------------------------------


def _unzipped(content: bytes) -> bytes:
    """Return a workbook with only the parts that are read, unpacked within bounds and told truly of their size."""
    clean = io.BytesIO()
    total = 0
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed, zipfile.ZipFile(clean, "w") as plain:
            parts = packed.infolist()
            names = {part.filename for part in parts}
            if "xl/workbook.xml" not in names:
                raise _not_a_list()
            if len(parts) > _MAX_PARTS:
                raise _too_much()
            for part in parts:
                if not _NEEDED.fullmatch(part.filename) or part.filename.startswith(("xl/media", "xl/drawings")):
                    continue
                total += part.file_size
                if total > _MAX_UNZIPPED:
                    raise _too_much()
                data = packed.read(part)  # no more than file_size bytes, and its checksum must be right
                if part.filename.startswith("xl/worksheets/") and part.filename.endswith(".xml"):
                    _check_sheet(data)
                elif b"<!DOCTYPE" in data[:4000]:
                    raise _not_a_list()
                plain.writestr(part.filename, data)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, OSError, ValueError):
        raise ListUnreadableError(
            noop("This Excel file is damaged or protected. Open it, save it as .xlsx without a password, and try again")
        ) from None
    return clean.getvalue()


def _too_much() -> ListUnreadableError:
    return ListUnreadableError(
        noop("This Excel file holds far more than a list. Copy the list into a new file and choose that")
    )


def _check_sheet(data: bytes) -> None:
    """Refuse a sheet that reaches so far that the cells between could not be held."""
    if b"\x00" in data or b"<!DOCTYPE" in data[:4000]:
        raise _not_a_list()
    last_row = last_column = 1
    for letters, digits in _PLACES.findall(data):
        column = 0
        for letter in letters.upper()[:4]:
            column = column * 26 + letter - 64
        last_column = max(last_column, column)
        last_row = max(last_row, int(digits[:9] or 1))
    if last_row * last_column > _MAX_EXTENT:
        raise _too_much()


def _read_workbook(content: bytes) -> list[Grid]:
    from python_calamine import CalamineError, load_workbook  # loaded where a workbook is read

    plain = _unzipped(content)
    grids: list[Grid] = []
    too_large: ListUnreadableError | None = None
    try:
        book = load_workbook(io.BytesIO(plain))
        for name in book.sheet_names[:_MAX_SHEETS]:
            sheet = book.get_sheet_by_name(name)
            try:
                grid = _sheet_grid(sheet.to_python(skip_empty_area=False))
            except ListUnreadableError as error:
                too_large = error
                continue
            if grid:
                grids.append(grid)
    except (CalamineError, OSError, ValueError):
        raise ListUnreadableError(
            noop("This Excel file is damaged or protected. Open it, save it as .xlsx without a password, and try again")
        ) from None
    if not grids:
        raise too_large or ListUnreadableError(noop("The list is empty"))
    return grids


def _sheet_grid(values: Sequence[Sequence[object]]) -> Grid:
    grid: Grid = []
    for number, row in enumerate(values, start=1):
        cells = [_cell(value) for value in row]
        while cells and not cells[-1]:
            cells.pop()
        if cells:
            _check_extent(len(grid) + 1, len(cells))
            grid.append((number, cells))
    return grid


# --- From a grid to a list --------------------------------------------------------------------------------------------


def _check_extent(rows: int, columns: int) -> None:
    if rows > MAX_ROWS + _HEAD_ROWS:
        raise ListUnreadableError(noop("The list has more than 5,000 rows. Divide it"))
    if columns > MAX_COLUMNS:
        raise ListUnreadableError(noop("The list has more than 60 columns. Delete those that say nothing of people"))


def _cell(value: object) -> str:
    """Return a cell as text: whole numbers without a point, days as 2027-04-29, blanks and marks tidied."""
    if isinstance(value, str):
        text = _CONTROLS.sub("", value.replace("\r\n", "\n").replace("\u00a0", " ")).strip(" \t\n\u3000")
        if text[:1] == "'" and text[1:2] in "=+-@＝＋－＠":
            text = text[1:]  # the mark that keeps spreadsheets from computing it
        return text[:MAX_CELL]
    if value is None or isinstance(value, bool):
        return "" if value is None else str(value).upper()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if not (value.hour or value.minute) else value.isoformat(" ", "minutes")
    return value.isoformat() if isinstance(value, date) else str(value)[:MAX_CELL]


def _to_list(grid: Grid, known: Callable[[str], bool]) -> PeopleList:
    """Find the headings, and return them with what stands beneath, all rows of one width."""
    best, best_number = None, 0
    for position, (_, cells) in enumerate(grid[:_HEAD_ROWS]):
        number = sum(1 for cell in cells if cell and known(cell))
        filled = sum(1 for cell in cells if cell)
        if number > best_number and number * 3 >= filled:
            best, best_number = position, number
    body = grid if best is None else grid[best + 1 :]
    if not body:
        raise ListUnreadableError(noop("The list has headings and nobody beneath them"))
    if len(body) > MAX_ROWS:
        raise ListUnreadableError(noop("The list has more than 5,000 rows. Divide it"))
    width = max(len(cells) for _, cells in ([grid[best], *body] if best is not None else body))
    headings = [" ".join(cell.split()) for cell in grid[best][1]] if best is not None else []
    return PeopleList(
        tuple(headings + [""] * (width - len(headings))),
        tuple(ListRow(number, tuple(cells + [""] * (width - len(cells)))) for number, cells in body),
    )


def _best(grids: Sequence[Grid], known: Callable[[str], bool]) -> PeopleList:
    """Return the sheet with most headings that mean something, else the first that holds a list."""
    lists: list[PeopleList] = []
    first: ListUnreadableError | None = None
    for grid in grids:
        try:
            lists.append(_to_list(grid, known))
        except ListUnreadableError as error:
            first = first or error
    if not lists:
        raise first or ListUnreadableError(noop("The list is empty"))
    return max(lists, key=lambda each: sum(1 for heading in each.headings if heading and known(heading)))
