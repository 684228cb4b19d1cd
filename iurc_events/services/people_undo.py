"""Taking a list of people back: those it registered are withdrawn, those it changed are as before.

Short lists are taken back at once and as a whole. Long ones are handed to the worker, which goes on after a crash with
the rows that are left: first those who wait, so that none of them moves up into a place of the same list, then those
who have a place, then those who were changed. Whoever is changed by somebody meanwhile stays and is counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, case, func, select

from iurc_events.database import db, in_transaction, utc_now
from iurc_events.domain.errors import DomainError, NotFoundError
from iurc_events.localisation import noop
from iurc_events.models.accounts import User
from iurc_events.models.delegations import Delegation
from iurc_events.models.events import Event
from iurc_events.models.people_imports import PeopleImport, PeopleImportRow
from iurc_events.models.speakers import Speaker
from iurc_events.services import delegation_rules, member_batches, needs
from iurc_events.services.event_changes import record_change
from iurc_events.services.member_batches import Batch
from iurc_events.services.member_details import Member, from_json, is_active

#: Lists that registered or changed up to so many people are taken back while the person waits.
AT_ONCE: Final = 200
_CHANGED_SINCE: Final = noop("Somebody of this list was changed since. Change or withdraw people one by one")


class UndoTooLateError(DomainError):
    """Somebody of the list was changed since."""


def _delegation_of(import_id: int) -> int:
    delegation_id = db.session.scalar(select(PeopleImport.delegation_id).where(PeopleImport.id == import_id))
    if delegation_id is None:
        raise NotFoundError(noop("There is no such list"))
    return delegation_id


def _read(import_id: int) -> PeopleImport:
    return db.session.scalars(
        select(PeopleImport).where(PeopleImport.id == import_id).execution_options(populate_existing=True)
    ).one()


def lock(actor: User, import_id: int, now: datetime) -> tuple[Event, Delegation, PeopleImport]:
    """Lock the delegation of a list for a change of its people.

    Raises:
        NotFoundError: If it is not the actor's.
        DeadlinePassedError: If the last day to answer is over in the city's zone.
    """
    event, delegation = delegation_rules.lock_for_change(actor, _delegation_of(import_id), now)
    return event, delegation, _read(import_id)


def lock_for_worker(import_id: int) -> tuple[Event, Delegation, PeopleImport]:
    """Lock the delegation of a list, whoever sent it."""
    event, delegation = delegation_rules.lock_delegation(_delegation_of(import_id))
    return event, delegation, _read(import_id)


def is_undoing(people_import: PeopleImport) -> bool:
    """Tell whether the worker is taking a list back."""
    return people_import.state == "entering" and "undo_asked_at" in people_import.outcome


@in_transaction
def undo(*, actor: User, import_id: int, now: datetime | None = None) -> PeopleImport:
    """Take a whole list back, or hand it to the worker where it is long; sent twice it is done once.

    Raises:
        UndoTooLateError: If somebody of the list was changed since.
        DeadlinePassedError: If the last day to answer is over in the city's zone.
    """
    moment = now or utc_now()
    event, delegation, people_import = lock(actor, import_id, moment)
    if people_import.state != "entered" or people_import.outcome.get("undone_at"):
        return people_import
    number = db.session.scalar(select(func.count()).select_from(PeopleImportRow).where(*_touched_by(import_id))) or 0
    if number <= AT_ONCE:
        take_back(people_import, event, delegation, actor, moment, must_be_unchanged=True)
        people_import.outcome = {**people_import.outcome, "undone_at": moment.isoformat()}
        return people_import
    _check_unchanged(import_id)
    people_import.outcome = {
        **people_import.outcome,
        "undo_asked_at": moment.isoformat(),
        "undo_by": actor.id,
        "undo_total": number,
    }
    people_import.state, people_import.done_count = "entering", 0
    return people_import


def _touched_by(import_id: int) -> tuple[ColumnElement[bool], ...]:
    return PeopleImportRow.import_id == import_id, PeopleImportRow.entered.is_not(None)


def _check_unchanged(import_id: int) -> None:
    """Refuse where somebody of a list was changed since, without reading all that is said of them."""
    versions: dict[tuple[str, int], int] = {}
    for entered in db.session.scalars(select(PeopleImportRow.entered).where(*_touched_by(import_id))):
        if entered is not None:
            versions[entered["kind"], entered["key"]] = entered["version"]
    for kind in ("speaker", "participant"):
        found = member_batches.find_versions(kind, [key for its_kind, key in versions if its_kind == kind])
        if any(found.get(key) != version for (its, key), version in versions.items() if its == kind):
            raise UndoTooLateError(_CHANGED_SINCE)


def take_back_some(import_id: int, limit: int, now: datetime) -> int:
    """Take the next rows of a long list back, in the caller's transaction; return 0 when it is done."""
    event, delegation, people_import = lock_for_worker(import_id)
    if not is_undoing(people_import):
        return 0
    outcome = people_import.outcome
    actor = db.session.get(User, outcome["undo_by"])
    rows = list(
        db.session.scalars(
            select(PeopleImportRow)
            .where(*_touched_by(import_id))
            .order_by(
                case((PeopleImportRow.outcome == "waiting", 0), (PeopleImportRow.outcome == "changed", 2), else_=1),
                PeopleImportRow.number.desc(),
            )
            .limit(limit)
            .execution_options(populate_existing=True)
        )
    )
    if rows:
        kept = _take_rows_back(rows, event, delegation, actor, now, is_by_worker=True)
        people_import.done_count += len(rows)
        people_import.outcome = {**outcome, "undo_kept": int(outcome.get("undo_kept", 0)) + kept}
        return len(rows)
    if outcome.get("has_speakers"):
        record_change(event, noop("list of people taken back"), actor_id=actor.id if actor else None)
    left = {key: value for key, value in outcome.items() if key not in ("undo_asked_at", "undo_by", "undo_total")}
    people_import.outcome = {**left, "undone_at": now.isoformat()}
    people_import.state, people_import.done_count = "entered", people_import.row_count
    return 0


