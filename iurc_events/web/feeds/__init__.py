"""Calendar feeds, and the page on which people make addresses of their own."""

from __future__ import annotations

from flask import Blueprint

from iurc_events.web.feeds import subscriptions


def blueprints() -> list[Blueprint]:
    """Return the blueprints of this package, one per module."""
    return [subscriptions.blueprint]
