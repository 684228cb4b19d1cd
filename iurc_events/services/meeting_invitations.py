"""Invitations by mail that follow every change (RFC 5546, RFC 6047): the worker brings each calendar up to date.

Nobody's calendar is told anything in the transaction of a change. The worker compares what each was told last with what
holds now, so that a crash loses nothing, several changes make one mail, and no service needs to know of invitations.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parseaddr
from typing import Final, cast

from sqlalchemy import delete, select

from iurc_events.calendars.entries import CalendarLanguage, Mailbox
from iurc_events.calendars.invitations import Call, content_hash, next_sequence, render, render_bare_cancel
from iurc_events.config import settings
from iurc_events.database import db, in_transaction, utc_now
from iurc_events.domain.language_maps import text_of
from iurc_events.mail import MessageText
from iurc_events.mail import meeting_invitations as builders
from iurc_events.mail import participants as letters
from iurc_events.mail.contents import JoinFacts
from iurc_events.models.calendar_feeds import CalendarEntry
from iurc_events.models.cities import City
from iurc_events.models.events import Event
from iurc_events.models.invitations import MeetingInvitation
from iurc_events.models.participants import Participant
from iurc_events.queries import meeting_invitations as queries
from iurc_events.queries.participants import list_join_links
from iurc_events.services import outbox, participant_mail
from iurc_events.services.calendar_entries import WITH_JOIN_LINKS
from iurc_events.services.mail_facts import event_facts

BATCH: Final = 100
_LANGUAGES: Final = ("en", "zh")


@dataclass(slots=True)
class _Desk:
    """What the mails of one batch share."""

    now: datetime
    entries: dict[tuple[int, str], CalendarEntry]
    texts: dict[tuple[object, ...], MessageText] = field(default_factory=dict)

    def text(self, kind: tuple[object, ...], write: Callable[[], MessageText]) -> MessageText:
        """Return a letter that is written once for all who get the same."""
        if kind not in self.texts:
            self.texts[kind] = write()
        return self.texts[kind]

    def entry(self, event: Event, language: str, *, with_join_links: bool) -> CalendarEntry | None:
        """Return the kept entry of an event, with the links to join for those who may have them."""
        found = self.entries.get((event.id, language + WITH_JOIN_LINKS)) if with_join_links else None
        return found or self.entries.get((event.id, language))


def organizer_of(event: Event, language: str) -> Mailbox:
    """Return the service mailbox of the installation, in the name of the programme."""
    return Mailbox(parseaddr(settings().mail_from)[1], text_of(event.programme.name, language))


def reconcile(*, clock: Callable[[], datetime] = utc_now) -> int:
    """Tell every calendar what it has to know; return how many mails were written. The worker's job."""
    written = last = 0
    while keys := queries.list_due_keys(clock(), after=last, limit=BATCH):
        last = keys[-1]
        written += _settle(keys, clock())
    db.session.rollback()
    return written


@in_transaction
def _settle(keys: Sequence[int], now: datetime) -> int:
    due = queries.lock_due(keys, now)
    desk = _Desk(now, queries.list_entries([each.event.id for each in due]))
    return sum(_tell(each, desk) for each in due)


def _tell(due: queries.Due, desk: _Desk) -> int:
    """Write the mails that one calendar needs now; return how many."""
    last, participant, event = due.last, due.participant, due.event
    written = 0
    has_moved = last is not None and last.email != participant.email
    if last is not None and last.method == "REQUEST" and (has_moved or not due.is_wanted or not due.is_on):
        reason: builders.Reason = "person" if due.is_on else "event"
        _cancel(event, last, desk, reason=reason, name=participant.name, participant_id=participant.id)
        written = 1
    if due.is_wanted and due.is_on and participant.email:
        written += _request(participant, event, last, desk)
    return written


def _cancel(
    event: Event,
    last: MeetingInvitation,
    desk: _Desk,
    *,
    reason: builders.Reason,
    name: str,
    participant_id: int | None,
    message_kind: str = "meeting-cancellation",
) -> None:
    """Take an event out of the calendar to which the last mail went."""
    language = last.language
    sequence = next_sequence(event.sequence, last.sequence)
    entry = desk.entry(event, language, with_join_links=False)
    call = Call("CANCEL", sequence, desk.now, organizer_of(event, language), Mailbox(last.email, name))
    tongue = cast("CalendarLanguage", language)
    if entry is not None:
        calendar = render(entry.zone, entry.body, call, tongue)
    else:
        day = event.slot.first_day if event.slot else desk.now.date()
        calendar = render_bare_cancel(str(event.calendar_uid), event.title, day, call, tongue)

    def write() -> MessageText:
        return builders.meeting_cancellation(
            language, name=letters.NAME, event=event_facts(event, language), reason=reason
        )

    text = letters.address_to(desk.text(("CANCEL", event.id, language, reason), write), name=name)
    outbox.queue(
        message_kind,
        last.email,
        name,
        language,
        text,
        programme_id=event.programme_id,
        event_id=event.id,
        participant_id=participant_id,
        calendar=calendar,
        calendar_method="CANCEL",
    )
    last.method, last.sequence, last.sent_at = "CANCEL", sequence, event.visible_revised_at
    last.content_hash = content_hash(None, calendar)


