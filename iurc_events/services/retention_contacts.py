"""The retention clock for those who answer for delegations: they go with the event, with what was only for it.

An account goes too, unless somebody needs it elsewhere: it has another role than that of a delegate, answers for a
delegation of another event whose names are kept, has a calendar that is subscribed to, or was used within half a year.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, func, or_, select

from iurc_events.database import db
from iurc_events.domain.vocabulary import RoleName
from iurc_events.models.accounts import OneTimeToken, Role, User
from iurc_events.models.calendar_feeds import CalendarSubscription
from iurc_events.models.delegations import Delegation, FocalPoint
from iurc_events.models.events import Event
from iurc_events.models.letters import Letter
from iurc_events.models.messages import Message
from iurc_events.services import audit
from iurc_events.services.erasure import empty_users
from iurc_events.services.personal_data import Eraser

#: An account that was used, or made, within this time before the names go is in use.
IN_USE: Final = timedelta(days=180)


@dataclass(frozen=True, slots=True)
class Contacts:
    """Who answers for the delegations of an event: their names, and the accounts that go with them."""

    names: tuple[str, ...]
    accounts: frozenset[int]
    accounts_kept: int


def _points(event_id: int) -> list[FocalPoint]:
    return list(
        db.session.scalars(
            select(FocalPoint)
            .join(Delegation, Delegation.id == FocalPoint.delegation_id)
            .where(Delegation.event_id == event_id)
            .order_by(FocalPoint.name, FocalPoint.id)
        )
    )


def _accounts_of(points: list[FocalPoint]) -> set[int]:
    """Return the accounts of focal points: by link, or by the same address."""
    linked = {point.user_id for point in points if point.user_id is not None}
    emails = {point.email.lower() for point in points}
    return linked | set(db.session.scalars(select(User.id).where(func.lower(User.email).in_(emails))))


def _in_use(accounts: set[int], event_id: int, at: datetime) -> set[int]:
    """Return those of the accounts that somebody needs for something else than this event."""
    elsewhere = (
        select(User.id)
        .join(FocalPoint, or_(FocalPoint.user_id == User.id, func.lower(FocalPoint.email) == func.lower(User.email)))
        .join(Delegation, Delegation.id == FocalPoint.delegation_id)
        .join(Event, Event.id == Delegation.event_id)
        .where(Event.id != event_id, Event.names_erased_at.is_(None), Event.deleted_at.is_(None))
    )
    others = (
        elsewhere,
        select(Role.user_id).where(Role.name != RoleName.DELEGATE.value),
        select(CalendarSubscription.user_id).where(CalendarSubscription.revoked_at.is_(None)),
        select(User.id).where(func.coalesce(User.signed_in_at, User.created_at) >= at - IN_USE),
    )
    return set(db.session.scalars(select(User.id).where(User.id.in_(accounts), or_(*map(User.id.in_, others)))))


def find_contacts(event_id: int, at: datetime) -> Contacts:
    """Tell who goes at an instant, as things stand now; names, or addresses where no name is known."""
    points = _points(event_id)
    accounts = _accounts_of(points)
    kept = _in_use(accounts, event_id, at)
    return Contacts(tuple(point.name or point.email for point in points), frozenset(accounts - kept), len(kept))


def forget_contacts(event_id: int, now: datetime) -> None:
    """Delete who answers for the delegations of an event, and the accounts that nobody needs; in the transaction."""
    points = _points(event_id)
    if not points:
        return
    going = set(find_contacts(event_id, now).accounts)
    keys = {point.id for point in points}
    eraser = Eraser({text for point in points for text in (point.name, point.email)})
    _clean_texts(event_id, eraser)
    for model in (OneTimeToken, Message):
        db.session.execute(delete(model).where(or_(model.focal_point_id.in_(keys), model.user_id.in_(going))))
    db.session.execute(delete(FocalPoint).where(FocalPoint.id.in_(keys)))
    for public_id in db.session.scalars(select(User.public_id).where(User.id.in_(going)).order_by(User.id)).all():
        audit.record("account erased after its time", "user", public_id, actor_id=None)
    empty_users(going)
    db.session.flush()
    db.session.expire_all()


def _clean_texts(event_id: int, eraser: Eraser) -> None:
    """Take the names out of what was said of the delegations, and out of letters to them."""
    for delegation in db.session.scalars(select(Delegation).where(Delegation.event_id == event_id)):
        for name in ("note", "decline_reason"):
            text = getattr(delegation, name)
            if text and (clean := eraser.text(text)) != text:
                setattr(delegation, name, clean)
    for letter in db.session.scalars(
        select(Letter).where(
            Letter.event_id == event_id, Letter.speaker_id.is_(None), Letter.participant_id.is_(None)
        )
    ):  # fmt: skip
        if (clean := eraser.value(letter.contents)) != letter.contents:
            letter.contents = clean
