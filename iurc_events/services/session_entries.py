"""What the sessions of an event say in a calendar of their own, each an entry with a UID and SEQUENCE of its own.

One row for an event holds them as they were last shown; from it a feed is rendered. What differs from it after a
change raises SEQUENCE, LAST-MODIFIED and DTSTAMP together, as for events (RFC 5545 §3.8.7.4).
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import astuple, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import or_, select

from iurc_events.calendars.entries import CalendarEntry as EntryText
from iurc_events.calendars.entries import ReferenceZone
from iurc_events.calendars.rendering import FRAGMENT_FORMAT
from iurc_events.database import db
from iurc_events.domain.language_maps import LanguageMap, text_of
from iurc_events.domain.time_slots import PartOfDay, Precision, TimeSlot
from iurc_events.localisation import noop, translate
from iurc_events.models.agendas import AgendaItem, EventSession
from iurc_events.models.calendar_feeds import CalendarEntry
from iurc_events.models.events import Event
from iurc_events.services.calendar_entries import SESSIONS, WITHDRAWN_FOR, entry_of

Shown = dict[str, Any]
#: What changes with every revision and is therefore no difference by itself.
_STAMPS = ("sequence", "created_at", "revised_at", "removed_at")


def session_uid(event_uid: UUID, slug: str) -> str:
    """Return the UID of a session: the same on every installation and after every import (cal-10)."""
    return str(uuid5(event_uid, slug))


def _joined(first: Mapping[str, str] | None, second: Mapping[str, str]) -> LanguageMap:
    """Return room and venue in every language that either is known in."""
    tags = [tag for tag in ("en", "zh") if (first or {}).get(tag) or second.get(tag)]
    pairs = {tag: [text_of(text, tag) for text in (first, second) if text and any(text.values())] for tag in tags}
    return {tag: ("，" if tag == "zh" else ", ").join(parts) for tag, parts in pairs.items()}


def _topics(event_id: int) -> dict[int, list[LanguageMap]]:
    rows = db.session.execute(
        select(AgendaItem.session_id, AgendaItem.topic, AgendaItem.title)
        .join(EventSession, EventSession.id == AgendaItem.session_id)
        .where(EventSession.event_id == event_id)
        .order_by(AgendaItem.position, AgendaItem.id)
    )
    topics: dict[int, list[LanguageMap]] = defaultdict(list)
    for session_id, topic, title in rows:
        if text := topic or title:
            topics[session_id].append(text)
    return topics


def _entries_of(event: Event) -> list[EntryText]:
    """Describe the sessions of an event whose time is known; none where the event itself has no entry."""
    sessions = db.session.scalars(
        select(EventSession)
        .where(EventSession.event_id == event.id, EventSession.starts_at.is_not(None))
        .order_by(EventSession.starts_at, EventSession.position)
    ).all()
    whole = entry_of(event) if sessions else None
    if whole is None:
        return []
    topics = _topics(event.id)
    part_of = {tag: translate(noop("Part of: %(title)s"), tag, title=title) for tag, title in event.title.items()}
    return [
        replace(
            whole,
            uid=session_uid(event.calendar_uid, session.slug),
            title=session.title,
            slot=slot,
            venue=_joined(session.room, whole.venue),
            description=part_of,
            categories=(),
            agenda=tuple(topics[session.id]),
        )
        for session in sessions
        if (slot := session.slot) and slot.precision is not Precision.MONTH
    ]


def _shown(entry: EntryText, removed_at: datetime | None = None) -> Shown:
    slot = entry.slot
    return {
        "uid": entry.uid,
        "sequence": entry.sequence,
        "created_at": entry.created_at.isoformat(),
        "revised_at": entry.revised_at.isoformat(),
        "removed_at": removed_at.isoformat() if removed_at else None,
        "state": entry.state,
        "is_postponed": entry.is_postponed,
        "title": dict(entry.title),
        "slot": astuple(slot),
        # Beside the wall times: where the rules of the zone change, readers must hear of it all the same.
        "instants": [slot.starts_at.isoformat(), slot.ends_at.isoformat()],
        "reference_zones": [[zone.zone_name, dict(zone.place)] for zone in entry.reference_zones],
        "venue": dict(entry.venue),
        "address": dict(entry.address),
        "geo": list(entry.geo) if entry.geo else None,
        "description": dict(entry.description),
        "page_urls": dict(entry.page_urls),
        "contact": dict(entry.contact),
        "agenda": [dict(line) for line in entry.agenda],
    }


def _entry(shown: Shown) -> EntryText:
    zone, precision, starts, ends, part, starts_fold, ends_fold = shown["slot"]
    return EntryText(
        uid=shown["uid"],
        sequence=shown["sequence"],
        created_at=datetime.fromisoformat(shown["created_at"]),
        revised_at=datetime.fromisoformat(shown["revised_at"]),
        state=shown["state"],
        is_postponed=shown["is_postponed"],
        title=shown["title"],
        slot=TimeSlot(
            zone, Precision(precision), starts, ends, PartOfDay(part) if part else None, starts_fold, ends_fold
        ),
        reference_zones=tuple(ReferenceZone(name, place) for name, place in shown["reference_zones"]),
        venue=shown["venue"],
        address=shown["address"],
        geo=(shown["geo"][0], shown["geo"][1]) if shown["geo"] else None,
        description=shown["description"],
        page_urls=shown["page_urls"],
        contact=shown["contact"],
        agenda=tuple(shown["agenda"]),
    )


def _differs(one: Shown, other: Shown) -> bool:
    return any(one[name] != other.get(name) for name in one if name not in _STAMPS)


def _merge(stored: Mapping[str, Shown], entries: list[EntryText], now: datetime) -> list[Shown]:
    """Return what is kept from now on: new, changed and unchanged sessions, and those removed.

    These are shown for 30 days, and known for ever: one that comes back goes on with its SEQUENCE (cal-13).
    """
    merged: list[Shown] = []
    for entry in entries:
        shown = json.loads(json.dumps(_shown(entry)))
        before = stored.get(entry.uid)
        moment = now.isoformat()
        if before is None:
            stamps = {"sequence": 1 if entry.state == "cancelled" else 0, "created_at": moment, "revised_at": moment}
        elif before["removed_at"] is not None or _differs(shown, before):
            stamps = {"sequence": before["sequence"] + 1, "created_at": before["created_at"], "revised_at": moment}
        else:
            stamps = {name: before[name] for name in ("sequence", "created_at", "revised_at")}
        merged.append({**shown, **stamps})
    present = {entry.uid for entry in entries}
    for uid, before in stored.items():
        if uid in present:
            continue
        if before["removed_at"] is None:
            stamps = {"sequence": before["sequence"] + 1, "revised_at": now.isoformat(), "removed_at": now.isoformat()}
            merged.append({**before, **stamps, "state": "cancelled"})
        else:
            merged.append(before)
    return merged


def _stamp(shown: Shown, now: datetime) -> Shown:
    """Let what stays as it is supersede what readers have: the rules of its zone are others."""
    slot = _entry(shown).slot
    instants = [slot.starts_at.isoformat(), slot.ends_at.isoformat()]
    return {**shown, "sequence": shown["sequence"] + 1, "revised_at": now.isoformat(), "instants": instants}


def refresh(event: Event, now: datetime, *, is_moved: bool = False) -> bool:
    """Bring what is kept of an event's sessions up to date; tell whether anything changed.

    Those of a withdrawn event stay as they were last published.
    """
    row = db.session.get(CalendarEntry, (event.id, SESSIONS))
    stored: list[Shown] = json.loads(row.body) if row else []
    if event.unpublished_at is not None and (row is None or row.leaves_at is not None):
        merged = [_stamp(shown, now) for shown in stored] if is_moved else stored
    else:
        merged = _merge({shown["uid"]: shown for shown in stored}, _entries_of(event), now)
    leaves_at = event.unpublished_at + WITHDRAWN_FOR if event.unpublished_at else None
    if merged == stored and (row is None or row.leaves_at == leaves_at):
        return False
    if row is None:
        row = CalendarEntry(event_id=event.id, language=SESSIONS)
        db.session.add(row)
    slots = [_entry(shown).slot for shown in merged]
    row.body = json.dumps(merged, ensure_ascii=False, separators=(",", ":")).encode()
    row.format_version = FRAGMENT_FORMAT
    row.starts_at, row.ends_at = min(slot.starts_at for slot in slots), max(slot.ends_at for slot in slots)
    row.revised_at = max(datetime.fromisoformat(shown["revised_at"]) for shown in merged)
    row.leaves_at = leaves_at
    return True


def clean_kept(event: Event, change: Callable[[Any], Any], now: datetime) -> None:
    """Take what is erased out of what is kept of removed sessions, and of all those of a withdrawn event."""
    row = db.session.get(CalendarEntry, (event.id, SESSIONS))
    if row is None:
        return
    stored: list[Shown] = json.loads(row.body)
    kept = [
        _stamp(clean, now)
        if (shown["removed_at"] or event.unpublished_at) and (clean := {**change(shown), "uid": shown["uid"]}) != shown
        else shown
        for shown in stored
    ]
    if kept != stored:
        row.body = json.dumps(kept, ensure_ascii=False, separators=(",", ":")).encode()
        row.revised_at = now


def list_entries(event_id: int, now: datetime) -> list[EntryText]:
    """Return the entries of an event's sessions; what was removed stays for 30 days as cancelled."""
    body = db.session.scalar(
        select(CalendarEntry.body).where(
            CalendarEntry.event_id == event_id,
            CalendarEntry.language == SESSIONS,
            or_(CalendarEntry.leaves_at.is_(None), CalendarEntry.leaves_at > now),
        )
    )
    shown: list[Shown] = json.loads(body) if body else []
    return [
        _entry(each)
        for each in shown
        if each["removed_at"] is None or datetime.fromisoformat(each["removed_at"]) + WITHDRAWN_FOR > now
    ]


def has_entries(event_id: int) -> bool:
    """Tell whether an event has a calendar of its sessions: more than one whose time is known."""
    statement = select(EventSession.id).where(
        EventSession.event_id == event_id, EventSession.starts_at.is_not(None), EventSession.time_precision != "month"
    )
    return len(db.session.scalars(statement.limit(2)).all()) > 1
