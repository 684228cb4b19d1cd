"""Pages for everybody."""

from __future__ import annotations

from flask import Blueprint

from iurc_events.web.public import (
    about,
    calendars,
    cities,
    events,
    home,
    pairs,
    pdfs,
    previews,
    themes,
    unsubscribe,
    without_language,
)
from iurc_events.web.public.sharing import share_with_everybody

_PAGES = [module.blueprint for module in (home, events, cities, pairs, themes, calendars, about)]
for _blueprint in _PAGES:
    _blueprint.after_request(share_with_everybody)


def blueprints() -> list[Blueprint]:
    """Return the blueprints of this package, one per module."""
    return [*_PAGES, pdfs.blueprint, previews.blueprint, without_language.blueprint, unsubscribe.blueprint]
