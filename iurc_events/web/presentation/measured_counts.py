"""Tables of people counted, each number with the address of the list behind it for those who may see names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from iurc_events.domain.counts import FIGURES, EventCounts, Measured, QualifiedSum
from iurc_events.domain.language_maps import LanguageMap, text_of
from iurc_events.localisation import noop, translate
from iurc_events.services.report_numbers import dimension_tables
from iurc_events.web.presentation.counts import CountView, count_view

FIGURE_WORDS = {"registered": noop("Registered"), "confirmed": noop("Confirmed"), "attended": noop("Attended")}


@dataclass(frozen=True, slots=True)
class NumberCell:
    """A measured number; ``href`` is empty where no list opens."""

    label: str
    value: int | None
    href: str = ""


@dataclass(frozen=True, slots=True)
class NumberRow:
    """Numbers of one city, side, kind …"""

    label: str
    cells: tuple[NumberCell, ...]
    reported: CountView | None


@dataclass(frozen=True, slots=True)
class NumberTable:
    """People told apart by one thing."""

    heading: str
    first_column: str
    rows: tuple[NumberRow, ...]
    has_reported: bool
    figures: tuple[str, ...]


def _reported(number: QualifiedSum | None, language: str) -> CountView | None:
    return count_view(number.value, number.qualifier, "", language) if number else None


def _cells(people: Measured, language: str, href: str, wanted: Iterable[tuple[str, str]]) -> tuple[NumberCell, ...]:
    query = list(wanted)
    return tuple(
        NumberCell(
            translate(FIGURE_WORDS[figure], language),
            getattr(people, figure),
            f"{href}{'&' if '?' in href else '?'}{urlencode([('figure', figure), *query])}"
            if href and getattr(people, figure)
            else "",
        )
        for figure in FIGURES
    )


def number_tables(
    counts: EventCounts, sessions: Sequence[tuple[str, LanguageMap, int]], language: str, href: str = ""
) -> list[NumberTable]:
    """Return all tables of an event or of a programme.

    Args:
        sessions: Slug, title and people who came, of each session.
        href: Where the lists are; empty for those who see no names.
    """
    figures = tuple(translate(FIGURE_WORDS[figure], language) for figure in FIGURES)
    if counts.total.is_empty and not counts.reported:
        return []
    whole = NumberRow(
        translate(noop("Total"), language),
        _cells(counts.total, language, href, ()),
        _reported(counts.reported_whole("participants"), language),
    )
    total = NumberTable(translate(noop("All people"), language), "", (whole,), whole.reported is not None, figures)
    tables = [total]
    for table in dimension_tables(counts, language):
        tables.append(
            NumberTable(
                table.heading,
                table.first_column,
                tuple(
                    NumberRow(
                        row.label,
                        _cells(row.measured, language, href, [(table.dimension, row.key or "-")]),
                        _reported(row.reported, language),
                    )
                    for row in table.rows
                ),
                table.has_reported,
                figures,
            )
        )
    if sessions:
        rows = tuple(
            NumberRow(
                text_of(title, language),
                _cells(Measured(attended=attended), language, href, [("session", slug)])[2:],
                None,
            )
            for slug, title, attended in sessions
        )
        tables.append(
            NumberTable(
                translate(noop("People who came to each session"), language),
                translate(noop("Session"), language),
                rows,
                False,
                figures[2:],
            )
        )
    return tables
