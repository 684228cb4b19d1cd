"""What a document says of one event, read from the database: head, facts, agenda, speakers, map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Literal

from iurc_events.domain.clock_texts import (
    ReferenceZone,
    clock_line,
    day_mark,
    long_date,
    place_of_zone,
    slot_date,
    zones_of,
    zones_of_programme,
)
from iurc_events.domain.language_maps import LanguageMap, language_by_script, localised, text_of
from iurc_events.domain.time_slots import Precision, TimeSlot, zone
from iurc_events.domain.vocabulary import EventState
from iurc_events.graphics.maps import Dot
from iurc_events.localisation import LANGUAGES, Language, noop, translate
from iurc_events.localisation.vocabulary import HONORIFIC_WORDS, LABELS, label
from iurc_events.models.events import Event
from iurc_events.models.programmes import Programme
from iurc_events.queries.event_content import EventContent, ItemFacts, SpeakerFacts, slot_of_row
from iurc_events.reports.contents import (
    AgendaItem,
    AgendaSession,
    Clock,
    DocumentLine,
    EventFacts,
    Header,
    Person,
    Texts,
)

#: Kinds of items that say what happens even without a title.
_PLAIN_KINDS = {"discussion", "qa", "award", "break", "introduction", "summary", "performance", "video"}
_CLOCK_SIDES: dict[str, Literal["west", "east", "elsewhere"]] = {"west": "west", "east": "east"}
_MAP_SIDES: dict[str, Literal["west", "east", "elsewhere"]] = {"EU": "west", "China": "east"}


def zones_of_event(event: Event) -> tuple[ReferenceZone, ...]:
    """Return the clocks of an event's documents: its own before those of the programme where it differs."""
    zones = zones_of_programme(event.programme.reference_zones)
    slot = event.slot
    if slot is None or slot.precision not in (Precision.MINUTE, Precision.PART_OF_DAY):
        return zones
    city = event.venue_city
    place = city.name if city and city.time_zone == slot.zone_name else place_of_zone(slot.zone_name)
    return zones_of(slot, zones, ReferenceZone(slot.zone_name, place))


def joint(language: str) -> str:
    """Return what stands between the members of a list."""
    return translate(noop(", "), language)


def make_header(
    programme: Programme, title: LanguageMap, zones: Sequence[ReferenceZone], language: Language, moment: datetime
) -> Header:
    """Return the head of a document; ``moment`` is the last change of what it shows."""
    return Header(
        language=language,
        programme=programme.name,
        title=title,
        moment=moment.replace(microsecond=0),
        clocks=tuple(
            Clock(
                place=text_of(each.place_name, language) or each.zone_name,
                zone=each.zone_name,
                side=_CLOCK_SIDES.get(each.side, "elsewhere"),
            )
            for each in zones
        ),
        funding=text_of(programme.funding_line, language),
    )


def hours(slot: TimeSlot, zones: Sequence[ReferenceZone], language: str, base_day: date) -> tuple[str, ...]:
    """Return the hours of an exact slot on each clock; a clock that shows another day says so."""
    if not slot.is_exact:
        return ()
    texts = []
    for each in zones:
        starts, ends = (instant.astimezone(zone(each.zone_name)) for instant in (slot.starts_at, slot.ends_at))
        text = f"{starts:%H:%M}–{ends:%H:%M}"
        if starts.date() != base_day:
            mark = day_mark(starts.date(), language)
            text = f"{mark} {text}" if language == "en" else f"{mark}{text}"
        texts.append(text)
    return tuple(texts)


def _time_note(slot: TimeSlot | None, zones: Sequence[ReferenceZone], language: str) -> str:
    """Say how much of the time is known where it is not the hours."""
    if slot is None:
        return translate(noop("Date not stated"), language)
    if slot.precision is Precision.PART_OF_DAY:
        line = clock_line(slot, zones, language)
        return translate(noop("%(clocks)s; hours not published"), language, clocks=line[:1].upper() + line[1:])
    if slot.precision is Precision.DAY:
        return translate(noop("Day only; hours not published"), language)
    if slot.precision is Precision.MONTH:
        return translate(noop("Known by the month"), language)
    return ""


def _venue(event: Event) -> LanguageMap:
    """Return venue, address and city in each language in which one of them is known."""
    city = event.venue_city.name if event.venue_city else {}
    found: LanguageMap = {}
    for language in LANGUAGES:
        own = (event.venue_name or {}, event.venue_address or {}, city)
        if any(texts.get(language) for texts in own):
            texts = [text for each in own if (text := text_of(each, language))]
            found[language] = joint(language).join(dict.fromkeys(texts))
    return found


def make_facts(event: Event, content: EventContent, zones: Sequence[ReferenceZone], language: str) -> EventFacts:
    """Return kind, time, place and people behind an event."""
    slot = event.slot
    dates = translate(noop("Date not stated"), language)
    if slot is not None:
        is_one_day = slot.precision is not Precision.MONTH and slot.first_day == slot.last_day
        dates = long_date(slot.first_day, language) if is_one_day else slot_date(slot, language)
    return EventFacts(
        dates=dates,
        times=hours(slot, zones, language, slot.first_day) if slot else (),
        time_note=_time_note(slot, zones, language) if slot else "",
        kind=label("kind", event.kind, language),
        state=label("state", event.state, language),
        format=label("format", event.format, language),
        venue=_venue(event),
        summary=event.summary or {},
        organisers=tuple(event.organisers or ()),
        themes=tuple(name for _, name in content.themes),
        sdgs=tuple(f"{number} {label('sdg', str(number), language)}" for number in event.sdgs or ()),
        frameworks=tuple(text_of(name, language) for _, name in content.frameworks),
        contact_name=event.contact_name or text_of(event.programme.contact_name, language),
        contact_address=event.contact_email or event.programme.contact_email or "",
    )


