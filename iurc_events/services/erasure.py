"""Erasing a person: no personal value is left anywhere, and every number stays as it was.

Rows on which numbers depend are emptied, not deleted: city, kind of organisation, mode, gender and attendance stay.
Copies follow: revisions, documents as imported, searchable text, calendar entries, mail, letters, files.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import Table, Text, and_, delete, func, or_, select, update
from sqlalchemy import cast as sql_cast
from sqlalchemy.sql.schema import CallableColumnDefault, ScalarElementColumnDefault
from sqlalchemy.types import JSON

from iurc_events.calendars.rendering import rewritten
from iurc_events.database import Base, db, in_transaction, utc_now
from iurc_events.localisation import noop
from iurc_events.models.accounts import OneTimeToken, Role, User
from iurc_events.models.agendas import AgendaItem, Contribution, EventSession, ItemCity
from iurc_events.models.attendance import AttendanceLine, AttendanceList, HeadCount
from iurc_events.models.calendar_feeds import CalendarSubscription, FollowedEvent
from iurc_events.models.change_requests import ChangeRequest
from iurc_events.models.delegations import Delegation, FocalPoint
from iurc_events.models.events import (
    Award,
    Event,
    EventDocument,
    EventMove,
    ImportRecord,
    JoinLink,
    Outcome,
)
from iurc_events.models.files import StoredFile
from iurc_events.models.letters import Letter
from iurc_events.models.mailings import DigestSubscription, Mailing
from iurc_events.models.messages import Message
from iurc_events.models.participants import Participant, SpecialNeed
from iurc_events.models.people_imports import PeopleImport, PeopleImportRow
from iurc_events.models.privacy import Erasure, PrivacyRequest
from iurc_events.models.programmes import Programme
from iurc_events.models.revisions import Revision
from iurc_events.models.speakers import Person, PersonKey, Speaker
from iurc_events.services import (
    audit,
    calendar_entries,
    erasure_traces,
    meeting_invitations,
    session_entries,
    storage,
)
from iurc_events.services.data_subjects import Subject, words_of
from iurc_events.services.erased_documents import without_people
from iurc_events.services.erasure_ledger import ADDRESS, DOCUMENT, keyed_hash, short_hash
from iurc_events.services.event_changes import record_change
from iurc_events.services.personal_data import TABLES, Eraser

ERASED: Final = noop("personal data erased")
#: Why somebody was erased.
REASONS: Final = ("request", "organiser", "restore")


def erase(subject: Subject, *, reason: str, actor_id: int | None, now: datetime | None = None) -> None:
    """Erase a person everywhere: the database in one transaction, then files, ledger and free pages.

    Args:
        reason: One of :data:`REASONS`.
    """
    erase_rows(subject, reason=reason, actor_id=actor_id, now=now or utc_now())
    erasure_traces.clear(subject.emails)


@in_transaction
def erase_rows(
    subject: Subject, *, reason: str, actor_id: int | None, now: datetime, noted_at: datetime | None = None
) -> None:
    """Erase a person in the database alone; files, ledger and free pages are the caller's.

    Args:
        noted_at: When the person was erased, where this repeats an earlier erasure.
    """
    eraser = Eraser(words_of(subject))
    touched = _events_of(subject)
    farewells = meeting_invitations.take_leave(subject.of("participants"), now)
    _leave_agendas(subject)
    _empty_people(subject, now)
    _delete_belongings(subject)
    _clean_copies(subject, eraser)
    _clean_texts(subject, touched, eraser)
    db.session.expire_all()
    for event in db.session.scalars(select(Event).where(Event.id.in_(touched)).order_by(Event.id)):
        calendar_entries.clean_kept(event, eraser.text, now)
        session_entries.clean_kept(event, eraser.value, now)
        record_change(event, ERASED, actor_id=actor_id, now=now)
    if noted_at is None:  # where an erasure is repeated, the mail left the first time
        meeting_invitations.say_farewell(farewells, now)
    _note_erasure(subject, reason, actor_id, noted_at or now)


def _events_of(subject: Subject) -> set[int]:
    """Return the events whose pages, texts or copies hold something of the person."""
    found = set(subject.event_ids)
    for model, table in ((Revision, "revisions"), (ImportRecord, "import_records")):
        found |= set(db.session.scalars(select(model.event_id).where(model.id.in_(subject.of(table)))))
    return found


def table_of(model: type[Base]) -> Table:
    """Return the table of a model."""
    return cast("Table", model.__table__)


def blank_values(table: Table) -> dict[str, Any]:
    """Return what the personal columns of an emptied row hold: nothing, or the column's own default."""
    values: dict[str, Any] = {}
    for name in TABLES[table.name].personal:
        column = table.columns[name]
        if column.nullable:
            values[name] = None
        elif isinstance(column.type, JSON):
            default = column.default.arg(cast("Any", None)) if isinstance(column.default, CallableColumnDefault) else {}
            values[name] = [] if isinstance(default, list) else {}
        elif isinstance(column.default, ScalarElementColumnDefault):
            values[name] = column.default.arg
        else:
            values[name] = ""
    return values


