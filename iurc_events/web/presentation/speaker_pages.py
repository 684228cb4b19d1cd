"""What the speaker's own page shows beside its form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from iurc_events.domain.clock_texts import ReferenceZone, has_same_clock, zones_of_programme
from iurc_events.domain.language_maps import LanguageMap, LocalText, localised, text_of
from iurc_events.domain.time_slots import TimeSlot
from iurc_events.localisation import noop, translate
from iurc_events.models.agendas import AgendaItem, EventSession
from iurc_events.models.delegations import Delegation
from iurc_events.models.events import Event
from iurc_events.models.speakers import Speaker
from iurc_events.queries.speaker_pages import PAGE_PARTS
from iurc_events.services.speaker_pages import Profile
from iurc_events.web.presentation.own_delegations import Difference
from iurc_events.web.presentation.times import TimeView, time_view
from iurc_events.web.presentation.vocabulary import label

#: Where on the page each part is filled in.
_ANCHORS = {"name": "names", "languages": "languages", "photo": "photo-part"}


@dataclass(frozen=True, slots=True)
class OwnSlot:
    """A place of the speaker on the agenda."""

    time: TimeView | None
    title: LocalText | None
    session: LocalText | None
    role: str


@dataclass(frozen=True, slots=True)
class CheckedPart:
    """A line of the checklist."""

    words: str
    anchor: str
    is_there: bool


@dataclass(frozen=True, slots=True)
class OwnPageView:
    """Everything beside the form."""

    time: TimeView | None
    slots: tuple[OwnSlot, ...]
    parts: tuple[CheckedPart, ...]
    missing: int
    is_confirmed: bool
    source: str
    contact_name: str
    contact_email: str
    is_over: bool


def clocks_of_event(event: Event, at: datetime) -> tuple[ReferenceZone, ...]:
    """Return the programme's clocks, and before them the event's own where none of them shows its time."""
    zones = zones_of_programme(event.programme.reference_zones)
    zone = event.time_zone
    if not zone or any(has_same_clock(each.zone_name, zone, at) for each in zones):
        return zones
    city = event.venue_city
    place: LanguageMap = city.name if city and city.time_zone == zone else {"en": zone.rpartition("/")[2]}
    return (ReferenceZone(zone, place, "other"), *zones)


def _time(slot: TimeSlot | None, event: Event, language: str, now: datetime) -> TimeView | None:
    if slot is None:
        return None
    return time_view(slot, clocks_of_event(event, slot.starts_at), language, now=now)


def _source(speaker: Speaker, delegation: Delegation | None, language: str) -> str:
    """Say who entered the speaker (sec-15)."""
    if delegation is not None:
        city = text_of(delegation.city.name, language)
        return translate(noop("Your details were entered by the delegation of %(city)s."), language, city=city)
    if speaker.is_imported:
        return translate(noop("Your details were taken from the published programme of the event."), language)
    return translate(noop("Your details were entered by the programme team."), language)


def page_view(
    speaker: Speaker,
    event: Event,
    *,
    items: Sequence[tuple[AgendaItem, EventSession, str]],
    missing: Sequence[str],
    delegation: Delegation | None,
    language: str,
    now: datetime,
) -> OwnPageView:
    """Put together what stands beside the form."""
    slots = [
        OwnSlot(
            time=_time(item.slot or place.slot or event.slot, event, language, now),
            title=localised(item.topic, language) or localised(item.title, language),
            session=localised(place.title, language),
            role=label("speaker_role", role, language) if role != "speaker" else "",
        )
        for item, place, role in items
    ]
    return OwnPageView(
        time=_time(event.slot, event, language, now),
        slots=tuple(slots),
        parts=tuple(
            CheckedPart(translate(words, language), _ANCHORS.get(part, part), part not in missing)
            for part, words in PAGE_PARTS.items()
        ),
        missing=len(missing),
        is_confirmed=speaker.profile_confirmed_at is not None,
        source=_source(speaker, delegation, language),
        contact_name=text_of(event.programme.contact_name, language),
        contact_email=event.contact_email or event.programme.contact_email or "",
        is_over=event.ends_at is not None and event.ends_at <= now,
    )


_LABELS = {
    "name": noop("Name"), "family_name": noop("Family name"), "honorific": noop("Form of address"),
    "title": noop("Job title"), "organisation": noop("Organisation"), "topic": noop("Topic of the talk"),
    "abstract": noop("Short description"), "biography": noop("Biography"),
    "language_spoken": noop("Language of the talk"), "interpretation": noop("Interpretation you need"),
    "availability": noop("When you can and cannot be there"), "technical_needs": noop("Technical needs"),
    "languages": noop("Languages you speak"), "published": noop("What may be published"),
}  # fmt: skip


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return " / ".join(text for text in value.values() if text)
    if isinstance(value, tuple):
        return ", ".join(value)
    return str(value or "")


def differences(stored: Profile, typed: Profile, language: str) -> list[Difference]:
    """Return what somebody else stored differently from what was typed here (fault-7)."""
    found = []
    for field in fields(Profile):
        theirs, ours = getattr(stored, field.name), getattr(typed, field.name)
        if field.name in _LABELS and (theirs or None) != (ours or None):
            found.append(Difference(translate(_LABELS[field.name], language), _plain(theirs), _plain(ours)))
    return found
