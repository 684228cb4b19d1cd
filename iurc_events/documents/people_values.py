"""What the cells of a row say of somebody: names by script, words of both languages, faults by cell."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as initially
from typing import Any, Final

from iurc_events.documents.people_words import (
    EMAIL,
    GENDER_WORDS,
    HONORIFIC_WORDS,
    LANGUAGE_WORDS,
    MODE_WORDS,
    ROLE_WORDS,
    STAKEHOLDER_WORDS,
    divide_chinese_name,
    divide_latin_name,
    word_key,
)
from iurc_events.domain.language_maps import has_han, language_by_script
from iurc_events.domain.needs import LONGEST
from iurc_events.domain.vocabulary import SPECIAL_NEEDS
from iurc_events.localisation import noop

_WORDS: Final = {
    "mode": (MODE_WORDS, noop("Write on site (线下) or online (线上)")),
    "role": (ROLE_WORDS, noop("Write speaker (发言人), participant (参会者) or observer (观察员)")),
    "gender": (GENDER_WORDS, noop("Write female (女), male (男) or other (其他), or leave it empty")),
    "honorific": (HONORIFIC_WORDS, noop("Write Mr (先生), Ms (女士), Dr (博士) or Prof (教授), or leave it empty")),
    "stakeholder_type": (
        STAKEHOLDER_WORDS,
        noop(
            "Write government (政府), academia (高校及科研), business (企业), civil society (社会组织) or other (其他)"
        ),
    ),
    "language_spoken": (LANGUAGE_WORDS, noop("Write Chinese (中文), English (英文) or other (其他)")),
}
_TEXTS: Final = {"title": 120, "organisation": 120, "topic": 300, "abstract": 2000}
_NAME_LENGTH: Final = 100
_HAN_RUN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff〇·]+")
_HONORIFIC_AFTER = re.compile(r"(?<=[\u3400-\u9fff])\s*(先生|女士|小姐|博士|教授)$")
_HONORIFIC_BEFORE = re.compile(r"^((?:mr|ms|mrs|miss|dr|prof)\b\.?|professor\b|madam\b)\s+", re.I)
#: How the example of the template begins.
_EXAMPLE = re.compile(r"\s*(?:示例|example)\s*[:：]", re.I)
_DOTS = re.compile(r"\s*[•・‧．∙]\s*|(?<=[\u3400-\u9fff])\s*[·.]\s*(?=[\u3400-\u9fff])")

Romanise = Callable[[str, str], tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a cell: the field concerned and an English sentence for ``params``."""

    field: str
    message: str
    params: Mapping[str, object] = initially(default_factory=dict)


@dataclass(slots=True)
class RowValues:
    """What a row says; fields of which it says nothing are not there."""

    values: dict[str, Any] = initially(default_factory=dict)
    problems: list[Problem] = initially(default_factory=list)
    #: What the person needs, by kind.
    needs: dict[str, str] = initially(default_factory=dict)
    #: Number in this system, where the row has one.
    reference: str = ""
    #: Whether the name in Latin letters is proposed from pinyin and to be checked.
    is_romanised: bool = False
    #: Whether the row is the example of the template.
    is_example: bool = False


def read_row(
    cells: Sequence[str], mapping: Mapping[str, str], *, is_family_first: bool, romanise: Romanise
) -> RowValues:
    """Read a row by the meaning of its columns.

    Args:
        is_family_first: Whether family names stand first in Latin letters too, as on the Chinese side.
        romanise: Proposes family and given name in Latin letters from the Chinese ones.
    """
    given = {name: cells[int(number)] for number, name in mapping.items() if int(number) < len(cells)}
    given = {name: value for name, value in given.items() if value.strip()}
    row = RowValues(reference=given.get("reference", "").strip())
    row.is_example = any(_EXAMPLE.match(text) for name, text in given.items() if name.startswith("name"))
    for name, (words, message) in _WORDS.items():
        if text := given.get(name):
            value = _value_of(text, words)
            if value is None:
                row.problems.append(Problem(name, message))
            else:
                row.values[name] = value
    _read_names(given, row, is_family_first=is_family_first, romanise=romanise)
    _read_email(given.get("email", ""), row)
    for name, longest in _TEXTS.items():
        _read_texts(name, given, longest, row)
    for kind in SPECIAL_NEEDS:
        if text := given.get(kind, "").strip():
            row.needs[kind] = text
            if len(text) > LONGEST:
                row.problems.append(Problem(kind, noop("Write at most %(max)s characters"), {"max": LONGEST}))
    return row


