"""Who comes first of those who wait for a place in several delegations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

#: Tells in which order people wait whom nobody saw at the same moment.
_Order = tuple[int, datetime, int]


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody who waits for a place of a role in a delegation.

    Args:
        key: Of the row; orders those who came at the same instant.
        mode: ``onsite``, ``online`` or None where it is not said.
        since: Since when they wait.
    """

    key: int
    delegation_id: int
    role: str
    mode: str | None
    since: datetime


@dataclass(frozen=True, slots=True)
class FreePlace:
    """Places of a role that a delegation will not use; ``mode`` is ``any``, ``onsite`` or ``online``."""

    delegation_id: int
    role: str
    mode: str
    number: int


@dataclass(frozen=True, slots=True)
class Move:
    """One place that goes from a delegation to somebody who waits in another."""

    giver_id: int
    mode: str
    waiting: Waiting


def _rank(rule: str, person: Waiting, seated: Mapping[int, int]) -> _Order:
    return (seated.get(person.delegation_id, 0) if rule == "fewest-first" else 0, person.since, person.key)


def in_order(rule: str, waiting: Sequence[Waiting], seated: Mapping[int, int]) -> list[Waiting]:
    """Return those who wait in the order in which they would get places.

    Args:
        rule: ``first-come``: who waits longest; ``fewest-first``: the city with the fewest people, each place that is
            given counted; ``own-only`` is read as first-come, within one delegation.
        seated: How many people have a place, by delegation.
    """
    left, counts, ordered = list(waiting), Counter(seated), []
    while left:
        first = min(left, key=lambda person: _rank(rule, person, counts))
        left.remove(first)
        ordered.append(first)
        counts[first.delegation_id] += 1
    return ordered


def _fitting(free: Mapping[tuple[int, str, str], int], person: Waiting) -> tuple[int, str, str] | None:
    """Find a place for somebody: one of their own mode before one of either; None fits into any."""
    fits = [
        place
        for place, number in free.items()
        if number > 0
        and place[0] != person.delegation_id
        and place[1] == person.role
        and (place[2] in ("any", person.mode) or person.mode is None)
    ]
    return min(fits, key=lambda place: (place[2] == "any", place[0], place[2]), default=None)


def share_out(
    rule: str,
    free: Sequence[FreePlace],
    waiting: Sequence[Waiting],
    seated: Mapping[int, int],
    *,
    seats: int | None = None,
) -> list[Move]:
    """Decide who gets places that other delegations do not use.

    Args:
        seats: How many seats the event has left for participants and observers; None for no limit.
    """
    if rule == "own-only":
        return []
    left, counts, moves = list(waiting), Counter(seated), []
    numbers = {(place.delegation_id, place.role, place.mode): place.number for place in free}
    while left:
        person = min(left, key=lambda each: _rank(rule, each, counts))
        left.remove(person)
        needs_seat = person.role != "speaker"
        place = None if needs_seat and seats == 0 else _fitting(numbers, person)
        if place is None:
            continue
        numbers[place] -= 1
        counts[person.delegation_id] += 1
        if needs_seat and seats is not None:
            seats -= 1
        moves.append(Move(place[0], place[2], person))
    return moves


def unused(quotas: Sequence[tuple[str, int]], modes: Sequence[str | None]) -> dict[str, int]:
    """Return how many places of each mode are left when people have sat down.

    Args:
        quotas: Pairs of mode and places.
        modes: How each who has a place comes; who did not say takes a place of either mode first.
    """
    left = {"any": 0, "onsite": 0, "online": 0}
    for mode, places in quotas:
        left[mode] += places
    for mode in sorted((each or "any" for each in modes), key=lambda each: each == "any"):
        order = (mode, "any") if mode != "any" else ("any", "onsite", "online")
        if taken := next((each for each in order if left[each] > 0), None):
            left[taken] -= 1
    return {mode: number for mode, number in left.items() if number}
