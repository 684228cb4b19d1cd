"""Fields of a letter to many, from a closed list: ``{name}`` and the like, filled in once and never interpreted.

What a field's value says is text: a name such as ``{join link}`` stays that name (sec-4).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Final

#: Every field there is, with the name that Chinese letters may use instead.
FIELDS: Final[Mapping[str, str]] = {
    "name": "姓名",
    "event": "活动",
    "date": "日期",
    "time": "时间",
    "place": "地点",
    "city": "城市",
    "page": "页面",
    "join link": "参会链接",
}
_NAMES: Final = {**{name: name for name in FIELDS}, **{chinese: name for name, chinese in FIELDS.items()}}
#: Any pair of braces, however long and over however many lines: what looks like a field must be one.
_FIELD: Final = re.compile(r"[{｛]([^{}｛｝]*)[}｝]")
#: So much of what is no field is said again in a message.
_SHOWN: Final = 60
#: Private characters stand in a letter for what is each reader's own; nobody types or is called so.
_PRIVATE: Final = re.compile("[\ue000-\uf8ff]")


def without_marks(text: str) -> str:
    """Return a text without private characters, which stand for readers' own values."""
    return _PRIVATE.sub("", text)


def _field_name(typed: str) -> str | None:
    return _NAMES.get(" ".join(unicodedata.normalize("NFKC", typed).casefold().split()))


def unknown_fields(text: str) -> list[str]:
    """Return what stands in braces and is no field, each once, as it was typed but on one line and not too long."""
    typed = (" ".join(match[1].split()) for match in _FIELD.finditer(text) if _field_name(match[1]) is None)
    return list(dict.fromkeys(each if len(each) <= _SHOWN else f"{each[:_SHOWN]}…" for each in typed))


def has_field(text: str, name: str) -> bool:
    """Tell whether a text has a field."""
    return any(_field_name(match[1]) == name for match in _FIELD.finditer(text))


def fill(text: str, values: Mapping[str, str]) -> str:
    """Return a text with its fields filled in, in one pass; what is no field stays as it was typed."""

    def value(match: re.Match[str]) -> str:
        name = _field_name(match[1])
        return match[0] if name is None else values[name]

    return _FIELD.sub(value, without_marks(text))
