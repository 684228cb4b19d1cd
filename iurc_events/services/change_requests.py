"""Changes that a city asks for after its deadline: nothing changes until an organiser says yes."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Final

from sqlalchemy import select

from iurc_events.database import db, in_transaction, utc_now
from iurc_events.domain.errors import ConflictError, DomainError, NotFoundError
from iurc_events.domain.language_maps import LanguageMap
from iurc_events.domain.needs import asked_needs
from iurc_events.localisation import noop
from iurc_events.models.accounts import User
from iurc_events.models.change_requests import ChangeRequest
from iurc_events.models.delegations import Delegation
from iurc_events.models.events import Event
from iurc_events.models.participants import Participant
from iurc_events.models.speakers import Speaker
from iurc_events.services import audit, delegation_notices, delegation_rules, known_persons, members, needs
from iurc_events.services.event_life import get_own_event
from iurc_events.services.members import Member, MemberDetails
from iurc_events.services.needs import StoredNeeds

KINDS: Final = ("register", "change", "withdraw", "substitute")


class NotNeededError(DomainError):
    """The city may still change it directly."""


class RequestDecidedError(ConflictError):
    """The change was decided or taken back already."""


class AlreadyAskedError(DomainError):
    """Another change of the same person waits for its decision."""


def member_of(request: ChangeRequest) -> Member | None:
    """Return whom a change is about; None for somebody new."""
    return request.speaker or request.participant


def person_of(request: ChangeRequest) -> LanguageMap:
    """Return the name that a change is known by: of the person it is about, else of the one to be registered."""
    member = member_of(request)
    if member is not None:
        return members.name_of(member)
    return dict(request.details.get("name") or {})


def _record(action: str, event: Event, request: ChangeRequest, actor: User) -> None:
    audit.record(
        action,
        "delegation",
        request.delegation.public_id,
        actor_id=actor.id,
        programme_id=event.programme_id,
        fields=(request.kind,),
    )


def _asked_about(delegation: Delegation, member: Member) -> ChangeRequest | None:
    column = ChangeRequest.speaker_id if isinstance(member, Speaker) else ChangeRequest.participant_id
    return db.session.scalars(
        select(ChangeRequest).where(
            ChangeRequest.delegation_id == delegation.id, ChangeRequest.state == "asked", column == member.id
        )
    ).first()


def _same_registration(delegation: Delegation, stored: dict[str, object]) -> ChangeRequest | None:
    asked = select(ChangeRequest).where(
        ChangeRequest.delegation_id == delegation.id,
        ChangeRequest.state == "asked",
        ChangeRequest.kind == "register",
    )
    return next((each for each in db.session.scalars(asked) if each.details == stored), None)


def _new_needs(event: Event, member: Member | None, given: Mapping[str, str]) -> dict[str, str]:
    """Return the needs that would change, of those that the event asks for and that the city gave."""
    known = needs.needs_for_city(member) if member is not None else StoredNeeds({})
    if known.is_own:
        return {}
    return {
        kind: text for kind, text in asked_needs(given, event.asks_for).items() if known.texts.get(kind, "") != text
    }


def needs_in(request: ChangeRequest) -> dict[str, str]:
    """Return the needs that a change says; show them only to those who may see needs."""
    return dict(request.details.get("needs") or {})


@in_transaction
def ask(
    *,
    actor: User,
    delegation_id: int,
    kind: str,
    member: Member | None = None,
    details: MemberDetails | None = None,
    has_consented: bool = False,
    reason: str = "",
    person_id: uuid.UUID | None = None,
    seen_version: int | None = None,
    given_needs: Mapping[str, str] | None = None,
    now: datetime | None = None,
) -> ChangeRequest:
    """Ask for a change of the own delegation after its deadline; the same asked twice is one.

    Args:
        kind: ``register``, ``change``, ``withdraw`` or ``substitute``.
        member: Whom it is about; None to register somebody.
        details: What is to be said of the person, or of the new one; None to withdraw.
        person_id: Public id of somebody whom the city brought before and who is to come; any other is ignored.
        seen_version: Version of the member that the form showed.
        given_needs: What the person needs; only what the event asks for and what is new is kept.

    Raises:
        NotFoundError: If the delegation or member is another city's.
        NotNeededError: If the deadline is not over: the city may change it directly.
        AlreadyAskedError: If another change of the person waits for its decision.
        EventClosedError: If the event was held or cancelled.
    """
    moment = now or utc_now()
    event, delegation = delegation_rules.lock_delegation(delegation_id)
    if delegation.city_id not in actor.city_ids or kind not in KINDS:
        raise NotFoundError(noop("There is no such delegation"))
    delegation_rules.check_open(event)
    if not delegation_rules.is_past_deadline(delegation, moment):
        raise NotNeededError(noop("The deadline is not over: you can change it yourself"))
    if not reason.strip():
        raise DomainError(noop("Say in a word why"))
    stored = members.to_json(details, has_consented=has_consented) if details is not None else {}
    its = member if kind == "change" else None
    if details is not None and (new_needs := _new_needs(event, its, given_needs or {})):
        stored["needs"] = new_needs
    if kind in ("register", "substitute"):
        stored |= known_persons.as_stored(delegation, person_id)
    if (kind == "register") != (member is None) or (kind == "withdraw") != (details is None):
        raise DomainError(noop("Say whom the change is about, and what is to change"))
    if member is None:
        known = _same_registration(delegation, stored)
    else:
        if member.delegation_id != delegation.id:
            raise NotFoundError(noop("There is no such person in the delegation"))
        if not members.is_active(member):
            raise DomainError(noop("This person was withdrawn"))
        known = _asked_about(delegation, member)
        if known is not None and (known.kind, known.details) != (kind, stored):
            raise AlreadyAskedError(noop("A change of this person is asked for already: take it back first"))
    if known is not None:
        return known
    request = ChangeRequest(
        delegation_id=delegation.id,
        speaker_id=member.id if isinstance(member, Speaker) else None,
        participant_id=member.id if isinstance(member, Participant) else None,
        kind=kind,
        details=stored,
        seen_version=seen_version if seen_version is not None else (member.version if member else None),
        reason=reason.strip(),
        asked_by_id=actor.id,
        asked_at=moment,
    )
    request.delegation = delegation
    db.session.add(request)
    db.session.flush()
    _record(noop("change asked for"), event, request, actor)
    return request


def _lock(request_id: int) -> tuple[int, int]:
    found = db.session.execute(
        select(ChangeRequest.delegation_id, Delegation.event_id)
        .join(Delegation, Delegation.id == ChangeRequest.delegation_id)
        .where(ChangeRequest.id == request_id)
    ).one_or_none()
    if found is None:
        raise NotFoundError(noop("There is no such request"))
    return found[0], found[1]


def _read(request_id: int) -> ChangeRequest:
    return db.session.scalars(
        select(ChangeRequest).where(ChangeRequest.id == request_id).execution_options(populate_existing=True)
    ).one()


def _close(request: ChangeRequest, state: str, actor: User, now: datetime, note: str = "") -> None:
    request.state = state
    request.details = {}
    request.decided_by_id, request.decided_at = actor.id, now
    request.decision_note = note.strip() or None


@in_transaction
def take_back(*, actor: User, request_id: int, now: datetime | None = None) -> ChangeRequest:
    """Take back a change that the own city asked for.

    Raises:
        NotFoundError: If another city asked for it.
        RequestDecidedError: If it was decided already.
    """
    delegation_id, _ = _lock(request_id)
    event, delegation = delegation_rules.lock_delegation(delegation_id)
    if delegation.city_id not in actor.city_ids:
        raise NotFoundError(noop("There is no such request"))
    request = _read(request_id)
    if request.state == "taken-back":
        return request
    if request.state != "asked":
        raise RequestDecidedError(noop("The programme team decided it already"))
    _close(request, "taken-back", actor, now or utc_now())
    _record(noop("request taken back"), event, request, actor)
    return request


def _lock_for_decision(actor: User, request_id: int) -> tuple[Event, Delegation, ChangeRequest]:
    delegation_id, event_id = _lock(request_id)
    event = get_own_event(actor, event_id)
    delegation = db.session.get_one(Delegation, delegation_id, populate_existing=True)
    return event, delegation, _read(request_id)


def _apply(actor: User, delegation: Delegation, request: ChangeRequest, version: int | None, now: datetime) -> None:
    details, has_consented = members.from_json(request.details)
    chosen = known_persons.chosen_from(delegation, request.details.get("person"))
    person_id = chosen.person.public_id if chosen else None
    member = member_of(request)
    if member is None:
        if request.kind != "register":
            raise DomainError(noop("The person was removed meanwhile"))
        new = members.register(
            actor=actor,
            delegation_id=delegation.id,
            details=details,
            has_consented=has_consented,
            asked_by=request.asked_by,
            person_id=person_id,
            now=now,
        )
        if isinstance(new, Speaker):
            request.speaker_id = new.id
        else:
            request.participant_id = new.id
        needs.store(new, needs_in(request), is_own=False)
        return
    seen = request.seen_version if version is None else version
    if seen is not None and seen != member.version:
        raise members.MemberChangedError(noop("The person changed since the city asked: look at both versions"))
    if request.kind == "withdraw":
        members.withdraw(actor=actor, delegation_id=delegation.id, member=member, now=now)
        return
    apply = members.change if request.kind == "change" else partial(members.substitute, person_id=person_id)
    changed = apply(
        actor=actor,
        delegation_id=delegation.id,
        member=member,
        details=details,
        has_consented=has_consented,
        asked_by=request.asked_by,
        now=now,
    )
    _store_needs(request, changed)


def _store_needs(request: ChangeRequest, member: Member) -> None:
    """Store the needs that a request names."""
    db.session.flush()
    if needs.store(member, needs_in(request), is_own=False):
        member.version += 1


@in_transaction
def accept(
    *, actor: User, request_id: int, version: int | None = None, note: str = "", now: datetime | None = None
) -> ChangeRequest:
    """Make the change that a city asked for; its focal points are told.

    Args:
        version: Of the person as the organiser's page showed them; None: as the city saw them.

    Raises:
        NotFoundError: If it is none of the actor's events.
        RequestDecidedError: If it was refused or taken back meanwhile.
        MemberChangedError: If the person changed meanwhile; nothing is done.
    """
    moment = now or utc_now()
    event, delegation, request = _lock_for_decision(actor, request_id)
    if request.state == "accepted":
        return request
    if request.state != "asked":
        raise RequestDecidedError(noop("It was decided or taken back already"))
    delegation_rules.check_open(event)
    person = person_of(request)
    _apply(actor, delegation, request, version, moment)
    db.session.flush()
    _close(request, "accepted", actor, moment, note)
    _record(noop("change accepted"), event, request, actor)
    delegation_notices.tell_decided(event, delegation, person, is_accepted=True, note=note.strip())
    return request


@in_transaction
def refuse(*, actor: User, request_id: int, note: str = "", now: datetime | None = None) -> ChangeRequest:
    """Refuse a change that a city asked for; its focal points are told, with the note.

    Raises:
        NotFoundError: If it is none of the actor's events.
        RequestDecidedError: If it was accepted or taken back meanwhile.
    """
    event, delegation, request = _lock_for_decision(actor, request_id)
    if request.state == "refused":
        return request
    if request.state != "asked":
        raise RequestDecidedError(noop("It was decided or taken back already"))
    person = person_of(request)
    _close(request, "refused", actor, now or utc_now(), note)
    _record(noop("change refused"), event, request, actor)
    delegation_notices.tell_decided(event, delegation, person, is_accepted=False, note=note.strip())
    return request
