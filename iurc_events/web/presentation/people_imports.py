"""What pages show of a list of people: rows with faults beside their cells, what will happen, what differs."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from iurc_events.documents.people_columns import FIELDS, PRIVATE, only_asked
from iurc_events.documents.people_values import RowValues
from iurc_events.domain.language_maps import has_han, text_of
from iurc_events.localisation import noop, translate
from iurc_events.models.delegations import Delegation
from iurc_events.models.people_imports import PeopleImport, PeopleImportRow
from iurc_events.queries import known_people
from iurc_events.queries.known_people import KnownPerson
from iurc_events.services import people_rows
from iurc_events.services.member_details import Member, MemberDetails, details_of
from iurc_events.services.needs import StoredNeeds, needs_for_city
from iurc_events.services.people_undo import find_member, is_undoing
from iurc_events.web.presentation.needs import need_differences
from iurc_events.web.presentation.vocabulary import label

#: What becomes of rows, in words; the sign of each is that of a state.
KINDS: Final[dict[str, tuple[str, str]]] = {
    "register": (noop("Will be registered"), "registered"),
    "wait": (noop("Will wait: all places are taken"), "waiting"),
    "change": (noop("Will be changed"), "changed"),
    "same": (noop("Stays as it is"), "kept"),
    "fault": (noop("To correct"), "failed"),
    "registered": (noop("Registered"), "registered"),
    "waiting": (noop("Waits for a place"), "waiting"),
    "changed": (noop("Changed"), "changed"),
    "unchanged": (noop("Stayed as it was"), "kept"),
    "left-out": (noop("Not entered"), "failed"),
}
_NAME_FIELDS: Final = ("name", "name_zh", "name_en", "family_zh", "given_zh", "family_en", "given_en")
_DETAIL_WORDS: Final[dict[str, tuple[str, str | None]]] = {
    "name": (noop("Name"), None),
    "honorific": (noop("Form of address"), "honorific"),
    "title": (noop("Job title"), None),
    "organisation": (noop("Organisation"), None),
    "stakeholder_type": (noop("Kind of organisation"), "stakeholder"),
    "email": (noop("Mail address"), None),
    "topic": (noop("Topic of the talk"), None),
    "abstract": (noop("Short description"), None),
    "mode": (noop("Takes part"), "attendance"),
    "role": (noop("Comes as"), "member_role"),
    "gender": (noop("Gender"), "gender"),
    "language_spoken": (noop("Language of the talk"), "language"),
}


@dataclass(frozen=True, slots=True)
class CellView:
    """A cell that can be corrected."""

    name: str
    label: str
    value: str
    errors: tuple[str, ...]
    is_long: bool


@dataclass(frozen=True, slots=True)
class Change:
    """A field that will differ."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class RowView:
    """A row of the preview or of the result."""

    number: int
    kind: str
    kind_words: str
    sign: str
    name: str
    other_name: str
    is_romanised: bool
    facts: tuple[str, ...]
    changes: tuple[Change, ...]
    notes: tuple[str, ...]
    errors: tuple[str, ...]
    cells: tuple[CellView, ...]

    @property
    def faulty_cells(self) -> tuple[CellView, ...]:
        """The cells with a fault."""
        return tuple(cell for cell in self.cells if cell.errors)

    @property
    def other_cells(self) -> tuple[CellView, ...]:
        """The cells without."""
        return tuple(cell for cell in self.cells if not cell.errors)


@dataclass(frozen=True, slots=True)
class ColumnView:
    """A column of the list with what it holds."""

    number: int
    letter: str
    heading: str
    examples: tuple[str, ...]
    field: str
    is_private: bool


@dataclass(frozen=True, slots=True)
class RecentList:
    """A list that was sent before."""

    public_id: uuid.UUID
    name: str
    made_at: Any
    rows: int
    state: str


