"""What holds for delegations: who may act for one, until when, and how many places it has."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Final

from sqlalchemy import select

from iurc_events.database import db
from iurc_events.domain.errors import DomainError, NotFoundError
from iurc_events.domain.time_slots import deadline_instant
from iurc_events.domain.vocabulary import WITH_SEAT, DelegationState, EventState, RoleName, SpeakerState
from iurc_events.localisation import noop
from iurc_events.models.accounts import User
from iurc_events.models.delegations import Delegation, DelegationQuota
from iurc_events.models.events import Event
from iurc_events.models.participants import Participant
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


def lock_for_change(actor: User, delegation_id: int, now: datetime) -> tuple[Event, Delegation]:
    """Lock a delegation for a change of its people: the city until its deadline, organisers of the event always.

    Raises:
        NotFoundError: If it is not the actor's.
        EventClosedError: If the event was held or cancelled.
        DeadlinePassedError: If the last day to answer is over in the city's zone.
    """
    event, delegation = lock_delegation(delegation_id)
    check_may_change(event, delegation, actor=actor, now=now)
    return event, delegation


def check_may_change(
    event: Event,
    delegation: Delegation,
    *,
    actor: User | None = None,
    focal_point_id: int | None = None,
    now: datetime,
) -> None:
    """Decide, for everybody and everywhere, who may change the people of a delegation now.

    Organisers of the event may at any time; the city until its deadline, while the event is to come.

    Raises:
        NotFoundError: If it is not theirs.
        EventClosedError: If the event was held or cancelled.
        DeadlinePassedError: If the last day to answer is over in the city's zone.
    """
    check_may_act(delegation, event, actor=actor, focal_point_id=focal_point_id)
    if actor is not None and is_organiser_of(actor, event):
        return
    check_open(event)
    check_deadline(delegation, now)


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


def note_work(delegation: Delegation) -> None:
    """Note that the city is at work on its answer."""
    if delegation.state in (DelegationState.INVITED, DelegationState.OPENED, DelegationState.DECLINED):
        delegation.state = DelegationState.NOMINATING.value
        delegation.decline_reason = None
    delegation.version += 1


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


def seated_modes(delegation_id: int, *, role: str = "speaker", without: int | None = None) -> list[str | None]:
    """Return how those come who take a place of a role in a delegation.

    Args:
        without: Key of a speaker (or participant, for the other roles) who is not counted.
    """
    table: type[Speaker] | type[Participant] = Speaker if role == "speaker" else Participant
    query = select(table.mode).where(table.delegation_id == delegation_id)
    if role == "speaker":
        query = query.where(Speaker.state.in_(SEATED_SPEAKERS))
    else:
        query = query.where(Participant.role == role, Participant.state.in_(WITH_SEAT))
    if without is not None:
        query = query.where(table.id != without)
    return list(db.session.scalars(query))


def places_of(delegation_id: int, role: str = "speaker") -> list[tuple[str, int]]:
    """Return the places of a role in a delegation: pairs of mode and number; none at all means no limit."""
    rows = db.session.execute(
        select(DelegationQuota.mode, DelegationQuota.places)
        .where(DelegationQuota.delegation_id == delegation_id, DelegationQuota.role == role)
        .order_by(DelegationQuota.id)
    )
    return [(mode, places) for mode, places in rows]


def has_place(delegation_id: int, role: str, mode: str | None, *, without: int | None = None) -> bool:
    """Tell whether one more person of a role finds a place; call with the event locked.

    Args:
        without: Key of a speaker or participant who is not counted.
    """
    rows = places_of(delegation_id, role)
    return not rows or fits_quota([*seated_modes(delegation_id, role=role, without=without), mode], rows)


def lets_in(participant: Participant) -> bool:
    """Tell whether a participant's delegation has a place for them; those of no delegation need none."""
    if participant.delegation_id is None:
        return True
    return has_place(participant.delegation_id, participant.role, participant.mode, without=participant.id)


_ALL_TAKEN: Final = {
    ("speaker", "onsite"): noop("All places for speakers on site are taken"),
    ("speaker", "online"): noop("All places for speakers online are taken"),
    ("speaker", ""): noop("All %(places)s places for speakers of your city are taken"),
    ("participant", "onsite"): noop("All places for participants on site are taken"),
    ("participant", "online"): noop("All places for participants online are taken"),
    ("participant", ""): noop("All %(places)s places for participants of your city are taken"),
    ("observer", "onsite"): noop("All places for observers on site are taken"),
    ("observer", "online"): noop("All places for observers online are taken"),
    ("observer", ""): noop("All %(places)s places for observers of your city are taken"),
}


def check_quota(delegation: Delegation, mode: str | None, *, role: str = "speaker", without: int | None = None) -> None:
    """Refuse one person more than there are places; call with the event locked.

    Raises:
        QuotaFullError: If all places of that kind are taken.
    """
    if has_place(delegation.id, role, mode, without=without):
        return
    total = sum(places for _, places in places_of(delegation.id, role))
    if mode and len(seated_modes(delegation.id, role=role, without=without)) < total:
        raise QuotaFullError(_ALL_TAKEN[role, mode])
    raise QuotaFullError(_ALL_TAKEN[role, ""], places=total)
