"""What organisers do with the items of an agenda: add, change, move, remove, give them speakers and cities."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from iurc_events.database import db, in_transaction
from iurc_events.domain.errors import ConflictError, DomainError, NotFoundError
from iurc_events.domain.language_maps import LanguageMap
from iurc_events.domain.time_slots import InvalidTimeSlotError, TimeSlot
from iurc_events.domain.vocabulary import SpeakerState
from iurc_events.localisation import noop
from iurc_events.models.accounts import User
from iurc_events.models.agendas import AgendaItem, Contribution, EventSession, ItemCity
from iurc_events.models.cities import City
from iurc_events.models.events import Event
from iurc_events.models.speakers import Speaker
from iurc_events.services.agenda_changes import check_inside, keep_state, list_sessions, number_all
from iurc_events.services.event_changes import record_change
from iurc_events.services.event_life import get_own_event
from iurc_events.services.sessions import get_locked


class ItemChangedError(ConflictError):
    """Somebody else changed the item since the form was opened."""


class NotAcceptedError(DomainError):
    """The speaker was not accepted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemDetails:
    """What an organiser says of an item.

    Args:
        slot: Its hours; None where only the order, or ``duration_min``, is known.
        city_ids: Cities in whose name it is held, also where their speakers are not named yet.
    """

    kind: str
    title: LanguageMap | None = None
    topic: LanguageMap | None = None
    slot: TimeSlot | None = None
    duration_min: int | None = None
    city_ids: tuple[int, ...] = ()
    note: str | None = None

    @property
    def mark(self) -> str:
        """What a form keeps to find out whether somebody else changed the item meanwhile."""
        return str(zlib.crc32(repr(tuple(getattr(self, name) for name in ItemDetails.__slots__)).encode()))


def details_of(item: AgendaItem) -> ItemDetails:
    """Return what is said of an item, to fill a form."""
    return ItemDetails(
        kind=item.kind,
        title=item.title,
        topic=item.topic,
        slot=item.slot,
        duration_min=item.duration_min,
        city_ids=tuple(each.city_id for each in item.cities),
        note=item.note,
    )


def _bounds(event: Event, session: EventSession) -> Sequence[TimeSlot | None]:
    return [session.slot, event.slot]


def _check(event: Event, session: EventSession, details: ItemDetails) -> None:
    check_inside(details.slot, _bounds(event, session), noop("The item must lie inside the time of its session"))
    if details.slot is not None and details.slot.is_exact and details.duration_min is not None:
        minutes = (details.slot.ends_at - details.slot.starts_at) // timedelta(minutes=1)
        if minutes != details.duration_min:
            raise DomainError(noop("From start to end it is %(minutes)s minutes"), minutes=minutes)
    if details.city_ids:
        known = set(db.session.scalars(select(City.id).where(City.id.in_(details.city_ids))))
        if known != set(details.city_ids):
            raise NotFoundError(noop("There is no such city"))


def _store(item: AgendaItem, details: ItemDetails) -> None:
    item.kind = details.kind
    item.title = dict(details.title) if details.title else None
    item.topic = dict(details.topic) if details.topic else None
    item.note = details.note or None
    item.duration_min = details.duration_min
    item.slot = details.slot
    wanted = list(dict.fromkeys(details.city_ids))
    if [each.city_id for each in item.cities] != wanted:
        item.cities = []
        db.session.flush()
        item.cities = [ItemCity(city_id=key, position=n) for n, key in enumerate(wanted)]


@in_transaction
def add(*, actor: User, event_id: int, session_id: int, details: ItemDetails) -> AgendaItem:
    """Put an item into a session: by its hour where hours are known, else at the end.

    Raises:
        OutsideEventError: If it lies outside the session.
    """
    event, _, session = get_locked(actor, event_id, session_id)
    _check(event, session, details)
    keep_state(event)
    item = _new_item(session, details)
    record_change(event, noop("item added"), actor_id=actor.id)
    return item


def _new_item(session: EventSession, details: ItemDetails) -> AgendaItem:
    present = list(session.items)
    item = AgendaItem(session_id=session.id, position=len(present) + 1, kind=details.kind, cities=[])
    place = len(present)
    if details.slot is not None:
        starts_at = details.slot.starts_at
        place = next((n for n, each in enumerate(present) if each.starts_at and each.starts_at > starts_at), place)
    session.items.append(item)
    _store(item, details)
    number_all([*present[:place], item, *present[place:]])
    db.session.flush()
    return item


