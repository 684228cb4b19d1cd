"""Registrations: one's own by its personal link, and an event's for its organisers."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import bindparam, exists, func, or_, select

from iurc_events.database import db
from iurc_events.domain.language_maps import LanguageMap
from iurc_events.domain.secrets import hash_token
from iurc_events.domain.vocabulary import EventState, ParticipantState
from iurc_events.models.accounts import OneTimeToken
from iurc_events.models.attendance import Attendance
from iurc_events.models.cities import City, CityProgramme
from iurc_events.models.events import Event, EventProgramme, JoinLink
from iurc_events.models.invitations import MeetingInvitation
from iurc_events.models.participants import Participant
from iurc_events.queries import waiting_list

_E: Final = Event.__table__.c
#: Built once and run without the mapper: all that a registration asks of its event while thousands sign up.
_FOR_SIGN_UP: Final = select(
    _E.id, _E.public_id, _E.slug, _E.version, _E.state, _E.format, _E.time_zone, _E.ends_at, _E.deleted_at,
    _E.capacity, _E.seats_taken, _E.waiting_rule, _E.is_registration_open, _E.registration_opens_on,
    _E.registration_closes_on, _E.programme_id, _E.asks_for, _E.last_day,
).where(_E.slug == bindparam("slug"), _E.state != EventState.DRAFT.value, _E.deleted_at.is_(None))  # fmt: skip
_OFFERED_SIDE: Final = (
    select(City.side)
    .join(CityProgramme, CityProgramme.city_id == City.id)
    .where(
        City.id == bindparam("city_id"),
        or_(
            CityProgramme.programme_id == bindparam("programme_id"),
            CityProgramme.programme_id.in_(
                select(EventProgramme.programme_id).where(EventProgramme.event_id == bindparam("event_id"))
            ),
        ),
    )
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class ListedParticipant:
    """A registration in the organisers' list."""

    public_id: uuid.UUID
    name: str
    email: str
    organisation: str
    city_name: LanguageMap | None
    stakeholder_type: str
    mode: str
    state: str
    language: str
    created_at: datetime
    has_attended: bool
    #: Place in the line of those who wait, from 1; None for who does not wait.
    position: int | None
    #: What the person's calendar answered to the invitation by mail, which changes nothing.
    reply: str | None = None
    #: Whether the event changed after the answer.
    is_reply_old: bool = False


def find_by_token(token: str, now: datetime) -> Participant | None:
    """Find a registration by its personal link."""
    hashed = hash_token(token.strip().lower())
    by_link = select(OneTimeToken.participant_id).where(
        OneTimeToken.token_hash == hashed,
        OneTimeToken.purpose == "registration",
        OneTimeToken.revoked_at.is_(None),
        OneTimeToken.expires_at > now,
    )
    return db.session.scalars(
        select(Participant).where(or_(Participant.token_hash == hashed, Participant.id.in_(by_link)))
    ).one_or_none()


def find_own(public_id: str) -> Participant | None:
    """Find the registration that a session holds."""
    try:
        key = uuid.UUID(public_id)
    except ValueError:
        return None
    return db.session.scalars(select(Participant).where(Participant.public_id == key)).one_or_none()


def list_join_links(event_id: int) -> list[JoinLink]:
    """Return an event's join links in order; show them only to those who may have them."""
    return list(db.session.scalars(select(JoinLink).where(JoinLink.event_id == event_id).order_by(JoinLink.position)))


def list_cities_of_programmes(event: Event) -> list[tuple[int, LanguageMap, str, LanguageMap]]:
    """Return key, name, side and sort keys of the cities of an event's programmes."""
    programmes = select(EventProgramme.programme_id).where(EventProgramme.event_id == event.id)
    listed = select(CityProgramme.city_id).where(
        or_(CityProgramme.programme_id == event.programme_id, CityProgramme.programme_id.in_(programmes))
    )
    rows = db.session.execute(select(City.id, City.name, City.side, City.sort_keys).where(City.id.in_(listed)))
    return [(row[0], row[1], row[2], row[3]) for row in rows]


def find_event_for_sign_up(slug: str) -> Any:
    """Find what a registration asks of a public event: whether it takes any, how it is held, its seats; else None."""
    return db.session.connection().execute(_FOR_SIGN_UP, {"slug": slug}).one_or_none()


def find_offered_side(event: Any, city_id: int) -> str | None:
    """Find the side of a city that people choose when they sign up; None where it is in no programme of the event."""
    values = {"event_id": event.id, "programme_id": event.programme_id, "city_id": city_id}
    side: str | None = db.session.connection().execute(_OFFERED_SIDE, values).scalar()
    return side


def list_participants(
    event_id: int, *, state: str = "", query: str = "", page: int = 1, per_page: int = 25
) -> tuple[list[ListedParticipant], int]:
    """Return one page of an event's registrations, the oldest first, and how many fit.

    Those who wait alone come in the order in which free places would come to them.
    """
    conditions = [Participant.event_id == event_id]
    if state:
        conditions.append(Participant.state == state)
    if query:
        like = f"%{query.casefold()}%"
        conditions.append(
            or_(
                func.lower(Participant.name).like(like),
                Participant.email.like(like),
                func.lower(Participant.organisation).like(like),
            )
        )
    total = db.session.scalar(select(func.count(Participant.id)).where(*conditions)) or 0
    first = (page - 1) * per_page
    statement = (
        select(
            Participant,
            City.name,
            exists().where(Attendance.participant_id == Participant.id),
            MeetingInvitation.reply,
            MeetingInvitation.replied_at < MeetingInvitation.sent_at,
        )
        .outerjoin(City, City.id == Participant.city_id)
        .outerjoin(MeetingInvitation, MeetingInvitation.participant_id == Participant.id)
    )
    positions: dict[int, int] = {}
    if state == ParticipantState.WAITING:
        positions = _positions(event_id)
        found = sorted(db.session.scalars(select(Participant.id).where(*conditions)), key=positions.__getitem__)
        keys = found[first : first + per_page]
        rows = sorted(
            db.session.execute(statement.where(Participant.id.in_(keys))).all(), key=lambda row: keys.index(row[0].id)
        )
    else:
        rows = list(
            db.session.execute(
                statement.where(*conditions)
                .order_by(Participant.created_at, Participant.id)
                .limit(per_page)
                .offset(first)
            ).all()
        )
        if any(row[0].state == ParticipantState.WAITING for row in rows):
            positions = _positions(event_id)
    listed = [
        ListedParticipant(
            public_id=participant.public_id,
            name=participant.name,
            email=participant.email or "",
            organisation=participant.organisation,
            city_name=city_name,
            stakeholder_type=participant.stakeholder_type,
            mode=participant.mode,
            state=participant.state,
            language=participant.language,
            created_at=participant.created_at,
            has_attended=bool(has_attended),
            position=positions.get(participant.id),
            reply=reply,
            is_reply_old=bool(is_reply_old),
        )
        for participant, city_name, has_attended, reply, is_reply_old in rows
    ]
    return listed, total


def _positions(event_id: int) -> dict[int, int]:
    """Return the place in the line of each who waits, by key."""
    rule = db.session.scalars(select(Event.waiting_rule).where(Event.id == event_id)).one()
    return {key: number for number, key in enumerate(waiting_list.list_keys_in_order(event_id, rule), 1)}
