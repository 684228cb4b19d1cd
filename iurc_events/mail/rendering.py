"""From what a message says to its subject, plain text and HTML: one pair of templates for all messages.

Builders hand over finished sentences; nothing a person typed is ever a template (sec-4), and the HTML escapes it all.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from iurc_events.config import resource_folder
from iurc_events.domain.language_maps import LocalText, localised, text_of
from iurc_events.localisation import HTML_LANG, noop, translate
from iurc_events.mail.contents import EventFacts, ProgrammeFacts

LONGEST_SUBJECT: Final = 180


@dataclass(frozen=True, slots=True)
class MessageText:
    """A message, ready to be put into the outbox."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Fact:
    """A line "label: value"; the value may be in another language than the message."""

    label: str
    value: str
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Content:
    """Everything that a message says, in the order in which it is read."""

    subject: str
    greeting: str
    paragraphs: Sequence[str]
    facts: Sequence[Fact] = ()
    button: tuple[str, str] | None = None
    #: What a person typed, shown as a quotation.
    quote: str = ""
    #: Where it is in another language than the message.
    quote_language: str = ""
    #: A list after the button, with its heading.
    list_heading: str = ""
    list_items: Sequence[str] = ()
    closing: Sequence[str] = ()
    programme: ProgrammeFacts | None = None
    links: Mapping[str, str] = field(default_factory=dict)


def one_line(text: str) -> str:
    """Return a text without control characters and line breaks, for subjects, names and facts (sec-5)."""
    return " ".join("".join(" " if unicodedata.category(c) in {"Cc", "Zl", "Zp"} else c for c in text).split())


def several_lines(text: str) -> str:
    """Return a typed text with its line breaks, at most one blank line in a row, without other control characters."""
    lines = [one_line(line) for line in text.splitlines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def greeting(name: str, language: str) -> str:
    """Return "Dear Ana," or 安娜，您好："""
    if name := one_line(name):
        return translate(noop("Dear %(name)s,"), language, name=name)
    return translate(noop("Hello,"), language)


def fact(label: str, texts: Mapping[str, str], language: str) -> list[Fact]:
    """Return the line for a text in several languages; nothing where there is none."""
    found: LocalText | None = localised(texts, language)
    if found is None:
        return []
    return [Fact(translate(label, language), one_line(found.text), found.language if found.is_fallback else None)]


def event_facts(event: EventFacts, language: str) -> list[Fact]:
    """Return title, time on all clocks, and place of an event."""
    facts = fact(noop("Event"), event.title, language)
    if event.slot is not None:
        when = event.time_in_words(event.slot, language)
    else:
        when = translate(noop("not fixed yet"), language)
    return [*facts, Fact(translate(noop("When"), language), when), *fact(noop("Where"), event.place, language)]


def title_of(event: EventFacts, language: str) -> str:
    """Return an event's title for a subject or sentence."""
    return one_line(text_of(event.title, language))


def page_link(address: str | None, language: str) -> dict[str, str]:
    """Return the link to an event's public page; none where it has no such page."""
    return {translate(noop("Page of the event"), language): address} if address else {}


def shortened(subject: str) -> str:
    """Return a subject that is not longer than mail programs show."""
    return subject if len(subject) <= LONGEST_SUBJECT else subject[: LONGEST_SUBJECT - 1].rstrip() + "…"


def render(content: Content, language: str) -> MessageText:
    """Render a message in the language of its reader."""

    def in_language(message: str, **params: object) -> str:
        return translate(message, language, **params)

    values = {
        "content": content,
        "html_lang": HTML_LANG["zh" if language == "zh" else "en"],
        "html_langs": HTML_LANG,
        "language": language,
        "_": in_language,
        "programme": one_line(text_of(content.programme.name, language)) if content.programme else "",
        "contact_name": one_line(text_of(content.programme.contact_name, language)) if content.programme else "",
        "contact_email": one_line(content.programme.contact_email or "") if content.programme else "",
    }
    text = _environment(is_html=False).get_template("message.txt").render(values)
    html = _environment(is_html=True).get_template("message.html").render(values)
    return MessageText(
        shortened(one_line(content.subject)),
        re.sub(r"\n{3,}", "\n\n", text).strip() + "\n",
        html.strip() + "\n",
    )


@cache
def _environment(*, is_html: bool) -> Environment:
    return Environment(
        loader=FileSystemLoader(resource_folder("templates") / "mail"),
        autoescape=is_html,  # noqa: S701  (the plain text is no markup)
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
