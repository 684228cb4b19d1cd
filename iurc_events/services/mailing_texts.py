"""What letters to many say: the words of organisers or of the standard letters, with their fields filled in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, cast

from iurc_events.calendars.entries import CalendarLanguage
from iurc_events.domain.clock_texts import clock_line, slot_date
from iurc_events.domain.language_maps import LanguageMap, text_of
from iurc_events.domain.mailings import OWN, Audience, topic_of
from iurc_events.domain.merge_fields import fill
from iurc_events.localisation import LANGUAGES, noop, translate
from iurc_events.mail import MessageText
from iurc_events.mail import mailings as builders
from iurc_events.mail.contents import JoinFacts
from iurc_events.mail.participants import ENTRY_CODE, join_facts
from iurc_events.mail.rendering import Fact, one_line
from iurc_events.mail.rendering import event_facts as facts_of
from iurc_events.models.events import Event
from iurc_events.models.mailings import Mailing
from iurc_events.queries.mailing_recipients import MailingRecipient
from iurc_events.services.calendar_files import event_file
from iurc_events.services.mail_facts import event_facts

#: Subject and text of each standard letter, where organisers wrote none of their own.
STANDARD_WORDS: Final[dict[str, tuple[str, str]]] = {
    "day-before": (
        noop("Soon: {event}"),
        noop("Dear {name},\n\nwe look forward to seeing you. Here is everything that you need, once more."),
    ),
    "deadline": (
        noop("Registration closes soon: {event}"),
        noop(
            "Dear {name},\n\nregistration for this event closes soon. If you would like to come, sign up on its "
            "page:\n{page}"
        ),
    ),
    "thanks": (
        noop("Thank you: {event}"),
        noop(
            "Dear {name},\n\nthank you for taking part. What was released, such as slides and agenda, is on the page "
            "of the event:\n{page}"
        ),
    ),
    "changes": (
        noop("Changed: {event}"),
        noop("Dear {name},\n\nsomething changed since we last wrote to you:"),
    ),
}


@dataclass(frozen=True, slots=True)
class Wording:
    """Subject and text in the languages in which both exist."""

    subject: LanguageMap
    body: LanguageMap

    def language_for(self, reader: str) -> str:
        """Return the language in which a reader gets the letter."""
        return reader if reader in self.languages else next(iter(self.languages), reader)

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages in which it is complete."""
        return tuple(each for each in LANGUAGES if self.subject.get(each) and self.body.get(each))


def standard_wording(kind: str) -> Wording:
    """Return a standard letter's own words."""
    subject, body = STANDARD_WORDS[kind]
    return Wording(
        {each: translate(subject, each) for each in LANGUAGES}, {each: translate(body, each) for each in LANGUAGES}
    )


def wording_of(mailing: Mailing) -> Wording:
    """Return what a letter says."""
    if mailing.kind != OWN and not (mailing.subject and mailing.body):
        return standard_wording(mailing.kind)
    return Wording(mailing.subject or {}, mailing.body or {})


def _join_text(links: list[JoinFacts], language: str) -> str:
    """Return how to join, in one line."""
    parts = []
    for link in links:
        said = [one_line(link.address)]
        if link.meeting_number:
            said.append(f"{translate(noop('Meeting number'), language)} {one_line(link.meeting_number)}")
        if link.passcode:
            said.append(f"{translate(noop('Passcode'), language)} {one_line(link.passcode)}")
        parts.append(translate(noop(", "), language).join(said))
    return "; ".join(parts)


def field_values(event: Event, language: str) -> dict[str, str]:
    """Return the values of all merge fields, with marks for what is each reader's own."""
    facts = event_facts(event, language)
    slot = event.slot
    unknown = translate(noop("not fixed yet"), language)
    return {
        "name": builders.NAME,
        "event": one_line(text_of(facts.title, language)),
        "date": slot_date(slot, language) if slot else unknown,
        "time": (clock_line(slot, facts.clocks, language) if slot else "") or unknown,
        "place": one_line(text_of(facts.place, language)) or unknown,
        "city": builders.CITY,
        "page": facts.page_url or "",
        "join link": builders.JOIN_LINK,
    }


