"""Documents into the database: all or nothing, in any order of files, and nothing twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import select, update

from iurc_events import documents
from iurc_events.database import db, in_transaction, utc_now
from iurc_events.documents import Document as File
from iurc_events.documents import Fault, Finding, KnownIds, compare
from iurc_events.localisation import noop
from iurc_events.models.cities import City, CityPair, PairCity
from iurc_events.models.events import Event, EventFramework, EventMembership, FormerSlug, ImportRecord
from iurc_events.models.programmes import Framework, Programme, Theme
from iurc_events.queries import memberships
from iurc_events.queries.feeds import ALL_EVENTS
from iurc_events.services.erased_documents import leave_out
from iurc_events.services.event_changes import bump_feeds, record_change
from iurc_events.services.event_documents import EventDocuments
from iurc_events.services.import_events import EventWriter
from iurc_events.services.import_outcomes import Action, ImportOutcome, Line
from iurc_events.services.import_persons import write_persons
from iurc_events.services.import_vocabulary import VocabularyImport

Entry = dict[str, Any]
NewStatus = Literal["published", "draft"]

CHANGED_HERE = noop("“%(id)s” was changed here since its last import: %(fields)s; only overwriting replaces that")
DELETED_HERE = noop("“%(id)s” was deleted here; overwriting brings it back")

_CHUNK = 100
#: From so many events on, revisions keep no snapshot: the import record holds the document anyway.
_BULK = 200


def import_documents(
    files: Sequence[File],
    *,
    dry_run: bool = False,
    status: NewStatus = "published",
    overwrite: bool = False,
    actor_id: int | None = None,
) -> ImportOutcome:
    """Take documents into the database in one transaction, or tell why not.

    Args:
        dry_run: Only tell what would happen.
        status: State of new events that are no more than scheduled.
        overwrite: Whether to replace what was changed here since the last import.
    """
    if dry_run:
        return _plan(files, overwrite=overwrite).outcome
    return _import(files, status=status, overwrite=overwrite, actor_id=actor_id)


@in_transaction
def _import(files: Sequence[File], *, status: NewStatus, overwrite: bool, actor_id: int | None) -> ImportOutcome:
    plan = _plan(files, overwrite=overwrite)
    if not plan.outcome.is_refused:
        _write(plan, status=status, actor_id=actor_id, now=utc_now())
    return plan.outcome


class _Plan:
    """What an import will do."""

    def __init__(self, files: Sequence[File]) -> None:
        self.files = files
        self.vocabulary = VocabularyImport(files)
        self.keys: dict[str, int] = {}
        self.actions: dict[str, Action] = {}
        #: Import records that lag behind: somebody changed the event here, and this very state is imported now.
        self.records: dict[int, Entry] = {}
        self.outcome = ImportOutcome()

    def events(self) -> Iterator[tuple[File, int, Entry]]:
        """Go through the events of all files, with their positions."""
        for file in self.files:
            for index, entry in enumerate(file.entries("events")):
                yield file, index, entry


def known_ids() -> KnownIds:
    """Return the ids that documents may refer to."""
    return KnownIds(
        programmes=set(db.session.scalars(select(Programme.slug))),
        cities=set(db.session.scalars(select(City.slug))),
        pairs=set(db.session.scalars(select(CityPair.slug))),
        themes=set(db.session.scalars(select(Theme.slug))),
        frameworks=set(db.session.scalars(select(Framework.slug))),
    )


def _plan(files: Sequence[File], *, overwrite: bool) -> _Plan:
    findings = documents.check(files, known_ids())
    if findings.faults:
        plan = _Plan([])
        plan.outcome = ImportOutcome((), findings.warnings, findings.faults)
        return plan
    files, kept_away = leave_out(files)
    plan = _Plan(files)
    plan.vocabulary.plan()
    lines: list[Line] = []
    faults: list[Finding] = []
    events = list(plan.events())
    reader = EventDocuments()
    for start in range(0, len(events), _CHUNK):
        _plan_events(plan, events[start : start + _CHUNK], reader, lines, faults, overwrite=overwrite)
    plan.outcome = ImportOutcome((*plan.vocabulary.lines, *lines), (*findings.warnings, *kept_away), tuple(faults))
    return plan


def _plan_events(
    plan: _Plan,
    events: Sequence[tuple[File, int, Entry]],
    reader: EventDocuments,
    lines: list[Line],
    faults: list[Finding],
    *,
    overwrite: bool,
) -> None:
    """Compare some events with the database."""
    slugs = [entry["id"] for _, _, entry in events]
    rows = db.session.execute(select(Event.slug, Event.id, Event.deleted_at).where(Event.slug.in_(slugs))).all()
    keys = {slug: key for slug, key, _ in rows}
    deleted = {slug for slug, _, deleted_at in rows if deleted_at is not None}
    former = set(db.session.scalars(select(FormerSlug.slug).where(FormerSlug.slug.in_(slugs))))
    records: dict[int, Entry] = dict(
        db.session.execute(
            select(ImportRecord.event_id, ImportRecord.document).where(ImportRecord.event_id.in_(keys.values()))
        ).all()
    )
    current = reader.read(keys.values())
    for file, index, entry in events:
        slug = entry["id"]
        key = keys.get(slug)

        def refuse(message: str, *, name: str = file.name, index: int = index, **params: object) -> None:
            faults.append(Finding(name, Fault(f"$.events[{index}]", message, params)))

        if key is None:
            if slug in former:
                refuse(noop("“%(id)s” is the former address of another event"), id=slug)
            plan.actions[slug] = Action.CREATED
            lines.append(Line(Action.CREATED, "event", slug))
            continue
        plan.keys[slug] = key
        document = current[key]
        part = reader.imported_part(key, document)
        is_same = slug not in deleted and (_is_same(entry, document) or _is_same(entry, part))
        changed_here = _changes(records.get(key, entry), part)
        if slug in deleted and not overwrite:
            refuse(DELETED_HERE, id=slug)
        elif changed_here and not is_same and not overwrite:
            refuse(CHANGED_HERE, id=slug, fields=", ".join(changed_here))
        if is_same and changed_here and key in records:
            plan.records[key] = part
        plan.actions[slug] = Action.UNCHANGED if is_same else Action.UPDATED
        lines.append(Line(plan.actions[slug], "event", slug, () if is_same else tuple(_changes(part, entry))))


def _changes(before: Entry, after: Entry) -> list[str]:
    """Name the fields that differ; whether an event is a draft is not the document's to say."""
    changed = compare(before, after)
    if "draft" in (before.get("status"), after.get("status")):
        changed = [name for name in changed if name != "status"]
    return changed


