"""What public pages show of events: rows of lists, and the whole of one event, as frozen values for templates."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from iurc_events import addresses
from iurc_events.domain.clock_texts import ReferenceZone, instant_line, long_date, zones_of_programme
from iurc_events.domain.language_maps import LanguageMap, LocalText, localised, text_of
from iurc_events.domain.time_slots import Precision, TimeSlot
from iurc_events.localisation import noop, translate, translate_count
from iurc_events.models.events import Event
from iurc_events.queries.event_content import EventContent, ItemFacts, SpeakerFacts, slot_of_row
from iurc_events.queries.events import ListedEvent
from iurc_events.web.presentation.agendas import AgendaPart, AgendaRow, AgendaView, CityLink, SpeakerLine
from iurc_events.web.presentation.counts import CountView, reported_counts
from iurc_events.web.presentation.day_bars import DayBarView, day_bar_view
from iurc_events.web.presentation.names import person_name
from iurc_events.web.presentation.speaker_profiles import SpeakerProfile, speaker_profiles
from iurc_events.web.presentation.times import TimeView, ZoneKey, kept_time_view, offset_sentence, time_view, zone_key
from iurc_events.web.presentation.vocabulary import LABELS, label

#: Kinds of items that say what happens even without a title.
_PLAIN_KINDS = {"discussion", "qa", "award", "break", "introduction", "summary", "performance", "video"}


def shown_state(state: str, *, is_open: bool, is_full: bool, is_past: bool) -> str:
    """Return the word that a reader sees for an event's state; past and unconfirmed is not "held"."""
    if state == "published" and is_open and not is_past:
        return "full" if is_full else "registration-open"
    if state == "published" and is_past:
        return "past"
    return state


@dataclass(frozen=True, slots=True)
class EventRow:
    """An event in a public list."""

    id: int
    href: str
    title: LanguageMap
    state: str
    kind: str
    place: str
    time: TimeView | None
    day_bar: DayBarView | None
    is_struck: bool
    is_past: bool


def place_words(event_format: str, venue_city: LanguageMap | None, language: str) -> str:
    """Return where it is in a few words: "Online", "Brussels and online", "Yangzhou"."""
    city = text_of(venue_city, language)
    if event_format == "online":
        return translate(noop("Online"), language)
    if event_format == "hybrid":
        return (
            translate(noop("%(city)s and online"), language, city=city) if city else label("format", "hybrid", language)
        )
    return city or label("format", "onsite", language)


def event_row(event: ListedEvent, language: str, now: datetime) -> EventRow:
    """Turn a listed event into a row."""
    zones = zones_of_programme(event.reference_zones)
    is_past = event.ends_at is not None and event.ends_at <= now
    return EventRow(
        id=event.id,
        href=addresses.event(event.slug, language),
        title=event.title,
        state=shown_state(event.state, is_open=event.is_registration_open, is_full=event.is_full, is_past=is_past),
        kind=label("kind", event.kind, language),
        place=place_words(event.format, event.venue_city_name, language),
        time=time_view(event.slot, zones, language, now=now) if event.slot else None,
        day_bar=day_bar_view(event.slot, zones, language) if event.slot else None,
        is_struck=event.state in ("postponed", "cancelled"),
        is_past=is_past,
    )


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """A document of an event; without ``href`` the file is not here."""

    title: LocalText
    kind: str
    href: str
    note: str


@dataclass(frozen=True, slots=True)
class EventPage:
    """All that an event's page shows and that is the same for every reader of a language."""

    title: LanguageMap
    title_note: str
    time: TimeView | None
    day_bar: DayBarView | None
    time_note: str
    estimate: str
    estimate_basis: str
    summary: LocalText | None
    counts: tuple[CountView, ...]
    agenda: AgendaView
    remaining: str
    moderators: tuple[SpeakerLine, ...]
    profiles: tuple[SpeakerProfile, ...]
    where: str
    address: str
    kind: str
    themes: tuple[tuple[str, LocalText], ...]
    frameworks: tuple[LocalText, ...]
    sdgs: tuple[tuple[int, str], ...]
    languages: str
    organisers: tuple[LocalText, ...]
    cities: tuple[CityLink, ...]
    documents: tuple[DocumentLine, ...]
    outcomes: tuple[LocalText, ...]
    awards: tuple[tuple[LocalText, str, LocalText | None], ...]
    moves: tuple[tuple[str, str, LocalText | None], ...]
    changes: tuple[tuple[str, str], ...]
    status_note: LocalText | None
    contact_name: str
    contact_email: str
    sources: tuple[tuple[str, str, str], ...]
    notes: tuple[str, ...]


def _texts(values: Iterable[LanguageMap] | None, language: str) -> tuple[LocalText, ...]:
    return tuple(found for value in values or () if (found := localised(value, language)))


def _position(row: SpeakerFacts, language: str) -> tuple[LocalText | None, LocalText | None]:
    """Return title and organisation; in Chinese they make one text, the organisation first."""
    position, organisation = localised(row.title, language), localised(row.organisation, language)
    if position and organisation and position.language == organisation.language == language == "zh":
        return LocalText(organisation.text + position.text, "zh", is_fallback=False), None
    return position, organisation


