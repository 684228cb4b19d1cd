"""What differs between two states of one object of a document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from iurc_events.documents.schemas import event_fields

_ABSENT = object()


def compare(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Name the fields in which two states of an event (or city, theme …) differ, in the order of the format."""
    names = [name for name in event_fields() if name in before or name in after]
    names += [name for name in (*before, *after) if name not in names]
    changed = (name for name in names if before.get(name, _ABSENT) != after.get(name, _ABSENT))
    return list(dict.fromkeys(changed))
