"""Everything on record about one person: which rows, in which tables.

The keys are found by what is certain first (the person, what is joined to the person, addresses nobody else uses), then
by the names and addresses in the copies: revisions, documents, lists, mail.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Text, cast, false, func, or_, select

from iurc_events.database import Base, db
from iurc_events.models.accounts import OneTimeToken, User
from iurc_events.models.attendance import AttendanceLine
from iurc_events.models.change_requests import ChangeRequest
from iurc_events.models.delegations import Delegation, FocalPoint
from iurc_events.models.events import Event, ImportRecord
from iurc_events.models.files import StoredFile
from iurc_events.models.invitations import MeetingInvitation
from iurc_events.models.letters import Letter
from iurc_events.models.messages import Message
from iurc_events.models.participants import Participant, SpecialNeed
from iurc_events.models.people_imports import PeopleImportRow
from iurc_events.models.privacy import PrivacyRequest
from iurc_events.models.revisions import Revision
from iurc_events.models.speakers import Person, PersonKey, Speaker
from iurc_events.services.personal_data import is_findable


@dataclass(slots=True)
class Subject:
    """A person and the keys of all rows about them; ``keys`` by name of the table."""

    keys: dict[str, set[int]] = field(default_factory=dict)
    #: Addresses that are this person's alone, in lower case.
    emails: set[str] = field(default_factory=set)
    #: Addresses that other people on record use too: found, but nothing is found by them.
    shared_emails: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    #: Ids in documents.
    slugs: set[str] = field(default_factory=set)
    public_ids: dict[str, set[uuid.UUID]] = field(default_factory=dict)
    #: Events at which the person is on record.
    event_ids: set[int] = field(default_factory=set)

    def of(self, table: str) -> set[int]:
        """Return the keys of the rows of a table."""
        return self.keys.get(table, set())

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all is on record."""
        return not any(self.keys.values())


_PEOPLE: dict[str, Any] = {
    "persons": Person,
    "speakers": Speaker,
    "participants": Participant,
    "users": User,
    "focal_points": FocalPoint,
}


def _keys(subject: Subject, model: type[Base], condition: ColumnElement[bool]) -> None:
    """Add the rows of a table that fit."""
    table: Any = model
    found = set(db.session.scalars(select(table.id).where(condition)))
    subject.keys.setdefault(table.__tablename__, set()).update(found)


def _texts_contain(columns: Iterable[Any], words: Iterable[str]) -> ColumnElement[bool]:
    """Return the condition that one of the columns holds one of the words, in any case."""
    words = list(words)
    return or_(false(), *(cast(column, Text).icontains(word, autoescape=True) for column in columns for word in words))


def _forms(names: dict[str, str] | None, *others: str | None) -> set[str]:
    return {text.strip() for text in (*(names or {}).values(), *others) if text and text.strip()}


def find(
    *,
    person_ids: Iterable[int] = (),
    participant_ids: Iterable[int] = (),
    speaker_ids: Iterable[int] = (),
    user_ids: Iterable[int] = (),
    emails: Iterable[str] = (),
) -> Subject:
    """Find everything on record about a person.

    Args:
        emails: Addresses that the person proved to be theirs; all that is on record under them is theirs.
    """
    subject = Subject(
        keys={
            "persons": set(person_ids),
            "participants": set(participant_ids),
            "speakers": set(speaker_ids),
            "users": set(user_ids),
            "focal_points": set(),
        }
    )
    proved = {email.strip().lower() for email in emails if email.strip()}
    subject.emails |= proved
    for table, model in _PEOPLE.items():
        if proved:
            subject.keys[table] |= set(db.session.scalars(select(model.id).where(func.lower(model.email).in_(proved))))
    while True:
        before = {table: set(keys) for table, keys in subject.keys.items()}, set(subject.emails)
        _follow(subject)
        _take_addresses(subject, proved)
        if before == (subject.keys, subject.emails):
            break
    _note_names(subject)
    _find_the_rest(subject)
    _note_events(subject)
    return subject


