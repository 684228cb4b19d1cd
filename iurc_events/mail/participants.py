"""Messages to people who signed up for an event."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

from markupsafe import escape

from iurc_events.domain.language_maps import text_of
from iurc_events.localisation import noop, translate
from iurc_events.localisation.vocabulary import label
from iurc_events.mail.contents import EventFacts, JoinFacts
from iurc_events.mail.data_notices import data_notice
from iurc_events.mail.rendering import (
    Content,
    Fact,
    MessageText,
    event_facts,
    greeting,
    one_line,
    page_link,
    render,
    title_of,
)

#: Stand in a letter that is written once for all its readers where :func:`address_to` puts what is each one's own.
#: Private characters, which a name loses before it is put in.
NAME: Final = "\ue000"
URL: Final = "\ue001"
POSITION: Final = "\ue002"
ENTRY_CODE: Final = noop("The attached picture is your entry code: show it at the door.")
_MARKS: Final = str.maketrans("", "", NAME + URL + POSITION)


def address_to(text: MessageText, *, name: str, url: str = "", position: int | None = None) -> MessageText:
    """Make one reader's letter of one that was written for all, with the marks of this module in it."""
    shown = one_line(name).translate(_MARKS)
    number = "" if position is None else str(position)

    def fill(part: str, name_in_it: str) -> str:
        return part.replace(URL, url).replace(POSITION, number).replace(NAME, name_in_it)

    return MessageText(fill(text.subject, shown), fill(text.text, shown), fill(text.html, str(escape(shown))))


def join_facts(links: Sequence[JoinFacts], language: str) -> list[Fact]:
    """Return how to join online, one line for each thing to type."""
    facts = []
    for link in links:
        label = one_line(text_of(link.label, language)) or translate(noop("Join online"), language)
        facts.append(Fact(label, one_line(link.address)))
        if link.meeting_number:
            facts.append(Fact(translate(noop("Meeting number"), language), one_line(link.meeting_number)))
        if link.passcode:
            facts.append(Fact(translate(noop("Passcode"), language), one_line(link.passcode)))
    return facts


def registration_confirmation(
    language: str,
    *,
    name: str,
    event: EventFacts,
    url: str,
    is_waiting: bool = False,
    join_links: Sequence[JoinFacts] = (),
    has_calendar: bool = True,
    has_invitation: bool = False,
    has_entry_code: bool = False,
    position: str = "",
    waiting_rule: str = "first-come",
) -> MessageText:
    """Build the confirmation of a registration; the calendar file is attached by the outbox.

    Args:
        url: The personal link to the own registration.
        is_waiting: Whether there was no seat left.
        join_links: Empty for those who are waiting.
        has_invitation: Whether the event comes into the calendar by a mail of its own.
        has_entry_code: Whether the outbox attaches the picture to show at the door.
        position: The place in the line of those who wait, from 1; nothing is said where it is left out.
        waiting_rule: Who gets the next free place.
    """
    title = title_of(event, language)
    if is_waiting:
        subject = translate(noop("On the waiting list: %(title)s"), language, title=title)
        sentences = [
            translate(
                noop("All places are taken. You are on the waiting list, and we write to you when a place is free."),
                language,
            )
        ]
        if position:
            sentences.append(
                translate(noop("You are number %(position)s on the waiting list."), language, position=position)
            )
        sentences.append(label("waiting-sentence", waiting_rule, language))
    else:
        subject = translate(noop("You are registered: %(title)s"), language, title=title)
        sentences = [translate(noop("You are registered for this event."), language)]
    closing = [
        translate(noop("On your page you can change or cancel your registration. The link is yours alone."), language)
    ]
    if has_invitation and not is_waiting:
        invitation = noop("The event comes into your calendar by a mail of its own, and so does every change.")
        closing.insert(0, translate(invitation, language))
    if has_calendar and not is_waiting and event.slot is not None:
        closing.insert(0, translate(noop("The attached file adds the event to your calendar."), language))
    if has_entry_code and not is_waiting:
        closing.insert(0, translate(ENTRY_CODE, language))
    return render(
        Content(
            subject=subject,
            greeting=greeting(name, language),
            paragraphs=sentences,
            facts=[*event_facts(event, language), *join_facts(join_links, language)],
            button=(translate(noop("Your registration"), language), url),
            closing=closing,
            links=page_link(event.page_url, language),
            programme=event.programme,
        ),
        language,
    )


