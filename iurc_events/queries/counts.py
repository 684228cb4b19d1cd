"""The one place where the numbers of events are read: three statements, for one event or for a thousand.

Numbers and the lists of people behind them come from the same rows, so that they never differ.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Integer, Subquery, case, cast, func, literal, null, or_, select, union_all
from sqlalchemy.orm import aliased

from iurc_events.database import db
from iurc_events.domain.counts import (
    EventCounts,
    Figure,
    Measured,
    MeasuredGroup,
    Place,
    QualifiedSum,
    Reported,
    weakest_qualifier,
)
from iurc_events.domain.language_maps import LanguageMap
from iurc_events.domain.vocabulary import WITH_SEAT, ParticipantState
from iurc_events.models.attendance import Attendance, HeadCount
from iurc_events.models.cities import City
from iurc_events.models.events import Event
from iurc_events.models.participants import Participant
from iurc_events.models.speakers import Speaker


def load_counts(*conditions: ColumnElement[bool]) -> EventCounts:
    """Count people and read reported numbers of the events that fit conditions on :class:`Event`."""
    events = select(Event.id).where(*conditions)
    groups = _groups(events)
    reported = _reported(events)
    used = {group.city_id for group in groups} | {number.city_id for number in reported}
    return EventCounts(groups, reported, _places({key for key in used if key is not None}))


_COLUMNS = ("event_id", "city_id", "stakeholder", "mode", "role", "gender", "newness")


def _registrations(events: Any) -> Subquery:
    """Return a row for everybody who holds a seat."""
    seated = Participant.state.in_(WITH_SEAT)
    return (
        select(
            Participant.event_id.label("event_id"),
            Participant.id.label("participant_id"),
            cast(null(), Integer).label("speaker_id"),
            Participant.person_id.label("person_id"),
            Participant.email.label("email"),
            Participant.city_id.label("city_id"),
            Participant.stakeholder_type.label("stakeholder"),
            Participant.mode.label("mode"),
            Participant.role.label("role"),
            Participant.gender.label("gender"),
            Participant.state.label("state"),
            cast(null(), Integer).label("minutes"),
        )
        .where(seated, Participant.event_id.in_(events))
        .subquery("registrations")
    )


def _attendances(events: Any, *conditions: ColumnElement[bool]) -> Subquery:
    """Return a row for everybody who came, once for each event.

    Whoever was seen at several sessions or on several days, or is a speaker and a participant, came once; who was seen
    in both ways came on site.
    """
    person = func.coalesce(Participant.person_id, Speaker.person_id, -Participant.id)
    return (
        select(
            Attendance.event_id.label("event_id"),
            func.min(Attendance.participant_id).label("participant_id"),
            func.min(Attendance.speaker_id).label("speaker_id"),
            func.max(func.coalesce(Participant.person_id, Speaker.person_id)).label("person_id"),
            func.max(func.coalesce(Participant.email, Speaker.email)).label("email"),
            func.max(func.coalesce(Participant.city_id, Speaker.city_id)).label("city_id"),
            func.max(func.coalesce(Participant.stakeholder_type, Speaker.stakeholder_type)).label("stakeholder"),
            func.max(Attendance.mode).label("mode"),
            case((func.max(Attendance.speaker_id).is_not(None), "speaker"), else_=func.max(Participant.role)).label(
                "role"
            ),
            func.max(func.coalesce(Participant.gender, Speaker.gender)).label("gender"),
            literal("attended").label("state"),
            func.max(Attendance.minutes).label("minutes"),
        )
        .select_from(Attendance)
        .outerjoin(Participant, Participant.id == Attendance.participant_id)
        .outerjoin(Speaker, Speaker.id == Attendance.speaker_id)
        .where(Attendance.event_id.in_(events), *conditions)
        .group_by(Attendance.event_id, person)
        .subquery("attendances_of_people")
    )


def _newness(people: Subquery) -> ColumnElement[str | None]:
    """Return ``returning`` for who attended an earlier event of the programme, by person or mail, else ``new``."""
    event, earlier = aliased(Event), aliased(Event)
    participant, speaker = aliased(Participant), aliased(Speaker)

    def came(*conditions: ColumnElement[bool]) -> Any:
        return (
            select(literal(1))
            .select_from(Attendance)
            .join(earlier, earlier.id == Attendance.event_id)
            .join(event, event.id == people.c.event_id)
            .where(
                earlier.programme_id == event.programme_id,
                earlier.first_day < event.first_day,
                earlier.deleted_at.is_(None),
                *conditions,
            )
            .correlate(people)
        )

    as_participant = came(participant.id == Attendance.participant_id, participant.person_id == people.c.person_id)
    as_speaker = came(speaker.id == Attendance.speaker_id, speaker.person_id == people.c.person_id)
    by_mail = came(participant.id == Attendance.participant_id, participant.email == people.c.email)
    return case(
        (or_(as_participant.exists(), as_speaker.exists(), by_mail.exists()), "returning"),
        (or_(people.c.person_id.is_not(None), people.c.email.is_not(None)), "new"),
        else_=None,
    )


def _grouped(people: Subquery, registered: Any, confirmed: Any, attended: Any) -> Any:
    keys = [people.c[name] for name in _COLUMNS[:-1]]
    flagged = select(*keys, _newness(people).label("newness"), people.c.state).subquery()
    columns = [flagged.c[name] for name in _COLUMNS]
    numbers = (registered(flagged), confirmed(flagged), attended(flagged))
    return select(*columns, *numbers).group_by(*columns)


def _groups(events: Any) -> tuple[MeasuredGroup, ...]:
    def none(_people: Any) -> Any:
        return literal(0)

    def everybody(_people: Any) -> Any:
        return func.count()

    def confirmed(people: Any) -> Any:
        return func.count().filter(people.c.state == ParticipantState.CONFIRMED.value)

    both = union_all(
        _grouped(_registrations(events), everybody, confirmed, none),
        _grouped(_attendances(events), none, none, everybody),
    ).subquery()
    columns = list(both.c)
    keys, numbers = columns[: len(_COLUMNS)], columns[len(_COLUMNS) :]
    rows = db.session.execute(select(*keys, *(func.sum(number) for number in numbers)).group_by(*keys).order_by(*keys))
    return tuple(
        MeasuredGroup(row[0], row[1], row[2], row[3], Measured(*map(int, row[7:10])), row[4], row[5], row[6])
        for row in rows
    )


def count_by_session(event_id: int) -> dict[int, int]:
    """Count people who came to each session of an event, by the session's key."""
    person = func.coalesce(Participant.person_id, Speaker.person_id, -Participant.id)
    rows = db.session.execute(
        select(Attendance.session_id, func.count(func.distinct(person)))
        .outerjoin(Participant, Participant.id == Attendance.participant_id)
        .outerjoin(Speaker, Speaker.id == Attendance.speaker_id)
        .where(Attendance.event_id == event_id, Attendance.session_id.is_not(None))
        .group_by(Attendance.session_id)
    )
    return {row[0]: row[1] for row in rows if row[0] is not None}


