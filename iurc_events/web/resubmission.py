"""What was typed is kept when the session ended before a form was sent: it is shown again, to be sent once more.

Only a form of this site gets that answer: another site could otherwise put its own words into the page and leave the
last click to the reader (sec-8). Browsers say where a form came from in ``Sec-Fetch-Site`` or ``Origin``.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from flask import g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

#: Never put into a page again.
_SECRET: Final = ("password", "present", "new", "csrf_token")
_LONGEST: Final = 500_000


def is_own_form() -> bool:
    """Tell whether a browser sent a form of this site, with fields."""
    if request.method != "POST" or not request.form:
        return False
    if (site := request.headers.get("Sec-Fetch-Site")) is not None:
        return site == "same-origin"
    origin = urlsplit(request.headers.get("Origin", ""))
    return bool(origin.netloc) and origin.netloc == request.host


def kept_fields() -> list[tuple[str, str]]:
    """Return what was typed, without passwords."""
    return [(name, value) for name, value in request.form.items(multi=True) if name not in _SECRET]


def show_again() -> ResponseReturnValue:
    """Show the page that sends a form once more."""
    fields = kept_fields()
    if sum(len(name) + len(value) for name, value in fields) > _LONGEST:
        fields = []
    return (
        render_template(
            "sign_in/expired.html",
            fields=fields,
            shown=[(name, value) for name, value in fields if value.strip() and len(value) < 2000],
            address=request.full_path.rstrip("?"),
            has_files=bool(request.files),
            is_signed_in=current_user.is_authenticated,
            sign_in_address=url_for("sign_in.show_sign_in", lang=g.get("language", "en")),
        ),
        400 if current_user.is_authenticated else 401,
        {"Cache-Control": "private, no-store"},
    )
