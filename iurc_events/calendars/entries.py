"""What a calendar entry says, as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from iurc_events.domain.time_slots import TimeSlot

#: The language of a calendar: one, or both in each text.
CalendarLanguage = Literal["en", "zh", "both"]
EntryState = Literal["confirmed", "tentative", "cancelled"]
Texts = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ReferenceZone:
    """A zone in which every time is shown besides the event's own, with the name of its place."""

    zone_name: str
    place: Texts


@dataclass(frozen=True, slots=True)
class JoinLink:
    """How to join online; only in entries for those who may have it."""

    address: str
    label: str = ""
    meeting_number: str = ""
    passcode: str = ""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A person or service as named in calendar mail (iTIP); never in a feed."""

    address: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """One event in a calendar.

    Attributes:
        uid: Stable for life, see ``rendering.calendar_uid``.
        sequence: Raised by one with every visible change; an entry first shown as cancelled has at least 1 (cal-14).
        created_at: Aware instant.
        revised_at: Aware instant of the last visible change: DTSTAMP and LAST-MODIFIED.
        is_postponed: The slot is the old one and a new one is not known; only counts where ``state`` is not cancelled.
        zone_place: Name of the place whose zone is the slot's; None takes it from a reference zone or the zone's name.
        reference_zones: In the order of display.
        geo: Latitude and longitude.
        page_urls: Absolute address of the event's page by language.
        categories: One map per category.
        agenda: One map per line, in order, with its time where one is known.
        join_links: Empty in public feeds.
        organizer, attendees: Only for calendar mail.
    """

    uid: str
    sequence: int
    created_at: datetime
    revised_at: datetime
    state: EntryState
    title: Texts
    slot: TimeSlot
    is_postponed: bool = False
    zone_place: Texts | None = None
    reference_zones: tuple[ReferenceZone, ...] = ()
    venue: Texts = field(default_factory=dict)
    address: Texts = field(default_factory=dict)
    geo: tuple[float, float] | None = None
    description: Texts = field(default_factory=dict)
    page_urls: Texts = field(default_factory=dict)
    categories: tuple[Texts, ...] = ()
    contact: Texts = field(default_factory=dict)
    agenda: tuple[Texts, ...] = ()
    join_links: tuple[JoinLink, ...] = ()
    organizer: Mailbox | None = None
    attendees: tuple[Mailbox, ...] = ()

    def __post_init__(self) -> None:
        if self.created_at.tzinfo is None or self.revised_at.tzinfo is None:
            raise ValueError("created_at and revised_at must be aware")
        if self.sequence < 0:
            raise ValueError("sequence must not be negative")
