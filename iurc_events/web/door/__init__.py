"""Pages for: people who check others in at the door, and the codes that are shown there."""

from __future__ import annotations

from flask import Blueprint

from iurc_events.web.door import check_in


def blueprints() -> list[Blueprint]:
    """Return the blueprints of this package, one per module."""
    return [check_in.blueprint]
