"""What the report of a programme over a period says, read from the database in few statements."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select

from iurc_events.database import db
from iurc_events.domain.clock_texts import date_range, slot_date, zones_of_programme
from iurc_events.domain.counts import EventCounts, Reported
from iurc_events.domain.language_maps import text_of
from iurc_events.domain.vocabulary import PUBLIC_STATES, SIDES, EventState
from iurc_events.graphics.maps import Arc
from iurc_events.localisation import Language, noop, translate, translate_count
from iurc_events.localisation.vocabulary import label
from iurc_events.models.cities import City, CityProgramme, PairCity, PairProgramme
from iurc_events.models.events import Event, EventMembership
from iurc_events.models.programmes import Programme
from iurc_events.models.revisions import Revision
from iurc_events.queries.counts import last_change, load_counts
from iurc_events.reports.contents import Count, CountTable, EventLine, Figure, ProgrammeReport
from iurc_events.services.report_contents import make_dot, make_header
from iurc_events.services.report_numbers import (
    country_name,
    figure_of,
    in_all,
    measured_cells,
    measured_columns,
    people_tables,
    reported_counts,
)

#: The moment of a programme in which nothing ever happened.
_LONG_AGO = datetime(2017, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ProgrammePeriod:
    """What happened in a programme over some days, both inclusive; an event counts once, by its first day."""

    programme: Programme
    first: date
    last: date
    events: Sequence[Event] = ()
    counts: EventCounts = field(default_factory=EventCounts)
    listed: Sequence[City] = ()
    #: Cities of each event held, listed ones or not.
    cities_of: dict[int, set[int]] = field(default_factory=dict)
    places: dict[int, Any] = field(default_factory=dict)

    @property
    def held(self) -> list[Event]:
        """The events of which somebody said that they took place."""
        return [event for event in self.events if event.state == EventState.HELD.value]

    @property
    def active(self) -> set[int]:
        """Keys of the listed cities that took part in an event held."""
        present = set().union(*self.cities_of.values()) if self.cities_of else set()
        return {city.id for city in self.listed} & present


def events_of(programme_id: int, first: date, last: date, *states: str) -> list[ColumnElement[bool]]:
    """Return the conditions that an event belongs to a programme and begins within a period, by its own calendar."""
    members = select(EventMembership.event_id).where(
        EventMembership.subject_kind == "programme", EventMembership.subject_id == programme_id
    )
    return [
        Event.id.in_(members),
        Event.state.in_(states or [state.value for state in PUBLIC_STATES]),
        Event.deleted_at.is_(None),
        Event.first_day >= first.isoformat(),
        Event.first_day <= last.isoformat(),
    ]


def full_period(programme_id: int) -> tuple[date, date] | None:
    """Return the first and the last first day of a programme's public events; None where it has none."""
    everything = events_of(programme_id, date.min, date.max)
    first, last = db.session.execute(
        select(func.min(Event.first_day), func.max(Event.first_day)).where(*everything)
    ).one()
    return (date.fromisoformat(first), date.fromisoformat(last)) if first and last else None


def load_period(programme: Programme, first: date, last: date) -> ProgrammePeriod:
    """Load what happened in a programme over a period."""
    within = events_of(programme.id, first, last)
    held = events_of(programme.id, first, last, EventState.HELD.value)
    events = list(db.session.scalars(select(Event).where(*within).order_by(Event.first_day, Event.starts_at, Event.id)))
    cities_of: dict[int, set[int]] = {}
    for event_id, city_id in db.session.execute(
        select(EventMembership.event_id, EventMembership.subject_id)
        .join(Event, Event.id == EventMembership.event_id)
        .where(EventMembership.subject_kind == "city", *held)
    ):
        cities_of.setdefault(event_id, set()).add(city_id)
    columns = (City.id, City.slug, City.name.label("name"), City.side, City.country, City.lat, City.lon)
    listed = db.session.execute(
        select(*columns)
        .join(CityProgramme, CityProgramme.city_id == City.id)
        .where(CityProgramme.programme_id == programme.id)
        .order_by(CityProgramme.position, City.position, City.id)
    ).all()
    return ProgrammePeriod(
        programme=programme,
        first=first,
        last=last,
        events=events,
        counts=load_counts(*held),
        listed=listed,  # type: ignore[arg-type]  # rows with the columns of a city that are needed here
        cities_of=cities_of,
        places={city.id: city for city in listed},
    )


