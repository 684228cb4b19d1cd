"""A marker in every field of a person: the export finds each, the erasure leaves none, in no table and no file."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import JSON, String, Table, Text, func, select, update

from iurc_events.config import settings
from iurc_events.database import Base, db, utc_now
from iurc_events.models.accounts import OneTimeToken, Role, User
from iurc_events.models.agendas import Contribution
from iurc_events.models.attendance import Attendance, AttendanceLine, AttendanceList, HeadCount
from iurc_events.models.calendar_feeds import CalendarSubscription, FollowedEvent
from iurc_events.models.change_requests import ChangeRequest
from iurc_events.models.delegations import Delegation, FocalPoint
from iurc_events.models.events import Award, Event, EventDocument, EventMove, ImportRecord, JoinLink, Outcome
from iurc_events.models.files import StoredFile
from iurc_events.models.letters import Letter
from iurc_events.models.messages import Message
from iurc_events.models.participants import Participant, SpecialNeed
from iurc_events.models.people_imports import PeopleImport, PeopleImportRow
from iurc_events.models.privacy import PrivacyRequest
from iurc_events.models.speakers import Person, Speaker
from iurc_events.queries.counts import load_counts
from iurc_events.services import data_exports, erasure, storage
from iurc_events.services.data_subjects import Subject, find
from iurc_events.services.event_changes import record_change
from iurc_events.services.event_documents import EventDocuments
from iurc_events.services.personal_data import SECRETS, TABLES
from tests.factories import make_city, make_event, make_programme, make_session, make_speaker, make_user

MARK = "zqmk"
EMAIL = f"{MARK}mail@example.org"
NAME = f"{MARK}name"
#: Rows of other things, in which the person is named; and what is made of other rows.
COPIES = {"revisions", "import_records", "event_search_texts", "calendar_entries", "events"}


def _make_everything() -> Event:
    """Make a person with a row in every table that can hold something of a person."""
    programme, now = make_programme("marker"), utc_now()
    city = make_city("marker-city", programme)
    user = make_user("delegate", city=city, email=EMAIL)
    event = make_event(
        "2022-marker", programme, contact_name=NAME, contact_email=EMAIL, notes=["x"], sources=[{"name": "x"}]
    )
    session = make_session(event, items=2)
    delegation = Delegation(event_id=event.id, city_id=city.id, state="confirmed")
    delegation.focal_points = [FocalPoint(email=EMAIL, name=NAME, user_id=user.id)]
    speaker = make_speaker(event, city=city, email=EMAIL, gender="woman", mode="onsite", stakeholder_type="academia")
    speaker.person.email, speaker.person.slug = EMAIL, "marker-person"
    participant = Participant(
        event_id=event.id, person_id=speaker.person_id, state="confirmed", name=NAME, email=EMAIL, city_id=city.id,
        mode="onsite", stakeholder_type="government", gender="woman", consented_at=now, token_hash=b"p" * 32,
    )  # fmt: skip
    people = PeopleImport(headings=["x"], file_name="x")
    people.delegation = delegation
    attendance_list = AttendanceList(event_id=event.id, program="zoom", content_hash="0" * 64)
    attendance_list.lines = [AttendanceLine(number=1, name=NAME, email=EMAIL, state="unknown")]
    session.chair_id = speaker.id
    db.session.add_all([delegation, participant, people, attendance_list])
    db.session.flush()
    content_hash = storage.put(f"{MARK} bytes".encode())
    everything: list[Any] = [
        Contribution(item_id=session.items[0].id, speaker_id=speaker.id, role="speaker"),
        Attendance(event_id=event.id, participant_id=participant.id, mode="onsite"),
        Attendance(event_id=event.id, speaker_id=speaker.id, mode="onsite"),
        SpecialNeed(event_id=event.id, participant_id=participant.id, delete_after_on="2022-05-01"),
        CalendarSubscription(user_id=user.id, name="x", token_hash=b"s" * 32, last_four="abcd"),
        FollowedEvent(user_id=user.id, event_id=event.id),
        ChangeRequest(delegation_id=delegation.id, speaker_id=speaker.id, kind="change", details={}),
        PeopleImportRow(import_id=people.id, number=2, cells=[EMAIL]),
        StoredFile(
            kind="slides", event_id=event.id, speaker_id=speaker.id, name="x", content_type="application/pdf", size=9,
            content_hash=content_hash,
        ),
        Letter(
            programme_id=programme.id, event_id=event.id, speaker_id=speaker.id, kind="confirmation", number="1",
            issued_on="2022-04-01", contents={},
        ),
        Message(
            kind="speaker-notice", event_id=event.id, to_email=EMAIL, language="en", subject="x", text="x", html="x",
            message_id="<1@example.org>", state="sent", due_at=now,
        ),
        Message(
            kind="speaker-decision", event_id=event.id, to_email="other@example.org", to_name="Other", language="en",
            subject=f"About {NAME}", text=f"{NAME} speaks", html=f"<p>{NAME}</p>", message_id="<2@example.org>",
            state="sent", due_at=now, headers={"X-About": NAME}, calendar=f"SUMMARY:{NAME}".encode(),
        ),
        OneTimeToken(
            token_hash=b"t" * 32, purpose="speaker", event_id=event.id, payload={"speaker_id": speaker.id},
            expires_at=now,
        ),
        PrivacyRequest(kind="export", email=EMAIL, answer="x"),
        Outcome(event_id=event.id, text={}), Award(event_id=event.id, name={}, recipient_id=city.id),
        EventDocument(event_id=event.id, kind="agenda", title={}),
        JoinLink(event_id=event.id, label={}, address="https://example.org/"),
        EventMove(
            event_id=event.id, kind="postponed", from_starts="2022-04-29T09:00", from_ends="2022-04-29T10:00",
            from_zone="UTC",
        ),
        HeadCount(event_id=event.id, subject="participants", value=3, qualifier="exactly", source="x"),
    ]  # fmt: skip
    db.session.add_all(everything)
    db.session.commit()
    return event


def _marked(column: Any, mark: str, old: Any) -> Any:
    """Return a value of the column's kind that holds a mark, and what bound the row to the person before."""
    if column.name == "payload":
        return {**old, "extra": mark}
    if column.name == "cells":
        return [EMAIL, mark]
    if isinstance(column.type, JSON):
        default = column.default.arg(None) if column.default is not None and column.default.is_callable else {}
        is_list = isinstance(default, list) or column.name in ("sources", "organisers", "notes")
        return [mark] if is_list else {"en": f"of {mark}"}
    return mark