def place_free(
    language: str,
    *,
    name: str,
    event: EventFacts,
    url: str,
    join_links: Sequence[JoinFacts] = (),
    has_entry_code: bool = False,
) -> MessageText:
    """Build the notice to somebody from the waiting list who now has a place."""
    return render(
        Content(
            subject=translate(noop("You have a place: %(title)s"), language, title=title_of(event, language)),
            greeting=greeting(name, language),
            paragraphs=[
                translate(noop("A place became free, and it is yours. Cancel it if you cannot come."), language)
            ],
            facts=[*event_facts(event, language), *join_facts(join_links, language)],
            button=(translate(noop("Your registration"), language), url),
            closing=[translate(ENTRY_CODE, language)] if has_entry_code else [],
            programme=event.programme,
        ),
        language,
    )


_FROM_TEAM: Final = noop(
    "These details came from the programme team. They are used to organise the event and to count and report who took "
    "part, and are not published."
)
#: What an organiser did with somebody's details, and where they came from.
_ENTERED: Final = {
    "list": (
        noop("You were added as a participant: %(title)s"),
        noop(
            "You joined this event online without having signed up. %(person)s of the programme team found you in the "
            "meeting's list of participants and added you."
        ),
        noop(
            "These details came from the meeting's list and the programme team. They are used to count and report who "
            "took part, and are not published."
        ),
    ),
    "desk": (
        noop("You are registered: %(title)s"),
        noop("%(person)s of the programme team registered you for this event."),
        _FROM_TEAM,
    ),
    "waiting": (
        noop("On the waiting list: %(title)s"),
        noop(
            "%(person)s of the programme team registered you for this event. All places are taken: you are on the "
            "waiting list, and we write as soon as a place is yours."
        ),
        _FROM_TEAM,
    ),
}


def entered_notice(
    language: str,
    *,
    way: Literal["list", "desk", "waiting"],
    name: str,
    event: EventFacts,
    entered_by: str,
    stored: Sequence[tuple[str, str]],
    url: str,
    privacy_url: str,
) -> MessageText:
    """Build the notice to somebody whom an organiser entered (sec-15).

    Args:
        way: Found in a list of those who joined online; entered at the desk with a place; or entered without one.
        entered_by: Name of the organiser.
        stored: Pairs (label, value) of what was entered, in the message's language.
        url: The personal link to the own registration.
    """
    subject, sentence, origin = _ENTERED[way]
    return data_notice(
        language,
        subject=subject,
        sentence=translate(sentence, language, person=one_line(entered_by)),
        origin=translate(origin, language),
        button=noop("See your details"),
        name=name,
        event=event,
        stored=stored,
        url=url,
        privacy_url=privacy_url,
    )


def registration_cancelled(
    language: str, *, name: str, event: EventFacts, is_by_organiser: bool = False
) -> MessageText:
    """Build the notice that a registration was cancelled, by the person or by the organisers."""
    sentence = (
        noop("The organisers cancelled your registration for this event.")
        if is_by_organiser
        else noop("Your registration for this event is cancelled, as you asked.")
    )
    return render(
        Content(
            subject=translate(noop("Registration cancelled: %(title)s"), language, title=title_of(event, language)),
            greeting=greeting(name, language),
            paragraphs=[translate(sentence, language)],
            facts=event_facts(event, language),
            links=page_link(event.page_url, language),
            programme=event.programme,
        ),
        language,
    )