@dataclass(slots=True)
class Composer:
    """Writes a letter for all its readers: once for each language and kind of reader, then with their own values."""

    event: Event
    mailing: Mailing
    #: Lines after the text, by language, e.g. what changed.
    items: dict[str, list[str]] = field(default_factory=dict)
    wording: Wording = field(init=False)
    #: What the letter may be unsubscribed from; None: essential.
    topic: str | None = field(init=False)
    _common: dict[tuple[str, bool, bool, bool], MessageText] = field(default_factory=dict)
    _calendars: dict[str, bytes | None] = field(default_factory=dict)
    _links: list[JoinFacts] | None = None

    def __post_init__(self) -> None:
        self.wording = wording_of(self.mailing)
        self.topic = topic_of(self.mailing.kind, Audience.of_words(self.mailing.audience))

    def language_of(self, recipient: MailingRecipient) -> str:
        """Return the language in which somebody gets the letter."""
        return self.wording.language_for(recipient.language)

    def text(self, recipient: MailingRecipient, unsubscribe_url: str) -> MessageText:
        """Write one reader's letter."""
        language = self.language_of(recipient)
        is_seat = recipient.participant_id is not None and recipient.may_join
        key = (language, recipient.may_join, is_seat, self._brings_file(recipient))
        if key not in self._common:
            self._common[key] = self._write(*key)
        links = _join_text(self._join_links(), language) if recipient.may_join else ""
        return builders.fill_own(
            self._common[key],
            name=one_line(recipient.name) or translate(noop("colleague"), language),
            city=text_of(recipient.city_name, language),
            join_link=links or translate(noop("(sent to those who are registered)"), language),
            unsubscribe_url=unsubscribe_url,
        )

    def calendar(self, recipient: MailingRecipient) -> bytes | None:
        """Return the file that adds the event to a reader's calendar, where the letter brings it."""
        if not self._brings_file(recipient):
            return None
        language = self.language_of(recipient)
        if language not in self._calendars:
            self._calendars[language] = event_file(self.event, cast("CalendarLanguage", language), with_join_links=True)
        return self._calendars[language]

    def _brings_file(self, recipient: MailingRecipient) -> bool:
        """Tell whether a reader gets the event as a file: not those whose calendars invitations keep up to date."""
        return self.mailing.kind == "day-before" and recipient.may_join and not recipient.takes_invitations

    def _join_links(self) -> list[JoinFacts]:
        if self._links is None:
            self._links = [
                JoinFacts(row.label, row.address, row.meeting_number, row.passcode) for row in self.event.join_links
            ]
        return self._links

    def _write(self, language: str, may_join: bool, is_seat: bool, brings_file: bool) -> MessageText:
        values = field_values(self.event, language)
        facts = event_facts(self.event, language)
        kind = self.mailing.kind
        lines: list[Fact] = [] if kind in (OWN, "thanks") else facts_of(facts, language)
        closing: list[str] = []
        if kind == "day-before" and may_join:
            lines += join_facts(self._join_links(), language)
            if is_seat and self.event.format != "online":
                closing.append(translate(ENTRY_CODE, language))
        if brings_file:
            closing.append(translate(noop("The attached file adds the event to your calendar."), language))
        if kind == "changes":
            closing.append(translate(noop("Calendars that subscribe to it follow by themselves."), language))
        return builders.letter(
            language,
            subject=fill(self.wording.subject.get(language, ""), values),
            body=fill(self.wording.body.get(language, ""), values),
            programme=facts.programme,
            facts=lines,
            list_heading=self._heading(language),
            list_items=self._documents(language) if kind == "thanks" else self.items.get(language, []),
            closing=closing,
            page_url=facts.page_url,
            can_unsubscribe=self.topic is not None,
        )

    def _heading(self, language: str) -> str:
        said = noop("Documents:") if self.mailing.kind == "thanks" else noop("What changed:")
        return translate(said, language)

    def _documents(self, language: str) -> list[str]:
        """Return the documents that everybody may have, each with its address."""
        return [
            f"{one_line(text_of(each.title, language))}: {one_line(each.url)}"
            for each in self.event.documents
            if each.url and each.is_available is not False
        ]


__all__ = ["STANDARD_WORDS", "Composer", "Wording", "field_values", "standard_wording", "wording_of"]
