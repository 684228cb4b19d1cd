"""What the columns of a list of people mean: told by Chinese and English headings, and where there are none by content.

Columns of telephone and identity numbers are known in order to leave them out: nothing here needs them.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from iurc_events.documents.people_words import (
    EMAIL,
    FAMILY_NAMES,
    GENDER_WORDS,
    HEADING_WORDS,
    LANGUAGE_WORDS,
    MODE_WORDS,
    ROLE_WORDS,
    STAKEHOLDER_WORDS,
    word_key,
)
from iurc_events.domain.language_maps import has_han
from iurc_events.domain.vocabulary import SPECIAL_NEEDS
from iurc_events.localisation import noop

#: Left out on purpose.
PRIVATE: Final = "private"
#: Fields that a column may fill, with their names, in the order of the template.
FIELDS: Final[dict[str, str]] = {
    "name": noop("Name"),
    "name_zh": noop("Chinese name"),
    "family_zh": noop("Chinese family name"),
    "given_zh": noop("Chinese given name"),
    "name_en": noop("Name in Latin letters"),
    "family_en": noop("Family name in Latin letters"),
    "given_en": noop("Given name in Latin letters"),
    "role": noop("Comes as"),
    "mode": noop("Takes part"),
    "gender": noop("Gender"),
    "honorific": noop("Form of address"),
    "title": noop("Job title"),
    "title_zh": noop("Job title in Chinese"),
    "title_en": noop("Job title in English"),
    "organisation": noop("Organisation"),
    "organisation_zh": noop("Organisation in Chinese"),
    "organisation_en": noop("Organisation in English"),
    "stakeholder_type": noop("Kind of organisation"),
    "email": noop("Mail address"),
    "topic": noop("Topic of the talk"),
    "topic_zh": noop("Topic in Chinese"),
    "topic_en": noop("Topic in English"),
    "abstract": noop("Short description"),
    "abstract_zh": noop("Short description in Chinese"),
    "abstract_en": noop("Short description in English"),
    "language_spoken": noop("Language of the talk"),
    "dietary": noop("Food and drink"),
    "accessibility": noop("Accessibility needs"),
    "visa": noop("Visa"),
    "reference": noop("Number in this system"),
}
_NAMES: Final = frozenset(("name", "name_zh", "name_en", "family_zh", "given_zh", "family_en", "given_en"))


_MARKS = re.compile(r"[\s*＊:：_()（）\[\]【】<>《》“”\"'’.．。/／\\|、，,;；\-–—·]+")
_PHONE = re.compile(r"\+?[\d\-–() ]{7,20}")
_IDENTITY = re.compile(r"\d{17}[\dXx]|[A-Z]\d{8}")
_HAN_NAME = re.compile(r"[\u3400-\u9fff〇]{2,4}|[\u3400-\u9fff]{1,8}[·•・][\u3400-\u9fff]{1,10}")
_LATIN_NAME = re.compile(r"[^\W\d_]{2,}(?:[ '’\-.]+[^\W\d_]+\.?){1,4}")
_ORGANISATION = re.compile(
    r"[局委办院处厅部会所站社司团府校馆台]$|大学|学院|研究|公司|政府|中心|集团|协会|学会|园区|管委会|委员会|银行"
    r"|\b(?:university|institute|ltd|gmbh|office|department|city of|municipality|agency|council"
    r"|centre|center|inc|region)\b",
    re.I,
)
_TITLE = re.compile(
    r"(?:处长|局长|主任|科长|教授|经理|总监|院长|市长|司长|部长|秘书长|会长|主席|理事|研究员|工程师|科员|书记|所长|专员|讲师"
    r"|董事长?|总裁|调研员|干部|主管|翻译|博士|顾问)$|\b(?:director|manager|mayor|professor|officer|head|advisor|adviser|"
    r"engineer|researcher|expert|president|coordinator|assistant|lecturer|minister|counsellor|chief|deputy)\b",
    re.I,
)


def _folded(heading: str) -> str:
    """Return a heading without marks, blanks and case; full-width letters become plain ones."""
    return _MARKS.sub("", unicodedata.normalize("NFKC", heading).casefold())


def _table() -> dict[str, str]:
    table: dict[str, str] = {}
    for field, words in HEADING_WORDS.items():
        table |= {folded: "" if field == "ignored" else field for word in words if (folded := _folded(word))}
    for field, english_name in FIELDS.items():
        table.setdefault(_folded(english_name), field)
    return table


_TABLE: Final = _table()


def field_of(heading: str) -> str | None:
    """Return the field that a heading means: PRIVATE or "" for columns to leave out, None for an unknown heading."""
    text = re.split(r"\n", heading.strip(), maxsplit=1)[0]
    for candidate in (heading, text, re.sub(r"[（(【\[].*", "", heading), *re.split(r"[/／|\n]", heading)):
        folded = _folded(candidate)
        if folded in _TABLE:
            return _TABLE[folded]
    parts = _chinese_and_latin(heading)
    return next((_TABLE[folded] for part in parts if (folded := _folded(part)) in _TABLE), None)


def _chinese_and_latin(heading: str) -> tuple[str, str]:
    """Divide a bilingual heading such as “姓名 Name”."""
    chinese = "".join(sign for sign in heading if has_han(sign))
    return chinese, " ".join("".join(" " if has_han(sign) else sign for sign in heading).split())


def is_known(heading: str) -> bool:
    """Tell whether a text is a heading that means something; words that cells hold too (“participant”) tell nothing."""
    key = word_key(heading)
    is_value = any(key in words for words in (MODE_WORDS, ROLE_WORDS, GENDER_WORDS, LANGUAGE_WORDS, STAKEHOLDER_WORDS))
    return len(heading) <= 60 and not is_value and field_of(heading) is not None


def only_asked(mapping: Mapping[str, str], asks_for: Iterable[str]) -> dict[str, str]:
    """Return a mapping in which columns of needs that an event does not ask for are left out on purpose (sec-2)."""
    asked = set(asks_for)
    return {
        number: PRIVATE if field in SPECIAL_NEEDS and field not in asked else field for number, field in mapping.items()
    }


def headings_hash(headings: Sequence[str]) -> str:
    """Return the key under which a city's mapping of these headings is kept."""
    return hashlib.sha256("\x1f".join(_folded(heading) for heading in headings).encode()).hexdigest()


