"""What formal letters say, in both languages: the receiver's first. Nothing is said that the records do not hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from iurc_events.domain.clock_texts import long_date
from iurc_events.domain.language_maps import LanguageMap, by_script, text_of
from iurc_events.localisation import Language, noop, translate
from iurc_events.localisation.vocabulary import HONORIFIC_WORDS, label
from iurc_events.mail.contents import Deadline, Quota
from iurc_events.mail.delegations import quota_words
from iurc_events.models.cities import City
from iurc_events.models.events import Event
from iurc_events.models.participants import Participant
from iurc_events.models.programmes import Programme
from iurc_events.models.speakers import Speaker
from iurc_events.reports.letters import LetterPage
from iurc_events.services.mail_facts import event_facts

#: Why somebody needs a letter; an attendance is certified only where it is on record.
PURPOSES: Final = ("leave", "visa", "attendance")


@dataclass(frozen=True, slots=True)
class Addressee:
    """Somebody at an event for whom a letter is written."""

    name: LanguageMap
    honorific: str | None
    title: LanguageMap
    organisation: LanguageMap
    city: City | None
    role: str
    mode: str | None

    def in_words(self, language: str) -> str:
        """Return the name with its honorific, as the language has it."""
        name = text_of(self.name, language)
        word = HONORIFIC_WORDS[language].get(self.honorific or "", "")
        return f"{name}{word}" if language == "zh" else f"{word} {name}".lstrip()

    def office(self, language: str) -> str:
        """Return title and organisation; in Chinese the organisation stands first."""
        title, organisation = text_of(self.title, language), text_of(self.organisation, language)
        if language == "zh":
            return f"{organisation}{title}"
        return ", ".join(part for part in (title, organisation) if part)


def of_speaker(speaker: Speaker) -> Addressee:
    """Return a speaker as a letter names them."""
    role = "moderator" if "moderator" in (speaker.roles or ()) else "speaker"
    return Addressee(
        speaker.name,
        speaker.honorific,
        speaker.title or {},
        speaker.organisation or {},
        speaker.city,
        role,
        speaker.mode,
    )


def of_participant(participant: Participant) -> Addressee:
    """Return a participant as a letter names them."""
    return Addressee(
        by_script(participant.name, participant.name_other),
        None,
        by_script(participant.title),
        by_script(participant.organisation),
        participant.city,
        participant.role,
        participant.mode,
    )


def letter_languages(city: City | None) -> tuple[Language, Language]:
    """Return the languages of a letter, that of the receiver's side first."""
    return ("zh", "en") if city is not None and city.side == "China" else ("en", "zh")


def _sender(programme: Programme, language: str) -> tuple[str, ...]:
    head: Mapping[str, Any] = programme.letterhead or {}
    lines = [text_of(head.get(name), language) for name in ("office", "address")]
    return tuple(line for line in (*lines, programme.contact_email or "") if line)


def _signature(programme: Programme, language: str) -> tuple[str, ...]:
    head: Mapping[str, Any] = programme.letterhead or {}
    lines = [text_of(head.get(name), language) for name in ("signatory", "signatory_title")]
    return tuple(line for line in (*lines, text_of(programme.name, language)) if line)


def _event_facts(event: Event, city: City | None, language: str) -> list[tuple[str, str]]:
    facts = event_facts(event, language, own_city=city)
    rows = [
        (label("kind", event.kind, language), text_of(event.title, language)),
        (
            translate(noop("Time"), language),
            facts.time_in_words(facts.slot, language) if facts.slot else translate(noop("Date not stated"), language),
        ),
    ]
    if place := text_of(facts.place, language):
        rows.append((translate(noop("Venue"), language), place))
    return rows


def _contact(event: Event, language: str) -> list[tuple[str, str]]:
    name = event.contact_name or text_of(event.programme.contact_name, language)
    address = event.contact_email or event.programme.contact_email or ""
    lines = [part for part in (name, address) if part]
    return [(translate(noop("Contact"), language), "\n".join(lines))] if lines else []


def _page(event: Event, language: Language, number: str, issued_on: date, **parts: Any) -> LetterPage:
    return LetterPage(
        language=language,
        programme=text_of(event.programme.name, language),
        sender=_sender(event.programme, language),
        number=translate(noop("No. %(number)s"), language, number=number),
        place_and_date=long_date(issued_on, language, with_weekday=False),
        farewell=("此致", "敬礼！") if language == "zh" else (translate(noop("Yours sincerely,"), language),),
        signature=_signature(event.programme, language),
        **parts,
    )


