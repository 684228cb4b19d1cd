"""Messages to everybody concerned when an event is cancelled, postponed or moved."""

from __future__ import annotations

from collections.abc import Mapping

from iurc_events.domain.language_maps import localised, text_of
from iurc_events.domain.time_slots import TimeSlot
from iurc_events.localisation import noop, translate
from iurc_events.mail.contents import EventFacts
from iurc_events.mail.rendering import (
    Content,
    Fact,
    MessageText,
    event_facts,
    greeting,
    one_line,
    page_link,
    render,
    several_lines,
    title_of,
)


def event_cancelled(
    language: str, *, name: str, event: EventFacts, reason: Mapping[str, str] | None = None
) -> MessageText:
    """Build the notice that an event does not take place."""
    return _notice(
        noop("Cancelled: %(title)s"),
        noop("This event was cancelled. It does not take place."),
        language,
        name,
        event,
        event_facts(event, language),
        reason,
    )


def event_postponed(
    language: str, *, name: str, event: EventFacts, reason: Mapping[str, str] | None = None
) -> MessageText:
    """Build the notice that an event is put off; ``event.slot`` is the old time."""
    return _notice(
        noop("Postponed: %(title)s"),
        noop("This event is postponed and does not take place at the time below. We write again with the new date."),
        language,
        name,
        event,
        event_facts(event, language),
        reason,
    )


def event_moved(
    language: str,
    *,
    name: str,
    event: EventFacts,
    old_slot: TimeSlot | None = None,
    old_place: Mapping[str, str] | None = None,
    reason: Mapping[str, str] | None = None,
) -> MessageText:
    """Build the notice of a new time or place; ``event`` has the new ones."""
    facts = event_facts(event, language)
    if old_slot is not None:
        facts.append(Fact(translate(noop("Before"), language), event.time_in_words(old_slot, language)))
    if old_place:
        facts.append(Fact(translate(noop("Place before"), language), one_line(text_of(old_place, language))))
    has_new_time = old_slot is not None
    return _notice(
        noop("New date: %(title)s") if has_new_time else noop("New place: %(title)s"),
        noop("This event has a new date.") if has_new_time else noop("This event has a new place."),
        language,
        name,
        event,
        facts,
        reason,
    )


def _notice(
    subject: str,
    sentence: str,
    language: str,
    name: str,
    event: EventFacts,
    facts: list[Fact],
    reason: Mapping[str, str] | None,
) -> MessageText:
    said = localised(reason, language)
    return render(
        Content(
            subject=translate(subject, language, title=title_of(event, language)),
            greeting=greeting(name, language),
            paragraphs=[translate(sentence, language)],
            facts=facts,
            quote=several_lines(said.text) if said else "",
            quote_language=said.language if said and said.is_fallback else "",
            closing=[translate(noop("Calendars that subscribe to it follow by themselves."), language)],
            links=page_link(event.page_url, language),
            programme=event.programme,
        ),
        language,
    )


def event_reopened(language: str, *, name: str, event: EventFacts) -> MessageText:
    """Build the notice that an event takes place after all, at the time it had."""
    return _notice(
        noop("Takes place after all: %(title)s"),
        noop("This event takes place after all, at the time below."),
        language,
        name,
        event,
        event_facts(event, language),
        None,
    )