def _empty(model: type[Base], keys: Iterable[int], **further: Any) -> None:
    """Empty the personal columns of rows."""
    table = table_of(model)
    db.session.execute(update(table).where(table.c.id.in_(set(keys))).values(**(blank_values(table) | further)))


# --- The rows that are the person's own -------------------------------------------------------------------------------


def leave_agendas(speaker_ids: set[int]) -> None:
    """Take speakers off the agenda; a slot that nobody is left to hold is their city's."""
    parts = db.session.execute(
        select(Contribution.item_id, Speaker.city_id)
        .join(Speaker, Speaker.id == Contribution.speaker_id)
        .where(Contribution.speaker_id.in_(speaker_ids))
        .order_by(Contribution.item_id, Contribution.position)
    ).all()
    db.session.execute(delete(Contribution).where(Contribution.speaker_id.in_(speaker_ids)))
    db.session.execute(update(EventSession).where(EventSession.chair_id.in_(speaker_ids)).values(chair_id=None))
    held = set(db.session.scalars(select(Contribution.item_id).where(Contribution.item_id.in_([p[0] for p in parts]))))
    held |= set(db.session.scalars(select(ItemCity.item_id).where(ItemCity.item_id.in_([part[0] for part in parts]))))
    for item_id, city_id in parts:
        if item_id not in held and city_id is not None:
            db.session.add(ItemCity(item_id=item_id, city_id=city_id, position=0))
            held.add(item_id)
    db.session.flush()


def _leave_agendas(subject: Subject) -> None:
    leave_agendas(subject.of("speakers"))


def empty_speakers(keys: set[int]) -> None:
    """Empty speakers: city, state, mode and gender stay; who waited for a place waits no longer."""
    _empty(Speaker, keys, is_imported=False, version=Speaker.version + 1)
    db.session.execute(
        update(Speaker).where(Speaker.id.in_(keys), Speaker.state == "waiting").values(state="withdrawn")
    )


def empty_participants(keys: set[int], now: datetime) -> None:
    """Empty participants: city, state, mode and gender stay; who waited for a seat waits no longer."""
    for key in sorted(keys):  # each needs a token of its own, which nobody knows
        _empty(Participant, [key], token_hash=secrets.token_bytes(32), version=Participant.version + 1)
    db.session.execute(
        update(Participant)
        .where(Participant.id.in_(keys), Participant.state == "waiting")
        .values(state="cancelled", cancelled_at=now)
    )


def _empty_people(subject: Subject, now: datetime) -> None:
    _empty(Person, subject.of("persons"), erased_at=now)
    empty_speakers(subject.of("speakers"))
    empty_participants(subject.of("participants"), now)
    empty_users(subject.of("users"))


