"""What a row of a list means for a delegation: whom it says, who that is already, and what will happen."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field, fields, replace
from typing import Any, Final

from iurc_events.documents.people_values import Problem, RowValues, read_row
from iurc_events.domain.search_text import searchable
from iurc_events.domain.vocabulary import SPECIAL_NEEDS, modes_of
from iurc_events.localisation import noop
from iurc_events.models.delegations import Delegation
from iurc_events.models.people_imports import PeopleImport, PeopleImportRow
from iurc_events.models.speakers import Speaker
from iurc_events.services import delegation_rules, needs
from iurc_events.services.member_details import (
    Member,
    MemberDetails,
    as_kept,
    details_of,
    is_active,
    list_active,
    name_of,
    pick_same,
    role_of,
)
from iurc_events.services.needs import StoredNeeds
from iurc_events.services.sort_keys import latin_name

#: What an imported list may say of somebody.
LIST_FIELDS: Final = tuple(
    each.name for each in fields(MemberDetails) if each.name not in ("name", "family_name", "name_native")
)


def plain(name: str) -> str:
    """Return a name as it is compared: without case, blanks and diacritics."""
    return searchable(name).replace(" ", "")


def says_needs(people_import: PeopleImport) -> bool:
    """Tell whether a column of a list holds needs."""
    return any(field in SPECIAL_NEEDS for field in people_import.mapping.values())


def fallback_mode(delegation: Delegation) -> str:
    """Return how people come of whom it is not said."""
    return "online" if delegation.event.format == "online" else "onsite"


@dataclass(slots=True)
class Members:
    """The people of a delegation, to find those whom a row means."""

    by_reference: dict[str, Member] = field(default_factory=dict)
    by_email: dict[str, Member] = field(default_factory=dict)
    by_name: dict[str, list[Member]] = field(default_factory=dict)
    needs: dict[tuple[str, int], StoredNeeds] = field(default_factory=dict)

    @classmethod
    def of(cls, delegation: Delegation) -> Members:
        """Read the people of a delegation who have a place or wait for one."""
        found = cls()
        for member in list_active(delegation.id):
            found.add(member)
        return found

    def add(self, member: Member) -> None:
        """Take somebody in."""
        self.by_reference[short_reference(member.public_id)] = member
        if member.email:
            self.by_email[member.email.casefold()] = member
        for text in name_of(member).values():
            self.by_name.setdefault(plain(text), []).append(member)

    def read_needs(self) -> None:
        """Read what is stored of the needs of all."""
        self.needs = needs.needs_of_many(list(self.by_reference.values()))

    def new_needs(self, member: Member, row: RowValues) -> dict[str, str]:
        """Return the needs that a row says and that are not stored so; none where the person gave their own."""
        stored = needs.stored_for_city(self.needs, member)
        if stored.is_own:
            return {}
        return {kind: text for kind, text in row.needs.items() if stored.texts.get(kind, "") != text}

    def find_same(self, details: MemberDetails) -> Member | None:
        """Find a member as :func:`member_details.find_same` does, among those who were read."""
        alike = [self.by_email[each] for each in [(details.email or "").casefold()] if each in self.by_email]
        for text in details.name.values():
            alike += self.by_name.get(plain(text), [])
        return pick_same(alike, details)

    def find(self, row: RowValues) -> Member | None:
        """Find whom a row means: by number in this system, mail address, or name where no address speaks against it."""
        member = self.by_reference.get(row.reference.strip().lower()) if row.reference else None
        if member is not None and is_active(member):
            return member
        email = str(row.values.get("email", "")).casefold()
        if email and email in self.by_email:
            return self.by_email[email]
        texts = dict(row.values.get("name", {}))
        if row.is_romanised:
            texts.pop("en", None)
        for text in texts.values():
            same = [
                member
                for member in self.by_name.get(plain(text), [])
                if not (email and member.email and member.email.casefold() != email)
            ]
            if len(same) == 1:
                return same[0]
        return None


def short_reference(public_id: uuid.UUID) -> str:
    """Return the number by which a filled-in list finds its people again."""
    return public_id.hex[:12]


def read(people_import: PeopleImport, cells: list[str], delegation: Delegation) -> RowValues:
    """Read the cells of a row as this list's columns mean them."""
    row = read_row(cells, people_import.mapping, is_family_first=delegation.city.side == "China", romanise=latin_name)
    mode = row.values.get("mode")
    if mode and mode not in modes_of(delegation.event.format):
        message = noop("This event takes place online only") if mode == "onsite" else noop("This event is on site only")
        row.problems.append(Problem("mode", message))
    return row


def details_for(
    people_import: PeopleImport, row: RowValues, delegation: Delegation, member: Member | None
) -> MemberDetails:
    """Return what is to be said of somebody after a row: cells left empty change nothing."""
    options = people_import.outcome
    formats = {"onsite": "onsite", "online": "online"}.get(delegation.event.format)
    if member is None:
        values: dict[str, Any] = {
            "role": options.get("role") or "speaker",
            "mode": formats or options.get("mode") or None,
            **row.values,
        }
        details = MemberDetails(**{"name": {}, **values})
    else:
        details = _merged(details_of(member), row)
    return as_kept(details, fallback_mode=fallback_mode(delegation))


