"""What organisers do with delegations: invite cities, set terms, remind, confirm, withdraw an invitation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import select

from iurc_events.database import db, in_transaction, utc_now
from iurc_events.domain.errors import ConflictError, DomainError, NotFoundError
from iurc_events.domain.language_maps import text_of
from iurc_events.domain.time_slots import deadline_instant
from iurc_events.domain.vocabulary import DelegationState
from iurc_events.localisation import noop
from iurc_events.mail.contents import Quota
from iurc_events.models.accounts import User
from iurc_events.models.cities import City
from iurc_events.models.delegations import Delegation, DelegationQuota, FocalPoint
from iurc_events.models.events import Event
from iurc_events.queries.personal_feeds import DEADLINES
from iurc_events.services import (
    audit,
    delegation_mail,
    delegation_rules,
    delegation_waiting,
    tokens,
)
from iurc_events.services.event_changes import bump_feeds, record_change
from iurc_events.services.event_life import get_own_event

__all__ = [
    "AlreadyInvitedError", "CityInvitation", "DelegationChangedError", "FocalPointDetails", "PastDeadlineError",
    "Quota", "QuotaInUseError", "add_focal_point", "change_terms", "extend", "hand_over", "invite",
    "make_link", "remind", "remove_focal_point", "send_again",
]  # fmt: skip


class AlreadyInvitedError(DomainError):
    """Some of the cities are invited to the event already."""

    def __init__(self, cities: Sequence[City]) -> None:
        names = ", ".join(text_of(city.name, "en") for city in cities)
        super().__init__(noop("Invited already: %(cities)s"), cities=names)
        self.cities = tuple(cities)


class PastDeadlineError(DomainError):
    """The deadline to set is over already."""


class QuotaInUseError(DomainError):
    """More people of a role are registered than there would be places."""

    def __init__(self, message: str, role: str, number: int) -> None:
        super().__init__(message, number=number)
        self.role = role


class DelegationChangedError(ConflictError):
    """Somebody else changed the delegation since the form was opened."""


@dataclass(frozen=True, slots=True)
class FocalPointDetails:
    """Somebody who answers for a city."""

    email: str
    name: str = ""
    language: str = "en"


@dataclass(frozen=True, slots=True)
class CityInvitation:
    """A city to invite, and whom to write to."""

    city_id: int
    focal_points: tuple[FocalPointDetails, ...] = ()


def get_own_delegation(actor: User, delegation_id: int) -> tuple[Event, Delegation]:
    """Return a delegation of an actor's event for a change, the event locked.

    Raises:
        NotFoundError: If it is none of the actor's.
    """
    event_id = db.session.scalar(select(Delegation.event_id).where(Delegation.id == delegation_id))
    if event_id is None:
        raise NotFoundError(noop("There is no such delegation"))
    event = get_own_event(actor, event_id)
    delegation = db.session.scalars(
        select(Delegation).where(Delegation.id == delegation_id).execution_options(populate_existing=True)
    ).one_or_none()
    if delegation is None:
        raise NotFoundError(noop("There is no such delegation"))
    return event, delegation


def record(action: str, event: Event, delegation: Delegation, actor: User | None, *fields: str) -> None:
    audit.record(
        action,
        "delegation",
        delegation.public_id,
        actor_id=actor.id if actor else None,
        programme_id=event.programme_id,
        fields=fields,
    )


def _check_deadline(deadline_on: date | None, cities: Sequence[City], now: datetime) -> None:
    if deadline_on and any(now >= deadline_instant(deadline_on, city.time_zone) for city in cities):
        raise PastDeadlineError(noop("Choose a day that is still to come"))


def _quota_rows(quotas: Sequence[Quota]) -> list[DelegationQuota]:
    places: dict[tuple[str, str], int] = {}
    for quota in quotas:
        places[quota.role, quota.mode] = places.get((quota.role, quota.mode), 0) + quota.places
    return [DelegationQuota(role=role, mode=mode, places=number) for (role, mode), number in places.items()]


def points_from(details: Sequence[FocalPointDetails]) -> list[FocalPoint]:
    """Make focal points, each with the account of that address where there is one."""
    unique = {each.email.casefold(): each for each in reversed(details)}
    known = {
        user.email.casefold(): user.id
        for user in db.session.scalars(select(User).where(User.email.in_([each.email for each in details])))
    }
    return [
        FocalPoint(email=each.email, name=each.name, language=each.language, user_id=known.get(email))
        for email, each in reversed(unique.items())
    ]


@in_transaction
def invite(
    *,
    actor: User,
    event_id: int,
    cities: Sequence[CityInvitation],
    quotas: Sequence[Quota],
    deadline_on: date | None = None,
    note: str = "",
    now: datetime | None = None,
) -> list[Delegation]:
    """Invite cities to an event; each focal point gets a mail with a link of their own, in their language.

    Args:
        deadline_on: The last day to answer, inclusive, in each city's own zone.
        note: What the mail says besides.

    Raises:
        AlreadyInvitedError: If a city is invited already; then none is.
        PastDeadlineError: If the deadline is over already in one of the cities.
    """
    moment = now or utc_now()
    event = get_own_event(actor, event_id)
    delegation_rules.check_open(event)
    keys = list(dict.fromkeys(each.city_id for each in cities))
    by_key = {city.id: city for city in db.session.scalars(select(City).where(City.id.in_(keys)))}
    if len(by_key) != len(keys) or not keys:
        raise NotFoundError(noop("There is no such city"))
    present = set(
        db.session.scalars(
            select(Delegation.city_id).where(Delegation.event_id == event.id, Delegation.city_id.in_(keys))
        )
    )
    if present:
        raise AlreadyInvitedError([by_key[key] for key in keys if key in present])
    _check_deadline(deadline_on, list(by_key.values()), moment)
    delegations = []
    for wish in cities:
        delegation = Delegation(
            event_id=event.id,
            city_id=wish.city_id,
            state=DelegationState.INVITED.value,
            deadline_on=deadline_on.isoformat() if deadline_on else None,
            note=note.strip() or None,
            invited_at=moment,
            quotas=_quota_rows(quotas),
            focal_points=points_from(wish.focal_points),
        )
        delegation.city = by_key[wish.city_id]
        db.session.add(delegation)
        delegations.append(delegation)
    db.session.flush()
    for delegation in delegations:
        for point in delegation.focal_points:
            delegation_mail.queue_invitation(event, delegation, point, note=note)
        record(noop("city invited"), event, delegation, actor)
    return delegations


_IN_USE: Final = {
    "speaker": noop("Speakers registered already: %(number)s. Withdraw some first, or leave more places"),
    "participant": noop("Participants registered already: %(number)s. Withdraw some first, or leave more places"),
    "observer": noop("Observers registered already: %(number)s. Withdraw some first, or leave more places"),
}


@in_transaction
def change_terms(
    *,
    actor: User,
    delegation_id: int,
    quotas: Sequence[Quota],
    deadline_on: date | None,
    version: int | None = None,
    now: datetime | None = None,
) -> Delegation:
    """Change places and deadline of a delegation; those who wait move up into new places.

    Args:
        version: Of the delegation as the form showed it; None overwrites whatever is there.

    Raises:
        QuotaInUseError: If more people of a role are registered already.
        PastDeadlineError: If a new deadline is over already.
        DelegationChangedError: If somebody else changed it meanwhile.
    """
    event, delegation = get_own_delegation(actor, delegation_id)
    if version is not None and version != delegation.version:
        raise DelegationChangedError(noop("Somebody else changed this delegation while you were writing"))
    new_deadline = deadline_on.isoformat() if deadline_on else None
    if new_deadline != delegation.deadline_on:
        _check_deadline(deadline_on, [delegation.city], now or utc_now())
        _note_new_deadlines([delegation])
    for role, message in _IN_USE.items():
        places = [(quota.mode, quota.places) for quota in quotas if quota.role == role]
        seated = delegation_rules.seated_modes(delegation.id, role=role)
        if not delegation_rules.fits_quota(seated, places):
            raise QuotaInUseError(message, role, len(seated))
    db.session.flush()
    delegation.quotas = []
    db.session.flush()
    delegation.quotas = _quota_rows(quotas)
    delegation.deadline_on = new_deadline
    delegation.version += 1
    record(noop("terms changed"), event, delegation, actor, "deadline_on", "quotas")
    if delegation_waiting.move_up(event, delegation):
        record_change(event, noop("terms changed"), actor_id=actor.id)
    return delegation


@in_transaction
def extend(
    *, actor: User, event_id: int, delegation_ids: Sequence[int], deadline_on: date, now: datetime | None = None
) -> int:
    """Give several delegations a new last day to answer; return how many."""
    event = get_own_event(actor, event_id)
    delegations = _chosen(event, delegation_ids)
    _check_deadline(deadline_on, [each.city for each in delegations], now or utc_now())
    for delegation in delegations:
        delegation.deadline_on = deadline_on.isoformat()
        delegation.version += 1
        record(noop("deadline extended"), event, delegation, actor, "deadline_on")
    _note_new_deadlines(delegations)
    return len(delegations)


def _note_new_deadlines(delegations: Sequence[Delegation]) -> None:
    """Let the last day in the calendars of those who answer supersede the one that stood there (cal-13)."""
    bump_feeds([f"{DEADLINES}{delegation.public_id}" for delegation in delegations], utc_now())


def _chosen(event: Event, keys: Sequence[int]) -> list[Delegation]:
    found = list(
        db.session.scalars(
            select(Delegation)
            .where(Delegation.event_id == event.id, Delegation.id.in_(keys))
            .order_by(Delegation.id)
            .execution_options(populate_existing=True)
        )
    )
    if len(found) != len(set(keys)):
        raise NotFoundError(noop("There is no such delegation"))
    return found


@in_transaction
def remind(*, actor: User, event_id: int, delegation_ids: Sequence[int], now: datetime | None = None) -> int:
    """Remind delegations that have not answered; return how many mails that makes.

    Those that answered or declined since the page was shown are left alone.
    """
    moment = now or utc_now()
    event = get_own_event(actor, event_id)
    delegation_rules.check_open(event)
    mails = 0
    for delegation in _chosen(event, delegation_ids):
        if delegation.state not in delegation_mail.SILENT_STATES:
            continue
        for point in delegation.focal_points:
            delegation_mail.queue_reminder(event, delegation, point)
            mails += 1
        delegation.reminded_at = moment
        record(noop("city reminded"), event, delegation, actor)
    return mails


def _own_point(actor: User, focal_point_id: int) -> tuple[Event, Delegation, FocalPoint]:
    delegation_id = db.session.scalar(select(FocalPoint.delegation_id).where(FocalPoint.id == focal_point_id))
    if delegation_id is None:
        raise NotFoundError(noop("There is no such focal point"))
    event, delegation = get_own_delegation(actor, delegation_id)
    return event, delegation, next(each for each in delegation.focal_points if each.id == focal_point_id)


@in_transaction
def send_again(*, actor: User, focal_point_id: int) -> FocalPoint:
    """Send the invitation to a focal point once more, with a new link."""
    event, delegation, point = _own_point(actor, focal_point_id)
    delegation_mail.queue_invitation(event, delegation, point, note=delegation.note or "")
    record(noop("invitation sent again"), event, delegation, actor)
    return point


@in_transaction
def make_link(*, actor: User, focal_point_id: int) -> str:
    """Return the whole address of a new one-time link, to be given by hand; it can be shown only now."""
    event, delegation, point = _own_point(actor, focal_point_id)
    record(noop("link made"), event, delegation, actor)
    return delegation_mail.invitation_link(event, delegation, point)


@in_transaction
def add_focal_point(*, actor: User, delegation_id: int, details: FocalPointDetails) -> FocalPoint:
    """Add somebody who answers for a city; they get the invitation.

    Raises:
        DomainError: If the mail address is that of another focal point of the delegation.
    """
    event, delegation = get_own_delegation(actor, delegation_id)
    check_new_address(delegation, details.email)
    point = points_from([details])[0]
    delegation.focal_points.append(point)
    db.session.flush()
    delegation_mail.queue_invitation(event, delegation, point, note=delegation.note or "")
    record(noop("focal point added"), event, delegation, actor)
    return point


def check_new_address(delegation: Delegation, email: str, *, but_not: int | None = None) -> None:
    """Refuse an address that is another focal point's."""
    if any(each.email.casefold() == email.casefold() and each.id != but_not for each in delegation.focal_points):
        raise DomainError(noop("%(email)s is a focal point of this delegation already"), email=email)


