"""All that is kept of one person as a ZIP: JSON for machines, plain text for people, and their files."""

from __future__ import annotations

import base64
import io
import json
import re
import unicodedata
import uuid
import zipfile
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Table, select

from iurc_events.database import Base, db, utc_now
from iurc_events.domain.language_maps import text_of
from iurc_events.localisation import noop, translate
from iurc_events.models.events import Event
from iurc_events.services import opt_outs, storage
from iurc_events.services.data_subjects import Subject, words_of
from iurc_events.services.personal_data import SECRETS, TABLES, Eraser

#: Tables in the order in which a person reads them, with a heading each.
SECTIONS: Final[Mapping[str, str]] = {
    "persons": noop("The person"),
    "speakers": noop("As a speaker"),
    "contributions": noop("On agendas"),
    "participants": noop("Registrations"),
    "special_needs": noop("Needs at an event"),
    "attendances": noop("Attendance"),
    "attendance_lines": noop("In lists of those who joined online"),
    "change_requests": noop("Changes that were asked for"),
    "people_import_rows": noop("In lists that a city uploaded"),
    "stored_files": noop("Uploaded files"),
    "letters": noop("Letters"),
    "messages": noop("Mail received"),
    "users": noop("The account"),
    "roles": noop("Roles of the account"),
    "calendar_subscriptions": noop("Personal calendar subscriptions"),
    "followed_events": noop("Events in the own calendar"),
    "digest_subscriptions": noop("News of programmes by mail"),
    "mail_opt_outs": noop("Mail that was unsubscribed"),
    "focal_points": noop("As a contact person of a city"),
    "one_time_tokens": noop("Personal links"),
    "privacy_requests": noop("Requests about personal data"),
    "revisions": noop("In earlier versions of events"),
    "import_records": noop("In documents that were imported"),
    "mentions": noop("Where else the name or address stands"),
}


def collect(subject: Subject) -> dict[str, list[dict[str, Any]]]:
    """Return the rows about a person, by table; other people's data and secrets are not in them."""
    found: dict[str, list[dict[str, Any]]] = {}
    for name in SECTIONS:
        if name in subject.keys and name not in ("revisions", "import_records"):
            found[name] = _rows(name, "id", subject.of(name))
    speakers, participants, users = subject.of("speakers"), subject.of("participants"), subject.of("users")
    found["contributions"] = _rows("contributions", "speaker_id", speakers)
    found["attendances"] = [
        *_rows("attendances", "participant_id", participants),
        *_rows("attendances", "speaker_id", speakers),
    ]
    for name in ("roles", "calendar_subscriptions", "followed_events", "digest_subscriptions"):
        found[name] = _rows(name, "user_id", users)
    found["mail_opt_outs"] = _opt_outs(subject)
    found["revisions"] = _from_revisions(subject)
    found["import_records"] = _from_documents(subject)
    found["mentions"] = _mentions(subject)
    _name_events(found)
    return {name: rows for name in SECTIONS if (rows := found.get(name))}


def _rows(name: str, key: str, keys: Iterable[Any]) -> list[dict[str, Any]]:
    table: Table = Base.metadata.tables[name]
    columns = [column for column in table.columns if column.name not in SECRETS or name == "stored_files"]
    rows = db.session.execute(select(*columns).where(table.c[key].in_(set(keys))).order_by(*table.primary_key.columns))
    return [{column: _plain(value) for column, value in row._mapping.items()} for row in rows]


def _opt_outs(subject: Subject) -> list[dict[str, Any]]:
    """Return from what the person's addresses were unsubscribed; of an address only a hash is kept."""
    found = []
    for email in sorted(subject.emails):
        for row in _rows("mail_opt_outs", "address_hash", [opt_outs.address_hash(email)]):
            found.append({"email": email, **{name: value for name, value in row.items() if name != "address_hash"}})
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, bytes | memoryview):
        data = bytes(value)
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            return base64.b64encode(data).decode("ascii")
    return value


def _from_revisions(subject: Subject) -> list[dict[str, Any]]:
    """Return the person's own rows of the snapshots, each state once."""
    table = Base.metadata.tables["revisions"]
    found: dict[str, dict[str, Any]] = {}
    for key in sorted(subject.of("revisions")):
        row = db.session.execute(select(table.c.event_id, table.c.made_at, table.c.snapshot).where(table.c.id == key))
        event_id, made_at, snapshot = row.one()
        own = [each for each in snapshot.get("speakers", []) if each.get("person_id") in subject.of("persons")]
        said = _sentences({name: part for name, part in snapshot.items() if name != "speakers"}, subject)
        for content in (*own, *({"text": text} for text in said)):
            state = json.dumps(content, sort_keys=True, default=str)
            found.setdefault(state, {"event_id": event_id, "made_at": _plain(made_at), **content})
    return list(found.values())


def _from_documents(subject: Subject) -> list[dict[str, Any]]:
    table = Base.metadata.tables["import_records"]
    rows = db.session.execute(
        select(table.c.event_id, table.c.document).where(table.c.id.in_(subject.of("import_records")))
    ).all()
    found: list[dict[str, Any]] = []
    for event_id, document in rows:
        own = [speaker for speaker in document.get("speakers", []) if speaker.get("id") in subject.slugs]
        rest = {name: part for name, part in document.items() if name != "speakers"}
        found += [{"event_id": event_id, **each} for each in own]
        found += [{"event_id": event_id, "text": text} for text in _sentences(rest, subject)]
    return found


