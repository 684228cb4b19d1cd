"""What is said of a member of a delegation: a speaker, or a participant or observer, in one shape."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from sqlalchemy import func, or_, select

from iurc_events.database import db
from iurc_events.domain.language_maps import LanguageMap, by_script, has_han, text_of
from iurc_events.domain.vocabulary import SpeakerState
from iurc_events.models.delegations import Delegation
from iurc_events.models.participants import Participant
from iurc_events.models.speakers import Speaker
from iurc_events.services import delegation_rules
from iurc_events.services.speaker_details import SpeakerDetails

Member = Speaker | Participant
_BETWEEN = " / "


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberDetails(SpeakerDetails):
    """What is said of somebody in a delegation; what only speakers have is empty for the others."""

    #: ``speaker``, ``participant`` or ``observer``.
    role: str = "speaker"
    #: ``female``, ``male``, ``other``, or None for not stated.
    gender: str | None = None

    @property
    def for_speaker(self) -> SpeakerDetails:
        """The part that a speaker's row keeps beside the gender."""
        return SpeakerDetails(**{each.name: getattr(self, each.name) for each in fields(SpeakerDetails)})


def role_of(member: Member) -> str:
    """Return what somebody comes as."""
    return "speaker" if isinstance(member, Speaker) else member.role


def is_active(member: Member) -> bool:
    """Tell whether somebody has a place or waits for one."""
    return member.state not in ("withdrawn", "refused", "cancelled")


def name_of(member: Member) -> LanguageMap:
    """Return the whole name by language."""
    if isinstance(member, Speaker):
        return dict(member.name)
    return by_script(member.name, member.name_other)


def texts_in_both(text: str) -> LanguageMap:
    """Read what :func:`in_one_text` wrote."""
    one, between, other = text.partition(_BETWEEN)
    if between and has_han(one) != has_han(other):
        return by_script(one, other)
    return by_script(text)


def in_one_text(texts: Mapping[str, str] | None, limit: int) -> str:
    """Write a text of both languages into one field, where a participant has one only."""
    return _BETWEEN.join(filter(None, dict.fromkeys((texts or {}).values())))[:limit]


def details_of(member: Member) -> MemberDetails:
    """Return what is said of somebody."""
    if isinstance(member, Speaker):
        values = {each.name: getattr(member, each.name) for each in fields(SpeakerDetails)}
        return MemberDetails(**values, role="speaker", gender=member.gender)
    name = name_of(member)
    person = member.person
    family = {
        language: text
        for language, text in ((person and person.family_name) or {}).items()
        if text in name.get(language, "")
    }
    return MemberDetails(
        name=name,
        family_name=family or None,
        title=texts_in_both(member.title) or None,
        organisation=texts_in_both(member.organisation) or None,
        stakeholder_type=member.stakeholder_type,
        email=member.email,
        mode=member.mode,
        role=member.role,
        gender=member.gender,
    )


def as_kept(details: MemberDetails, *, fallback_mode: str) -> MemberDetails:
    """Return what is left of details once they are stored: participants have no topic, and one text per field."""
    if details.role == "speaker":
        return details
    return MemberDetails(
        name=by_script(*details.name.values()),
        family_name=details.family_name or None,
        title=texts_in_both(in_one_text(details.title, 300)) or None,
        organisation=texts_in_both(in_one_text(details.organisation, 300)) or None,
        stakeholder_type=details.stakeholder_type or "other",
        email=details.email or None,
        mode=details.mode or fallback_mode,
        role=details.role,
        gender=details.gender or None,
    )


def to_json(details: MemberDetails, *, has_consented: bool) -> dict[str, Any]:
    """Return details as a change that is asked for keeps them."""
    return {**{key: value for key, value in asdict(details).items() if value}, "has_consented": has_consented}


def from_json(stored: Mapping[str, Any]) -> tuple[MemberDetails, bool]:
    """Return what :func:`to_json` kept: details, and whether the person agreed to be named."""
    known = {each.name for each in fields(MemberDetails)}
    values = {"name": {}, **{key: value for key, value in stored.items() if key in known}}
    return MemberDetails(**values), bool(stored.get("has_consented"))


def list_active(delegation_id: int) -> list[Member]:
    """Return all who have a place or wait for one, speakers first, in the order they came."""
    speakers = db.session.scalars(
        select(Speaker)
        .where(
            Speaker.delegation_id == delegation_id,
            Speaker.state.in_((*delegation_rules.SEATED_SPEAKERS, SpeakerState.WAITING.value)),
        )
        .order_by(Speaker.position, Speaker.id)
    )
    others = db.session.scalars(
        select(Participant)
        .where(Participant.delegation_id == delegation_id, Participant.state != "cancelled")
        .order_by(Participant.id)
    )
    return [*speakers, *others]


def find_same(delegation: Delegation, details: SpeakerDetails) -> Member | None:
    """Find a member by the same mail address, else by the same name in either script."""
    return pick_same(_list_alike(delegation.id, details), details)


def pick_same(active: Sequence[Member], details: SpeakerDetails) -> Member | None:
    """Choose who is the same among members alike: by mail address, else by name where no address speaks against it."""
    if details.email:
        wanted = details.email.casefold()
        if found := next((each for each in active if each.email and each.email.casefold() == wanted), None):
            return found
    names = {_plain(text) for text in details.name.values() if text}
    for each in active:
        is_other_address = bool(details.email and each.email and each.email.casefold() != details.email.casefold())
        if not is_other_address and names & {_plain(text) for text in name_of(each).values()}:
            return each
    return None


def _list_alike(delegation_id: int, details: SpeakerDetails) -> list[Member]:
    """Return all active speakers, and of the others, who may be thousands, those of that address or name."""
    speakers = db.session.scalars(
        select(Speaker)
        .where(
            Speaker.delegation_id == delegation_id,
            Speaker.state.in_((*delegation_rules.SEATED_SPEAKERS, SpeakerState.WAITING.value)),
        )
        .order_by(Speaker.position, Speaker.id)
    )
    written = [text for text in details.name.values() if text]
    plain = [_plain(text) for text in written]
    alike = [
        func.lower(Participant.email) == (details.email or "").lower(),
        *(column.in_(written) for column in (Participant.name, Participant.name_other)),
        *(
            func.replace(func.lower(column), " ", "").in_(plain)
            for column in (Participant.name, Participant.name_other)
        ),
    ]
    others = db.session.scalars(
        select(Participant)
        .where(Participant.delegation_id == delegation_id, Participant.state != "cancelled", or_(*alike))
        .order_by(Participant.id)
    )
    return [*speakers, *others]


def _plain(name: str) -> str:
    return "".join(name.casefold().split())


def label_of(member: Member, language: str) -> str:
    """Return the name for a sentence."""
    return text_of(name_of(member), language)
