"""What a city's desk shows of the people whom the city brought before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for

from iurc_events.domain.clock_texts import slot_date
from iurc_events.domain.language_maps import LocalText, localised
from iurc_events.queries.known_people import KnownPerson
from iurc_events.services import members
from iurc_events.web.presentation.agendas import SpeakerLine
from iurc_events.web.presentation.names import person_name


@dataclass(frozen=True, slots=True)
class KnownPersonRow:
    """Somebody who can be taken over: name, title and organisation of the latest event, and that event."""

    line: SpeakerLine
    event: LocalText | None
    date: str
    href: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class KnownPeople:
    """The people to choose from, and what was searched for."""

    rows: tuple[KnownPersonRow, ...]
    words: str
    role: str
    action: str
    has_more: bool

    @property
    def has_search(self) -> bool:
        """Whether a search says more than the list alone."""
        return bool(self.words) or len(self.rows) > 1


def known_person_row(known: KnownPerson, language: str, *, href: str, is_chosen: bool) -> KnownPersonRow:
    """Turn somebody whom the city brought before into a row."""
    details = members.details_of(known.latest)
    return KnownPersonRow(
        line=SpeakerLine(
            name=person_name(
                details.name,
                language,
                family_name=details.family_name,
                name_native=details.name_native,
                honorific=details.honorific,
            ),
            position=localised(details.title, language),
            organisation=localised(details.organisation, language),
        ),
        event=localised(known.event.title, language),
        date=slot_date(known.event.slot, language) if known.event.slot else "",
        href=href,
        is_chosen=is_chosen,
    )


def known_people_view(
    found: Sequence[KnownPerson],
    language: str,
    *,
    page: str,
    at: Mapping[str, object],
    words: str,
    role: str,
    chosen: str,
    has_more: bool,
) -> KnownPeople | None:
    """Return what the desk shows; None where nobody took part before.

    Args:
        page: Endpoint of the page whose form is filled, and ``at`` the values of its address.
        role: What the form is for, where the page has forms of several roles; else empty.
        chosen: Public id of the person whom the form is filled from.
    """
    if not found and not words:
        return None
    values: dict[str, Any] = dict(at)
    return KnownPeople(
        rows=tuple(
            known_person_row(
                each,
                language,
                href=url_for(
                    page,
                    **values,
                    role=role or None,
                    known=words or None,
                    person=each.person.public_id,
                    _anchor="new-speaker",
                ),
                is_chosen=str(each.person.public_id) == chosen,
            )
            for each in found
        ),
        words=words,
        role=role,
        action=url_for(page, **values),
        has_more=has_more,
    )
