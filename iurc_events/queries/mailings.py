"""Letters to many as organisers see them, and the history of all mail of an event and of a person."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select

from iurc_events.database import db
from iurc_events.domain.errors import NotFoundError
from iurc_events.localisation import noop
from iurc_events.models.accounts import User
from iurc_events.models.events import Event
from iurc_events.models.mailings import Mailing
from iurc_events.models.messages import Message
from iurc_events.models.participants import Participant
from iurc_events.models.speakers import Speaker
from iurc_events.queries.organised_events import organised_by


@dataclass(frozen=True, slots=True)
class MailCounts:
    """How far the mails of a letter got."""

    sent: int = 0
    queued: int = 0
    failed: int = 0
    bounced: int = 0
    kept: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.sent + self.queued + self.failed + self.bounced + self.kept


@dataclass(frozen=True, slots=True)
class LetterCounts:
    """The mails of one letter, or of one kind of mail that is no letter to many."""

    kind: str
    mailing_id: uuid.UUID | None
    subject: str
    subject_language: str
    last_at: datetime
    counts: MailCounts


@dataclass(frozen=True, slots=True)
class SentMail:
    """A mail in a history."""

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
    last_error: str | None


def get_mailing(event: Event, public_id: uuid.UUID) -> Mailing:
    """Return a letter of an event.

    Raises:
        NotFoundError: If it has no such letter.
    """
    found = db.session.scalars(
        select(Mailing).where(Mailing.public_id == public_id, Mailing.event_id == event.id)
    ).one_or_none()
    if found is None:
        raise NotFoundError(noop("There is no such letter at this event"))
    return found


def list_own(event_id: int, *, page: int = 1, per_page: int = 25) -> tuple[list[Mailing], int]:
    """Return a page of an event's letters, without standard letters that still wait, and how many there are."""
    shown = or_(Mailing.kind == "own", Mailing.kind == "changes", Mailing.state.in_(("sending", "sent")))
    condition = and_(Mailing.event_id == event_id, shown)
    total = db.session.scalar(select(func.count(Mailing.id)).where(condition)) or 0
    rows = db.session.scalars(
        select(Mailing).where(condition).order_by(Mailing.id.desc()).limit(per_page).offset((page - 1) * per_page)
    )
    return list(rows), total


def _counts(rows: Iterable[tuple[str, int]]) -> MailCounts:
    numbers: dict[str, int] = {}
    for state, number in rows:
        name = "queued" if state == "sending" else state
        numbers[name] = numbers.get(name, 0) + number
    return MailCounts(**numbers)


def count_mails(mailing_ids: Collection[int]) -> dict[int, MailCounts]:
    """Return how far the mails of letters got, by the letters' keys."""
    if not mailing_ids:
        return {}
    rows = db.session.execute(
        select(Message.mailing_id, Message.state, func.count())
        .where(Message.mailing_id.in_(mailing_ids))
        .group_by(Message.mailing_id, Message.state)
    ).all()
    return {
        key: _counts([(state, number) for mailing_id, state, number in rows if mailing_id == key])
        for key in mailing_ids
    }


def count_by_letter(event_id: int, language: str) -> list[LetterCounts]:
    """Return the mails of an event by letter, and by kind for those of no letter, the latest first.

    Args:
        language: Of the subject, where the letter was sent in it.
    """
    rows = db.session.execute(
        select(
            Message.kind,
            Message.mailing_id,
            Message.state,
            func.count(),
            func.max(Message.created_at),
            func.min(Message.subject),
            Message.language,
        )
        .where(Message.event_id == event_id)
        .group_by(Message.kind, Message.mailing_id, Message.state, Message.language)
    ).all()
    names: dict[int, uuid.UUID] = dict(
        db.session.execute(select(Mailing.id, Mailing.public_id).where(Mailing.event_id == event_id)).all()
    )
    groups: dict[tuple[str, int | None], list[Any]] = {}
    for row in rows:
        groups.setdefault((row[0], row[1]), []).append(row)
    found = []
    for (kind, mailing_id), group in groups.items():
        shown = min(group, key=lambda row: (row[6] != language, row[6], row[5]))
        found.append(
            LetterCounts(
                kind=kind,
                mailing_id=names.get(mailing_id) if mailing_id else None,
                subject=shown[5] if mailing_id else "",
                subject_language=shown[6],
                last_at=max(row[4] for row in group),
                counts=_counts([(row[2], row[3]) for row in group]),
            )
        )
    return sorted(found, key=lambda each: each.last_at, reverse=True)


