"""The waiting lists of delegations: who moves up when a place comes free, inside a city and across cities.

All of it runs in the caller's transaction with the event locked, so that places are counted anew.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from sqlalchemy import func, select

from iurc_events.database import db, in_transaction, utc_now
from iurc_events.domain import waiting as rules
from iurc_events.domain.errors import DomainError
from iurc_events.domain.vocabulary import MEMBER_ROLES, WAITING_RULES, WITH_SEAT, ParticipantState, SpeakerState
from iurc_events.domain.waiting import FreePlace, Move, Waiting
from iurc_events.localisation import noop
from iurc_events.models.accounts import User
from iurc_events.models.delegations import Delegation, DelegationQuota
from iurc_events.models.events import Event
from iurc_events.models.participants import Participant
from iurc_events.models.speakers import Speaker
from iurc_events.services import audit, delegation_notices, delegation_rules, seats
from iurc_events.services.event_changes import record_change
from iurc_events.services.event_life import get_own_event
from iurc_events.services.member_details import Member


def _waiting_members(event_id: int, delegation_id: int | None = None) -> list[Member]:
    speakers = select(Speaker).where(
        Speaker.event_id == event_id,
        Speaker.state == SpeakerState.WAITING.value,
        Speaker.delegation_id.is_not(None) if delegation_id is None else Speaker.delegation_id == delegation_id,
    )
    others = select(Participant).where(
        Participant.event_id == event_id,
        Participant.state == ParticipantState.WAITING.value,
        Participant.delegation_id.is_not(None) if delegation_id is None else Participant.delegation_id == delegation_id,
    )
    return [*db.session.scalars(speakers), *db.session.scalars(others)]


def as_waiting(member: Member) -> Waiting:
    """Return what the order of those who wait depends on."""
    role = "speaker" if isinstance(member, Speaker) else member.role
    since = member.waiting_since or member.created_at
    return Waiting(member.id, member.delegation_id or 0, role, member.mode, since)


def seated_numbers(event_id: int) -> dict[int, int]:
    """Return how many people of each delegation have a place at an event."""
    numbers: dict[int, int] = defaultdict(int)
    speakers = (
        select(Speaker.delegation_id, func.count())
        .where(Speaker.event_id == event_id, Speaker.state.in_(delegation_rules.SEATED_SPEAKERS))
        .group_by(Speaker.delegation_id)
    )
    others = (
        select(Participant.delegation_id, func.count())
        .where(Participant.event_id == event_id, Participant.state.in_(WITH_SEAT))
        .group_by(Participant.delegation_id)
    )
    for statement in (speakers, others):
        for key, number in db.session.execute(statement):
            if key is not None:
                numbers[key] += number
    return dict(numbers)


def wait(member: Member, now: datetime) -> None:
    """Put somebody on the waiting list; who waits already keeps the place in the queue."""
    member.state = "waiting"
    member.waiting_since = member.waiting_since or now


def _seat(event: Event, member: Member) -> bool:
    """Give somebody a place that their delegation has."""
    if isinstance(member, Speaker):
        member.state = SpeakerState.NOMINATED.value
    elif seats.take(event.id):
        member.state = ParticipantState.REGISTERED.value
    else:
        return False
    member.waiting_since = None
    member.version += 1
    db.session.flush()
    return True


def move_up(event: Event, delegation: Delegation) -> list[Member]:
    """Let those of a delegation who wait longest move up while it has places; the focal points are told."""
    db.session.flush()
    queue = sorted(_waiting_members(event.id, delegation.id), key=lambda each: (as_waiting(each).since, each.id))
    moved: list[Member] = []
    for member in queue:
        if delegation_rules.has_place(delegation.id, as_waiting(member).role, member.mode) and _seat(event, member):
            moved.append(member)
    delegation_notices.tell_moved_up(event, delegation, moved)
    return moved


# --- Across delegations -----------------------------------------------------------------------------------------------


def _will_not_use(delegation: Delegation, now: datetime) -> bool:
    return delegation.state == "declined" or delegation_rules.is_past_deadline(delegation, now)


def _free_places(givers: list[Delegation]) -> list[FreePlace]:
    return [
        FreePlace(delegation.id, role, mode, number)
        for delegation in givers
        for role in MEMBER_ROLES
        for mode, number in rules.unused(
            delegation_rules.places_of(delegation.id, role), delegation_rules.seated_modes(delegation.id, role=role)
        ).items()
    ]


def list_unused(event: Event, now: datetime) -> list[FreePlace]:
    """Return the places that delegations will not use: of those that declined, or whose deadline is over."""
    delegations = list(db.session.scalars(select(Delegation).where(Delegation.event_id == event.id)))
    return _free_places([each for each in delegations if _will_not_use(each, now)])


def _plan(event: Event, free: list[FreePlace]) -> list[Move]:
    waiting = [
        as_waiting(each)
        for each in _waiting_members(event.id)
        if not delegation_rules.has_place(each.delegation_id or 0, as_waiting(each).role, each.mode)
    ]
    free_seats = None if event.capacity is None else max(0, event.capacity - event.seats_taken)
    return rules.share_out(event.waiting_rule, free, waiting, seated_numbers(event.id), seats=free_seats)


def plan_unused(event: Event, now: datetime) -> list[Move]:
    """Return who would get the places that delegations will not use, by the rule of the event."""
    return _plan(event, list_unused(event, now))


def _row(delegation: Delegation, role: str, mode: str) -> DelegationQuota:
    row = next((each for each in delegation.quotas if (each.role, each.mode) == (role, mode)), None)
    if row is None:
        row = DelegationQuota(role=role, mode=mode, places=0)
        delegation.quotas.append(row)
    return row


def _carry_out(event: Event, moves: list[Move], *, actor: User | None) -> list[Member]:
    by_key = {(as_waiting(each).role, each.id): each for each in _waiting_members(event.id)}
    delegations = {
        each.id: each for each in db.session.scalars(select(Delegation).where(Delegation.event_id == event.id))
    }
    moved: dict[int, list[Member]] = defaultdict(list)
    touched: set[int] = set()
    for move in moves:
        member = by_key[move.waiting.role, move.waiting.key]
        if not _seat(event, member):
            continue
        giver, receiver = delegations[move.giver_id], delegations[move.waiting.delegation_id]
        _row(giver, move.waiting.role, move.mode).places -= 1
        _row(receiver, move.waiting.role, move.mode).places += 1
        moved[receiver.id].append(member)
        touched |= {giver.id, receiver.id}
        db.session.flush()
    for key in sorted(touched):
        delegations[key].version += 1
        audit.record(
            noop("unused places given on"),
            "delegation",
            delegations[key].public_id,
            actor_id=actor.id if actor else None,
            programme_id=event.programme_id,
            fields=("quotas",),
        )
    for key, members in moved.items():
        delegation_notices.tell_moved_up(event, delegations[key], members)
    if moved:
        record_change(event, noop("unused places given on"), actor_id=actor.id if actor else None)
    return [member for members in moved.values() for member in members]


def give_on(event: Event, delegation: Delegation, *, actor: User | None) -> list[Member]:
    """Give the places of a delegation that declined to those who wait in others, by the rule of the event."""
    db.session.flush()
    return _carry_out(event, _plan(event, _free_places([delegation])), actor=actor)


@in_transaction
def give_unused(*, actor: User, event_id: int, now: datetime | None = None) -> list[Member]:
    """Give the places that delegations will not use to those who wait in others; return who moved up.

    Raises:
        NotFoundError: If the event is none of the actor's.
        EventClosedError: If it was held or cancelled.
    """
    event = get_own_event(actor, event_id)
    delegation_rules.check_open(event)
    return _carry_out(event, plan_unused(event, now or utc_now()), actor=actor)


@in_transaction
def choose_rule(*, actor: User, event_id: int, rule: str) -> Event:
    """Choose who gets the next free place when several delegations wait; those who wait read it.

    Raises:
        DomainError: If there is no such rule.
    """
    event = get_own_event(actor, event_id)
    if rule not in WAITING_RULES:
        raise DomainError(noop("Choose one of the rules"))
    if event.waiting_rule != rule:
        event.waiting_rule = rule
        audit.record(
            noop("rule of the waiting list chosen"),
            "event",
            event.public_id,
            actor_id=actor.id,
            programme_id=event.programme_id,
            fields=("waiting_rule",),
        )
    return event