def empty_users(users: set[int]) -> None:
    """Empty accounts: nobody signs in any more, roles, feeds and followed events go."""
    for user in db.session.scalars(select(User).where(User.id.in_(users))).all():
        address = f"erased-{user.public_id}@erased.invalid"
        _empty(User, [user.id], email=address, is_disabled=True, session_epoch=User.session_epoch + 1)
    for model in (Role, CalendarSubscription, FollowedEvent, DigestSubscription):
        db.session.execute(delete(model).where(model.user_id.in_(users)))


def _delete_belongings(subject: Subject) -> None:
    """Delete what says nothing without the person; empty lines and requests that are counted."""
    files = subject.of("stored_files")
    storage.forget(db.session.scalars(select(StoredFile.content_hash).where(StoredFile.id.in_(files))).all())
    for model in (StoredFile, SpecialNeed, OneTimeToken, PeopleImportRow, FocalPoint, Message, PersonKey):
        table = table_of(model)
        db.session.execute(delete(table).where(table.c.id.in_(subject.of(table.name))))
    _empty(Letter, subject.of("letters"))
    _empty(AttendanceLine, subject.of("attendance_lines"))
    empty_change_requests(subject.of("change_requests"))
    requests = subject.of("privacy_requests")
    _empty(PrivacyRequest, requests)
    db.session.execute(
        update(PrivacyRequest)
        .where(PrivacyRequest.id.in_(requests), PrivacyRequest.state.in_(("asked", "proved")))
        .values(state="done", done_at=utc_now())
    )


def empty_change_requests(keys: set[int]) -> None:
    """Empty changes that were asked for; one that nobody decided yet is taken back."""
    _empty(ChangeRequest, keys)
    db.session.execute(
        update(ChangeRequest)
        .where(ChangeRequest.id.in_(keys), ChangeRequest.state == "asked")
        .values(state="taken-back")
    )


# --- Copies -----------------------------------------------------------------------------------------------------------


def clean_snapshot(snapshot: dict[str, Any], speaker_ids: set[int], person_ids: set[int], eraser: Eraser) -> Any:
    """Return a revision's snapshot without people; rows of other speakers keep their names."""
    blank = blank_values(table_of(Speaker))
    speakers = []
    gone = set(speaker_ids)
    for row in snapshot.get("speakers", []):
        if row.get("id") in speaker_ids or row.get("person_id") in person_ids:
            gone.add(row["id"])
            row = {name: blank.get(name, value) for name, value in row.items()}
        speakers.append(row)
    clean = {name: eraser.value(rows) for name, rows in snapshot.items() if name != "speakers"}
    if "speakers" in snapshot:
        clean["speakers"] = speakers
    if "contributions" in clean:
        clean["contributions"] = [row for row in clean["contributions"] if row.get("speaker_id") not in gone]
    for row in clean.get("event_sessions", []):
        if row.get("chair_id") in gone:
            row["chair_id"] = None
    return clean


def clean_revisions(keys: Iterable[int], speaker_ids: set[int], person_ids: set[int], eraser: Eraser) -> None:
    """Take people out of revisions, one at a time: snapshots of long agendas are large."""
    for key in sorted(keys):
        snapshot = db.session.scalar(select(Revision.snapshot).where(Revision.id == key)) or {}
        clean = clean_snapshot(snapshot, speaker_ids, person_ids, eraser)
        if clean != snapshot:
            db.session.execute(update(Revision).where(Revision.id == key).values(snapshot=clean))


def _clean_copies(subject: Subject, eraser: Eraser) -> None:
    clean_revisions(subject.of("revisions"), subject.of("speakers"), subject.of("persons"), eraser)
    rows = select(ImportRecord.id, ImportRecord.document).where(ImportRecord.id.in_(subject.of("import_records")))
    for key, document in db.session.execute(rows).all():
        clean, _ = without_people(document, subject.slugs.__contains__, eraser.words)
        db.session.execute(update(ImportRecord).where(ImportRecord.id == key).values(document=clean))


# --- Texts in which somebody is named ---------------------------------------------------------------------------------