def column_letter(number: int) -> str:
    """Return the letters that spreadsheets give a column, from 0."""
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def columns_view(people_import: PeopleImport, rows: Sequence[PeopleImportRow]) -> list[ColumnView]:
    """Show the columns with examples of what each holds."""
    views = []
    for number, heading in enumerate(people_import.headings):
        values = dict.fromkeys(row.cells[number] for row in rows if number < len(row.cells) and row.cells[number])
        field = people_import.mapping.get(str(number), "")
        examples = tuple(value if len(value) <= 40 else value[:39] + "…" for value in list(values)[:3])
        views.append(ColumnView(number, column_letter(number), heading, examples, field, is_private=field == PRIVATE))
    return views


def field_choices(language: str, asks_for: Iterable[str]) -> list[tuple[str, str]]:
    """Return what a column may mean, for a select: needs only where the event asks for them."""
    fields = only_asked({field: field for field in FIELDS}, asks_for)
    return [("", translate(noop("Leave this column out"), language))] + [
        (field, translate(FIELDS[field], language)) for field, meaning in fields.items() if meaning != PRIVATE
    ]


def private_headings(people_import: PeopleImport) -> list[str]:
    """Return the headings of the columns that were left out on purpose."""
    return [
        people_import.headings[int(number)] or column_letter(int(number))
        for number, field in people_import.mapping.items()
        if field == PRIVATE
    ]


def row_views(
    people_import: PeopleImport, rows: Iterable[PeopleImportRow], delegation: Delegation, language: str
) -> list[RowView]:
    """Show rows as they will be entered, or as they were."""
    shown = list(rows)
    known = known_people.list_named(
        delegation, {each[1] for row in shown for each in row.likely or () if each[0] == "person"}
    )
    return [_row_view(people_import, row, delegation, language, known) for row in shown]


def _row_view(
    people_import: PeopleImport,
    row: PeopleImportRow,
    delegation: Delegation,
    language: str,
    known: Mapping[int, KnownPerson],
) -> RowView:
    is_done = people_import.state not in ("read", "checked")
    values = people_rows.read(people_import, row.cells, delegation)
    kind = (row.outcome if is_done else row.plan) or row.plan or "fault"
    words, sign = KINDS[kind]
    member = next((find_member(each[0], each[1]) for each in row.likely if each[0] != "person"), None)
    details = people_rows.details_for(people_import, values, delegation, member)
    own, other = ("zh", "en") if language == "zh" else ("en", "zh")
    names = values.values.get("name") or {}
    columns = {field: int(number) for number, field in people_import.mapping.items() if field in FIELDS}
    errors = _errors(row, columns, language)
    return RowView(
        number=row.number,
        kind=kind,
        kind_words=translate(words, language),
        sign=sign,
        name=names.get(own) or names.get(other) or _raw_name(row, columns),
        other_name=names[other] if names.get(own) and names.get(other) else "",
        is_romanised=values.is_romanised and member is None,
        facts=_facts(values, details, language) if names else (),
        changes=(*_changes(details_of(member), details, language), *_new_needs(member, values, language))
        if kind == "change" and member
        else (),
        notes=tuple(_notes(row, kind, language, known)),
        errors=tuple(text for number, text in errors if number is None),
        cells=tuple(
            CellView(
                name=f"cell-{row.number}-{number}",
                label=people_import.headings[number] or translate(FIELDS[field], language),
                value=row.cells[number],
                errors=tuple(text for where, text in errors if where == number),
                is_long=len(row.cells[number]) > 60 or "\n" in row.cells[number],
            )
            for field, number in sorted(columns.items(), key=lambda each: each[1])
            if field != "reference" and number < len(row.cells)
        ),
    )


def _raw_name(row: PeopleImportRow, columns: Mapping[str, int]) -> str:
    parts = [row.cells[columns[field]] for field in _NAME_FIELDS if field in columns]
    return next((part for part in parts if part), "")


def _errors(row: PeopleImportRow, columns: Mapping[str, int], language: str) -> list[tuple[int | None, str]]:
    found = []
    for problem in row.problems:
        field = problem["field"]
        number = columns.get(field)
        if number is None and field in _NAME_FIELDS:
            number = next((columns[each] for each in _NAME_FIELDS if each in columns), None)
        if number is None and (base := field.partition("_")[0]) in columns:
            number = columns[base]
        sentence, params = problem["message"], problem["params"]
        found.append((number, translate(sentence, language, **params)))
    return found


