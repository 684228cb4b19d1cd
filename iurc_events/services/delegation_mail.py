"""Mail to focal points, each in their language and with a one-time link of their own."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

from iurc_events import addresses
from iurc_events.config import settings
from iurc_events.database import utc_now
from iurc_events.domain.time_slots import deadline_instant
from iurc_events.domain.vocabulary import DelegationState
from iurc_events.localisation import noop, translate
from iurc_events.mail import MessageText
from iurc_events.mail import delegations as builders
from iurc_events.mail.contents import Quota
from iurc_events.models.delegations import Delegation, FocalPoint
from iurc_events.models.events import Event
from iurc_events.models.messages import Message
from iurc_events.services import mail_facts, outbox, tokens

#: Delegations that have not answered yet.
SILENT_STATES: Final = (
    DelegationState.INVITED.value,
    DelegationState.OPENED.value,
    DelegationState.NOMINATING.value,
)
#: Stands in a preview for the link, which is made when the mail is.
LINK_IN_PREVIEW: Final = "…"


def link_lifetime(delegation: Delegation, now: datetime) -> timedelta:
    """Return how long a link is good: thirty days past the deadline, at least 120 days."""
    shortest = tokens.LIFETIMES["invitation"]
    if delegation.deadline_on is None:
        return shortest
    over = deadline_instant(date.fromisoformat(delegation.deadline_on), delegation.city.time_zone)
    return max(shortest, over + timedelta(days=30) - now)


def invitation_link(event: Event, delegation: Delegation, point: FocalPoint) -> str:
    """Issue a new one-time link of a focal point and return its whole address."""
    token = tokens.issue(
        "invitation",
        event_id=event.id,
        delegation_id=delegation.id,
        focal_point_id=point.id,
        lifetime=link_lifetime(delegation, utc_now()),
    )
    return settings().base_url + addresses.invitation(token, point.language)


def quotas_of(delegation: Delegation) -> list[Quota]:
    """Return the places of a delegation as messages name them."""
    return [Quota(each.role, each.mode, each.places) for each in delegation.quotas if each.places]


def invitation_text(
    event: Event, delegation: Delegation, *, language: str, name: str, url: str, note: str
) -> MessageText:
    """Build the invitation of a city."""
    return builders.delegation_invitation(
        language,
        name=name,
        city=delegation.city.name,
        event=mail_facts.event_facts(event, language, own_city=delegation.city),
        url=url,
        deadline=mail_facts.deadline_of(delegation.deadline_on, delegation.city, event.programme),
        quotas=quotas_of(delegation),
        note=note,
    )


def reminder_text(event: Event, delegation: Delegation, *, language: str, name: str, url: str) -> MessageText:
    """Build the reminder of a city; also what the organiser sees before it is sent."""
    missing = noop("Send what you have named") if delegation.state == "nominating" else noop("Name your speakers")
    return builders.delegation_reminder(
        language,
        name=name,
        city=delegation.city.name,
        event=mail_facts.event_facts(event, language, own_city=delegation.city),
        url=url,
        deadline=mail_facts.deadline_of(delegation.deadline_on, delegation.city, event.programme),
        missing=[translate(missing, language)],
    )


def queue_to_point(
    kind: str,
    event: Event,
    delegation: Delegation,
    point: FocalPoint,
    text: MessageText,
    *,
    is_secret: bool = False,
    due_at: datetime | None = None,
) -> Message:
    """Queue a letter to somebody who answers for a delegation.

    Args:
        is_secret: Whether it holds a link that signs the person in; it then names the person's account.
        due_at: When to send it; None: at once.
    """
    return outbox.queue(
        kind,
        point.email,
        point.name,
        point.language,
        text,
        programme_id=event.programme_id,
        event_id=event.id,
        delegation_id=delegation.id,
        focal_point_id=point.id,
        user_id=point.user_id if is_secret else None,
        is_secret=is_secret,
        due_at=due_at,
    )


def queue_invitation(event: Event, delegation: Delegation, point: FocalPoint, *, note: str = "") -> Message:
    """Put an invitation into the outbox."""
    url = invitation_link(event, delegation, point)
    text = invitation_text(event, delegation, language=point.language, name=point.name, url=url, note=note)
    return queue_to_point("delegation-invitation", event, delegation, point, text, is_secret=True)


def queue_reminder(event: Event, delegation: Delegation, point: FocalPoint) -> Message:
    """Put a reminder into the outbox."""
    url = invitation_link(event, delegation, point)
    text = reminder_text(event, delegation, language=point.language, name=point.name, url=url)
    return queue_to_point("delegation-reminder", event, delegation, point, text, is_secret=True)
