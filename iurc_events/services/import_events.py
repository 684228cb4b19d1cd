"""Events of documents, into the database: the document's part of an event is replaced in place.

Rows are kept where they stand for the same thing (a session by its id, a speaker by the person), so that what hangs on
them here (chairs, attendance, addresses) stays.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from iurc_events.calendars.rendering import calendar_uid
from iurc_events.database import db
from iurc_events.domain.time_slots import PartOfDay, Precision, TimeSlot
from iurc_events.models.agendas import AgendaItem, Contribution, EventSession, ItemCity
from iurc_events.models.attendance import Attendance, HeadCount
from iurc_events.models.cities import City, CityPair
from iurc_events.models.events import (
    Award,
    Event,
    EventCity,
    EventDocument,
    EventFramework,
    EventMove,
    EventPair,
    EventProgramme,
    EventTheme,
    ImportRecord,
    Outcome,
)
from iurc_events.models.programmes import Framework, Programme, Theme
from iurc_events.models.speakers import Speaker
from iurc_events.services import needs

Entry = dict[str, Any]
_OPTIONAL_LISTS = (
    "also_for", "pairs", "frameworks", "participating_cities", "counts", "awards", "outcomes", "documents",
)  # fmt: skip
_SPEAKER_FIELDS = (
    "name", "family_name", "name_native", "name_status", "honorific", "title", "organisation", "roles", "note",
)  # fmt: skip
_STATES = {"scheduled": "published", "rescheduled": "published"}


def state_of(status: str, new_status: str = "published") -> str:
    """Return the state of a document's status; ``new_status`` is for what says no more than that it is scheduled."""
    return new_status if status in _STATES else status


def _keys(model: Any) -> dict[str, int]:
    return dict(db.session.execute(select(model.slug, model.id)).all())


def _align(rows: list[Any], model: Any, wanted: Sequence[Mapping[str, Any]]) -> None:
    """Make the rows of an ordered list say what is wanted, keeping those that are there."""
    for position, values in enumerate(wanted):
        if position == len(rows):
            rows.append(model())
        for name, value in {"position": position, **values}.items():
            if getattr(rows[position], name) != value:
                setattr(rows[position], name, value)
    del rows[len(wanted) :]


def _choose(rows: list[Any], model: Any, column: str, keys: Sequence[int]) -> None:
    """Make the rows of an ordered choice name the keys wanted, keeping those that are there."""
    known = {getattr(row, column): row for row in rows}
    chosen = []
    for position, key in enumerate(keys):
        row = known.get(key) or model(**{column: key})
        row.position = position
        chosen.append(row)
    rows[:] = chosen


