"""What a report says: plain values, ready for the page, one dataclass per document.

A text in two languages is a language map (``{"en": …, "zh": …}``); a bare ``str`` is in the language of the report.
Where something is not known, its field stays empty and the document says "not stated".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from iurc_events.graphics.maps import Arc, Dot
from iurc_events.localisation import Language, noop, translate

Texts = Mapping[str, str]
Qualifier = Literal["exactly", "at-least", "more-than", "about"]

_QUALIFIED: dict[str, str] = {
    "exactly": "%(number)s",
    "at-least": noop("at least %(number)s"),
    "more-than": noop("more than %(number)s"),
    "about": noop("about %(number)s"),
}
_QUALIFIERS: dict[str, str] = {
    "exactly": noop("exactly"),
    "at-least": noop("at least"),
    "more-than": noop("more than"),
    "about": noop("about"),
}


@dataclass(frozen=True, slots=True)
class Figure:
    """A number and how sure it is; without a value it was not stated."""

    value: int | None = None
    qualifier: Qualifier = "exactly"

    def text(self, language: str) -> str:
        """Return the figure with its qualifier in words, such as "more than 70"."""
        if self.value is None:
            return translate(noop("not stated"), language)
        written = f"{self.value:,}"
        pattern = _QUALIFIED[self.qualifier]
        return written if self.qualifier == "exactly" else translate(pattern, language, number=written)

    @property
    def is_open_ended(self) -> bool:
        """Whether the true number may be larger."""
        return self.qualifier in ("more-than", "at-least")


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """A counted or reported number: what was counted, by whom, and the words it was printed in."""

    label: str
    figure: Figure
    source: str = ""
    as_printed: str = ""

    def qualifier_text(self, language: str) -> str:
        """Return the word above a large figure; none where the number is not stated."""
        return translate(_QUALIFIERS[self.figure.qualifier], language) if self.figure.value is not None else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CountTable:
    """A table of figures: one labelled row per city, side, kind …, one column per thing counted.

    Args:
        heading: Heading of the table, in both languages where known.
        first_column: What the labels are, such as "City".
        bars_of: Index of the column that is drawn as bars above the table; None for no chart.
    """

    heading: Texts
    first_column: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Figure, ...]], ...]
    total: tuple[str, tuple[Figure, ...]] | None = None
    note: str = ""
    bars_of: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A speaker as this event names them.

    Args:
        honorific: Ready word in the language of the report ("Ms", "女士"); it stands before a Latin and after a
            Chinese name.
    """

    name: Texts
    family_name: Texts = field(default_factory=dict)
    honorific: str = ""
    title: Texts = field(default_factory=dict)
    organisation: Texts = field(default_factory=dict)
    city: Texts = field(default_factory=dict)
    role: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgendaItem:
    """A row of an agenda; without times on the clocks its order number stands there.

    Args:
        times: The time on each clock of the document, in their order; empty where not known.
        people: Speakers; an empty name map means "Speaker to be named".
    """

    topic: Texts = field(default_factory=dict)
    kind: str = ""
    times: tuple[str, ...] = ()
    people: tuple[Person, ...] = ()
    cities: tuple[Texts, ...] = ()
    room: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgendaSession:
    """A session with its items."""

    title: Texts
    times: tuple[str, ...] = ()
    room: str = ""
    note: Texts = field(default_factory=dict)
    items: tuple[AgendaItem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentLine:
    """A document of an event; the address makes its title a link."""

    title: Texts
    kind: str = ""
    url: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """A clock of the document: the place as people say it and its IANA zone."""

    place: str
    zone: str
    side: Literal["west", "east", "elsewhere"] = "elsewhere"


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What every document begins with.

    Args:
        moment: When the data was read (aware); it dates the file, so that same data gives same bytes.
        clocks: West, then east.
    """

    language: Language
    programme: Texts
    title: Texts
    moment: datetime
    clocks: tuple[Clock, ...]
    funding: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFacts:
    """What kind of event, when, where and by whom.

    Args:
        dates: The day or days as a ready text.
        times: The time on each clock, in the order of the header's clocks; empty where hours are not known.
        time_note: What is known instead ("Afternoon, Beijing time; hours not published"), or an addition.
    """

    dates: str
    times: tuple[str, ...] = ()
    time_note: str = ""
    kind: str = ""
    state: str = ""
    format: str = ""
    venue: Texts = field(default_factory=dict)
    summary: Texts = field(default_factory=dict)
    organisers: tuple[Texts, ...] = ()
    themes: tuple[Texts, ...] = ()
    sdgs: tuple[str, ...] = ()
    frameworks: tuple[str, ...] = ()
    contact_name: str = ""
    contact_address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventReport:
    """The summary report of one event.

    Args:
        counts: The figures, the four most telling first.
        outcomes: Outcomes, awards and next steps, one text each.
        notes: Sources and doubts, one text each.
        not_stated: What the record leaves open.
    """

    header: Header
    facts: EventFacts
    sessions: tuple[AgendaSession, ...] = ()
    speakers: tuple[Person, ...] = ()
    counts: tuple[Count, ...] = ()
    tables: tuple[CountTable, ...] = ()
    dots: tuple[Dot, ...] = ()
    arcs: tuple[Arc, ...] = ()
    map_caption: str = ""
    documents: tuple[DocumentLine, ...] = ()
    outcomes: tuple[Texts, ...] = ()
    sources: tuple[Texts, ...] = ()
    notes: tuple[Texts, ...] = ()
    not_stated: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AgendaDocument:
    """The agenda of an event on paper."""

    header: Header
    facts: EventFacts
    sessions: tuple[AgendaSession, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EventLine:
    """An event in the table of a period."""

    date: str
    title: Texts
    format: str = ""
    cities: Figure = Figure()
    participants: Figure = Figure()
    short_title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammeReport:
    """The report of a programme over a period.

    Args:
        period: The period as a ready text.
        figures: Four figures for the title page.
        participants_total: Sum with the weakest qualifier; ``total_note`` says what it holds.
    """

    header: Header
    period: str
    introduction: str = ""
    dots: tuple[Dot, ...] = ()
    arcs: tuple[Arc, ...] = ()
    map_caption: str = ""
    figures: tuple[Count, ...] = ()
    in_short: tuple[str, ...] = ()
    not_stated: tuple[str, ...] = ()
    events: tuple[EventLine, ...] = ()
    formats_total: str = ""
    participants_total: Figure = Figure()
    total_note: str = ""
    tables: tuple[CountTable, ...] = ()
    annex: tuple[Count, ...] = ()
