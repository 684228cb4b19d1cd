"""Documents from files: bounded in bytes, values and depth before anything is believed (sec-13)."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from iurc_events.documents.faults import Fault, Key, fault_at
from iurc_events.documents.schemas import SCHEMA_FILES, checker
from iurc_events.localisation import noop

LARGEST_FILE = 256 * 1024 * 1024
#: Values of all kinds in one file; 256 MB of real events hold some 12 million.
MOST_VALUES = 24_000_000
#: The formats need nine levels; deeper down nothing is looked at, since a fault higher up refuses it already.
DEEPEST = 40
VERSION = 1


@dataclass(frozen=True, slots=True)
class Document:
    """A file of one of the three formats, with the faults that the file alone shows."""

    name: str
    format: str
    data: dict[str, Any]
    faults: tuple[Fault, ...] = ()

    def entries(self, kind: str) -> list[Any]:
        """Return one of the document's lists, empty where it is missing or no list."""
        found = self.data.get(kind)
        return found if isinstance(found, list) else []


class _RepeatedKeys(dict[str, Any]):
    """An object in which a key stood more than once."""

    repeated: list[str]


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    marked = _RepeatedKeys(found)
    seen: set[str] = set()
    marked.repeated = [key for key, _ in pairs if key in seen or seen.add(key)]  # type: ignore[func-returns-value]  # add() returns None: a set as memory
    return marked


def _constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number of JSON")


def _float(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise ValueError(f"{text[:40]} is too large a number")
    return value


def _repeated_keys(value: Any, keys: tuple[Key, ...] = ()) -> list[Fault]:
    found: list[Fault] = []
    if len(keys) > DEEPEST:
        return found
    if isinstance(value, dict):
        if isinstance(value, _RepeatedKeys):
            found += [fault_at((*keys, key), noop("stands more than once")) for key in value.repeated]
        for key, item in value.items():
            found += _repeated_keys(item, (*keys, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            found += _repeated_keys(item, (*keys, index))
    return found


def _broken(name: str, message: str, **params: object) -> Document:
    return Document(name, "", {}, (Fault("$", message, params),))


def _parsed(raw: bytes) -> tuple[Any, bool]:
    """Parse JSON, and tell whether any object repeats a key."""
    has_repeated = False

    def make_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal has_repeated
        found = _object(pairs)
        has_repeated = has_repeated or type(found) is _RepeatedKeys
        return found

    text = raw.decode("utf-8-sig")
    return json.loads(text, object_pairs_hook=make_object, parse_constant=_constant, parse_float=_float), has_repeated


def load(source: Path | bytes, name: str | None = None) -> Document:
    """Read a document and check it against the schema of its format; all faults are on the document it returns.

    Args:
        source: A file, or its bytes.
        name: What to call it in messages; None takes the path.
    """
    label = name if name is not None else str(source) if isinstance(source, Path) else "document"
    if isinstance(source, Path):
        try:
            with source.open("rb") as file:
                raw = file.read(LARGEST_FILE + 1)
        except OSError as error:
            return _broken(label, noop("cannot be read: %(reason)s"), reason=error.strerror or str(error))
    else:
        raw = source
    if len(raw) > LARGEST_FILE:
        return _broken(label, noop("the file is larger than %(limit)s MB"), limit=LARGEST_FILE // 1024 // 1024)
    if raw.count(b",") + raw.count(b"{") + raw.count(b"[") > MOST_VALUES:
        return _broken(label, noop("the file holds more than %(limit)s values"), limit=MOST_VALUES)
    try:
        data, has_repeated = _parsed(raw)
    except UnicodeDecodeError as error:
        return _broken(label, noop("is not UTF-8: byte %(position)s"), position=error.start + 1)
    except RecursionError:
        return _broken(label, noop("is nested too deeply"))
    except json.JSONDecodeError as error:
        where = {"line": error.lineno, "column": error.colno, "reason": error.msg}
        return _broken(label, noop("is not JSON: line %(line)s, column %(column)s: %(reason)s"), **where)
    except ValueError as error:
        return _broken(label, noop("is not JSON: %(reason)s"), reason=str(error))
    return _checked(label, data, has_repeated)


def from_data(data: dict[str, Any], name: str = "document") -> Document:
    """Check a document that is in memory already."""
    return _checked(name, data, has_repeated=False)


def _checked(name: str, data: Any, has_repeated: bool) -> Document:
    if not isinstance(data, dict):
        return _broken(name, noop("must be an object"))
    format_name = data.get("format")
    if not isinstance(format_name, str) or format_name not in SCHEMA_FILES:
        choices = ", ".join(SCHEMA_FILES)
        return Document(name, "", {}, (Fault("$.format", noop("must be one of: %(choices)s"), {"choices": choices}),))
    version = data.get("version")
    if "version" in data and (isinstance(version, bool) or version != VERSION):
        fault = Fault("$.version", noop("only version %(version)s can be read"), {"version": VERSION})
        return Document(name, format_name, {}, (fault,))
    faults = [fault_at(keys, message, **params) for keys, message, params in checker(format_name)(data) or ()]
    if has_repeated:
        faults += _repeated_keys(data)
    return Document(name, format_name, data, tuple(faults))