def guess_mapping(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> dict[str, str]:
    """Return the field of each column by its number as text; columns that are left out are "" or PRIVATE.

    Args:
        rows: The first rows, by which columns without a known heading are told.
    """
    mapping: dict[str, str] = {}
    taken: set[str] = set()
    for number, heading in enumerate(headings):
        field = field_of(heading) if heading else None
        if field == PRIVATE and _by_content(
            [row[number] for row in rows if number < len(row) and row[number]], taken
        ) == ("email"):
            field = "email"  # “contact” may be either
        if field is not None and (field in ("", PRIVATE) or field not in taken):
            mapping[str(number)] = field
            taken.add(field)
        elif field is not None:
            mapping[str(number)] = ""
    _divide_family_names(headings, mapping, taken, rows)
    has_headings = any(headings)
    for number in range(len(headings)):
        if str(number) in mapping:
            continue
        field = _by_content([row[number] for row in rows if number < len(row) and row[number]], taken)
        if has_headings and field not in ("email", PRIVATE, "name", "name_zh"):
            field = ""
        if field and field in taken:
            field = ""
        mapping[str(number)] = field
        taken.add(field)
    return {str(number): mapping[str(number)] for number in range(len(headings))}


def _divide_family_names(
    headings: Sequence[str], mapping: dict[str, str], taken: set[str], rows: Sequence[Sequence[str]]
) -> None:
    """Read 姓 and 名 as Chinese where the cells beneath are, and “family name” too."""
    for field in ("family", "given"):
        number = next((key for key, value in mapping.items() if value == f"{field}_en"), None)
        if number is None or f"{field}_zh" in taken:
            continue
        values = [row[int(number)] for row in rows if int(number) < len(row) and row[int(number)]]
        if values and sum(map(has_han, values)) * 2 > len(values):
            mapping[number] = f"{field}_zh"
            taken.add(f"{field}_zh")
            taken.discard(f"{field}_en")


def _by_content(values: Sequence[str], taken: set[str]) -> str:
    """Tell what a column without a heading holds."""
    if not values:
        return ""

    def most(test: object) -> bool:
        found = sum(1 for value in values if callable(test) and test(value))
        return found * 3 >= len(values) * 2

    folded = [unicodedata.normalize("NFKC", value).strip().casefold() for value in values]
    if most(lambda v: EMAIL.fullmatch(unicodedata.normalize("NFKC", v).strip())):
        return "email"
    if most(lambda v: _IDENTITY.fullmatch(v) or (_PHONE.fullmatch(v) and sum(c.isdigit() for c in v) >= 7)):
        return PRIVATE
    for field, words in (("mode", MODE_WORDS), ("role", ROLE_WORDS), ("gender", GENDER_WORDS)):
        if field not in taken and sum(1 for value in folded if value in words) * 3 >= len(values) * 2:
            return field
    if not taken & _NAMES and most(_looks_like_name):
        return "name"
    if taken & {"name", "name_zh"} and "name_en" not in taken and most(lambda v: _LATIN_NAME.fullmatch(v)):
        return "name_en"
    if "title" not in taken and most(lambda v: _TITLE.search(v)):
        return "title"
    if "organisation" not in taken and most(lambda v: _ORGANISATION.search(v)):
        return "organisation"
    if not all(value.isdigit() for value in values) and "topic" not in taken and most(lambda v: len(v) >= 6):
        return "topic"
    return ""


def _looks_like_name(value: str) -> bool:
    bare = value.replace(" ", "") if has_han(value) else value
    if _HAN_NAME.fullmatch(bare):
        return "·" in bare or bare[0] in FAMILY_NAMES or bare[:2] in FAMILY_NAMES
    if has_han(value):
        chinese, latin = _chinese_and_latin(value)
        return bool(_HAN_NAME.fullmatch(chinese) and _LATIN_NAME.fullmatch(re.sub(r"[（）()/]", "", latin).strip()))
    return bool(_LATIN_NAME.fullmatch(value)) and not _ORGANISATION.search(value) and not _TITLE.search(value)


def is_enough(mapping: Mapping[str, str]) -> bool:
    """Tell whether a mapping gives everybody a name."""
    fields = set(mapping.values())
    return (
        bool(fields & {"name", "name_zh", "name_en"})
        or {"family_zh", "given_zh"} <= fields
        or ({"family_en", "given_en"} <= fields)
    )