def _moment(period: ProgrammePeriod) -> datetime:
    """Return the last change of what the report shows, so that the same data gives the same bytes."""
    within = events_of(period.programme.id, period.first, period.last)
    made = db.session.scalar(
        select(func.max(Revision.made_at)).join(Event, Event.id == Revision.event_id).where(*within)
    )
    moments = [made, last_change(*within), *(event.visible_revised_at for event in period.events)]
    return max((moment for moment in moments if moment is not None), default=_LONG_AGO)


def _lines(period: ProgrammePeriod, language: Language) -> tuple[EventLine, ...]:
    lines = []
    by_event = period.counts.by_event()
    for event in period.held:
        own = by_event.get(event.id, EventCounts())
        known = len(period.cities_of.get(event.id, ()))
        cities = figure_of(own.reported_whole("cities"))
        if cities.value is None and known:
            cities = Figure(known, "at-least")  # those on record; others may have come
        lines.append(
            EventLine(
                date=slot_date(event.slot, language, short=True) if event.slot else "",
                title=event.title,
                format=label("format", event.format, language),
                cities=cities,
                participants=figure_of(own.reported_whole("participants")),
            )
        )
    return tuple(lines)


def _groups_table(
    period: ProgrammePeriod, heading: str, first_column: str, key_of: str, language: Language
) -> CountTable:
    """Return listed and active cities by side or country."""
    listed = Counter(getattr(city, key_of) for city in period.listed)
    active = Counter(getattr(period.places[key], key_of) for key in period.active)
    order = [side for side in SIDES if listed[side]] if key_of == "side" else sorted(listed)
    return CountTable(
        heading=in_all(heading),
        first_column=translate(first_column, language),
        columns=(translate(noop("Listed"), language), translate(noop("Active in the period"), language)),
        rows=tuple(
            (
                label("side", key, language) if key_of == "side" else country_name(key, language),
                (Figure(listed[key]), Figure(active[key])),
            )
            for key in order
        ),
        total=(translate(noop("Total"), language), (Figure(len(period.listed)), Figure(len(period.active)))),
        note=translate(
            noop("Listed: on the programme's list. Active: took part in at least one event held in the period."),
            language,
        ),
    )


def _states_table(period: ProgrammePeriod, language: Language) -> CountTable:
    numbers = Counter(event.state for event in period.events)
    return CountTable(
        heading=in_all(noop("Events by state")),
        first_column=translate(noop("State"), language),
        columns=(translate(noop("Events"), language),),
        rows=tuple(
            (label("state", state.value, language), (Figure(numbers[state.value]),))
            for state in (EventState.HELD, EventState.PUBLISHED, EventState.POSTPONED, EventState.CANCELLED)
            if numbers[state.value]
        ),
        total=(translate(noop("Total"), language), (Figure(len(period.events)),)),
        note=translate(
            noop("Held is what an organiser confirmed; an event that is only past is not counted."), language
        ),
    )


def _measured_table(period: ProgrammePeriod, language: Language) -> CountTable:
    by_event = period.counts.by_event()
    rows = [(event, by_event[event.id].total) for event in period.held if event.id in by_event]
    return CountTable(
        heading=in_all(noop("People measured per event")),
        first_column=translate(noop("Event"), language),
        columns=measured_columns(language),
        rows=tuple(
            (text_of(event.title, language), measured_cells(people)) for event, people in rows if not people.is_empty
        ),
        total=(translate(noop("Total"), language), measured_cells(period.counts.total)),
    )


def _participation_table(period: ProgrammePeriod, language: Language) -> CountTable:
    numbers = Counter(key for cities in period.cities_of.values() for key in cities)
    return CountTable(
        heading=in_all(noop("Events held with each city or region")),
        first_column=translate(noop("City or region"), language),
        columns=(translate(noop("Events held"), language),),
        rows=tuple(
            (text_of(city.name, language), (Figure(numbers[city.id]),)) for city in period.listed if numbers[city.id]
        ),
        note=translate(noop("Those on the programme's list that took part in at least one event."), language),
    )


