"""Mail to everybody concerned when an event moves, is postponed, cancelled or takes place after all.

Rows of the outbox in the transaction of the change (one INSERT takes them all); each in its reader's language.
"""

from __future__ import annotations

from typing import Literal

from iurc_events.domain.language_maps import LanguageMap
from iurc_events.domain.time_slots import TimeSlot
from iurc_events.mail import MessageText
from iurc_events.mail import events as builders
from iurc_events.models.events import Event
from iurc_events.queries.event_audiences import Recipient, list_recipients
from iurc_events.services import mail_facts, outbox

Notice = Literal["moved", "postponed", "cancelled", "reopened"]


def _text(
    event: Event, notice: Notice, recipient: Recipient, reason: LanguageMap | None, old_slot: TimeSlot | None
) -> MessageText:
    language, name = recipient.language, recipient.name
    facts = mail_facts.event_facts(event, language, own_city=recipient.city)
    if notice == "cancelled":
        return builders.event_cancelled(language, name=name, event=facts, reason=reason)
    if notice == "postponed":
        return builders.event_postponed(language, name=name, event=facts, reason=reason)
    if notice == "reopened":
        return builders.event_reopened(language, name=name, event=facts)
    return builders.event_moved(language, name=name, event=facts, old_slot=old_slot, reason=reason)


def queue(event: Event, notice: Notice, *, reason: LanguageMap | None = None, old_slot: TimeSlot | None = None) -> int:
    """Put one mail for each person concerned into the outbox; return how many."""
    recipients = list_recipients(event)
    for recipient in recipients:
        outbox.queue(
            f"event-{notice}",
            recipient.email,
            recipient.name,
            recipient.language,
            _text(event, notice, recipient, reason, old_slot),
            programme_id=event.programme_id,
            event_id=event.id,
            delegation_id=recipient.delegation_id,
            focal_point_id=recipient.focal_point_id,
            participant_id=recipient.participant_id,
            user_id=recipient.user_id,
        )
    return len(recipients)