def list_examples(mailing_id: int) -> list[Message]:
    """Return the first mail of a letter in each language, as it was written; none that signs its reader in."""
    first = (
        select(func.min(Message.id))
        .where(Message.mailing_id == mailing_id, Message.is_secret.is_(False))
        .group_by(Message.language)
    )
    return list(db.session.scalars(select(Message).where(Message.id.in_(first)).order_by(Message.language)))


_COLUMNS = (
    Message.public_id, Message.kind, Message.to_name, Message.to_email, Message.subject, Message.language,
    Message.state, Message.is_in_doubt, Message.created_at, Message.sent_at, Message.last_error,
)  # fmt: skip


def _page(condition: ColumnElement[bool], page: int, per_page: int) -> tuple[list[SentMail], int]:
    total = db.session.scalar(select(func.count(Message.id)).where(condition)) or 0
    rows = db.session.execute(
        select(*_COLUMNS).where(condition).order_by(Message.id.desc()).limit(per_page).offset((page - 1) * per_page)
    )
    return [SentMail(*row) for row in rows], total


def list_of_event(
    event_id: int,
    *,
    state: str = "",
    kind: str = "",
    mailing_id: int | None = None,
    query: str = "",
    page: int = 1,
    per_page: int = 25,
) -> tuple[list[SentMail], int]:
    """Return a page of all mail of an event, the latest first, and how many there are."""
    condition: ColumnElement[bool] = Message.event_id == event_id
    if state:
        condition &= Message.state == state
    if kind:
        condition &= Message.kind == kind
    if mailing_id is not None:
        condition &= Message.mailing_id == mailing_id
    if query:
        condition &= or_(
            Message.to_email.icontains(query, autoescape=True), Message.to_name.icontains(query, autoescape=True)
        )
    return _page(condition, page, per_page)


def list_of_person(actor: User, person_id: int, *, limit: int = 50) -> list[SentMail]:
    """Return the latest mail to a person about events of the actor's, at their addresses given for those events."""
    own = select(Event.id).where(organised_by(actor), Event.deleted_at.is_(None))
    emails = [
        each.lower()
        for model in (Speaker, Participant)
        for each in db.session.scalars(
            select(model.email).where(model.person_id == person_id, model.email.is_not(None), model.event_id.in_(own))
        )
        if each
    ]
    if not emails:
        return []
    condition = and_(Message.event_id.in_(own), func.lower(Message.to_email).in_(set(emails)))
    return _page(condition, 1, limit)[0]


def last_mail_of_participants(participant_ids: Collection[uuid.UUID], event_id: int) -> dict[uuid.UUID, SentMail]:
    """Return the latest mail of an event to each of some participants, by their public ids."""
    if not participant_ids:
        return {}
    latest = (
        select(Participant.public_id.label("whose"), func.max(Message.id).label("message_id"))
        .join(Message, and_(Message.event_id == event_id, Message.to_email == Participant.email))
        .where(Participant.public_id.in_(participant_ids), Participant.event_id == event_id)
        .group_by(Participant.public_id)
        .subquery()
    )
    rows = db.session.execute(select(latest.c.whose, *_COLUMNS).join(Message, Message.id == latest.c.message_id))
    return {row[0]: SentMail(*row[1:]) for row in rows}
