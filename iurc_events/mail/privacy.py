"""Messages about one's own data: the link that proves an address, and what became of a request."""

from __future__ import annotations

from iurc_events.localisation import noop, translate, translate_count
from iurc_events.mail.contents import ProgrammeFacts
from iurc_events.mail.rendering import Content, MessageText, greeting, render, several_lines


def privacy_link(language: str, *, kind: str, url: str, hours: int) -> MessageText:
    """Build the message with the link that proves an address; it says nothing of what is on record (sec-10).

    Args:
        kind: ``export`` or ``erasure``.
        hours: How long the link works.
    """
    if kind == "export":
        subject = noop("Your data on IURC Events: get a copy")
        sentence = noop("Somebody asked for a copy of what IURC Events keeps under this mail address.")
        button = noop("To the copy of my data")
    else:
        subject = noop("Your data on IURC Events: have it erased")
        sentence = noop("Somebody asked to have erased what IURC Events keeps under this mail address.")
        button = noop("To the erasure of my data")
    return render(
        Content(
            subject=translate(subject, language),
            greeting=greeting("", language),
            paragraphs=[
                translate(sentence, language),
                translate(noop("Open this link; nothing happens before you press the button there."), language),
            ],
            button=(translate(button, language), url),
            closing=[
                translate_count(
                    noop("The link works for %(num)s hour."), "The link works for %(num)s hours.", hours, language
                ),
                translate(noop("If you did not ask for it, there is nothing to do."), language),
            ],
        ),
        language,
    )


def erasure_done(language: str, *, programme: ProgrammeFacts | None = None) -> MessageText:
    """Build the last message to somebody who was erased; the address goes once it is sent."""
    return render(
        Content(
            subject=translate(noop("Your data was erased"), language),
            greeting=greeting("", language),
            paragraphs=[
                translate(
                    noop(
                        "What IURC Events kept of you was erased, as you asked: on agendas, in lists, mail, "
                        "documents and files. Numbers of participants stay, without names."
                    ),
                    language,
                ),
                translate(noop("Your address goes too, as soon as this message is sent."), language),
            ],
            programme=programme,
        ),
        language,
    )


def erasure_refused(language: str, *, reason: str, programme: ProgrammeFacts | None = None) -> MessageText:
    """Build the answer to somebody whose data is kept, with the reason in the organisers' words."""
    return render(
        Content(
            subject=translate(noop("Your data is kept: why"), language),
            greeting=greeting("", language),
            paragraphs=[
                translate(
                    noop("You asked to have your data erased. The programme team keeps it, and writes:"), language
                )
            ],
            quote=several_lines(reason),
            closing=[
                translate(
                    noop(
                        "You can ask again, write to the programme team, or complain to the authority that the page "
                        "on personal data names."
                    ),
                    language,
                )
            ],
            programme=programme,
        ),
        language,
    )
