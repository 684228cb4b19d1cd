"""The agenda as its organisers see it: rows with both clocks and what can be done, clashes in words, rooms by hour."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from iurc_events.domain.clock_texts import ReferenceZone, clock_line, long_date, part_word, slot_date
from iurc_events.domain.language_maps import LocalText, localised, text_of
from iurc_events.domain.time_slots import Precision, TimeSlot, zone
from iurc_events.localisation import noop, translate
from iurc_events.models.agendas import AgendaItem, EventSession
from iurc_events.models.speakers import Speaker
from iurc_events.queries.sessions import Engagement, PersonClash
from iurc_events.web.presentation.agendas import CityLink, SpeakerLine
from iurc_events.web.presentation.day_bars import day_bar_view
from iurc_events.web.presentation.names import person_name
from iurc_events.web.presentation.times import TimeView, time_view
from iurc_events.web.presentation.vocabulary import label


@dataclass(frozen=True, slots=True)
class PlacedSpeaker:
    """A speaker on an item, who can be taken off."""

    key: int
    public_id: str
    plain: str
    line: SpeakerLine


@dataclass(frozen=True, slots=True)
class DeskItem:
    """An item with its controls."""

    public_id: str
    order: int
    name: str
    title: LocalText | None
    kind: str
    is_break: bool
    time: TimeView | None
    length: str
    note: str
    speakers: tuple[PlacedSpeaker, ...]
    cities: tuple[CityLink, ...]
    is_first: bool
    is_last: bool


@dataclass(frozen=True, slots=True)
class DeskSession:
    """A session with its items, its clashes and its controls."""

    public_id: str
    name: str
    title: LocalText | None
    kind: str
    room: str
    time: TimeView | None
    hours: str
    late: str
    parallel_group: str
    capacity: int | None
    chair: SpeakerLine | None
    clashes: tuple[str, ...]
    items: tuple[DeskItem, ...]
    is_first: bool
    is_last: bool


@dataclass(frozen=True, slots=True)
class TimetableRow:
    """One hour at which sessions begin, with the sessions room by room."""

    time: TimeView
    cells: tuple[tuple[DeskSession, ...], ...]


@dataclass(frozen=True, slots=True)
class TimetableDay:
    """A day of the timetable."""

    title: str
    rooms: tuple[str, ...]
    rows: tuple[TimetableRow, ...]


def speaker_line(speaker: Speaker, language: str, role: str = "", href: str = "") -> SpeakerLine:
    """Return a speaker as the person macro shows them."""
    name = person_name(
        speaker.name,
        language,
        family_name=speaker.family_name,
        name_native=speaker.name_native,
        name_status=speaker.name_status,
        honorific=speaker.honorific,
    )
    return SpeakerLine(
        name=name,
        position=localised(speaker.title, language),
        organisation=localised(speaker.organisation, language),
        role=role,
        href=href,
    )


def exact_slot(starts_at: datetime, ends_at: datetime, zone_name: str) -> TimeSlot:
    """Return two instants as a slot on a zone's clock."""
    starts, ends = starts_at.astimezone(zone(zone_name)), ends_at.astimezone(zone(zone_name))
    return TimeSlot(
        zone_name,
        Precision.MINUTE,
        starts.strftime("%Y-%m-%dT%H:%M"),
        ends.strftime("%Y-%m-%dT%H:%M"),
        starts_fold=starts.fold,
        ends_fold=ends.fold,
    )


def _place(engagement: Engagement, language: str, *, is_elsewhere: bool) -> str:
    place = text_of(engagement.room, language) or text_of(engagement.session_title, language)
    if is_elsewhere:
        return translate(noop("“%(event)s”"), language, event=text_of(engagement.event_title, language))
    return place


def clash_sentence(clash: PersonClash, zones: Sequence[ReferenceZone], language: str, zone_name: str) -> str:
    """Say who is in which two places, and when on both clocks."""
    slot = exact_slot(clash.starts_at, clash.ends_at, zone_name)
    first = _place(clash.first, language, is_elsewhere=False)
    second = _place(clash.second, language, is_elsewhere=clash.is_with_other_event)
    if first == second:
        second = text_of(clash.second.session_title, language)
    return translate(
        noop("%(name)s is in %(first)s and %(second)s, %(time)s."),
        language,
        name=text_of(clash.first.name, language),
        first=first,
        second=second,
        time=clock_line(slot, zones, language),
    )


def _also_in(clash: PersonClash, session_id: int, language: str) -> str:
    other = clash.second if clash.first.session_id == session_id else clash.first
    return translate(
        noop("%(name)s is also in %(place)s"),
        language,
        name=text_of(clash.first.name, language),
        place=_place(other, language, is_elsewhere=clash.is_with_other_event and other is clash.second),
    )


