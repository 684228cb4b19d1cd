"""What an organiser's form says of an event: values in, columns out, and a mark to tell two states apart."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from iurc_events.domain.language_maps import LanguageMap
from iurc_events.domain.time_slots import TimeSlot
from iurc_events.models.events import Event, EventCity, EventPair, EventProgramme, EventTheme, JoinLink


@dataclass(frozen=True, slots=True)
class JoinLinkDetails:
    """A way to join online."""

    address: str
    label: LanguageMap
    meeting_number: str | None = None
    passcode: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventDetails:
    """All that the form of an event holds, in plain values; keys are those of the database."""

    title: LanguageMap
    kind: str
    format: str
    slot: TimeSlot | None
    summary: LanguageMap | None = None
    venue_name: LanguageMap | None = None
    venue_address: LanguageMap | None = None
    venue_city_id: int | None = None
    join_links: tuple[JoinLinkDetails, ...] = ()
    theme_ids: tuple[int, ...] = ()
    pair_ids: tuple[int, ...] = ()
    city_ids: tuple[int, ...] = ()
    also_for_ids: tuple[int, ...] = ()
    sdgs: tuple[int, ...] = ()
    capacity: int | None = None
    registration_opens_on: str | None = None
    registration_closes_on: str | None = None
    is_registration_open: bool = False
    contact_name: str | None = None
    contact_email: str | None = None
    working_languages: tuple[str, ...] = ()
    #: What people are asked for beside their name, of domain.needs.ASKED_FOR.
    asks_for: tuple[str, ...] = ()

    @property
    def mark(self) -> str:
        """A short text that differs where any detail differs: forms carry it to notice a second writer (fault-7)."""
        plain = json.dumps(asdict(self), ensure_ascii=False, sort_keys=True, default=str)
        return hashlib.sha256(plain.encode()).hexdigest()[:16]


def details_of(event: Event) -> EventDetails:
    """Read the details of an event."""
    return EventDetails(
        title=dict(event.title),
        kind=event.kind,
        format=event.format,
        slot=event.slot,
        summary=event.summary or None,
        venue_name=event.venue_name or None,
        venue_address=event.venue_address or None,
        venue_city_id=event.venue_city_id,
        join_links=tuple(
            JoinLinkDetails(link.address, dict(link.label), link.meeting_number, link.passcode)
            for link in event.join_links
        ),
        theme_ids=tuple(link.theme_id for link in event.themes),
        pair_ids=tuple(link.pair_id for link in event.pairs),
        city_ids=tuple(link.city_id for link in event.cities),
        also_for_ids=tuple(link.programme_id for link in event.also_for),
        sdgs=tuple(event.sdgs or ()),
        capacity=event.capacity,
        registration_opens_on=event.registration_opens_on,
        registration_closes_on=event.registration_closes_on,
        is_registration_open=event.is_registration_open,
        contact_name=event.contact_name,
        contact_email=event.contact_email,
        working_languages=tuple(event.working_languages or ()),
        asks_for=tuple(event.asks_for or ()),
    )


def differing_fields(one: EventDetails, other: EventDetails) -> tuple[str, ...]:
    """Name the details in which two states differ."""
    return tuple(each.name for each in fields(one) if getattr(one, each.name) != getattr(other, each.name))


def _in_order(rows: list[Any], key: str, wanted: Sequence[int], model: type[Any]) -> list[Any]:
    """Keep the rows that stay, with their place as chosen, and make those that are new."""
    known = {getattr(row, key): row for row in rows}
    result = []
    for position, each in enumerate(dict.fromkeys(wanted)):
        row = known.get(each) or model(**{key: each})
        row.position = position
        result.append(row)
    return result


def store_details(event: Event, details: EventDetails) -> None:
    """Write details into an event's columns; the slot is left to the caller, who knows what a move brings with it."""
    changed = set(differing_fields(details_of(event), details)) if event.id else {each.name for each in fields(details)}
    for name in (
        "title", "kind", "format", "summary", "venue_name", "venue_address", "venue_city_id", "capacity",
        "registration_opens_on", "registration_closes_on", "is_registration_open", "contact_name", "contact_email",
    ):  # fmt: skip
        if name in changed:
            setattr(event, name, getattr(details, name))
    if "title" in changed:
        event.title_translated = None
    if "sdgs" in changed:
        event.sdgs = list(details.sdgs) or None
    if "working_languages" in changed:
        event.working_languages = list(details.working_languages) or None
    if "asks_for" in changed:
        event.asks_for = list(details.asks_for)
    if "theme_ids" in changed:
        event.themes = _in_order(event.themes, "theme_id", details.theme_ids, EventTheme)
    if "pair_ids" in changed:
        event.pairs = _in_order(event.pairs, "pair_id", details.pair_ids, EventPair)
    if "city_ids" in changed:
        event.cities = _in_order(event.cities, "city_id", details.city_ids, EventCity)
    if "also_for_ids" in changed:
        event.also_for = _in_order(event.also_for, "programme_id", details.also_for_ids, EventProgramme)
    if "join_links" in changed:
        event.join_links = [
            JoinLink(
                position=position,
                label=link.label,
                address=link.address,
                meeting_number=link.meeting_number,
                passcode=link.passcode,
            )
            for position, link in enumerate(details.join_links)
        ]
