"""Messages to speakers about their own page."""

from __future__ import annotations

from collections.abc import Sequence

from iurc_events.localisation import noop, translate
from iurc_events.mail.contents import EventFacts
from iurc_events.mail.data_notices import data_notice
from iurc_events.mail.rendering import (
    Content,
    MessageText,
    event_facts,
    greeting,
    one_line,
    render,
    title_of,
)


def guest_notice(
    language: str,
    *,
    name: str,
    event: EventFacts,
    entered_by: str,
    stored: Sequence[tuple[str, str]],
    url: str,
    privacy_url: str,
) -> MessageText:
    """Build the notice to a speaker whom the programme team entered: what is kept, from whom, and their rights.

    Args:
        entered_by: Name of the organiser.
        stored: Pairs (label, value) of what was entered, in the message's language.
        url: The personal link to the own speaker page.
    """
    return data_notice(
        language,
        subject=noop("You were registered as a speaker: %(title)s"),
        sentence=translate(
            noop("You were entered as a speaker of this event by %(person)s of the programme team."),
            language,
            person=one_line(entered_by),
        ),
        origin=translate(
            noop(
                "These details came from the programme team and are used to prepare the event. On that page "
                "you choose what is published."
            ),
            language,
        ),
        button=noop("See and correct your details"),
        name=name,
        event=event,
        stored=stored,
        url=url,
        privacy_url=privacy_url,
    )


def page_reminder(language: str, *, name: str, event: EventFacts, missing: Sequence[str], url: str) -> MessageText:
    """Build the reminder that parts of the own page are still missing.

    Args:
        missing: What is missing, as finished phrases in the message's language.
    """
    return render(
        Content(
            subject=translate(
                noop("Your speaker page is not complete yet: %(title)s"), language, title=title_of(event, language)
            ),
            greeting=greeting(name, language),
            paragraphs=[
                translate(
                    noop(
                        "Please complete your page, so that the programme can be prepared in both languages. A few "
                        "minutes are enough, also on a phone."
                    ),
                    language,
                )
            ],
            facts=event_facts(event, language),
            button=(translate(noop("Open your page"), language), url),
            list_heading=translate(noop("Still missing:"), language),
            list_items=[one_line(item) for item in missing],
            closing=[
                translate(
                    noop(
                        "If nothing more is to come, choose “My page is complete” there. You can end these reminders "
                        "there too. The link is yours alone; do not pass it on."
                    ),
                    language,
                )
            ],
            programme=event.programme,
        ),
        language,
    )