def _facts(values: RowValues, details: MemberDetails, language: str) -> tuple[str, ...]:
    colon = "：" if language == "zh" else ": "
    parts = [
        label("member_role", details.role, language),
        text_of(details.title, language),
        text_of(details.organisation, language),
        label("attendance", details.mode, language) if details.mode else "",
        details.email or "",
        text_of(details.topic, language),
        *(f"{translate(FIELDS[kind], language)}{colon}{text}" for kind, text in values.needs.items()),
    ]
    return tuple(part for part in parts if part)


def _notes(row: PeopleImportRow, kind: str, language: str, known: Mapping[int, KnownPerson]) -> Iterable[str]:
    person_ids = [each[1] for each in row.likely if each[0] == "person"]
    if person_ids and kind in ("register", "wait"):
        if named := known.get(person_ids[0]):
            yield translate(
                noop("Perhaps the same person as at an earlier event of your city: %(person)s"),
                language,
                person=_known_words(named, language),
            )
        else:
            yield translate(noop("Was at an earlier event of your city"), language)
    if kind == "change":
        yield translate(noop("Is in your delegation already; cells left empty change nothing"), language)


def _known_words(known: KnownPerson, language: str) -> str:
    """Return name in both scripts, title, organisation, and the event."""
    details = details_of(known.latest)
    own, other = ("zh", "en") if language == "zh" else ("en", "zh")
    name = " ".join(text for tag in (own, other) if (text := details.name.get(tag)))
    parts = [name, text_of(details.title, language), text_of(details.organisation, language)]
    event = translate(noop("“%(event)s”"), language, event=text_of(known.event.title, language))
    separator = "，" if language == "zh" else ", "
    return separator.join([*(part for part in parts if part), event])


def _changes(known: MemberDetails, wanted: MemberDetails, language: str) -> Iterable[Change]:
    for name in people_rows.differing(known, wanted):
        if name in _DETAIL_WORDS:
            words, vocabulary = _DETAIL_WORDS[name]
            yield Change(
                translate(words, language),
                _plain(getattr(known, name), vocabulary, language),
                _plain(getattr(wanted, name), vocabulary, language),
            )


def _new_needs(member: Member, values: RowValues, language: str) -> Iterable[Change]:
    stored = needs_for_city(member) if values.needs else StoredNeeds({})
    if not stored.is_own:
        for each in need_differences(stored.texts, values.needs, language):
            yield Change(each.label, each.stored, each.typed)


def _plain(value: object, vocabulary: str | None, language: str) -> str:
    if isinstance(value, Mapping):
        texts = sorted(value.values(), key=lambda text: has_han(str(text)) != (language == "zh"))
        return " / ".join(str(text) for text in texts if text)
    if value and vocabulary == "language":
        return str(value) if value not in ("en", "zh") else label(vocabulary, str(value), language)
    if value and vocabulary:
        return label(vocabulary, str(value), language)
    return str(value or "")


def totals(counts: Mapping[str, int], kinds: Sequence[str], language: str) -> list[tuple[str, str, str, int]]:
    """Return kind, words, sign and number of all kinds that occur."""
    return [
        (kind, translate(KINDS[kind][0], language), KINDS[kind][1], counts[kind]) for kind in kinds if counts.get(kind)
    ]


def failure_words(people_import: PeopleImport, language: str) -> str:
    """Return why the worker gave up, in the reader's language."""
    if not people_import.failure:
        return ""
    found = json.loads(people_import.failure)
    sentence, params = found["message"], found["params"]
    return translate(sentence, language, **params)


def progress_of(people_import: PeopleImport) -> tuple[int, int]:
    """Return how many rows the worker has done, entering a list or taking it back, and how many there are."""
    total = people_import.outcome["undo_total"] if is_undoing(people_import) else people_import.row_count
    return people_import.done_count, int(total)


def is_undoable(people_import: PeopleImport) -> bool:
    """Tell whether taking back may be offered."""
    counts = people_import.outcome.get("counts") or {}
    touched = any(counts.get(kind) for kind in ("registered", "waiting", "changed"))
    return people_import.state == "entered" and touched and not people_import.outcome.get("undone_at")
