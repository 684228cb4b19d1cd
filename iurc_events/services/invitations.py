"""What a city does with its invitation: open it, ask for a new link, hand the answer in, decline, take it up again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import func, or_, select, update
from sqlalchemy.exc import IntegrityError

from iurc_events.database import db, in_transaction, utc_now
from iurc_events.domain.errors import DomainError, NotFoundError
from iurc_events.domain.vocabulary import DelegationState, RoleName
from iurc_events.localisation import noop
from iurc_events.models.accounts import OneTimeToken, Role, User
from iurc_events.models.delegations import Delegation, FocalPoint
from iurc_events.models.events import Event
from iurc_events.queries.accounts import find_user_by_email, normal_email
from iurc_events.services import (
    attempts,
    audit,
    delegation_exits,
    delegation_mail,
    delegation_rules,
    delegation_waiting,
    delegations,
    seats,
    tokens,
)
from iurc_events.services.delegations import FocalPointDetails
from iurc_events.services.event_changes import record_change


class InvitationUsedError(DomainError):
    """The link was used, is too old or was withdrawn."""


class ReasonMissingError(DomainError):
    """Declining needs a word for the organisers."""


@dataclass(frozen=True, slots=True)
class OpenedInvitation:
    """A delegation whose invitation was opened, by whom, and whether the link may sign them in."""

    user: User
    delegation: Delegation
    may_sign_in: bool


def mark_opened(delegation: Delegation, now: datetime) -> None:
    """Note that somebody of the city has seen the invitation, in the caller's transaction."""
    if delegation.state == DelegationState.INVITED:
        delegation.state = DelegationState.OPENED.value
    delegation.opened_at = delegation.opened_at or now


def _is_more_than_this_delegate(user: User, city_id: int) -> bool:
    """Tell whether an account opens more than this city's desk.

    Such a link may have been handed over by an organiser, who must not become somebody else by it.
    """
    return any(role.name != RoleName.DELEGATE or role.city_id != city_id for role in user.roles)


def _account_of(point: FocalPoint) -> User:
    """Find or make the account of a focal point; of two at the same moment one makes it."""
    if user := find_user_by_email(point.email):
        return user
    user = User(email=normal_email(point.email), name=point.name, language=point.language, roles=[])
    try:
        with db.session.begin_nested():
            db.session.add(user)
    except IntegrityError:
        known = find_user_by_email(point.email)
        if known is None:
            raise
        return known
    return user


@in_transaction
def open_invitation(token: str, *, now: datetime | None = None) -> OpenedInvitation:
    """Use an invitation's link up: the focal point gets an account for the city, and the invitation counts as opened.

    An account that is more than a delegate of this city is not signed in by a link that can be passed on.

    Raises:
        InvitationUsedError: If the link does not work any more.
    """
    moment = now or utc_now()
    used = InvitationUsedError(noop("This link was used already or is too old"))
    seen = tokens.find_valid("invitation", token)
    if seen is None or seen.delegation_id is None or seen.focal_point_id is None:
        raise used
    try:
        event, delegation = delegation_rules.lock_delegation(seen.delegation_id)
    except NotFoundError:
        raise used from None
    point = next((each for each in delegation.focal_points if each.id == seen.focal_point_id), None)
    if point is None or tokens.consume("invitation", token) is None:
        raise used
    user = _account_of(point)
    if user.is_disabled:
        raise used
    may_sign_in = not _is_more_than_this_delegate(user, delegation.city_id)
    if not user.has_role(RoleName.DELEGATE, city_id=delegation.city_id):
        user.roles.append(Role(name=RoleName.DELEGATE.value, city_id=delegation.city_id))
    if may_sign_in:
        user.signed_in_at = moment
    db.session.flush()
    point.user_id = user.id
    point.opened_at = point.opened_at or moment
    mark_opened(delegation, moment)
    audit.record(
        noop("invitation opened"),
        "delegation",
        delegation.public_id,
        actor_id=user.id,
        programme_id=event.programme_id,
    )
    return OpenedInvitation(user, delegation, may_sign_in)


