"""Numbers of events: what was measured, what was reported, and the rules for adding them up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from iurc_events.domain.vocabulary import Qualifier

Dimension = Literal["city", "side", "country", "stakeholder", "mode", "role", "gender", "newness"]
#: What people are told apart by, in the order of pages and files.
DIMENSIONS: tuple[Dimension, ...] = ("city", "side", "country", "stakeholder", "mode", "role", "gender", "newness")
Figure = Literal["registered", "confirmed", "attended"]
FIGURES: tuple[Figure, ...] = ("registered", "confirmed", "attended")


@dataclass(frozen=True, slots=True)
class Measured:
    """People counted one by one.

    Registered is everybody who holds a seat; the confirmed are among them. Attended is whoever came, speakers too.
    """

    registered: int = 0
    confirmed: int = 0
    attended: int = 0

    def __add__(self, other: Measured) -> Measured:
        """Add two groups of different people."""
        return Measured(
            self.registered + other.registered, self.confirmed + other.confirmed, self.attended + other.attended
        )

    @property
    def is_empty(self) -> bool:
        """Whether nobody was counted."""
        return not (self.registered or self.confirmed or self.attended)


@dataclass(frozen=True, slots=True)
class MeasuredGroup:
    """People of one event who have all that they are told apart by in common; None is "not stated"."""

    event_id: int
    city_id: int | None
    stakeholder: str | None
    mode: str | None
    people: Measured
    role: str | None = None
    gender: str | None = None
    #: ``new`` or ``returning``: whether the person attended an earlier event of the programme.
    newness: str | None = None


@dataclass(frozen=True, slots=True)
class Reported:
    """A number that somebody reported, for a whole event or for one city."""

    event_id: int
    subject: str
    city_id: int | None
    value: int
    qualifier: str
    as_printed: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """What a count is told apart by, of a city."""

    id: int
    slug: str
    name: dict[str, str]
    side: str
    country: str


@dataclass(frozen=True, slots=True)
class QualifiedSum:
    """A sum of reported numbers, as sure as its least sure part; ``parts`` says how many there were."""

    value: int
    qualifier: str
    parts: int


def weakest_qualifier(qualifiers: Iterable[str]) -> str:
    """Return the weakest of several qualifiers, which a sum carries; ``exactly`` for none."""
    order = list(Qualifier)
    return max((Qualifier(each) for each in qualifiers), key=order.index, default=Qualifier.EXACTLY).value


def add_up(numbers: Iterable[Reported]) -> QualifiedSum | None:
    """Add reported numbers up; None where there are none."""
    parts = list(numbers)
    if not parts:
        return None
    return QualifiedSum(
        sum(part.value for part in parts), weakest_qualifier(part.qualifier for part in parts), len(parts)
    )


@dataclass(frozen=True, slots=True)
class EventCounts:
    """The numbers of one event or of many; what was measured and what was reported is never mixed."""

    groups: tuple[MeasuredGroup, ...] = ()
    reported: tuple[Reported, ...] = ()
    places: dict[int, Place] = field(default_factory=dict)

    @property
    def total(self) -> Measured:
        """All people measured."""
        return sum((group.people for group in self.groups), Measured())

    def by_event(self) -> dict[int, EventCounts]:
        """Return the numbers of each event that has any."""
        groups: dict[int, list[MeasuredGroup]] = {}
        reported: dict[int, list[Reported]] = {}
        for group in self.groups:
            groups.setdefault(group.event_id, []).append(group)
        for number in self.reported:
            reported.setdefault(number.event_id, []).append(number)
        return {
            key: EventCounts(tuple(groups.get(key, ())), tuple(reported.get(key, ())), self.places)
            for key in {**groups, **reported}
        }

    def _key(self, dimension: Dimension, city_id: int | None) -> str:
        place = self.places.get(city_id) if city_id is not None else None
        if place is None:
            return ""
        return {"city": place.slug, "side": place.side, "country": place.country}[dimension]

    def measured_by(self, dimension: Dimension) -> dict[str, Measured]:
        """Return people by one of :data:`DIMENSIONS`, cities by their slug; an empty key where it is not known."""
        found: dict[str, Measured] = {}
        for group in self.groups:
            if dimension in ("city", "side", "country"):
                key = self._key(dimension, group.city_id)
            else:
                key = getattr(group, dimension) or ""
            found[key] = found.get(key, Measured()) + group.people
        return found

    def reported_by(self, dimension: Literal["city", "side", "country"], subject: str) -> dict[str, QualifiedSum]:
        """Return the numbers reported for single cities by city (slug), side or country."""
        parts: dict[str, list[Reported]] = {}
        for number in self.reported:
            if number.subject == subject and number.city_id is not None:
                parts.setdefault(self._key(dimension, number.city_id), []).append(number)
        return {key: total for key, numbers in parts.items() if (total := add_up(numbers))}

    def reported_whole(self, subject: str) -> QualifiedSum | None:
        """Return what was reported for whole events, added up; None where nothing was."""
        return add_up(number for number in self.reported if number.subject == subject and number.city_id is None)
