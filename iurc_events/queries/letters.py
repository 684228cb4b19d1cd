"""Formal letters as those who may have them find them: organisers of the event, and the city they were written to."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.orm import lazyload

from iurc_events.database import db
from iurc_events.domain.errors import NotFoundError
from iurc_events.domain.language_maps import LanguageMap, by_script
from iurc_events.domain.vocabulary import WITH_SEAT, RoleName, SpeakerState
from iurc_events.localisation import noop
from iurc_events.models.accounts import User
from iurc_events.models.attendance import Attendance
from iurc_events.models.cities import City
from iurc_events.models.delegations import Delegation
from iurc_events.models.events import Event
from iurc_events.models.letters import Letter
from iurc_events.models.participants import Participant
from iurc_events.models.programmes import Programme
from iurc_events.models.speakers import Speaker
from iurc_events.queries.organised_events import organised_by

_MISSING = noop("There is no such letter among yours")


@dataclass(frozen=True, slots=True)
class ListedLetter:
    """A letter in the register of an event."""

    public_id: uuid.UUID
    number: str
    kind: str
    purpose: str
    issued_on: str
    city_name: LanguageMap | None
    speaker_name: LanguageMap | None
    participant_name: str | None


@dataclass(frozen=True, slots=True)
class Confirmable:
    """Somebody for whom a confirmation can be written."""

    public_id: uuid.UUID
    kind: str
    name: LanguageMap
    city_name: LanguageMap | None
    has_attended: bool


def list_letters(event_id: int, *, page: int = 1, per_page: int = 25) -> tuple[list[ListedLetter], int]:
    """Return one page of an event's letters, the newest first, and how many there are."""
    total = db.session.scalar(select(func.count(Letter.id)).where(Letter.event_id == event_id)) or 0
    rows = db.session.execute(
        select(Letter, City.name, Speaker.name, Participant.name)
        .outerjoin(Delegation, Delegation.id == Letter.delegation_id)
        .outerjoin(City, City.id == Delegation.city_id)
        .outerjoin(Speaker, Speaker.id == Letter.speaker_id)
        .outerjoin(Participant, Participant.id == Letter.participant_id)
        .where(Letter.event_id == event_id)
        .order_by(Letter.made_at.desc(), Letter.id.desc())
        .limit(per_page)
        .offset((page - 1) * per_page)
    )
    listed = [
        ListedLetter(
            public_id=letter.public_id,
            number=letter.number,
            kind=letter.kind,
            purpose=letter.contents.get("purpose", ""),
            issued_on=letter.issued_on,
            city_name=city_name,
            speaker_name=speaker_name,
            participant_name=participant_name,
        )
        for letter, city_name, speaker_name, participant_name in rows
    ]
    return listed, total


def latest_invitations(event_id: int) -> dict[int, tuple[uuid.UUID, str]]:
    """Return the latest invitation of each delegation of an event: public id and number by the delegation's key."""
    rows = db.session.execute(
        select(Letter.delegation_id, Letter.public_id, Letter.number)
        .where(Letter.event_id == event_id, Letter.kind == "invitation", Letter.delegation_id.is_not(None))
        .order_by(Letter.id)
    )
    return {key: (public_id, number) for key, public_id, number in rows if key is not None}


def list_invited(event_id: int) -> list[Delegation]:
    """Return the delegations of an event by the name of their city; find the event through its actor."""
    found = db.session.scalars(
        select(Delegation)
        .join(City, City.id == Delegation.city_id)
        .options(lazyload(Delegation.quotas), lazyload(Delegation.focal_points))
        .where(Delegation.event_id == event_id)
    )
    return sorted(found, key=lambda delegation: (delegation.city.sort_keys.get("en", ""), delegation.id))


