"""Taking a list of people back: those it registered are withdrawn, those it changed are as before."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select

from iurc_events.database import db, in_transaction, utc_now
from iurc_events.domain.errors import DomainError, NotFoundError
from iurc_events.localisation import noop
from iurc_events.models.accounts import User
from iurc_events.models.delegations import Delegation
from iurc_events.models.events import Event
from iurc_events.models.people_imports import PeopleImport, PeopleImportRow
from iurc_events.services import delegation_rules, member_batches
from iurc_events.services.event_changes import record_change
from iurc_events.services.member_batches import Batch
from iurc_events.services.member_details import Member, from_json, is_active


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


@in_transaction
def undo(*, actor: User, import_id: int, now: datetime | None = None) -> PeopleImport:
    """Take a whole list back: those it registered are withdrawn, those it changed are as before.

    Raises:
        UndoTooLateError: If somebody of the list was changed since.
        DeadlinePassedError: If the last day to answer is over in the city's zone.
    """
    moment = now or utc_now()
    event, delegation, people_import = lock(actor, import_id, moment)
    if people_import.state != "entered" or people_import.outcome.get("undone_at"):
        return people_import
    take_back(people_import, event, delegation, actor, moment, must_be_unchanged=True)
    people_import.outcome = {**people_import.outcome, "undone_at": moment.isoformat()}
    return people_import


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
    rows = [
        (row, row.entered)
        for row in db.session.scalars(
            select(PeopleImportRow)
            .where(PeopleImportRow.import_id == people_import.id)
            .order_by(PeopleImportRow.number.desc())
        )
        if row.entered is not None
    ]
    found = {
        kind: member_batches.find_members(kind, [entered["key"] for _, entered in rows if entered["kind"] == kind])
        for kind in ("speaker", "participant")
    }
    touched: list[tuple[dict[str, Any], Member]] = []
    for row, entered in rows:
        member = found[entered["kind"]].get(entered["key"])
        if member is not None and member.version == entered["version"] and is_active(member):
            touched.append((entered, member))
        elif must_be_unchanged:
            raise UndoTooLateError(
                noop("Somebody of this list was changed since. Change or withdraw people one by one")
            )
        row.entered = None
    member_batches.withdraw_all(
        event, delegation, [member for entered, member in touched if "before" not in entered], actor=actor, now=now
    )
    changed = [(entered["before"], member) for entered, member in touched if "before" in entered]
    if changed:
        batch = Batch(
            event, delegation, actor=actor, emails=[str(before.get("email") or "") for before, _ in changed], now=now
        )
        for before, member in changed:
            details, had_consented = from_json(before)
            batch.change(member, details, has_consented=had_consented)
        batch.finish()
    if found["speaker"]:
        record_change(event, noop("list of people taken back"), actor_id=actor.id if actor else None)
