"""Long lists of obviously made-up people, in both scripts, as a city would send them."""

from __future__ import annotations

from iurc_events.documents.spreadsheets import Sheet, write_xlsx

_FAMILIES = ("陈", "李", "王", "欧阳", "张", "赵", "司马", "孙", "周", "吴")
_GIVEN = "甲乙丙丁戊己庚辛壬癸"
_LATIN = ("Probe", "Muster", "Exempel", "Prøve", "Ejemplo", "Żółw", "Łódka", "Àbaco", "Sample", "Vzorek")
HEADINGS = ("姓名", "Name (English)", "职务", "工作单位", "邮箱", "参会方式")


def made_up_rows(number: int) -> list[list[str]]:
    """Return rows of so many different people: a third with a Chinese name, a third with both, a third in Latin."""
    rows = []
    for index in range(number):
        digits = f"{index:04d}"
        chinese = _FAMILIES[index % 10] + "".join(_GIVEN[int(digit)] for digit in digits)
        latin = f"Test{''.join(chr(97 + int(digit)) for digit in digits)} {_LATIN[index % 10]}"
        names = ((chinese, ""), (chinese, latin), ("", latin))[index % 3]
        rows.append([*names, "处长", "Made-up Office", f"person{index}@example.org", "线上"])
    return rows


def made_up_list(number: int) -> bytes:
    """Return such a list as an XLSX file."""
    return write_xlsx([Sheet("People", list(HEADINGS), made_up_rows(number))])