def _arcs(period: ProgrammePeriod) -> tuple[Arc, ...]:
    rows = db.session.execute(
        select(PairCity.pair_id, City.lat, City.lon)
        .join(City, City.id == PairCity.city_id)
        .join(PairProgramme, PairProgramme.pair_id == PairCity.pair_id)
        .where(PairProgramme.programme_id == period.programme.id)
        .order_by(PairCity.pair_id, PairCity.position)
    )
    points: dict[int, list[tuple[float, float]]] = {}
    for pair_id, lat, lon in rows:
        points.setdefault(pair_id, []).append((lat, lon))
    return tuple(Arc(cities[0], other) for cities in points.values() for other in cities[1:])


def _figures(period: ProgrammePeriod, language: Language) -> tuple[Count, ...]:
    total = period.counts.reported_whole("participants")
    people = period.counts.total
    counted = translate_count(
        noop("Participants reported, %(num)s event counted"),
        noop("Participants reported, %(num)s events counted"),
        total.parts if total else 0,
        language,
    )
    held = translate_count(noop("Event held"), noop("Events held"), len(period.held), language)
    active = translate(noop("Cities and regions active, of %(listed)s listed"), language, listed=len(period.listed))
    last = (
        Count(label=translate(noop("People attended, measured"), language), figure=Figure(people.attended))
        if people.attended
        else Count(label=translate(noop("Participants by sex"), language), figure=Figure())
    )
    return (
        Count(label=held, figure=Figure(len(period.held))),
        Count(label=counted, figure=figure_of(total)),
        Count(label=active, figure=Figure(len(period.active))),
        last,
    )


def make_programme_report(period: ProgrammePeriod, language: Language) -> ProgrammeReport:
    """Compose the report of a programme over a period."""
    programme, counts = period.programme, period.counts
    days = date_range(period.first, period.last, language)
    years = (
        str(period.first.year) if period.first.year == period.last.year else f"{period.first.year}–{period.last.year}"
    )
    total = counts.reported_whole("participants")
    counted = {
        number.event_id for number in counts.reported if number.subject == "participants" and number.city_id is None
    }
    uncounted = [event for event in period.held if event.id not in counted]
    titles = {event.id: text_of(event.title, language) for event in period.held}
    colon = translate(noop(": "), language)

    def prefix(number: Reported) -> str:
        return titles[number.event_id] + colon

    tables = [
        _states_table(period, language),
        _groups_table(period, noop("Cities and regions by side"), noop("Side"), "side", language),
        _groups_table(
            period, noop("Cities and regions by country or region"), noop("Country or region"), "country", language
        ),
        _participation_table(period, language),
        *([] if counts.total.is_empty else [_measured_table(period, language)]),
        *people_tables(counts, language),
    ]
    not_stated = [translate(noop("participants by sex"), language)]
    if uncounted:
        not_stated.insert(
            0,
            translate_count(
                noop("participants of %(num)s event held"),
                noop("participants of %(num)s events held"),
                len(uncounted),
                language,
            ),
        )
    formats = Counter(event.format for event in period.held)
    return ProgrammeReport(
        header=make_header(
            programme,
            in_all(noop("Progress report %(years)s"), years=years),
            zones_of_programme(programme.reference_zones),
            language,
            _moment(period),
        ),
        period=days,
        introduction=translate(
            noop("%(programme)s: events, participants and results, %(period)s."),
            language,
            programme=text_of(programme.name, language),
            period=days,
        ),
        dots=tuple(make_dot(city, language) for city in period.listed),
        arcs=_arcs(period),
        figures=_figures(period, language),
        in_short=(
            translate_count(
                noop("%(num)s event was held; %(active)s of %(listed)s listed cities and regions took part."),
                noop("%(num)s events were held; %(active)s of %(listed)s listed cities and regions took part."),
                len(period.held),
                language,
                active=len(period.active),
                listed=len(period.listed),
            ),
        ),
        not_stated=tuple(not_stated),
        events=_lines(period, language),
        formats_total=translate(noop("; "), language).join(
            f"{label('format', key, language)} {formats[key]}" for key in ("online", "onsite", "hybrid") if formats[key]
        ),
        participants_total=figure_of(total),
        total_note=translate(
            noop("Participants: sum of the %(counted)s of %(held)s events for which a number was reported."),
            language,
            counted=total.parts if total else 0,
            held=len(period.held),
        ),
        tables=tuple(table for table in tables if table.rows),
        annex=tuple(reported_counts(counts, language, prefix)),
    )
