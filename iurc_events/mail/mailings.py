"""Letters to many: written once for each language, with marks where each reader's own name, city and links stand."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import escape

from iurc_events.domain.merge_fields import without_marks
from iurc_events.localisation import noop, translate
from iurc_events.mail.contents import ProgrammeFacts
from iurc_events.mail.rendering import (
    Content,
    Fact,
    MessageText,
    greeting,
    one_line,
    page_link,
    render,
    several_lines,
    shortened,
)

NAME: Final = "\ue010"
CITY: Final = "\ue011"
JOIN_LINK: Final = "\ue012"
UNSUBSCRIBE: Final = "\ue013"
_MARKS: Final = (NAME, CITY, JOIN_LINK, UNSUBSCRIBE)


def letter(
    language: str,
    *,
    subject: str,
    body: str,
    programme: ProgrammeFacts,
    facts: Sequence[Fact] = (),
    list_heading: str = "",
    list_items: Sequence[str] = (),
    closing: Sequence[str] = (),
    page_url: str | None = None,
    can_unsubscribe: bool = False,
) -> MessageText:
    """Build a letter from what organisers wrote; blank lines part its paragraphs.

    Args:
        can_unsubscribe: Whether it ends with the link for those who want no more of the kind.
    """
    links = page_link(page_url, language)
    if can_unsubscribe:
        links[translate(noop("No more mail of this kind"), language)] = UNSUBSCRIBE
    return render(
        Content(
            subject=one_line(subject),
            greeting="",
            paragraphs=[part for part in re.split(r"\n{2,}", several_lines(body)) if part],
            facts=facts,
            list_heading=list_heading,
            list_items=list_items,
            closing=closing,
            links=links,
            programme=programme,
        ),
        language,
    )


def fill_own(text: MessageText, *, name: str, city: str, join_link: str, unsubscribe_url: str = "") -> MessageText:
    """Make one reader's letter of one that was written for all."""
    values = dict(zip(_MARKS, (name, city, join_link, unsubscribe_url), strict=True))
    plain = {mark: without_marks(one_line(value)) for mark, value in values.items()}

    def put(part: str, by_mark: Mapping[str, str]) -> str:
        return re.sub(f"[{''.join(_MARKS)}]", lambda match: by_mark[match[0]], part)

    return MessageText(
        shortened(put(text.subject, plain)),
        put(text.text, plain),
        put(text.html, {mark: str(escape(value)) for mark, value in plain.items()}),
    )


@dataclass(frozen=True, slots=True)
class DigestLine:
    """An event in a digest: what is new of it, in finished words."""

    title: str
    when: str
    url: str


def digest(
    language: str,
    *,
    name: str,
    programme: ProgrammeFacts,
    programme_name: str,
    is_monthly: bool,
    sections: Sequence[tuple[str, Sequence[DigestLine]]],
    account_url: str,
    unsubscribe_url: str,
) -> MessageText:
    """Build the news of a programme.

    Args:
        sections: Heading and events; sections without events are left out.
    """
    lines = [
        "\n".join([one_line(heading), *(f"– {one_line(e.title)} · {one_line(e.when)}\n  {e.url}" for e in events)])
        for heading, events in sections
        if events
    ]
    subject = noop("This month at %(programme)s") if is_monthly else noop("This week at %(programme)s")
    return render(
        Content(
            subject=translate(subject, language, programme=one_line(programme_name)),
            greeting=greeting(name, language),
            paragraphs=lines,
            closing=[
                translate(noop("You get this because you chose it in your account. You can change it there."), language)
            ],
            links={
                translate(noop("Your account"), language): account_url,
                translate(noop("No more mail of this kind"), language): unsubscribe_url,
            },
            programme=programme,
        ),
        language,
    )
