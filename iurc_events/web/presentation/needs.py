"""Needs in words: of forms, of what two people wrote differently, and of an event's list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from iurc_events.domain.language_maps import LocalText, localised, text_of
from iurc_events.domain.needs import grouped
from iurc_events.domain.vocabulary import SPECIAL_NEEDS
from iurc_events.localisation import noop, translate
from iurc_events.models.participants import Participant
from iurc_events.queries.needs import Need
from iurc_events.services.participants import OwnDetails
from iurc_events.web.presentation.own_delegations import Difference
from iurc_events.web.presentation.vocabulary import label

ASKED_WORDS: Final = {
    "dietary": noop("Food and drink"),
    "accessibility": noop("Accessibility needs"),
    "visa": noop("Visa"),
    "gender": noop("Gender"),
}


def need_differences(stored: Mapping[str, str], typed: Mapping[str, str], language: str) -> list[Difference]:
    """Return the needs that somebody stored differently from what was typed here."""
    return [
        Difference(translate(ASKED_WORDS[kind], language), stored.get(kind, ""), typed[kind])
        for kind in SPECIAL_NEEDS
        if kind in typed and stored.get(kind, "") != typed[kind]
    ]


def registration_differences(
    participant: Participant, stored: Mapping[str, str], typed: OwnDetails, asks_for: Iterable[str], language: str
) -> list[Difference]:
    """Return what is stored of a registration differently from what was typed here."""
    fields: list[tuple[str, str, str]] = [
        ("name", noop("Your name"), ""),
        ("organisation", noop("Organisation"), ""),
        ("stakeholder_type", noop("You come from"), "stakeholder"),
        ("mode", noop("How you take part"), "attendance"),
    ]
    if "gender" in asks_for:
        fields.append(("gender", noop("Gender"), "gender"))

    def word(value: str | None, vocabulary: str) -> str:
        return label(vocabulary, value, language) if value and vocabulary else value or ""

    found = [
        Difference(
            translate(words, language),
            word(getattr(participant, name), vocabulary),
            word(getattr(typed, name), vocabulary),
        )
        for name, words, vocabulary in fields
        if (getattr(participant, name) or "") != (getattr(typed, name) or "")
    ]
    return found + need_differences(stored, typed.needs, language)


@dataclass(frozen=True, slots=True)
class NeedRow:
    """What one person needs."""

    name: LocalText | None
    city: str
    role: str
    mode: str
    text: str


@dataclass(frozen=True, slots=True)
class KindView:
    """A kind of need: how often each was typed, and by whom."""

    kind: str
    heading: str
    is_asked: bool
    totals: tuple[tuple[str, int], ...]
    rows: tuple[NeedRow, ...]


def kind_views(needs: Sequence[Need], asks_for: Iterable[str], language: str) -> list[KindView]:
    """Turn the needs of an event into parts of its page: kinds that are asked for, or of which something is left."""
    asked = set(asks_for)
    views = []
    for kind in SPECIAL_NEEDS:
        of_kind = [need for need in needs if need.kind == kind]
        if not of_kind and kind not in asked:
            continue
        rows = tuple(
            NeedRow(
                localised(need.name, language),
                text_of(need.city, language) if need.city else "",
                label("member_role", need.role, language),
                label("attendance", need.mode, language) if need.mode else "",
                need.text,
            )
            for need in of_kind
        )
        totals = tuple(grouped(need.text for need in of_kind))
        views.append(KindView(kind, translate(ASKED_WORDS[kind], language), kind in asked, totals, rows))
    return views
