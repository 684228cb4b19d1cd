"""Entering the people of a checked list: at once when it is short, by the worker when it is long, never twice.

A row's outcome is stored in the transaction that registers its person: after a crash the next turn goes on with the
rows that have none. “All or nothing” begins only when every row is without fault; should one fail later all the same,
what was entered is taken back.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, select

from iurc_events.database import db, in_transaction, utc_now
from iurc_events.documents.people_values import Problem
from iurc_events.domain.errors import DomainError, NotFoundError
from iurc_events.localisation import noop
from iurc_events.models.accounts import User
from iurc_events.models.delegations import Delegation
from iurc_events.models.participants import Participant
from iurc_events.models.people_imports import PeopleImport, PeopleImportRow
from iurc_events.models.speakers import Speaker
from iurc_events.queries import people_imports as import_queries
from iurc_events.services import audit, delegation_rules, members, people_imports, people_rows
from iurc_events.services.member_details import Member, details_of, from_json, is_active, to_json

logger = logging.getLogger(__name__)

#: Lists of up to so many rows are entered while the person waits.
AT_ONCE: Final = 100
#: How many rows the worker enters in one transaction.
_CHUNK: Final = 25
_OUTCOMES: Final = {"register": "registered", "wait": "waiting", "change": "changed", "same": "unchanged"}


class FaultsLeftError(DomainError):
    """All rows were to be entered, and some have faults."""


class NothingToEnterError(DomainError):
    """No row can be entered."""


class UndoTooLateError(DomainError):
    """Somebody of the list was changed since."""


class _RowFailedError(Exception):
    """A row failed where all or nothing was asked for."""

    def __init__(self, reason: DomainError) -> None:
        super().__init__(str(reason))
        self.reason = reason


def _lock(actor: User, import_id: int, now: datetime) -> tuple[Delegation, PeopleImport]:
    delegation_id = db.session.scalar(select(PeopleImport.delegation_id).where(PeopleImport.id == import_id))
    if delegation_id is None:
        raise NotFoundError(noop("There is no such list"))
    _, delegation = delegation_rules.lock_for_change(actor, delegation_id, now)
    found = db.session.scalars(
        select(PeopleImport).where(PeopleImport.id == import_id).execution_options(populate_existing=True)
    ).one()
    return delegation, found


@in_transaction
def enter(
    *, actor: User, import_id: int, choice: str, has_consented: bool = False, now: datetime | None = None
) -> PeopleImport:
    """Register the people of a checked list, or hand it to the worker where it is long; sent twice it is done once.

    Args:
        choice: ``all`` or nothing, or the ``good`` rows, leaving those with faults out.
        has_consented: Whether all speakers of the list agreed to be named in public.

    Raises:
        FaultsLeftError: If all rows are to be entered, and some have faults.
        DeadlinePassedError: If the last day to answer is over in the city's zone.
    """
    moment = now or utc_now()
    delegation, people_import = _lock(actor, import_id, moment)
    if people_import.state != "checked":
        return people_import
    people_imports.check(people_import, delegation)
    counts = import_queries.count_rows(people_import)
    if choice != "good" and counts.get("fault"):
        raise FaultsLeftError(noop("Some rows have faults. Correct them, or choose to enter the good rows only"))
    if not any(counts.get(plan) for plan in _OUTCOMES):
        raise NothingToEnterError(noop("No row can be entered yet. Correct the rows first"))
    people_import.choice = "good" if choice == "good" else "all"
    people_import.made_by_id = actor.id
    people_import.outcome = {**people_import.outcome, "has_consented": has_consented}
    people_import.state = "entering"
    people_import.done_count = 0
    db.session.flush()
    if people_import.row_count <= AT_ONCE:
        try:
            _enter_rows(people_import, delegation, _rows_left(import_id, AT_ONCE + 1), actor, moment)
        except _RowFailedError as error:
            raise FaultsLeftError(error.reason.message, **error.reason.params) from error
        _finish(people_import, moment)
    return people_import


def _rows_left(import_id: int, limit: int) -> list[PeopleImportRow]:
    return list(
        db.session.scalars(
            select(PeopleImportRow)
            .where(PeopleImportRow.import_id == import_id, PeopleImportRow.outcome.is_(None))
            .order_by(PeopleImportRow.number)
            .limit(limit)
            .execution_options(populate_existing=True)
        )
    )


def _enter_rows(
    people_import: PeopleImport, delegation: Delegation, rows: Sequence[PeopleImportRow], actor: User, now: datetime
) -> None:
    known = people_rows.Members.of(delegation)
    for row in rows:
        if row.plan == "fault":
            row.outcome = "left-out"
        else:
            try:
                with db.session.begin_nested():
                    _enter_row(people_import, delegation, row, known, actor, now)
            except NotFoundError:
                raise
            except DomainError as error:
                if people_import.choice == "all":
                    raise _RowFailedError(error) from error
                problem = Problem("name", error.message, {key: str(value) for key, value in error.params.items()})
                row.problems = people_rows.as_stored([problem])
                row.outcome = "left-out"
        people_import.done_count += 1


def _enter_row(
    people_import: PeopleImport,
    delegation: Delegation,
    row: PeopleImportRow,
    known: people_rows.Members,
    actor: User,
    now: datetime,
) -> None:
    values = people_rows.read(people_import, row.cells, delegation)
    member = known.find(values)
    if values.problems:
        raise DomainError(values.problems[0].message, **values.problems[0].params)
    details = people_rows.details_for(people_import, values, delegation, member)
    has_consented = bool(people_import.outcome.get("has_consented"))
    if member is None:
        made = members.register(
            actor=actor, delegation_id=delegation.id, details=details, has_consented=has_consented, now=now
        )
        known.add(made)
        row.entered = _entered(made)
        row.outcome = "waiting" if made.state == "waiting" else "registered"
        return
    if people_rows.is_same(details, member):
        row.outcome = "unchanged"
        return
    had_consented = member.consented_at is not None
    before = to_json(details_of(member), has_consented=had_consented)
    changed = members.change(
        actor=actor,
        delegation_id=delegation.id,
        member=member,
        details=details,
        has_consented=has_consented or had_consented,
        now=now,
    )
    known.add(changed)
    row.entered = {**_entered(changed), "before": before}
    row.outcome = "changed"


def _entered(member: Member) -> dict[str, Any]:
    db.session.flush()
    kind = "speaker" if isinstance(member, Speaker) else "participant"
    return {"kind": kind, "key": member.id, "version": member.version}


def _finish(people_import: PeopleImport, now: datetime) -> None:
    db.session.flush()
    people_import.outcome = {**people_import.outcome, "counts": _outcomes(people_import.id)}
    people_import.state = "entered"
    people_import.finished_at = now
    audit.record(
        noop("list of people entered"),
        "delegation",
        people_import.delegation.public_id,
        actor_id=people_import.made_by_id,
        programme_id=people_import.delegation.event.programme_id,
    )


def _outcomes(import_id: int) -> dict[str, int]:
    rows = db.session.execute(
        select(PeopleImportRow.outcome, func.count())
        .where(PeopleImportRow.import_id == import_id)
        .group_by(PeopleImportRow.outcome)
    )
    return {outcome: number for outcome, number in rows if outcome}


# --- The worker -------------------------------------------------------------------------------------------------------


def enter_due(*, seconds: float = 5.0) -> int:
    """Go on with every long list that is being entered; return how many rows were done.

    Args:
        seconds: After so long the worker turns to its other jobs; the next turn goes on.
    """
    done, until = 0, time.monotonic() + seconds
    for import_id in import_queries.list_entering():
        try:
            while number := enter_some(import_id):
                done += number
                if time.monotonic() > until:
                    return done
        except _RowFailedError as error:
            _give_up(import_id, error.reason)
        except DomainError as error:
            _give_up(import_id, error)
    return done


@in_transaction
def enter_some(import_id: int, now: datetime | None = None) -> int:
    """Enter the next rows of a list in one transaction; return how many, 0 when it is done."""
    moment = now or utc_now()
    state, actor_id = db.session.execute(
        select(PeopleImport.state, PeopleImport.made_by_id).where(PeopleImport.id == import_id)
    ).one()
    actor = db.session.get(User, actor_id) if actor_id else None
    if state != "entering":
        return 0
    if actor is None or actor.is_disabled:
        raise NotFoundError(noop("The account that sent the list is closed"))
    delegation, people_import = _lock(actor, import_id, moment)
    if people_import.state != "entering":
        return 0
    rows = _rows_left(import_id, _CHUNK)
    if rows:
        _enter_rows(people_import, delegation, rows, actor, moment)
    else:
        _finish(people_import, moment)
    return len(rows)


@in_transaction
def _give_up(import_id: int, error: DomainError, now: datetime | None = None) -> None:
    """Note why a list was not entered; of all or nothing, take back what was."""
    people_import = db.session.get(PeopleImport, import_id, populate_existing=True)
    if people_import is None or people_import.state != "entering":
        return
    actor = db.session.get(User, people_import.made_by_id) if people_import.made_by_id else None
    if people_import.choice == "all" and actor is not None:
        try:
            with db.session.begin_nested():
                _take_back(people_import, actor, now or utc_now(), must_be_unchanged=False)
        except DomainError:
            logger.warning("list %s could not be taken back as a whole", people_import.public_id)
    people_import.state = "failed"
    people_import.failure = json.dumps(
        {"message": error.message, "params": {key: str(value) for key, value in error.params.items()}}
    )
    people_import.finished_at = now or utc_now()
    people_import.outcome = {**people_import.outcome, "counts": _outcomes(import_id)}


# --- Undoing ----------------------------------------------------------------------------------------------------------


@in_transaction
def undo(*, actor: User, import_id: int, now: datetime | None = None) -> PeopleImport:
    """Take a whole list back: those it registered are withdrawn, those it changed are as before.

    Raises:
        UndoTooLateError: If somebody of the list was changed since, or is on the agenda.
        DeadlinePassedError: If the last day to answer is over in the city's zone.
    """
    moment = now or utc_now()
    _, people_import = _lock(actor, import_id, moment)
    if people_import.state != "entered" or people_import.outcome.get("undone_at"):
        return people_import
    _take_back(people_import, actor, moment, must_be_unchanged=True)
    people_import.outcome = {**people_import.outcome, "undone_at": moment.isoformat()}
    return people_import


def find_member(kind: str, key: int) -> Member | None:
    """Return a speaker or participant by key."""
    if kind == "speaker":
        return db.session.get(Speaker, key, populate_existing=True)
    return db.session.get(Participant, key, populate_existing=True)


def _take_back(people_import: PeopleImport, actor: User, now: datetime, *, must_be_unchanged: bool) -> None:
    rows = db.session.scalars(
        select(PeopleImportRow).where(PeopleImportRow.import_id == people_import.id).order_by(PeopleImportRow.number)
    )
    touched: list[tuple[PeopleImportRow, dict[str, Any], Member]] = []
    for row in rows:
        if row.entered is None:
            continue
        member = find_member(row.entered["kind"], row.entered["key"])
        is_as_entered = member is not None and member.version == row.entered["version"] and is_active(member)
        if must_be_unchanged and not is_as_entered:
            raise UndoTooLateError(
                noop("Somebody of this list was changed since. Change or withdraw people one by one")
            )
        if member is not None and is_as_entered:
            touched.append((row, row.entered, member))
    for row, entered, member in reversed(touched):
        if before := entered.get("before"):
            details, had_consented = from_json(before)
            members.change(
                actor=actor,
                delegation_id=people_import.delegation_id,
                member=member,
                details=details,
                has_consented=had_consented,
                now=now,
            )
        else:
            members.withdraw(actor=actor, delegation_id=people_import.delegation_id, member=member, now=now)
        row.entered = None
