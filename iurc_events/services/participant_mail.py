"""Mail to those who signed up: a letter is written once for all its readers, then each gets their name, link and place.

When registration opens for thousands, so little is left to do while a seat is held that nobody waits for a letter.
"""

from __future__ import annotations

import time
import uuid
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from threading import Lock
from typing import Final, cast

from sqlalchemy import select

from iurc_events import addresses
from iurc_events.calendars.entries import CalendarLanguage
from iurc_events.config import settings
from iurc_events.database import db, utc_now
from iurc_events.domain.secrets import hash_token, new_token
from iurc_events.domain.vocabulary import ParticipantState
from iurc_events.localisation import noop, translate
from iurc_events.localisation.vocabulary import label
from iurc_events.mail import MessageText
from iurc_events.mail import participants as letters
from iurc_events.mail.contents import JoinFacts
from iurc_events.models.accounts import OneTimeToken, User
from iurc_events.models.events import Event, JoinLink
from iurc_events.models.participants import Participant
from iurc_events.services import outbox
from iurc_events.services.calendar_files import event_file
from iurc_events.services.mail_facts import event_facts

#: How long a personal link works after the event.
LINK_LIFETIME: Final = timedelta(days=90)
#: A letter is kept by the version of its event; what else it shows, such as the programme's name, is so old at most.
_KEPT_SECONDS: Final = 20
_MOST_KEPT: Final = 64


@dataclass(frozen=True, slots=True)
class CommonLetter:
    """A letter to everybody, with marks for what is each reader's own, and the file that comes with it."""

    text: MessageText
    calendar: bytes | None


_kept: OrderedDict[tuple[object, ...], tuple[float, CommonLetter]] = OrderedDict()
_kept_lock = Lock()


def _keep(key: tuple[object, ...], write: Callable[[], CommonLetter]) -> CommonLetter:
    now = time.monotonic()
    with _kept_lock:
        found = _kept.get(key)
        if found and now - found[0] < _KEPT_SECONDS:
            return found[1]
    letter = write()
    with _kept_lock:
        _kept[key] = (now, letter)
        _kept.move_to_end(key)
        while len(_kept) > _MOST_KEPT:
            _kept.popitem(last=False)
    return letter


def _links_of(event: Event) -> list[JoinFacts]:
    rows = db.session.scalars(select(JoinLink).where(JoinLink.event_id == event.id).order_by(JoinLink.position))
    return [JoinFacts(row.label, row.address, row.meeting_number, row.passcode) for row in rows]


def _calendar(event: Event, language: str) -> bytes | None:
    return event_file(event, cast("CalendarLanguage", language), with_join_links=True)


def confirmation(
    event_id: int,
    public_id: uuid.UUID,
    version: int,
    rule: str,
    language: str,
    *,
    is_waiting: bool,
    wants_invitation: bool,
) -> CommonLetter:
    """Return the confirmation of a registration for all who get a seat, or for all who wait.

    Args:
        version: Of the event; the event itself is read only for a letter that is not kept yet.
        rule: Who gets the next free place, which changes without a new version.
        wants_invitation: Whether the event comes into the calendar by a mail of its own, so that no file is attached.
    """

    def write() -> CommonLetter:
        event = db.session.get_one(Event, event_id, populate_existing=True)
        calendar = None if is_waiting or wants_invitation else _calendar(event, language)
        text = letters.registration_confirmation(
            language,
            name=letters.NAME,
            event=event_facts(event, language),
            url=letters.URL,
            is_waiting=is_waiting,
            join_links=[] if is_waiting else _links_of(event),
            has_calendar=calendar is not None,
            has_invitation=wants_invitation,
            has_entry_code=event.format != "online",
            position=letters.POSITION,
            waiting_rule=rule,
        )
        return CommonLetter(text, calendar)

    return _keep((public_id, version, rule, language, "confirmation", is_waiting, wants_invitation), write)


def _place_free(event: Event, language: str) -> CommonLetter:
    def write() -> CommonLetter:
        text = letters.place_free(
            language,
            name=letters.NAME,
            event=event_facts(event, language),
            url=letters.URL,
            join_links=_links_of(event),
            has_entry_code=event.format != "online",
        )
        return CommonLetter(text, _calendar(event, language))

    return _keep((event.public_id, event.version, language, "place-free"), write)


def link_of(token: str, language: str) -> str:
    """Return the address of a personal link."""
    return settings().base_url + addresses.registration(token, language)


def issue_link(participant: Participant, event: Event) -> str:
    """Make a further personal link, in the transaction of the caller; the first one keeps working."""
    token = new_token()
    db.session.add(
        OneTimeToken(
            token_hash=hash_token(token),
            purpose="registration",
            participant_id=participant.id,
            event_id=event.id,
            expires_at=max(event.ends_at or utc_now(), utc_now()) + LINK_LIFETIME,
        )
    )
    return link_of(token, participant.language)


def stored_of(participant: Participant, language: str) -> list[tuple[str, str]]:
    """Return what was entered of a participant, as pairs of label and value."""
    return [
        (translate(noop("Name"), language), participant.name),
        (translate(noop("Job title"), language), participant.title),
        (translate(noop("Organisation"), language), participant.organisation),
        (translate(noop("Takes part"), language), label("attendance", participant.mode, language)),
        (translate(noop("Mail address"), language), participant.email or ""),
    ]


def _queue(
    participant: Participant,
    event: Event,
    message_kind: str,
    text: MessageText,
    calendar: bytes | None = None,
    *,
    is_secret: bool = False,
) -> None:
    if participant.email is None:
        return  # whom a delegation registered without an address gets no mail
    outbox.queue(
        message_kind,
        participant.email,
        participant.name,
        participant.language,
        text,
        programme_id=event.programme_id,
        event_id=event.id,
        participant_id=participant.id,
        calendar=calendar,
        is_secret=is_secret,
    )


def tell_of_place(participant: Participant, event: Event) -> None:
    """Queue the letter to somebody who moved up from the waiting list."""
    if participant.email is None:
        return
    letter = _place_free(event, participant.language)
    text = letters.address_to(letter.text, name=participant.name, url=issue_link(participant, event))
    _queue(participant, event, "place-free", text, None if participant.wants_invitation else letter.calendar)


def tell_entered(participant: Participant, event: Event, *, entered_by: User, is_from_list: bool) -> None:
    """Tell somebody whom an organiser entered what is kept of them, from where, and their rights (sec-15).

    Args:
        is_from_list: Whether they were found in a list of those who joined a meeting.
    """
    if participant.email is None:
        return
    language = participant.language
    is_waiting = participant.state == ParticipantState.WAITING
    text = letters.entered_notice(
        language,
        name=participant.name,
        event=event_facts(event, language),
        entered_by=entered_by.name or entered_by.email,
        way="list" if is_from_list else "waiting" if is_waiting else "desk",
        stored=stored_of(participant, language),
        url=issue_link(participant, event),
        privacy_url=f"{settings().base_url}/{language}/personal-data",
    )
    calendar = None if is_from_list or is_waiting else _calendar(event, language)
    _queue(participant, event, "entered-notice", text, calendar, is_secret=True)


def tell_of_cancellation(participant: Participant, event: Event, *, is_by_organiser: bool) -> None:
    """Queue the letter to somebody whose registration was cancelled."""
    text = letters.registration_cancelled(
        participant.language,
        name=participant.name,
        event=event_facts(event, participant.language),
        is_by_organiser=is_by_organiser,
    )
    _queue(participant, event, "registration-cancelled", text)