def _sentences(value: Any, subject: Subject) -> list[str]:
    """Return the texts in which the person is named, without what else stands beside them."""
    eraser = Eraser(words_of(subject))
    found: list[str] = []

    def look(part: Any) -> None:
        if isinstance(part, str):
            found.extend(line for line in part.splitlines() if eraser.text(line) != line)
        elif isinstance(part, dict):
            for inner in part.values():
                look(inner)
        elif isinstance(part, list):
            for inner in part:
                look(inner)

    look(value)
    return list(dict.fromkeys(found))


def _mentions(subject: Subject) -> list[dict[str, Any]]:
    """Return the lines of other texts in which the person is named."""
    found: list[dict[str, Any]] = []
    for name, columns in TABLES.items():
        if name in SECTIONS and name != "messages":
            continue
        names = sorted(columns.mentions | (columns.personal if name in ("messages", "events") else frozenset()))
        names = [each for each in names if each != "calendar"]
        if not names:
            continue
        table = Base.metadata.tables[name]
        keys = [column.name for column in table.primary_key]
        for row in db.session.execute(select(*(table.c[each] for each in (*keys, *names)))).yield_per(500):
            if name == "messages" and row.id in subject.of("messages"):
                continue
            for column in names:
                for line in _sentences(_plain(getattr(row, column)), subject):
                    found.append({"table": name, "key": getattr(row, keys[0]), "column": column, "text": line})
    return found


def _name_events(found: dict[str, list[dict[str, Any]]]) -> None:
    """Put the title of the event beside its key."""
    keys = {row["event_id"] for rows in found.values() for row in rows if isinstance(row.get("event_id"), int)}
    titles: dict[int, Any] = dict(db.session.execute(select(Event.id, Event.title).where(Event.id.in_(keys))).all())
    for rows in found.values():
        for row in rows:
            if row.get("event_id") in titles:
                row["event"] = titles[row["event_id"]]


# --- The ZIP ----------------------------------------------------------------------------------------------------------


def make_zip(subject: Subject, language: str, *, now: datetime | None = None) -> bytes:
    """Return everything about a person as a ZIP file: ``data.json``, ``data.txt`` and the person's files."""
    moment = now or utc_now()
    tables = collect(subject)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, row in enumerate(tables.get("stored_files", []), 1):
            data = storage.read(row.pop("content_hash"))
            row["file"] = f"files/{number:02}-{_safe(row['name'])}"
            if data is not None:
                archive.writestr(row["file"], data)
        document = {"format": "iurc-personal-data", "version": 1, "made_at": _plain(moment), "tables": tables}
        archive.writestr("data.json", json.dumps(document, ensure_ascii=False, indent=1, default=str) + "\n")
        archive.writestr("data.txt", readable(tables, language, moment))
    return target.getvalue()


def _safe(name: str) -> str:
    """Return a file name without folders, control characters or marks that some systems refuse."""
    text = "".join("_" if unicodedata.category(c).startswith("C") or c in '/\\:*?"<>|' else c for c in name)
    return re.sub(r"^\.+", "_", text.strip())[:120] or "file"


def readable(tables: Mapping[str, list[dict[str, Any]]], language: str, moment: datetime) -> str:
    """Return the same data as text: a heading for each table, a line for each thing said."""
    lines = [
        translate(noop("What IURC Events keeps of you"), language),
        translate(noop("As of %(moment)s UTC"), language, moment=f"{moment:%Y-%m-%d %H:%M}"),
    ]
    for name, rows in tables.items():
        lines += ["", f"== {translate(SECTIONS[name], language)} =="]
        for row in rows:
            lines.append("")
            lines += [f"{_label(key, language)}: {text}" for key, value in row.items() if (text := _said(value))]
    return "﻿" + "\r\n".join(lines) + "\r\n"


def _said(value: Any) -> str:
    """Return a value as a person reads it; nothing for what is empty."""
    if value is None or value in ("", [], {}):
        return ""
    if isinstance(value, dict):
        if set(value) <= {"en", "zh"}:
            return " / ".join(dict.fromkeys(text for text in value.values() if text)) or text_of(value, "en")
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, list):
        return ", ".join(_said(each) for each in value)
    return str(value).replace("\n", "\r\n    ")


_LABELS: Final[Mapping[str, str]] = {
    "name": noop("Name"),
    "name_other": noop("Name in the other script"),
    "name_native": noop("Name in native script"),
    "family_name": noop("Family name"),
    "email": noop("Mail address"),
    "to_email": noop("Mail address"),
    "title": noop("Job title"),
    "organisation": noop("Organisation"),
    "topic": noop("Topic"),
    "event": noop("Event"),
    "state": noop("State"),
    "mode": noop("How you take part"),
    "gender": noop("Gender"),
    "language": noop("Language"),
    "biography": noop("Biography"),
    "subject": noop("Subject"),
    "text": noop("Text"),
    "created_at": noop("Recorded"),
    "made_at": noop("Recorded"),
    "recorded_at": noop("Recorded"),
    "note": noop("Note"),
    "dietary": noop("Dietary needs"),
    "accessibility": noop("Accessibility needs"),
    "visa": noop("Visa needs"),
}


def _label(column: str, language: str) -> str:
    """Return what a column is called; the rest keep the name that they have in the JSON file."""
    return translate(_LABELS[column], language) if column in _LABELS else column
