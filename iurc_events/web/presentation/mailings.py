"""Letters to many as the desk shows them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from iurc_events.config import settings
from iurc_events.domain.clock_texts import instant_line, zones_of_programme
from iurc_events.domain.language_maps import localised
from iurc_events.domain.mailings import OWN, Audience, instant_of
from iurc_events.domain.redaction import redact
from iurc_events.localisation import HTML_LANG, LANGUAGES, noop
from iurc_events.mail import MessageText
from iurc_events.models.events import Event
from iurc_events.models.mailings import Mailing
from iurc_events.models.messages import Message
from iurc_events.queries.mailing_recipients import MailingRecipient
from iurc_events.queries.mailings import MailCounts, SentMail
from iurc_events.services import mailing_times, opt_outs, outbox
from iurc_events.services.mailing_texts import Wording, wording_of
from iurc_events.services.mailings import MailingContent, content_of
from iurc_events.web.forms.fields import LANGUAGE_NAMES
from iurc_events.web.forms.mailings import GROUP_WORDS
from iurc_events.web.localisation import current_language, gettext, ngettext
from iurc_events.web.presentation.vocabulary import label

#: What each kind of letter is called.
KIND_WORDS = {
    "own": noop("Own letter"),
    "changes": noop("What changed"),
    "day-before": noop("Reminder before the event"),
    "deadline": noop("Registration closes soon"),
    "thanks": noop("Thanks after the event"),
}
#: What mail of no letter to many is called.
MAIL_WORDS = {
    "registration-confirmation": noop("Confirmation of a registration"),
    "registration-cancelled": noop("Registration cancelled"),
    "place-free": noop("A place became free"),
    "delegation-invitation": noop("Invitation of a delegation"),
    "delegation-reminder": noop("Reminder of a delegation"),
    "delegation-confirmed": noop("Confirmation of a delegation"),
    "change-decided": noop("Decision on a change that a city asked for"),
    "moved-up": noop("Notice that people moved up"),
    "speakers-accepted": noop("Notice that speakers were accepted"),
    "speaker-decision": noop("Decision on a speaker"),
    "speaker-notice": noop("Privacy notice to a speaker"),
    "entered-notice": noop("Privacy notice to a participant"),
    "member-notice": noop("Privacy notice to a member of a delegation"),
    "address-confirmation": noop("Confirmation of a new mail address"),
    "address-note": noop("Notice of a changed mail address"),
    "event-moved": noop("Notice of a new date"),
    "event-postponed": noop("Notice of a postponement"),
    "event-cancelled": noop("Notice of a cancellation"),
    "event-reopened": noop("Notice that the event takes place after all"),
    "speaker-reminder": noop("Reminder of a speaker’s own page"),
    "meeting-request": noop("Calendar invitation"),
    "meeting-cancellation": noop("Calendar invitation taken back"),
    "mailing-test": noop("Test mail to oneself"),
}
STATE_WORDS = {"draft": noop("Draft"), "planned": noop("Planned"), "cancelled": noop("Cancelled")}


@dataclass(frozen=True, slots=True)
class MailingLine:
    """A letter in a list."""

    mailing: Mailing
    subject: str
    #: As HTML writes it; empty for that of the page.
    subject_lang: str
    kind: str
    when: str
    state: str
    state_word: str
    counts: MailCounts


@dataclass(frozen=True, slots=True)
class Difference:
    """A part of a letter of which there are two versions."""

    label: str
    stored: str
    typed: str
    #: In which language both are written; None: in that of the page.
    language: str | None = None


def kind_words(kind: str) -> str:
    """Return what a kind of mail of an event is called."""
    if kind.startswith("mailing-") and (own := KIND_WORDS.get(kind.removeprefix("mailing-"))):
        return gettext(own)
    return gettext(MAIL_WORDS[kind]) if kind in MAIL_WORDS else gettext(noop("Other mail"))


def moment_words(event: Event, instant: datetime | None) -> str:
    """Return a moment on the clocks of an event's programme."""
    zones = zones_of_programme(event.programme.reference_zones)
    return instant_line(instant, zones, current_language()) if instant else ""


def timing_words(event: Event, mailing: Mailing) -> str:
    """Say when a letter leaves, or left."""
    if mailing.sent_at:
        return moment_words(event, mailing.sent_at)
    due_at = mailing.due_at
    if due_at is None and mailing.state in ("draft", "planned") and mailing_times.takes_place(event, mailing.timing):
        due_at = mailing_times.expected_moment(mailing, event)
    if due_at:
        return moment_words(event, due_at)
    if mailing.timing == "at" or mailing.state == "cancelled":
        return ""
    return _days_words(mailing.timing, mailing.days or 0)


def _days_words(timing: str, days: int) -> str:
    if timing == "after-end":
        return ngettext("%(num)s day after the end", "%(num)s days after the end", days)
    return ngettext("%(num)s day before", "%(num)s days before", days)


