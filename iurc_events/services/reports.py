"""Reports and agendas: composed from the database, rendered in a child process, kept by their content (pdf-7)."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import func, or_, select

from iurc_events.config import VERSION
from iurc_events.database import db
from iurc_events.domain.errors import BusyError, DomainError, NotFoundError
from iurc_events.domain.time_slots import Precision
from iurc_events.domain.vocabulary import RoleName
from iurc_events.localisation import Language, noop, translate
from iurc_events.localisation.vocabulary import label
from iurc_events.models.accounts import User
from iurc_events.models.events import Event
from iurc_events.models.programmes import Programme
from iurc_events.models.revisions import Revision
from iurc_events.queries.counts import last_change, load_counts
from iurc_events.queries.event_content import EventContent, load_content
from iurc_events.queries.organised_events import organised_by, readable_by
from iurc_events.reports.children import render_in_child
from iurc_events.reports.contents import (
    AgendaDocument,
    Count,
    CountTable,
    EventReport,
    Figure,
    ProgrammeReport,
)
from iurc_events.reports.documents import Report
from iurc_events.reports.errors import ReportError, ReportStoppedError, ReportTimeoutError
from iurc_events.services import report_contents as contents
from iurc_events.services.file_places import REPORTS, PlaceError, place
from iurc_events.services.report_numbers import in_all, measured_counts, people_tables, reported_counts, subject_label
from iurc_events.services.report_programmes import ProgrammePeriod, full_period, load_period, make_programme_report

logger = logging.getLogger(__name__)

IsWanted = Callable[[], bool]
#: Seconds that a document may take while somebody waits for a page, and on the command line.
REQUEST_TIMEOUT: Final = 10.0
COMMAND_TIMEOUT: Final = 120.0
#: Documents kept at most; periods can be chosen freely.
_MOST_KEPT: Final = 500
#: A child takes up to a core and half a gigabyte: no more than two at a time in each process.
_children = threading.BoundedSemaphore(2)


class SlowDocumentError(BusyError):
    """A document takes longer than somebody can wait for a page; a background job may have more time."""


class PeriodError(DomainError):
    """The days of a period do not fit."""


@dataclass(frozen=True, slots=True)
class StoredPdf:
    """A finished document with the name to save it under."""

    data: bytes
    key: str
    file_name: str


# --- What somebody may read -------------------------------------------------------------------------------------------


def get_readable_event(actor: User, slug: str) -> Event:
    """Return an event whose report an actor reads; drafts are for their organisers alone.

    Raises:
        NotFoundError: If there is none for this person.
    """
    event = db.session.scalars(
        select(Event).where(
            Event.slug == slug,
            Event.deleted_at.is_(None),
            readable_by(actor),
            or_(Event.state != "draft", organised_by(actor)),
        )
    ).one_or_none()
    if event is None:
        raise NotFoundError(noop("There is no such event among yours"))
    return event


def list_readable_programmes(actor: User) -> list[Programme]:
    """Return the programmes whose reports an actor reads, in their order."""
    statement = select(Programme).order_by(Programme.position, Programme.id)
    if not actor.has_role(RoleName.ADMINISTRATOR):
        own = (*actor.programme_ids(RoleName.ORGANISER), *actor.programme_ids(RoleName.FUNDER))
        statement = statement.where(Programme.id.in_(own))
    return list(db.session.scalars(statement))


def get_readable_programme(actor: User, slug: str) -> Programme:
    """Return a programme whose report an actor reads.

    Raises:
        NotFoundError: If there is none for this person.
    """
    for programme in list_readable_programmes(actor):
        if programme.slug == slug:
            return programme
    raise NotFoundError(noop("There is no such programme among yours"))


def get_period(programme: Programme, first: date | None = None, last: date | None = None) -> ProgrammePeriod:
    """Load a period of a programme; an end that is not given is that of the programme's events.

    Raises:
        PeriodError: If it ends before it begins.
    """
    known = full_period(programme.id) if first is None or last is None else None
    today = date(2017, 1, 1)  # nothing is on record: any day shows as much
    first = first or (known[0] if known else last or today)
    last = last or (max(known[1], first) if known else first)
    if last < first:
        raise PeriodError(noop("The period ends before it begins"))
    return load_period(programme, first, last)


# --- What the documents say -------------------------------------------------------------------------------------------


def _moment(event: Event, *, with_numbers: bool) -> datetime:
    """Return the last change of what a document shows, so that the same data gives the same bytes."""
    moments = [
        event.visible_revised_at,
        db.session.scalar(select(func.max(Revision.made_at)).where(Revision.event_id == event.id)),
        last_change(Event.id == event.id) if with_numbers else None,
    ]
    return max(moment for moment in moments if moment is not None)


def make_agenda(event: Event, language: Language) -> AgendaDocument:
    """Compose the agenda of an event."""
    content = load_content(event.id)
    zones = contents.zones_of_event(event)
    return AgendaDocument(
        header=contents.make_header(event.programme, event.title, zones, language, _moment(event, with_numbers=False)),
        facts=contents.make_facts(event, content, zones, language),
        sessions=contents.make_sessions(event, content, zones, language),
    )


def _sides_table(content: EventContent, language: Language) -> CountTable:
    sides = [row.side for row in content.cities.values()]
    speakers = [content.cities[row.city_id].side for row in content.speakers.values() if row.city_id in content.cities]
    return CountTable(
        heading=in_all(noop("Cities and speakers by side")),
        first_column=translate(noop("Side"), language),
        columns=(
            translate(noop("Cities and regions on record"), language),
            translate(noop("Speakers named"), language),
        ),
        rows=tuple(
            (label("side", side, language), (Figure(sides.count(side)), Figure(speakers.count(side))))
            for side in ("EU", "China", "other")
            if side in sides
        ),
        bars_of=0,
    )


def _open_points(event: Event, counts: tuple[Count, ...], content: EventContent, language: Language) -> tuple[str, ...]:
    """Name what the record leaves open."""
    points = []
    if event.slot is None or event.slot.precision is not Precision.MINUTE:
        points.append(translate(noop("hours"), language))
    participants = subject_label("participants", language)
    if any(count.label == participants and count.figure.value is None for count in counts):
        points.append(translate(noop("number of participants"), language))
    if not content.speakers:
        points.append(translate(noop("names of speakers"), language))
    return (*points, translate(noop("participants by sex"), language))


def make_event_report(event: Event, language: Language) -> EventReport:
    """Compose the report of an event."""
    content = load_content(event.id)
    zones = contents.zones_of_event(event)
    numbers = load_counts(Event.id == event.id)
    reported = reported_counts(numbers, language)
    if numbers.reported_whole("participants") is None:
        reported.insert(0, Count(label=subject_label("participants", language), figure=Figure()))
    measured = measured_counts(numbers.total, language)
    counts = (*reported[:2], *measured[:2], *reported[2:], *measured[2:])
    notes = [contents.in_own_language(note) for note in event.notes or ()]
    if event.status_note:
        notes.insert(0, event.status_note)
    table = _sides_table(content, language)
    return EventReport(
        header=contents.make_header(event.programme, event.title, zones, language, _moment(event, with_numbers=True)),
        facts=contents.make_facts(event, content, zones, language),
        sessions=contents.make_sessions(event, content, zones, language, with_notes=True),
        speakers=contents.make_speakers(content, language),
        counts=counts,
        tables=(*([table] if table.rows else []), *people_tables(numbers, language)),
        dots=tuple(contents.make_dot(row, language) for row in content.cities.values()),
        documents=contents.make_documents(content, language),
        outcomes=contents.make_outcomes(content),
        sources=contents.make_sources(event, language),
        notes=tuple(notes),
        not_stated=_open_points(event, counts, content, language),
    )


# --- The finished documents -------------------------------------------------------------------------------------------


def content_key(report: Report) -> str:
    """Return the key of a document's content, the release and its language."""
    return hashlib.sha256(f"{VERSION}\n{report.header.language}\n{report!r}".encode()).hexdigest()


