"""Persons as pages show them: names in both scripts, the latest appearance, and what speaks for and against a pair."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from iurc_events.domain.name_likeness import Comparison, Likeable, compare
from iurc_events.localisation import noop
from iurc_events.models.speakers import Person
from iurc_events.queries.person_pairs import PersonPair
from iurc_events.queries.persons import PersonFacts
from iurc_events.services.person_keys import likeable_of
from iurc_events.web.presentation.names import PersonName, person_name

#: What speaks for and against two persons being one.
REASON_WORDS: Final = {
    "same-mail": noop("the same mail address"),
    "same-chinese": noop("the same Chinese name"),
    "same-latin": noop("the same name in Latin letters"),
    "pinyin": noop("the Latin name is the pinyin of the Chinese one"),
    "near-latin": noop("names that differ by a letter"),
    "same-city": noop("the same city"),
    "same-organisation": noop("the same organisation"),
    "other-mail": noop("other mail addresses"),
    "other-chinese": noop("other Chinese characters"),
    "other-latin": noop("other names in Latin letters"),
    "other-city": noop("other cities"),
    "other-organisation": noop("other organisations"),
    "one-event": noop("both are speakers of one event"),
}


@dataclass(frozen=True, slots=True)
class PairView:
    """Two persons side by side."""

    one: PersonFacts
    other: PersonFacts
    comparison: Comparison
    #: Whether both are speakers of one own event, so that they cannot be merged.
    is_blocked: bool


def name_of_person(person: Person, language: str) -> PersonName:
    """Return a person's name for one reader."""
    return person_name(person.name, language, family_name=person.family_name, name_native=person.name_native)


def _likeable(facts: PersonFacts) -> Likeable:
    return likeable_of(
        facts.person,
        emails=facts.emails,
        cities=(each.city_id for each in facts.appearances if each.city_id is not None),
        organisations=(text.casefold() for each in facts.appearances for text in each.organisation.values()),
    )


def pair_view(one: PersonFacts, other: PersonFacts) -> PairView:
    """Compare two persons for a page."""
    found = compare(_likeable(one), _likeable(other))
    events = [{each.event_id for each in facts.appearances if each.kind == "speaker"} for facts in (one, other)]
    is_blocked = bool(events[0] & events[1])
    if is_blocked:
        found = Comparison(found.weight, found.speaks_for, (*found.speaks_against, "one-event"))
    return PairView(one, other, found, is_blocked)


def pair_views(pairs: Sequence[PersonPair], facts: dict[int, PersonFacts]) -> list[PairView]:
    """Compare the persons of pairs for a page."""
    return [pair_view(facts[pair.one_id], facts[pair.other_id]) for pair in pairs]