def _speaker_line(row: SpeakerFacts, language: str, *, role: str = "") -> SpeakerLine:
    position, organisation = _position(row, language)
    return SpeakerLine(
        name=person_name(
            row.name,
            language,
            family_name=row.family_name,
            name_native=row.name_native,
            name_status=row.name_status,
            honorific=row.honorific,
        ),
        position=position,
        organisation=organisation,
        role=role,
    )


def _city_link(row: Any, language: str) -> CityLink:
    found = localised(row.name, language)
    return CityLink(
        name=found.text if found else row.slug,
        side=row.side,
        href=addresses.city(row.slug, language),
        language=found.language if found and found.is_fallback else "",
    )


@lru_cache(maxsize=4096)
def _row(
    item: ItemFacts,
    parts: tuple[tuple[SpeakerFacts, str], ...],
    cities: tuple[CityLink, ...],
    language: str,
    zones: ZoneKey,
    *,
    number: str,
    is_past: bool,
) -> AgendaRow:
    """Return an item as a row; the same object for the same facts, so that its markup is written once."""
    speakers = [
        _speaker_line(speaker, language, role=label("speaker_role", role, language) if role == "moderator" else "")
        for speaker, role in parts
    ]
    if not speakers and cities and not is_past and item.kind not in _PLAIN_KINDS:
        held_by = translate(noop(", "), language).join(city.name for city in cities)
        speakers.append(SpeakerLine(None, held_by=held_by))
    title = localised(item.topic, language) or localised(item.title, language)
    if title is None and parts and (topic := parts[0][0].topic):
        title = localised(topic, language)
    if title is None and item.kind in _PLAIN_KINDS:
        title = LocalText(label("item_kind", item.kind, language), language, is_fallback=False)
    return AgendaRow(
        order_text=number,
        time=kept_time_view(item.slot, zones, language) if item.slot else None,
        title=title,
        speakers=tuple(speakers),
        cities=cities,
        is_break=item.kind == "break",
    )


def agenda_view(
    content: EventContent, language: str, zones: Sequence[ReferenceZone], *, is_past: bool, days: int = 1
) -> AgendaView:
    """Put an event's sessions and items on one spine.

    Args:
        days: How many days the event has; of more than one, each day is named before its first session.
    """
    parts: list[AgendaPart] = []
    key_of_zones = zone_key(zones)
    has_hours = False
    shown_day = None
    shown_cities = {city.id: city for cities in content.item_cities.values() for city in cities}
    links = {key: _city_link(city, language) for key, city in shown_cities.items()}
    for key, session in content.sessions.items():
        items = content.items.get(key, [])
        slot = slot_of_row(session, "session_")
        rows = tuple(
            _row(
                item,
                tuple((content.speakers[key], role) for key, role in content.contributions.get(item.id, ())),
                tuple(links[city.id] for city in content.item_cities.get(item.id, ())),
                language,
                key_of_zones,
                number=str(n) if len(items) > 1 else "",
                is_past=is_past,
            )
            for n, item in enumerate(items, 1)
        )
        has_hours = has_hours or any(row.time is not None and row.time.is_exact for row in rows)
        day = slot.first_day if slot else None
        parts.append(
            AgendaPart(
                title=localised(session.session_title, language),
                kind=label("session_kind", session.session_kind, language),
                room=text_of(session.session_room, language),
                time=time_view(slot, zones, language) if slot else None,
                day_text=long_date(day, language) if days > 1 and day and day != shown_day else "",
                rows=rows,
                anchor=f"session-{session.session_slug}",
            )
        )
        shown_day = day or shown_day
    return AgendaView(
        parts=tuple(parts),
        has_hours=has_hours,
        west_place=text_of(zones[0].place_name, language) if zones else "",
        east_place=text_of(zones[-1].place_name, language) if zones else "",
    )


def _counts(content: EventContent, language: str) -> tuple[CountView, ...]:
    """Return the numbers of the whole event; those of one city are shown in reports."""
    rows = [row for row in content.parts.get("count", []) if row.flag is None]
    return reported_counts([(row.word, row.number, row.other, row.detail or "") for row in rows], language)


def _remaining(content: EventContent, language: str) -> str:
    """Say how many city talks a source counts and does not name; only from an exact number."""
    for row in content.parts.get("count", []):
        if row.word == "city_speakers" and row.other == "exactly" and row.flag is None:
            shown = sum(1 for items in content.items.values() for item in items if item.id in content.item_cities)
            if 0 < shown < row.number:
                return translate_count(
                    noop("%(num)s more city talk; name and topic not published"),
                    noop("%(num)s more city talks; names and topics not published"),
                    row.number - shown,
                    language,
                )
    return ""


def _documents(content: EventContent, language: str) -> tuple[DocumentLine, ...]:
    lines = []
    for row in content.parts.get("document", []):
        title = localised(row.text, language)
        if title is None:
            continue
        note = ""
        if row.flag == 0:
            note = translate(noop("not kept here") if row.other else noop("mentioned, not kept here"), language)
        lines.append(DocumentLine(title, label("document_kind", row.word, language), row.other or "", note))
    return tuple(lines)


