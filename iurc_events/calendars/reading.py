"""Reads content lines and components of any calendar file, faults included; knows nothing of how ours are written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_NAME = re.compile(r"[A-Za-z0-9-]+")
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Fault:
    """A rule that a file breaks: where, which (``cal-14``), and what is wrong."""

    line: int
    rule: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Property:
    """A content line: its number in the file, name in capitals, parameters as written, raw value."""

    line: int
    name: str
    parameters: dict[str, str]
    value: str

    def parameter(self, name: str) -> str | None:
        """Return a parameter without its quotes."""
        raw = self.parameters.get(name)
        return raw.strip('"') if raw is not None else None

    @property
    def kind(self) -> str:
        """The VALUE parameter in capitals, or nothing: enumerated values know no case (RFC 5545 §2)."""
        return (self.parameter("VALUE") or "").upper()


@dataclass(slots=True)
class Component:
    """A component with its own properties and the components in it."""

    name: str
    line: int
    properties: list[Property] = field(default_factory=list)
    children: list[Component] = field(default_factory=list)

    def all(self, name: str) -> list[Property]:
        """Return every property of a name."""
        return [each for each in self.properties if each.name == name]

    def first(self, name: str) -> Property | None:
        """Return the first property of a name."""
        return next((each for each in self.properties if each.name == name), None)

    def walk(self) -> Iterator[Component]:
        """Go through the component and all in it."""
        waiting = [self]  # no recursion: a hostile file nests as deep as it likes
        while waiting:
            component = waiting.pop()
            yield component
            waiting.extend(reversed(component.children))


def content_lines(data: bytes, faults: list[Fault]) -> Iterator[tuple[int, str]]:
    """Return unfolded lines with their numbers; note faults of line ends, length, encoding (cal-1, 2, 3, 20)."""
    if data.startswith(b"\xef\xbb\xbf"):
        faults.append(Fault(1, "cal-3", "The file begins with a byte order mark"))
        data = data[3:]
    if data and not data.endswith(b"\n"):
        faults.append(Fault(data.count(b"\n") + 1, "cal-1", "The last line has no line end"))
    kept: list[bytes] = []
    begin = 0
    pieces = data.split(b"\n")
    last = len(pieces)
    for number, raw in enumerate(pieces, 1):
        if number == last and not raw:
            break
        line = raw.removesuffix(b"\r")
        if line == raw and number != last:
            faults.append(Fault(number, "cal-1", "The line ends with LF alone"))
        _check_octets(line, number, faults)
        if line[:1] in (b" ", b"\t") and kept:
            kept.append(line[1:])
            continue
        if kept:
            yield begin, b"".join(kept).decode("utf-8", "replace")
        kept, begin = [line], number
    if kept:
        yield begin, b"".join(kept).decode("utf-8", "replace")


def _check_octets(line: bytes, number: int, faults: list[Fault]) -> None:
    if len(line) > 75:
        faults.append(Fault(number, "cal-2", f"The line has {len(line)} octets, 75 are allowed"))
    if b"\r" in line:
        faults.append(Fault(number, "cal-1", "A CR stands inside the line"))
    if _CONTROL.search(line):
        faults.append(Fault(number, "cal-20", "The line holds a control character"))
    try:
        line.decode()
    except UnicodeDecodeError:
        faults.append(Fault(number, "cal-2", "A fold stands inside a character, or the line is not UTF-8"))


def parse_line(number: int, line: str, faults: list[Fault]) -> Property | None:
    """Split a content line; note broken parameters (cal-5)."""
    name = _NAME.match(line)
    if not name:
        faults.append(Fault(number, "cal-5", "The line has no property name"))
        return None
    position, parameters = name.end(), {}
    while line[position : position + 1] == ";":
        key = _NAME.match(line, position + 1)
        if not key or line[key.end() : key.end() + 1] != "=":
            faults.append(Fault(number, "cal-5", f"{name[0]}: a parameter has no name or no value"))
            return None
        begin = position = key.end() + 1
        quoted = False
        while position < len(line) and (quoted or line[position] not in ":;"):
            quoted ^= line[position] == '"'
            position += 1
        raw = line[begin:position]
        if quoted or not all(_is_parameter_value(each) for each in re.split(r',(?=(?:[^"]*"[^"]*")*[^"]*$)', raw)):
            faults.append(Fault(number, "cal-5", f"{name[0]}: the parameter {key[0]} is badly quoted"))
        parameters[key[0].upper()] = raw
    if line[position : position + 1] != ":":
        faults.append(Fault(number, "cal-5", f"{name[0]}: there is no colon before the value"))
        return None
    return Property(number, name[0].upper(), parameters, line[position + 1 :])


def _is_parameter_value(raw: str) -> bool:
    return '"' not in raw or (len(raw) > 1 and raw[0] == raw[-1] == '"' and '"' not in raw[1:-1])


def parse(data: bytes, faults: list[Fault]) -> list[Component]:
    """Return the outermost components of a file; note what does not nest (cal-9)."""
    roots: list[Component] = []
    stack: list[Component] = []
    for number, line in content_lines(data, faults):
        if not line:
            faults.append(Fault(number, "cal-1", "The line is empty"))
            continue
        found = parse_line(number, line, faults)
        if found is None:
            continue
        if found.name == "BEGIN":
            component = Component(found.value.upper(), number)
            (stack[-1].children if stack else roots).append(component)
            stack.append(component)
        elif found.name == "END":
            if not stack or stack[-1].name != found.value.upper():
                faults.append(Fault(number, "cal-9", f"END:{found.value} closes nothing"))
            else:
                stack.pop()
        elif stack:
            stack[-1].properties.append(found)
        else:
            faults.append(Fault(number, "cal-9", f"{found.name} stands outside of every component"))
    faults.extend(Fault(each.line, "cal-9", f"{each.name} is never closed") for each in stack)
    return roots