def mailing_line(event: Event, mailing: Mailing, counts: MailCounts) -> MailingLine:
    """Show a letter in a list."""
    words = STATE_WORDS.get(mailing.state)
    subject = localised(wording_of(mailing).subject, current_language()) if mailing.kind == OWN else None
    return MailingLine(
        mailing=mailing,
        subject=subject.text if subject else gettext(KIND_WORDS[mailing.kind]),
        subject_lang=HTML_LANG.get(subject.language, subject.language) if subject and subject.is_fallback else "",
        kind=gettext(KIND_WORDS[mailing.kind]),
        when=timing_words(event, mailing),
        state={"planned": "queued"}.get(mailing.state, mailing.state),
        state_word=gettext(words) if words else label("state", mailing.state, current_language()),
        counts=counts,
    )


def shown_text(message: Message) -> MessageText:
    """Return what a mail says, without the personal links of its reader.

    Where no mail can leave they stay: the text is then given to people by hand.
    """
    if settings().smtp_url is None:
        return MessageText(message.subject, message.text, message.html)
    return MessageText(message.subject, redact(message.text), redact(message.html))


def error_words(message: SentMail) -> str:
    """Say why a mail did not leave or arrive."""
    if message.last_error == opt_outs.UNWANTED:
        return gettext(noop("The reader unsubscribed"))
    if message.last_error == outbox.OVERTAKEN:
        return gettext(noop("A later mail told this calendar what holds now."))
    return message.last_error or ""


def audience_words(audience: Audience, cities: dict[int, str]) -> list[str]:
    """Say who gets a letter, one line for each condition."""
    found = [gettext(GROUP_WORDS[group]) for group in audience.groups]
    joint = "、" if current_language() == "zh" else ", "
    if audience.delegation_states:
        states = joint.join(label("state", each, current_language()) for each in audience.delegation_states)
        found.append(gettext(noop("Delegations: %(states)s"), states=states))
    if audience.city_ids:
        names = joint.join(cities[key] for key in audience.city_ids if key in cities)
        found.append(gettext(noop("Only from: %(cities)s"), cities=names))
    if audience.mode:
        found.append(label("attendance", audience.mode, current_language()))
    if audience.is_essential:
        found.append(gettext(noop("Also those who unsubscribed from letters")))
    return found


def differences(event: Event, mailing: Mailing, typed: MailingContent, cities: dict[int, str]) -> list[Difference]:
    """Return what differs between a letter as it is stored and as somebody typed it, in words."""
    stored = content_of(mailing)
    pairs = ((noop("Subject"), stored.subject, typed.subject), (noop("Text"), stored.body, typed.body))
    found = [
        Difference(f"{gettext(name)} · {gettext(LANGUAGE_NAMES[each])}", there.get(each, ""), here.get(each, ""), each)
        for name, there, here in pairs
        for each in LANGUAGES
    ]
    groups = ("\n".join(audience_words(each.audience, cities)) for each in (stored, typed))
    found.append(Difference(gettext(noop("To whom")), *groups))
    # a letter that was sent "now" has a moment that nobody typed
    is_leaving = mailing.timing == "at" and mailing.at_wall is None and mailing.due_at is not None
    moment = moment_words(event, mailing.due_at) if is_leaving else _plan_words(event, stored)
    found.append(Difference(gettext(noop("When it leaves")), moment, _plan_words(event, typed)))
    return [each for each in found if each.stored != each.typed]


def _plan_words(event: Event, content: MailingContent) -> str:
    """Say when a letter leaves as somebody chose it, before it is known whether it can."""
    if not content.at_wall:
        return gettext(noop("Decide later: keep it as a draft"))
    if content.timing == "at":
        wall = datetime.fromisoformat(content.at_wall)
        return moment_words(event, instant_of(wall.date(), wall.time(), event.time_zone or "UTC"))
    return f"{_days_words(content.timing, content.days or 0)} · {content.at_wall}"


def example_for(recipients: list[MailingRecipient], language: str, wording: Wording) -> MailingRecipient | None:
    """Return the first reader who gets a letter in a language."""
    return next((each for each in recipients if wording.language_for(each.language) == language), None)


def fallback_note(recipients: list[MailingRecipient], wording: Wording) -> str:
    """Say how many readers get the letter in the other language, because theirs is missing."""
    if len(wording.languages) != 1:
        return ""
    there = wording.languages[0]
    others = sum(1 for each in recipients if each.language != there)
    if not others:
        return ""
    if there == "en":
        return ngettext(
            "%(num)s reader of Chinese gets the English text, because there is no Chinese one.",
            "%(num)s readers of Chinese get the English text, because there is no Chinese one.",
            others,
        )
    return ngettext(
        "%(num)s reader of English gets the Chinese text, because there is no English one.",
        "%(num)s readers of English get the Chinese text, because there is no English one.",
        others,
    )
