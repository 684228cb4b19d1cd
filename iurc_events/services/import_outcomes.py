"""What an import did, or would do."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum

from iurc_events.documents import Finding


class Action(StrEnum):
    """What became of an object of a document."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Line:
    """One object: ``str()`` is the line that the command prints."""

    action: Action
    kind: str
    id: str
    changed_fields: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.action} {self.kind} {self.id}"


@dataclass(frozen=True, slots=True)
class ImportOutcome:
    """All that an import has to tell; where there are faults nothing was changed."""

    lines: tuple[Line, ...] = ()
    warnings: tuple[Finding, ...] = ()
    faults: tuple[Finding, ...] = ()

    @property
    def is_refused(self) -> bool:
        """Whether nothing was kept."""
        return bool(self.faults)

    @property
    def totals(self) -> dict[Action, int]:
        """How many objects were created, updated and left as they are."""
        counted = Counter(line.action for line in self.lines)
        return {action: counted[action] for action in Action}

    def preview(self) -> dict[str, tuple[str, ...]]:
        """Return the changed fields of each event that would be updated."""
        return {line.id: line.changed_fields for line in self.lines if line.kind == "event" and line.changed_fields}