def sum_reported(subject: str, *conditions: ColumnElement[bool]) -> QualifiedSum | None:
    """Add up what was reported for whole events; ``parts`` is the number of events. One statement of a few rows."""
    rows = db.session.execute(
        select(HeadCount.qualifier, func.sum(HeadCount.value), func.count(func.distinct(HeadCount.event_id)))
        .join(Event, Event.id == HeadCount.event_id)
        .where(*conditions, HeadCount.subject == subject, HeadCount.city_id.is_(None))
        .group_by(HeadCount.qualifier)
    ).all()
    if not rows:
        return None
    return QualifiedSum(
        sum(int(row[1]) for row in rows), weakest_qualifier(row[0] for row in rows), sum(row[2] for row in rows)
    )


@dataclass(frozen=True, slots=True)
class CountedPerson:
    """Somebody behind a number; names are for organisers alone."""

    event_slug: str
    event_title: LanguageMap
    name: str
    email: str
    organisation: str
    city_name: LanguageMap | None
    stakeholder: str | None
    mode: str | None
    role: str | None
    gender: str | None
    newness: str | None
    minutes: int | None


def _fits(people: Subquery, newness: Any, wanted: Mapping[str, str]) -> list[ColumnElement[bool]]:
    columns: dict[str, Any] = {
        "city": City.slug,
        "side": City.side,
        "country": City.country,
        "newness": newness,
        **{name: people.c[name] for name in ("stakeholder", "mode", "role", "gender")},
    }
    return [
        columns[name].is_(None) if value == "" else columns[name] == value
        for name, value in wanted.items()
        if name in columns
    ]


