"""Pages for the cities' delegates."""

from __future__ import annotations

from flask import Blueprint

from iurc_events.web.delegates import desk, invitations, letters, people_imports, speakers


def blueprints() -> list[Blueprint]:
    """Return the blueprints of this package, one per module."""
    return [invitations.blueprint, desk.blueprint, letters.blueprint, people_imports.blueprint, speakers.blueprint]