def _paragraphs(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(part.strip() for text in texts for part in text.splitlines() if part.strip())


def invitation_pages(
    event: Event,
    city: City,
    *,
    quotas: Sequence[Quota],
    deadline: Deadline | None,
    addition: LanguageMap,
    number: str,
    issued_on: date,
) -> tuple[LetterPage, ...]:
    """Write the invitation of a city, once in each language.

    Args:
        addition: A paragraph of the organiser's own, for instance on travel; left out in a language that has none.
    """
    pages = []
    for language in letter_languages(city):
        name = text_of(city.name, language)
        facts = _event_facts(event, city, language)
        if quotas:
            places = "\n".join(quota_words(quota, language) for quota in quotas)
            facts.append((translate(noop("Places for your delegation"), language), places))
        if deadline:
            facts.append((translate(noop("Answer by"), language), deadline.in_words(language)))
        opening = translate(
            noop(
                "On behalf of %(programme)s we have the honour to invite %(city)s to take part in the event below"
                " and to send a delegation."
            ),
            language,
            programme=text_of(event.programme.name, language),
            city=name,
        )
        pages.append(
            _page(
                event,
                language,
                number,
                issued_on,
                kind=translate(noop("Letter of invitation"), language),
                receiver=(name,),
                salutation=f"{name}：" if language == "zh" else translate(noop("Dear colleagues,"), language),
                paragraphs=(opening,),
                facts=tuple(facts + _contact(event, language)),
                after=_paragraphs(
                    (
                        addition.get(language, ""),
                        translate(
                            noop("Please name the members of your delegation on the page of your personal invitation."),
                            language,
                        ),
                        translate(noop("We look forward to welcoming your delegation."), language),
                    )
                ),
            )
        )
    return tuple(pages)


_CLOSING: Final = {
    "leave": noop("We should be grateful if the time needed for it could be granted."),
    "visa": noop("We should be grateful for all support of the application for a visa."),
}
_OPENING: Final = {
    "leave": noop("This is to confirm that %(name)s is registered as %(role)s for the event below."),
    "visa": noop("This is to confirm that %(name)s is registered as %(role)s for the event below."),
    "attendance": noop("This is to certify that %(name)s took part as %(role)s in the event below."),
}
_KINDS: Final = {
    "leave": noop("Letter of confirmation"),
    "visa": noop("Letter of confirmation"),
    "attendance": noop("Certificate of attendance"),
}


def confirmation_pages(
    event: Event, addressee: Addressee, purpose: str, *, addition: LanguageMap, number: str, issued_on: date
) -> tuple[LetterPage, ...]:
    """Write the confirmation of one person, once in each language.

    Args:
        purpose: One of :data:`PURPOSES`.
    """
    pages = []
    for language in letter_languages(addressee.city):
        other = "en" if language == "zh" else "zh"
        names = dict.fromkeys([addressee.in_words(language), addressee.name.get(other, "")])
        facts = [(translate(noop("Name"), language), " ".join(name for name in names if name))]
        if office := addressee.office(language):
            facts.append((translate(noop("Title and organisation"), language), office))
        if addressee.city:
            facts.append((translate(noop("City"), language), text_of(addressee.city.name, language)))
        facts += _event_facts(event, addressee.city, language)
        if addressee.mode and purpose != "visa":
            facts.append((translate(noop("Takes part"), language), label("attendance", addressee.mode, language)))
        opening = translate(
            _OPENING[purpose],
            language,
            name=addressee.in_words(language),
            role=label("speaker_role", addressee.role, language).lower(),
        )
        closing = translate(_CLOSING[purpose], language) if purpose in _CLOSING else ""
        pages.append(
            _page(
                event,
                language,
                number,
                issued_on,
                kind=translate(_KINDS[purpose], language),
                receiver=(),
                salutation=translate(noop("To whom it may concern,"), language),
                paragraphs=(opening,),
                facts=tuple(facts + _contact(event, language)),
                after=_paragraphs((addition.get(language, ""), closing)),
            )
        )
    return tuple(pages)


__all__ = [
    "PURPOSES", "Addressee", "confirmation_pages", "invitation_pages", "letter_languages",
    "of_participant", "of_speaker",
]  # fmt: skip
