"""What messages say of events, taken from the models."""

from __future__ import annotations

from datetime import date
from typing import Final

from iurc_events import addresses
from iurc_events.config import settings
from iurc_events.domain.clock_texts import ReferenceZone, Side, zones_of_programme
from iurc_events.localisation import LANGUAGES, noop, translate
from iurc_events.mail.contents import Deadline, EventFacts, ProgrammeFacts
from iurc_events.models.cities import City
from iurc_events.models.events import Event
from iurc_events.models.programmes import Programme

ONLINE = noop("online")
_SIDES: Final[dict[str, Side]] = {"EU": "west", "China": "east"}


def programme_facts(programme: Programme) -> ProgrammeFacts:
    """Say who writes."""
    return ProgrammeFacts(programme.name, programme.contact_name or {}, programme.contact_email)


def zone_of_city(city: City) -> ReferenceZone:
    """Return the clock of a city."""
    return ReferenceZone(city.time_zone, city.name, _SIDES.get(city.side, "other"))


def place_of(event: Event) -> dict[str, str]:
    """Return venue and city in each language, or that the event is online."""
    if event.format == "online":
        return {language: translate(ONLINE, language) for language in LANGUAGES}
    places: dict[str, str] = {}
    for language in LANGUAGES:
        city = event.venue_city.name.get(language) if event.venue_city else None
        parts = [(event.venue_name or {}).get(language), (event.venue_address or {}).get(language), city]
        if text := ("，" if language == "zh" else ", ").join(part for part in parts if part):
            places[language] = text
    return places


def event_facts(event: Event, language: str, *, own_city: City | None = None) -> EventFacts:
    """Describe an event for a message.

    Args:
        own_city: The reader's city, whose clock comes first.
    """
    return EventFacts(
        title=event.title,
        programme=programme_facts(event.programme),
        page_url=settings().base_url + addresses.event(event.slug, language) if event.is_public else None,
        slot=event.slot,
        clocks=zones_of_programme(event.programme.reference_zones),
        own=zone_of_city(own_city) if own_city else None,
        place=place_of(event),
    )


def deadline_of(deadline_on: str | None, city: City, programme: Programme) -> Deadline | None:
    """Describe a delegation's deadline; None where it has none."""
    if deadline_on is None:
        return None
    return Deadline(date.fromisoformat(deadline_on), zone_of_city(city), zones_of_programme(programme.reference_zones))
