"""The notice to somebody whose data another person entered: what is kept, from whom, and their rights (sec-15)."""

from __future__ import annotations

from collections.abc import Sequence

from iurc_events.localisation import noop, translate
from iurc_events.mail.contents import EventFacts
from iurc_events.mail.rendering import (
    Content,
    Fact,
    MessageText,
    event_facts,
    greeting,
    one_line,
    render,
    title_of,
)

_RIGHTS = noop(
    "You may see, correct or delete your details at any time, on that page or by writing to the programme, and "
    "complain to a data protection authority."
)


def data_notice(
    language: str,
    *,
    subject: str,
    sentence: str,
    origin: str,
    button: str,
    name: str,
    event: EventFacts,
    stored: Sequence[tuple[str, str]],
    url: str,
    privacy_url: str,
) -> MessageText:
    """Build the notice to somebody whom another person entered.

    Args:
        subject: Bare, with ``%(title)s`` for the event's title.
        sentence: Finished: what happened, and who entered them.
        origin: Finished: where the details came from and what they are for.
        button: Bare words on the way to the own page.
        stored: Pairs (label, value) of what was entered, in the message's language.
        url: The personal link to the own page.
    """
    return render(
        Content(
            subject=translate(subject, language, title=title_of(event, language)),
            greeting=greeting(name, language),
            paragraphs=[sentence],
            facts=[
                *event_facts(event, language),
                *(Fact(one_line(label), one_line(value)) for label, value in stored if one_line(value)),
            ],
            button=(translate(button, language), url),
            closing=[origin, translate(_RIGHTS, language)],
            links={translate(noop("How we treat personal data"), language): privacy_url},
            programme=event.programme,
        ),
        language,
    )