def _follow(subject: Subject) -> None:
    """Add what is joined to what is known: merged persons, their speakers, participants, accounts."""
    persons, speakers, participants = subject.of("persons"), subject.of("speakers"), subject.of("participants")
    _keys(subject, Person, Person.merged_into_id.in_(persons))
    joined: list[int | None] = [
        *db.session.scalars(select(Person.merged_into_id).where(Person.id.in_(persons))),
        *db.session.scalars(select(Speaker.person_id).where(Speaker.id.in_(speakers))),
        *db.session.scalars(select(Participant.person_id).where(Participant.id.in_(participants))),
    ]
    persons |= {key for key in joined if key is not None}
    _keys(subject, Speaker, Speaker.person_id.in_(persons))
    _keys(subject, Participant, Participant.person_id.in_(persons))
    _keys(subject, FocalPoint, FocalPoint.user_id.in_(subject.of("users")))
    _keys(subject, User, User.id.in_(select(FocalPoint.user_id).where(FocalPoint.id.in_(subject.of("focal_points")))))


def _take_addresses(subject: Subject, proved: set[str]) -> None:
    """Take the addresses of known rows as the person's own where nobody else on record uses them, and follow them."""
    found: set[str] = set()
    for table, model in _PEOPLE.items():
        rows = db.session.scalars(select(model.email).where(model.id.in_(subject.of(table))))
        found |= {email.lower() for email in rows if email}
    for email in found - subject.emails - subject.shared_emails:
        others = db.session.scalar(
            select(func.count())
            .select_from(Person)
            .where(func.lower(Person.email) == email, Person.id.not_in(subject.of("persons")))
        ) or db.session.scalar(
            select(func.count())
            .select_from(Speaker)
            .where(func.lower(Speaker.email) == email, Speaker.person_id.not_in(subject.of("persons")))
        )
        (subject.shared_emails if others else subject.emails).add(email)
    for email in subject.emails - proved:
        _keys(subject, Participant, (func.lower(Participant.email) == email) & Participant.person_id.is_(None))
        _keys(subject, User, func.lower(User.email) == email)
        _keys(subject, FocalPoint, func.lower(FocalPoint.email) == email)


def _note_names(subject: Subject) -> None:
    for person in db.session.scalars(select(Person).where(Person.id.in_(subject.of("persons")))):
        subject.names |= _forms(person.name, person.name_native)
        subject.slugs |= {slug for slug in (person.slug, f"p-{person.public_id}") if slug}
        subject.public_ids.setdefault("person", set()).add(person.public_id)
    for speaker in db.session.scalars(select(Speaker).where(Speaker.id.in_(subject.of("speakers")))):
        subject.names |= _forms(speaker.name, speaker.name_native)
    for participant in db.session.scalars(select(Participant).where(Participant.id.in_(subject.of("participants")))):
        subject.names |= _forms(None, participant.name, participant.name_other)
        subject.public_ids.setdefault("participant", set()).add(participant.public_id)
    for user in db.session.scalars(select(User).where(User.id.in_(subject.of("users")))):
        subject.names |= _forms(None, user.name)
        subject.public_ids.setdefault("user", set()).add(user.public_id)
    for point in db.session.scalars(select(FocalPoint).where(FocalPoint.id.in_(subject.of("focal_points")))):
        subject.names |= _forms(None, point.name)


def words_of(subject: Subject) -> set[str]:
    """Return the names and addresses by which the person is found in texts."""
    return {name for name in subject.names if is_findable(name)} | subject.emails


