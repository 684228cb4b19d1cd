"""Lists of people that a city sends in: read, understood, checked and corrected before anybody is registered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, select

from iurc_events.database import db, in_transaction, utc_now
from iurc_events.documents import people_columns, people_lists
from iurc_events.documents.people_lists import ListUnreadableError, PeopleList
from iurc_events.domain.errors import DomainError, NotFoundError
from iurc_events.domain.vocabulary import ATTENDANCE_MODES, MEMBER_ROLES
from iurc_events.localisation import noop
from iurc_events.models.accounts import User
from iurc_events.models.delegations import Delegation
from iurc_events.models.people_imports import ColumnMapping, PeopleImport, PeopleImportRow
from iurc_events.queries import people_imports as import_queries
from iurc_events.services import delegation_rules, known_persons, people_rows

__all__ = ["ColumnsUnclearError", "ListUnreadableError", "correct", "forget", "forget_old", "map_columns", "read_list"]

#: How long a list is kept after it was read.
KEPT_FOR: Final = timedelta(days=30)


class ColumnsUnclearError(DomainError):
    """No column gives names."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A list as it came: a file, or else pasted text; and what holds where it does not say."""

    file_name: str = ""
    content: bytes = b""
    text: str = ""
    role: str = "speaker"
    mode: str | None = None


def _own(actor: User, import_id: int, now: datetime) -> tuple[Delegation, PeopleImport]:
    """Lock the delegation of a list and return both.

    Raises:
        NotFoundError: If it is not the actor's.
        DeadlinePassedError: If the last day to answer is over in the city's zone.
    """
    delegation_id = db.session.scalar(select(PeopleImport.delegation_id).where(PeopleImport.id == import_id))
    if delegation_id is None:
        raise NotFoundError(noop("There is no such list"))
    _, delegation = delegation_rules.lock_for_change(actor, delegation_id, now)
    found = db.session.scalars(
        select(PeopleImport).where(PeopleImport.id == import_id).execution_options(populate_existing=True)
    ).one()
    return delegation, found


def _read(sent: Sent) -> PeopleList:
    if sent.content or sent.file_name:
        return people_lists.read_file(sent.content, people_columns.is_known)
    return people_lists.read_text(sent.text, people_columns.is_known)


@in_transaction
def read_list(*, actor: User, delegation_id: int, sent: Sent, now: datetime | None = None) -> PeopleImport:
    """Read a list for a delegation and, where its columns are clear, check it; nobody is registered yet.

    Raises:
        ListUnreadableError: If it cannot be read; the sentence says how to mend it.
        DeadlinePassedError: If the last day to answer is over in the city's zone.
    """
    moment = now or utc_now()
    _, delegation = delegation_rules.lock_for_change(actor, delegation_id, moment)
    found = _read(sent)
    rows = [list(row.cells) for row in found.rows]
    asks_for = delegation.event.asks_for
    mapping = people_columns.guess_mapping(found.headings, rows[:100])
    if found.has_headings and (
        known := import_queries.find_mapping(delegation.city_id, people_columns.headings_hash(found.headings))
    ):
        mapping |= {
            key: value
            for key, value in known.mapping.items()
            if key in mapping and not (value == people_columns.PRIVATE and mapping[key] in asks_for)
        }
        known.used_at = moment
    mapping = people_columns.only_asked(mapping, asks_for)
    people_import = PeopleImport(
        delegation_id=delegation.id,
        made_by_id=actor.id,
        made_at=moment,
        file_name=sent.file_name[:200],
        headings=list(found.headings),
        mapping=mapping,
        state="read",
        outcome={
            "role": sent.role if sent.role in MEMBER_ROLES else "speaker",
            "mode": sent.mode if sent.mode in ATTENDANCE_MODES else None,
        },
        row_count=len(rows),
    )
    db.session.add(people_import)
    db.session.flush()
    private = {int(key) for key, value in mapping.items() if value == people_columns.PRIVATE}
    new = [
        PeopleImportRow(
            import_id=people_import.id,
            number=row.number,
            cells=["" if number in private else cell for number, cell in enumerate(row.cells)],
            problems=[],
            likely=[],
        )
        for row in found.rows
    ]
    if people_columns.is_enough(mapping):
        _check_rows(people_import, delegation, new)
    db.session.add_all(new)
    db.session.flush()
    return people_import


def check(people_import: PeopleImport, delegation: Delegation) -> None:
    """Check every row anew, in the caller's transaction, and say what will happen to it."""
    rows = list(
        db.session.scalars(
            select(PeopleImportRow)
            .where(PeopleImportRow.import_id == people_import.id)
            .order_by(PeopleImportRow.number)
            .execution_options(populate_existing=True)
        )
    )
    with db.session.no_autoflush:
        _check_rows(people_import, delegation, rows)
    db.session.flush()


