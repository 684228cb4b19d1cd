"""What an event may ask people for beside their name, and for how long needs are kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Final

from iurc_events.domain.vocabulary import SPECIAL_NEEDS

#: All that an event may ask for, in the order in which it is asked.
ASKED_FOR: Final = (*SPECIAL_NEEDS, "gender")
#: Days after the end of an event for which needs are kept.
KEPT_DAYS: Final = 30
#: Days for which needs are kept at an event that has no date yet.
KEPT_WITHOUT_DATE: Final = 365
#: Characters that a need may have.
LONGEST: Final = 500


def last_day_kept(last_day: str | None, today: date) -> date:
    """Return the last day on which the needs of people at an event are kept."""
    if last_day is None:
        return today + timedelta(days=KEPT_WITHOUT_DATE)
    return date.fromisoformat(last_day) + timedelta(days=KEPT_DAYS)


def asked_needs(given: Mapping[str, str], asks_for: Iterable[str]) -> dict[str, str]:
    """Return of what was given only the needs that the event asks for (sec-2)."""
    asked = set(asks_for)
    return {kind: given[kind].strip()[:LONGEST] for kind in SPECIAL_NEEDS if kind in asked and kind in given}


def grouped(texts: Iterable[str]) -> list[tuple[str, int]]:
    """Count texts as they were typed, whatever their capitals and blanks, the most frequent first."""
    shown: dict[str, str] = {}
    numbers: dict[str, int] = {}
    for text in texts:
        key = " ".join(text.casefold().split())
        shown.setdefault(key, " ".join(text.split()))
        numbers[key] = numbers.get(key, 0) + 1
    return [(shown[key], number) for key, number in sorted(numbers.items(), key=lambda each: (-each[1], each[0]))]