class EventWriter:
    """Writes events of documents; the keys of what they refer to are read once."""

    def __init__(self, persons: Mapping[str, int], *, new_status: str, now: datetime) -> None:
        self.persons = persons
        self.new_status = new_status
        self.now = now
        self.programmes, self.cities, self.pairs = _keys(Programme), _keys(City), _keys(CityPair)
        self.themes, self.frameworks = _keys(Theme), _keys(Framework)

    def write(self, entry: Entry, key: int | None, header: Mapping[str, Any]) -> Event:
        """Create an event, or replace the document's part of one.

        Args:
            key: The event that has the entry's id already.
        """
        event = self._new(entry) if key is None else db.session.get_one(Event, key)
        if key is not None:
            self._change_state(event, entry)
        last_day = event.last_day
        self._set_fields(event, entry)
        self._set_lists(event, entry)
        db.session.add(event)
        db.session.flush()
        if key is not None and event.last_day != last_day:
            needs.follow_event(event)
        self._set_counts(event, entry, is_new=key is None)
        speakers = self._set_speakers(event, entry["speakers"], is_new=key is None)
        self._set_sessions(event, entry["sessions"], speakers, is_new=key is None)
        record = None
        if key is not None:
            record = db.session.scalars(select(ImportRecord).where(ImportRecord.event_id == key)).one_or_none()
        record = record or ImportRecord(event_id=event.id)
        record.document, record.header, record.imported_at = entry, dict(header), self.now
        db.session.add(record)
        return event

    def _new(self, entry: Entry) -> Event:
        state = state_of(entry["status"], self.new_status)
        return Event(
            slug=entry["id"],
            calendar_uid=uuid.UUID(calendar_uid(entry["id"])),
            state=state,
            first_published_at=None if state == "draft" else self.now,
            stated_empty=[],
            sequence=0,
        )

    def _change_state(self, event: Event, entry: Entry) -> None:
        """Follow the document, except from draft to public or back: publishing is the organisers' act."""
        state = state_of(entry["status"])
        if "draft" not in (event.state, state):
            event.state = state
        event.deleted_at = None
        slot = event.slot
        if slot is not None and event.state != "draft" and slot != _event_slot(entry):
            event.moves.append(
                EventMove(
                    kind="rescheduled",
                    moved_at=self.now,
                    from_starts=slot.starts,
                    from_ends=slot.ends,
                    from_zone=slot.zone_name,
                    reason=entry.get("status_note"),
                )
            )

    def _set_fields(self, event: Event, entry: Entry) -> None:
        venue = entry.get("venue", {})
        event.programme_id = self.programmes[entry["programme"]]
        for name in ("title", "kind", "format", "sources"):
            _set(event, name, entry[name])
        for name in (
            "title_translated", "summary", "status_note", "rescheduled_from", "time_estimate", "published_times",
            "organisers", "sdgs", "notes",
        ):  # fmt: skip
            _set(event, name, entry.get(name))
        _set(event, "venue_name", venue.get("name"))
        _set(event, "venue_address", venue.get("address"))
        event.venue_city_id = self.cities[venue["city"]] if "city" in venue else None
        if event.slot != (slot := _event_slot(entry)):
            event.slot = slot
        _set(event, "stated_empty", [name for name in _OPTIONAL_LISTS if name in entry and not entry[name]])

    def _set_lists(self, event: Event, entry: Entry) -> None:
        for rows, model, column, keys, name in (
            (event.themes, EventTheme, "theme_id", self.themes, "themes"),
            (event.frameworks, EventFramework, "framework_id", self.frameworks, "frameworks"),
            (event.also_for, EventProgramme, "programme_id", self.programmes, "also_for"),
            (event.pairs, EventPair, "pair_id", self.pairs, "pairs"),
            (event.cities, EventCity, "city_id", self.cities, "participating_cities"),
        ):
            _choose(rows, model, column, [keys[slug] for slug in entry.get(name, [])])
        _align(event.outcomes, Outcome, [{"text": text} for text in entry.get("outcomes", [])])
        _align(
            event.awards,
            Award,
            [
                {
                    "name": award["name"],
                    "level": award.get("level"),
                    "category": award.get("category"),
                    "recipient_id": self.cities[award["recipient"]],
                    "giver": award.get("giver"),
                }
                for award in entry.get("awards", [])
            ],
        )
        _align(
            event.documents,
            EventDocument,
            [
                {
                    "kind": document["kind"],
                    "title": document["title"],
                    "url": document.get("url"),
                    "images": document.get("images"),
                    "session_slug": document.get("session"),
                    "is_available": document.get("available"),
                }
                for document in entry.get("documents", [])
            ],
        )

    def _set_counts(self, event: Event, entry: Entry, *, is_new: bool) -> None:
        known: dict[str, HeadCount] = {}
        if not is_new:
            rows = db.session.scalars(
                select(HeadCount).where(
                    HeadCount.event_id == event.id, HeadCount.is_imported, HeadCount.city_id.is_(None)
                )
            )
            known = {row.subject: row for row in rows}
        counts = entry.get("counts", {})
        for position, (subject, count) in enumerate(counts.items()):
            row = known.get(subject) or HeadCount(
                event_id=event.id, subject=subject, is_imported=True, recorded_at=self.now
            )
            row.position, row.value, row.qualifier = position, int(count["value"]), count["qualifier"]
            row.as_printed, row.source = count.get("as_printed"), entry["sources"][0]["name"][:500]
            db.session.add(row)
        for subject, row in known.items():
            if subject not in counts:
                db.session.delete(row)

    def _set_speakers(self, event: Event, entries: Sequence[Entry], *, is_new: bool) -> dict[str, int]:
        """Write the speakers; return their keys by their ids in the document."""
        known: dict[int, Speaker] = {}
        if not is_new:
            known = {s.person_id: s for s in db.session.scalars(select(Speaker).where(Speaker.event_id == event.id))}
        written: dict[str, Speaker] = {}
        for position, entry in enumerate(entries):
            person_id = self.persons[entry["id"]]
            speaker = known.pop(person_id, None) or Speaker(event_id=event.id, person_id=person_id)
            speaker.is_imported, speaker.position, speaker.state = True, position, "accepted"
            speaker.consented_at = speaker.consented_at or self.now
            for name in _SPEAKER_FIELDS:
                _set(speaker, name, entry.get(name))
            speaker.city_id = self.cities[entry["city"]] if entry.get("city") else None
            speaker.states_city = "city" in entry
            db.session.add(speaker)
            written[entry["id"]] = speaker
        for speaker in known.values():
            if speaker.is_imported:
                self._leave(speaker)
        db.session.flush()
        return {slug: speaker.id for slug, speaker in written.items()}

    def _leave(self, speaker: Speaker) -> None:
        """Take away a speaker whom the document no longer names, but never a delegation's, nor one who was counted."""
        speaker.is_imported = False
        if speaker.delegation_id is not None:
            return
        if db.session.scalar(select(Attendance.id).where(Attendance.speaker_id == speaker.id)) is None:
            db.session.delete(speaker)
        else:
            speaker.state = "withdrawn"

    def _set_sessions(
        self, event: Event, entries: Sequence[Entry], speakers: Mapping[str, int], *, is_new: bool
    ) -> None:
        known: dict[str, EventSession] = {}
        if not is_new:
            rows = db.session.scalars(
                select(EventSession)
                .where(EventSession.event_id == event.id)
                .options(
                    selectinload(EventSession.items).selectinload(AgendaItem.cities),
                    selectinload(EventSession.items).selectinload(AgendaItem.contributions),
                )
                .execution_options(populate_existing=True)  # parts of speakers who left are gone by now
            )
            known = {row.slug: row for row in rows}
        for position, entry in enumerate(entries):
            session = known.pop(entry["id"], None) or EventSession(event_id=event.id, slug=entry["id"], stated_empty=[])
            session.position = position
            for name in ("kind", "title", "room", "parallel_group", "capacity", "format", "note"):
                _set(session, name, entry.get(name))
            self._set_slot(event, session, entry)
            while len(session.items) > len(entry["items"]):
                session.items.pop()
            for index, item_entry in enumerate(entry["items"]):
                if index == len(session.items):
                    session.items.append(AgendaItem())
                self._set_item(event, session.items[index], item_entry, speakers)
            db.session.add(session)
        for session in known.values():
            db.session.delete(session)

    def _set_item(self, event: Event, item: AgendaItem, entry: Entry, speakers: Mapping[str, int]) -> None:
        item.position = int(entry["order"])
        for name in ("kind", "title", "topic", "duration_min", "note"):
            _set(item, name, entry.get(name))
        _set(item, "stated_empty", [name for name in ("cities", "contributions") if entry.get(name) == []])
        self._set_slot(event, item, entry)
        _choose(item.cities, ItemCity, "city_id", [self.cities[slug] for slug in entry.get("cities", [])])
        _align(
            item.contributions,
            Contribution,
            [{"speaker_id": speakers[c["speaker"]], "role": c["role"]} for c in entry.get("contributions", [])],
        )

    def _set_slot(self, event: Event, thing: EventSession | AgendaItem, entry: Entry) -> None:
        zone = event.time_zone or "UTC"
        slot = None
        if "start" in entry:
            slot = TimeSlot(zone, Precision.MINUTE, entry["start"], entry["end"])
        elif "date" in entry:
            slot = TimeSlot(zone, Precision.DAY, entry["date"], entry["date"])
        if slot is None or thing.slot != slot:
            thing.slot = slot


def _set(thing: object, name: str, value: Any) -> None:
    """Assign a value that differs; what is equal stays untouched and is not written."""
    if getattr(thing, name) != value:
        setattr(thing, name, value)


def _event_slot(entry: Entry) -> TimeSlot:
    part = entry.get("part_of_day")
    return TimeSlot(
        entry["time_zone"],
        Precision(entry["time_precision"]),
        entry["start"],
        entry["end"],
        PartOfDay(part) if part else None,
    )
