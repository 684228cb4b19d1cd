"""What somebody's own calendar holds: found from the rows that name the person, never by looking at every event."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import CompoundSelect, Select, func, or_, select, union

from iurc_events.database import db
from iurc_events.domain.language_maps import LanguageMap
from iurc_events.domain.vocabulary import WITH_SEAT
from iurc_events.models.accounts import Role, User
from iurc_events.models.calendar_feeds import CalendarEntry, CalendarSubscription, FeedVersion, FollowedEvent
from iurc_events.models.cities import City
from iurc_events.models.delegations import Delegation, FocalPoint
from iurc_events.models.events import Event
from iurc_events.models.participants import Participant
from iurc_events.models.programmes import Programme
from iurc_events.models.revisions import Revision
from iurc_events.models.speakers import Speaker
from iurc_events.queries.feeds import Fragment

#: Begins the names under which it is counted how often a delegation got another last day.
DEADLINES: Final = "deadlines/"
_TO_ANSWER = ("invited", "opened", "nominating")


def find_subscription(token_hash: bytes) -> tuple[CalendarSubscription, User] | None:
    """Find a personal feed by the hash of its token; a revoked one is found, to be answered as gone."""
    row = db.session.execute(
        select(CalendarSubscription, User)
        .join(User, User.id == CalendarSubscription.user_id)
        .where(CalendarSubscription.token_hash == token_hash, User.is_disabled.is_(False))
    ).one_or_none()
    return (row[0], row[1]) if row else None


def _registered(user: User) -> Select[int]:
    return select(Participant.event_id).where(Participant.email == user.email, Participant.state.in_(WITH_SEAT))


def _events_by_part(user: User) -> dict[str, list[Select[int]]]:
    """Return the events of each part of "mine"."""
    organised = select(Role.programme_id).where(Role.user_id == user.id, Role.name == "organiser")
    return {
        "followed": [select(FollowedEvent.event_id).where(FollowedEvent.user_id == user.id)],
        "registered": [_registered(user)],
        "speaking": [select(Speaker.event_id).where(Speaker.email == user.email, Speaker.state == "accepted")],
        "organising": [
            select(Delegation.event_id)
            .join(FocalPoint, FocalPoint.delegation_id == Delegation.id)
            .where(FocalPoint.user_id == user.id, Delegation.state != "declined"),
            select(Event.id).where(Event.programme_id.in_(organised)),
        ],
    }


def _union(by_part: dict[str, list[Select[int]]], parts: tuple[str, ...]) -> CompoundSelect[Any] | None:
    wanted = [statement for part in parts for statement in by_part.get(part, ())]
    return union(*wanted) if wanted else None


def list_fragments(
    user: User, parts: tuple[str, ...], language: str, *, since: datetime, now: datetime
) -> list[Fragment]:
    """Return the texts of "mine", with join links where the person may have them.

    An event to which the person is invited by mail is left out: it is in their calendar already.
    """
    by_part = _events_by_part(user)
    wanted = _union(by_part, parts)
    if wanted is None:
        return []
    may_join = union(*by_part["registered"], *by_part["speaking"], *by_part["organising"])
    invited = _registered(user).where(Participant.wants_invitation)
    rows = db.session.execute(
        select(
            CalendarEntry.event_id,
            CalendarEntry.language,
            CalendarEntry.zone,
            CalendarEntry.body,
            CalendarEntry.event_id.in_(may_join),
        )
        .where(
            CalendarEntry.event_id.in_(wanted),
            CalendarEntry.event_id.not_in(invited),
            CalendarEntry.language.in_((language, f"{language}+join")),
            CalendarEntry.ends_at >= since,
            or_(CalendarEntry.leaves_at.is_(None), CalendarEntry.leaves_at > now),
        )
        .order_by(CalendarEntry.starts_at, CalendarEntry.event_id, CalendarEntry.language)
    )
    chosen: dict[int, Fragment] = {}
    for event_id, tag, zone, body, is_joining in rows:  # the plain text comes before the one with links
        if tag == language or is_joining:
            chosen[event_id] = (zone, body)
    return list(chosen.values())


@dataclass(frozen=True, slots=True)
class OwnDeadline:
    """A last day that concerns somebody: to sign up for an event, or to answer for a city."""

    event: Event
    day: str
    zone_name: str
    #: Who answers, and under which id; None for signing up.
    city_name: LanguageMap | None
    delegation_id: Any
    reference_zones: list[Any]
    #: Rises with every change to the event or the delegation.
    sequence: int
    revised_at: datetime


def list_deadlines(user: User, *, since: str) -> list[OwnDeadline]:
    """Return the last days that are to come: to sign up for followed events, to answer for the own delegations.

    Args:
        since: The first day that counts, as YYYY-MM-DD.
    """
    public = (Event.state.in_(("published", "postponed")), Event.deleted_at.is_(None))
    followed = select(FollowedEvent.event_id).where(FollowedEvent.user_id == user.id)
    changed_at = select(func.max(Revision.made_at)).where(Revision.event_id == Event.id).scalar_subquery()
    sign_up = db.session.execute(
        select(Event, Programme.reference_zones, changed_at)
        .join(Programme, Programme.id == Event.programme_id)
        .where(
            *public,
            Event.is_registration_open,
            Event.registration_closes_on >= since,
            Event.id.in_(followed),
            Event.id.not_in(_registered(user)),
        )
    )
    answers = db.session.execute(
        select(Event, Programme.reference_zones, changed_at, Delegation, City)
        .join(Delegation, Delegation.event_id == Event.id)
        .join(City, City.id == Delegation.city_id)
        .join(FocalPoint, FocalPoint.delegation_id == Delegation.id)
        .join(Programme, Programme.id == Event.programme_id)
        .where(
            Event.deleted_at.is_(None),
            Event.state != "cancelled",
            FocalPoint.user_id == user.id,
            Delegation.state.in_(_TO_ANSWER),
            Delegation.deadline_on >= since,
        )
    )
    found = [
        OwnDeadline(
            event, event.registration_closes_on or "", event.time_zone or "UTC", None, None, zones, event.version,
            revised_at or event.created_at,
        )
        for event, zones, revised_at in sign_up
    ]  # fmt: skip
    rows = list(answers)
    given = _deadlines_given([delegation for *_, delegation, _ in rows])
    for event, zones, revised_at, delegation, city in rows:
        number, given_at = given.get(f"{DEADLINES}{delegation.public_id}", (0, event.created_at))
        found.append(
            OwnDeadline(
                event, delegation.deadline_on or "", city.time_zone, city.name, delegation.public_id, zones,
                event.version + number, max(revised_at or event.created_at, given_at, delegation.invited_at),
            )
        )  # fmt: skip
    return sorted(found, key=lambda each: (each.day, each.event.id, str(each.delegation_id or "")))


def _deadlines_given(delegations: list[Delegation]) -> dict[str, tuple[int, datetime]]:
    """Return how often, and when last, delegations got another last day, by the names of their versions."""
    names = [f"{DEADLINES}{delegation.public_id}" for delegation in delegations]
    rows = db.session.execute(
        select(FeedVersion.feed, FeedVersion.version, FeedVersion.revised_at).where(FeedVersion.feed.in_(names))
    )
    return {name: (number, given_at) for name, number, given_at in rows}


def list_subscriptions(user_id: int) -> list[CalendarSubscription]:
    """Return a person's calendar addresses that still work, the newest first."""
    statement = (
        select(CalendarSubscription)
        .where(CalendarSubscription.user_id == user_id, CalendarSubscription.revoked_at.is_(None))
        .order_by(CalendarSubscription.id.desc())
    )
    return list(db.session.scalars(statement))


def is_followed(user_id: int, event_id: int) -> bool:
    """Tell whether a user put an event into their own calendar."""
    return db.session.get(FollowedEvent, (user_id, event_id)) is not None
