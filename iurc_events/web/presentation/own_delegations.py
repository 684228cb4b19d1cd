"""What a city's desk shows of its invitations and speakers."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from iurc_events.domain.clock_texts import ReferenceZone
from iurc_events.domain.language_maps import LanguageMap, LocalText, localised
from iurc_events.domain.time_slots import deadline_instant
from iurc_events.localisation import noop, translate, translate_count
from iurc_events.models.delegations import Delegation
from iurc_events.models.speakers import Speaker
from iurc_events.web.presentation.agendas import SpeakerLine
from iurc_events.web.presentation.events import zones_of_programme
from iurc_events.web.presentation.names import person_name
from iurc_events.web.presentation.times import TimeView, instant_view, time_view


@dataclass(frozen=True, slots=True)
class DeadlineView:
    """The last moment to answer on both clocks, and how far away it is."""

    time: TimeView
    words: str
    is_over: bool


@dataclass(frozen=True, slots=True)
class InvitationRow:
    """An invitation in the city's list."""

    public_id: uuid.UUID
    title: LanguageMap
    city_name: LanguageMap
    state: str
    time: TimeView | None
    deadline: DeadlineView | None
    used: int
    places: int | None


@dataclass(frozen=True, slots=True)
class OwnSpeaker:
    """A speaker of the city with what the organisers decided."""

    public_id: uuid.UUID
    line: SpeakerLine
    state: str
    missing: str
    topic: LocalText | None
    places: tuple[str, ...]
    decision_note: str
    can_change: bool


def clocks_of_city(delegation: Delegation) -> tuple[ReferenceZone, ...]:
    """Return the programme's clocks; the city's own is set in the stronger weight."""
    return zones_of_programme(delegation.event.programme.reference_zones)


def deadline_view(delegation: Delegation, language: str, now: datetime) -> DeadlineView | None:
    """Turn a deadline day into both clocks; it ends at 23:59 in the city's own zone."""
    if delegation.deadline_on is None:
        return None
    ends_at = deadline_instant(date.fromisoformat(delegation.deadline_on), delegation.city.time_zone)
    last_minute = ends_at - timedelta(minutes=1)
    days = (ends_at - now).days
    if now >= ends_at:
        words = translate(noop("over"), language)
    elif days < 1:
        words = translate(noop("today"), language)
    else:
        words = translate_count(noop("in %(num)s day"), noop("in %(num)s days"), days, language)
    view = instant_view(last_minute, clocks_of_city(delegation), language, own_zone=delegation.city.time_zone)
    return DeadlineView(view, words, is_over=now >= ends_at)


def speaker_places(delegation: Delegation) -> int | None:
    """Return how many speakers a delegation may register; None where there is no limit."""
    rows = [quota.places for quota in delegation.quotas if quota.role == "speaker"]
    return sum(rows) if rows else None


def invitation_row(delegation: Delegation, used: int, language: str, now: datetime) -> InvitationRow:
    """Turn a delegation into a row of the city's list."""
    zones = clocks_of_city(delegation)
    slot = delegation.event.slot
    deadline = deadline_view(delegation, language, now)
    is_waiting = delegation.state in ("invited", "opened", "nominating")
    return InvitationRow(
        public_id=delegation.public_id,
        title=delegation.event.title,
        city_name=delegation.city.name,
        state="overdue" if is_waiting and deadline and deadline.is_over else delegation.state,
        time=time_view(slot, zones, language, now=now, own_zone=delegation.city.time_zone) if slot else None,
        deadline=deadline,
        used=used,
        places=speaker_places(delegation),
    )


def _missing_words(speaker: Speaker, language: str) -> str:
    needed: tuple[tuple[str, Mapping[str, str] | None], ...] = (
        (noop("job title"), speaker.title),
        (noop("organisation"), speaker.organisation),
        (noop("topic"), speaker.topic),
    )
    separator = "、" if language == "zh" else ", "
    return separator.join(translate(word, language) for word, value in needed if not value)


def own_speaker(
    speaker: Speaker, places: Sequence[tuple[Any, Any]], delegation: Delegation, language: str, *, is_open: bool
) -> OwnSpeaker:
    """Turn a speaker into a card of the city's desk."""
    zones = clocks_of_city(delegation)
    shown: list[str] = []
    for item, session in places:
        title = localised(session.title, language)
        slot = item.slot or session.slot
        time = time_view(slot, zones, language, own_zone=delegation.city.time_zone) if slot else None
        shown.append(" · ".join(part for part in (title.text if title else "", time.inline if time else "") if part))
    return OwnSpeaker(
        public_id=speaker.public_id,
        line=SpeakerLine(
            name=person_name(
                speaker.name,
                language,
                family_name=speaker.family_name,
                name_native=speaker.name_native,
                name_status=speaker.name_status,
                honorific=speaker.honorific,
            ),
            position=localised(speaker.title, language),
            organisation=localised(speaker.organisation, language),
        ),
        state=speaker.state,
        missing=_missing_words(speaker, language),
        topic=localised(speaker.topic, language),
        places=tuple(shown),
        decision_note=speaker.decision_note or "",
        can_change=is_open and speaker.state in ("nominated", "accepted"),
    )
