"""Figures and tables of documents, from the numbers of events; measured and reported stand apart in all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import cast

from iurc_events.domain.counts import Dimension, EventCounts, Measured, QualifiedSum, Reported
from iurc_events.domain.language_maps import text_of
from iurc_events.domain.vocabulary import ATTENDANCE_MODES, COUNT_SUBJECTS, SIDES, STAKEHOLDER_TYPES
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
}


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
    }[dimension]
    return [*(key for key in order if key and key in found), *([""] if "" in found else [])]


def _key_label(dimension: Dimension, key: str, counts: EventCounts, language: str) -> str:
    if not key:
        return translate(noop("not stated"), language)
    if dimension == "city":
        return next(text_of(place.name, language) for place in counts.places.values() if place.slug == key)
    if dimension == "country":
        return country_name(key, language)
    return label({"side": "side", "stakeholder": "stakeholder", "mode": "attendance"}[dimension], key, language)


def people_tables(counts: EventCounts, language: str) -> list[CountTable]:
    """Return people by city, side, country, stakeholder type and mode; only tables that have something to say."""
    tables: list[CountTable] = []
    for dimension, (heading, first) in _HEADINGS.items():
        measured = counts.measured_by(dimension)
        reported = counts.reported_by(dimension, "participants") if dimension in ("city", "side", "country") else {}
        if not measured and not reported:
            continue
        columns = (measured_columns(language) if measured else ()) + (
            (translate(noop("Reported"), language),) if reported else ()
        )
        rows = tuple(
            (
                _key_label(dimension, key, counts, language),
                (measured_cells(measured.get(key, Measured())) if measured else ())
                + ((figure_of(reported.get(key)),) if reported else ()),
            )
            for key in _keys(dimension, {*measured, *reported}, counts)
        )
        total = (translate(noop("Total"), language), measured_cells(counts.total)) if not reported else None
        note = noop("Registered is everybody who holds a seat, the confirmed among them; attended counts speakers too.")
        tables.append(
            CountTable(
                heading=in_all(heading),
                first_column=translate(first, language),
                columns=columns,
                rows=rows,
                total=total,
                note=translate(note, language) if measured and not tables else "",
            )
        )
    return tables
