"""The rules of events that a schema cannot say (data/README, "Rules beyond the schema").

Every check passes over what has the wrong type: the schema names that already, and all other faults are still found.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from iurc_events.documents.faults import Fault, Key, fault_at
from iurc_events.documents.times import Span, TimeChecker, form_of, last_day_of, parse_day, parse_minute
from iurc_events.domain.time_slots import InvalidTimeSlotError, to_instant
from iurc_events.localisation import noop

Keys = tuple[Key, ...]
PRECISION_FORMS = {"minute": "minute", "part-of-day": "day", "day": "day", "month": "month"}


@dataclass(frozen=True, slots=True)
class KnownIds:
    """The ids that references may name: those of the installation and of all documents imported together."""

    programmes: Collection[str] = frozenset()
    cities: Collection[str] = frozenset()
    pairs: Collection[str] = frozenset()
    themes: Collection[str] = frozenset()
    frameworks: Collection[str] = frozenset()


def objects(value: object, name: str) -> list[tuple[int, dict[str, Any]]]:
    """Return the entries of a list that are objects, with their positions."""
    found = value.get(name) if isinstance(value, dict) else None
    return [(i, item) for i, item in enumerate(found) if isinstance(item, dict)] if isinstance(found, list) else []


def texts(value: object, name: str) -> list[tuple[int, str]]:
    """Return the entries of a list that are texts, with their positions."""
    found = value.get(name) if isinstance(value, dict) else None
    return [(i, item) for i, item in enumerate(found) if isinstance(item, str)] if isinstance(found, list) else []


def repeated(entries: Iterable[tuple[int, dict[str, Any]]], keys: Keys, name: str = "id") -> Iterator[Fault]:
    """Find ids that stand twice in one list."""
    seen: set[str] = set()
    for index, entry in entries:
        value = entry.get(name)
        if isinstance(value, str):
            if value in seen:
                yield fault_at((*keys, index, name), noop("the id “%(id)s” stands more than once"), id=value)
            seen.add(value)


class EventRules:
    """Checks one event; ``faults`` and ``warnings`` hold what was found."""

    def __init__(self, event: dict[str, Any], keys: Keys, known: KnownIds) -> None:
        self.event, self.keys, self.known = event, keys, known
        self.faults: list[Fault] = []
        self.warnings: list[Fault] = []
        self.times = TimeChecker(event.get("time_zone"), self.faults, self.warnings)
        self.roles: dict[str, list[Any]] = {}
        self.on_stage: set[str] = set()

    def check(self) -> None:
        """Find everything that is wrong with the event."""
        self._check_references()
        span = self._check_times()
        self._check_speakers()
        for index, session in objects(self.event, "sessions"):
            self._check_session((*self.keys, "sessions", index), session, span)
        self._check_everybody_has_an_item()

    def _refer(self, keys: Keys, value: object, known: Collection[str], message: str) -> None:
        if isinstance(value, str) and value not in known:
            self.faults.append(fault_at((*self.keys, *keys), message, id=value))

    def _city(self, keys: Keys, value: object) -> None:
        self._refer(keys, value, self.known.cities, noop("there is no city “%(id)s”"))

    def _check_references(self) -> None:
        event, known = self.event, self.known
        no_programme = noop("there is no programme “%(id)s”")
        self._refer(("programme",), event.get("programme"), known.programmes, no_programme)
        for name, ids, message in (
            ("also_for", known.programmes, no_programme),
            ("pairs", known.pairs, noop("there is no pairing “%(id)s”")),
            ("themes", known.themes, noop("there is no theme “%(id)s”")),
            ("frameworks", known.frameworks, noop("there is no framework “%(id)s”")),
            ("participating_cities", known.cities, noop("there is no city “%(id)s”")),
        ):
            for index, value in texts(event, name):
                self._refer((name, index), value, ids, message)
        if event.get("programme") in [value for _, value in texts(event, "also_for")]:
            self.faults.append(fault_at((*self.keys, "also_for"), noop("repeats the event's own programme")))
        venue = event.get("venue")
        if isinstance(venue, dict):
            self._city(("venue", "city"), venue.get("city"))
        for index, award in objects(event, "awards"):
            self._city(("awards", index, "recipient"), award.get("recipient"))
        sessions = {str(session.get("id")) for _, session in objects(event, "sessions")}
        for index, document in objects(event, "documents"):
            message = noop("there is no session “%(id)s” in this event")
            self._refer(("documents", index, "session"), document.get("session"), sessions, message)
        self.faults += repeated(objects(event, "sessions"), (*self.keys, "sessions"))

    def _check_times(self) -> Span | None:
        event, keys, times = self.event, self.keys, self.times
        times.zone_name((*keys, "time_zone"), event.get("time_zone"))
        precision = event.get("time_precision")
        form = PRECISION_FORMS.get(precision) if isinstance(precision, str) else None
        for name in ("start", "end"):
            value = event.get(name)
            times.moment((*keys, name), value)
            if form and isinstance(value, str) and parse_day(value) is not None and form_of(value) != form:
                message = noop("“%(value)s” does not fit the precision “%(precision)s”")
                self.faults.append(fault_at((*keys, name), message, value=value, precision=precision))
        if isinstance(precision, str) and (precision == "part-of-day") != ("part_of_day" in event):
            message = noop("must be given exactly where time_precision is part-of-day")
            self.faults.append(fault_at((*keys, "part_of_day"), message))
        span = times.period(keys, event.get("start"), event.get("end"))
        if span is not None and precision == "minute" and not self._runs_forward(span):
            message = noop("must be after the start, %(start)s")
            self.faults.append(fault_at((*keys, "end"), message, start=event["start"]))
        self._check_further_times()
        return span

    def _runs_forward(self, span: Span) -> bool:
        if self.times.zone is None:
            return True
        try:
            return to_instant(span.start, self.times.zone) < to_instant(span.end, self.times.zone)
        except InvalidTimeSlotError:  # told already
            return True

    def _check_further_times(self) -> None:
        event, keys, times = self.event, self.keys, self.times
        for name in ("rescheduled_from", "time_estimate"):
            value = event.get(name)
            if isinstance(value, dict):
                for end in ("start", "end"):
                    times.moment((*keys, name, end), value.get(end))
                times.period((*keys, name), value.get("start"), value.get("end"))
        status = event.get("status")
        if status == "rescheduled" and "rescheduled_from" not in event:
            message = noop("is missing: a rescheduled event names the old time")
            self.faults.append(fault_at((*keys, "rescheduled_from"), message))
        if status == "scheduled" and "rescheduled_from" in event:
            message = noop("an event that names an old time is “rescheduled”")
            self.faults.append(fault_at((*keys, "status"), message))
        for index, printed in objects(event, "published_times"):
            here = (*keys, "published_times", index)
            zone_name = printed.get("time_zone")
            times.zone_name((*here, "time_zone"), zone_name)
            for end in ("start", "end"):
                times.moment((*here, end), printed.get(end), zone=zone_name, is_printed=True)
            times.period(here, printed.get("start"), printed.get("end"), may_be_wrong=True)
        for index, source in objects(event, "sources"):
            times.moment((*keys, "sources", index, "published"), source.get("published"), zone="UTC", is_printed=True)

    def _check_speakers(self) -> None:
        speakers = objects(self.event, "speakers")
        self.faults += repeated(speakers, (*self.keys, "speakers"))
        for index, speaker in speakers:
            self._city(("speakers", index, "city"), speaker.get("city"))
            if isinstance(speaker_id := speaker.get("id"), str):
                self.roles[speaker_id] = [role for _, role in texts(speaker, "roles")]

    def _check_everybody_has_an_item(self) -> None:
        for index, speaker in objects(self.event, "speakers"):
            speaker_id = speaker.get("id")
            if not isinstance(speaker_id, str) or speaker_id in self.on_stage:
                continue
            if "moderator" not in self.roles.get(speaker_id, []):
                message = noop("“%(id)s” has no item on the agenda; only a moderator may")
                self.faults.append(fault_at((*self.keys, "speakers", index), message, id=speaker_id))

    def _slot(self, keys: Keys, value: dict[str, Any], outer: Span | None, message: str) -> Span | None:
        """Check a start and an end of a session or an item, and that they lie inside what holds them."""
        if ("start" in value) != ("end" in value):
            missing = "end" if "start" in value else "start"
            self.faults.append(fault_at((*keys, missing), noop("is missing: start and end belong together")))
        span = None
        for name in ("start", "end"):
            self.times.moment((*keys, name), value.get(name))
        if "start" in value and "end" in value:
            span = self.times.period(keys, value["start"], value["end"])
        for name in ("start", "end"):
            wall = parse_minute(value.get(name))
            if wall is not None and outer is not None and not outer.start <= wall <= outer.end:
                limits = {"start": _shown(outer.start), "end": _shown(outer.end)}
                self.faults.append(fault_at((*keys, name), message, **limits))
        return span

    def _check_session(self, keys: Keys, session: dict[str, Any], event_span: Span | None) -> None:
        message = noop("lies outside the event, %(start)s – %(end)s")
        inner: Span | None = event_span
        span = self._slot(keys, session, event_span, message)
        if span is not None:
            inner = span
        if "date" in session:
            value = session["date"]
            self.times.moment((*keys, "date"), value)
            if "start" in session or "end" in session:
                self.faults.append(fault_at((*keys, "date"), noop("must be left out where start and end are given")))
            day = parse_day(value)
            if day is not None and event_span is not None:
                last = last_day_of(_shown(event_span.end)) or event_span.end.date()
                if not event_span.start.date() <= day <= last:
                    limits = {"start": event_span.start.date().isoformat(), "end": last.isoformat()}
                    self.faults.append(fault_at((*keys, "date"), message, **limits))
            inner = Span.of(value, value) if isinstance(value, str) and span is None else inner
        for position, (index, item) in enumerate(objects(session, "items"), 1):
            self._check_item((*keys, "items", index), item, inner, position)

    def _check_item(self, keys: Keys, item: dict[str, Any], outer: Span | None, position: int) -> None:
        order = item.get("order")
        if isinstance(order, int) and not isinstance(order, bool) and order != position:
            message = noop("order runs 1, 2, 3 …: %(position)s is due here, not %(order)s")
            self.faults.append(fault_at((*keys, "order"), message, position=position, order=order))
        self._slot(keys, item, outer, noop("lies outside the session, %(start)s – %(end)s"))
        below = keys[len(self.keys) :]
        for index, city in texts(item, "cities"):
            self._city((*below, "cities", index), city)
        for index, contribution in objects(item, "contributions"):
            here = (*below, "contributions", index)
            speaker, role = contribution.get("speaker"), contribution.get("role")
            message = noop("there is no speaker “%(id)s” in this event")
            self._refer((*here, "speaker"), speaker, self.roles.keys(), message)
            if not isinstance(speaker, str):
                continue
            self.on_stage.add(speaker)
            if isinstance(role, str) and speaker in self.roles and role not in self.roles[speaker]:
                message = noop("“%(role)s” is not among the roles of “%(id)s”")
                self.faults.append(fault_at((*self.keys, *here, "role"), message, role=role, id=speaker))


def _shown(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M")
