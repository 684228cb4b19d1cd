"""Entering the people of a checked list: at once when it is short, by the worker when it is long, never twice.

A row's outcome is stored in the transaction that registers its person: after a crash the next turn goes on with the
rows that have none. Notices to people are written only when every row is entered. “All or nothing” begins only when
every row is without fault; should one fail later all the same, what was entered is taken back and nobody was told.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, select

from iurc_events.database import db, in_transaction, utc_now
from iurc_events.documents.people_values import Problem, RowValues
from iurc_events.domain.errors import DomainError, NotFoundError
from iurc_events.localisation import noop
from iurc_events.models.accounts import User
from iurc_events.models.delegations import Delegation
from iurc_events.models.events import Event
from iurc_events.models.people_imports import PeopleImport, PeopleImportRow
from iurc_events.models.speakers import Speaker
from iurc_events.queries import people_imports as import_queries
from iurc_events.services import (
    audit,
    delegation_notices,
    member_batches,
    needs,
    people_imports,
    people_rows,
    people_undo,
    speaker_notices,
)
from iurc_events.services.event_changes import record_change
from iurc_events.services.member_batches import Batch
from iurc_events.services.member_details import Member, details_of, is_active, to_json

#: Lists of up to so many rows are entered while the person waits.
AT_ONCE: Final = 100
#: How many rows the worker enters in one transaction.
_CHUNK: Final = 250
_OUTCOMES: Final = {"register": "registered", "wait": "waiting", "change": "changed", "same": "unchanged"}


class FaultsLeftError(DomainError):
    """All rows were to be entered, and some have faults."""


class NothingToEnterError(DomainError):
    """No row can be entered."""


class _RowFailedError(Exception):
    """A row failed where all or nothing was asked for."""

    def __init__(self, reason: DomainError) -> None:
        super().__init__(str(reason))
        self.reason = reason


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
    event, delegation, people_import = people_undo.lock(actor, import_id, moment)
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
    people_import.outcome = {
        **people_import.outcome,
        "has_consented": has_consented,
        "asked_at": moment.isoformat(),
    }
    people_import.state = "entering"
    people_import.done_count = 0
    db.session.flush()
    if people_import.row_count <= AT_ONCE:
        try:
            _enter_rows(people_import, event, delegation, _rows_left(import_id, AT_ONCE + 1), actor, moment)
        except _RowFailedError as error:
            raise FaultsLeftError(error.reason.message, **error.reason.params) from error
        _begin_telling(people_import, event)
        _tell_next(people_import, event, delegation, AT_ONCE + 1)
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
    people_import: PeopleImport,
    event: Event,
    delegation: Delegation,
    rows: Sequence[PeopleImportRow],
    actor: User,
    now: datetime,
) -> None:
    read = [(row, people_rows.read(people_import, row.cells, delegation)) for row in rows]
    emails = [str(values.values.get("email") or "") for _, values in read]
    batch = Batch(event, delegation, actor=actor, emails=emails, now=now)
    if has_needs := people_rows.says_needs(people_import):
        batch.known.read_needs()
    done: list[tuple[PeopleImportRow, Member, dict[str, Any]]] = []
    with db.session.no_autoflush:
        for row, values in read:
            people_import.done_count += 1
            if row.plan == "fault":
                row.outcome = "left-out"
                continue
            try:
                if entered := _enter_row(people_import, row, values, batch):
                    done.append((row, *entered))
            except NotFoundError:
                raise
            except DomainError as error:
                if people_import.choice == "all":
                    raise _RowFailedError(error) from error
                problem = Problem("name", error.message, {key: str(value) for key, value in error.params.items()})
                row.problems = people_rows.as_stored([problem])
                row.outcome = "left-out"
    batch.finish()
    if has_needs:
        needs.store_many(event, [(member, more["needs"]) for _, member, more in done if more.get("needs")])
    for row, member, more in done:
        if more.pop("needs", None) and "before" in more:
            member.version += 1
        kind = "speaker" if isinstance(member, Speaker) else "participant"
        row.entered = {"kind": kind, "key": member.id, "version": member.version, **more}
        if kind == "speaker" and not people_import.outcome.get("has_speakers"):
            people_import.outcome = {**people_import.outcome, "has_speakers": True}


def _enter_row(
    people_import: PeopleImport, row: PeopleImportRow, values: RowValues, batch: Batch
) -> tuple[Member, dict[str, Any]] | None:
    """Enter a row; return whom it became and what undoing and telling need to know, None where nothing is new."""
    member = batch.known.find(values)
    if values.problems:
        raise DomainError(values.problems[0].message, **values.problems[0].params)
    details = people_rows.details_for(people_import, values, batch.delegation, member)
    has_consented = bool(people_import.outcome.get("has_consented"))
    if member is None:
        made = batch.register(details, has_consented=has_consented)
        row.outcome = "waiting" if made.state == "waiting" else "registered"
        return made, {"tell": True, "needs": values.needs}
    new_needs = batch.known.new_needs(member, values)
    is_same = people_rows.is_same(details, member)
    if is_same and not new_needs:
        row.outcome = "unchanged"
        return None
    had_consented = isinstance(member, Speaker) and member.consented_at is not None
    before = to_json(details_of(member), has_consented=had_consented)
    is_to_tell = not is_same and batch.change(member, details, has_consented=has_consented or had_consented)
    row.outcome = "changed"
    more: dict[str, Any] = {"before": before, "tell": is_to_tell}
    if new_needs:
        had = needs.stored_for_city(batch.known.needs, member).texts
        more |= {"needs": new_needs, "needs_before": {kind: had.get(kind, "") for kind in new_needs}}
    return member, more


def _begin_telling(people_import: PeopleImport, event: Event) -> None:
    """Go over to the notices: every row has its outcome."""
    db.session.flush()
    people_import.outcome = {**people_import.outcome, "told_to": 0}
    if people_import.outcome.get("has_speakers"):
        record_change(event, noop("list of people entered"), actor_id=people_import.made_by_id)


def _tell_next(people_import: PeopleImport, event: Event, delegation: Delegation, limit: int) -> int:
    """Write the next notices, each person's once; return how many rows were looked at."""
    db.session.flush()
    rows = list(
        db.session.scalars(
            select(PeopleImportRow)
            .where(
                PeopleImportRow.import_id == people_import.id,
                PeopleImportRow.number > int(people_import.outcome.get("told_to", 0)),
                PeopleImportRow.outcome.in_(("registered", "waiting", "changed")),
            )
            .order_by(PeopleImportRow.number)
            .limit(limit)
        )
    )
    if not rows:
        return 0
    keys: dict[str, list[int]] = {"speaker": [], "participant": []}
    for row in rows:
        if row.entered and row.entered.get("tell"):
            keys[row.entered["kind"]].append(row.entered["key"])
    people = [
        each
        for kind, chosen in keys.items()
        for each in member_batches.find_members(kind, chosen).values()
        if is_active(each) and each.delegation_id == delegation.id
    ]
    actor = db.session.get(User, people_import.made_by_id) if people_import.made_by_id else None
    delegation_notices.tell_participants(
        event, delegation, [each for each in people if not isinstance(each, Speaker)], registered_by=actor
    )
    speaker_notices.queue_notices(
        event,
        delegation,
        [each for each in people if isinstance(each, Speaker)],
        registered_by=actor.name if actor else "",
        language=actor.language if actor else "en",
    )
    people_import.outcome = {**people_import.outcome, "told_to": rows[-1].number}
    return len(rows)


