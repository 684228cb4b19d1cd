"""The shipped documents, and a small event to spoil."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import iurc_events
from iurc_events.documents import KnownIds

DATA = Path(iurc_events.__file__).parent / "data"
FILES = [DATA / "cities.json", DATA / "themes.json", *sorted((DATA / "events").glob("*.json"))]
KNOWN = KnownIds(
    programmes={"iurc-china"},
    cities={"sofia", "wuhan"},
    pairs={"sofia--wuhan"},
    themes={"smart-city"},
    frameworks={"sdg"},
)


def read(path: Path) -> dict[str, Any]:
    """Return a shipped document as plain data."""
    found: dict[str, Any] = json.loads(path.read_bytes())
    return found


_EVENT: dict[str, Any] = {
    "id": "2027-smart",
    "title": {"en": "Smart", "zh": "智慧"},
    "kind": "workshop",
    "format": "online",
    "status": "scheduled",
    "programme": "iurc-china",
    "time_zone": "Europe/Brussels",
    "start": "2027-04-29T09:00",
    "end": "2027-04-29T11:00",
    "time_precision": "minute",
    "themes": ["smart-city"],
    "sessions": [
        {
            "id": "talks",
            "kind": "panel",
            "title": {"en": "Talks", "zh": "发言"},
            "start": "2027-04-29T09:00",
            "end": "2027-04-29T10:00",
            "items": [
                {
                    "order": 1,
                    "kind": "talk",
                    "cities": ["sofia"],
                    "contributions": [{"speaker": "ana", "role": "speaker"}],
                    "start": "2027-04-29T09:00",
                    "end": "2027-04-29T09:20",
                }
            ],
        }
    ],
    "speakers": [{"id": "ana", "name": {"en": "Ana"}, "city": "sofia", "roles": ["speaker"]}],
    "sources": [{"name": "made up"}],
}


def event(**changes: Any) -> dict[str, Any]:
    """Return a right event with some fields changed; ``...`` takes a field away."""
    merged = copy.deepcopy(_EVENT) | changes
    return {name: value for name, value in merged.items() if value is not ...}


def document(*events: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """Return a document of events."""
    return {"format": "iurc-events", "version": 1, "events": list(events), **fields}
