"""Registrations: one's own by its personal link, and an event's for its organisers."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, func, or_, select

from iurc_events.database import db
from iurc_events.domain.language_maps import LanguageMap
from iurc_events.domain.secrets import hash_token
from iurc_events.models.accounts import OneTimeToken
from iurc_events.models.attendance import Attendance
from iurc_events.models.cities import City, CityProgramme
from iurc_events.models.events import Event, EventProgramme, JoinLink
from iurc_events.models.participants import Participant


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


def list_participants(
    event_id: int, *, state: str = "", query: str = "", page: int = 1, per_page: int = 25
) -> tuple[list[ListedParticipant], int]:
    """Return one page of an event's registrations, the oldest first, and how many fit."""
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
    attended = exists().where(Attendance.participant_id == Participant.id)
    rows = db.session.execute(
        select(Participant, City.name, attended)
        .outerjoin(City, City.id == Participant.city_id)
        .where(*conditions)
        .order_by(Participant.created_at, Participant.id)
        .limit(per_page)
        .offset((page - 1) * per_page)
    )
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
        )
        for participant, city_name, has_attended in rows
    ]
    return listed, total