def _get_locked(actor: User, event_id: int, item_id: int) -> tuple[Event, list[EventSession], EventSession, AgendaItem]:
    event = get_own_event(actor, event_id)
    sessions = list_sessions(event.id)
    for session in sessions:
        for item in session.items:
            if item.id == item_id:
                return event, sessions, session, item
    raise NotFoundError(noop("The item was removed in the meantime"))


@in_transaction
def change(
    *,
    actor: User,
    event_id: int,
    item_id: int,
    details: ItemDetails,
    mark: str | None = None,
    session_id: int | None = None,
) -> AgendaItem:
    """Change an item.

    Args:
        mark: ``ItemDetails.mark`` of what the form was filled with; None overwrites whatever is there.
        session_id: The session to move it to, at the end; None leaves it where it is.

    Raises:
        OutsideEventError: If it lies outside the session.
        ItemChangedError: If somebody else changed it meanwhile.
    """
    event, sessions, session, item = _get_locked(actor, event_id, item_id)
    if mark is not None and mark != details_of(item).mark:
        raise ItemChangedError(noop("Somebody else changed this item while you were writing"))
    target = next((each for each in sessions if each.id == session_id), None) if session_id else session
    if target is None:
        raise NotFoundError(noop("The session was removed in the meantime"))
    _check(event, target, details)
    keep_state(event)
    if target is not session:
        _enter_session(event, item, session, target, at_end=True)
    _store(item, details)
    db.session.flush()
    record_change(event, noop("item changed"), actor_id=actor.id)
    return item


def _wall(moment: datetime, by: timedelta) -> str:
    return (moment + by).strftime("%Y-%m-%dT%H:%M")


def _swap_hours(first: AgendaItem, second: AgendaItem) -> None:
    """Let two neighbours change places in time: each keeps its length, both stay within their common bounds."""
    one, two = first.slot, second.slot
    if one is None or two is None or not (one.is_exact and two.is_exact) or one.zone_name != two.zone_name:
        return
    length_one, length_two = (
        datetime.fromisoformat(slot.ends) - datetime.fromisoformat(slot.starts) for slot in (one, two)
    )
    begin, end = datetime.fromisoformat(one.starts), datetime.fromisoformat(two.ends)
    if one.starts_at > two.starts_at:
        return
    try:
        new_two = TimeSlot(one.zone_name, one.precision, one.starts, _wall(begin, length_two))
        new_one = TimeSlot(one.zone_name, one.precision, _wall(end, -length_one), two.ends)
    except InvalidTimeSlotError:
        return
    first.slot, second.slot = new_one, new_two


def _fits(event: Event, session: EventSession, slot: TimeSlot) -> bool:
    try:
        check_inside(slot, _bounds(event, session), "")
    except DomainError:
        return False
    return True


def _enter_session(event: Event, item: AgendaItem, old: EventSession, new: EventSession, *, at_end: bool) -> None:
    """Move an item to the end or beginning of another session; hours that do not fit there are dropped."""
    with db.session.no_autoflush:
        rest = [each for each in old.items if each is not item]
        others = list(new.items)
        item.session = new
        slot = item.slot
        if slot is not None and not _fits(event, new, slot):
            if item.duration_min is None and slot.is_exact:
                item.duration_min = (slot.ends_at - slot.starts_at) // timedelta(minutes=1)
            item.slot = None
        number_all(rest)
        number_all([*others, item] if at_end else [item, *others])


def _move(actor: User, event_id: int, item_id: int, by: int) -> int:
    event, sessions, session, item = _get_locked(actor, event_id, item_id)
    before = keep_state(event)
    items = list(session.items)
    place = items.index(item)
    target = place + by
    if 0 <= target < len(items):
        _swap_hours(items[min(place, target)], items[max(place, target)])
        items[place], items[target] = items[target], items[place]
        number_all(items)
    else:
        neighbour = sessions.index(session) + by
        if not 0 <= neighbour < len(sessions):
            raise DomainError(noop("It cannot be moved any further"))
        _enter_session(event, item, session, sessions[neighbour], at_end=by < 0)
    db.session.flush()
    db.session.expire_all()
    record_change(event, noop("item moved"), actor_id=actor.id)
    return before