def _request(participant: Participant, event: Event, last: MeetingInvitation | None, desk: _Desk) -> int:
    """Send the entry as it is now, unless the calendar has it already."""
    language = participant.language if participant.language in _LANGUAGES else "en"
    entry = desk.entry(event, language, with_join_links=True)
    if entry is None or participant.email is None:
        return 0
    said = content_hash(entry.zone, entry.body)
    is_update = last is not None and last.method == "REQUEST"
    if last is not None and is_update and last.content_hash == said:
        last.sent_at = event.visible_revised_at  # changed and changed back: there is nothing to tell
        return 0
    sequence = next_sequence(event.sequence, last.sequence if last else None)
    attendee = Mailbox(participant.email, participant.name)
    call = Call("REQUEST", sequence, desk.now, organizer_of(event, language), attendee)
    outbox.queue(
        "meeting-request",
        participant.email,
        participant.name,
        language,
        _request_text(participant, event, language, desk, is_update=is_update),
        programme_id=event.programme_id,
        event_id=event.id,
        participant_id=participant.id,
        calendar=render(entry.zone, entry.body, call, cast("CalendarLanguage", language)),
        calendar_method="REQUEST",
    )
    if last is None:
        last = MeetingInvitation(public_id=uuid.uuid4(), participant_id=participant.id, event_id=event.id)
        db.session.add(last)
    if last.email != participant.email:
        last.reply = last.replied_at = None
    last.email, last.language, last.method = participant.email, language, "REQUEST"
    last.sequence, last.content_hash, last.sent_at = sequence, said, event.visible_revised_at
    return 1


def _request_text(
    participant: Participant, event: Event, language: str, desk: _Desk, *, is_update: bool
) -> MessageText:
    city: City | None = participant.city

    def write() -> MessageText:
        rows = list_join_links(event.id)
        links = [JoinFacts(row.label, row.address, row.meeting_number, row.passcode) for row in rows]
        return builders.meeting_request(
            language,
            name=letters.NAME,
            event=event_facts(event, language, own_city=city),
            url=letters.URL,
            join_links=links,
            is_update=is_update,
            is_postponed=event.state == "postponed",
        )

    kind = ("REQUEST", event.id, language, city.id if city else None, is_update)
    url = participant_mail.issue_link(participant, event)
    return letters.address_to(desk.text(kind, write), name=participant.name, url=url)


# --- Before somebody's address is forgotten ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Farewell:
    """A calendar out of which an event is taken when its owner is erased."""

    event_id: int
    last: MeetingInvitation


def take_leave(participant_ids: Iterable[int], now: datetime) -> list[Farewell]:
    """Forget what the calendars of people were told; return those that still hold an event to come.

    Call :func:`say_farewell` with them at the end of the same transaction.
    """
    keys = set(participant_ids)
    rows = db.session.execute(
        select(MeetingInvitation, Event.id, Event.ends_at)
        .join(Event, Event.id == MeetingInvitation.event_id)
        .where(MeetingInvitation.participant_id.in_(keys))
    ).all()
    found = []
    for last, event_id, ends_at in rows:
        if last.method == "REQUEST" and ends_at is not None and ends_at > now:
            found.append(Farewell(event_id, _copy(last)))
    db.session.execute(
        delete(MeetingInvitation)
        .where(MeetingInvitation.participant_id.in_(keys))
        .execution_options(synchronize_session="fetch")
    )
    return found


def _copy(last: MeetingInvitation) -> MeetingInvitation:
    return MeetingInvitation(
        email=last.email, language=last.language, method=last.method, sequence=last.sequence, sent_at=last.sent_at
    )


def say_farewell(farewells: Iterable[Farewell], now: datetime) -> None:
    """Take events out of the calendars of people who are erased: the last mail, deleted as soon as it has left."""
    if settings().smtp_url is None:
        return  # a mail that nobody sends would only keep the address
    for each in farewells:
        event = db.session.get_one(Event, each.event_id)
        desk = _Desk(now, queries.list_entries([event.id]))
        _cancel(event, each.last, desk, reason="person", name="", participant_id=None, message_kind=outbox.FAREWELL)
