"""Messages on the life of a delegation: to its members, and to focal points when somebody moves up or is decided on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from iurc_events.domain.language_maps import text_of
from iurc_events.localisation import noop, translate
from iurc_events.mail.contents import EventFacts
from iurc_events.mail.data_notices import data_notice
from iurc_events.mail.delegations import decision
from iurc_events.mail.rendering import (
    Content,
    MessageText,
    event_facts,
    fact,
    greeting,
    one_line,
    render,
    title_of,
)


def member_notice(
    language: str,
    *,
    name: str,
    city: Mapping[str, str],
    event: EventFacts,
    registered_by: str,
    stored: Sequence[tuple[str, str]],
    url: str,
    privacy_url: str,
    is_waiting: bool = False,
) -> MessageText:
    """Build the notice to a participant whom a delegate registered: what is kept, from whom, their rights (sec-15).

    Args:
        registered_by: Name of the focal point.
        stored: Pairs (label, value) of what was entered, in the message's language.
        url: The personal link to the own registration.
    """
    city_name = one_line(text_of(city, language))
    sentence = (
        noop("%(person)s, %(city)s, put you on the waiting list of this event.")
        if is_waiting
        else noop("You were registered for this event by %(person)s, %(city)s.")
    )
    return data_notice(
        language,
        subject=noop("Your city registered you: %(title)s"),
        sentence=translate(sentence, language, person=one_line(registered_by), city=city_name),
        origin=translate(
            noop(
                "These details came from the delegation of %(city)s and are used to prepare the event. "
                "They are not published."
            ),
            language,
            city=city_name,
        ),
        button=noop("See and correct your details"),
        name=name,
        event=event,
        stored=stored,
        url=url,
        privacy_url=privacy_url,
    )


def moved_up(
    language: str, *, name: str, city: Mapping[str, str], event: EventFacts, people: Sequence[str], url: str
) -> MessageText:
    """Build the notice to a focal point that people of the city moved up from the waiting list."""
    return render(
        Content(
            subject=translate(
                noop("Moved up from the waiting list: %(title)s"), language, title=title_of(event, language)
            ),
            greeting=greeting(name, language),
            paragraphs=[translate(noop("A place came free, so people of your city are registered now."), language)],
            facts=[*event_facts(event, language), *fact(noop("City"), city, language)],
            list_heading=translate(noop("Registered now:"), language),
            list_items=[one_line(each) for each in people],
            button=(translate(noop("Open your delegation"), language), url),
            programme=event.programme,
        ),
        language,
    )


def request_decided(
    language: str,
    *,
    name: str,
    person: str,
    city: Mapping[str, str],
    event: EventFacts,
    is_accepted: bool,
    url: str,
    note: str = "",
) -> MessageText:
    """Build the notice to a focal point that a change asked for after the deadline was accepted or refused."""
    subject = noop("Change accepted: %(person)s") if is_accepted else noop("Change not accepted: %(person)s")
    sentence = (
        noop("The programme team made the change that your city asked for: %(person)s.")
        if is_accepted
        else noop("The programme team could not make the change that your city asked for: %(person)s.")
    )
    return decision(
        language, name, (subject, sentence), {"person": one_line(person)}, city=city, event=event, url=url, note=note
    )


def people_accepted(
    language: str,
    *,
    name: str,
    city: Mapping[str, str],
    event: EventFacts,
    people: Sequence[str],
    url: str,
    is_confirmed: bool = False,
) -> MessageText:
    """Build the notice to a focal point that all nominated speakers were accepted, or the delegation confirmed.

    Args:
        people: Names of whom it is about, in the message's language.
    """
    city_name = one_line(text_of(city, language))
    subject, sentence, heading = (
        (
            noop("Your delegation is confirmed: %(title)s"),
            noop("The programme team confirmed the delegation of %(city)s."),
            noop("Your speakers:"),
        )
        if is_confirmed
        else (
            noop("Speakers accepted: %(title)s"),
            noop("The programme team accepted the speakers that %(city)s named."),
            noop("Accepted:"),
        )
    )
    return render(
        Content(
            subject=translate(subject, language, title=title_of(event, language)),
            greeting=greeting(name, language),
            paragraphs=[translate(sentence, language, city=city_name)],
            facts=[*event_facts(event, language), *fact(noop("City"), city, language)],
            list_heading=translate(heading, language) if people else "",
            list_items=[one_line(each) for each in people],
            button=(translate(noop("Open your delegation"), language), url),
            programme=event.programme,
        ),
        language,
    )