def _is_same(before: Entry, after: Entry) -> bool:
    return not _changes(before, after)


def _write(plan: _Plan, *, status: NewStatus, actor_id: int | None, now: datetime) -> None:
    touched = plan.vocabulary.write()
    entries = [(file, entry) for file, _, entry in plan.events() if plan.actions[entry["id"]] is not Action.UNCHANGED]
    persons = write_persons(entry for _, entry in entries)
    writer = EventWriter(persons, new_status=status, now=now)
    is_bulk = len(entries) >= _BULK
    for event_id, part in plan.records.items():
        db.session.execute(update(ImportRecord).where(ImportRecord.event_id == event_id).values(document=part))
    written: set[int] = set()
    for file, entry in entries:
        key = plan.keys.get(entry["id"])
        event = writer.write(entry, key, _header(file))
        action = noop("imported") if key is None else noop("updated by an import")
        record_change(event, action, actor_id=actor_id, now=now, keep_snapshot=not is_bulk)
        written.add(event.id)
        if is_bulk:
            db.session.flush()
            db.session.expunge_all()  # thousands of events do not fit into memory as objects
    for event in _events_of(touched, written):
        record_change(event, noop("shown names changed"), actor_id=actor_id, now=now, keep_snapshot=not is_bulk)
    if touched:
        bump_feeds([ALL_EVENTS, *_feeds_named_after(touched)], now)


def _feeds_named_after(subjects: set[tuple[str, int]]) -> list[str]:
    """Return the feeds whose names say something of changed subjects, though no event be in them."""
    cities = [key for kind, key in subjects if kind == "city"]
    pairs = db.session.scalars(select(PairCity.pair_id).where(PairCity.city_id.in_(cities)))
    return memberships.list_feeds(subjects | {("pair", key) for key in pairs})


def _events_of(subjects: set[tuple[str, int]], written: set[int]) -> list[Event]:
    """Return the events that show a changed programme, city, pairing or theme and were not written themselves."""
    keys: set[int] = set()
    for kind, key in subjects:
        query = select(EventMembership.event_id).where(
            EventMembership.subject_kind == kind, EventMembership.subject_id == key
        )
        if kind == "framework":
            query = select(EventFramework.event_id).where(EventFramework.framework_id == key)
        keys |= set(db.session.scalars(query))
    return list(db.session.scalars(select(Event).where(Event.id.in_(keys - written)).order_by(Event.id)))


def _header(file: File) -> Mapping[str, Any]:
    """Return what a document says beside its events."""
    header: Entry = {name: file.data[name] for name in ("synthetic", "seed") if name in file.data}
    if "cities" in file.data:
        header["cities"] = [city["id"] for city in file.data["cities"]]
    return header
