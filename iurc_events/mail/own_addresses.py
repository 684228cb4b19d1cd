"""Messages when people change their own mail address: the link to the new one, and notes to the old one."""

from __future__ import annotations

from iurc_events.localisation import noop, translate, translate_count
from iurc_events.mail.contents import EventFacts
from iurc_events.mail.rendering import Content, MessageText, event_facts, greeting, render

_TO_THE_TEAM = noop(
    "If that was not you, write to the programme team at once: somebody else may have your personal link."
)


def address_confirmation(language: str, *, event: EventFacts, url: str, hours: int) -> MessageText:
    """Build the message with the link that proves a new address; it says nothing of who is on record (sec-10).

    Args:
        hours: How long the link works.
    """
    return render(
        Content(
            subject=translate(noop("Confirm your new mail address"), language),
            greeting=greeting("", language),
            paragraphs=[
                translate(
                    noop("Somebody asked that mail about this event goes to this address from now on."), language
                ),
                translate(noop("Open this link; nothing happens before you press the button there."), language),
            ],
            facts=event_facts(event, language),
            button=(translate(noop("Confirm this address"), language), url),
            closing=[
                translate_count(
                    noop("The link works for %(num)s hour."), "The link works for %(num)s hours.", hours, language
                ),
                translate(noop("If you did not ask for it, there is nothing to do."), language),
            ],
            programme=event.programme,
        ),
        language,
    )


def address_note(language: str, *, name: str, event: EventFacts, is_done: bool) -> MessageText:
    """Build the note to the old address: a change was asked for, or is made."""
    if is_done:
        subject = noop("Your mail address was changed")
        sentence = noop("Mail about this event goes to your new address from now on. This is the last to this one.")
    else:
        subject = noop("A new mail address for you")
        sentence = noop(
            "Somebody who has your personal link asked that mail about this event goes to another address. Until that "
            "address is confirmed, this one stays."
        )
    return render(
        Content(
            subject=translate(subject, language),
            greeting=greeting(name, language),
            paragraphs=[translate(sentence, language)],
            facts=event_facts(event, language),
            closing=[translate(_TO_THE_TEAM, language)],
            programme=event.programme,
        ),
        language,
    )