def _estimate(event: Event, zones: Sequence[ReferenceZone], language: str) -> tuple[str, str]:
    if not event.time_estimate or not event.time_zone:
        return "", ""
    guess = TimeSlot(event.time_zone, Precision.MINUTE, event.time_estimate["start"], event.time_estimate["end"])
    return time_view(guess, zones, language).inline, event.time_estimate.get("basis", "")


def event_page(event: Event, content: EventContent, language: str, *, now: datetime) -> EventPage:
    """Turn an event and its content into what its page shows."""
    zones = zones_of_programme(event.programme.reference_zones)
    slot = event.slot
    is_past = slot is not None and slot.ends_at <= now
    days = (slot.last_day - slot.first_day).days + 1 if slot else 1
    day_bar = day_bar_view(slot, zones, language, size="full") if slot else None
    time_note = ""
    if slot and slot.is_exact:
        time_note = offset_sentence(slot.starts_at, zones, language)
    elif day_bar:
        time_note = translate(
            noop("The source gives the part of the day and no hours. The hatched part is as exact as it is known."),
            language,
        )
    estimate, basis = _estimate(event, zones, language)
    used = {key for parts in content.contributions.values() for key, _ in parts}
    title_note = ""
    if event.title_translated == language:
        title_note = translate(noop("Title translated for this site"), language)
    return EventPage(
        title=event.title,
        title_note=title_note,
        time=time_view(slot, zones, language, now=now) if slot else None,
        day_bar=day_bar,
        time_note=time_note,
        estimate=estimate,
        estimate_basis=basis,
        summary=localised(event.summary, language),
        counts=_counts(content, language),
        agenda=agenda_view(content, language, zones, is_past=is_past, days=days if days < 32 else 1),
        remaining=_remaining(content, language),
        moderators=tuple(
            _speaker_line(
                row,
                language,
                role=translate(noop(", "), language).join(label("speaker_role", role, language) for role in row.roles),
            )
            for key, row in content.speakers.items()
            if key not in used
        ),
        profiles=speaker_profiles(event, content, language, _speaker_line),
        where=text_of(event.venue_name, language) or place_words(event.format, None, language),
        address=text_of(event.venue_address, language),
        kind=label("kind", event.kind, language),
        themes=tuple((addresses.theme(slug, language), found) for slug, name in content.themes
                     if (found := localised(name, language))),
        frameworks=_texts((name for _, name in content.frameworks), language),
        sdgs=tuple((number, label("sdg", str(number), language)) for number in event.sdgs or ()),
        languages=translate(noop(", "), language).join(
            label("language", tag, language) if tag in LABELS.get("language", {}) else tag
            for tag in event.working_languages or ()
        ),
        organisers=_texts(event.organisers, language),
        cities=tuple(
            _city_link(row, language)
            for row in sorted(
                content.cities.values(),
                key=lambda row: (row.sort_keys.get(language) or text_of(row.name, language), row.slug),
            )
        ),
        documents=_documents(content, language),
        outcomes=_texts((row.text for row in content.parts.get("outcome", [])), language),
        awards=tuple(
            (name, text_of(content.cities[row.number].name, language) if row.number in content.cities else "",
             localised(row.more, language))
            for row in content.parts.get("award", []) if (name := localised(row.text, language))
        ),
        moves=_moves(event, content, language),
        changes=tuple(
            (instant_line(_instant(row.other), zones, language), translate(row.word, language))
            for row in content.parts.get("change", [])
            if event.first_published_at and _instant(row.other) > event.first_published_at
        ),
        status_note=localised(event.status_note, language),
        contact_name=event.contact_name or text_of(event.programme.contact_name, language),
        contact_email=event.contact_email or event.programme.contact_email or "",
        sources=tuple(
            (text_of(source.get("title"), language) or source["name"], source["name"], source.get("url", ""))
            for source in event.sources or ()
        ),
        notes=tuple(event.notes or ()),
    )  # fmt: skip


def _instant(text: str) -> datetime:
    found = datetime.fromisoformat(text.replace(" ", "T") if "T" not in text else text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _moves(event: Event, content: EventContent, language: str) -> tuple[tuple[str, str, LocalText | None], ...]:
    moves = [
        (label("move", row.word, language), _wall_words(row.other, row.detail, language), localised(row.text, language))
        for row in content.parts.get("move", [])
    ]
    if not moves and event.rescheduled_from:
        old = _wall_words(event.rescheduled_from["start"], event.rescheduled_from["end"], language)
        moves.append((label("move", "rescheduled", language), old, None))
    return tuple(moves)


def _wall_words(starts: str, ends: str, language: str) -> str:
    """Return an earlier time as it was announced, in the zone of then."""
    if len(starts) < 10:
        return starts if starts == ends else f"{starts} – {ends}"
    first, last = date.fromisoformat(starts[:10]), date.fromisoformat(ends[:10])
    hours = f" {starts[11:]}–{ends[11:]}" if len(starts) > 10 else ""
    if first == last:
        return long_date(first, language) + hours
    return f"{long_date(first, language)} – {long_date(last, language)}" + hours
