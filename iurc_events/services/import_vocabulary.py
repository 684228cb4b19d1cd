"""Programmes, cities, pairings, themes and frameworks of documents, into the database."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import func, select

from iurc_events.database import db
from iurc_events.documents import Document as File
from iurc_events.documents import compare
from iurc_events.domain.search_text import searchable_all
from iurc_events.models.cities import City, CityPair, CityProgramme, Milestone, PairCity, PairProgramme
from iurc_events.models.programmes import Framework, Programme, Theme
from iurc_events.services import exports
from iurc_events.services.import_outcomes import Action, Line
from iurc_events.services.sort_keys import place_sort_keys

Entry = dict[str, Any]
#: Word of the outcome, list of the document, model and how the model is written as an entry; in the order of need.
_KINDS: tuple[tuple[str, str, Any, Any], ...] = (
    ("theme", "themes", Theme, exports.named_document),
    ("framework", "frameworks", Framework, exports.named_document),
    ("programme", "programmes", Programme, exports.programme_document),
    ("city", "cities", City, exports.city_document),
    ("pair", "pairings", CityPair, exports.pair_document),
)


class VocabularyImport:
    """Works out and writes what the documents say beside events."""

    def __init__(self, files: Sequence[File]) -> None:
        self.entries: dict[str, dict[str, tuple[Entry, int | None]]] = {}
        self.lines: list[Line] = []
        for kind, name, _, _ in _KINDS:
            found: dict[str, tuple[Entry, int | None]] = {}
            own_files = [file for file in files if file.format != "iurc-events"]
            for file in [*own_files, *(file for file in files if file not in own_files)]:
                for position, entry in enumerate(file.entries(name)):
                    # a city that an events document brings along follows those listed
                    found.setdefault(entry["id"], (entry, position if file.format != "iurc-events" else None))
            self.entries[kind] = found

    def plan(self) -> None:
        """Compare with the database; fills ``lines``."""
        for kind, _, model, document_of in _KINDS:
            rows = {row.slug: row for row in db.session.scalars(select(model))} if self.entries[kind] else {}
            for slug, (entry, _) in self.entries[kind].items():
                if slug not in rows:
                    self.lines.append(Line(Action.CREATED, kind, slug))
                    continue
                changed = compare(document_of(rows[slug]), entry)
                self.lines.append(Line(Action.UPDATED if changed else Action.UNCHANGED, kind, slug, tuple(changed)))

    def write(self) -> set[tuple[str, int]]:
        """Write what ``plan`` found; return kinds and keys of what existed and changed."""
        actions = {(line.kind, line.id): line.action for line in self.lines}
        touched: list[tuple[str, Any]] = []
        for kind, _, model, _ in _KINDS:
            rows = {row.slug: row for row in db.session.scalars(select(model))} if self.entries[kind] else {}
            following = (db.session.scalar(select(func.max(model.position))) or 0) + len(self.entries[kind]) + 1
            for slug, (entry, position) in self.entries[kind].items():
                row = rows.get(slug)
                if row is None:
                    row = rows[slug] = model(slug=slug)
                    following += 1
                    row.position = following if position is None else position
                    db.session.add(row)
                elif position is not None and row.position != position:
                    row.position = position
                if actions[kind, slug] is not Action.UNCHANGED:
                    _SETTERS[kind](row, entry)
                if actions[kind, slug] is Action.UPDATED:
                    touched.append((kind, row))
            db.session.flush()
            if kind == "city":
                _set_parts(rows, [entry for entry, _ in self.entries[kind].values()])
                db.session.flush()
        return {(kind, row.id) for kind, row in touched}


def _set_named(row: Theme | Framework, entry: Entry) -> None:
    row.name = entry["name"]


def _set_programme(row: Programme, entry: Entry) -> None:
    row.name = entry["name"]
    row.has_period = "period" in entry
    row.period_from, row.period_to = entry.get("period", (None, None))


def _set_city(row: City, entry: Entry) -> None:
    name = {"en": entry["name_en"], "zh": entry["name_zh"]}
    if row.name != name:  # keys that somebody mended stay while the name does
        row.sort_keys = place_sort_keys(name)
    row.name = name
    row.aliases = {tag: entry[f"aliases_{tag}"] for tag in ("en", "zh") if f"aliases_{tag}" in entry}
    row.search_text = searchable_all([*name.values(), *(alias for found in row.aliases.values() for alias in found)])
    row.country, row.kind, row.side = entry["country"], entry["kind"], entry["side"]
    row.lat, row.lon, row.time_zone = float(entry["lat"]), float(entry["lon"]), entry["time_zone"]
    row.coordinates_of = entry.get("coordinates_of")
    row.coordinate_precision = entry.get("coordinate_precision")
    row.sources, row.note = entry.get("sources"), entry.get("note")
    row.programmes = _listed(CityProgramme, row.programmes, "programme_id", _keys(Programme, entry["programmes"]))


def _set_pair(row: CityPair, entry: Entry) -> None:
    row.topic, row.sources = entry.get("topic"), entry.get("sources")
    row.extra = {"stated_empty": ["milestones"]} if entry.get("milestones") == [] else None
    row.cities = _listed(PairCity, row.cities, "city_id", _keys(City, entry["cities"]))
    row.programmes = _listed(PairProgramme, row.programmes, "programme_id", _keys(Programme, entry["programmes"]))
    row.milestones = [
        Milestone(position=position, date=step["date"], kind=step["kind"], text=step["text"])
        for position, step in enumerate(entry.get("milestones", []))
    ]


_SETTERS: dict[str, Any] = {
    "theme": _set_named,
    "framework": _set_named,
    "programme": _set_programme,
    "city": _set_city,
    "pair": _set_pair,
}


def _keys(model: Any, slugs: Sequence[str]) -> list[int]:
    with db.session.no_autoflush:
        query = select(model.slug, model.id).where(model.slug.in_(slugs))
        known: dict[str, int] = dict(db.session.execute(query).all())
    return [known[slug] for slug in slugs]


def _listed(model: Any, rows: Iterable[Any], column: str, keys: Sequence[int]) -> list[Any]:
    """Return the rows of an ordered list, keeping those that are there already."""
    known = {getattr(row, column): row for row in rows}
    found = []
    for position, key in enumerate(keys):
        row = known.get(key) or model(**{column: key})
        row.position = position
        found.append(row)
    return found


def _set_parts(rows: dict[str, City], entries: list[Entry]) -> None:
    for entry in entries:
        if part_of := entry.get("part_of"):
            whole = rows.get(part_of) or db.session.scalars(select(City).where(City.slug == part_of)).one()
            rows[entry["id"]].part_of_id = whole.id
        else:
            rows[entry["id"]].part_of_id = None
    db.session.flush()
    for entry in entries:
        db.session.expire(rows[entry["id"]], ["part_of"])