def list_counted(
    *conditions: ColumnElement[bool],
    figure: Figure,
    wanted: Mapping[str, str] | None = None,
    session_id: int | None = None,
    page: int = 1,
    per_page: int | None = 25,
) -> tuple[list[CountedPerson], int]:
    """Return the people behind a number, and how many there are: two statements.

    Args:
        conditions: Conditions on :class:`Event`.
        wanted: Value of each dimension that the number is of; empty is "not stated".
        per_page: None for all of them.
    """
    events = select(Event.id).where(*conditions)
    if figure == "attended":
        people = _attendances(events, *([Attendance.session_id == session_id] if session_id is not None else []))
    else:
        people = _registrations(events)
    newness = _newness(people)
    fitting = _fits(people, newness, wanted or {})
    if figure == "confirmed":
        fitting.append(people.c.state == ParticipantState.CONFIRMED.value)
    joined = select(people.c.event_id).select_from(people).outerjoin(City, City.id == people.c.city_id).where(*fitting)
    total = db.session.scalar(select(func.count()).select_from(joined.subquery())) or 0
    statement = (
        select(
            Event.slug, Event.title, Participant.name, Speaker.name, people.c.email, Participant.organisation,
            Speaker.organisation, City.name, people.c.stakeholder, people.c.mode, people.c.role, people.c.gender,
            newness, people.c.minutes,
        )
        .select_from(people)
        .join(Event, Event.id == people.c.event_id)
        .outerjoin(City, City.id == people.c.city_id)
        .outerjoin(Participant, Participant.id == people.c.participant_id)
        .outerjoin(Speaker, Speaker.id == people.c.speaker_id)
        .where(*fitting)
        .order_by(
            Event.first_day, Event.id, people.c.participant_id.is_(None), people.c.participant_id, people.c.speaker_id
        )
    )  # fmt: skip
    if per_page is not None:
        statement = statement.limit(per_page).offset((page - 1) * per_page)
    found = [
        CountedPerson(
            row[0], row[1], row[2] or " / ".join(dict.fromkeys((row[3] or {}).values())), row[4] or "",
            row[5] or next(iter((row[6] or {}).values()), ""), *row[7:],
        )
        for row in db.session.execute(statement)
    ]  # fmt: skip
    return found, total


def _reported(events: Any) -> tuple[Reported, ...]:
    rows = db.session.execute(
        select(
            HeadCount.event_id,
            HeadCount.subject,
            HeadCount.city_id,
            HeadCount.value,
            HeadCount.qualifier,
            HeadCount.as_printed,
            HeadCount.source,
        )
        .where(HeadCount.event_id.in_(events))
        .order_by(HeadCount.event_id, HeadCount.position, HeadCount.id)
    )
    return tuple(Reported(*row[:5], row.as_printed or "", row.source or "") for row in rows)


def _places(city_ids: set[int]) -> dict[int, Place]:
    if not city_ids:
        return {}
    columns = (City.id, City.slug, City.name, City.side, City.country)
    rows = db.session.execute(select(*columns).where(City.id.in_(city_ids)).order_by(City.position, City.id))
    return {row[0]: Place(*row) for row in rows}


def last_change(*conditions: ColumnElement[bool]) -> Any:
    """Return when any number of the events that fit was last recorded; None where none ever was."""
    events = select(Event.id).where(*conditions)
    moments = union_all(
        select(func.max(HeadCount.recorded_at).label("at")).where(HeadCount.event_id.in_(events)),
        select(func.max(Attendance.recorded_at)).where(Attendance.event_id.in_(events)),
        *(
            select(func.max(column)).where(Participant.event_id.in_(events))
            for column in (Participant.created_at, Participant.confirmed_at, Participant.cancelled_at)
        ),
    ).subquery()
    return db.session.scalar(select(func.max(moments.c.at)))
