"""Pages of signing in, one's own account, people and their roles, and the outbox."""

from __future__ import annotations

from flask import Blueprint


def blueprints() -> list[Blueprint]:
    """Return the blueprints of this package, one per module."""
    from iurc_events.web.accounts import account, news, outbox, people, sign_in  # they import the package's neighbours

    return [sign_in.blueprint, account.blueprint, news.blueprint, people.blueprint, outbox.blueprint]