def _item(item: AgendaItem, number: int, last: int, zones: Sequence[ReferenceZone], language: str) -> DeskItem:
    title = localised(item.topic, language) or localised(item.title, language)
    kind = label("item_kind", item.kind, language)
    length = ""
    if item.duration_min:
        length = translate(noop("%(minutes)s min"), language, minutes=item.duration_min)
    return DeskItem(
        public_id=str(item.public_id),
        order=number,
        name=title.text if title else kind,
        title=title,
        kind=kind,
        is_break=item.kind == "break",
        time=time_view(item.slot, zones, language) if item.slot else None,
        length=length,
        note=item.note or "",
        speakers=tuple(
            PlacedSpeaker(
                each.id,
                str(each.speaker.public_id),
                text_of(each.speaker.name, language),
                speaker_line(
                    each.speaker,
                    language,
                    role="" if each.role == "speaker" else label("speaker_role", each.role, language),
                ),
            )
            for each in item.contributions
        ),
        cities=tuple(CityLink(text_of(each.city.name, language), each.city.side) for each in item.cities),
        is_first=number == 1,
        is_last=number == last,
    )


def _hours(slot: TimeSlot | None, language: str) -> str:
    if slot is None:
        return translate(noop("no hours yet"), language)
    if slot.part_of_day:
        return f"{slot_date(slot, language, short=True)}, {part_word(slot.part_of_day.value, language)}"
    return slot_date(slot, language, short=True)


def desk_sessions(
    sessions: Sequence[EventSession],
    clashes: Iterable[PersonClash],
    zones: Sequence[ReferenceZone],
    language: str,
) -> tuple[DeskSession, ...]:
    """Turn an agenda into what the organisers' page shows."""
    by_session: dict[int, list[str]] = defaultdict(list)
    for clash in clashes:
        for key in {clash.first.session_id, clash.second.session_id}:
            by_session[key].append(_also_in(clash, key, language))
    found = []
    for number, session in enumerate(sessions, 1):
        slot = session.slot
        title = localised(session.title, language)
        bar = day_bar_view(slot, zones, language) if slot and slot.is_exact else None
        found.append(
            DeskSession(
                public_id=str(session.public_id),
                name=title.text if title else label("session_kind", session.kind, language),
                title=title,
                kind=label("session_kind", session.kind, language),
                room=text_of(session.room, language),
                time=time_view(slot, zones, language) if slot and slot.is_exact else None,
                hours=_hours(slot, language),
                late=bar.text if bar and not bar.is_inside_both else "",
                parallel_group=session.parallel_group or "",
                capacity=session.capacity,
                chair=speaker_line(session.chair, language, role=label("speaker_role", "moderator", language))
                if session.chair
                else None,
                clashes=tuple(dict.fromkeys(by_session[session.id])),
                items=tuple(
                    _item(item, n, len(session.items), zones, language) for n, item in enumerate(session.items, 1)
                ),
                is_first=number == 1,
                is_last=number == len(sessions),
            )
        )
    return tuple(found)


def timetable(
    sessions: Sequence[EventSession], views: Sequence[DeskSession], language: str
) -> tuple[tuple[TimetableDay, ...], tuple[DeskSession, ...]]:
    """Lay out sessions with exact hours as days, hours and rooms; also return those without."""
    exact = [(each, view) for each, view in zip(sessions, views, strict=True) if view.time is not None]
    rest = tuple(view for view in views if view.time is None)
    by_day: dict[str, list[tuple[EventSession, DeskSession]]] = defaultdict(list)
    for session, view in exact:
        by_day[session.first_day or ""].append((session, view))
    days = []
    for day in sorted(by_day):
        rooms = sorted({view.room for _, view in by_day[day]}, key=lambda room: (not room, room))
        starts = sorted({(session.starts_at, session.id) for session, _ in by_day[day] if session.starts_at})
        rows = []
        seen: set[datetime] = set()
        for moment, _ in starts:
            if moment in seen:
                continue
            seen.add(moment)
            here = [view for session, view in by_day[day] if session.starts_at == moment]
            first = here[0].time
            assert first is not None
            cells = tuple(tuple(view for view in here if view.room == room) for room in rooms)
            rows.append(TimetableRow(first, cells))
        first_session = by_day[day][0][0]
        slot = first_session.slot
        title = long_date(slot.first_day, language) if slot else day
        no_room = translate(noop("No room"), language)
        days.append(TimetableDay(title, tuple(room or no_room for room in rooms), tuple(rows)))
    return tuple(days), rest
