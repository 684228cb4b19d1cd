"""Addresses of pages and feeds, as pure functions of the base address; a test holds them equal to the routes."""

from __future__ import annotations

from typing import Final

#: Longest feed address that every calendar application takes (Google cut longer ones).
LONGEST_FEED_ADDRESS: Final = 116
#: Folder of each kind of public feed; ``sessions`` is an event by its sessions, ``filter`` a list under a short id.
FEED_KINDS: Final = {
    "programme": "programmes",
    "event": "events",
    "sessions": "sessions",
    "city": "cities",
    "pair": "pairs",
    "theme": "themes",
    "kind": "kinds",
    "filter": "filters",
}


def home(language: str) -> str:
    """Return the path of the home page."""
    return f"/{language}/"


def events(language: str, query: str = "") -> str:
    """Return the path of the list of events, with a filter as a query string."""
    return f"/{language}/events/?{query}" if query else f"/{language}/events/"


def event(slug: str, language: str) -> str:
    """Return the path of an event's page."""
    return f"/{language}/events/{slug}"


def city(slug: str, language: str) -> str:
    """Return the path of a city's page."""
    return f"/{language}/cities/{slug}"


def pair(slug: str, language: str) -> str:
    """Return the path of a pair's page."""
    return f"/{language}/pairs/{slug}"


def theme(slug: str, language: str) -> str:
    """Return the path of a theme's page."""
    return f"/{language}/themes/{slug}"


def feed(kind: str, slug: str, language: str | None = None) -> str:
    """Return the path of a public feed.

    Args:
        kind: A key of ``FEED_KINDS``.
        language: ``en``, ``zh`` or ``both``; None leaves it out, which means English.
    """
    path = f"/calendar/{FEED_KINDS[kind]}/{slug}.ics"
    return f"{path}?lang={language}" if language else path


def personal_feed(token: str) -> str:
    """Return the path of a personal feed."""
    return f"/calendar/my/{token}.ics"


def own_data(token: str, language: str) -> str:
    """Return the path of the page on which somebody gets or erases their own data."""
    return f"/{language}/my-data/{token}"


def address_change(token: str, language: str) -> str:
    """Return the path of the page on which somebody confirms a new mail address."""
    return f"/{language}/confirm-address/{token}"


def invitation(token: str, language: str) -> str:
    """Return the path of a delegation's invitation."""
    return f"/{language}/invitation/{token}"


def speaker(token: str, language: str) -> str:
    """Return the path of a speaker's own page."""
    return f"/{language}/speaker/{token}"


def preview(token: str, language: str) -> str:
    """Return the path under which an unpublished event is shown to those who approve it."""
    return f"/{language}/preview/{token}"


def registration(token: str, language: str) -> str:
    """Return the path of a participant's own registration."""
    return f"/{language}/my/{token}"


def sign_in_link(token: str, language: str) -> str:
    """Return the path of a sign-in link from a mail."""
    return f"/{language}/sign-in/{token}"


def password_reset(token: str, language: str) -> str:
    """Return the path of a link to set a new password."""
    return f"/{language}/account/password/{token}"


def delegation(public_id: str, language: str) -> str:
    """Return the path of a delegation's desk."""
    return f"/{language}/delegation/{public_id}"


def organised_event(slug: str, language: str) -> str:
    """Return the path of an event at the organiser's desk."""
    return f"/{language}/organise/events/{slug}"


def account(language: str) -> str:
    """Return the path of one's own account."""
    return f"/{language}/account/"


def unsubscribe(token: str, language: str) -> str:
    """Return the path of the page on which somebody chooses which mail to get."""
    return f"/{language}/unsubscribe/{token}"


def unsubscribe_at_once(token: str) -> str:
    """Return the path to which mail programs post to unsubscribe (RFC 8058)."""
    return f"/unsubscribe/{token}"


def check_in(code: str, language: str) -> str:
    """Return the path that an entry code holds: shown at the door, used by those who work there."""
    return f"/{language}/check-in/code/{code}"
