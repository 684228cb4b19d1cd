"""Lists of people as offices write them: what is read, what columns and cells mean, and what is refused."""

from __future__ import annotations

import io
import zipfile

import pytest

from iurc_events.documents import people_columns, people_lists
from iurc_events.documents.people_lists import ListUnreadableError, PeopleList
from iurc_events.documents.people_sheets import COLUMNS, heading_of, write_template
from iurc_events.documents.people_values import RowValues, read_row
from iurc_events.documents.spreadsheets import Sheet, write_xlsx

ROWS = [("陈测试", "处长", "chen@example.org"), ("李试验", "主任", "li@example.org")]
CSV = "姓名,职务,邮箱\n陈测试,处长,chen@example.org\n李试验,主任,li@example.org\n"


def romanise(family: str, given: str) -> tuple[str, str]:
    return f"F-{family}", f"G-{given}"


def read(content: bytes | str) -> PeopleList:
    if isinstance(content, bytes):
        return people_lists.read_file(content, people_columns.is_known)
    return people_lists.read_text(content, people_columns.is_known)


def values(cell: str, column: str = "name", *, is_family_first: bool = True) -> RowValues:
    return read_row([cell], {"0": column}, is_family_first=is_family_first, romanise=romanise)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "gb18030"])
def test_csv_is_read_in_each_encoding(encoding: str) -> None:
    found = read(CSV.encode(encoding))
    assert (found.headings, [row.cells for row in found.rows]) == (("姓名", "职务", "邮箱"), ROWS)


@pytest.mark.parametrize("sign", ["\t", ";", ",", "；", "，", "|"])
def test_pasted_text_is_cut_at_the_sign_that_lines_share(sign: str) -> None:
    assert [row.cells for row in read(CSV.replace(",", sign)).rows] == ROWS


def test_western_csv_keeps_its_accents() -> None:
    assert read("Name;Email\nMüller Jürgen;m@example.org\n".encode("cp1252")).rows[0].cells[0] == "Müller Jürgen"


def test_chat_list_is_cut_at_blanks_without_its_numbers() -> None:
    found = read("1. 陈测试 处长 chen@example.org\n2、李试验 主任 li@example.org")
    assert (found.has_headings, [row.cells for row in found.rows]) == (False, ROWS)


def test_title_above_the_headings_is_no_row() -> None:
    book = write_xlsx([Sheet("A", ["某市参会名单", "", ""], [[None], ["姓名", "职务", "邮箱"], *map(list, ROWS)])])
    found = read(book)
    assert [(row.number, row.cells) for row in found.rows] == [(4, ROWS[0]), (5, ROWS[1])]


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("姓名", "name"), ("姓名 Name", "name"), ("中文姓名", "name_zh"), ("英文姓名", "name_en"), ("拼音", "name_en"),
        ("性　别", "gender"), ("职务/职称", "title"), ("工作单位（全称）", "organisation"), ("E-mail", "email"),
        ("电子邮箱*", "email"), ("参会方式(线上/线下)", "mode"), ("Family name", "family_en"), ("Position", "title"),
        ("发言题目", "topic"), ("发言语言", "language_spoken"), ("机构类型", "stakeholder_type"), ("角色", "role"),
        ("手机号码", "private"), ("身份证号", "private"), ("Passport No.", "private"), ("序号", ""), ("谁呀", None),
    ],
)  # fmt: skip
def test_heading_means_its_field(heading: str, field: str | None) -> None:
    assert people_columns.field_of(heading) == field


def test_every_heading_of_the_template_is_known() -> None:
    assert [people_columns.field_of(heading_of(field)) for field in COLUMNS] == list(COLUMNS)


def test_columns_without_headings_are_told_by_what_they_hold() -> None:
    rows = [("陈测试", "13800000000", "处长", "测试局", "chen@example.org", "线上")]
    assert people_columns.guess_mapping([""] * 6, rows) == {
        "0": "name", "1": "private", "2": "title", "3": "organisation", "4": "email", "5": "mode",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("cell", "name", "family"),
    [
        ("陈测试", {"zh": "陈测试", "en": "F-陈 G-测试"}, {"zh": "陈", "en": "F-陈"}),
        ("欧阳样本", {"zh": "欧阳样本", "en": "F-欧阳 G-样本"}, {"zh": "欧阳", "en": "F-欧阳"}),
        ("陈测试 Chen Ceshi", {"zh": "陈测试", "en": "Chen Ceshi"}, {"zh": "陈", "en": "Chen"}),
        ("陈测试（CHEN Ceshi）", {"zh": "陈测试", "en": "CHEN Ceshi"}, {"zh": "陈", "en": "CHEN"}),
        ("陈 测试 女士", {"zh": "陈测试", "en": "F-陈 G-测试"}, {"zh": "陈", "en": "F-陈"}),
    ],
)
def test_name_of_a_chinese_city_is_divided_and_romanised(
    cell: str, name: dict[str, str], family: dict[str, str]
) -> None:
    found = values(cell).values
    assert (found["name"], found["family_name"]) == (name, family)