def _replace(model: type[Base], condition: Any, columns: Iterable[str], eraser: Eraser) -> None:
    """Take the words out of some columns of the rows that fit."""
    table = table_of(model)
    names = sorted(columns)
    keys = [column.name for column in table.primary_key]
    chosen = [table.c[name] for name in (*keys, *names)]
    for row in db.session.execute(select(*chosen).where(condition)).all():
        values = {name: _cleaned(getattr(row, name), eraser) for name in names}
        changed = {name: value for name, value in values.items() if value != getattr(row, name)}
        if changed:
            where = [table.c[name] == getattr(row, name) for name in keys]
            db.session.execute(update(table).where(*where).values(**changed))


def _cleaned(value: Any, eraser: Eraser) -> Any:
    if isinstance(value, bytes | memoryview):  # the calendar file of a mail, whose lines are folded inside words
        return rewritten(bytes(value), eraser.text)
    return eraser.value(value)


def _clean_texts(subject: Subject, touched: set[int], eraser: Eraser) -> None:
    """Take names and addresses out of the texts of the person's events, and out of mail to other people."""
    if not eraser.words:
        return
    sessions = select(EventSession.id).where(EventSession.event_id.in_(touched))
    delegations = select(Delegation.id).where(Delegation.event_id.in_(touched))
    places: list[tuple[type[Base], Any]] = [
        (Event, Event.id.in_(touched)),
        (AgendaItem, AgendaItem.session_id.in_(sessions)),
        (PeopleImport, PeopleImport.delegation_id.in_(delegations)),
        (Programme, Programme.id.is_not(None)),
    ]
    of_events: tuple[type[Base], ...] = (
        EventSession, Outcome, EventDocument, Award, EventMove, JoinLink, Delegation, AttendanceList, HeadCount,
        Mailing,
    )  # fmt: skip
    for model in of_events:
        places.append((model, table_of(model).c.event_id.in_(touched)))
    for model, condition in places:
        _replace(model, condition, TABLES[table_of(model).name].mentions, eraser)
    _replace(Speaker, Speaker.event_id.in_(touched), ("note",), eraser)
    db.session.execute(
        update(Event)
        .where(or_(func.lower(Event.contact_email).in_(subject.emails), Event.contact_name.in_(subject.names)))
        .values(contact_name=None, contact_email=None)
    )
    texts = ("subject", "text", "html", "headers", "calendar", "last_error", "to_name")
    searched = [column for name in texts if (column := table_of(Message).c[name]).name != "calendar"]
    said = or_(
        *(sql_cast(c, Text).icontains(w, autoescape=True) for c in searched for w in eraser.forms),
        and_(Message.event_id.in_(touched), Message.calendar.is_not(None)),  # no search finds folded words
    )
    _replace(Message, said, texts, eraser)
    theirs = [Letter.delegation_id.is_not(None), Letter.speaker_id.is_(None), Letter.participant_id.is_(None)]
    for key, contents in db.session.execute(
        select(Letter.id, Letter.contents).where(*theirs, Letter.event_id.in_(touched))
    ).all():
        if (clean := eraser.value(contents)) != contents:
            db.session.execute(update(Letter).where(Letter.id == key).values(contents=clean))


# --- What is written down of it ---------------------------------------------------------------------------------------


def _note_erasure(subject: Subject, reason: str, actor_id: int | None, now: datetime) -> None:
    """Write down which rows were erased, in keyed hashes and ids alone."""
    rows: list[tuple[str, str, bytes | None]] = [
        (kind, str(public_id), None) for kind, keys in sorted(subject.public_ids.items()) for public_id in sorted(keys)
    ]
    rows += [(ADDRESS, short_hash(email), keyed_hash(email)) for email in sorted(subject.emails)]
    rows += [(DOCUMENT, short_hash(slug), None) for slug in sorted(subject.slugs)]
    for kind, object_id, email_hash in rows:
        db.session.add(
            Erasure(object_kind=kind, object_id=object_id, email_hash=email_hash, reason=reason, erased_at=now)
        )
        if kind not in (ADDRESS, DOCUMENT):
            audit.record("personal data erased", kind, object_id, actor_id=actor_id)
