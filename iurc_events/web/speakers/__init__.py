"""Pages for speakers: the own page by a personal link; and the photos and slides that they published."""

from __future__ import annotations

from flask import Blueprint

from iurc_events.web.speakers import own_page, published_files


def blueprints() -> list[Blueprint]:
    """Return the blueprints of this package, one per module."""
    return [own_page.blueprint, published_files.blueprint]
