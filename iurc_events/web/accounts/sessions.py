"""Beginning and ending a session, and where people go then."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import session, url_for
from flask_login import login_user

from iurc_events.domain.vocabulary import RoleName
from iurc_events.models.accounts import User
from iurc_events.services.invitations import note_sign_in
from iurc_events.web.localisation import current_language


def begin_session(user: User) -> None:
    """Sign somebody in; the session is made anew, so that nobody knows it from before (sec-12)."""
    session.clear()
    session.permanent = True
    if user.has_role(RoleName.DELEGATE):
        note_sign_in(user.id)
    login_user(user)


def end_session() -> None:
    """Forget everything about a visitor."""
    session.clear()


def safe_path(wanted: str | None) -> str | None:
    """Return a path of this site to go on to, or None: never another site (sec-9)."""
    if not wanted or len(wanted) > 2000:
        return None
    if not wanted.startswith("/") or wanted.startswith(("//", "/\\")):
        return None
    if any(character <= " " or character in "\\\x7f" for character in wanted):
        return None
    try:
        parts = urlsplit(wanted)
    except ValueError:
        return None
    return None if parts.scheme or parts.netloc else wanted


def desk_path(user: User) -> str:
    """Return the page where somebody's work begins."""
    language = current_language()
    if user.has_role(RoleName.ADMINISTRATOR) or user.has_role(RoleName.ORGANISER):
        return f"/{language}/organise/"
    if user.has_role(RoleName.DELEGATE):
        return f"/{language}/delegation/"
    if user.has_role(RoleName.CHECK_IN):
        return f"/{language}/check-in/"
    return url_for("account.show_account")