@in_transaction
def move_up(*, actor: User, event_id: int, item_id: int) -> int:
    """Move an item before the one above it, from the top into the session before; return the revision to go back to."""
    return _move(actor, event_id, item_id, -1)


@in_transaction
def move_down(*, actor: User, event_id: int, item_id: int) -> int:
    """Move an item behind the one below it, from the end into the next session; return the revision to go back to."""
    return _move(actor, event_id, item_id, 1)


@in_transaction
def move_to_session(*, actor: User, event_id: int, item_id: int, session_id: int) -> int:
    """Move an item to the end of another session of the event; return the revision to go back to."""
    event, sessions, session, item = _get_locked(actor, event_id, item_id)
    target = next((each for each in sessions if each.id == session_id), None)
    if target is None:
        raise NotFoundError(noop("The session was removed in the meantime"))
    before = keep_state(event)
    if target is not session:
        _enter_session(event, item, session, target, at_end=True)
        db.session.flush()
        db.session.expire_all()
        record_change(event, noop("item moved"), actor_id=actor.id)
    return before


@in_transaction
def remove(*, actor: User, event_id: int, item_id: int) -> int:
    """Take an item off the agenda; its speakers are not placed any more. Return the revision to go back to."""
    event, _, session, item = _get_locked(actor, event_id, item_id)
    before = keep_state(event)
    session.items.remove(item)
    number_all(session.items)
    db.session.flush()
    record_change(event, noop("item removed"), actor_id=actor.id)
    return before


def _get_speaker(event: Event, speaker_id: int) -> Speaker:
    speaker = db.session.get(Speaker, speaker_id, populate_existing=True)
    if speaker is None or speaker.event_id != event.id:
        raise NotFoundError(noop("There is no such speaker"))
    if speaker.state != SpeakerState.ACCEPTED:
        raise NotAcceptedError(noop("Accept the speaker first"))
    return speaker


def _place(item: AgendaItem, speaker: Speaker, role: str) -> None:
    if any(each.speaker_id == speaker.id for each in item.contributions):
        raise DomainError(noop("The speaker is on this item already"))
    item.contributions.append(Contribution(speaker_id=speaker.id, role=role, position=len(item.contributions)))
    if not item.topic and speaker.topic:
        item.topic = dict(speaker.topic)


@in_transaction
def place_speaker(*, actor: User, event_id: int, item_id: int, speaker_id: int, role: str = "speaker") -> int:
    """Put an accepted speaker on an item; an item without topic takes the speaker's. Return the revision before.

    Raises:
        NotAcceptedError: If the speaker was not accepted.
    """
    event, _, _, item = _get_locked(actor, event_id, item_id)
    speaker = _get_speaker(event, speaker_id)
    before = keep_state(event)
    _place(item, speaker, role)
    db.session.flush()
    record_change(event, noop("speaker placed"), actor_id=actor.id)
    return before


@in_transaction
def place_in_session(*, actor: User, event_id: int, session_id: int, speaker_id: int, role: str = "speaker") -> int:
    """Make a talk at the end of a session out of an accepted speaker and their topic. Return the revision before.

    Raises:
        NotAcceptedError: If the speaker was not accepted.
    """
    event, _, session = get_locked(actor, event_id, session_id)
    speaker = _get_speaker(event, speaker_id)
    before = keep_state(event)
    cities = (speaker.city_id,) if speaker.city_id else ()
    item = _new_item(session, ItemDetails(kind="talk", topic=speaker.topic, city_ids=cities))
    _place(item, speaker, role)
    db.session.flush()
    record_change(event, noop("speaker placed"), actor_id=actor.id)
    return before


@in_transaction
def take_off(*, actor: User, event_id: int, item_id: int, contribution_id: int) -> int:
    """Take a speaker off an item; the item stays, with the speaker's city. Return the revision to go back to."""
    event, _, _, item = _get_locked(actor, event_id, item_id)
    contribution = next((each for each in item.contributions if each.id == contribution_id), None)
    if contribution is None:
        raise NotFoundError(noop("The speaker was taken off in the meantime"))
    before = keep_state(event)
    city_id = contribution.speaker.city_id
    item.contributions.remove(contribution)
    if city_id is not None and not item.cities and not item.contributions:
        item.cities.append(ItemCity(city_id=city_id, position=0))
    for position, each in enumerate(item.contributions):
        each.position = position
    db.session.flush()
    record_change(event, noop("speaker taken off"), actor_id=actor.id)
    return before
