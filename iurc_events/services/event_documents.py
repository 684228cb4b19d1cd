"""Events in the form of the exchange format: the document's part of an event, nothing of its life here.

Order, empty lists and explicit nulls come back as they came in. What was made here and says less than the format asks
for is completed without inventing anything: a title in one language stands for both, the programme is the source.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from iurc_events.database import db
from iurc_events.domain.language_maps import LanguageMap
from iurc_events.models.agendas import AgendaItem, Contribution, EventSession
from iurc_events.models.attendance import HeadCount
from iurc_events.models.cities import City
from iurc_events.models.columns import SlotColumns
from iurc_events.models.events import Event
from iurc_events.models.speakers import Person, Speaker

Document = dict[str, Any]

_CHUNK = 100
_LISTS = ("themes", "frameworks", "also_for", "pairs", "cities", "documents", "outcomes", "awards")


def _filled(**fields: Any) -> Document:
    """Make an object of the fields that are not None."""
    return {name: value for name, value in fields.items() if value is not None}


def _both(texts: Mapping[str, str]) -> LanguageMap:
    """Return a language map that has English and Chinese, as titles must."""
    found = dict(texts)
    some = found.get("en") or found.get("zh") or next(iter(found.values()), "–")
    return found if "en" in found and "zh" in found else {"en": some, "zh": some} | found


def person_id(person: Person) -> str:
    """Return the id of a person in documents: the one they came with, else one made of the public id."""
    return person.slug or f"p-{person.public_id}"


def _status(event: Event) -> str:
    if event.state == "published":
        return "rescheduled" if event.rescheduled_from else "scheduled"
    return event.state


def _times(thing: SlotColumns) -> Document:
    """Return the ``start`` and ``end``, or the ``date``, of a session or an item."""
    if thing.starts_wall is None:
        return {}
    if thing.time_precision == "minute":
        return {"start": thing.starts_wall, "end": thing.ends_wall}
    return {"date": thing.starts_wall} if len(thing.starts_wall) == 10 else {}


class EventDocuments:
    """Turns events into documents; what they refer to is read once for all of them."""

    def __init__(self) -> None:
        self.cities: dict[int, str] = dict(db.session.execute(select(City.id, City.slug)).all())
        self._own_counts: dict[int, set[str]] = {}
        self._states_no_counts: set[int] = set()

    def read(self, event_ids: Collection[int]) -> dict[int, Document]:
        """Return the documents of events by their keys; numbers reported here stand in where no document gave one."""
        found: dict[int, Document] = {}
        keys = sorted(event_ids)
        for start in range(0, len(keys), _CHUNK):
            found |= self._read_chunk(keys[start : start + _CHUNK])
        return found

    def imported_part(self, event_id: int, document: Document) -> Document:
        """Return a document that was read, without the numbers that were reported here."""
        counts = document.get("counts", {})
        kept = {subject: count for subject, count in counts.items() if subject not in self._own_counts[event_id]}
        if kept == counts:
            return document
        rest = {name: value for name, value in document.items() if name != "counts"}
        return rest | ({"counts": kept} if kept or event_id in self._states_no_counts else {})

    def _read_chunk(self, keys: Sequence[int]) -> dict[int, Document]:
        events = db.session.scalars(
            select(Event)
            .where(Event.id.in_(keys))
            .options(*(selectinload(getattr(Event, name)) for name in _LISTS))
            .execution_options(populate_existing=True)
        ).all()
        sessions = _grouped(
            db.session.scalars(
                select(EventSession)
                .where(EventSession.event_id.in_(keys))
                .order_by(EventSession.event_id, EventSession.position, EventSession.id)
                .options(
                    selectinload(EventSession.items).selectinload(AgendaItem.cities),
                    selectinload(EventSession.items).selectinload(AgendaItem.contributions),
                )
                .execution_options(populate_existing=True)
            )
        )
        speakers = _grouped(
            db.session.scalars(
                select(Speaker)
                .where(Speaker.event_id.in_(keys))
                .order_by(Speaker.event_id, Speaker.position, Speaker.id)
                .options(joinedload(Speaker.person))
                .execution_options(populate_existing=True)
            )
        )
        counts = _grouped(
            db.session.scalars(
                select(HeadCount)
                .where(HeadCount.event_id.in_(keys), HeadCount.city_id.is_(None))
                .order_by(HeadCount.event_id, HeadCount.is_imported.desc(), HeadCount.id.desc())
                .execution_options(populate_existing=True)
            )
        )
        for event in events:
            imported = {count.subject for count in counts.get(event.id, []) if count.is_imported}
            self._own_counts[event.id] = {count.subject for count in counts.get(event.id, [])} - imported
            if "counts" in event.stated_empty:
                self._states_no_counts.add(event.id)
        return {
            event.id: self._event(
                event, sessions.get(event.id, []), speakers.get(event.id, []), counts.get(event.id, [])
            )
            for event in events
        }

    def _event(
        self, event: Event, sessions: list[EventSession], speakers: list[Speaker], counts: list[HeadCount]
    ) -> Document:
        empty = set(event.stated_empty)

        def stated(name: str, values: Any) -> Any:
            """Return a part that may be absent: an empty one only where a document stated it as empty."""
            return values if values or name in empty else None

        on_stage = _roles_on_stage(sessions)
        shown = [
            s for s in speakers if s.state == "accepted" and s.name and (s.id in on_stage or "moderator" in s.roles)
        ]
        ids = {speaker.id: person_id(speaker.person) for speaker in shown}
        return _filled(
            id=event.slug,
            title=_both(event.title),
            title_translated=event.title_translated,
            summary=event.summary or None,
            kind=event.kind,
            format=event.format,
            status=_status(event),
            status_note=event.status_note or None,
            rescheduled_from=event.rescheduled_from,
            programme=event.programme.slug,
            also_for=stated("also_for", [row.programme.slug for row in event.also_for]),
            pairs=stated("pairs", [row.pair.slug for row in event.pairs]),
            time_zone=event.time_zone,
            start=event.starts_wall,
            end=event.ends_wall,
            time_precision=event.time_precision,
            part_of_day=event.part_of_day,
            time_estimate=event.time_estimate,
            published_times=event.published_times,
            venue=self._venue(event),
            organisers=event.organisers,
            themes=[row.theme.slug for row in event.themes],
            sdgs=event.sdgs,
            frameworks=stated("frameworks", [row.framework.slug for row in event.frameworks]),
            participating_cities=stated("participating_cities", [row.city.slug for row in event.cities]),
            counts=stated("counts", _counts(counts)),
            sessions=[self._session(session, ids) for session in sessions],
            speakers=[self._speaker(speaker, on_stage.get(speaker.id, [])) for speaker in shown],
            awards=stated("awards", [self._award(award) for award in event.awards]),
            outcomes=stated("outcomes", [outcome.text for outcome in event.outcomes]),
            documents=stated("documents", [_document(document, sessions) for document in event.documents]),
            sources=event.sources or [{"name": event.programme.name.get("en") or event.programme.slug}],
            notes=event.notes,
        )

    def _venue(self, event: Event) -> Document | None:
        if not event.venue_name:
            return None
        city = self.cities.get(event.venue_city_id) if event.venue_city_id else None
        return _filled(name=event.venue_name, address=event.venue_address or None, city=city)

    def _award(self, award: Any) -> Document:
        return _filled(
            name=_both(award.name),
            level=award.level,
            category=award.category,
            recipient=self.cities[award.recipient_id],
            giver=award.giver,
        )

    def _speaker(self, speaker: Speaker, roles: list[str]) -> Document:
        found = _filled(
            id=person_id(speaker.person),
            name=speaker.name,
            name_native=speaker.name_native or None,
            family_name=speaker.family_name or None,
            name_status=speaker.name_status,
            honorific=speaker.honorific,
            title=speaker.title or None,
            organisation=speaker.organisation or None,
            roles=list(dict.fromkeys([*speaker.roles, *roles])),
            note=speaker.note,
        )
        if speaker.city_id is not None or speaker.states_city:
            found["city"] = self.cities.get(speaker.city_id) if speaker.city_id else None
        return found

    def _session(self, session: EventSession, speakers: Mapping[int, str]) -> Document:
        return _filled(
            id=session.slug,
            kind=session.kind,
            title=_both(session.title),
            **_times(session),
            room=session.room or None,
            parallel_group=session.parallel_group,
            capacity=session.capacity,
            format=session.format,
            items=[self._item(item, order, speakers) for order, item in enumerate(session.items, 1)],
            note=session.note,
        )

    def _item(self, item: AgendaItem, order: int, speakers: Mapping[int, str]) -> Document:
        cities = [self.cities[row.city_id] for row in item.cities]
        parts = [_contribution(part, speakers) for part in item.contributions if part.speaker_id in speakers]
        times = _times(item)
        times.pop("date", None)
        return _filled(
            order=order,
            kind=item.kind,
            title=item.title or None,
            topic=item.topic or None,
            cities=cities if cities or "cities" in item.stated_empty else None,
            contributions=parts if parts or "contributions" in item.stated_empty else None,
            **times,
            duration_min=item.duration_min,
            note=item.note,
        )


def _grouped(rows: Iterable[Any]) -> dict[int, list[Any]]:
    groups: dict[int, list[Any]] = {}
    for row in rows:
        groups.setdefault(row.event_id, []).append(row)
    return groups


def _roles_on_stage(sessions: list[EventSession]) -> dict[int, list[str]]:
    """Return the roles in which speakers stand on the agenda, by their keys."""
    roles: dict[int, list[str]] = {}
    for session in sessions:
        for item in session.items:
            for part in item.contributions:
                roles.setdefault(part.speaker_id, []).append(part.role)
    return roles


def _contribution(part: Contribution, speakers: Mapping[int, str]) -> Document:
    return {"speaker": speakers[part.speaker_id], "role": part.role}


def _counts(counts: list[HeadCount]) -> Document:
    """Return one number for each subject: an imported one, else the latest reported here."""
    found: Document = {}
    for count in counts:
        if count.subject not in found:
            found[count.subject] = _filled(value=count.value, qualifier=count.qualifier, as_printed=count.as_printed)
    return found


def _document(document: Any, sessions: list[EventSession]) -> Document:
    known = {session.slug for session in sessions}
    return _filled(
        kind=document.kind,
        title=_both(document.title),
        url=document.url,
        images=document.images,
        session=document.session_slug if document.session_slug in known else None,
        available=document.is_available,
    )