def _value_of(text: str, words: Mapping[str, str]) -> str | None:
    """Return the value of a word: as it stands, or of each part of “线下 / on site”."""
    if found := words.get(word_key(text)):
        return found
    parts = [part for part in re.split(r"[/／|()（）,，、\s]+", unicodedata.normalize("NFKC", text)) if part]
    values = {words.get(word_key(part)) for part in parts} - {None}
    return values.pop() if len(values) == 1 else None


# --- Names ------------------------------------------------------------------------------------------------------------


def _read_names(given: Mapping[str, str], row: RowValues, *, is_family_first: bool, romanise: Romanise) -> None:
    chinese, latin = _whole_names(given, row)
    if not chinese and not latin and not _part(given, "zh") and not _part(given, "en"):
        row.problems.append(Problem("name", noop("Enter the name in Chinese or in Latin letters")))
        return
    name: dict[str, str] = {}
    family: dict[str, str] = {}
    if pair := _chinese_parts(given, chinese, row):
        name["zh"] = f"{pair[1]}·{pair[0]}" if not is_family_first or "·" in chinese else "".join(pair)
        family["zh"] = pair[0]
    if pair := _latin_parts(given, latin, row, is_family_first=is_family_first):
        written_first = latin.startswith(pair[0]) and "," not in latin if latin else is_family_first
        name["en"] = " ".join(pair if written_first or is_family_first else reversed(pair))
        family["en"] = pair[0]
    if "zh" in name and "en" not in name and is_family_first and "·" not in name["zh"]:
        pair = romanise(family["zh"], name["zh"].removeprefix(family["zh"]))
        name["en"], family["en"] = " ".join(pair), pair[0]
        row.is_romanised = True
    if name:
        row.values["name"], row.values["family_name"] = name, family


def _part(given: Mapping[str, str], script: str) -> bool:
    return bool(given.get(f"family_{script}") or given.get(f"given_{script}"))


def _whole_names(given: Mapping[str, str], row: RowValues) -> tuple[str, str]:
    """Return the whole names in both scripts, wherever they stand; forms of address are taken out."""
    chinese = latin = ""
    for name in ("name", "name_zh", "name_en"):
        if text := given.get(name):
            found_zh, found_latin = _scripts(_without_honorific(text, row))
            if name == "name_zh" and not found_zh:
                row.problems.append(
                    Problem(name, noop("Write this in Chinese characters; Latin letters have their own fields"))
                )
                continue
            if name == "name_en" and not found_latin:
                row.problems.append(
                    Problem(name, noop("Write this in Latin letters; Chinese characters have their own fields"))
                )
                continue
            chinese, latin = chinese or found_zh, latin or found_latin
    return chinese, latin


def _without_honorific(text: str, row: RowValues) -> str:
    bare = text.strip()
    for pattern in (_HONORIFIC_AFTER, _HONORIFIC_BEFORE):
        if match := pattern.search(unicodedata.normalize("NFKC", bare)):
            row.values.setdefault("honorific", HONORIFIC_WORDS.get(word_key(match[1]), "none"))
            bare = pattern.sub("", unicodedata.normalize("NFKC", bare))
    return bare


def _scripts(text: str) -> tuple[str, str]:
    """Divide a name into its Chinese and its Latin form."""
    plain = _DOTS.sub("·", unicodedata.normalize("NFKC", text))
    if not has_han(plain):
        return "", " ".join(plain.split()).strip(" ·")
    joined = re.sub(r"(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff])", "", plain)
    chinese = max(_HAN_RUN.findall(joined), key=len, default="")
    latin = re.sub(r"[()\[\]/|,;]+", " ", joined.replace(chinese, " "))
    return chinese.strip("·"), " ".join(latin.split()).strip(" ·-")


