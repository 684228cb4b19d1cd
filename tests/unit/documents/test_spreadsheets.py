"""Tables as CSV and XLSX: nothing in them is ever taken for a formula."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, date, datetime

import pytest
from python_calamine import load_workbook

from iurc_events.documents.spreadsheets import Sheet, quoted, write_csv, write_xlsx


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "＋1", "－1", "＠x", "　=1", " =1"]
)
def test_quoted_puts_an_apostrophe_before_what_looks_like_a_formula(text: str) -> None:
    assert quoted(text) == f"'{text}"


MOMENT = datetime(2027, 4, 29, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "Wuhan", "武汉", "a=b", " Wuhan", "3"])
def test_quoted_leaves_other_text_alone(text: str) -> None:
    assert quoted(text) == text


def test_write_csv_has_the_mark_for_chinese_and_quotes_formulas() -> None:
    written = write_csv(["Name", "=Heading"], [["王小明, 郑州", "=cmd|' /C calc'!A1"], [None, -3], ["a\x00b", True]])

    assert written == ("\ufeffName,'=Heading\r\n\"王小明, 郑州\",'=cmd|' /C calc'!A1\r\n,-3\r\nab,True\r\n".encode())


def test_write_xlsx_types_strings_as_strings_and_numbers_as_numbers() -> None:
    written = write_xlsx(
        [
            Sheet("People: 人员", ["Name", "Minutes", "Day", "At"],
                  [["=1+1", 90, date(2027, 4, 29), MOMENT], ["http://x.example", 1.5, None, "007"]]),
            Sheet("people  人员", ["A"], []),
        ]
    )  # fmt: skip

    book = load_workbook(io.BytesIO(written))
    with zipfile.ZipFile(io.BytesIO(written)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    assert book.get_sheet_by_index(0).to_python() == [
        ["Name", "Minutes", "Day", "At"],
        ["'=1+1", 90.0, date(2027, 4, 29), MOMENT.replace(tzinfo=None)],
        ["http://x.example", 1.5, "", "007"],
    ]
    assert ("<f>" in sheet, "hyperlink" in sheet) == (False, False)
    assert book.sheet_names == ["People  人员", "people  人员 2"]