def _find_the_rest(subject: Subject) -> None:
    """Find what hangs on the rows, and the copies in which names or addresses stand."""
    speakers, participants = subject.of("speakers"), subject.of("participants")
    users, points = subject.of("users"), subject.of("focal_points")
    words, emails = words_of(subject), subject.emails

    def theirs(model: Any) -> ColumnElement[bool]:
        return or_(model.speaker_id.in_(speakers), model.participant_id.in_(participants))

    _keys(subject, SpecialNeed, theirs(SpecialNeed))
    _keys(subject, PersonKey, PersonKey.person_id.in_(subject.of("persons")))
    _keys(subject, Letter, theirs(Letter))
    is_sent_to = func.lower(MeetingInvitation.email).in_(emails)
    _keys(subject, MeetingInvitation, or_(MeetingInvitation.participant_id.in_(participants), is_sent_to))
    is_loose = AttendanceLine.participant_id.is_(None) & AttendanceLine.speaker_id.is_(None)
    _keys(
        subject,
        AttendanceLine,
        or_(
            theirs(AttendanceLine),
            func.lower(AttendanceLine.email).in_(emails),
            is_loose & AttendanceLine.name.in_(subject.names),
        ),
    )
    is_new = ChangeRequest.speaker_id.is_(None) & ChangeRequest.participant_id.is_(None)
    _keys(subject, ChangeRequest, or_(theirs(ChangeRequest), is_new & _texts_contain([ChangeRequest.details], words)))
    _keys(subject, StoredFile, StoredFile.speaker_id.in_(speakers))
    _keys(subject, StoredFile, StoredFile.preview_of_id.in_(subject.of("stored_files")))
    _keys(
        subject,
        Message,
        or_(
            func.lower(Message.to_email).in_(emails),
            Message.participant_id.in_(participants),
            Message.user_id.in_(users),
            Message.focal_point_id.in_(points),
        ),
    )
    _keys(
        subject,
        OneTimeToken,
        or_(
            OneTimeToken.participant_id.in_(participants),
            OneTimeToken.user_id.in_(users),
            OneTimeToken.focal_point_id.in_(points),
            _texts_contain([OneTimeToken.payload], words),
        ),
    )
    payloads = select(OneTimeToken.id, OneTimeToken.payload).where(OneTimeToken.purpose.in_(("speaker", "address")))
    subject.keys["one_time_tokens"] |= {
        key for key, payload in db.session.execute(payloads) if (payload or {}).get("speaker_id") in speakers
    }
    asked = {
        str(payload.get("email", "")).lower()
        for payload in db.session.scalars(
            select(OneTimeToken.payload).where(
                OneTimeToken.id.in_(subject.of("one_time_tokens")), OneTimeToken.purpose == "address"
            )
        )
        if payload
    }
    is_unproved = Message.kind == "address-confirmation"  # letters to addresses that are nobody's yet
    _keys(subject, Message, is_unproved & func.lower(Message.to_email).in_(asked))
    _keys(
        subject,
        PrivacyRequest,
        or_(func.lower(PrivacyRequest.email).in_(emails), PrivacyRequest.person_id.in_(subject.of("persons"))),
    )
    subject.keys["people_import_rows"] = _import_rows(subject, words)
    marks = [f'"person_id":{key}{end}' for key in subject.of("persons") for end in ",}"]
    rows = select(Revision.id, Revision.snapshot).where(_texts_contain([Revision.snapshot], [*marks, *words]))
    subject.keys["revisions"] = {
        key for key, snapshot in db.session.execute(rows) if _names_anybody(snapshot, subject, words)
    }
    _keys(
        subject,
        ImportRecord,
        _texts_contain([ImportRecord.document], [*(f'"id":"{slug}"' for slug in subject.slugs), *words]),
    )


def _names_anybody(snapshot: dict[str, Any], subject: Subject, words: set[str]) -> bool:
    """Tell whether a snapshot is about the person: a key may be the beginning of a longer one."""
    persons = subject.of("persons")
    if any(row.get("person_id") in persons for row in snapshot.get("speakers", [])):
        return True
    text = str(snapshot).casefold()
    return any(word.casefold() in text for word in words)


def _import_rows(subject: Subject, words: set[str]) -> set[int]:
    """Find rows of lists: by what they say, or by whom they became."""
    own = {
        kind: subject.of(table)
        for kind, table in (("person", "persons"), ("speaker", "speakers"), ("participant", "participants"))
    }
    found = set(
        db.session.scalars(
            select(PeopleImportRow.id).where(_texts_contain([PeopleImportRow.cells, PeopleImportRow.entered], words))
        )
    )
    rows = db.session.execute(select(PeopleImportRow.id, PeopleImportRow.likely, PeopleImportRow.entered))
    for key, likely, entered in rows:
        marks = [mark for mark in likely or [] if isinstance(mark, list) and len(mark) == 2]
        if entered:
            marks.append([entered.get("kind"), entered.get("key")])
        if any(isinstance(number, int) and number in own.get(str(kind), set()) for kind, number in marks):
            found.add(key)
    return found


def _note_events(subject: Subject) -> None:
    for model, table in ((Speaker, "speakers"), (Participant, "participants")):
        subject.event_ids |= set(db.session.scalars(select(model.event_id).where(model.id.in_(subject.of(table)))))
    delegations = select(FocalPoint.delegation_id).where(FocalPoint.id.in_(subject.of("focal_points")))
    subject.event_ids |= set(db.session.scalars(select(Delegation.event_id).where(Delegation.id.in_(delegations))))
    if subject.emails:
        subject.event_ids |= set(
            db.session.scalars(select(Event.id).where(func.lower(Event.contact_email).in_(subject.emails)))
        )
