"""Pages for: organisers."""

from __future__ import annotations

from flask import Blueprint

from iurc_events.web.organisers import event_life, events, imports


def blueprints() -> list[Blueprint]:
    """Return the blueprints of this package, one per module."""
    return [
        events.blueprint,
        event_life.blueprint,
        imports.blueprint,
    ]