def _finish(people_import: PeopleImport, now: datetime) -> None:
    db.session.flush()
    people_import.outcome = {**people_import.outcome, "counts": _outcomes(people_import.id)}
    people_import.state = "failed" if people_import.failure else "entered"
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
    """Go on with every long list that is being entered or taken back; return how many rows were done.

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
def enter_some(import_id: int, *, limit: int = _CHUNK, now: datetime | None = None) -> int:
    """Enter or take back the next rows of a list in one transaction, or write the next notices; 0 when it is done."""
    moment = now or utc_now()
    state, actor_id, outcome = db.session.execute(
        select(PeopleImport.state, PeopleImport.made_by_id, PeopleImport.outcome).where(PeopleImport.id == import_id)
    ).one()
    if state != "entering":
        return 0
    if "undo_asked_at" in outcome:
        return people_undo.take_back_some(import_id, limit, moment)
    if "told_to" in outcome:
        return _tell_some(import_id, limit, moment)
    actor = db.session.get(User, actor_id) if actor_id else None
    if actor is None or actor.is_disabled:
        raise NotFoundError(noop("The account that sent the list is closed"))
    # the deadline counts when the list was sent, not when its last row is reached
    asked_at = datetime.fromisoformat(outcome["asked_at"]) if "asked_at" in outcome else moment
    event, delegation, people_import = people_undo.lock(actor, import_id, asked_at)
    if people_import.state != "entering" or "told_to" in people_import.outcome:
        return 0
    rows = _rows_left(import_id, limit)
    if rows:
        _enter_rows(people_import, event, delegation, rows, actor, moment)
    else:
        _begin_telling(people_import, event)
    return len(rows) or 1


def _tell_some(import_id: int, limit: int, now: datetime) -> int:
    people_import = db.session.scalars(
        select(PeopleImport)
        .where(PeopleImport.id == import_id)
        .with_for_update(of=PeopleImport)
        .execution_options(populate_existing=True)
    ).one()
    if people_import.state != "entering":
        return 0
    delegation = people_import.delegation
    number = _tell_next(people_import, delegation.event, delegation, limit)
    if not number:
        _finish(people_import, now)
    return number


@in_transaction
def _give_up(import_id: int, error: DomainError, now: datetime | None = None) -> None:
    """Note why a list was not entered; of all or nothing take back what was, of the good rows tell who is in."""
    moment = now or utc_now()
    event, delegation, people_import = people_undo.lock_for_worker(import_id)
    if people_import.state != "entering" or "told_to" in people_import.outcome:
        return
    people_import.failure = json.dumps(
        {"message": error.message, "params": {key: str(value) for key, value in error.params.items()}}
    )
    if people_import.choice == "good":
        _begin_telling(people_import, event)
        return
    actor = db.session.get(User, people_import.made_by_id) if people_import.made_by_id else None
    people_undo.take_back(people_import, event, delegation, actor, moment, must_be_unchanged=False)
    people_import.state = "failed"
    people_import.finished_at = moment
    people_import.outcome = {**people_import.outcome, "counts": _outcomes(import_id)}
