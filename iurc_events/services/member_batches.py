"""Many people of one delegation in one transaction, the event locked: what is looked up is read once, counted once.

The rules are those of single registrations (member_entry, speakers); refusals come before anything is written, so that
a refused person leaves no trace. Nobody is told here: notices follow when a whole list is entered.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from iurc_events.database import db
from iurc_events.domain.errors import DomainError
from iurc_events.domain.vocabulary import WITH_SEAT, ParticipantState, SpeakerState
from iurc_events.localisation import noop
from iurc_events.models.accounts import User
from iurc_events.models.agendas import AgendaItem, Contribution, EventSession
from iurc_events.models.delegations import Delegation
from iurc_events.models.events import Event
from iurc_events.models.participants import Participant
from iurc_events.models.speakers import Speaker
from iurc_events.queries.members import ACTIVE
from iurc_events.services import (
    delegation_rules,
    delegation_waiting,
    invitations,
    member_entry,
    people_rows,
    seats,
    speaker_notices,
    speakers,
)
from iurc_events.services.member_details import (
    Member,
    MemberDetails,
    as_kept,
    details_of,
    is_active,
    role_of,
)
from iurc_events.services.member_lookup import Prefetched


class Batch:
    """People of a delegation who are entered together; call :meth:`finish` in the same transaction."""

    def __init__(
        self, event: Event, delegation: Delegation, *, actor: User | None, emails: Iterable[str], now: datetime
    ) -> None:
        self.event, self.delegation, self.actor, self.now = event, delegation, actor, now
        self.known = people_rows.Members.of(delegation)
        self._lookup = Prefetched(event.id, delegation.city_id, emails)
        self._places = people_rows.Places(delegation)
        self._is_organiser = actor is None or delegation_rules.is_organiser_of(actor, event)
        self._free_seats = None if event.capacity is None else event.capacity - event.seats_taken
        self._seats_to_take = 0
        self._has_new = self._may_move = False

    def register(self, details: MemberDetails, *, has_consented: bool) -> Member:
        """Register somebody, who waits where no place is free; the very same said twice makes one member.

        Raises:
            AlreadySpeakerError: If the person is registered for the event already.
        """
        member: Member
        if details.role == "speaker":
            member = self._register_speaker(details, has_consented=has_consented)
        else:
            kept = as_kept(details, fallback_mode=member_entry.fallback_mode(self.event))
            member_entry.check_name(kept)
            if same := member_entry.pick_same(self.known.find_same(kept), kept):
                return same
            member = self._register_participant(kept)
        self._has_new = True
        self.known.add(member)
        self._lookup.remember(member)
        return member

    def _register_participant(self, kept: MemberDetails) -> Participant:
        participant = member_entry.enter(self.event, self.delegation, kept, self.now, lookup=self._lookup)
        has_seat = self._free_seats is None or self._free_seats > self._seats_to_take
        if has_seat and self._places.fits(kept.role, kept.mode):
            self._places.seat(kept.role, kept.mode)
            self._seats_to_take += 1
            participant.state = ParticipantState.REGISTERED.value
        else:
            delegation_waiting.wait(participant, self.now)
        db.session.add(participant)
        member_entry.record(noop("registered by the city"), self.event, participant, self.actor)
        return participant

    def _register_speaker(self, details: MemberDetails, *, has_consented: bool) -> Speaker:
        delegation_rules.check_open(self.event)
        speakers.check_name(details)
        if (same := self.known.find_same(details)) and details_of(same) == details and isinstance(same, Speaker):
            return same
        speaker = speakers.enter(
            self.event,
            details.for_speaker,
            city_id=self.delegation.city_id,
            delegation_id=self.delegation.id,
            lookup=self._lookup,
        )
        if self._places.fits("speaker", details.mode):
            self._places.seat("speaker", details.mode)
            speaker.state, speaker.waiting_since = SpeakerState.NOMINATED.value, None
        else:
            delegation_waiting.wait(speaker, self.now)
        speaker.consented_at = self.now if has_consented else None
        speaker.gender = details.gender or None
        return speaker

    def change(self, member: Member, details: MemberDetails, *, has_consented: bool) -> bool:
        """Correct what is said of a member; tell whether the mail address is new, so that a notice is due.

        Raises:
            AlreadyMemberError: If the new mail address is another participant's.
            QuotaFullError: If there is no free place of the new role or mode.
        """
        if not is_active(member):
            raise DomainError(noop("This person was withdrawn"))
        if (role_of(member) == "speaker") != (details.role == "speaker"):
            raise DomainError(
                noop("Withdraw the person and register them anew to change between speaker and participant")
            )
        had_email, had_mode = member.email, member.mode
        moves = (details.role, details.mode) != (role_of(member), had_mode)
        if moves:
            self._settle()
        if isinstance(member, Speaker):
            speakers.apply_change(
                member, details.for_speaker, is_organiser=self._is_organiser, has_consented=has_consented
            )
            member.gender = details.gender or None
        else:
            member_entry.check_name(details)
            kept = as_kept(details, fallback_mode=member_entry.fallback_mode(self.event))
            member_entry.correct(self.event, self.delegation, member, kept, lookup=self._lookup)
            member_entry.record(
                noop("changed by the city"), self.event, member, self.actor, "name", "organisation", "mode", "role"
            )
        if moves:
            self._may_move = True
            db.session.flush()
            self._places = people_rows.Places(self.delegation)
        self.known.add(member)
        self._lookup.remember(member)
        return bool(member.email and member.email != had_email)

    def _settle(self) -> None:
        """Write what was decided, so that places can be counted in the database."""
        db.session.flush()
        if self._seats_to_take:
            seats.take_many(self.event.id, self._seats_to_take)
            if self._free_seats is not None:
                self._free_seats -= self._seats_to_take
            self._seats_to_take = 0

    def finish(self) -> list[Member]:
        """Count seats, note the city's work, and let people move up where places came free; return who did."""
        self._settle()
        self._lookup.finish()
        if self.actor is not None and self.delegation.city_id in self.actor.city_ids:
            invitations.mark_opened(self.delegation, self.now)
        if self._has_new:
            delegation_rules.note_work(self.delegation)
        moved = delegation_waiting.move_up(self.event, self.delegation) if self._may_move else []
        db.session.flush()
        return moved