def _merged(known: MemberDetails, row: RowValues) -> MemberDetails:
    values: dict[str, Any] = {}
    for name, value in row.values.items():
        before = getattr(known, name)
        if isinstance(value, dict):
            texts = dict(value)
            if name in ("name", "family_name") and row.is_romanised and (before or {}).get("en"):
                texts.pop("en", None)
            values[name] = {**(before or {}), **texts}
        else:
            values[name] = value
    return replace(known, **values)


def role_problem(row: RowValues, member: Member) -> Problem | None:
    """Return why somebody cannot change between speaker and participant by a list."""
    wanted = row.values.get("role")
    if wanted and (wanted == "speaker") != (role_of(member) == "speaker"):
        return Problem(
            "role", noop("Withdraw the person and register them anew to change between speaker and participant")
        )
    return None


class Places:
    """The free places of a delegation, taken one by one in the order of a list."""

    def __init__(self, delegation: Delegation) -> None:
        self._delegation_id = delegation.id
        self._quotas: dict[str, list[tuple[str, int]]] = {}
        self._modes: dict[str, list[str | None]] = {}

    def fits(self, role: str, mode: str | None) -> bool:
        """Tell whether a place is free."""
        if role not in self._quotas:
            self._quotas[role] = delegation_rules.places_of(self._delegation_id, role)
            self._modes[role] = delegation_rules.seated_modes(self._delegation_id, role=role)
        quotas, modes = self._quotas[role], self._modes[role]
        return not quotas or delegation_rules.fits_quota([*modes, mode], quotas)

    def seat(self, role: str, mode: str | None) -> None:
        """Note that somebody has a place."""
        if role in self._modes:
            self._modes[role].append(mode)

    def take(self, role: str, mode: str | None) -> bool:
        """Take a place; False where none is free."""
        is_free = self.fits(role, mode)
        if is_free:
            self.seat(role, mode)
        return is_free


@dataclass(slots=True)
class Seen:
    """Who stood in the list before: to find people who are in it twice."""

    emails: dict[str, int] = field(default_factory=dict)
    names: dict[str, tuple[int, str, str]] = field(default_factory=dict)

    def twice(self, number: int, row: RowValues) -> Problem | None:
        """Remember a row; return what to say where the same person stands further up."""
        email = str(row.values.get("email", "")).casefold()
        if email:
            first = self.emails.setdefault(email, number)
            if first != number:
                return Problem("email", noop("The same person stands in row %(row)s already"), {"row": first})
        texts = dict(row.values.get("name", {}))
        key = plain(texts.get("zh") or texts.get("en", ""))
        organisation = plain("".join((row.values.get("organisation") or {}).values()))
        if not key:
            return None
        other = self.names.setdefault(key, (number, email, organisation))
        if other[0] == number or (email and other[1]) or (organisation and other[2] and organisation != other[2]):
            return None
        field_name = "name_zh" if "zh" in texts else "name_en"
        return Problem(field_name, noop("The same person stands in row %(row)s already"), {"row": other[0]})


def as_stored(problems: Iterable[Problem]) -> list[dict[str, Any]]:
    """Return faults as a row keeps them."""
    return [{"field": each.field, "message": each.message, "params": dict(each.params)} for each in problems]


def plan_row(
    people_import: PeopleImport,
    row: PeopleImportRow,
    values: RowValues,
    *,
    delegation: Delegation,
    members: Members,
    places: Places,
    seen: Seen,
) -> None:
    """Decide what will happen to a row, and write it beside its faults."""
    problems = list(values.problems)
    member = members.find(values)
    row.likely = [[_kind(member), member.id]] if member is not None else []
    if problem := seen.twice(row.number, values):
        problems.append(problem)
    if member is not None and (problem := role_problem(values, member)):
        problems.append(problem)
    row.problems = as_stored(problems)
    if problems:
        row.plan = "fault"
        return
    details = details_for(people_import, values, delegation, member)
    if member is not None:
        row.plan = "same" if is_same(details, member) and not members.new_needs(member, values) else "change"
        return
    row.plan = "register" if places.take(details.role, details.mode) else "wait"


def is_same(details: MemberDetails, member: Member) -> bool:
    """Tell whether a row says nothing new of somebody."""
    return not differing(details_of(member), details)


def differing(known: MemberDetails, wanted: MemberDetails) -> list[str]:
    """Return the names of the fields that differ."""
    return [
        each.name
        for each in fields(MemberDetails)
        if (getattr(known, each.name) or None) != (getattr(wanted, each.name) or None)
    ]


def _kind(member: Member) -> str:
    return "speaker" if isinstance(member, Speaker) else "participant"
