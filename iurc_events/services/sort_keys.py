"""Keys by which names are sorted: pinyin for Chinese, family name first everywhere."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from iurc_events.domain.language_maps import LanguageMap
from iurc_events.domain.search_text import searchable

#: Family names that are read otherwise than the same character is elsewhere (GB/T 28039).
_FAMILY_NAMES = {
    "曾": "zeng1", "单": "shan4", "解": "xie4", "仇": "qiu2", "区": "ou1", "朴": "piao2", "查": "zha1", "盖": "ge3",
    "翟": "zhai2", "任": "ren2", "华": "hua4", "乐": "yue4", "覃": "qin2", "冼": "xian3", "宁": "ning4",
    "尉迟": "yu4 chi2", "万俟": "mo4 qi2", "长孙": "zhang3 sun1", "单于": "chan2 yu2",
}  # fmt: skip


@lru_cache(maxsize=8192)
def _pinyin(text: str) -> str:
    from pypinyin import Style, lazy_pinyin  # large: only commands and forms that take a name need it

    return " ".join(lazy_pinyin(text, style=Style.TONE3, neutral_tone_with_five=True)).lower()


def latin_name(family: str, given: str) -> tuple[str, str]:
    """Propose Latin letters for a Chinese name, as passports write them: each part in one word, ü as yu."""
    family_sound = _FAMILY_NAMES.get(family) or _pinyin(family)
    return _in_one_word(family_sound), _in_one_word(_pinyin(given))


def _in_one_word(sounds: str) -> str:
    letters = "".join(character for character in sounds if not character.isdigit() and character != " ")
    return letters.replace("v", "yu").replace("ü", "yu").capitalize()


def place_sort_keys(name: Mapping[str, str]) -> LanguageMap:
    """Return the sort keys of a place by language."""
    latin = searchable(name.get("en") or next(iter(name.values())))
    return {"en": latin, "zh": _pinyin(name["zh"]) if "zh" in name else latin}


def person_sort_keys(name: Mapping[str, str], family_name: Mapping[str, str] | None) -> LanguageMap:
    """Return the sort keys of a person by language: family name first, then the rest of the name.

    A person without a Chinese name stands among the Chinese ones by the Latin letters.
    """
    families = family_name or {}
    whole = name.get("en") or next(iter(name.values()))
    family = families.get("en", "")
    latin = searchable(f"{family} {whole.replace(family, ' ', 1) if family else whole}")
    if "zh" not in name:
        return {"en": latin, "zh": latin}
    family = families.get("zh", "")
    given = name["zh"].removeprefix(family)
    chinese = " ".join(filter(None, [_FAMILY_NAMES.get(family) or _pinyin(family), _pinyin(given)]))
    return {"en": latin if "en" in name else chinese, "zh": chinese}
