"""Numbers, and the people behind them, as CSV and XLSX; measured and reported numbers stand in rows of their own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from iurc_events.documents.spreadsheets import CSV_TYPE, XLSX_TYPE, Cell, Sheet, write_csv, write_xlsx
from iurc_events.domain.counts import EventCounts
from iurc_events.domain.language_maps import LanguageMap, text_of
from iurc_events.localisation import noop, translate
from iurc_events.localisation.vocabulary import label
from iurc_events.queries.counts import CountedPerson
from iurc_events.services.report_numbers import dimension_tables, newness_label, subject_label

FileKind = Literal["csv", "xlsx"]
CONTENT_TYPES: dict[str, str] = {"csv": CSV_TYPE, "xlsx": XLSX_TYPE}


def _written(sheets: Sequence[Sheet], kind: FileKind) -> bytes:
    if kind == "xlsx":
        return write_xlsx(sheets)
    only = sheets[0]
    return write_csv(only.headings, only.rows)


def _measured_rows(counts: EventCounts, sessions: Sequence[tuple[LanguageMap, int]], language: str) -> list[list[Cell]]:
    total = counts.total
    rows: list[list[Cell]] = [
        [translate(noop("Total"), language), "", total.registered, total.confirmed, total.attended]
    ]
    for table in dimension_tables(counts, language):
        rows += [
            [table.first_column, row.label, row.measured.registered, row.measured.confirmed, row.measured.attended]
            for row in table.rows
            if not row.measured.is_empty
        ]
    heading = translate(noop("Session"), language)
    return rows + [[heading, text_of(title, language), None, None, attended] for title, attended in sessions]


def _reported_rows(counts: EventCounts, language: str) -> list[list[Cell]]:
    whole = translate(noop("The whole event"), language)
    return [
        [
            subject_label(number.subject, language),
            text_of(counts.places[number.city_id].name, language) if number.city_id in counts.places else whole,
            number.value,
            label("qualifier", number.qualifier, language),
            number.as_printed,
            number.source or translate(noop("not stated"), language),
        ]
        for number in counts.reported
    ]


def counts_file(
    counts: EventCounts, sessions: Sequence[tuple[LanguageMap, int]], language: str, kind: FileKind
) -> bytes:
    """Write the numbers of one event or of many.

    A workbook has a sheet of measured and one of reported numbers; CSV holds both, told apart by its first column.
    """

    def words(*texts: str) -> list[str]:
        return [translate(text, language) for text in texts]

    told_apart, of = noop("Told apart by"), noop("Value")
    figures = (noop("Registered"), noop("Confirmed"), noop("Attended"))
    details = (noop("Number"), noop("How sure"), noop("As printed"), noop("Source"))
    measured, reported = noop("Measured"), noop("Reported")
    measured_rows, reported_rows = _measured_rows(counts, sessions, language), _reported_rows(counts, language)
    if kind == "xlsx":
        return write_xlsx(
            [
                Sheet(translate(measured, language), words(told_apart, of, *figures), measured_rows),
                Sheet(
                    translate(reported, language),
                    words(noop("What was counted"), noop("City"), *details),
                    reported_rows,
                ),
            ]
        )
    rows: list[list[Cell]] = [[translate(measured, language), *row, None, None, None, None] for row in measured_rows]
    rows += [[translate(reported, language), *row[:2], None, None, None, *row[2:]] for row in reported_rows]
    return write_csv(words(noop("Measured or reported"), told_apart, of, *figures, *details), rows)


def people_file(people: Sequence[CountedPerson], language: str, kind: FileKind) -> bytes:
    """Write the people behind a number; for those alone who may see names."""
    not_stated = translate(noop("not stated"), language)

    def word(name: str, value: str | None) -> str:
        return label(name, value, language) if value else not_stated

    headings = [
        translate(text, language)
        for text in (
            noop("Event"), noop("Name"), noop("Mail address"), noop("Organisation"), noop("City or region"),
            noop("Stakeholder type"), noop("Way of taking part"), noop("Role"), noop("Gender"),
            noop("New or returning"), noop("Minutes"),
        )
    ]  # fmt: skip
    rows: list[list[Cell]] = [
        [
            text_of(person.event_title, language),
            person.name,
            person.email,
            person.organisation,
            text_of(person.city_name, language) if person.city_name else not_stated,
            word("stakeholder", person.stakeholder),
            word("attendance", person.mode),
            word("speaker_role", person.role),
            word("gender", person.gender),
            newness_label(person.newness, language),
            person.minutes,
        ]
        for person in people
    ]
    return _written([Sheet(translate(noop("People"), language), headings, rows)], kind)
