"""JSON Schema 2020-12, as far as our own schemas use it, compiled into plain functions.

A document may be 256 MB: each value is looked at once, nothing is allocated where nothing is wrong, and every fault is
found. A test holds the verdicts equal to those of a general validator. Beyond the schema, every text is Unicode NFC
and free of control characters.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any
from unicodedata import is_normalized

from iurc_events.documents.faults import Key
from iurc_events.localisation import noop

#: Where in the value (innermost key last), message, values for it.
Finding = tuple[tuple[Key, ...], str, dict[str, object]]
Check = Callable[[Any], list[Finding] | None]

SCHEMA_FOLDER = Path(__file__).resolve().parent.parent / "data"
SCHEMA_FILES = {
    "iurc-events": "schema.json",
    "iurc-cities": "cities.schema.json",
    "iurc-themes": "themes.schema.json",
}
#: Whole numbers beyond this fit no column of every database, and no count of people.
LARGEST_NUMBER = 2**31 - 1

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_HANDLED = {
    "$ref", "allOf", "oneOf", "type", "const", "enum", "pattern", "minLength", "maxLength", "minimum", "maximum",
    "items", "minItems", "maxItems", "uniqueItems", "properties", "patternProperties", "propertyNames",
    "additionalProperties", "required", "minProperties",
}  # fmt: skip
_SILENT = {"$schema", "$id", "$defs", "title", "description", "default"}


def _one(message: str, **params: object) -> list[Finding]:
    return [((), message, params)]


def _below(key: Key, findings: list[Finding]) -> list[Finding]:
    return [((key, *keys), message, params) for keys, message, params in findings]


def _is_number(value: object) -> bool:
    return type(value) in (int, float)


def _is_whole(value: object) -> bool:
    return type(value) is int or (type(value) is float and value.is_integer())


def _equal(value: object, wanted: object) -> bool:
    return value == wanted and isinstance(value, bool) == isinstance(wanted, bool)


def _matcher(pattern: str) -> Callable[[str], object]:
    """Compile an anchored pattern; ECMAScript's ``$`` is only the very end."""
    return re.compile(pattern[:-1] + r"\Z" if pattern.endswith("$") else pattern).search


def check_text(value: str) -> list[Finding] | None:
    """Find what no text of a document may hold, whatever the schema says."""
    if _CONTROL.search(value):
        return _one(noop("holds a control character"))
    if not value.isascii() and not is_normalized("NFC", value):
        return _one(noop("is not in Unicode normal form C (NFC)"))
    return None


def _string_check(schema: dict[str, Any]) -> Check:
    shortest, longest = schema.get("minLength", 0), schema.get("maxLength")
    matches = _matcher(schema["pattern"]) if "pattern" in schema else None
    pattern = schema.get("pattern", "")

    def check(value: Any) -> list[Finding] | None:
        if type(value) is not str:
            return _one(noop("must be a text"))
        if len(value) < shortest:
            return _one(noop("must not be empty"))
        if longest is not None and len(value) > longest:
            return _one(noop("is longer than %(limit)s characters"), limit=longest)
        if matches is not None and not matches(value):
            return _one(noop("“%(value)s” does not have the form %(pattern)s"), value=value[:80], pattern=pattern)
        return check_text(value)

    return check


def _number_check(schema: dict[str, Any]) -> Check:
    is_whole = schema["type"] == "integer"
    lowest, highest = schema.get("minimum"), schema.get("maximum", LARGEST_NUMBER)

    def check(value: Any) -> list[Finding] | None:
        if is_whole and not _is_whole(value):
            return _one(noop("must be a whole number"))
        if not _is_number(value):
            return _one(noop("must be a number"))
        if lowest is not None and value < lowest:
            return _one(noop("must be at least %(limit)s"), limit=lowest)
        if value > highest:
            return _one(noop("must be at most %(limit)s"), limit=highest)
        if value < -LARGEST_NUMBER:
            return _one(noop("must be at least %(limit)s"), limit=-LARGEST_NUMBER)
        return None

    return check


def _type_check(name: str) -> Check:
    def check_boolean(value: Any) -> list[Finding] | None:
        return None if type(value) is bool else _one(noop("must be true or false"))

    def check_null(value: Any) -> list[Finding] | None:
        return None if value is None else _one(noop("must be null"))

    return {"boolean": check_boolean, "null": check_null}[name]


def _choice_check(choices: list[Any]) -> Check:
    listed = ", ".join(str(choice) for choice in choices)
    texts = frozenset(choice for choice in choices if isinstance(choice, str))

    def check(value: Any) -> list[Finding] | None:
        if type(value) is str and value in texts:
            return None
        if any(_equal(value, choice) for choice in choices):
            return None
        return _one(noop("must be one of: %(choices)s"), choices=listed)

    return check


