"""Error pages: what went wrong, and what to do next; never a stack trace."""

from __future__ import annotations

import logging

from flask import Flask, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException, InternalServerError

from iurc_events.database import db
from iurc_events.domain.errors import BusyError, DomainError, ForbiddenError, NotFoundError
from iurc_events.localisation import LANGUAGES, translate
from iurc_events.web import resubmission
from iurc_events.web.localisation import preferred_language

logger = logging.getLogger(__name__)
_PAGES = {400, 403, 404, 410, 413, 422, 429, 500, 503}


def message_of(error: DomainError) -> str:
    """Return an error's sentence in the page's language."""
    return translate(error.message, g.get("language", "en"), **error.params)


def show_error(code: int, message: str | None = None) -> ResponseReturnValue:
    """Render the page of a status code."""
    if not g.get("language"):
        first = request.path.split("/")[1] if "/" in request.path else ""
        g.language = first if first in LANGUAGES else preferred_language()
    page = code if code in _PAGES else (400 if code < 500 else 500)
    headers = {"Retry-After": "5"} if code == 503 else {}
    return render_template(f"errors/{page}.html", message=message), code, headers


def init_app(app: Flask) -> None:
    """Add the error pages."""

    @app.errorhandler(HTTPException)
    def handle_http(error: HTTPException) -> ResponseReturnValue:
        if error.code is None or error.code < 400:
            return error
        return show_error(error.code)

    @app.errorhandler(CSRFError)
    def handle_csrf(_error: CSRFError) -> ResponseReturnValue:
        if resubmission.is_own_form():
            return resubmission.show_again()
        return show_error(
            400,
            translate(
                "The page was open too long. Go back, load it again and send once more.", g.get("language", "en")
            ),
        )

    @app.errorhandler(NotFoundError)
    def handle_not_found(_error: NotFoundError) -> ResponseReturnValue:
        return show_error(404)

    @app.errorhandler(ForbiddenError)
    def handle_forbidden(error: ForbiddenError) -> ResponseReturnValue:
        return show_error(403, message_of(error))

    @app.errorhandler(DomainError)
    def handle_domain(error: DomainError) -> ResponseReturnValue:
        return show_error(422, message_of(error))

    @app.errorhandler(BusyError)
    def handle_busy(error: BusyError) -> ResponseReturnValue:
        return show_error(503, message_of(error))

    @app.errorhandler(OperationalError)
    def handle_database(error: OperationalError) -> ResponseReturnValue:
        logger.error("database refused: %s", type(error.orig).__name__)
        db.session.rollback()
        return show_error(503)

    @app.errorhandler(InternalServerError)
    def handle_crash(_error: InternalServerError) -> ResponseReturnValue:
        db.session.rollback()
        return show_error(500)
