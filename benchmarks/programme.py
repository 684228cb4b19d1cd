"""A made-up programme of any size in the exchange format; the same size gives the same document."""

from __future__ import annotations

import json
import random
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from iurc_events.config import PACKAGE_FOLDER

Document = dict[str, Any]
_KINDS = ("thematic-seminar", "working-session", "training", "exchange-meeting")
BIG_AGENDA = "2027-big-agenda"


def _cities() -> list[Document]:
    cities: list[Document] = json.loads((PACKAGE_FOLDER / "data" / "cities.json").read_text("utf-8"))["cities"]
    return cities


def _event(slug: str, number: int, day: date, cities: list[Document], talks: int) -> Document:
    speakers = [
        {
            "id": f"test-person-{number}-{n}",
            "name": {"en": f"Testina Muster {number}-{n}", "zh": f"测试人{n}"},
            "family_name": {"en": "Muster", "zh": "测"},
            "honorific": "ms",
            "title": {"en": "Head of the Test Division", "zh": "测试处处长"},
            "organisation": {"en": f"Test Office of {city['name_en']}", "zh": f"{city['name_zh']}测试办公室"},
            "city": city["id"],
            "roles": ["speaker"],
        }
        for n, city in enumerate((cities * (talks // len(cities) + 1))[:talks], 1)
    ]
    items = [
        {
            "order": n,
            "kind": "talk",
            "topic": {"en": f"Made-up topic {n} of event {number}", "zh": f"活动{number}的测试题目{n}"},
            "cities": [speaker["city"]],
            "contributions": [{"speaker": speaker["id"], "role": "speaker"}],
        }
        for n, speaker in enumerate(speakers, 1)
    ]
    return {
        "id": slug,
        "title": {"en": f"Made-up seminar {number} on green roofs", "zh": f"第{number}次绿色屋顶测试研讨会"},
        "kind": _KINDS[number % len(_KINDS)],
        "format": "online",
        "status": "scheduled",
        "programme": "iurc-china",
        "time_zone": "Europe/Brussels",
        "start": f"{day}T09:00",
        "end": f"{day}T11:00",
        "time_precision": "minute",
        "themes": ["green-transition", "smart-city"],
        "sessions": [{"id": "talks", "kind": "panel", "title": {"en": "Talks", "zh": "发言"}, "items": items}],
        "speakers": speakers,
        "sources": [{"name": "made up for a measurement"}],
    }


def make_programme(events: int, first: date) -> Document:
    """Make a document of so many events with six talks each, and one with an agenda of 200 items.

    Args:
        first: The day of the first event; two follow each week.
    """
    chance = random.Random(events)
    cities = _cities()
    made = [
        _event(f"made-up-{n}", n, first + timedelta(days=n * 3 // 8), chance.sample(cities, 6), 6)
        for n in range(1, events)
    ]
    made.append(_event(BIG_AGENDA, events, first + timedelta(days=30), cities, 200))
    return {"format": "iurc-events", "version": 1, "synthetic": True, "events": made}


def write_programme(path: Path, events: int, first: date) -> None:
    """Write the document into a file."""
    path.write_text(json.dumps(make_programme(events, first), ensure_ascii=False), "utf-8")
