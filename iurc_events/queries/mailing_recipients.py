"""Who gets a letter to many: each address once, with what the letter says of each reader."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, exists, select, union

from iurc_events.database import db
from iurc_events.domain.language_maps import LanguageMap
from iurc_events.domain.mailings import Audience
from iurc_events.domain.vocabulary import WITH_SEAT, ParticipantState, SpeakerState
from iurc_events.models.accounts import User
from iurc_events.models.attendance import Attendance
from iurc_events.models.calendar_feeds import FollowedEvent
from iurc_events.models.cities import City
from iurc_events.models.delegations import Delegation, FocalPoint
from iurc_events.models.events import Event
from iurc_events.models.mailings import MailOptOut
from iurc_events.models.participants import Participant
from iurc_events.models.speakers import Speaker
from iurc_events.queries.event_audiences import speaker_as_reader


@dataclass(frozen=True, slots=True)
class MailingRecipient:
    """Somebody who gets a letter."""

    email: str
    name: str
    language: str
    group: str
    city_name: LanguageMap | None = None
    #: Whether the join link is for them (product rule "Who sees what").
    may_join: bool = False
    #: Whether the event comes into their calendar by invitations of its own.
    takes_invitations: bool = False
    participant_id: int | None = None
    delegation_id: int | None = None
    focal_point_id: int | None = None
    user_id: int | None = None


def list_recipients(event: Event, audience: Audience) -> list[MailingRecipient]:
    """Return who fits an audience, each address once; who may join in one way may join."""
    found: dict[str, MailingRecipient] = {}
    for group in audience.groups:
        for one in _LISTS[group](event, audience):
            key = one.email.strip().casefold()
            if key not in found:
                found[key] = one
            elif one.may_join and not found[key].may_join:
                found[key] = replace(found[key], may_join=True)
    return list(found.values())


def _participants(
    event: Event, audience: Audience, group: str, condition: ColumnElement[bool]
) -> list[MailingRecipient]:
    statement = (
        select(
            Participant.id,
            Participant.email,
            Participant.name,
            Participant.language,
            Participant.state,
            Participant.wants_invitation,
            City.name,
        )
        .outerjoin(City, City.id == Participant.city_id)
        .where(Participant.event_id == event.id, Participant.email.is_not(None), Participant.email != "", condition)
        .order_by(Participant.id)
    )
    if audience.city_ids:
        statement = statement.where(Participant.city_id.in_(audience.city_ids))
    if audience.mode:
        statement = statement.where(Participant.mode == audience.mode)
    return [
        MailingRecipient(
            email or "", name, language, group, city, may_join=state in WITH_SEAT, takes_invitations=wants_invitation,
            participant_id=key,
        )
        for key, email, name, language, state, wants_invitation, city in db.session.execute(statement)
    ]  # fmt: skip


def _registered(event: Event, audience: Audience) -> list[MailingRecipient]:
    return _participants(event, audience, "registered", Participant.state.in_(WITH_SEAT))


def _waiting(event: Event, audience: Audience) -> list[MailingRecipient]:
    return _participants(event, audience, "waiting", Participant.state == ParticipantState.WAITING.value)


def _attended(event: Event, audience: Audience) -> list[MailingRecipient]:
    came = exists().where(Attendance.participant_id == Participant.id)
    return _participants(event, audience, "attended", came)


def _speakers(event: Event, audience: Audience) -> list[MailingRecipient]:
    statement = (
        select(Speaker.email, Speaker.name, Speaker.language_spoken, Speaker.delegation_id, City.name)
        .outerjoin(City, City.id == Speaker.city_id)
        .where(
            Speaker.event_id == event.id,
            Speaker.state == SpeakerState.ACCEPTED.value,
            Speaker.email.is_not(None),
            Speaker.email != "",
        )
        .order_by(Speaker.id)
    )
    if audience.city_ids:
        statement = statement.where(Speaker.city_id.in_(audience.city_ids))
    if audience.mode:
        statement = statement.where(Speaker.mode == audience.mode)
    found = []
    for email, names, spoken, delegation_id, city in db.session.execute(statement):
        language, name = speaker_as_reader(names, spoken)
        found.append(
            MailingRecipient(email or "", name, language, "speakers", city, may_join=True, delegation_id=delegation_id)
        )
    return found


def _focal_points(event: Event, audience: Audience) -> list[MailingRecipient]:
    if audience.mode:
        return []  # a city comes in both ways
    statement = (
        select(FocalPoint, City.name)
        .join(Delegation, Delegation.id == FocalPoint.delegation_id)
        .join(City, City.id == Delegation.city_id)
        .where(Delegation.event_id == event.id, Delegation.state != "declined")
        .order_by(FocalPoint.id)
    )
    if audience.delegation_states:
        statement = statement.where(Delegation.state.in_(audience.delegation_states))
    if audience.city_ids:
        statement = statement.where(Delegation.city_id.in_(audience.city_ids))
    return [
        MailingRecipient(
            point.email,
            point.name,
            point.language,
            "focal-points",
            city,
            may_join=True,
            delegation_id=point.delegation_id,
            focal_point_id=point.id,
            user_id=point.user_id,
        )
        for point, city in db.session.execute(statement)
    ]


def _followers(event: Event, audience: Audience) -> list[MailingRecipient]:
    if audience.mode or audience.city_ids:
        return []  # nothing is known of where they are from
    statement = (
        select(User.id, User.email, User.name, User.language)
        .join(FollowedEvent, FollowedEvent.user_id == User.id)
        .where(FollowedEvent.event_id == event.id, User.is_disabled.is_(False))
        .order_by(User.id)
    )
    return [
        MailingRecipient(email, name, language, "followers", user_id=key)
        for key, email, name, language in db.session.execute(statement)
    ]


_LISTS: dict[str, Callable[[Event, Audience], list[MailingRecipient]]] = {
    "registered": _registered,
    "waiting": _waiting,
    "attended": _attended,
    "speakers": _speakers,
    "focal-points": _focal_points,
    "followers": _followers,
}


def list_opt_outs(topic: str, programme_id: int) -> set[bytes]:
    """Return the hashes of the addresses that want no mail of a topic of a programme."""
    return set(
        db.session.scalars(
            select(MailOptOut.address_hash).where(MailOptOut.topic == topic, MailOptOut.programme_id == programme_id)
        )
    )


def list_cities(event_id: int) -> list[City]:
    """Return the cities from which people or delegations come to an event, in their order."""
    keys = union(
        *(
            select(model.city_id).where(model.event_id == event_id, model.city_id.is_not(None))
            for model in (Participant, Speaker, Delegation)
        )
    ).subquery()
    return list(db.session.scalars(select(City).where(City.id.in_(select(keys.c.city_id))).order_by(City.position)))
