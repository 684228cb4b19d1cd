"""Needs of the people of an event, for its organisers alone."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from iurc_events.database import db
from iurc_events.domain.language_maps import LanguageMap, by_script
from iurc_events.domain.vocabulary import SPECIAL_NEEDS
from iurc_events.models.cities import City
from iurc_events.models.participants import Participant, SpecialNeed
from iurc_events.models.speakers import Speaker
from iurc_events.queries.members import ACTIVE


@dataclass(frozen=True, slots=True)
class Need:
    """What one person needs, of one kind; ``name`` in each language that is known."""

    kind: str
    text: str
    name: LanguageMap
    city: LanguageMap | None
    #: ``speaker``, ``participant`` or ``observer``.
    role: str
    mode: str | None


def list_needs(event_id: int) -> list[Need]:
    """Return the needs of all who come to an event or wait for a place, by kind and name.

    The caller has made sure that the event is the actor's own.
    """
    speakers = db.session.execute(
        select(SpecialNeed, Speaker.name, City.name, Speaker.mode)
        .join(Speaker, Speaker.id == SpecialNeed.speaker_id)
        .outerjoin(City, City.id == Speaker.city_id)
        .where(SpecialNeed.event_id == event_id, Speaker.state.in_(ACTIVE))
    )
    others = db.session.execute(
        select(SpecialNeed, Participant.name, Participant.name_other, City.name, Participant.mode, Participant.role)
        .join(Participant, Participant.id == SpecialNeed.participant_id)
        .outerjoin(City, City.id == Participant.city_id)
        .where(SpecialNeed.event_id == event_id, Participant.state.in_(ACTIVE))
    )
    people: list[tuple[SpecialNeed, LanguageMap, LanguageMap | None, str, str | None]] = [
        *((row, dict(name), city, "speaker", mode) for row, name, city, mode in speakers),
        *((row, by_script(name, other), city, role, mode) for row, name, other, city, mode, role in others),
    ]
    people.sort(key=lambda each: (next(iter(each[1].values()), "").casefold(), each[0].id))
    return [
        Need(kind, text, name, city, role, mode)
        for kind in SPECIAL_NEEDS
        for row, name, city, role, mode in people
        if (text := getattr(row, kind))
    ]