def _person(row: SpeakerFacts, cities: Mapping[int, Any], language: str, role: str = "") -> Person:
    found = localised(row.name, language)
    tongue = "zh" if found is not None and found.language == "zh" else "en"
    words = HONORIFIC_WORDS[language if language == "zh" else tongue]
    return Person(
        name=row.name,
        family_name=row.family_name or {},
        honorific=words.get(row.honorific or "", ""),
        title=row.title or {},
        organisation=row.organisation or {},
        city=cities[row.city_id].name if row.city_id is not None and row.city_id in cities else {},
        role=role,
    )


def _words_in_all(vocabulary: str, value: str) -> LanguageMap:
    return {language: label(vocabulary, value, language) for language in LANGUAGES}


def _item(
    row: ItemFacts, event: Event, content: EventContent, zones: Sequence[ReferenceZone], language: str
) -> AgendaItem:
    parts = content.contributions.get(row.id, [])
    topic: LanguageMap = (
        row.topic or row.title or next((own for key, _ in parts if (own := content.speakers[key].topic)), {})
    )
    kind = label("item_kind", row.kind, language)
    people = [_person(content.speakers[key], content.cities, language) for key, _ in parts]
    cities = content.item_cities.get(row.id, [])
    if not topic and row.kind in _PLAIN_KINDS:
        topic, kind = _words_in_all("item_kind", row.kind), ""
    elif not people and cities and event.state != EventState.HELD.value:
        people.append(Person(name={}))  # reads "Speaker to be named"
    slot = row.slot
    base = event.slot.first_day if event.slot else slot.first_day if slot else None
    return AgendaItem(
        topic=topic,
        kind=kind,
        times=hours(slot, zones, language, base) if slot and base else (),
        people=tuple(people),
        cities=tuple(city.name for city in cities),
    )


def make_sessions(
    event: Event, content: EventContent, zones: Sequence[ReferenceZone], language: str, *, with_notes: bool = False
) -> tuple[AgendaSession, ...]:
    """Return the agenda of an event.

    Args:
        with_notes: With what a source says of a session beside its items, in the language that it is written in.
    """
    sessions = []
    for key, row in content.sessions.items():
        slot = slot_of_row(row, "session_")
        base = event.slot.first_day if event.slot else slot.first_day if slot else None
        note = row.session_note if with_notes else None
        sessions.append(
            AgendaSession(
                title=row.session_title or _words_in_all("session_kind", row.session_kind),
                times=hours(slot, zones, language, base) if slot and base else (),
                room=text_of(row.session_room, language),
                note=in_own_language(note) if note else {},
                items=tuple(_item(item, event, content, zones, language) for item in content.items.get(key, [])),
            )
        )
    return tuple(sessions)


def in_own_language(text: str) -> LanguageMap:
    """Return a text under the language that it is written in, told by its letters."""
    return {language_by_script(text): text}


def make_speakers(content: EventContent, language: str) -> tuple[Person, ...]:
    """Return the people named, by city in the order of the cities, those without a city last."""
    order = {key: number for number, key in enumerate(content.cities)}
    rows = sorted(
        content.speakers.values(),
        key=lambda row: len(order) if row.city_id is None else order.get(row.city_id, len(order)),
    )
    return tuple(
        _person(
            row,
            content.cities,
            language,
            joint(language).join(
                label("speaker_role", role, language)
                for role in row.roles or ()
                if role != "speaker" and role in LABELS["speaker_role"]
            ),
        )
        for row in rows
    )


def make_dot(city: Any, language: str) -> Dot:
    """Return a city's place on the map."""
    found = localised(city.name, language)
    side = _MAP_SIDES.get(city.side, "elsewhere")
    return Dot(city.lat, city.lon, side, found.text if found else city.slug, found.language if found else "")


def make_documents(content: EventContent, language: str) -> tuple[DocumentLine, ...]:
    """Return the documents of an event; only addresses of the web become links."""
    return tuple(
        DocumentLine(
            title=row.text or _words_in_all("document_kind", row.word),
            kind=label("document_kind", row.word, language),
            url=row.other if (row.other or "").startswith(("https://", "http://")) else "",
        )
        for row in content.parts.get("document", [])
    )


def make_outcomes(content: EventContent) -> tuple[Texts, ...]:
    """Return outcomes, then awards with who got them."""
    found: list[Texts] = [row.text for row in content.parts.get("outcome", [])]
    for row in content.parts.get("award", []):
        city = content.cities.get(row.number)
        found.append(
            {
                language: text_of(row.text, language)
                + (translate(noop(": "), language) + text_of(city.name, language) if city else "")
                for language in LANGUAGES
                if row.text.get(language)
            }
            or row.text
        )
    return tuple(found)


def make_sources(event: Event, language: str) -> tuple[Texts, ...]:
    """Return where what is known of an event comes from."""
    return tuple(source.get("title") or {language: source["name"]} for source in event.sources or ())
