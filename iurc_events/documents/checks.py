"""Checks of documents that are imported together: what they refer to, and what stands in more than one of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from iurc_events.documents.faults import Fault, Key, fault_at
from iurc_events.documents.files import Document
from iurc_events.documents.rules import EventRules, KnownIds, objects, repeated, texts
from iurc_events.documents.times import TimeChecker
from iurc_events.localisation import noop


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault or warning and the document that it is in."""

    document: str
    fault: Fault

    def __str__(self) -> str:
        return f"{self.document}: {self.fault}"


@dataclass(frozen=True, slots=True)
class Findings:
    """All that is wrong, and all that is merely worth telling."""

    faults: tuple[Finding, ...]
    warnings: tuple[Finding, ...]


def _ids(entries: Iterable[tuple[int, dict[str, Any]]]) -> set[str]:
    return {entry["id"] for _, entry in entries if isinstance(entry.get("id"), str)}


def known_with(documents: Iterable[Document], known: KnownIds) -> KnownIds:
    """Return the known ids and those that the documents bring."""
    names = {"programmes": "programmes", "cities": "cities", "pairs": "pairings"}
    names |= {"themes": "themes", "frameworks": "frameworks"}
    ids = {kind: set(getattr(known, kind)) for kind in names}
    for document in documents:
        for kind, name in names.items():
            ids[kind] |= _ids(objects(document.data, name))
    return KnownIds(**ids)


def _city_faults(document: Document, known: KnownIds) -> Iterator[Fault]:
    cities = objects(document.data, "cities")
    yield from repeated(cities, ("cities",))
    wholes = {city.get("id"): city.get("part_of") for _, city in cities if isinstance(city.get("id"), str)}
    for index, city in cities:
        here: tuple[Key, ...] = ("cities", index)
        faults: list[Fault] = []
        TimeChecker(None, faults, []).zone_name((*here, "time_zone"), city.get("time_zone"))
        yield from faults
        yield from _unknown_programmes(city, here, known)
        part_of = city.get("part_of")
        if isinstance(part_of, str) and part_of not in known.cities:
            yield fault_at((*here, "part_of"), noop("there is no city “%(id)s”"), id=part_of)
        if isinstance(part_of, str) and _is_within(city.get("id"), part_of, wholes):
            yield fault_at((*here, "part_of"), noop("a city cannot be part of itself"))


def _is_within(city: object, whole: object, wholes: dict[Any, Any]) -> bool:
    """Tell whether a city is found again on the way up from what it is part of."""
    seen: set[object] = set()
    while isinstance(whole, str) and whole not in seen:
        if whole == city:
            return True
        seen.add(whole)
        whole = wholes.get(whole)
    return False


def _unknown_programmes(entry: dict[str, Any], here: tuple[Key, ...], known: KnownIds) -> Iterator[Fault]:
    for index, programme in texts(entry, "programmes"):
        if programme not in known.programmes:
            yield fault_at((*here, "programmes", index), noop("there is no programme “%(id)s”"), id=programme)


def _pairing_faults(document: Document, known: KnownIds) -> Iterator[Fault]:
    pairings = objects(document.data, "pairings")
    yield from repeated(pairings, ("pairings",))
    yield from repeated(objects(document.data, "programmes"), ("programmes",))
    for index, pairing in pairings:
        here: tuple[Key, ...] = ("pairings", index)
        yield from _unknown_programmes(pairing, here, known)
        for position, city in texts(pairing, "cities"):
            if city not in known.cities:
                yield fault_at((*here, "cities", position), noop("there is no city “%(id)s”"), id=city)
        for position, milestone in objects(pairing, "milestones"):
            faults: list[Fault] = []
            value = milestone.get("date")
            if isinstance(value, str) and len(value) > 4:  # a bare year needs no calendar
                TimeChecker(None, faults, []).moment((*here, "milestones", position, "date"), value)
            yield from faults


def _repeated_across(documents: Sequence[Document]) -> Iterator[Finding]:
    """Find objects that stand in two documents; the same city may, when both say the same of it."""
    seen: dict[tuple[str, str], tuple[str, dict[str, Any]]] = {}
    for document in documents:
        own: dict[tuple[str, str], tuple[str, dict[str, Any]]] = {}
        for kind in ("themes", "frameworks", "programmes", "cities", "pairings", "events"):
            for index, entry in objects(document.data, kind):
                if not isinstance(entry.get("id"), str):
                    continue
                key = (kind, entry["id"])
                own.setdefault(key, (document.name, entry))
                if key in seen and (kind == "events" or seen[key][1] != entry):
                    message = noop("“%(id)s” stands in %(other)s too")
                    params = {"id": entry["id"], "other": seen[key][0]}
                    yield Finding(document.name, fault_at((kind, index, "id"), message, **params))
        seen = own | seen


def check(documents: Sequence[Document], known: KnownIds) -> Findings:
    """Find all faults and warnings of documents that are imported together, in any order.

    Args:
        known: The ids that the installation knows already.
    """
    all_known = known_with(documents, known)
    faults: list[Finding] = []
    warnings: list[Finding] = []
    for document in documents:
        found = list(document.faults)
        match document.format:
            case "iurc-events":
                found += _city_faults(document, all_known)
                found += repeated(objects(document.data, "events"), ("events",))
                for index, event in objects(document.data, "events"):
                    rules = EventRules(event, ("events", index), all_known)
                    rules.check()
                    found += rules.faults
                    warnings += [Finding(document.name, warning) for warning in rules.warnings]
            case "iurc-cities":
                found += _city_faults(document, all_known)
                found += _pairing_faults(document, all_known)
            case "iurc-themes":
                for kind in ("themes", "frameworks"):
                    found += repeated(objects(document.data, kind), (kind,))
        faults += [Finding(document.name, fault) for fault in found]
    faults += _repeated_across(documents)
    return Findings(tuple(faults), tuple(warnings))
