"""Figures and tables of documents, from the numbers of events; measured and reported stand apart in all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import cast

from iurc_events.domain.counts import DIMENSIONS, Dimension, EventCounts, Measured, QualifiedSum, Reported
from iurc_events.domain.language_maps import text_of
from iurc_events.domain.vocabulary import (
    ATTENDANCE_MODES,
    COUNT_SUBJECTS,
    GENDERS,
    MEMBER_ROLES,
    SIDES,
    STAKEHOLDER_TYPES,
)
from iurc_events.localisation import LANGUAGES, noop, translate
from iurc_events.localisation.vocabulary import label
from iurc_events.reports.contents import Count, CountTable, Figure, Qualifier

_MEASURED_SOURCE = noop("registrations on this site")
_SUBJECTS = {
    "participants": noop("Participants"),
    "cities": noop("Cities and regions"),
    "city_speakers": noop("City speakers"),
    "visitors": noop("Visitors"),
    "pairings_presented": noop("Pairs presented"),
    "countries": noop("Countries or regions"),
}
_HEADINGS: dict[Dimension, tuple[str, str]] = {
    "city": (noop("People by city or region"), noop("City or region")),
    "side": (noop("People by side"), noop("Side")),
    "country": (noop("People by country or region"), noop("Country or region")),
    "stakeholder": (noop("People by stakeholder type"), noop("Stakeholder type")),
    "mode": (noop("People by way of taking part"), noop("Way of taking part")),
    "role": (noop("People by role"), noop("Role")),
    "gender": (noop("People by gender"), noop("Gender")),
    "newness": (noop("New and returning people"), noop("New or returning")),
}
_NEWNESS = {
    "new": noop("New: attended no earlier event of the programme"),
    "returning": noop("Returning: attended an earlier event of the programme"),
}
#: What reports show; whether somebody is new depends on other events, so it is on pages and in spreadsheets alone.
_IN_REPORTS: tuple[Dimension, ...] = ("city", "side", "country", "stakeholder", "mode", "role", "gender")


def in_all(message: str, **params: object) -> dict[str, str]:
    """Return a text of the interface in every language."""
    return {language: translate(message, language, **params) for language in LANGUAGES}


def figure_of(number: Reported | QualifiedSum | None) -> Figure:
    """Return a reported number or sum as a figure; not stated where there is none."""
    return Figure(number.value, cast("Qualifier", number.qualifier)) if number else Figure()


@cache
def _territories(language: str) -> Mapping[str, str]:
    from babel import Locale  # slow to load, and needed where countries are named

    return Locale.parse("zh_Hans" if language == "zh" else "en").territories


def country_name(code: str, language: str) -> str:
    """Return the name of a country or region by its ISO 3166 code."""
    return _territories(language).get(code, code)


def subject_label(subject: str, language: str) -> str:
    """Return the word for what was counted."""
    return translate(_SUBJECTS.get(subject, subject), language)


def reported_counts(counts: EventCounts, language: str, prefix: Callable[[Reported], str] | None = None) -> list[Count]:
    """Return each number reported for a whole event, as printed and with its source."""
    order = {subject: number for number, subject in enumerate(COUNT_SUBJECTS)}
    rows = [number for number in counts.reported if number.city_id is None]
    if prefix is None:
        rows.sort(key=lambda number: order.get(number.subject, len(order)))
    return [
        Count(
            label=(prefix(number) if prefix else "") + subject_label(number.subject, language),
            figure=figure_of(number),
            source=number.source,
            as_printed=number.as_printed,
        )
        for number in rows
    ]


def measured_counts(people: Measured, language: str) -> list[Count]:
    """Return who attended, confirmed and registered; nothing where nobody could register here."""
    if people.is_empty:
        return []
    source = translate(_MEASURED_SOURCE, language)
    return [
        Count(label=translate(text, language), figure=Figure(value), source=source)
        for text, value in (
            (noop("Attended"), people.attended),
            (noop("Registered"), people.registered),
            (noop("Confirmed"), people.confirmed),
        )
    ]


def measured_columns(language: str) -> tuple[str, ...]:
    """Return the heads of the columns of :func:`measured_cells`."""
    return tuple(translate(text, language) for text in (noop("Registered"), noop("Confirmed"), noop("Attended")))


def measured_cells(people: Measured) -> tuple[Figure, ...]:
    """Return measured people as a row of figures."""
    return Figure(people.registered), Figure(people.confirmed), Figure(people.attended)


def _keys(dimension: Dimension, found: set[str], counts: EventCounts) -> list[str]:
    order: Sequence[str] = {
        "city": [place.slug for place in counts.places.values()],
        "side": SIDES,
        "country": sorted(found),
        "stakeholder": STAKEHOLDER_TYPES,
        "mode": ATTENDANCE_MODES,
        "role": MEMBER_ROLES,
        "gender": GENDERS,
        "newness": tuple(_NEWNESS),
    }[dimension]
    return [*(key for key in order if key and key in found), *([""] if "" in found else [])]


def _key_label(dimension: Dimension, key: str, counts: EventCounts, language: str) -> str:
    if not key:
        return translate(noop("not stated"), language)
    if dimension == "city":
        return next(text_of(place.name, language) for place in counts.places.values() if place.slug == key)
    if dimension == "country":
        return country_name(key, language)
    if dimension == "newness":
        return translate(_NEWNESS.get(key, key), language)
    words = {
        "gender": "gender",
        "side": "side",
        "stakeholder": "stakeholder",
        "mode": "attendance",
        "role": "speaker_role",
    }
    return label(words[dimension], key, language)


def newness_label(value: str | None, language: str) -> str:
    """Return whether somebody is new or returning, in words."""
    return translate(_NEWNESS[value] if value in _NEWNESS else noop("not stated"), language)


@dataclass(frozen=True, slots=True)
class DimensionRow:
    """People of one city, side, kind …; ``key`` is empty where it is not stated. Reported numbers stand apart."""

    key: str
    label: str
    measured: Measured
    reported: QualifiedSum | None


@dataclass(frozen=True, slots=True)
class DimensionTable:
    """People told apart by one thing."""

    dimension: Dimension
    heading: str
    first_column: str
    rows: tuple[DimensionRow, ...]

    @property
    def has_reported(self) -> bool:
        """Whether anything was reported for single rows."""
        return any(row.reported for row in self.rows)


def dimension_table(counts: EventCounts, dimension: Dimension, language: str) -> DimensionTable:
    """Return people told apart by one thing, "not stated" as a line of its own at the end."""
    measured = counts.measured_by(dimension)
    reported = counts.reported_by(dimension, "participants") if dimension in ("city", "side", "country") else {}
    heading, first = _HEADINGS[dimension]
    rows = tuple(
        DimensionRow(
            key, _key_label(dimension, key, counts, language), measured.get(key, Measured()), reported.get(key)
        )
        for key in _keys(dimension, {*measured, *reported}, counts)
    )
    return DimensionTable(dimension, translate(heading, language), translate(first, language), rows)


def dimension_tables(counts: EventCounts, language: str) -> list[DimensionTable]:
    """Return people by everything they are told apart by; only tables that have something to say."""
    tables = (dimension_table(counts, dimension, language) for dimension in DIMENSIONS)
    return [table for table in tables if table.rows]


def people_tables(counts: EventCounts, language: str) -> list[CountTable]:
    """Return people by city, side, country, stakeholder type, mode, role and gender; only tables that say something."""
    tables: list[CountTable] = []
    note = noop("Registered is everybody who holds a seat, the confirmed among them; attended counts speakers too.")
    for dimension in _IN_REPORTS:
        found = dimension_table(counts, dimension, language)
        says_nothing = dimension in ("role", "gender") and {row.key for row in found.rows} <= {"", "participant"}
        if not found.rows or says_nothing:
            continue
        measured = any(not row.measured.is_empty for row in found.rows)
        columns = (measured_columns(language) if measured else ()) + (
            (translate(noop("Reported"), language),) if found.has_reported else ()
        )
        rows = tuple(
            (
                row.label,
                (measured_cells(row.measured) if measured else ())
                + ((figure_of(row.reported),) if found.has_reported else ()),
            )
            for row in found.rows
        )
        total = (translate(noop("Total"), language), measured_cells(counts.total)) if not found.has_reported else None
        tables.append(
            CountTable(
                heading=in_all(_HEADINGS[dimension][0]),
                first_column=found.first_column,
                columns=columns,
                rows=rows,
                total=total,
                note=translate(note, language) if measured and not tables else "",
            )
        )
    return tables
