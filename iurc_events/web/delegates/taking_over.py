"""Forms of a city's people that can be filled from somebody whom the city brought before."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from flask import g, request

from iurc_events.domain.language_maps import LanguageMap
from iurc_events.models.delegations import Delegation
from iurc_events.queries import known_people
from iurc_events.web.forms.speakers import OwnSpeakerForm
from iurc_events.web.presentation.known_people import KnownPeople, known_people_view


def take_over(delegation: Delegation, form: OwnSpeakerForm) -> LanguageMap | None:
    """Fill a form from the person whom the address names; return the title of that person's event."""
    try:
        wanted = uuid.UUID(request.args.get("person", ""))
    except ValueError:
        return None
    known = known_people.find_known(delegation, wanted)
    if known is None:
        return None
    form.take_over(wanted, known.latest)
    return known.event.title


def list_known(
    delegation: Delegation, form: OwnSpeakerForm, *, page: str, at: Mapping[str, object], role: str = ""
) -> KnownPeople | None:
    """Return those whom the city brought before and who are not registered yet, narrowed by the address.

    Args:
        page: Endpoint of the page with the form, and ``at`` the values of its address.
        role: What the form is for, where the page has forms of several roles.
    """
    words = " ".join(request.args.get("known", "")[:100].split())
    found, has_more = known_people.list_known(delegation, words)
    return known_people_view(
        found,
        g.language,
        page=page,
        at=at,
        words=words,
        role=role,
        chosen=form.person.data or "",
        has_more=has_more,
    )