def _plant(subject: Subject, event: Event) -> set[str]:
    """Write a mark of its own into every text of every row of the person; return the marks."""
    marks: set[str] = set()
    for name, columns in TABLES.items():
        table: Table = Base.metadata.tables[name]
        if name in COPIES or not (columns.personal or columns.mentions):
            continue
        keys = subject.of(name) or _keys_at(table, event)
        if name == "calendar_subscriptions":
            keys = set(db.session.scalars(select(table.c.id)))
        for column in table.columns:
            is_text = isinstance(column.type, String | Text | JSON)
            length = getattr(column.type, "length", None) or 1000
            if column.name not in columns.personal | columns.mentions or not is_text or length < 8:
                continue
            if column.name in SECRETS or column.name in ("email", "to_email", "contact_email"):
                continue
            if (name, column.name) == ("focal_points", "name"):  # holds the name that texts mention
                continue
            for key in sorted(keys):
                mark = NAME if column.name in columns.mentions else f"{MARK}{len(marks):03d}"
                old = db.session.scalar(select(column).where(table.c.id == key))
                value = _marked(column, mark, old)
                db.session.execute(update(table).where(table.c.id == key).values({column: value}))
                marks.add(mark)
    db.session.execute(update(Event).where(Event.id == event.id).values(summary={"en": f"With {NAME}"}, notes=[NAME]))
    db.session.commit()
    return marks


