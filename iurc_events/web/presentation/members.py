"""What a city's desk shows of its people: cards, places by role, the line of those who wait, changes asked for."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from iurc_events.domain.language_maps import LocalText, localised, text_of
from iurc_events.domain.vocabulary import modes_of
from iurc_events.localisation import noop, translate
from iurc_events.mail.contents import Quota
from iurc_events.mail.delegations import quota_words
from iurc_events.models.change_requests import ChangeRequest
from iurc_events.models.delegations import Delegation
from iurc_events.models.speakers import Speaker
from iurc_events.queries.members import Position, RoleUse
from iurc_events.services import members
from iurc_events.services.change_requests import member_of, needs_in, person_of
from iurc_events.services.delegation_rules import fits_quota
from iurc_events.services.members import Member, MemberDetails
from iurc_events.services.needs import StoredNeeds
from iurc_events.web.presentation.agendas import SpeakerLine
from iurc_events.web.presentation.names import PersonName, person_name
from iurc_events.web.presentation.needs import need_differences
from iurc_events.web.presentation.own_delegations import Difference, clocks_of_city, differences
from iurc_events.web.presentation.times import time_view
from iurc_events.web.presentation.vocabulary import label


@dataclass(frozen=True, slots=True)
class MemberCard:
    """Somebody of the city, with what the organisers decided and what can be done."""

    public_id: uuid.UUID
    role: str
    role_word: str
    line: SpeakerLine
    state: str
    mode: str
    missing: str
    topic: LocalText | None
    places: tuple[str, ...]
    decision_note: str
    waiting: str
    #: What is asked for already, in words; nothing else can be asked then.
    asked: str
    can_change: bool
    can_bring_back: bool


@dataclass(frozen=True, slots=True)
class RolePlaces:
    """Places of a role: how many are taken, how many there are, by mode in words."""

    role: str
    heading: str
    used: int
    total: int | None
    waiting: int
    has_place: bool
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RequestView:
    """A change that a city asked for."""

    public_id: uuid.UUID
    city: str
    person: str
    kind: str
    state: str
    reason: str
    note: str
    #: Of a change, field by field: as it is, and as it is to be; of somebody new only the latter.
    changes: tuple[Difference, ...]
    #: Whether the person changed since the city asked.
    is_outdated: bool
    version: int | None


def _name(details: MemberDetails, member: Member, language: str) -> PersonName:
    return person_name(
        details.name,
        language,
        family_name=details.family_name,
        name_native=details.name_native,
        name_status=member.name_status if isinstance(member, Speaker) else None,
        honorific=details.honorific,
    )


def _missing_words(speaker: Member, language: str) -> str:
    if not isinstance(speaker, Speaker):
        return ""
    needed: tuple[tuple[str, Mapping[str, str] | None], ...] = (
        (noop("job title"), speaker.title),
        (noop("organisation"), speaker.organisation),
        (noop("topic"), speaker.topic),
    )
    separator = "、" if language == "zh" else ", "
    return separator.join(translate(word, language) for word, value in needed if not value)


def waiting_words(position: Position | None, rule: str, language: str) -> str:
    """Say where somebody stands in the line."""
    if position is None:
        return ""
    if rule == "own-only":
        return translate(noop("No. %(number)s on your city’s waiting list"), language, number=position.in_city)
    return translate(
        noop("No. %(number)s on your city’s waiting list, no. %(among_all)s of all cities"),
        language,
        number=position.in_city,
        among_all=position.among_all,
    )


def member_card(
    member: Member,
    places: Sequence[tuple[Any, Any]],
    delegation: Delegation,
    language: str,
    *,
    may_act: bool,
    can_bring_back: bool,
    position: Position | None = None,
    asked: ChangeRequest | None = None,
) -> MemberCard:
    """Turn somebody of a delegation into a card of the city's desk.

    Args:
        may_act: Whether the city may change it, or ask for a change.
    """
    details = members.details_of(member)
    shown: list[str] = []
    for item, session in places:
        title = localised(session.title, language)
        slot = item.slot or session.slot
        zones = clocks_of_city(delegation, slot.starts_at) if slot else ()
        time = time_view(slot, zones, language, own_zone=delegation.city.time_zone) if slot else None
        shown.append(" · ".join(part for part in (title.text if title else "", time.inline if time else "") if part))
    return MemberCard(
        public_id=member.public_id,
        role=details.role,
        role_word=label("member_role", details.role, language),
        line=SpeakerLine(
            name=_name(details, member, language),
            position=localised(details.title, language),
            organisation=localised(details.organisation, language),
        ),
        state=member.state,
        mode=label("attendance", details.mode, language) if details.mode else "",
        missing=_missing_words(member, language),
        topic=localised(details.topic, language),
        places=tuple(shown),
        decision_note=(member.decision_note or "") if isinstance(member, Speaker) else "",
        waiting=waiting_words(position, delegation.event.waiting_rule, language),
        asked=label("change-kind", asked.kind, language) if asked else "",
        can_change=may_act and asked is None and members.is_active(member),
        can_bring_back=can_bring_back and member.state in ("withdrawn", "cancelled"),
    )


_HEADINGS = {
    "speaker": noop("Speakers"),
    "participant": noop("Participants"),
    "observer": noop("Observers"),
}


def role_places(use: RoleUse, delegation: Delegation, language: str) -> RolePlaces:
    """Turn places and people of a role into what desks show."""
    formats = modes_of(delegation.event.format)
    modes = [mode for mode, number in use.seated.items() for _ in range(number)]
    rows = list(use.places.items())
    lines = [quota_words(Quota(use.role, mode, number), language) for mode, number in rows if number]
    seated = [
        translate(noop("%(mode)s: %(number)s"), language, mode=label("attendance", mode, language), number=number)
        for mode, number in sorted(use.seated.items(), key=lambda each: each[0] or "")
        if mode
    ]
    return RolePlaces(
        role=use.role,
        heading=translate(_HEADINGS[use.role], language),
        used=use.used,
        total=use.total,
        waiting=use.waiting,
        has_place=not rows or any(fits_quota([*modes, mode], rows) for mode in formats),
        lines=(*(lines if len(rows) > 1 else ()), *(seated if len(formats) > 1 else ())),
    )


def request_view(request: ChangeRequest, language: str, stored_needs: StoredNeeds | None = None) -> RequestView:
    """Turn a change that a city asked for into what both desks show.

    Args:
        stored_needs: Of the person as the reader may see them; None for readers who may not see needs.
    """
    member = member_of(request)
    changes: list[Difference] = []
    if request.details:
        wanted, _ = members.from_json(request.details)
        stored = members.details_of(member) if member is not None else MemberDetails(name={}, role="")
        changes = differences(stored, wanted, language)
        if stored_needs is not None:
            before = {} if request.kind == "substitute" else stored_needs.texts
            changes += need_differences(before, needs_in(request), language)
    return RequestView(
        public_id=request.public_id,
        city=text_of(request.delegation.city.name, language),
        person=text_of(person_of(request), language) if person_of(request) else "",
        kind=label("change-kind", request.kind, language),
        state=request.state,
        reason=request.reason or "",
        note=request.decision_note or "",
        changes=tuple(changes),
        is_outdated=request.state == "asked" and member is not None and member.version != request.seen_version,
        version=member.version if member is not None else None,
    )
