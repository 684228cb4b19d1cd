"""Registering somebody whom the city brought before: the person is the one that the delegate took over."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from sqlalchemy import select

from iurc_events.database import db
from iurc_events.domain.language_maps import LanguageMap
from iurc_events.domain.name_likeness import SURE, WEIGHTS, likeable
from iurc_events.models.delegations import Delegation
from iurc_events.models.participants import Participant
from iurc_events.models.speakers import Person
from iurc_events.queries import known_people
from iurc_events.queries.known_people import KnownPerson
from iurc_events.services.attendance_matching import read_aloud
from iurc_events.services.member_details import MemberDetails, details_of
from iurc_events.services.member_lookup import ONE_BY_ONE, Lookup, OneByOne


class Chosen(OneByOne):
    """Somebody was chosen from those whom the city brought before."""

    def __init__(self, person: Person) -> None:
        self._person = person

    def find_person(self, name: LanguageMap, email: str | None, city_id: int | None) -> Person | None:
        """Return who was chosen."""
        return self._person

    def find_participant(self, event_id: int, email: str | None) -> Participant | None:
        """Find an address among the participants of an event, else the one who was chosen."""
        if found := super().find_participant(event_id, email):
            return found
        return db.session.scalars(
            select(Participant)
            .where(Participant.event_id == event_id, Participant.person_id == self._person.id)
            .order_by(Participant.state == "cancelled", Participant.id)
            .limit(1)
        ).first()


def chosen_from(delegation: Delegation, stored: str | None) -> KnownPerson | None:
    """Return who was chosen for a change that is asked for; None where nobody was, or no longer is there.

    Args:
        stored: What :func:`as_stored` returned.
    """
    return known_people.find_known(delegation, uuid.UUID(stored), with_registered=True) if stored else None


def as_stored(delegation: Delegation, person_id: uuid.UUID | None) -> dict[str, str]:
    """Return what a change that is asked for keeps of somebody who was chosen; nothing of any other person."""
    if person_id is None or known_people.find_known(delegation, person_id) is None:
        return {}
    return {"person": str(person_id)}


def lookup_for(delegation: Delegation, person_id: uuid.UUID | None, details: MemberDetails) -> Lookup:
    """Return how people are looked up for a form that was filled from somebody; a strange or other person is ignored.

    Args:
        delegation: The delegation, found through the actor.
        person_id: Public id of the person whom the form was filled from.
        details: What the delegate saved: where nothing of it is that person's, somebody else was typed over them.
    """
    known = known_people.find_known(delegation, person_id, with_registered=True) if person_id else None
    if known is None or not _is_about(details, details_of(known.latest)):
        return ONE_BY_ONE
    return Chosen(known.person)


def _is_about(typed: MemberDetails, known: MemberDetails) -> bool:
    """Tell whether an address, a whole name or a family name is the same, so that the rest is a correction."""
    return bool(_marks(typed) & _marks(known))


def _marks(details: MemberDetails) -> set[str]:
    texts = [details.email or "", *details.name.values(), *(details.family_name or {}).values()]
    return {"".join(text.casefold().split()) for text in texts if text}


class KnownKeys:
    """Finds those whom a city brought before by what likely duplicates share, for many names at once."""

    def __init__(self, delegation: Delegation) -> None:
        self._persons: dict[int, list[tuple[str, int]]] = {}
        for person_id, key in known_people.list_keys(delegation):
            self._persons.setdefault(key.key_hash, []).append((key.kind, person_id))

    def find(self, names: Iterable[str], email: str = "") -> int | None:
        """Return the key of the likeliest person; None where nothing says enough alone."""
        if not self._persons:
            return None
        found = [
            (WEIGHTS.get((min(kind, key.kind), max(kind, key.kind)), 0), -person_id)
            for key in likeable(names, read_aloud, emails=[email]).stored_keys()
            for kind, person_id in self._persons.get(key.key_hash, ())
        ]
        weight, person_id = max(found, default=(0, 0))
        return -person_id if weight >= SURE else None
