"""The outbox as its readers see it: administrators all, organisers the mail of their programmes (sec-1)."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, func, select, true

from iurc_events.config import settings
from iurc_events.database import db
from iurc_events.domain.errors import NotFoundError
from iurc_events.domain.language_maps import LanguageMap
from iurc_events.domain.vocabulary import RoleName
from iurc_events.localisation import noop
from iurc_events.models.accounts import User
from iurc_events.models.events import Event
from iurc_events.models.messages import Message


@dataclass(frozen=True, slots=True)
class MessageRow:
    """A message in the list."""

    public_id: uuid.UUID
    kind: str
    to_name: str
    to_email: str
    subject: str
    language: str
    state: str
    is_in_doubt: bool
    created_at: datetime
    sent_at: datetime | None
    event_slug: str | None
    event_title: LanguageMap | None


def readable_by(actor: User) -> ColumnElement[bool]:
    """Return the condition that an actor may know of a message."""
    if actor.has_role(RoleName.ADMINISTRATOR):
        return true()
    return Message.programme_id.in_(actor.programme_ids(RoleName.ORGANISER))


def _chosen(actor: User, state: str | None, event_slug: str | None) -> ColumnElement[bool]:
    condition = readable_by(actor)
    if state:
        condition &= Message.state == state
    if event_slug:
        condition &= Message.event_id.in_(select(Event.id).where(Event.slug == event_slug))
    return condition


def list_messages(
    actor: User, *, state: str | None = None, event_slug: str | None = None, page: int = 1, per_page: int = 25
) -> list[MessageRow]:
    """Return a page of the messages that an actor may know of, newest first."""
    rows = db.session.execute(
        select(
            Message.public_id,
            Message.kind,
            Message.to_name,
            Message.to_email,
            Message.subject,
            Message.language,
            Message.state,
            Message.is_in_doubt,
            Message.created_at,
            Message.sent_at,
            Event.slug,
            Event.title,
        )
        .outerjoin(Event, Event.id == Message.event_id)
        .where(_chosen(actor, state, event_slug))
        .order_by(Message.id.desc())
        .limit(per_page)
        .offset((page - 1) * per_page)
    )
    return [MessageRow(*cast("tuple[Any, ...]", row)) for row in rows]


def count_by_state(actor: User, *, event_slug: str | None = None) -> dict[str, int]:
    """Return how many messages an actor may know of in each state."""
    rows = db.session.execute(
        select(Message.state, func.count()).where(_chosen(actor, None, event_slug)).group_by(Message.state)
    )
    return dict(rows.all())


def get_message(actor: User, public_id: uuid.UUID) -> Message:
    """Return a message that an actor may know of.

    Raises:
        NotFoundError: If there is none, or it is of somebody else's programme.
    """
    message = db.session.scalars(
        select(Message).where(Message.public_id == public_id, readable_by(actor))
    ).one_or_none()
    if message is None:
        raise NotFoundError(noop("There is no such message in your outbox"))
    return message


def can_read_text(actor: User, message: Message) -> bool:
    """Tell whether an actor may read what a message says.

    A link that signs somebody in is for that person alone. Only where no mail can leave and people cannot reach the
    site by https, which is the demo, administrators read it: nobody could sign in by it otherwise.
    """
    if not message.is_secret:
        return True
    config = settings()
    return actor.has_role(RoleName.ADMINISTRATOR) and config.smtp_url is None and not config.is_production
