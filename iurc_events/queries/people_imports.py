"""Lists of people on their way into a delegation, as the city that sent them finds them (sec-1)."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import func, or_, select

from iurc_events.database import db
from iurc_events.domain.errors import NotFoundError
from iurc_events.localisation import noop
from iurc_events.models.delegations import Delegation
from iurc_events.models.events import Event
from iurc_events.models.participants import Participant
from iurc_events.models.people_imports import ColumnMapping, PeopleImport, PeopleImportRow
from iurc_events.models.speakers import Person, Speaker

#: What rows may become, in the order in which they are summed up.
PLANS: Final = ("register", "wait", "change", "same", "fault")
OUTCOMES: Final = ("registered", "waiting", "changed", "unchanged", "left-out")
_AT_ONCE = 500


def get_import(delegation: Delegation, public_id: uuid.UUID) -> PeopleImport:
    """Return a list of a delegation that was found for the reader.

    Raises:
        NotFoundError: If there is none, or it is another delegation's.
    """
    found = db.session.scalars(
        select(PeopleImport).where(PeopleImport.public_id == public_id, PeopleImport.delegation_id == delegation.id)
    ).one_or_none()
    if found is None:
        raise NotFoundError(noop("There is no such list"))
    return found


def list_recent(delegation: Delegation, *, limit: int = 5) -> list[PeopleImport]:
    """Return the latest lists of a delegation."""
    return list(
        db.session.scalars(
            select(PeopleImport)
            .where(PeopleImport.delegation_id == delegation.id)
            .order_by(PeopleImport.id.desc())
            .limit(limit)
        )
    )


def list_rows(
    people_import: PeopleImport, *, only: str = "", page: int = 1, per_page: int = 25
) -> list[PeopleImportRow]:
    """Return a page of rows in the order of the list; those with faults first while they can be corrected.

    Args:
        only: A plan or an outcome by which rows are chosen.
    """
    query = select(PeopleImportRow).where(PeopleImportRow.import_id == people_import.id)
    if only:
        query = query.where(or_(PeopleImportRow.plan == only, PeopleImportRow.outcome == only))
    if people_import.state == "checked":
        query = query.order_by((PeopleImportRow.plan == "fault").desc())
    query = query.order_by(PeopleImportRow.number).limit(per_page).offset((page - 1) * per_page)
    return list(db.session.scalars(query))


def list_first_rows(people_import: PeopleImport, *, limit: int = 50) -> list[PeopleImportRow]:
    """Return the first rows, which show what columns hold."""
    return list(
        db.session.scalars(
            select(PeopleImportRow)
            .where(PeopleImportRow.import_id == people_import.id)
            .order_by(PeopleImportRow.number)
            .limit(limit)
        )
    )


def count_rows(people_import: PeopleImport) -> dict[str, int]:
    """Return how many rows are planned to become what, or became it where they are entered."""
    column = PeopleImportRow.plan if people_import.state in ("read", "checked") else PeopleImportRow.outcome
    rows = db.session.execute(
        select(column, func.count()).where(PeopleImportRow.import_id == people_import.id).group_by(column)
    )
    return {kind: number for kind, number in rows if kind}


def find_mapping(city_id: int, headings_hash: str) -> ColumnMapping | None:
    """Return how a city's columns of the same headings were understood before."""
    return db.session.scalars(
        select(ColumnMapping).where(ColumnMapping.city_id == city_id, ColumnMapping.headings_hash == headings_hash)
    ).one_or_none()


def find_known_persons(city_id: int, emails: Iterable[str], names: Iterable[str]) -> dict[str, int]:
    """Return keys of persons of a city by mail address and by name in either script, as they were typed.

    Only people whom the city itself sent to an event are looked at: addresses of others stay unknown.
    """
    of_city = or_(
        Person.id.in_(select(Speaker.person_id).where(Speaker.city_id == city_id)),
        Person.id.in_(
            select(Participant.person_id).where(Participant.city_id == city_id, Participant.delegation_id.is_not(None))
        ),
    )
    found: dict[str, int] = {}
    for chunk in _chunks(sorted({email.lower() for email in emails})):
        rows = db.session.execute(
            select(func.lower(Person.email), Person.id).where(func.lower(Person.email).in_(chunk), of_city)
        )
        found |= {email: key for email, key in rows if email}
    wanted = set(names)
    if wanted:
        for key, name in db.session.execute(select(Person.id, Person.name).where(of_city).limit(20_000)):
            for text in name.values():
                if text in wanted:
                    found.setdefault(text, key)
    return found


def _chunks(values: Sequence[str]) -> Iterable[Sequence[str]]:
    return (values[start : start + _AT_ONCE] for start in range(0, len(values), _AT_ONCE))


def list_entering() -> list[int]:
    """Return the keys of lists that the worker is to go on with, the oldest first; none of deleted events."""
    return list(
        db.session.scalars(
            select(PeopleImport.id)
            .join(Delegation, Delegation.id == PeopleImport.delegation_id)
            .join(Event, Event.id == Delegation.event_id)
            .where(PeopleImport.state == "entering", Event.deleted_at.is_(None))
            .order_by(PeopleImport.id)
        )
    )


def list_made_before(moment: datetime) -> list[int]:
    """Return the keys of lists that were read before a moment."""
    return list(db.session.scalars(select(PeopleImport.id).where(PeopleImport.made_at < moment)))
