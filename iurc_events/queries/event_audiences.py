"""Who is concerned when an event changes: people to write to, and calendars that follow by themselves."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select, union

from iurc_events.database import db
from iurc_events.domain.language_maps import LanguageMap
from iurc_events.domain.vocabulary import DelegationState, ParticipantState, SpeakerState
from iurc_events.models.accounts import User
from iurc_events.models.calendar_feeds import CalendarSubscription, FollowedEvent
from iurc_events.models.cities import City
from iurc_events.models.delegations import Delegation, FocalPoint
from iurc_events.models.events import Event
from iurc_events.models.participants import Participant
from iurc_events.models.speakers import Speaker

#: Delegations that declined are not told any more.
_LIVE_DELEGATIONS = tuple(state.value for state in DelegationState if state is not DelegationState.DECLINED)
_LIVE_PARTICIPANTS = (
    ParticipantState.REGISTERED.value,
    ParticipantState.CONFIRMED.value,
    ParticipantState.WAITING.value,
)


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody to write to, once per address; the first reason counts."""

    email: str
    name: str
    language: str
    city: City | None = None
    participant_id: int | None = None
    delegation_id: int | None = None
    focal_point_id: int | None = None
    user_id: int | None = None


@dataclass(frozen=True, slots=True)
class Reach:
    """How many a change concerns: mails, people with a place, delegations, personal calendars."""

    mails: int
    people: int
    delegations: int
    calendars: int


def speaker_as_reader(names: LanguageMap, spoken: str | None) -> tuple[str, str]:
    """Return the language to write to a speaker in, and the name in it: Chinese if spoken, or the only script."""
    language = "zh" if (spoken == "zh" or ("zh" in names and "en" not in names)) else "en"
    return language, names.get(language) or next(iter(names.values()), "")


def list_recipients(event: Event) -> list[Recipient]:
    """Return everybody who is told of a change: participants, focal points of delegations, accepted speakers."""
    found: dict[str, Recipient] = {}
    rows = db.session.execute(
        select(FocalPoint, Delegation)
        .join(Delegation, Delegation.id == FocalPoint.delegation_id)
        .where(Delegation.event_id == event.id, Delegation.state.in_(_LIVE_DELEGATIONS))
        .order_by(FocalPoint.id)
    )
    for point, delegation in rows:
        found.setdefault(
            point.email.casefold(),
            Recipient(
                point.email,
                point.name,
                point.language,
                city=delegation.city,
                delegation_id=delegation.id,
                focal_point_id=point.id,
                user_id=point.user_id,
            ),
        )
    participants = select(Participant.id, Participant.email, Participant.name, Participant.language).where(
        Participant.event_id == event.id, Participant.state.in_(_LIVE_PARTICIPANTS)
    )
    for key, email, name, language in db.session.execute(participants.order_by(Participant.id)):
        if email:
            found.setdefault(email.casefold(), Recipient(email, name, language, participant_id=key))
    speakers = select(Speaker.email, Speaker.name, Speaker.language_spoken).where(
        Speaker.event_id == event.id, Speaker.state == SpeakerState.ACCEPTED.value, Speaker.email.is_not(None)
    )
    for address, names, spoken in db.session.execute(speakers.order_by(Speaker.id)):
        if address:
            language, name = speaker_as_reader(names, spoken)
            found.setdefault(address.casefold(), Recipient(address, name, language))
    return list(found.values())


def count_reach(event_id: int) -> Reach:
    """Count whom a change to an event concerns, in one question to the database."""

    def number(condition: ColumnElement[bool], model: type[Participant] | type[Delegation]) -> ColumnElement[int]:
        return select(func.count()).select_from(model).where(condition).scalar_subquery()

    live = Participant.state.in_(_LIVE_PARTICIPANTS)
    addresses = union(
        select(func.lower(Participant.email)).where(Participant.event_id == event_id, live),
        select(func.lower(FocalPoint.email))
        .join(Delegation, Delegation.id == FocalPoint.delegation_id)
        .where(Delegation.event_id == event_id, Delegation.state.in_(_LIVE_DELEGATIONS)),
        select(func.lower(Speaker.email)).where(
            Speaker.event_id == event_id, Speaker.state == "accepted", Speaker.email.is_not(None), Speaker.email != ""
        ),
    ).subquery()
    followers = select(FollowedEvent.user_id).where(FollowedEvent.event_id == event_id)
    signed_up = (
        select(User.id)
        .join(Participant, func.lower(Participant.email) == func.lower(User.email))
        .where(Participant.event_id == event_id, live)
    )
    focal = (
        select(FocalPoint.user_id)
        .join(Delegation, Delegation.id == FocalPoint.delegation_id)
        .where(Delegation.event_id == event_id, FocalPoint.user_id.is_not(None))
    )
    calendars = (
        select(func.count())
        .select_from(CalendarSubscription)
        .where(
            CalendarSubscription.revoked_at.is_(None),
            or_(
                CalendarSubscription.user_id.in_(followers),
                CalendarSubscription.user_id.in_(signed_up),
                CalendarSubscription.user_id.in_(focal),
            ),
        )
        .scalar_subquery()
    )
    row = db.session.execute(
        select(
            select(func.count()).select_from(addresses).scalar_subquery(),
            number((Participant.event_id == event_id) & live, Participant),
            number((Delegation.event_id == event_id) & Delegation.state.in_(_LIVE_DELEGATIONS), Delegation),
            calendars,
        )
    ).one()
    return Reach(*row)
