"""How it is found out who somebody is already: person, speaker or participant, by one query each or read at once.

The rules of registering are the same for one person and for thousands; only the way of looking people up differs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, Protocol

from sqlalchemy import func, select

from iurc_events.database import db
from iurc_events.domain.language_maps import LanguageMap
from iurc_events.models.participants import Participant
from iurc_events.models.speakers import Person, Speaker
from iurc_events.services import person_keys, speaker_persons

_AT_ONCE: Final = 500


class Lookup(Protocol):
    """Who is known already, and where new rows go."""

    def find_person(self, name: LanguageMap, email: str | None, city_id: int | None) -> Person | None:
        """Find somebody over all events."""

    def make_person(
        self, name: LanguageMap, family_name: LanguageMap | None, name_native: str | None, email: str | None
    ) -> Person:
        """Make a person."""

    def find_speaker(self, event_id: int, person: Person) -> Speaker | None:
        """Find a person among the speakers of an event, in whatever state."""

    def find_participant(self, event_id: int, email: str | None) -> Participant | None:
        """Find an address among the participants of an event, in whatever state."""

    def next_position(self, event_id: int) -> int:
        """Return the place after the last speaker of an event."""


class OneByOne:
    """Asks the database each time."""

    def find_person(self, name: LanguageMap, email: str | None, city_id: int | None) -> Person | None:
        """Find somebody over all events."""
        return speaker_persons.find_person(name, email, city_id)

    def make_person(
        self, name: LanguageMap, family_name: LanguageMap | None, name_native: str | None, email: str | None
    ) -> Person:
        """Make a person."""
        return speaker_persons.make_person(name, family_name, name_native, email)

    def find_speaker(self, event_id: int, person: Person) -> Speaker | None:
        """Find a person among the speakers of an event, in whatever state."""
        return db.session.scalars(
            select(Speaker).where(Speaker.event_id == event_id, Speaker.person_id == person.id)
        ).one_or_none()

    def find_participant(self, event_id: int, email: str | None) -> Participant | None:
        """Find an address among the participants of an event, in whatever state."""
        if not email:
            return None
        return db.session.scalars(
            select(Participant).where(Participant.event_id == event_id, func.lower(Participant.email) == email.lower())
        ).one_or_none()

    def next_position(self, event_id: int) -> int:
        """Return the place after the last speaker of an event."""
        last = db.session.scalar(select(func.max(Speaker.position)).where(Speaker.event_id == event_id))
        return 0 if last is None else last + 1


#: What single registrations use.
ONE_BY_ONE: Final = OneByOne()


class Prefetched:
    """Knows all addresses and names of a part of a list beforehand; call with the event locked."""

    def __init__(self, event_id: int, city_id: int, emails: Iterable[str]) -> None:
        wanted = sorted({email.lower() for email in emails if email})
        self._city_id = city_id
        self._persons: dict[str, Person] = {}
        self._participants: dict[str, Participant] = {}
        for part in _parts(wanted):
            for person in db.session.scalars(
                select(Person)
                .where(func.lower(Person.email).in_(part))
                .order_by(Person.merged_into_id.is_not(None), Person.id)
            ):
                self._persons.setdefault((person.email or "").lower(), person)
            for participant in db.session.scalars(
                select(Participant).where(Participant.event_id == event_id, func.lower(Participant.email).in_(part))
            ):
                self._participants[(participant.email or "").lower()] = participant
        self._names: dict[tuple[str, str], Person | int] | None = None
        self._position: int | None = None
        self._made: list[Person] = []

    def find_person(self, name: LanguageMap, email: str | None, city_id: int | None) -> Person | None:
        """Find somebody over all events, as :func:`speaker_persons.find_person` does."""
        if email:
            known = self._persons.get(email.lower())
            return speaker_persons.kept_of(known) if known is not None else None
        if city_id != self._city_id or not (name.get("en") and name.get("zh")):
            return None
        found = self._known_names().get((name["en"].casefold(), name["zh"]))
        return db.session.get_one(Person, found) if isinstance(found, int) else found

    def _known_names(self) -> dict[tuple[str, str], Person | int]:
        if self._names is None:
            self._names = {}
            rows = db.session.execute(
                select(Person.id, Person.name)
                .where(Person.id.in_(select(Speaker.person_id).where(Speaker.city_id == self._city_id)))
                .order_by(Person.id)
            )
            for key, name in rows:
                self._names.setdefault((name.get("en", "").casefold(), name.get("zh", "")), key)
        return self._names

    def make_person(
        self, name: LanguageMap, family_name: LanguageMap | None, name_native: str | None, email: str | None
    ) -> Person:
        """Make a person; :meth:`finish` writes what is derived."""
        person = speaker_persons.new_person(name, family_name, name_native, email)
        self._made.append(person)
        if email:
            self._persons.setdefault(email.lower(), person)
        return person

    def find_speaker(self, event_id: int, person: Person) -> Speaker | None:
        """Find a person among the speakers of an event; who was made just now is none."""
        return None if person.id is None else ONE_BY_ONE.find_speaker(event_id, person)

    def find_participant(self, event_id: int, email: str | None) -> Participant | None:
        """Find an address among the participants of the event that this was read for."""
        return self._participants.get(email.lower()) if email else None

    def next_position(self, event_id: int) -> int:
        """Return the place after the last speaker of the event that this was read for."""
        position = ONE_BY_ONE.next_position(event_id) if self._position is None else self._position
        self._position = position + 1
        return position

    def remember(self, member: Speaker | Participant) -> None:
        """Let rows further down find somebody who was registered just now."""
        if isinstance(member, Participant):
            if member.email:
                self._participants[member.email.lower()] = member
        elif self._names is not None:
            key = (member.name.get("en", "").casefold(), member.name.get("zh", ""))
            self._names.setdefault(key, member.person)

    def finish(self) -> None:
        """Write what is derived from the names of those who were made."""
        person_keys.note(*self._made)
        self._made.clear()


def _parts(values: Sequence[str]) -> Iterator[Sequence[str]]:
    return (values[start : start + _AT_ONCE] for start in range(0, len(values), _AT_ONCE))