@pytest.mark.parametrize(
    ("cell", "name", "family"),
    [
        ("Anna Muster", "Anna Muster", "Muster"),
        ("Muster, Anna", "Anna Muster", "Muster"),
        ("Dr. Jean DUPONT", "Jean DUPONT", "DUPONT"),
        ("Jan van der Test", "Jan van der Test", "van der Test"),
    ],
)
def test_name_of_a_european_city_is_divided(cell: str, name: str, family: str) -> None:
    found = values(cell, is_family_first=False).values
    assert (found["name"], found["family_name"]) == ({"en": name}, {"en": family})


@pytest.mark.parametrize(
    ("column", "cell", "field", "value"),
    [
        ("mode", "线下", "mode", "onsite"), ("mode", "线上 / Online", "mode", "online"),
        ("mode", "Ｏｎｌｉｎｅ", "mode", "online"),
        ("role", "列席", "role", "observer"), ("role", "Speaker", "role", "speaker"),
        ("gender", "女", "gender", "female"),
        ("honorific", "女士", "honorific", "ms"), ("language_spoken", "中文 Chinese", "language_spoken", "zh"),
        ("stakeholder_type", "高校", "stakeholder_type", "academia"),
        ("email", " Ａ＠Example.ORG ", "email", "A@example.org"),
        ("title", "处长 / Director", "title", {"zh": "处长", "en": "Director"}),
        ("organisation", "测试局", "organisation", {"zh": "测试局"}),
    ],
)  # fmt: skip
def test_words_of_both_languages_are_understood(column: str, cell: str, field: str, value: object) -> None:
    assert values(cell, column).values[field] == value


@pytest.mark.parametrize(
    ("column", "cell", "message"),
    [
        ("mode", "电话", "Write on site (线下) or online (线上)"),
        ("email", "chen.example.org", "Enter a mail address such as name@example.org"),
        ("email", "a@example.org; b@example.org", "Leave one mail address in the cell"),
        ("name", "陈", "Enter the given name"),
        ("name", "陈先生", "Enter the given name"),
        ("name", "Chen 123", "This is no name. Check what the columns mean"),
        ("name_zh", "Chen Ceshi", "Write this in Chinese characters; Latin letters have their own fields"),
    ],
)
def test_fault_says_how_to_mend_its_cell(column: str, cell: str, message: str) -> None:
    found = [each.message for each in values(cell, column).problems if each.field == column]
    assert found == [message]


def workbook(sheet: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", "<workbook/>")
        packed.writestr("xl/worksheets/sheet1.xml", sheet)
    return file.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\x01\x02\x03 binary \x00\xff" * 50,
        b"PK\x03\x04not a zip",
        b"%PDF-1.7",
        workbook("<worksheet><row r=\"1\"/><row r=\"1048576\"><c r=\"XFD1048576\"/></row></worksheet>"),
        workbook('<!DOCTYPE x [<!ENTITY a "b">]><worksheet/>'),
        workbook(" " * 70_000_000),
        ("姓名\n" + "陈测试\n" * 5001).encode(),
        (",".join(["姓名"] * 61) + "\n" + ",".join("x" * 61)).encode(),
        "姓名,邮箱\n".encode(),
    ],
    ids=["empty", "binary", "damaged", "pdf", "far cell", "doctype", "bomb", "rows", "columns", "headings only"],
)  # fmt: skip
def test_what_is_no_list_or_too_large_is_refused(content: bytes) -> None:
    with pytest.raises(ListUnreadableError):
        read(content)


def test_formula_of_a_cell_stays_text_and_comes_back_as_it_was() -> None:
    book = write_template([("Event", "=1+1")], ["note"], [["=HYPERLINK(1)", *[""] * (len(COLUMNS) - 1)]])
    with zipfile.ZipFile(io.BytesIO(book)) as packed:
        assert not any(b"<f>" in packed.read(name) for name in packed.namelist() if "worksheets" in name)
    assert [row.cells[0] for row in read(book).rows] == ["示例：陈小明", "=HYPERLINK(1)"]


def test_example_row_is_marked() -> None:
    assert [values("示例：陈小明", "name_zh").is_example, values("示例项目", "topic").is_example] == [True, False]
