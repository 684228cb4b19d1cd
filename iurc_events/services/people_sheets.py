"""A delegation's people as a workbook or CSV: to fill in offline and send back, or to keep."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from iurc_events.documents import people_sheets as sheets
from iurc_events.documents.spreadsheets import CSV_TYPE, XLSX_TYPE, Sheet, write_csv, write_xlsx
from iurc_events.domain.language_maps import text_of
from iurc_events.domain.time_slots import deadline_instant
from iurc_events.domain.vocabulary import SPECIAL_NEEDS
from iurc_events.localisation import noop, translate
from iurc_events.localisation.vocabulary import label
from iurc_events.mail.delegations import quota_words
from iurc_events.models.delegations import Delegation
from iurc_events.services import delegation_mail, needs
from iurc_events.services.member_details import Member, details_of, list_active
from iurc_events.services.people_rows import short_reference

__all__ = ["CSV_TYPE", "XLSX_TYPE", "people_csv", "people_xlsx", "template"]


def _cells(
    member: Member, columns: Sequence[str] = sheets.COLUMNS, known_needs: Mapping[str, str] | None = None
) -> list[str]:
    details = details_of(member)
    values: dict[str, str] = {kind: (known_needs or {}).get(kind, "") for kind in SPECIAL_NEEDS}
    values |= {"email": details.email or "", "reference": short_reference(member.public_id)}
    for name in ("name", "title", "organisation", "topic"):
        texts = getattr(details, name) or {}
        values |= {f"{name}_{language}": texts.get(language, "") for language in ("zh", "en")}
    for name in sheets.CHOICES:
        values[name] = sheets.choice_cell(name, getattr(details, name))
    return [values[column] for column in columns]


def _in_both(texts: dict[str, str] | None) -> str:
    return " / ".join(dict.fromkeys(text for text in (text_of(texts, "zh"), text_of(texts, "en")) if text))


def _deadline_words(delegation: Delegation) -> str:
    if delegation.deadline_on is None:
        return sheets.in_both(noop("Not set"))
    last = deadline_instant(date.fromisoformat(delegation.deadline_on), delegation.city.time_zone)
    return f"{last - timedelta(minutes=1):%Y-%m-%d} 23:59 ({delegation.city.time_zone})"


def template(delegation: Delegation) -> bytes:
    """Write the list to fill in: places and deadline, choices in both languages, who is registered already."""
    quotas = delegation_mail.quotas_of(delegation)
    places = [f"{quota_words(each, 'zh')} / {quota_words(each, 'en')}" for each in quotas]
    head = [
        (sheets.in_both(noop("Event")), _in_both(delegation.event.title)),
        (sheets.in_both(noop("City")), _in_both(delegation.city.name)),
        (sheets.in_both(noop("Places")), "\n".join(places) or sheets.in_both(noop("Not limited"))),
        (sheets.in_both(noop("Answer by")), _deadline_words(delegation)),
    ]
    sentences = (
        noop(
            "Fill in the sheet “People”, one person per row, then send the file back on the page “Add several people”."
        ),
        noop("A name in one script is enough; pinyin is proposed where Latin letters are missing."),
        noop("Keep the number in the last column: by it people who are registered already are changed, not doubled."),
        noop("The example row is not read. Leave telephone and identity numbers out; they are not needed."),
    )
    notes = [translate(each, language) for language in ("zh", "en") for each in sentences]
    columns = sheets.columns_with(delegation.event.asks_for)
    members = list_active(delegation.id)
    known = needs.needs_of_many(members) if columns != sheets.COLUMNS else {}
    people = [_cells(each, columns, needs.stored_for_city(known, each).texts) for each in members]
    return sheets.write_template(head, notes, people, columns)


def _table(delegation: Delegation, language: str) -> tuple[list[str], list[list[str]]]:
    headings = [*map(sheets.heading_of, sheets.COLUMNS), sheets.in_both(noop("State"))]
    rows = [[*_cells(member), label("state", member.state, language)] for member in list_active(delegation.id)]
    return headings, rows


def people_xlsx(delegation: Delegation, language: str) -> bytes:
    """Write the people of a delegation as a workbook that can be sent back as a list."""
    headings, rows = _table(delegation, language)
    return write_xlsx([Sheet("名单 People", headings, rows)])


def people_csv(delegation: Delegation, language: str) -> bytes:
    """Write the people of a delegation as CSV that can be sent back as a list."""
    headings, rows = _table(delegation, language)
    return write_csv(headings, rows)