def _chinese_parts(given: Mapping[str, str], whole: str, row: RowValues) -> tuple[str, str] | None:
    family = "".join(given.get("family_zh", "").split())
    first = "".join(given.get("given_zh", "").split())
    where = "given_zh" if family else "family_zh"
    if family or first:
        if whole and family and whole.startswith(family):
            first = first or whole.removeprefix(family)
    elif whole:
        family, first = divide_chinese_name(whole)
        where = "name_zh" if "name_zh" in given else "name"
    else:
        return None
    if not (family and first):
        message = noop("Enter the given name") if family else noop("Enter the family name")
        row.problems.append(Problem(where, message))
        return None
    return _checked(where, family, first, row)


def _latin_parts(
    given: Mapping[str, str], whole: str, row: RowValues, *, is_family_first: bool
) -> tuple[str, str] | None:
    family = " ".join(unicodedata.normalize("NFKC", given.get("family_en", "")).split())
    first = " ".join(unicodedata.normalize("NFKC", given.get("given_en", "")).split())
    where = "given_en" if family else "family_en"
    if not family and not first:
        if not whole:
            return None
        family, first = divide_latin_name(whole, is_family_first=is_family_first)
        where = "name_en" if "name_en" in given else "name"
    if has_han(family + first):
        row.problems.append(
            Problem(where, noop("Write this in Latin letters; Chinese characters have their own fields"))
        )
        return None
    if not (family and first):
        message = noop("Enter the given name") if family else noop("Enter the family name")
        row.problems.append(Problem(where, message))
        return None
    return _checked(where, family, first, row)


def _checked(where: str, family: str, first: str, row: RowValues) -> tuple[str, str] | None:
    if max(len(family), len(first)) > _NAME_LENGTH:
        row.problems.append(Problem(where, noop("Write at most 100 characters")))
        return None
    if any(character.isdigit() for character in family + first) or "@" in family + first:
        row.problems.append(Problem(where, noop("This is no name. Check what the columns mean")))
        return None
    return family, first


# --- Addresses and texts ----------------------------------------------------------------------------------------------


def _read_email(text: str, row: RowValues) -> None:
    if not text.strip():
        return
    plain = re.sub(r"^mailto:", "", unicodedata.normalize("NFKC", text).strip().replace("。", "."), flags=re.I)
    angled = re.fullmatch(r".*<([^<>]+)>", plain)
    parts = [part for part in re.split(r"[\s;,、/|]+", angled[1] if angled else plain) if part]
    if len(parts) > 1 and all(EMAIL.fullmatch(part) for part in parts):
        row.problems.append(Problem("email", noop("Leave one mail address in the cell")))
        return
    address = "".join(parts).strip(".")
    if not EMAIL.fullmatch(address) or len(address) > 254:
        row.problems.append(Problem("email", noop("Enter a mail address such as name@example.org")))
        return
    name, _, domain = address.rpartition("@")
    row.values["email"] = f"{name}@{domain.lower()}"


def _read_texts(name: str, given: Mapping[str, str], longest: int, row: RowValues) -> None:
    texts: dict[str, str] = {}
    for column, language in ((name, ""), (f"{name}_zh", "zh"), (f"{name}_en", "en")):
        if text := given.get(column, "").strip():
            found = {language: text} if language else _by_language(text)
            if any(len(value) > longest for value in found.values()):
                row.problems.append(Problem(column, noop("Write at most %(max)s characters"), {"max": longest}))
            texts |= found
    if texts:
        row.values[name] = texts


def _by_language(text: str) -> dict[str, str]:
    """Put a text to its language; “处长 / Director” and two lines hold both."""
    parts = [part.strip() for part in re.split(r"\s*[/／|\n]\s*", text) if part.strip()]
    if len(parts) == 2 and has_han(parts[0]) != has_han(parts[1]):
        first_is_chinese = has_han(parts[0])
        return {"zh": parts[0 if first_is_chinese else 1], "en": parts[1 if first_is_chinese else 0]}
    return {language_by_script(text): text}