def get_programme_organised_by(actor: User, slug: str) -> Programme:
    """Return a programme that the actor organises.

    Raises:
        NotFoundError: If there is none, or it is somebody else's.
    """
    statement = select(Programme).where(Programme.slug == slug)
    if not actor.has_role(RoleName.ADMINISTRATOR):
        statement = statement.where(Programme.id.in_(actor.programme_ids(RoleName.ORGANISER)))
    programme = db.session.scalars(statement).one_or_none()
    if programme is None:
        raise NotFoundError(noop("There is no such programme among yours"))
    return programme


def get_letter_organised_by(actor: User, public_id: uuid.UUID) -> Letter:
    """Return a letter of an event of the actor's.

    Raises:
        NotFoundError: If there is none, or it is somebody else's.
    """
    letter = db.session.scalars(
        select(Letter)
        .join(Event, Event.id == Letter.event_id)
        .where(Letter.public_id == public_id, Event.deleted_at.is_(None), organised_by(actor))
    ).one_or_none()
    if letter is None:
        raise NotFoundError(_MISSING)
    return letter


def list_letters_of_delegation(delegation_id: int) -> list[ListedLetter]:
    """Return the letters to a delegation and its people, the newest first; find the delegation through its actor."""
    speakers = select(Speaker.id).where(Speaker.delegation_id == delegation_id)
    participants = select(Participant.id).where(Participant.delegation_id == delegation_id)
    rows = db.session.execute(
        select(Letter, Speaker.name, Participant.name)
        .outerjoin(Speaker, Speaker.id == Letter.speaker_id)
        .outerjoin(Participant, Participant.id == Letter.participant_id)
        .where(
            or_(
                Letter.delegation_id == delegation_id,
                Letter.speaker_id.in_(speakers),
                Letter.participant_id.in_(participants),
            )
        )
        .order_by(Letter.made_at.desc(), Letter.id.desc())
        .limit(100)
    )
    return [
        ListedLetter(
            letter.public_id,
            letter.number,
            letter.kind,
            letter.contents.get("purpose", ""),
            letter.issued_on,
            None,
            speaker_name,
            participant_name,
        )
        for letter, speaker_name, participant_name in rows
    ]


def get_letter_of_delegation(delegation_id: int, public_id: uuid.UUID) -> Letter:
    """Return a letter to a delegation or one of its people.

    Raises:
        NotFoundError: If there is none, or it is another delegation's.
    """
    if public_id not in {letter.public_id for letter in list_letters_of_delegation(delegation_id)}:
        raise NotFoundError(_MISSING)
    return db.session.scalars(select(Letter).where(Letter.public_id == public_id)).one()


def find_confirmable(event_id: int, query: str, *, most: int = 20) -> list[Confirmable]:
    """Find accepted speakers and seated participants of an event by a part of their name, in either script."""
    like = f"%{query.strip().casefold()}%"
    found: list[Confirmable] = []
    attended: Collection[int | None] = set(
        db.session.scalars(select(Attendance.speaker_id).where(Attendance.event_id == event_id))
    )
    for speaker_id, public_id, name, city_name in db.session.execute(
        select(Speaker.id, Speaker.public_id, Speaker.name, City.name)
        .outerjoin(City, City.id == Speaker.city_id)
        .where(Speaker.event_id == event_id, Speaker.state == SpeakerState.ACCEPTED.value)
        .order_by(Speaker.position, Speaker.id)
    ):
        if any(query.strip().casefold() in text.casefold() for text in name.values()):
            found.append(Confirmable(public_id, "speaker", name, city_name, speaker_id in attended))
    came = select(Attendance.id).where(Attendance.participant_id == Participant.id).exists()
    for public_id, written, other, city_name, has_attended in db.session.execute(
        select(Participant.public_id, Participant.name, Participant.name_other, City.name, came)
        .outerjoin(City, City.id == Participant.city_id)
        .where(
            Participant.event_id == event_id,
            Participant.state.in_(WITH_SEAT),
            or_(func.lower(Participant.name).like(like), func.lower(Participant.name_other).like(like)),
        )
        .order_by(Participant.id)
        .limit(most)
    ):
        names = by_script(written, other)
        found.append(Confirmable(public_id, "participant", names, city_name, bool(has_attended)))
    return found[:most]
