"""What changed of an event since people were last told, in sentences for a letter.

Notices of a move, a postponement or a cancellation tell title, time and place by themselves: those are left out then.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, select

from iurc_events.database import db
from iurc_events.domain.clock_texts import ReferenceZone, full_line, zones_of_programme
from iurc_events.domain.language_maps import text_of
from iurc_events.domain.mailings import CHANGES
from iurc_events.domain.time_slots import TimeSlot, stored_slot
from iurc_events.localisation import LANGUAGES, noop, translate
from iurc_events.localisation.vocabulary import label
from iurc_events.mail.rendering import one_line
from iurc_events.models.cities import City
from iurc_events.models.events import Event
from iurc_events.models.mailings import Mailing
from iurc_events.models.messages import Message
from iurc_events.models.revisions import Revision

Snapshot = dict[str, Any]
#: A letter that lists more is no letter any more.
MOST_LINES: Final = 25
_NOTICES: Final = ("event-moved", "event-postponed", "event-cancelled", "event-reopened")


def lines(event: Event) -> dict[str, list[str]]:
    """Return what changed since people were last told, by language; no languages where nothing did."""
    told_at = db.session.scalar(
        select(func.max(Mailing.sent_at)).where(Mailing.event_id == event.id, Mailing.kind == CHANGES)
    )
    before, now = _told(event, told_at), _latest(event.id)
    if before is None or now is None:
        return {}
    noticed = _noticed(event.id, told_at)
    clocks = zones_of_programme(event.programme.reference_zones)
    names = _city_names(before, now)
    found: dict[str, list[str]] = {}
    for language in LANGUAGES:
        said = [
            *_of_event(_row(noticed or before), _row(now), language, clocks, names),
            *_of_rest(before, now, language, clocks),
        ]
        if len(said) > MOST_LINES:
            said = [*said[:MOST_LINES], translate(noop("… and more, on the page of the event."), language)]
        found[language] = said
    return found if any(found.values()) else {}


def offered(event: Event, language: str, now: datetime) -> list[str]:
    """Return what organisers are asked to tell; nothing of an event that is over or not public."""
    if not event.is_public or event.ends_at is None or event.ends_at <= now:
        return []
    return lines(event).get(language, [])


def _latest(event_id: int) -> Snapshot | None:
    return _snapshot(select(Revision).where(Revision.event_id == event_id).order_by(Revision.number.desc()))


def _snapshot(statement: Any) -> Snapshot | None:
    for revision in db.session.scalars(statement.limit(5)):
        if revision.snapshot:
            found: Snapshot = revision.snapshot
            return found
    return None


def _told(event: Event, told_at: datetime | None) -> Snapshot | None:
    """Return the event as people were last told of all of it; None where nobody was told anything.

    Args:
        told_at: When the last letter about changes left.
    """
    last = told_at
    if last is None:
        first = db.session.scalar(
            select(func.min(Message.created_at)).where(Message.event_id == event.id, Message.kind != "mailing-test")
        )
        if first is None or event.first_published_at is None:
            return None
        last = max(first, event.first_published_at)
    return _at(event.id, last)


def _at(event_id: int, moment: datetime) -> Snapshot | None:
    """Return the event as it was at a moment."""
    revisions = select(Revision).where(Revision.event_id == event_id)
    return _snapshot(revisions.where(Revision.made_at <= moment).order_by(Revision.number.desc())) or _snapshot(
        revisions.order_by(Revision.number)
    )


def _noticed(event_id: int, told_at: datetime | None) -> Snapshot | None:
    """Return the event as a notice described it after people were told of all of it; None without such a notice."""
    noticed = db.session.scalar(
        select(func.max(Message.created_at)).where(Message.event_id == event_id, Message.kind.in_(_NOTICES))
    )
    if noticed is None or (told_at is not None and told_at >= noticed):
        return None
    # the notice is written just before the revision of the same step
    return _snapshot(
        select(Revision).where(Revision.event_id == event_id, Revision.made_at >= noticed).order_by(Revision.number)
    )


def _row(snapshot: Snapshot) -> dict[str, Any]:
    row: dict[str, Any] = snapshot["events"][0]
    return row


def _slot(row: dict[str, Any]) -> TimeSlot | None:
    if not (row.get("time_zone") and row.get("time_precision") and row.get("starts_wall") and row.get("ends_wall")):
        return None
    return stored_slot(
        row["time_zone"], row["time_precision"], row["starts_wall"], row["ends_wall"], row.get("part_of_day"),
        row.get("starts_fold") or 0, row.get("ends_fold") or 0,
    )  # fmt: skip


def _city_names(*snapshots: Snapshot) -> dict[int, dict[str, str]]:
    keys = {_row(each).get("venue_city_id") for each in snapshots} - {None}
    return dict(db.session.execute(select(City.id, City.name).where(City.id.in_(keys))).all()) if keys else {}


def _now_and_before(what: str, new: str, old: str, language: str) -> str:
    said = translate(noop("%(what)s: %(new)s (before: %(old)s)"), language)
    nothing = translate(noop("not fixed yet"), language)
    return said % {"what": translate(what, language), "new": new or nothing, "old": old or nothing}


def _of_event(
    old: dict[str, Any],
    new: dict[str, Any],
    language: str,
    clocks: tuple[ReferenceZone, ...],
    cities: dict[int, dict[str, str]],
) -> list[str]:
    def place(row: dict[str, Any]) -> str:
        city = text_of(cities.get(row.get("venue_city_id") or 0), language)
        parts = [text_of(row.get("venue_name"), language), text_of(row.get("venue_address"), language), city]
        return ("，" if language == "zh" else ", ").join(one_line(part) for part in parts if part)

    found = []
    titles = [one_line(text_of(row.get("title"), language)) for row in (new, old)]
    if titles[0] != titles[1]:
        found.append(_now_and_before(noop("Title"), titles[0], titles[1], language))
    if _slot(new) != _slot(old):
        times = [full_line(slot, clocks, language) if (slot := _slot(row)) else "" for row in (new, old)]
        found.append(_now_and_before(noop("When"), times[0], times[1], language))
    if new.get("format") != old.get("format"):
        words = [label("format", row["format"], language) for row in (new, old)]
        found.append(_now_and_before(noop("How it is held"), words[0], words[1], language))
    if place(new) != place(old):
        found.append(_now_and_before(noop("Where"), place(new), place(old), language))
    return found


def _of_rest(old: Snapshot, new: Snapshot, language: str, clocks: tuple[ReferenceZone, ...]) -> list[str]:
    found = []
    links = [
        [(link.get("address"), link.get("meeting_number"), link.get("passcode")) for link in each.get("join_links", [])]
        for each in (new, old)
    ]
    if links[0] != links[1]:
        found.append(translate(noop("How to join online changed. The new link comes with the next mail."), language))
    before = {row["slug"]: row for row in old.get("event_sessions", [])}
    after = {row["slug"]: row for row in new.get("event_sessions", [])}
    starts = [_slot(_row(each)) for each in (old, new)]
    for slug, row in after.items():
        title = one_line(text_of(row.get("title"), language))
        slot = _slot(row)
        when = full_line(slot, clocks, language) if slot else ""
        if slug not in before:
            said = translate(noop("New on the agenda: %(session)s"), language)
            found.append(said % {"session": f"{title}{'，' if language == 'zh' else ', '}{when}" if when else title})
            continue
        was = before[slug]
        if _distance(_slot(was), starts[0]) != _distance(slot, starts[1]):
            before_slot = _slot(was)
            then = full_line(before_slot, clocks, language) if before_slot else ""
            found.append(_now_and_before(title, when, then, language))
        if (row.get("room") or "") != (was.get("room") or ""):
            what = translate(noop("Room of “%(session)s”"), language) % {"session": title}
            found.append(
                _now_and_before(what, one_line(row.get("room") or ""), one_line(was.get("room") or ""), language)
            )
    for slug, row in before.items():
        if slug not in after:
            said = translate(noop("No longer on the agenda: %(session)s"), language)
            found.append(said % {"session": one_line(text_of(row.get("title"), language))})
    return found


def _distance(slot: TimeSlot | None, event_slot: TimeSlot | None) -> tuple[Any, ...]:
    """Return where a session lies in its event: sessions that move with it did not change."""
    if slot is None:
        return ()
    base = event_slot.starts_at if event_slot else slot.starts_at
    return (slot.precision, slot.part_of_day, slot.starts_at - base, slot.ends_at - slot.starts_at)