def _array_check(schema: dict[str, Any], root: dict[str, Any]) -> Check:
    check_item = _compiled(schema["items"], root)
    fewest, most = schema.get("minItems", 0), schema.get("maxItems")
    is_unique = schema.get("uniqueItems", False)

    def check(value: Any) -> list[Finding] | None:
        if type(value) is not list:
            return _one(noop("must be a list"))
        found: list[Finding] = []
        if len(value) < fewest:
            found += _one(noop("must have at least %(limit)s entries"), limit=fewest)
        if most is not None and len(value) > most:
            found += _one(noop("must have at most %(limit)s entries"), limit=most)
        for index, item in enumerate(value):
            if findings := check_item(item):
                found += _below(index, findings)
        if is_unique and not found and len(set(value)) != len(value):
            seen: set[object] = set()
            for index, item in enumerate(value):
                if item in seen:
                    found.append(((index,), noop("“%(value)s” is already in the list"), {"value": str(item)}))
                seen.add(item)
        return found or None

    return check


def _object_check(schema: dict[str, Any], root: dict[str, Any]) -> Check:
    checks = {name: _compiled(sub, root) for name, sub in schema.get("properties", {}).items()}
    patterns = [(_matcher(name), _compiled(sub, root)) for name, sub in schema.get("patternProperties", {}).items()]
    names = frozenset(schema["propertyNames"]["enum"]) if "propertyNames" in schema else None
    other = schema.get("additionalProperties", {})
    check_other = None if other is False else _compiled(other, root)
    required, fewest = schema.get("required", []), schema.get("minProperties", 0)

    def unknown(key: str) -> Check | None:
        for matches, check_value in patterns:
            if matches(key):
                return check_value
        return check_other

    def check(value: Any) -> list[Finding] | None:
        if not isinstance(value, dict):
            return _one(noop("must be an object"))
        found: list[Finding] = []
        for key, item in value.items():
            check_value = checks.get(key) or unknown(key)
            if check_value is None or (names is not None and key not in names):
                found.append(((key,), noop("is not a field of this format"), {}))
            elif findings := check_value(item):
                found += _below(key, findings)
        found += [((name,), noop("is missing"), {}) for name in required if name not in value]
        if len(value) < fewest:
            found += _one(noop("must not be empty"))
        return found or None

    return check


def _all_check(checks: list[Check]) -> Check:
    if len(checks) == 1:
        return checks[0]

    def check(value: Any) -> list[Finding] | None:
        found: list[Finding] = []
        for one in checks:
            found += [finding for finding in one(value) or () if finding not in found]
        return found or None

    return check


def _one_of_check(checks: list[Check]) -> Check:
    """Accept what one of several accepts; ours are a type or null, so at most one can."""

    def check(value: Any) -> list[Finding] | None:
        first: list[Finding] | None = None
        for one in checks:
            findings = one(value)
            if findings is None:
                return None
            first = first or findings
        return first

    return check


def _compiled(schema: dict[str, Any], root: dict[str, Any]) -> Check:
    if unknown := set(schema) - _HANDLED - _SILENT:
        raise ValueError(f"keywords of JSON Schema that are not handled: {sorted(unknown)}")
    checks: list[Check] = []
    if "$ref" in schema:
        checks.append(_compiled(root["$defs"][schema["$ref"].removeprefix("#/$defs/")], root))
    checks += [_compiled(sub, root) for sub in schema.get("allOf", [])]
    if "oneOf" in schema:
        checks.append(_one_of_check([_compiled(sub, root) for sub in schema["oneOf"]]))
    if "const" in schema:
        checks.append(_choice_check([schema["const"]]))
    if "enum" in schema:
        checks.append(_choice_check(schema["enum"]))
    match schema.get("type"):
        case "string":
            checks.append(_string_check(schema))
        case "integer" | "number":
            checks.append(_number_check(schema))
        case "array":
            checks.append(_array_check(schema, root))
        case "object":
            checks.append(_object_check(schema, root))
        case str(name):
            checks.append(_type_check(name))
        case None if "required" in schema or "properties" in schema:
            checks.append(_object_check(schema, root))
    return _all_check(checks) if checks else lambda value: None


@cache
def schema_of(format_name: str) -> dict[str, Any]:
    """Return the schema of a format."""
    loaded: dict[str, Any] = json.loads((SCHEMA_FOLDER / SCHEMA_FILES[format_name]).read_bytes())
    return loaded


@cache
def checker(format_name: str) -> Check:
    """Return the compiled check of a format."""
    schema = schema_of(format_name)
    return _compiled(schema, schema)


@cache
def event_fields() -> tuple[str, ...]:
    """Return the names of an event's fields, in the order of the schema."""
    return tuple(schema_of("iurc-events")["$defs"]["event"]["properties"])
