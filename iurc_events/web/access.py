"""Who may open which page: every view says so, or the tests fail (sec-1)."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from flask import abort, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.local import LocalProxy

from iurc_events.models.accounts import User
from iurc_events.permissions import Permission, is_granted
from iurc_events.services import audit
from iurc_events.web import resubmission

P = ParamSpec("P")
R = TypeVar("R")

PUBLIC = "public"


def signed_in_user() -> User:
    """Return the user of this request; only for views that require a permission."""
    user = current_user
    found = user._get_current_object() if isinstance(user, LocalProxy) else user
    assert isinstance(found, User)
    return found


def requires(permission: Permission) -> Callable[[Callable[P, ResponseReturnValue]], Callable[P, ResponseReturnValue]]:
    """Open a view to those who have a permission.

    Who is not signed in is sent to the sign-in page and comes back; who lacks the permission gets 404, and the refusal
    is written into the audit log.
    """

    def decorate(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
        @functools.wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
            if not current_user.is_authenticated:
                if resubmission.is_own_form():
                    return resubmission.show_again()  # the session ended while the form was open
                here = request.full_path.rstrip("?") if request.method == "GET" else request.path
                return redirect(url_for("sign_in.show_sign_in", lang=g.language, next=here), code=303)
            user = signed_in_user()
            if not is_granted(user, permission):
                audit.record_refusal(permission.value, "route", request.endpoint, actor_id=user.id)
                abort(404)
            return view(*args, **kwargs)

        guarded.required_permission = permission  # type: ignore[attr-defined]  # read by the tests of all routes
        return guarded

    return decorate


def public(view: Callable[P, R]) -> Callable[P, R]:
    """Open a view to everybody."""
    view.required_permission = PUBLIC  # type: ignore[attr-defined]  # read by the tests of all routes
    return view


def by_token(view: Callable[P, R]) -> Callable[P, R]:
    """Open a view to the holder of a personal link; the view itself checks the token."""
    view.required_permission = "token"  # type: ignore[attr-defined]  # read by the tests of all routes
    return view


def permission_of(view: Any) -> Permission | str | None:
    """Return what a view declared, or None where it declared nothing."""
    return getattr(view, "required_permission", None)
