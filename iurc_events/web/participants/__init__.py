"""Pages for participants: signing up, and the own registration."""

from __future__ import annotations

from flask import Blueprint

from iurc_events.web.participants import address_changes, own_registration, privacy, sign_up


def blueprints() -> list[Blueprint]:
    """Return the blueprints of this package, one per module."""
    return [sign_up.blueprint, own_registration.blueprint, privacy.blueprint, address_changes.blueprint]
