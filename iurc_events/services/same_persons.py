"""Is this the same person? Whom somebody typed by an organiser may be already, and what follows from the answer.

Only persons at own events of the organiser are asked about. Nobody is linked unless the organiser says so; a "no" is
remembered as a decision on the pair, as on the page of likely duplicates.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Final

from iurc_events.database import in_transaction
from iurc_events.domain.language_maps import LanguageMap
from iurc_events.domain.name_likeness import Comparison, Likeable, compare, likeable
from iurc_events.models.accounts import User
from iurc_events.models.speakers import Person, Speaker
from iurc_events.queries import person_pairs
from iurc_events.queries import persons as person_queries
from iurc_events.queries.members import SEATED
from iurc_events.queries.persons import Appearance, PersonFacts
from iurc_events.services import person_keys, persons, speaker_persons, speakers
from iurc_events.services.attendance_matching import read_aloud
from iurc_events.services.known_persons import Chosen
from iurc_events.services.member_lookup import ONE_BY_ONE, Lookup, OneByOne
from iurc_events.services.speakers import SpeakerDetails

#: How many are asked about at once, and among how many that share a key they are sought.
AT_MOST: Final = 5
_AMONG: Final = 50


class SomebodyNew(OneByOne):
    """Whoever is entered is none of those who are known."""

    def find_person(self, name: LanguageMap, email: str | None, city_id: int | None) -> Person | None:
        """Find nobody."""
        return None


@dataclass(frozen=True, slots=True)
class Alike:
    """Somebody known who may be the one who was typed, and why."""

    facts: PersonFacts
    comparison: Comparison

    @property
    def latest(self) -> Appearance | None:
        """Return the latest appearance that was not taken back."""
        found = self.facts.appearances
        return next((each for each in found if each.state in SEATED), found[0] if found else None)


def _organisations(texts: LanguageMap | None) -> list[str]:
    return [text.casefold() for text in (texts or {}).values()]


def _as_compared(facts: PersonFacts) -> Likeable:
    return person_keys.likeable_of(
        facts.person,
        emails=facts.emails,
        cities=(each.city_id for each in facts.appearances if each.city_id is not None),
        organisations=(text for each in facts.appearances for text in _organisations(each.organisation)),
    )


def list_alike(actor: User, details: SpeakerDetails, *, city_id: int | None = None) -> list[Alike]:
    """Return persons at own events whom somebody being typed resembles, the likeliest first.

    Who was said to be another than the one with the very same mail address is left out.
    """
    visible = person_queries.visible_to(actor)
    names = [text for text in (*details.name.values(), details.name_native) if text]
    typed = likeable(
        names,
        read_aloud,
        emails=[details.email],
        cities=[city_id] if city_id else [],
        organisations=_organisations(details.organisation),
    )
    found = [person for person, _weight in person_pairs.list_likely(typed.stored_keys(), visible, limit=_AMONG)]
    exact = speaker_persons.find_person(details.name, details.email, city_id)
    if exact is not None and exact not in found and person_pairs.is_among(exact, visible):
        found.insert(0, exact)
    facts = person_queries.facts_of(actor, found)
    alike = [Alike(facts[each.id], compare(typed, _as_compared(facts[each.id]))) for each in found]
    alike = [each for each in alike if each.comparison.is_likely or each.facts.person is exact]
    return _without_decided(alike)[:AT_MOST]


def _without_decided(alike: Sequence[Alike]) -> list[Alike]:
    same_mail = [each.facts.person.id for each in alike if "same-mail" in each.comparison.speaks_for]
    apart = person_pairs.list_told_apart(same_mail[0]) if len(same_mail) == 1 else frozenset()
    return [each for each in alike if each.facts.person.id not in apart]


def completed(details: SpeakerDetails, known: Alike) -> SpeakerDetails:
    """Return what was typed, with what was left empty as it is known of the person from own events."""
    person, latest = known.facts.person, known.latest
    name = {**person.name, **details.name}
    families = {
        language: family
        for language, family in {**(person.family_name or {}), **(details.family_name or {})}.items()
        if family in name.get(language, "")
    }
    has_position = bool(details.title or details.organisation)
    return replace(
        details,
        name=name,
        family_name=families or None,
        name_native=details.name_native or person.name_native,
        title=details.title if has_position or latest is None else latest.title or None,
        organisation=details.organisation if has_position or latest is None else latest.organisation or None,
        email=details.email or next(iter(known.facts.emails), None),
    )


@in_transaction
def add_guest(
    *,
    actor: User,
    event_id: int,
    details: SpeakerDetails,
    city_id: int | None = None,
    has_consented: bool = False,
    roles: list[str] | None = None,
    same_as: Alike | None = None,
    not_same: Collection[uuid.UUID] = (),
) -> Speaker:
    """Add a speaker as :func:`speakers.add_guest` does, as the person whom the organiser says it is.

    Args:
        same_as: Whom the speaker is; what was left empty is taken from there.
        not_same: Public ids of those whom the organiser said it is not: each pair is remembered as decided.

    Raises:
        NotFoundError: If one of them is at no own event.
        AlreadySpeakerError: If the person is a speaker of the event already.
    """
    lookup: Lookup = ONE_BY_ONE
    if same_as is not None:
        lookup = Chosen(person_queries.get_person(actor, same_as.facts.person.public_id))
        details = completed(details, same_as)
    elif not_same:
        lookup = SomebodyNew()
    speaker = speakers.add_guest(
        actor=actor,
        event_id=event_id,
        details=details,
        city_id=city_id,
        has_consented=has_consented,
        roles=roles,
        lookup=lookup,
    )
    for each in sorted(set(not_same) if same_as is None else ()):
        persons.distinguish(actor=actor, one_id=speaker.person.public_id, other_id=each)
    return speaker
