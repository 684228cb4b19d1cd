"""Who gets the next free seat of an event of those who wait, by its rule."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

FEWEST_FIRST: Final = "fewest-first"


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody who waits for a place; ``city_id`` None for no partner city."""

    key: int
    city_id: int | None
    since: datetime


class Line:
    """Those who wait for places of one event, handed out in the order of its rule.

    ``fewest-first`` gives the next place to the city with the fewest people seated, of equal cities to who waits
    longest; those of no partner city count together as one. The other rules go by the time of waiting alone.
    """

    def __init__(self, rule: str, waiting: Iterable[Waiting], seated: Mapping[int | None, int]) -> None:
        self._by_city = rule == FEWEST_FIRST
        self._seated = dict(seated)
        self._queues: dict[int | None, deque[Waiting]] = {}
        for person in sorted(waiting, key=lambda person: (person.since, person.key)):
            self._queues.setdefault(self._group(person), deque()).append(person)

    def _group(self, person: Waiting) -> int | None:
        return person.city_id if self._by_city else None

    def next(self) -> Waiting | None:
        """Take out who comes next; None where nobody is left."""
        if not self._queues:
            return None
        group = min(
            self._queues,
            key=lambda each: (
                self._seated.get(each, 0) if self._by_city else 0,
                self._queues[each][0].since,
                self._queues[each][0].key,
            ),
        )
        person = self._queues[group].popleft()
        if not self._queues[group]:
            del self._queues[group]
        return person

    def seat(self, person: Waiting) -> None:
        """Count somebody taken out as seated; who is passed over does not count for their city."""
        self._seated[person.city_id] = self._seated.get(person.city_id, 0) + 1

    def in_order(self) -> Iterator[Waiting]:
        """Go through all in the order in which free places would come to them."""
        while person := self.next():
            self.seat(person)
            yield person


def position_of_newcomer(
    rule: str, city_id: int | None, waiting: Mapping[int | None, int], seated: Mapping[int | None, int]
) -> int:
    """Return the place in the line of somebody who came last.

    Args:
        waiting: How many wait of each city, the newcomer not among them.
        seated: How many have a place of each city.
    """
    if rule != FEWEST_FIRST:
        return sum(waiting.values()) + 1
    own = seated.get(city_id, 0) + waiting.get(city_id, 0)
    before = waiting.get(city_id, 0)
    for city, number in waiting.items():
        if city != city_id:
            before += min(number, max(0, own - seated.get(city, 0) + 1))
    return before + 1
