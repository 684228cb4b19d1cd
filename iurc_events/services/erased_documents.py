"""Documents without people who were erased: what a document brings back stays away (sec-15).

The same rule cleans what is kept of a document at the erasure and what comes in with a later import, so that importing
the same document again changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import select

from iurc_events.database import db
from iurc_events.documents import Document, Fault, Finding
from iurc_events.localisation import noop
from iurc_events.models.privacy import Erasure
from iurc_events.services.erasure_ledger import DOCUMENT, short_hash
from iurc_events.services.personal_data import Eraser

Entry = dict[str, Any]

STAY_AWAY = noop("Erased people stay away: %(count)s of the speakers in “%(id)s”")


def without_people(entry: Entry, is_erased: Callable[[str], bool], words: Sequence[str] = ()) -> tuple[Entry, int]:
    """Return an event's part of a document without the people who were erased, and how many they were.

    A slot that nobody is left to hold is the city's; where their names stand in texts, they are taken out.

    Args:
        words: Further names and addresses to take out.
    """
    gone = {speaker["id"]: speaker for speaker in entry.get("speakers", []) if is_erased(speaker["id"])}
    names = [
        text for speaker in gone.values() for text in (*speaker["name"].values(), speaker.get("name_native") or "")
    ]
    eraser = Eraser([*names, *words])
    if not gone and not eraser.words:
        return entry, 0
    kept = [
        speaker | ({"note": eraser.text(speaker["note"])} if speaker.get("note") else {})
        for speaker in entry.get("speakers", [])
        if speaker["id"] not in gone
    ]
    clean: Entry = {name: value if name == "id" else eraser.value(value) for name, value in entry.items()}
    clean["speakers"] = kept
    clean["sessions"] = [
        session | {"items": [_without_parts(item, gone) for item in session["items"]]}
        for session in clean.get("sessions", [])
    ]
    return clean, len(gone)


def _without_parts(item: Entry, gone: dict[str, Entry]) -> Entry:
    parts = item.get("contributions", [])
    kept = [part for part in parts if part["speaker"] not in gone]
    if len(kept) == len(parts):
        return item
    rest = {name: value for name, value in item.items() if name != "contributions"}
    if kept:
        return rest | {"contributions": kept}
    cities = [gone[part["speaker"]].get("city") for part in parts if part["speaker"] in gone]
    if not rest.get("cities") and cities[0]:
        rest["cities"] = [cities[0]]
    return rest


def leave_out(files: Sequence[Document]) -> tuple[list[Document], tuple[Finding, ...]]:
    """Take people who were erased out of documents that are about to be imported, and say where."""
    hashes = set(db.session.scalars(select(Erasure.object_id).where(Erasure.object_kind == DOCUMENT)))
    if not hashes:
        return list(files), ()
    found: list[Finding] = []
    cleaned: list[Document] = []
    for file in files:
        entries = []
        for index, entry in enumerate(file.entries("events")):
            clean, count = without_people(entry, lambda slug: short_hash(slug) in hashes)
            if count:
                found.append(
                    Finding(file.name, Fault(f"$.events[{index}]", STAY_AWAY, {"count": count, "id": entry["id"]}))
                )
            entries.append(clean)
        cleaned.append(replace(file, data=file.data | {"events": entries}) if entries else file)
    return cleaned, tuple(found)
