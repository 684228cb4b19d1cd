"""Messages that carry an event into somebody's calendar, change it there, and take it out again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from iurc_events.localisation import noop, translate
from iurc_events.mail.contents import EventFacts, JoinFacts
from iurc_events.mail.participants import join_facts
from iurc_events.mail.rendering import Content, MessageText, event_facts, greeting, page_link, render, title_of

#: Why an event leaves a calendar: it does not take place, or the person does not take part or want it there.
Reason = Literal["event", "person"]


def meeting_request(
    language: str,
    *,
    name: str,
    event: EventFacts,
    url: str,
    join_links: Sequence[JoinFacts] = (),
    is_update: bool = False,
    is_postponed: bool = False,
) -> MessageText:
    """Build an invitation for the calendar, or the changed one; the calendar file is attached by the outbox.

    Args:
        url: The personal link to the own registration.
        is_postponed: The time is the old one, and a new one is not known.
    """
    subject = noop("Changed in your calendar: %(title)s") if is_update else noop("For your calendar: %(title)s")
    sentences = [
        noop("This event has changed. Your calendar takes the change over from this mail.")
        if is_update
        else noop("This mail puts the event into your calendar. When it changes, a new mail changes it there.")
    ]
    if is_postponed:
        sentences.append(
            noop("This event is postponed and does not take place at the time below. We write again with the new date.")
        )
    return render(
        Content(
            subject=translate(subject, language, title=title_of(event, language)),
            greeting=greeting(name, language),
            paragraphs=[translate(sentence, language) for sentence in sentences],
            facts=[*event_facts(event, language), *join_facts(join_links, language)],
            button=(translate(noop("Your registration"), language), url),
            closing=[
                translate(
                    noop(
                        "Your calendar may ask whether you accept. The organisers see the answer, and your "
                        "registration stays as it is: cancel it on your page, where you can also stop these mails."
                    ),
                    language,
                )
            ],
            links=page_link(event.page_url, language),
            programme=event.programme,
        ),
        language,
    )


def meeting_cancellation(language: str, *, name: str, event: EventFacts, reason: Reason) -> MessageText:
    """Build the mail that takes an event out of a calendar."""
    sentence = (
        noop("This event does not take place as it stands in your calendar. This mail takes it out.")
        if reason == "event"
        else noop("This mail takes the event out of your calendar, because it is no longer wanted there.")
    )
    return render(
        Content(
            subject=translate(noop("Taken out of your calendar: %(title)s"), language, title=title_of(event, language)),
            greeting=greeting(name, language),
            paragraphs=[translate(sentence, language)],
            facts=event_facts(event, language),
            links=page_link(event.page_url, language),
            programme=event.programme,
        ),
        language,
    )