@in_transaction
def remove_focal_point(*, actor: User, focal_point_id: int) -> Delegation:
    """Remove a focal point; links that were not used end."""
    event, delegation, point = _own_point(actor, focal_point_id)
    tokens.revoke("invitation", focal_point_id=point.id)
    db.session.flush()
    delegation.focal_points.remove(point)
    record(noop("focal point removed"), event, delegation, actor)
    return delegation


@in_transaction
def hand_over(
    *, focal_point_id: int, details: FocalPointDetails, actor: User | None = None, own_point_id: int | None = None
) -> FocalPoint:
    """Hand a delegation over from one focal point to another person, who gets the invitation; old links end.

    Args:
        own_point_id: The focal point who came by a link and does it, where there is no ``actor``.

    Raises:
        DomainError: If the mail address is that of another focal point of the delegation.
    """
    delegation_id = db.session.scalar(select(FocalPoint.delegation_id).where(FocalPoint.id == focal_point_id))
    if delegation_id is None:
        raise NotFoundError(noop("There is no such focal point"))
    event, delegation = delegation_rules.lock_delegation(delegation_id)
    delegation_rules.check_may_act(delegation, event, actor=actor, focal_point_id=own_point_id)
    check_new_address(delegation, details.email, but_not=focal_point_id)
    tokens.revoke("invitation", focal_point_id=focal_point_id)
    db.session.flush()
    delegation.focal_points.remove(next(each for each in delegation.focal_points if each.id == focal_point_id))
    db.session.flush()
    point = points_from([details])[0]
    delegation.focal_points.append(point)
    db.session.flush()
    delegation_mail.queue_invitation(event, delegation, point, note=delegation.note or "")
    record(noop("delegation handed over"), event, delegation, actor)
    return point
