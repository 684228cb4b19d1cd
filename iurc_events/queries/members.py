"""The people of delegations, whatever they come as: places used by role and mode, and who waits where."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, literal, select
from sqlalchemy.orm import joinedload

from iurc_events.database import db
from iurc_events.domain import waiting as rules
from iurc_events.domain.errors import NotFoundError
from iurc_events.domain.vocabulary import MEMBER_ROLES, WITH_SEAT
from iurc_events.domain.waiting import Move, Waiting
from iurc_events.localisation import noop
from iurc_events.models.delegations import Delegation
from iurc_events.models.events import Event
from iurc_events.models.participants import Participant
from iurc_events.models.speakers import Speaker

Member = Speaker | Participant
SEATED = ("nominated", "accepted", *WITH_SEAT)
ACTIVE = (*SEATED, "waiting")


@dataclass(frozen=True, slots=True)
class RoleUse:
    """How many people of a role have a place in a delegation, by mode (None: not said), and how many wait."""

    role: str
    seated: dict[str | None, int]
    waiting: int
    #: Places by mode (``any``, ``onsite``, ``online``); empty means no limit.
    places: dict[str, int]

    @property
    def used(self) -> int:
        """How many have a place."""
        return sum(self.seated.values())

    @property
    def total(self) -> int | None:
        """How many places there are; None for no limit."""
        return sum(self.places.values()) if self.places else None


def list_participants(delegation: Delegation) -> list[Participant]:
    """Return all participants and observers of a delegation, those of every state, in the order they came."""
    return list(
        db.session.scalars(
            select(Participant)
            .where(Participant.delegation_id == delegation.id)
            .options(joinedload(Participant.person))
            .order_by(Participant.role.desc(), Participant.id)
        )
    )


def list_in_protocol_order(delegation: Delegation, language: str) -> list[Member]:
    """Return all who have a place in a delegation, whatever they come as, in the order of protocol: two statements."""
    speakers = db.session.scalars(
        select(Speaker)
        .where(Speaker.delegation_id == delegation.id, Speaker.state.in_(SEATED))
        .options(joinedload(Speaker.person))
        .order_by(Speaker.position, Speaker.id)
    )
    others = db.session.scalars(
        select(Participant)
        .where(Participant.delegation_id == delegation.id, Participant.state.in_(SEATED))
        .options(joinedload(Participant.person))
        .order_by(Participant.role.desc(), Participant.id)
    )
    return sorted((*speakers, *others), key=lambda each: _protocol_key(each, language))


def _protocol_key(member: Member, language: str) -> tuple[bool, int, str]:
    """Return what :func:`speaker_pages.protocol_order` sorts by: rank, people without one after them by name."""
    person = member.person
    rank = person.protocol_rank if person else None
    return rank is None, rank or 0, person.sort_keys.get(language, "") if person else ""


def get_member_of(delegation: Delegation, public_id: uuid.UUID) -> Member:
    """Return a speaker, participant or observer of a delegation.

    Raises:
        NotFoundError: If there is none, or it is another delegation's.
    """
    found: Member | None = db.session.scalars(
        select(Speaker).where(Speaker.public_id == public_id, Speaker.delegation_id == delegation.id)
    ).one_or_none()
    if found is None:
        found = db.session.scalars(
            select(Participant).where(Participant.public_id == public_id, Participant.delegation_id == delegation.id)
        ).one_or_none()
    if found is None:
        raise NotFoundError(noop("There is no such person among those of your city"))
    return found


def role_uses(delegations: Sequence[Delegation]) -> dict[int, list[RoleUse]]:
    """Return places and people of delegations by role, in the order of the roles."""
    keys = [each.id for each in delegations]
    numbers: Counter[tuple[int, str, str | None, bool]] = Counter()
    speakers = (
        select(Speaker.delegation_id, Speaker.mode, Speaker.state, func.count())
        .where(Speaker.delegation_id.in_(keys), Speaker.state.in_(ACTIVE))
        .group_by(Speaker.delegation_id, Speaker.mode, Speaker.state)
    )
    others = (
        select(Participant.delegation_id, Participant.role, Participant.mode, Participant.state, func.count())
        .where(Participant.delegation_id.in_(keys), Participant.state.in_(ACTIVE))
        .group_by(Participant.delegation_id, Participant.role, Participant.mode, Participant.state)
    )
    for key, mode, state, number in db.session.execute(speakers):
        numbers[key or 0, "speaker", mode, state == "waiting"] += number
    for key, role, mode, state, number in db.session.execute(others):
        numbers[key or 0, role, mode, state == "waiting"] += number
    return {
        each.id: [
            RoleUse(
                role,
                {
                    mode: number
                    for (key, its_role, mode, waits), number in numbers.items()
                    if (key, its_role, waits) == (each.id, role, False)
                },
                sum(
                    number
                    for (key, its_role, _, waits), number in numbers.items()
                    if (key, its_role, waits) == (each.id, role, True)
                ),
                {quota.mode: quota.places for quota in each.quotas if quota.role == role},
            )
            for role in MEMBER_ROLES
        ]
        for each in delegations
    }


@dataclass(frozen=True, slots=True)
class Position:
    """Where somebody stands in the line of a role, from 1: in the own delegation and among all delegations."""

    in_city: int
    among_all: int


def waiting_positions(event: Event) -> dict[tuple[str, int], Position]:
    """Return where everybody stands who waits in a delegation of an event, by role and key, in two questions."""
    waiting: list[Waiting] = []
    for table in (Speaker, Participant):
        its_role: ColumnElement[str] = literal("speaker") if table is Speaker else func.coalesce(Participant.role, "")
        since = func.coalesce(table.waiting_since, table.created_at, type_=table.created_at.type)
        rows = db.session.execute(
            select(table.id, table.delegation_id, its_role, table.mode, since).where(
                table.event_id == event.id, table.state == "waiting", table.delegation_id.is_not(None)
            )
        )
        waiting += [Waiting(key, its or 0, role, mode, moment) for key, its, role, mode, moment in rows]
    positions: dict[tuple[str, int], Position] = {}
    seated = _seated(event) if waiting and event.waiting_rule == "fewest-first" else {}
    for role in MEMBER_ROLES:
        in_city: Counter[int] = Counter()
        line = rules.in_order(event.waiting_rule, [each for each in waiting if each.role == role], seated)
        for number, person in enumerate(line, 1):
            in_city[person.delegation_id] += 1
            positions[role, person.key] = Position(in_city[person.delegation_id], number)
    return positions


def _seated(event: Event) -> dict[int, int]:
    numbers: Counter[int] = Counter()
    for table in (Speaker, Participant):
        rows = db.session.execute(
            select(table.delegation_id, func.count())
            .where(table.event_id == event.id, table.state.in_(SEATED), table.delegation_id.is_not(None))
            .group_by(table.delegation_id)
        )
        for key, number in rows:
            numbers[key or 0] += number
    return dict(numbers)


@dataclass(frozen=True, slots=True)
class NamedMove:
    """A place that goes to somebody who waits, with whom it concerns."""

    giver: Delegation
    receiver: Delegation
    member: Member


def name_moves(event: Event, moves: Sequence[Move]) -> list[NamedMove]:
    """Return planned moves with the people and delegations that they concern, in three questions."""
    delegations = {
        each.id: each for each in db.session.scalars(select(Delegation).where(Delegation.event_id == event.id))
    }
    speaker_ids = [move.waiting.key for move in moves if move.waiting.role == "speaker"]
    other_ids = [move.waiting.key for move in moves if move.waiting.role != "speaker"]
    found: dict[tuple[bool, int], Member] = {}
    for speaker in db.session.scalars(select(Speaker).where(Speaker.id.in_(speaker_ids))):
        found[True, speaker.id] = speaker
    for participant in db.session.scalars(select(Participant).where(Participant.id.in_(other_ids))):
        found[False, participant.id] = participant
    return [
        NamedMove(
            delegations[move.giver_id],
            delegations[move.waiting.delegation_id],
            found[move.waiting.role == "speaker", move.waiting.key],
        )
        for move in moves
    ]
