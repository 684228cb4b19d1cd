"""Letters to many: to whom they go, what they may be unsubscribed from, and when they leave."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from iurc_events.domain.time_slots import is_skipped, to_instant

#: Groups of an event's people, in the order in which the form offers them.
GROUPS: Final = ("registered", "waiting", "attended", "speakers", "focal-points", "followers")
#: Where delegations of chosen focal points stand.
DELEGATION_STATES: Final = ("invited", "opened", "nominating", "submitted", "confirmed")
#: What people may do without; everything else is essential and always sent.
TOPICS: Final = ("reminders", "thanks", "letters", "digest")
#: Standard letters that leave at their time.
STANDARD_KINDS: Final = ("day-before", "deadline", "thanks")
OWN: Final = "own"
CHANGES: Final = "changes"
#: Topic of each standard letter; None: essential.
TOPIC_OF_KIND: Final[dict[str, str | None]] = {
    "day-before": "reminders",
    "deadline": "reminders",
    "thanks": "thanks",
    CHANGES: None,
}
#: For so long a letter that was sent "now" can be taken back.
UNDO_TIME: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Audience:
    """Who gets a letter; no cities and no mode mean no limit."""

    groups: tuple[str, ...] = ()
    delegation_states: tuple[str, ...] = ()
    city_ids: tuple[int, ...] = ()
    mode: str = ""
    #: Sent to those too who unsubscribed from letters.
    is_essential: bool = False

    @classmethod
    def of_words(cls, words: Iterable[str]) -> Audience:
        """Read an audience from the words in which it is stored."""
        parts = [word.partition(":")[::2] for word in words]
        return cls(
            tuple(group for group in GROUPS if (group, "") in parts),
            tuple(value for name, value in parts if name == "delegation" and value in DELEGATION_STATES),
            tuple(int(value) for name, value in parts if name == "city" and value.isdecimal()),
            next((value for name, value in parts if name == "mode" and value in ("onsite", "online")), ""),
            ("essential", "") in parts,
        )

    @property
    def words(self) -> list[str]:
        """The words in which it is stored."""
        return [
            *self.groups,
            *(f"delegation:{state}" for state in self.delegation_states),
            *(f"city:{key}" for key in self.city_ids),
            *([f"mode:{self.mode}"] if self.mode else []),
            *(["essential"] if self.is_essential else []),
        ]


def topic_of(kind: str, audience: Audience) -> str | None:
    """Return what a letter may be unsubscribed from; None: essential."""
    if kind == OWN:
        return None if audience.is_essential else "letters"
    return TOPIC_OF_KIND[kind]


def instant_of(day: date, at: time, zone_name: str) -> datetime:
    """Return the instant of a wall time; one that the clocks skip comes an hour later."""
    wall = datetime.combine(day, at)
    if is_skipped(wall, zone_name):
        wall += timedelta(hours=1)
    return to_instant(wall, zone_name)