def find_member(kind: str, key: int) -> Member | None:
    """Return a speaker or participant by key."""
    return member_batches.find_members(kind, [key]).get(key)


def take_back(
    people_import: PeopleImport,
    event: Event,
    delegation: Delegation,
    actor: User | None,
    now: datetime,
    *,
    must_be_unchanged: bool,
) -> None:
    """Take back what a list did, in the caller's transaction, the event locked.

    Args:
        must_be_unchanged: Whether nothing is done where somebody was changed since; else those are left as they are.

    Raises:
        UndoTooLateError: If somebody was changed since.
    """
    rows = list(
        db.session.scalars(
            select(PeopleImportRow).where(*_touched_by(people_import.id)).order_by(PeopleImportRow.number.desc())
        )
    )
    has_speakers = any(row.entered and row.entered["kind"] == "speaker" for row in rows)
    kept = _take_rows_back(rows, event, delegation, actor, now, must_be_unchanged=must_be_unchanged)
    if has_speakers and kept < len(rows):
        record_change(event, noop("list of people taken back"), actor_id=actor.id if actor else None)


def _take_rows_back(
    rows: Sequence[PeopleImportRow],
    event: Event,
    delegation: Delegation,
    actor: User | None,
    now: datetime,
    *,
    must_be_unchanged: bool = False,
    is_by_worker: bool = False,
) -> int:
    """Take back what rows did; return how many people stay as they are because somebody changed them since.

    Args:
        is_by_worker: Whether a refusal concerns one person alone, and other rows of the list may follow.
    """
    entries = [(row, row.entered) for row in rows if row.entered is not None]
    found = {
        kind: member_batches.find_members(kind, [entered["key"] for _, entered in entries if entered["kind"] == kind])
        for kind in ("speaker", "participant")
    }
    touched: list[tuple[dict[str, Any], Member]] = []
    for row, entered in entries:
        member = found[entered["kind"]].get(entered["key"])
        if member is not None and member.version == entered["version"] and is_active(member):
            touched.append((entered, member))
        elif must_be_unchanged:
            raise UndoTooLateError(_CHANGED_SINCE)
        row.entered = None
    kept = len(entries) - len(touched)
    moved = member_batches.withdraw_all(
        event, delegation, [member for entered, member in touched if "before" not in entered], actor=actor, now=now
    )
    changed = [(entered["before"], member) for entered, member in touched if "before" in entered]
    if changed:
        emails = [str(before.get("email") or "") for before, _ in changed]
        batch = Batch(event, delegation, actor=actor, emails=emails, now=now)
        for before, member in changed:
            details, had_consented = from_json(before)
            try:
                batch.change(member, details, has_consented=had_consented)
            except DomainError:
                if not is_by_worker:
                    raise
                kept += 1
        moved += batch.finish()
        needs.store_many(
            event, [(member, entered["needs_before"]) for entered, member in touched if "needs_before" in entered]
        )
    if is_by_worker and moved:
        _expect_moved(rows[0].import_id, moved)
    return kept


def _expect_moved(import_id: int, moved: Sequence[Member]) -> None:
    """Let rows that are left know people whom taking back itself moved up: nobody else changed them."""
    versions = {("speaker" if isinstance(each, Speaker) else "participant", each.id): each.version for each in moved}
    for row in db.session.scalars(
        select(PeopleImportRow).where(*_touched_by(import_id), PeopleImportRow.outcome == "changed")
    ):
        if row.entered and (version := versions.get((row.entered["kind"], row.entered["key"]))):
            row.entered = {**row.entered, "version": version}
