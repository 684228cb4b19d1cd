"""Messages to focal points of delegations and to the speakers they register."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from iurc_events.domain.language_maps import text_of
from iurc_events.localisation import noop, translate, translate_count
from iurc_events.mail.contents import Deadline, EventFacts, Quota
from iurc_events.mail.data_notices import data_notice
from iurc_events.mail.rendering import (
    Content,
    Fact,
    MessageText,
    event_facts,
    fact,
    greeting,
    one_line,
    render,
    several_lines,
    title_of,
)

#: What a quota says, by role and mode.
QUOTA_WORDS: Final = {
    ("speaker", "any"): (noop("%(num)s speaker"), "%(num)s speakers"),
    ("speaker", "onsite"): (noop("%(num)s speaker on site"), "%(num)s speakers on site"),
    ("speaker", "online"): (noop("%(num)s speaker online"), "%(num)s speakers online"),
    ("participant", "any"): (noop("%(num)s participant"), "%(num)s participants"),
    ("participant", "onsite"): (noop("%(num)s participant on site"), "%(num)s participants on site"),
    ("participant", "online"): (noop("%(num)s participant online"), "%(num)s participants online"),
    ("observer", "any"): (noop("%(num)s observer"), "%(num)s observers"),
    ("observer", "onsite"): (noop("%(num)s observer on site"), "%(num)s observers on site"),
    ("observer", "online"): (noop("%(num)s observer online"), "%(num)s observers online"),
}


def quota_words(quota: Quota, language: str) -> str:
    """Return a quota in words: "2 speakers on site"."""
    return translate_count(*QUOTA_WORDS[quota.role, quota.mode], quota.places, language)


def _delegation_facts(
    event: EventFacts, city: Mapping[str, str], deadline: Deadline | None, language: str
) -> list[Fact]:
    facts = [*event_facts(event, language), *fact(noop("City"), city, language)]
    if deadline:
        facts.append(Fact(translate(noop("Answer by"), language), deadline.in_words(language)))
    return facts


def delegation_invitation(
    language: str,
    *,
    name: str,
    city: Mapping[str, str],
    event: EventFacts,
    url: str,
    deadline: Deadline | None,
    quotas: Sequence[Quota] = (),
    note: str = "",
) -> MessageText:
    """Build the invitation of a city to an event.

    Args:
        url: The personal link, which works once and without a password.
        note: What the organiser wrote to this city.
    """
    city_name = one_line(text_of(city, language))
    return render(
        Content(
            subject=translate(
                noop("Invitation for %(city)s: %(title)s"), language, city=city_name, title=title_of(event, language)
            ),
            greeting=greeting(name, language),
            paragraphs=[
                translate(
                    noop("%(city)s is invited to take part in this event. Name your speakers on the page below."),
                    language,
                    city=city_name,
                )
            ],
            facts=_delegation_facts(event, city, deadline, language),
            quote=several_lines(note),
            button=(translate(noop("Open the invitation"), language), url),
            list_heading=translate(noop("Places for your city:"), language),
            list_items=[quota_words(quota, language) for quota in quotas],
            closing=[
                translate(
                    noop("The link is yours alone; it opens the page without a password. Do not pass it on."), language
                )
            ],
            programme=event.programme,
        ),
        language,
    )


def delegation_reminder(
    language: str,
    *,
    name: str,
    city: Mapping[str, str],
    event: EventFacts,
    url: str,
    deadline: Deadline | None,
    missing: Sequence[str] = (),
) -> MessageText:
    """Build the reminder of an answer that is still open.

    Args:
        missing: What is still open, as finished phrases in the message's language.
    """
    return render(
        Content(
            subject=translate(
                noop("Reminder for %(city)s: %(title)s"),
                language,
                city=one_line(text_of(city, language)),
                title=title_of(event, language),
            ),
            greeting=greeting(name, language),
            paragraphs=[
                translate(
                    noop("We look forward to the answer of %(city)s."),
                    language,
                    city=one_line(text_of(city, language)),
                )
            ],
            facts=_delegation_facts(event, city, deadline, language),
            button=(translate(noop("Open the invitation"), language), url),
            list_heading=translate(noop("Still open:"), language),
            list_items=[one_line(item) for item in missing],
            programme=event.programme,
        ),
        language,
    )


def speaker_notice(
    language: str,
    *,
    name: str,
    city: Mapping[str, str],
    event: EventFacts,
    registered_by: str,
    stored: Sequence[tuple[str, str]],
    url: str,
    privacy_url: str,
) -> MessageText:
    """Build the notice to a speaker whom a delegate registered: what is kept, from whom, and their rights (sec-15).

    Args:
        registered_by: Name of the focal point.
        stored: Pairs (label, value) of what was entered, in the message's language.
        url: The personal link to the own speaker page.
    """
    city_name = one_line(text_of(city, language))
    return data_notice(
        language,
        subject=noop("You were registered as a speaker: %(title)s"),
        sentence=translate(
            noop("You were registered as a speaker of this event by %(person)s, %(city)s."),
            language,
            person=one_line(registered_by),
            city=city_name,
        ),
        origin=translate(
            noop(
                "These details came from the delegation of %(city)s and are used to prepare the event. "
                "Your name is published only if you agree on that page."
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


def decision(
    language: str,
    name: str,
    messages: tuple[str, str],
    whom: Mapping[str, str],
    *,
    city: Mapping[str, str],
    event: EventFacts,
    url: str,
    note: str,
) -> MessageText:
    """Build the notice to a focal point of what the organisers decided.

    Args:
        messages: Subject and sentence, in English.
        whom: The one value that both of them have a place for, on one line.
    """
    subject, sentence = messages
    return render(
        Content(
            subject=translate(subject, language, **whom),
            greeting=greeting(name, language),
            paragraphs=[translate(sentence, language, **whom)],
            facts=[*event_facts(event, language), *fact(noop("City"), city, language)],
            quote=several_lines(note),
            button=(translate(noop("Open your delegation"), language), url),
            programme=event.programme,
        ),
        language,
    )


def speaker_decision(
    language: str,
    *,
    name: str,
    speaker_name: str,
    city: Mapping[str, str],
    event: EventFacts,
    is_accepted: bool,
    url: str,
    note: str = "",
) -> MessageText:
    """Build the notice to a focal point that a nominated speaker was accepted or refused."""
    subject = noop("Speaker accepted: %(speaker)s") if is_accepted else noop("Speaker not accepted: %(speaker)s")
    sentence = (
        noop("The organisers accepted %(speaker)s as a speaker of this event.")
        if is_accepted
        else noop("The organisers could not accept %(speaker)s as a speaker of this event. You may name somebody else.")
    )
    return decision(
        language,
        name,
        (subject, sentence),
        {"speaker": one_line(speaker_name)},
        city=city,
        event=event,
        url=url,
        note=note,
    )
