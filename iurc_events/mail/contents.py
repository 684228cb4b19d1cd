"""What messages say, as plain data: no models, no request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from iurc_events.domain.clock_texts import ReferenceZone, full_line, has_same_clock, instant_line
from iurc_events.domain.time_slots import TimeSlot, deadline_instant

#: The clocks of a message: west first, as the programme has them.
Clocks = tuple[ReferenceZone, ...]
#: The zone of the reader's own city.
Place = ReferenceZone


@dataclass(frozen=True, slots=True)
class ProgrammeFacts:
    """Who writes: the programme, and whom to ask."""

    name: Mapping[str, str]
    contact_name: Mapping[str, str] = field(default_factory=dict)
    contact_email: str | None = None


@dataclass(frozen=True, slots=True)
class EventFacts:
    """An event as every message names it.

    Args:
        page_url: Absolute address of the event's page; None while only organisers may see it.
        slot: When it is; None where no time is known.
        clocks: The reference zones of its programme.
        own: The zone of the reader's city, shown first where it is another one.
        place: Venue and city, or that it is online.
    """

    title: Mapping[str, str]
    programme: ProgrammeFacts
    page_url: str | None
    slot: TimeSlot | None
    clocks: Clocks
    own: ReferenceZone | None = None
    place: Mapping[str, str] = field(default_factory=dict)

    def time_in_words(self, slot: TimeSlot, language: str) -> str:
        """Return a slot on the clocks of the programme, after that of the reader's city where it shows another time."""
        clocks = self.clocks
        if self.own and not any(has_same_clock(self.own.zone_name, c.zone_name, slot.starts_at) for c in clocks):
            clocks = (self.own, *clocks)
        return full_line(slot, clocks, language)


@dataclass(frozen=True, slots=True)
class Deadline:
    """A day that ends at 23:59 in the reader's own zone, shown on the programme's clocks too."""

    day: date
    own: ReferenceZone
    clocks: Clocks

    def in_words(self, language: str) -> str:
        """Return the last minute on all clocks."""
        others = tuple(clock for clock in self.clocks if clock.zone_name != self.own.zone_name)
        last_minute = deadline_instant(self.day, self.own.zone_name) - timedelta(minutes=1)
        return instant_line(last_minute, (self.own, *others), language)


@dataclass(frozen=True, slots=True)
class Quota:
    """Places of a delegation.

    Args:
        role: ``speaker``, ``participant`` or ``observer``.
        mode: ``any``, ``onsite`` or ``online``.
    """

    role: str
    mode: str
    places: int


@dataclass(frozen=True, slots=True)
class JoinFacts:
    """How to join online; only for those who may have it."""

    label: Mapping[str, str]
    address: str
    meeting_number: str | None = None
    passcode: str | None = None