def _check_rows(people_import: PeopleImport, delegation: Delegation, rows: list[PeopleImportRow]) -> None:
    """Check rows, stored or about to be; examples of the template are taken out."""
    members, places, seen = people_rows.Members.of(delegation), people_rows.Places(delegation), people_rows.Seen()
    if people_rows.says_needs(people_import):
        members.read_needs()
    strangers: list[tuple[PeopleImportRow, list[str], list[str]]] = []
    for row in list(rows):
        values = people_rows.read(people_import, row.cells, delegation)
        if values.is_example:
            people_import.row_count -= 1
            rows.remove(row)
            if row in db.session:
                db.session.delete(row)
            continue
        people_rows.plan_row(
            people_import, row, values, delegation=delegation, members=members, places=places, seen=seen
        )
        if not row.likely:
            names = values.values.get("name", {})
            # pinyin that was proposed here says no more than the characters
            typed = [text for tag, text in names.items() if not (values.is_romanised and tag == "en")]
            strangers.append((row, [str(values.values.get("email", "")).lower(), *names.values()], typed))
    known = import_queries.find_known_persons(
        delegation.city_id,
        [keys[0] for _, keys, _ in strangers if keys[0]],
        [name for _, keys, _ in strangers for name in keys[1:]],
    )
    alike = known_persons.KnownKeys(delegation) if strangers else None
    for row, keys, typed in strangers:
        key = next((known[each] for each in keys if each in known), None) or (alike and alike.find(typed, keys[0]))
        if key:
            row.likely = [["person", key]]
    people_import.state = "checked"


@in_transaction
def map_columns(
    *, actor: User, import_id: int, mapping: Mapping[str, str], now: datetime | None = None
) -> PeopleImport:
    """Say what the columns of a list mean, remember it for the city, and check the list.

    Raises:
        ColumnsUnclearError: If no column gives names, or two columns are said to be the same.
    """
    moment = now or utc_now()
    delegation, people_import = _own(actor, import_id, moment)
    if people_import.state not in ("read", "checked"):
        return people_import
    wanted = {
        str(number): mapping.get(str(number), "")
        if mapping.get(str(number), "") in people_columns.FIELDS
        else people_import.mapping.get(str(number), "")
        if people_import.mapping.get(str(number)) == people_columns.PRIVATE
        else ""
        for number in range(len(people_import.headings))
    }
    wanted = people_columns.only_asked(wanted, delegation.event.asks_for)
    used = [field for field in wanted.values() if field in people_columns.FIELDS]
    if len(used) != len(set(used)):
        raise ColumnsUnclearError(noop("Two columns are said to mean the same. Choose one of them"))
    if not people_columns.is_enough(wanted):
        raise ColumnsUnclearError(noop("Say which column holds the names"))
    people_import.mapping = wanted
    if any(people_import.headings):
        _remember(delegation.city_id, people_import, moment)
    check(people_import, delegation)
    return people_import


def _remember(city_id: int, people_import: PeopleImport, moment: datetime) -> None:
    key = people_columns.headings_hash(people_import.headings)
    known = import_queries.find_mapping(city_id, key)
    if known is None:
        known = ColumnMapping(city_id=city_id, headings_hash=key, mapping={}, used_at=moment)
        db.session.add(known)
    known.mapping, known.used_at = dict(people_import.mapping), moment


@in_transaction
def correct(
    *,
    actor: User,
    import_id: int,
    cells: Mapping[int, Mapping[int, str]],
    mode: str | None = None,
    now: datetime | None = None,
) -> PeopleImport:
    """Put corrected cells in and check the whole list again.

    Args:
        cells: New texts by row number and column number.
        mode: How people come of whom the list does not say it; None leaves it.
    """
    delegation, people_import = _own(actor, import_id, now or utc_now())
    if people_import.state != "checked":
        return people_import
    rows = db.session.scalars(
        select(PeopleImportRow).where(
            PeopleImportRow.import_id == people_import.id, PeopleImportRow.number.in_(list(cells))
        )
    )
    for row in rows:
        private = {int(key) for key, value in people_import.mapping.items() if value == people_columns.PRIVATE}
        changed = {
            number: text[: people_lists.MAX_CELL].strip()
            for number, text in cells[row.number].items()
            if 0 <= number < len(row.cells) and number not in private
        }
        row.cells = [changed.get(number, cell) for number, cell in enumerate(row.cells)]
    if mode is not None:
        people_import.outcome = {**people_import.outcome, "mode": mode if mode in ATTENDANCE_MODES else None}
    check(people_import, delegation)
    return people_import


@in_transaction
def forget(*, actor: User, import_id: int) -> None:
    """Delete a list that nobody enters; whom it registered stays."""
    delegation_id = db.session.scalar(select(PeopleImport.delegation_id).where(PeopleImport.id == import_id))
    if delegation_id is None:
        return
    event, delegation = delegation_rules.lock_delegation(delegation_id)
    delegation_rules.check_may_act(delegation, event, actor=actor)
    db.session.execute(delete(PeopleImport).where(PeopleImport.id == import_id, PeopleImport.state != "entering"))


@in_transaction
def forget_old(now: datetime | None = None) -> int:
    """Delete lists 30 days after they were read; whom they registered stays."""
    keys = import_queries.list_made_before((now or utc_now()) - KEPT_FOR)
    for start in range(0, len(keys), 500):
        db.session.execute(delete(PeopleImport).where(PeopleImport.id.in_(keys[start : start + 500])))
    return len(keys)
