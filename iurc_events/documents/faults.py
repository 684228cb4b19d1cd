"""What is wrong with a document, and where."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

Key = str | int
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of a document.

    ``path`` is a JSONPath (RFC 9535) such as ``$.events[0].start``; ``message`` is an English template for ``params``,
    so that pages can translate it.
    """

    path: str
    message: str
    params: Mapping[str, object] = field(default_factory=dict)

    @property
    def reason(self) -> str:
        """The English sentence."""
        return self.message % self.params if self.params else self.message

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}"


def path_of(keys: Iterable[Key]) -> str:
    """Write keys and positions as a JSONPath."""
    parts = ["$"]
    for key in keys:
        if isinstance(key, int):
            parts.append(f"[{key}]")
        elif _PLAIN.fullmatch(key):
            parts.append(f".{key}")
        else:
            quoted = key.encode("unicode_escape").decode("ascii").replace("'", "\\'")
            parts.append(f"['{quoted}']")
    return "".join(parts)


def fault_at(keys: Iterable[Key], message: str, **params: object) -> Fault:
    """Make a fault at a place given by keys and positions."""
    return Fault(path_of(keys), message, params)