def _keys_at(table: Table, event: Event) -> set[int]:
    """Return the rows of an event's other tables, in which somebody may be named."""
    if "event_id" in table.c:
        return set(db.session.scalars(select(table.c.id).where(table.c.event_id == event.id)))
    return set(db.session.scalars(select(table.c.id))) if table.name in ("people_imports", "agenda_items") else set()


def _copy(event: Event) -> None:
    """Let revisions, documents, search and calendars take their copies."""
    db.session.expire_all()
    record_change(db.session.get_one(Event, event.id), "changed", actor_id=None)
    document = EventDocuments().read([event.id])[event.id]
    db.session.add(ImportRecord(event_id=event.id, document=document, header={}, imported_at=utc_now()))
    db.session.commit()


def _found_in_database() -> list[str]:
    found = []
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            for value in db.session.scalars(select(column)):
                text = bytes(value).decode("latin-1") if isinstance(value, bytes | memoryview) else str(value)
                if MARK in text.lower():
                    found.append(f"{table.name}.{column.name}: {text[:80]}")
    db.session.rollback()
    return found


def _found_in_files(folder: Path) -> list[str]:
    return [str(path) for path in folder.rglob("*") if path.is_file() and MARK.encode() in path.read_bytes().lower()]


@pytest.fixture
def marked(app: Flask, tmp_path: Path) -> tuple[Event, set[str]]:
    event = _make_everything()
    reports = Path(settings().storage_url) / "reports"
    reports.mkdir(parents=True)
    (reports / "2022-marker-agenda-en.0.pdf").write_bytes(MARK.encode())
    (settings().instance_path / "demo-accounts.json").write_text(json.dumps({EMAIL: "x", "other@example.org": "y"}))
    marks = _plant(find(emails=[EMAIL]), event)
    _copy(event)
    return event, marks


def _counts(event: Event) -> Any:
    counts = load_counts(Event.id == event.id)
    kinds = (Speaker, Participant, Attendance, AttendanceLine, Letter, ChangeRequest)
    genders = [
        db.session.execute(select(model.gender, func.count()).group_by(model.gender)).all()
        for model in (Speaker, Participant)
    ]
    values = [(number.subject, number.city_id, number.value) for number in counts.reported]
    return counts.groups, values, [db.session.scalar(select(func.count()).select_from(kind)) for kind in kinds], genders


def test_export_holds_every_mark(marked: tuple[Event, set[str]]) -> None:
    _, marks = marked
    with zipfile.ZipFile(io.BytesIO(data_exports.make_zip(find(emails=[EMAIL]), "zh"))) as archive:
        texts = {name: archive.read(name).decode() for name in archive.namelist()}
    assert sorted(mark for mark in marks if mark not in texts["data.json"]) == []
    assert sorted(mark for mark in marks if mark not in texts["data.txt"]) == []
    assert [text for name, text in texts.items() if name.startswith("files/")] == [f"{MARK} bytes"]
    secrets = {"password_hash", "token_hash", "content_hash"}
    tables = json.loads(texts["data.json"])["tables"]
    assert [name for name, rows in tables.items() for row in rows if secrets & set(row)] == []


def test_erasure_leaves_no_mark_anywhere_and_every_number_as_it_was(
    marked: tuple[Event, set[str]], tmp_path: Path
) -> None:
    event, _ = marked
    before = _counts(event)
    assert len(_found_in_database()) > 100
    sequence = db.session.get_one(Event, event.id).sequence
    subject = find(emails=[EMAIL])
    persons = subject.of("persons")
    db.session.rollback()
    erasure.erase(subject, reason="request", actor_id=None)
    assert _found_in_database() == []
    assert _found_in_files(tmp_path) == []
    assert _counts(event) == before
    assert db.session.get_one(Event, event.id).sequence == sequence + 1
    person = db.session.scalars(select(Person).where(Person.id.in_(persons))).one()
    assert (person.name, person.erased_at is not None) == ({}, True)
    assert db.session.scalars(select(Role)).all() == []
    assert db.session.scalars(select(User.is_disabled)).all() == [True]
    assert json.loads((settings().instance_path / "demo-accounts.json").read_text()) == {"other@example.org": "y"}
