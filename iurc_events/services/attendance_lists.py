"""Lists of an online meeting: read, matched, decided line by line, then written down as attendance.

Nothing is guessed: only an equal mail address or an equal whole name of exactly one person matches by itself; all else
waits for somebody to decide. What was decided can be taken back until it is written down, and that too.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select

from iurc_events.database import db, in_transaction, utc_now
from iurc_events.documents.meeting_lists import Connection, Field, MeetingList, merged, minutes_of, read_meeting_list
from iurc_events.documents.meeting_tables import TableError
from iurc_events.domain.errors import ConflictError, DomainError, NotFoundError
from iurc_events.domain.name_matching import Finding
from iurc_events.domain.vocabulary import ParticipantState
from iurc_events.localisation import noop
from iurc_events.models.accounts import User
from iurc_events.models.agendas import EventSession
from iurc_events.models.attendance import Attendance, AttendanceLine, AttendanceList
from iurc_events.models.events import Event
from iurc_events.models.participants import Participant
from iurc_events.queries import attendance_lists as list_queries
from iurc_events.services import audit, entered_participants, participant_mail, participant_persons, seats
from iurc_events.services.attendance_matching import people_of
from iurc_events.services.entered_participants import Entry
from iurc_events.services.event_life import get_own_event

MOST_LINES = 5_000


def read_list(content: bytes, mapping: Mapping[int, Field] | None = None) -> MeetingList:
    """Read a list of those who joined; not recognised means that its columns have to be named by hand.

    Raises:
        DomainError: If it is too large, no table, or names nobody.
    """
    try:
        found = read_meeting_list(content, mapping)
    except TableError as error:
        raise DomainError(error.fault.message, **dict(error.fault.params)) from error
    if len(merged(found.connections)) > MOST_LINES:
        raise DomainError(noop("The list has more than %(limit)s rows"), limit=MOST_LINES)
    return found


@dataclass(frozen=True, slots=True)
class _Line:
    name: str
    email: str
    parts: tuple[Connection, ...]
    finding: Finding


def _matched_lines(event_id: int, found: MeetingList) -> list[_Line]:
    """Match each line; lines that turn out to be of one person become one, so that no minute counts twice."""
    people = people_of(list_queries.list_people(event_id))
    lines: list[_Line] = []
    by_person: dict[tuple[str, int], int] = {}
    for line in merged(found.connections):
        finding = people.find(line.name, line.email)
        if finding.state == "matched":
            key = finding.candidates[0]
            if key in by_person:
                known = lines[by_person[key]]
                best = "mail" if "mail" in (known.finding.matched_by, finding.matched_by) else "name"
                lines[by_person[key]] = _Line(
                    f"{known.name} / {line.name}", known.email or line.email, (*known.parts, *line.parts),
                    Finding("matched", best, (key,)),
                )  # fmt: skip
                continue
            by_person[key] = len(lines)
        lines.append(_Line(line.name, line.email, line.parts, finding))
    return lines


def _point(line: AttendanceLine, kind: str | None, key: int | None) -> None:
    line.participant_id = key if kind == "participant" else None
    line.speaker_id = key if kind == "speaker" else None


def _apply(line: AttendanceLine, finding: Finding) -> None:
    line.state, line.matched_by = finding.state, finding.matched_by
    matched = finding.candidates[0] if finding.state == "matched" else (None, None)
    _point(line, *matched)
    line.candidates = [list(each) for each in finding.candidates]


@in_transaction
def add_list(
    *, actor: User, event_id: int, found: MeetingList, file_name: str = "", session_id: int | None = None
) -> tuple[uuid.UUID, bool]:
    """Keep a list and match its lines; return its public id, and False where the same list is here already.

    Raises:
        DomainError: If the session is not one of the event.
    """
    event = get_own_event(actor, event_id)
    if session_id is not None:
        session = db.session.get(EventSession, session_id)
        if session is None or session.event_id != event.id:
            raise DomainError(noop("Choose one of the list"))
    known = db.session.scalars(
        select(AttendanceList).where(AttendanceList.event_id == event.id, AttendanceList.content_hash == found.digest)
    ).one_or_none()
    if known is not None:
        return known.public_id, False
    kept = AttendanceList(
        event_id=event.id,
        session_id=session_id,
        program=found.program,
        file_name=file_name[:200],
        content_hash=found.digest,
        made_by_id=actor.id,
    )
    for number, each in enumerate(_matched_lines(event.id, found), start=1):
        line = AttendanceLine(
            number=number,
            name=each.name[:300],
            email=each.email[:254] or None,
            connections=sum(part.count for part in each.parts),
            minutes=minutes_of(each.parts),
        )
        _apply(line, each.finding)
        kept.lines.append(line)
    db.session.add(kept)
    db.session.flush()
    _note(event, kept, "attendance list read", actor)
    return kept.public_id, True


def _note(event: Event, kept: AttendanceList, action: str, actor: User) -> None:
    audit.record(action, "attendance list", kept.public_id, actor_id=actor.id, programme_id=event.programme_id)


def _own(actor: User, event_id: int, list_id: uuid.UUID, *, is_open: bool = True) -> tuple[Event, AttendanceList]:
    """Find a list of an own event under the event's lock."""
    event = get_own_event(actor, event_id)
    kept = db.session.scalars(
        select(AttendanceList)
        .where(AttendanceList.event_id == event.id, AttendanceList.public_id == list_id)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if kept is None:
        raise NotFoundError(noop("There is no such list among yours"))
    if is_open and kept.recorded_at is not None:
        raise ConflictError(noop("The attendance is written down already. Take it back first to change the list"))
    return event, kept


def _lines(kept: AttendanceList, line_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, AttendanceLine]:
    rows = db.session.scalars(
        select(AttendanceLine).where(AttendanceLine.list_id == kept.id, AttendanceLine.public_id.in_(line_ids))
    )
    found = {row.public_id: row for row in rows}
    if len(found) != len(set(line_ids)):
        raise NotFoundError(noop("There is no such list among yours"))
    return found


@in_transaction
def decide(*, actor: User, event_id: int, list_id: uuid.UUID, decisions: Mapping[uuid.UUID, str]) -> int:
    """Say for lines who somebody is: ``participant:ID`` or ``speaker:ID`` of this event, ``leave-out``, or ``undo``.

    ``undo`` puts a line back to what the matching says now. Returns how many lines changed.

    Raises:
        ConflictError: If the attendance is written down already.
        NotFoundError: If a line is not of this list, or a person not of this event.
    """
    event, kept = _own(actor, event_id, list_id)
    lines = _lines(kept, list(decisions))
    people = people_of(list_queries.list_people(event.id)) if "undo" in decisions.values() else None
    changed = 0
    for line_id, decision in decisions.items():
        line = lines[line_id]
        before = (line.state, line.participant_id, line.speaker_id, line.matched_by)
        if decision == "undo" and people is not None:
            _apply(line, people.find(line.name.split(" / ")[0], line.email or ""))
        elif decision == "leave-out":
            line.state, line.matched_by = "left-out", "person"
            _point(line, None, None)
        else:
            person = list_queries.find_person(event.id, decision)
            if person is None:
                raise NotFoundError(noop("There is no such person at this event"))
            line.state, line.matched_by = "matched", "person"
            _point(line, person.kind, person.key)
        changed += before != (line.state, line.participant_id, line.speaker_id, line.matched_by)
    if changed:
        _note(event, kept, "attendance list decided", actor)
    return changed


@in_transaction
def add_newcomer(*, actor: User, event_id: int, list_id: uuid.UUID, line_id: uuid.UUID, newcomer: Entry) -> uuid.UUID:
    """Register somebody who joined without registering, as confirmed, and decide the line for them.

    Raises:
        ConflictError: If the attendance is written down already, or somebody has registered with the address.
        DomainError: If all places are taken.
    """
    event, kept = _own(actor, event_id, list_id)
    line = _lines(kept, [line_id])[line_id]
    participant = entered_participants.make(event, newcomer, ParticipantState.CONFIRMED)
    if not seats.take(event.id):
        raise DomainError(noop("All places are taken. Raise the number of places under Details first"))
    line.state, line.matched_by = "matched", "person"
    _point(line, "participant", participant.id)
    participant_mail.tell_entered(participant, event, entered_by=actor, is_from_list=True)
    audit.record(
        "participant added from a list", "participant", participant.public_id, actor_id=actor.id,
        programme_id=event.programme_id,
    )  # fmt: skip
    return participant.public_id


def _scope(kept: AttendanceList) -> str:
    session = db.session.get(EventSession, kept.session_id) if kept.session_id else None
    return f"session:{session.slug}" if session else "event"


@in_transaction
def record_list(*, actor: User, event_id: int, list_id: uuid.UUID, minimum_minutes: int = 1) -> int:
    """Write down who came online, once; who is written down already keeps what stands there.

    Several lines decided for one person count as the longest of them: whether they overlapped is not known any more.
    Lines without minutes count as having come.

    Returns how many were written down newly.
    """
    event, kept = _own(actor, event_id, list_id, is_open=False)
    if kept.recorded_at is not None:
        return 0
    scope, now = _scope(kept), utc_now()
    people: dict[tuple[str, int], int | None] = {}
    lines = db.session.scalars(
        select(AttendanceLine)
        .where(AttendanceLine.list_id == kept.id, AttendanceLine.state == "matched")
        .order_by(AttendanceLine.number)
    )
    for line in lines:
        key = ("participant", line.participant_id) if line.participant_id else ("speaker", line.speaker_id or 0)
        if not key[1] or (line.minutes is not None and line.minutes < minimum_minutes):
            continue
        known = people.get((key[0], key[1]))
        people[key[0], key[1]] = line.minutes if known is None else max(known, line.minutes or 0)
    there = {
        ("participant", row.participant_id) if row.participant_id else ("speaker", row.speaker_id)
        for row in list_queries.list_attendances(event.id, scope)
    }
    new = {key: minutes for key, minutes in people.items() if key not in there}
    came = {key for kind, key in new if kind == "participant"}
    loose = select(Participant).where(Participant.event_id == event.id, Participant.person_id.is_(None))
    participant_persons.ensure(event, [each for each in db.session.scalars(loose) if each.id in came])
    db.session.add_all(
        Attendance(
            event_id=event.id,
            participant_id=key if kind == "participant" else None,
            speaker_id=key if kind == "speaker" else None,
            scope=scope,
            session_id=kept.session_id,
            mode="online",
            source="list",
            minutes=minutes,
            recorded_at=now,
            recorded_by_id=actor.id,
        )
        for (kind, key), minutes in new.items()
    )
    kept.recorded_at = now
    _note(event, kept, "attendance written down from a list", actor)
    return len(new)


@in_transaction
def take_back(*, actor: User, event_id: int, list_id: uuid.UUID) -> int:
    """Take back what this list wrote down; what others recorded stays. Return how many were taken back."""
    event, kept = _own(actor, event_id, list_id, is_open=False)
    if kept.recorded_at is None:
        return 0
    gone = db.session.execute(
        delete(Attendance).where(
            Attendance.event_id == event.id,
            Attendance.source == "list",
            Attendance.scope == _scope(kept),
            Attendance.recorded_at == kept.recorded_at,
        )
    )
    kept.recorded_at = None
    _note(event, kept, "attendance of a list taken back", actor)
    return int(getattr(gone, "rowcount", 0))


@in_transaction
def remove_list(*, actor: User, event_id: int, list_id: uuid.UUID) -> None:
    """Forget a list whose attendance is not written down, or was taken back.

    Raises:
        ConflictError: If the attendance is written down.
    """
    event, kept = _own(actor, event_id, list_id)
    db.session.delete(kept)
    _note(event, kept, "attendance list removed", actor)
