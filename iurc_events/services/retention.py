"""The retention clock: so many days after an event the names go, and the numbers stay (sec-15).

Speakers whom the published agenda names stay, as the record of what was held; participants, members of delegations who
are not on the agenda, lists of those who joined, letters and mail are emptied; who answered for delegations goes too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, delete, func, or_, select, update

from iurc_events.database import db, in_transaction, utc_now
from iurc_events.domain.errors import DomainError
from iurc_events.domain.needs import last_day_kept
from iurc_events.localisation import noop
from iurc_events.models.accounts import OneTimeToken, User
from iurc_events.models.attendance import AttendanceLine, AttendanceList
from iurc_events.models.change_requests import ChangeRequest
from iurc_events.models.delegations import Delegation
from iurc_events.models.events import Event
from iurc_events.models.files import StoredFile
from iurc_events.models.letters import Letter
from iurc_events.models.messages import Message
from iurc_events.models.participants import Participant, SpecialNeed
from iurc_events.models.people_imports import PeopleImport, PeopleImportRow
from iurc_events.models.programmes import Programme
from iurc_events.models.revisions import Revision
from iurc_events.models.speakers import Person, PersonKey, Speaker
from iurc_events.queries.organised_events import get_event_for_update
from iurc_events.queries.privacy import is_published_speaker
from iurc_events.services import audit, erasure_traces, meeting_invitations, retention_contacts, storage
from iurc_events.services.erasure import (
    blank_values,
    clean_revisions,
    empty_change_requests,
    empty_participants,
    empty_speakers,
    leave_agendas,
    table_of,
)
from iurc_events.services.event_changes import record_change
from iurc_events.services.personal_data import Eraser

NAMES_ERASED: Final = noop("names erased after their time")
SHORTEST_DAYS: Final = 30
LONGEST_DAYS: Final = 3650


class RetentionError(DomainError):
    """The number of days does not fit."""


@dataclass(frozen=True, slots=True)
class RetentionPreview:
    """What the clock will do: on which day, and to whom; ``names`` are the first of them."""

    erased_on: date | None
    days: int
    is_own: bool
    count: int
    names: tuple[str, ...]
    kept: int
    #: Of those counted, people who answer for delegations; their accounts that go, and that stay in use elsewhere.
    contacts: int = 0
    accounts: int = 0
    accounts_kept: int = 0


def days_of(event: Event) -> int:
    """Return for how many days after an event its names are kept."""
    return event.retention_days if event.retention_days is not None else event.programme.retention_days


def erased_on(event: Event) -> date | None:
    """Return the day on which the names of an event go; None where it has no time."""
    return date.fromisoformat(event.last_day) + timedelta(days=days_of(event)) if event.last_day else None


def _speakers_to_empty(event_id: int) -> ColumnElement[bool]:
    return (Speaker.event_id == event_id) & ~is_published_speaker()


def preview(event: Event, language: str, *, limit: int = 100) -> RetentionPreview:
    """Tell whose names will go, and how many speakers stay on the agenda."""
    has_name = Participant.name != ""
    people = select(func.count()).select_from(Participant).where(Participant.event_id == event.id, has_name)
    speakers = db.session.scalars(select(Speaker).where(_speakers_to_empty(event.id)).order_by(Speaker.id)).all()
    named = [speaker for speaker in speakers if speaker.name]
    names = db.session.scalars(
        select(Participant.name)
        .where(Participant.event_id == event.id, has_name)
        .order_by(Participant.name, Participant.id)
        .limit(limit)
    )
    others = "en" if language == "zh" else "zh"
    day = erased_on(event)
    contacts = retention_contacts.find_contacts(event.id, datetime.combine(day, time(), UTC) if day else utc_now())
    shown = [
        *(speaker.name.get(language) or speaker.name.get(others) or "" for speaker in named[:limit]),
        *names,
        *contacts.names,
    ]
    kept = select(func.count()).select_from(Speaker).where(Speaker.event_id == event.id, is_published_speaker())
    return RetentionPreview(
        day,
        days_of(event),
        event.retention_days is not None,
        (db.session.scalar(people) or 0) + len(named) + len(contacts.names),
        tuple(shown[:limit]),
        db.session.scalar(kept) or 0,
        len(contacts.names),
        len(contacts.accounts),
        contacts.accounts_kept,
    )


@in_transaction
def set_days(event_id: int, *, days: int | None, actor: User) -> None:
    """Say for how long after an event its names are kept; None takes the programme's time.

    Raises:
        RetentionError: If it is too short to report on the event, or longer than ten years.
    """
    if days is not None and not SHORTEST_DAYS <= days <= LONGEST_DAYS:
        raise RetentionError(
            noop("Enter a number of days from %(least)s to %(most)s"), least=SHORTEST_DAYS, most=LONGEST_DAYS
        )
    event = get_event_for_update(event_id)
    if event.retention_days == days:
        return
    event.retention_days = days
    audit.record(
        "retention changed", "event", event.slug, actor_id=actor.id, programme_id=event.programme_id,
        fields=["retention_days"],
    )  # fmt: skip


# --- The timed job ----------------------------------------------------------------------------------------------------


def _candidates(today: date) -> Sequence[Any]:
    """Return key, last day and days of the events whose names may be due: at least the shortest time is over."""
    latest = (today - timedelta(days=1)).isoformat()
    return db.session.execute(
        select(Event.id, Event.last_day, func.coalesce(Event.retention_days, Programme.retention_days))
        .join(Programme, Programme.id == Event.programme_id)
        .where(Event.names_erased_at.is_(None), Event.last_day <= latest)
        .order_by(Event.id)
    ).all()


def list_due(now: datetime) -> list[int]:
    """Return the events whose names are to be erased now: the last day of keeping them is over everywhere."""
    today = (now - timedelta(hours=12)).date()
    rows = _candidates(today)
    return [key for key, last, days in rows if date.fromisoformat(last) + timedelta(days=days) < today]


def erase_due(now: datetime | None = None) -> int:
    """Erase the names whose time is over, an event at a time, and needs on their own day; return how many events."""
    moment = now or utc_now()
    _forget_needs(moment)
    keys = list_due(moment)
    db.session.rollback()
    for key in keys:
        erase_names(key, now=moment)
    if keys:
        erasure_traces.clear()
    return len(keys)


@in_transaction
def _forget_needs(now: datetime) -> None:
    today = (now - timedelta(hours=12)).date().isoformat()  # the day is over in every zone
    db.session.execute(delete(SpecialNeed).where(SpecialNeed.delete_after_on < today))
    waiting = (
        select(ChangeRequest, Event.last_day)
        .join(Delegation, Delegation.id == ChangeRequest.delegation_id)
        .join(Event, Event.id == Delegation.event_id)
        .where(ChangeRequest.state == "asked", Event.last_day.is_not(None))
    )
    for request, last_day in db.session.execute(waiting):
        if "needs" in request.details and last_day_kept(last_day, now.date()).isoformat() < today:
            request.details = {name: value for name, value in request.details.items() if name != "needs"}


@in_transaction
def erase_names(event_id: int, *, now: datetime) -> None:
    """Empty the people of an event who are not on its published agenda; every number stays."""
    event = db.session.scalars(
        select(Event).where(Event.id == event_id).with_for_update(of=Event).execution_options(populate_existing=True)
    ).one()
    if event.names_erased_at is not None:
        return
    participants = set(db.session.scalars(select(Participant.id).where(Participant.event_id == event_id)))
    speakers = set(db.session.scalars(select(Speaker.id).where(_speakers_to_empty(event_id))))
    persons = _persons_of(participants, speakers)
    words = _words(participants, speakers)
    leave_agendas(speakers)
    empty_participants(participants, now)
    meeting_invitations.take_leave(participants, now)
    empty_speakers(speakers)
    _empty_belongings(event_id, participants, speakers)
    revisions = db.session.scalars(select(Revision.id).where(Revision.event_id == event_id)).all()
    clean_revisions(revisions, speakers, set(), Eraser(words))
    _empty_persons(persons, now)
    retention_contacts.forget_contacts(event_id, now)
    event.names_erased_at = now
    db.session.flush()
    db.session.expire_all()
    if participants or speakers:  # an archive has no names but those of its agendas: nothing changed there
        record_change(db.session.get_one(Event, event_id), NAMES_ERASED, actor_id=None, now=now)


def _words(participants: set[int], speakers: set[int]) -> set[str]:
    """Return the names of unpublished speakers, which older revisions may hold elsewhere than in their rows."""
    published = db.session.scalars(select(Speaker.name).where(Speaker.id.not_in(speakers)))
    kept = {text for name in published for text in name.values()}
    rows = db.session.execute(select(Speaker.name, Speaker.name_native).where(Speaker.id.in_(speakers))).all()
    return {text for name, native in rows for text in (*name.values(), native or "") if text} - kept


def _persons_of(participants: set[int], speakers: set[int]) -> set[int]:
    keys: list[int | None] = [
        *db.session.scalars(select(Participant.person_id).where(Participant.id.in_(participants))),
        *db.session.scalars(select(Speaker.person_id).where(Speaker.id.in_(speakers))),
    ]
    return {key for key in keys if key is not None}


def _empty_persons(persons: set[int], now: datetime) -> None:
    """Empty people who are named at no other event any more."""
    named = set(
        db.session.scalars(
            select(Participant.person_id).where(Participant.person_id.in_(persons), Participant.name != "")
        )
    )
    rows = db.session.execute(select(Speaker.person_id, Speaker.name).where(Speaker.person_id.in_(persons)))
    named |= {key for key, name in rows if name}
    gone = persons - named
    gone |= set(db.session.scalars(select(Person.id).where(Person.merged_into_id.in_(gone))))
    db.session.execute(delete(PersonKey).where(PersonKey.person_id.in_(gone)))
    db.session.execute(
        update(table_of(Person)).where(Person.id.in_(gone)).values(**blank_values(table_of(Person)), erased_at=now)
    )


def _empty_belongings(event_id: int, participants: set[int], speakers: set[int]) -> None:
    """Empty what else names the people of an event: lists, letters, mail, changes, files, links."""
    delegations = select(Delegation.id).where(Delegation.event_id == event_id)
    lists = select(AttendanceList.id).where(AttendanceList.event_id == event_id)
    lines = table_of(AttendanceLine)
    db.session.execute(update(lines).where(lines.c.list_id.in_(lists)).values(**blank_values(lines)))
    letters = table_of(Letter)
    theirs = or_(Letter.participant_id.in_(participants), Letter.speaker_id.in_(speakers))
    db.session.execute(update(letters).where(theirs).values(**blank_values(letters)))
    db.session.execute(delete(Message).where(Message.event_id == event_id))
    db.session.execute(delete(SpecialNeed).where(SpecialNeed.event_id == event_id))
    empty_change_requests(
        set(db.session.scalars(select(ChangeRequest.id).where(ChangeRequest.delegation_id.in_(delegations))))
    )
    imports = select(PeopleImport.id).where(PeopleImport.delegation_id.in_(delegations))
    db.session.execute(delete(PeopleImportRow).where(PeopleImportRow.import_id.in_(imports)))
    db.session.execute(update(PeopleImport).where(PeopleImport.id.in_(imports)).values(file_name="", headings=[]))
    db.session.execute(
        delete(OneTimeToken).where(
            or_(
                OneTimeToken.participant_id.in_(participants),
                (OneTimeToken.purpose == "address") & (OneTimeToken.event_id == event_id),
            )
        )
    )
    files = select(StoredFile.content_hash).where(StoredFile.speaker_id.in_(speakers))
    storage.forget(db.session.scalars(files).all())
    db.session.execute(delete(StoredFile).where(StoredFile.speaker_id.in_(speakers)))
