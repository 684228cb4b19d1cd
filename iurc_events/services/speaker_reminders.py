"""Reminders of the own page: by an organiser's hand, and by themselves in the three weeks before an event."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from iurc_events.config import settings
from iurc_events.database import db, in_transaction, utc_now
from iurc_events.domain.language_maps import text_of
from iurc_events.localisation import noop, translate
from iurc_events.mail import MessageText
from iurc_events.mail import speakers as builders
from iurc_events.models.accounts import User
from iurc_events.models.events import Event
from iurc_events.models.speakers import Speaker
from iurc_events.queries import organised_events
from iurc_events.queries import speaker_pages as page_queries
from iurc_events.queries.speaker_pages import PAGE_PARTS, PageRow
from iurc_events.services import audit, mail_facts, outbox, speaker_notices
from iurc_events.services.event_life import get_own_event

#: Timed reminders begin so long before an event, come at most so often and so many times.
BEGIN_BEFORE: Final = timedelta(days=21)
AT_MOST_EVERY: Final = timedelta(days=7)
MOST_TIMED: Final = 3
#: Stands for the personal link in a preview; a real one is made for each message.
LINK_IN_PREVIEW: Final = "/speaker/…"


def reminder_text(event: Event, speaker: Speaker, missing: Sequence[str], *, language: str, url: str) -> MessageText:
    """Write the reminder of one speaker."""
    return builders.page_reminder(
        language,
        name=text_of(speaker.name, language),
        event=mail_facts.event_facts(event, language, own_city=speaker.city),
        missing=[translate(PAGE_PARTS[part], language) for part in missing],
        url=url,
    )


def preview(event: Event, row: PageRow, language: str) -> MessageText:
    """Write the reminder as it would be sent, without a link of its own."""
    url = f"{settings().base_url}/{language}{LINK_IN_PREVIEW}"
    return reminder_text(event, row.speaker, row.missing, language=language, url=url)


def _queue(event: Event, row: PageRow, now: datetime) -> None:
    speaker = row.speaker
    assert speaker.email is not None
    language = speaker_notices.speaker_language(speaker, fallback=_side_language(row))
    url = speaker_notices.personal_link(event, speaker, language)
    outbox.queue(
        "speaker-reminder",
        speaker.email,
        text_of(speaker.name, language),
        language,
        reminder_text(event, speaker, row.missing, language=language, url=url),
        programme_id=event.programme_id,
        event_id=event.id,
        delegation_id=speaker.delegation_id,
        is_secret=True,
    )
    speaker.profile_reminded_at = now


def _side_language(row: PageRow) -> str:
    return "zh" if row.city is not None and row.city.side == "China" else "en"


@in_transaction
def remind(*, actor: User, event_id: int, now: datetime | None = None) -> int:
    """Remind every speaker of an event whose page is incomplete; return how many mails are on their way.

    Who was reminded less than an hour ago is left out, so that a form sent twice writes once.
    """
    moment = now or utc_now()
    event = get_own_event(actor, event_id)
    just_now = moment - timedelta(hours=1)
    rows = [
        row
        for row in page_queries.list_incomplete(event.id)
        if row.speaker.profile_reminded_at is None or row.speaker.profile_reminded_at <= just_now
    ]
    for row in rows:
        _queue(event, row, moment)
    if rows:
        audit.record(
            noop("speakers reminded of their pages"), "event", event.slug, actor_id=actor.id,
            programme_id=event.programme_id,
        )  # fmt: skip
    return len(rows)


def remind_due(now: datetime | None = None) -> int:
    """Send the timed reminders that are due; each event in a transaction of its own."""
    moment = now or utc_now()
    event_ids = page_queries.list_coming_events(moment, BEGIN_BEFORE)
    db.session.rollback()
    return sum(_remind_event(event_id, moment) for event_id in event_ids)


@in_transaction
def _remind_event(event_id: int, now: datetime) -> int:
    event = organised_events.get_event_for_update(event_id)
    if event.state != "published" or event.deleted_at is not None:
        return 0
    rows = page_queries.list_due(event_id, before=now - AT_MOST_EVERY, most=MOST_TIMED)
    for row in rows:
        _queue(event, row, now)
        row.speaker.profile_reminders += 1
    return len(rows)
