"""What holds for delegations: who may act for one, until when, and how many places it has."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from sqlalchemy import select

from iurc_events.database import db
from iurc_events.domain.errors import DomainError, NotFoundError
from iurc_events.domain.time_slots import deadline_instant
from iurc_events.domain.vocabulary import EventState, RoleName, SpeakerState
from iurc_events.localisation import noop
from iurc_events.models.accounts import User
from iurc_events.models.delegations import Delegation, DelegationQuota
from iurc_events.models.events import Event
from iurc_events.models.speakers import Speaker
from iurc_events.queries import organised_events

#: Speakers who take a place of their delegation.
SEATED_SPEAKERS = (SpeakerState.NOMINATED.value, SpeakerState.ACCEPTED.value)


class DeadlinePassedError(DomainError):
    """The delegation's last day to answer is over in its own zone."""


class QuotaFullError(DomainError):
    """The delegation has no free place of that kind."""


class EventClosedError(DomainError):
    """The event was held or cancelled: nothing more can be registered."""


def lock_delegation(delegation_id: int) -> tuple[Event, Delegation]:
    """Return a delegation and its event for a change; the event is locked first, so that quotas are counted anew.

    Raises:
        NotFoundError: If there is none, or its event was deleted.
    """
    event_id = db.session.scalar(select(Delegation.event_id).where(Delegation.id == delegation_id))
    if event_id is None:
        raise NotFoundError(noop("There is no such delegation"))
    event = organised_events.get_event_for_update(event_id)
    delegation = db.session.scalars(
        select(Delegation).where(Delegation.id == delegation_id).execution_options(populate_existing=True)
    ).one_or_none()
    if delegation is None:
        raise NotFoundError(noop("There is no such delegation"))
    return event, delegation


def is_organiser_of(actor: User, event: Event) -> bool:
    """Tell whether somebody organises an event."""
    return actor.has_role(RoleName.ADMINISTRATOR) or actor.has_role(RoleName.ORGANISER, programme_id=event.programme_id)


def check_may_act(
    delegation: Delegation, event: Event, *, actor: User | None = None, focal_point_id: int | None = None
) -> None:
    """Let organisers of the event, delegates of the city and the delegation's own focal points pass (sec-1).

    Raises:
        NotFoundError: For everybody else.
    """
    if focal_point_id is not None and any(point.id == focal_point_id for point in delegation.focal_points):
        return
    if actor is not None and (is_organiser_of(actor, event) or delegation.city_id in actor.city_ids):
        return
    raise NotFoundError(noop("There is no such delegation"))


def check_open(event: Event) -> None:
    """Refuse what makes no sense once an event was held or cancelled."""
    if event.state == EventState.CANCELLED:
        raise EventClosedError(noop("The event was cancelled"))
    if event.state == EventState.HELD:
        raise EventClosedError(noop("The event was held already"))


def is_past_deadline(delegation: Delegation, now: datetime) -> bool:
    """Tell whether a delegation's deadline is over: it ends at 23:59 in the city's own zone."""
    if delegation.deadline_on is None:
        return False
    return now >= deadline_instant(date.fromisoformat(delegation.deadline_on), delegation.city.time_zone)


def check_deadline(delegation: Delegation, now: datetime) -> None:
    """Refuse what comes too late.

    Raises:
        DeadlinePassedError: If the deadline is over in the city's zone.
    """
    if is_past_deadline(delegation, now):
        raise DeadlinePassedError(
            noop("The deadline passed on %(day)s at 23:59 in %(zone)s. Ask the organisers to extend it"),
            day=delegation.deadline_on,
            zone=delegation.city.time_zone,
        )


def fits_quota(modes: Iterable[str | None], quotas: Sequence[tuple[str, int]]) -> bool:
    """Tell whether people fit into the places of one role.

    Args:
        modes: How each comes: ``onsite``, ``online`` or None where it is not said.
        quotas: Pairs of mode and places; none at all means that there is no limit.
    """
    if not quotas:
        return True
    places = {"any": 0, "onsite": 0, "online": 0}
    for mode, number in quotas:
        places[mode] += number
    wishes = list(modes)
    beyond = sum(max(0, wishes.count(mode) - places[mode]) for mode in ("onsite", "online"))
    return beyond <= places["any"] and len(wishes) <= sum(places.values())


def seated_modes(delegation_id: int, *, without: int | None = None) -> list[str | None]:
    """Return how those come who take a speaker's place of a delegation.

    Args:
        without: Key of a speaker who is not counted.
    """
    query = select(Speaker.mode).where(Speaker.delegation_id == delegation_id, Speaker.state.in_(SEATED_SPEAKERS))
    if without is not None:
        query = query.where(Speaker.id != without)
    return list(db.session.scalars(query))


def check_quota(delegation: Delegation, mode: str | None, *, without: int | None = None) -> None:
    """Refuse one speaker more than there are places; call with the event locked.

    Raises:
        QuotaFullError: If all places of that kind are taken.
    """
    rows = [
        (each_mode, places)
        for each_mode, places in db.session.execute(
            select(DelegationQuota.mode, DelegationQuota.places).where(
                DelegationQuota.delegation_id == delegation.id, DelegationQuota.role == "speaker"
            )
        )
    ]
    if fits_quota([*seated_modes(delegation.id, without=without), mode], rows):
        return
    total = sum(places for _, places in rows)
    if mode and len(seated_modes(delegation.id, without=without)) < total:
        raise QuotaFullError(
            noop("All places for speakers on site are taken")
            if mode == "onsite"
            else noop("All places for speakers online are taken")
        )
    raise QuotaFullError(noop("All %(places)s places for speakers of your city are taken"), places=total)