def withdraw_all(
    event: Event, delegation: Delegation, members: Sequence[Member], *, actor: User | None, now: datetime
) -> list[Member]:
    """Take many people of a delegation back at once; those who wait in the delegation move up, then others.

    Returns those of the delegation who moved up.
    """
    freed = 0
    people = [each for each in members if isinstance(each, Speaker)]
    for member in members:
        if isinstance(member, Participant):
            freed += member.state in WITH_SEAT
            member.state, member.cancelled_at = ParticipantState.CANCELLED.value, now
            member_entry.record(noop("withdrawn by the city"), event, member, actor)
        else:
            member.state = SpeakerState.WITHDRAWN.value
        member.waiting_since = None
        member.version += 1
    if freed:
        seats.give_back(event.id, freed)
    db.session.flush()
    if people:
        speaker_notices.revoke_links_of(event, {each.id for each in people})
        busy = _busy_speakers(event)
        for speaker in [each for each in people if each.id in busy]:
            speakers.leave_agenda(event, speaker)
    moved = delegation_waiting.move_up(event, delegation)
    seats.fill(event)
    return moved


def _busy_speakers(event: Event) -> set[int]:
    """Return the keys of speakers who stand on the agenda or chair a session."""
    items = (
        select(Contribution.speaker_id)
        .join(AgendaItem, AgendaItem.id == Contribution.item_id)
        .join(EventSession, EventSession.id == AgendaItem.session_id)
        .where(EventSession.event_id == event.id, Contribution.speaker_id.is_not(None))
    )
    chairs = select(EventSession.chair_id).where(EventSession.event_id == event.id, EventSession.chair_id.is_not(None))
    return {key for key in (*db.session.scalars(items), *db.session.scalars(chairs)) if key is not None}


def find_members(kind: str, keys: Sequence[int]) -> dict[int, Member]:
    """Return speakers or participants by key, as the database has them now."""
    found: dict[int, Member] = {}
    for start in range(0, len(keys), 500):
        some = keys[start : start + 500]
        query: Select[Any] = (
            select(Speaker).where(Speaker.id.in_(some))
            if kind == "speaker"
            else select(Participant).where(Participant.id.in_(some))
        )
        found |= {each.id: each for each in db.session.scalars(query.execution_options(populate_existing=True))}
    return found


def find_versions(kind: str, keys: Sequence[int]) -> dict[int, int]:
    """Return the versions of speakers or participants who have a place or wait for one, by key."""
    found: dict[int, int] = {}
    table: type[Speaker] | type[Participant] = Speaker if kind == "speaker" else Participant
    for start in range(0, len(keys), 500):
        some = keys[start : start + 500]
        query = select(table.id, table.version).where(table.id.in_(some), table.state.in_(ACTIVE))
        found |= dict(db.session.execute(query).all())
    return found
