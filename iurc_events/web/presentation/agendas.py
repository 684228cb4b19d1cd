"""Rows of an agenda as the spine shows them."""

from __future__ import annotations

from dataclasses import dataclass, field

from iurc_events.domain.language_maps import LocalText
from iurc_events.web.presentation.names import PersonName
from iurc_events.web.presentation.times import TimeView


@dataclass(frozen=True, slots=True)
class CityLink:
    """A city as a chip."""

    name: str
    side: str
    href: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class SpeakerLine:
    """A person at this event; without ``name`` the slot is held and the speaker to be named."""

    name: PersonName | None
    position: LocalText | None = None
    organisation: LocalText | None = None
    role: str = ""
    href: str = ""
    held_by: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class AgendaRow:
    """One item: clocks (or its order number), topic, speakers, cities. Compared as the very object: it is kept."""

    order_text: str
    time: TimeView | None
    title: LocalText | None
    kind: str = ""
    note: LocalText | None = None
    speakers: tuple[SpeakerLine, ...] = ()
    cities: tuple[CityLink, ...] = ()
    anchor: str = ""
    is_break: bool = False


@dataclass(frozen=True, slots=True)
class AgendaPart:
    """A session with its items; a day stands before the first session of each day of a longer event."""

    title: LocalText | None
    kind: str = ""
    room: str = ""
    time: TimeView | None = None
    day_text: str = ""
    note: LocalText | None = None
    rows: tuple[AgendaRow, ...] = field(default=())
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class AgendaView:
    """A whole agenda; ``west_place`` and ``east_place`` head the spine where hours are known."""

    parts: tuple[AgendaPart, ...]
    has_hours: bool
    west_place: str = ""
    east_place: str = ""
