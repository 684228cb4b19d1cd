"""Somebody known who may be the one who was typed, in a line each: who it is, what they were where, and why."""

from __future__ import annotations

from iurc_events.domain.language_maps import text_of
from iurc_events.localisation import noop, translate
from iurc_events.queries.persons import Appearance
from iurc_events.services.same_persons import Alike
from iurc_events.web.presentation.names import person_name
from iurc_events.web.presentation.persons import REASON_WORDS

#: How many events are named.
_EVENTS = 3


def alike_name(alike: Alike, language: str) -> str:
    """Return the name in both scripts."""
    person = alike.facts.person
    name = person_name(person.name, language, family_name=person.family_name, name_native=person.name_native)
    parts = [name.plain, name.other.text if name.other else "", name.native]
    return " ".join(part for part in parts if part)


def _event_words(appearance: Appearance, language: str) -> str:
    title = text_of(appearance.event_title, language)
    if appearance.slot is None:
        return title
    return title + translate(noop(" (%(year)s)"), language, year=appearance.slot.first_day.year)


def alike_note(alike: Alike, language: str) -> str:
    """Return city, latest title and organisation, events, and what speaks for it being the same person."""
    comma = "，" if language == "zh" else ", "
    latest = alike.latest
    events = list(dict.fromkeys(_event_words(each, language) for each in alike.facts.appearances))
    more = len(events) - _EVENTS
    shown = ("、" if language == "zh" else ", ").join(events[:_EVENTS])
    if more > 0:
        shown += translate(noop(" and %(number)s more"), language, number=more)
    position = [text_of(latest.title, language), text_of(latest.organisation, language)] if latest else []
    reasons = [translate(REASON_WORDS[each], language) for each in alike.comparison.speaks_for]
    parts = [
        text_of(latest.city_name, language) if latest else "",
        comma.join(text for text in position if text),
        shown,
        comma.join(reasons),
    ]
    return " · ".join(part for part in parts if part)