@in_transaction
def note_sign_in(user_id: int, *, now: datetime | None = None) -> None:
    """Count a focal point's sign-in as opening the invitations that wait for them."""
    user = db.session.get_one(User, user_id)
    moment = now or utc_now()
    waiting = select(FocalPoint.id, FocalPoint.delegation_id).join(Delegation).where(
        FocalPoint.opened_at.is_(None),
        or_(FocalPoint.user_id == user.id, func.lower(FocalPoint.email) == normal_email(user.email)),
        Delegation.city_id.in_(user.city_ids),
    )  # fmt: skip
    rows = db.session.execute(waiting).all()
    if not rows:
        return
    db.session.execute(
        update(FocalPoint).where(FocalPoint.id.in_([key for key, _ in rows])).values(opened_at=moment, user_id=user.id)
    )
    db.session.execute(
        update(Delegation)
        .where(Delegation.id.in_([key for _, key in rows]), Delegation.state == DelegationState.INVITED.value)
        .values(state=DelegationState.OPENED.value, opened_at=moment)
    )


def find_delegation_of_link(token: str) -> Delegation | None:
    """Find the delegation of a link, also of one that was used; for those who are signed in for its city already."""
    return db.session.scalars(
        select(Delegation)
        .join(OneTimeToken, OneTimeToken.delegation_id == Delegation.id)
        .join(Event, Event.id == Delegation.event_id)
        .where(
            OneTimeToken.token_hash == tokens.hash_token(token.strip().lower()),
            OneTimeToken.purpose == "invitation",
            Event.deleted_at.is_(None),
        )
    ).one_or_none()


@in_transaction
def send_new_link(token: str) -> None:
    """Send a new link to the focal point of a link that was used or is too old.

    Silent where there is none, and beyond the number of links that an address gets in an hour.
    """
    found = db.session.scalars(
        select(OneTimeToken).where(
            OneTimeToken.token_hash == tokens.hash_token(token.strip().lower()), OneTimeToken.purpose == "invitation"
        )
    ).one_or_none()
    if found is None or found.focal_point_id is None or found.revoked_at is not None:
        return
    point = db.session.get(FocalPoint, found.focal_point_id)
    delegation = db.session.get(Delegation, point.delegation_id) if point else None
    if point is None or delegation is None or delegation.event.deleted_at is not None:
        return
    if attempts.count(attempts.LINK_PER_ACCOUNT, normal_email(point.email)):
        delegation_mail.queue_invitation(delegation.event, delegation, point, note=delegation.note or "")


def own_open_delegation(actor: User, delegation_id: int, now: datetime) -> tuple[Event, Delegation]:
    """Lock a delegation of the actor's cities that is still open for answers, in the caller's transaction.

    Raises:
        NotFoundError: If it is another city's.
        EventClosedError: If the event was held or cancelled.
        DeadlinePassedError: If the last day to answer is over in the city's zone.
    """
    event, delegation = delegation_rules.lock_delegation(delegation_id)
    if delegation.city_id not in actor.city_ids:
        raise NotFoundError(noop("There is no such delegation"))
    delegation_rules.check_open(event)
    delegation_rules.check_deadline(delegation, now)
    mark_opened(delegation, now)
    return event, delegation


def _record(action: str, delegation: Delegation, actor: User, *fields: str) -> None:
    delegation.version += 1
    audit.record(
        action,
        "delegation",
        delegation.public_id,
        actor_id=actor.id,
        programme_id=delegation.event.programme_id,
        fields=fields,
    )


@in_transaction
def name_later(*, actor: User, delegation_id: int, now: datetime | None = None) -> Delegation:
    """Keep the slot without a name yet: the organisers see that the city is at work."""
    _, delegation = own_open_delegation(actor, delegation_id, now or utc_now())
    if delegation.state in (DelegationState.OPENED, DelegationState.DECLINED):
        delegation.state = DelegationState.NOMINATING.value
        delegation.decline_reason = None
    _record(noop("speaker to be named later"), delegation, actor, "state")
    return delegation


