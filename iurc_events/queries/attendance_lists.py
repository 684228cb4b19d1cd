"""Lists of those who joined an event online, and the people whom they may name."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import case, func, or_, select

from iurc_events.database import db
from iurc_events.domain.errors import NotFoundError
from iurc_events.domain.language_maps import LanguageMap
from iurc_events.domain.search_text import query_phrases, searchable
from iurc_events.localisation import noop
from iurc_events.models.accounts import User
from iurc_events.models.agendas import EventSession
from iurc_events.models.attendance import Attendance, AttendanceLine, AttendanceList
from iurc_events.models.cities import City
from iurc_events.models.events import Event
from iurc_events.models.participants import Participant
from iurc_events.models.speakers import Person, Speaker
from iurc_events.queries.organised_events import organised_by

#: The doubtful first: they are what somebody has to look at.
LINE_STATES = ("doubtful", "unknown", "matched", "left-out")
_GONE = ("cancelled", "withdrawn", "refused")


@dataclass(frozen=True, slots=True)
class EventPerson:
    """A participant or speaker, as those see them who decide on a list."""

    kind: str
    key: int
    public_id: uuid.UUID
    names: tuple[str, ...]
    emails: tuple[str, ...]
    organisation: str
    city_name: LanguageMap | None
    state: str
    person_id: int | None

    @property
    def is_coming(self) -> bool:
        """Whether the person did not cancel."""
        return self.state not in _GONE

    @property
    def value(self) -> str:
        """What stands for the person in forms."""
        return f"{self.kind}:{self.public_id}"


def _texts(*values: object) -> tuple[str, ...]:
    found: list[str] = []
    for value in values:
        texts: Iterable[Any] = value.values() if isinstance(value, dict) else (value,)
        found += [text for text in texts if isinstance(text, str) and text]
    return tuple(dict.fromkeys(found))


def list_people(
    event_id: int, *, participants: Sequence[int] | None = None, speakers: Sequence[int] | None = None
) -> list[EventPerson]:
    """Return the people of an event, participants first; of given keys alone where any are given."""
    chosen = participants is not None or speakers is not None
    people: list[EventPerson] = []
    wanted = (
        select(Participant, City.name)
        .outerjoin(City, City.id == Participant.city_id)
        .where(Participant.event_id == event_id)
        .order_by(Participant.id)
    )
    if chosen:
        wanted = wanted.where(Participant.id.in_(participants or ()))
    for row, city in db.session.execute(wanted):
        people.append(
            EventPerson(
                "participant", row.id, row.public_id, _texts(row.name, row.name_other), _texts(row.email),
                row.organisation, city, row.state, row.person_id,
            )
        )  # fmt: skip
    named = (
        select(Speaker, Person.email, Person.name, City.name)
        .join(Person, Person.id == Speaker.person_id)
        .outerjoin(City, City.id == Speaker.city_id)
        .where(Speaker.event_id == event_id)
        .order_by(Speaker.id)
    )
    if chosen:
        named = named.where(Speaker.id.in_(speakers or ()))
    for speaker, email, name, city in db.session.execute(named):
        people.append(
            EventPerson(
                "speaker", speaker.id, speaker.public_id, _texts(speaker.name, speaker.name_native, name),
                _texts(speaker.email, email), next(iter(_texts(speaker.organisation)), ""), city, speaker.state,
                speaker.person_id,
            )
        )  # fmt: skip
    return people


def find_person(event_id: int, value: str) -> EventPerson | None:
    """Find somebody of an event by what stands for them in forms."""
    kind, _, text = value.partition(":")
    try:
        public_id = uuid.UUID(text)
    except ValueError:
        return None
    if kind == "participant":
        keys = list(
            db.session.scalars(
                select(Participant.id).where(Participant.event_id == event_id, Participant.public_id == public_id)
            )
        )
        return next(iter(list_people(event_id, participants=keys)), None) if keys else None
    if kind == "speaker":
        keys = list(
            db.session.scalars(select(Speaker.id).where(Speaker.event_id == event_id, Speaker.public_id == public_id))
        )
        return next(iter(list_people(event_id, speakers=keys)), None) if keys else None
    return None


@dataclass(frozen=True, slots=True)
class ListSummary:
    """A list and how many of its lines stand where."""

    public_id: uuid.UUID
    program: str
    file_name: str
    session_title: LanguageMap | None
    made_at: datetime
    recorded_at: datetime | None
    numbers: dict[str, int]

    @property
    def total(self) -> int:
        """How many people the list names."""
        return sum(self.numbers.values())


def list_summaries(event_id: int, list_id: int | None = None) -> list[ListSummary]:
    """Return the lists of an event, the newest first, with their numbers: one statement."""
    numbers = [func.count(AttendanceLine.id).filter(AttendanceLine.state == state) for state in LINE_STATES]
    wanted = (
        select(AttendanceList, EventSession.title, *numbers)
        .outerjoin(EventSession, EventSession.id == AttendanceList.session_id)
        .outerjoin(AttendanceLine, AttendanceLine.list_id == AttendanceList.id)
        .where(AttendanceList.event_id == event_id)
        .group_by(AttendanceList.id, EventSession.id)
        .order_by(AttendanceList.made_at.desc(), AttendanceList.id.desc())
    )
    if list_id is not None:
        wanted = wanted.where(AttendanceList.id == list_id)
    return [
        ListSummary(
            found.public_id, found.program, found.file_name, title, found.made_at, found.recorded_at,
            dict(zip(LINE_STATES, map(int, counted), strict=True)),
        )
        for found, title, *counted in db.session.execute(wanted)
    ]  # fmt: skip


def get_list_organised_by(actor: User, slug: str, public_id: uuid.UUID) -> tuple[Event, AttendanceList]:
    """Return a list of an event of the actor's programmes.

    Raises:
        NotFoundError: If there is none, or it is somebody else's.
    """
    row = db.session.execute(
        select(Event, AttendanceList)
        .join(AttendanceList, AttendanceList.event_id == Event.id)
        .where(
            Event.slug == slug,
            Event.deleted_at.is_(None),
            organised_by(actor),
            AttendanceList.public_id == public_id,
        )
    ).one_or_none()
    if row is None:
        raise NotFoundError(noop("There is no such list among yours"))
    return row[0], row[1]


def get_line(found: AttendanceList, public_id: uuid.UUID) -> AttendanceLine:
    """Return a line of a list.

    Raises:
        NotFoundError: If the list has none of this key.
    """
    line = db.session.scalars(
        select(AttendanceLine).where(AttendanceLine.list_id == found.id, AttendanceLine.public_id == public_id)
    ).one_or_none()
    if line is None:
        raise NotFoundError(noop("There is no such list among yours"))
    return line


@dataclass(frozen=True, slots=True)
class ListedLine:
    """A line of a list with the people whom it may name."""

    public_id: uuid.UUID
    name: str
    email: str
    connections: int
    minutes: int | None
    state: str
    matched_by: str
    person: EventPerson | None
    candidates: tuple[EventPerson, ...]


def list_lines(
    found: AttendanceList, *, state: str = "", query: str = "", page: int = 1, per_page: int = 25
) -> tuple[list[ListedLine], int]:
    """Return one page of a list, the doubtful first, and how many lines fit."""
    conditions = [AttendanceLine.list_id == found.id]
    if state:
        conditions.append(AttendanceLine.state == state)
    if query:
        like = f"%{query.casefold()}%"
        conditions.append(or_(func.lower(AttendanceLine.name).like(like), AttendanceLine.email.like(like)))
    total = db.session.scalar(select(func.count(AttendanceLine.id)).where(*conditions)) or 0
    order = case({name: number for number, name in enumerate(LINE_STATES)}, value=AttendanceLine.state)
    lines = list(
        db.session.scalars(
            select(AttendanceLine)
            .where(*conditions)
            .order_by(order, AttendanceLine.number)
            .limit(per_page)
            .offset((page - 1) * per_page)
        )
    )
    return describe_lines(found.event_id, lines), total


def describe_lines(event_id: int, lines: Sequence[AttendanceLine]) -> list[ListedLine]:
    """Return lines with the people whom they may name: two statements."""
    keys = {("participant", line.participant_id) for line in lines} | {("speaker", line.speaker_id) for line in lines}
    keys |= {(str(kind), int(key)) for line in lines for kind, key in line.candidates}
    people = {
        (each.kind, each.key): each
        for each in list_people(
            event_id,
            participants=[key for kind, key in keys if kind == "participant" and key],
            speakers=[key for kind, key in keys if kind == "speaker" and key],
        )
    }
    return [
        ListedLine(
            line.public_id, line.name, line.email or "", line.connections, line.minutes, line.state,
            line.matched_by or "",
            people.get(("participant", line.participant_id or 0)) or people.get(("speaker", line.speaker_id or 0)),
            tuple(people[kind, key] for kind, key in line.candidates if (kind, key) in people),
        )
        for line in lines
    ]  # fmt: skip


def list_sessions(event_id: int) -> list[tuple[int, LanguageMap, str]]:
    """Return key, title and slug of an event's sessions in their order."""
    rows = db.session.execute(
        select(EventSession.id, EventSession.title, EventSession.slug)
        .where(EventSession.event_id == event_id)
        .order_by(EventSession.position, EventSession.id)
    )
    return [(row[0], row[1], row[2]) for row in rows]


def list_attendances(event_id: int, scope: str) -> list[Attendance]:
    """Return who is written down for an event, a day or a session."""
    return list(
        db.session.scalars(select(Attendance).where(Attendance.event_id == event_id, Attendance.scope == scope))
    )


def search_people(event_id: int, query: str, limit: int = 20) -> list[EventPerson]:
    """Find people of an event by a part of a name in either script, of the mail address or organisation."""
    phrases = query_phrases(query)
    if not phrases:
        return []
    found = []
    for person in list_people(event_id):
        text = searchable(" ".join((*person.names, *person.emails, person.organisation)))
        if all(phrase in text for phrase in phrases):
            found.append(person)
    return found[:limit]