def file_stem(report: Report, slug: str) -> str:
    """Return the name under which a document is saved, without its ending."""
    kind = "agenda" if isinstance(report, AgendaDocument) else "report"
    return f"{slug}-{kind}-{report.header.language}"


def _store(name: str, data: bytes, stem: str) -> None:
    """Keep a document, whole or not at all, and throw older ones of the same name away."""
    here = place()
    try:
        here.write(name, data)
        others = [old for old in here.entries(REPORTS) if old.name != name]
        others.sort(key=lambda old: old.changed_at, reverse=True)
        for number, old in enumerate(others, 2):
            if number > _MOST_KEPT or old.name.startswith(f"{REPORTS}/{stem}."):
                here.delete(old.name)
    except PlaceError as error:  # a full disk costs time, not the document
        logger.warning("a report could not be kept: %s", error.strerror)


def _wait_for_turn(timeout: float, is_wanted: IsWanted) -> None:
    ends_at = time.monotonic() + timeout
    while not _children.acquire(timeout=min(0.5, timeout)):
        if time.monotonic() > ends_at or not is_wanted():
            raise BusyError(noop("Other documents are being made. Try again in a moment."))


def get_pdf(
    report: Report, stem: str, *, timeout: float | None = None, is_wanted: IsWanted = lambda: True
) -> StoredPdf:
    """Return a document as PDF: the one that is kept, or a new one.

    Args:
        stem: Name to save it under, without the ending; only the newest document of a name is kept.
        timeout: Seconds that it may take to make it; None: as long as a request may wait.
        is_wanted: Asked now and then while it is made.

    Raises:
        SlowDocumentError: If it was not ready in time.
        BusyError: If it could not be made.
        ReportStoppedError: If it was no longer wanted.
    """
    timeout = REQUEST_TIMEOUT if timeout is None else timeout
    key = content_key(report)
    name = f"{REPORTS}/{stem}.{key}.pdf"
    with contextlib.suppress(PlaceError):
        if (kept := place().read(name)) is not None:
            return StoredPdf(kept, key, f"{stem}.pdf")
    _wait_for_turn(timeout, is_wanted)
    try:
        rendered = render_in_child(report, timeout=timeout, is_wanted=is_wanted)
    except ReportStoppedError:
        raise
    except ReportTimeoutError as error:
        logger.warning("a report was not ready after %g seconds", timeout)
        raise SlowDocumentError(
            noop("The document was not ready in time. Try again in a moment, or on the command line.")
        ) from error
    except ReportError as error:
        logger.error("a report could not be made: %s", error)
        raise BusyError(
            noop("The document could not be made. Those who run this site find the reason in its log.")
        ) from error
    finally:
        _children.release()
    for remark in rendered.remarks:
        logger.info("report %s: %s", stem, remark)
    _store(name, rendered.data, stem)
    return StoredPdf(rendered.data, key, f"{stem}.pdf")


def get_event_pdf(
    event: Event, language: Language, *, timeout: float | None = None, is_wanted: IsWanted = lambda: True
) -> StoredPdf:
    """Return the report of an event as PDF."""
    report = make_event_report(event, language)
    return get_pdf(report, file_stem(report, event.slug), timeout=timeout, is_wanted=is_wanted)


def get_agenda_pdf(
    event: Event, language: Language, *, timeout: float | None = None, is_wanted: IsWanted = lambda: True
) -> StoredPdf:
    """Return the agenda of an event as PDF."""
    report = make_agenda(event, language)
    return get_pdf(report, file_stem(report, event.slug), timeout=timeout, is_wanted=is_wanted)


def get_programme_pdf(
    period: ProgrammePeriod, language: Language, *, timeout: float | None = None, is_wanted: IsWanted = lambda: True
) -> StoredPdf:
    """Return the report of a programme over a period as PDF."""
    report: ProgrammeReport = make_programme_report(period, language)
    slug = f"{period.programme.slug}-{period.first.isoformat()}-{period.last.isoformat()}"
    return get_pdf(report, file_stem(report, slug), timeout=timeout, is_wanted=is_wanted)