@in_transaction
def submit(*, actor: User, delegation_id: int, now: datetime | None = None) -> Delegation:
    """Hand the city's answer to the organisers; it can be corrected until the deadline."""
    moment = now or utc_now()
    _, delegation = own_open_delegation(actor, delegation_id, moment)
    if delegation.state != DelegationState.CONFIRMED:
        delegation.state = DelegationState.SUBMITTED.value
    delegation.submitted_at = moment
    delegation.decline_reason = None
    _record(noop("delegation submitted"), delegation, actor, "state")
    return delegation


@in_transaction
def decline(*, actor: User, delegation_id: int, reason: str, now: datetime | None = None) -> Delegation:
    """Say that the city does not take part: its people are withdrawn, its places go to cities that wait.

    Raises:
        ReasonMissingError: If no reason is given.
    """
    if not reason.strip():
        raise ReasonMissingError(noop("Write a word for the programme team"))
    moment = now or utc_now()
    event, delegation = own_open_delegation(actor, delegation_id, moment)
    delegation_exits.withdraw_all(event, delegation, moment)
    delegation.state = DelegationState.DECLINED.value
    delegation.decline_reason = reason.strip()
    _record(noop("delegation declined"), delegation, actor, "state", "decline_reason")
    delegation_waiting.give_on(event, delegation, actor=actor)
    seats.fill(event)
    record_change(event, noop("delegation declined"), actor_id=actor.id)
    return delegation


@in_transaction
def take_up_again(*, actor: User, delegation_id: int, now: datetime | None = None) -> Delegation:
    """Open a declined or submitted answer again before the deadline; a confirmed one stays confirmed."""
    _, delegation = own_open_delegation(actor, delegation_id, now or utc_now())
    if delegation.state in (DelegationState.DECLINED, DelegationState.SUBMITTED):
        delegation.state = DelegationState.NOMINATING.value
        delegation.decline_reason = None
        _record(noop("delegation taken up again"), delegation, actor, "state")
    return delegation


#: More focal points than this a city cannot invite itself.
MOST_POINTS: Final = 10


@in_transaction
def hand_over(
    *, actor: User, delegation_id: int, details: FocalPointDetails, keeps_access: bool
) -> tuple[FocalPoint, bool]:
    """Invite a colleague as a focal point of the own delegation, also after the deadline.

    Args:
        keeps_access: Whether who hands over stays a focal point; else they leave this delegation, and the city's
            desk where no other delegation of the city has them as a focal point.

    Returns:
        The colleague, and whether the actor may still act for the city.

    Raises:
        NotFoundError: If it is another city's.
        DomainError: If the colleague is a focal point already, or there are too many.
    """
    event, delegation = delegation_rules.lock_delegation(delegation_id)
    if delegation.city_id not in actor.city_ids:
        raise NotFoundError(noop("There is no such delegation"))
    delegations.check_new_address(delegation, details.email)
    if len(delegation.focal_points) >= MOST_POINTS:
        raise DomainError(noop("Your city has %(number)s focal points already"), number=MOST_POINTS)
    point = delegations.points_from([details])[0]
    delegation.focal_points.append(point)
    db.session.flush()
    delegation_mail.queue_invitation(event, delegation, point, note=delegation.note or "")
    may_act = True
    if not keeps_access:
        may_act = _leave(actor, delegation)
    _record(noop("delegation handed over"), delegation, actor)
    return point, may_act


def _is_own(point: FocalPoint, user: User) -> bool:
    return point.user_id == user.id or normal_email(point.email) == normal_email(user.email)


def _leave(actor: User, delegation: Delegation) -> bool:
    """Let somebody leave a delegation; tell whether another one of the city keeps them as a delegate."""
    for own in [each for each in delegation.focal_points if _is_own(each, actor)]:
        tokens.revoke("invitation", focal_point_id=own.id)
        db.session.flush()
        delegation.focal_points.remove(own)
    db.session.flush()
    others = select(func.count()).select_from(FocalPoint).join(Delegation, Delegation.id == FocalPoint.delegation_id)
    if db.session.scalar(
        others.where(
            Delegation.city_id == delegation.city_id,
            or_(FocalPoint.user_id == actor.id, func.lower(FocalPoint.email) == normal_email(actor.email)),
        )
    ):
        return True
    user = db.session.get_one(User, actor.id)
    for role in [each for each in user.roles if each.city_id == delegation.city_id]:
        user.roles.remove(role)
    return False
