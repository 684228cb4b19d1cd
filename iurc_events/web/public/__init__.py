"""Pages for everybody."""

from __future__ import annotations

from flask import Blueprint

from iurc_events.web.public import events, pdfs, previews


def blueprints() -> list[Blueprint]:
    """Return the blueprints of this package, one per module."""
    return [events.blueprint, pdfs.blueprint, previews.blueprint]
