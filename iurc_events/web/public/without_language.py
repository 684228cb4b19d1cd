"""Addresses of public pages written without a language lead to the page in the reader's own."""

from __future__ import annotations

from urllib.parse import quote

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from iurc_events.web.access import public
from iurc_events.web.localisation import preferred_language

blueprint = Blueprint("without_language", __name__)


@blueprint.get("/<any(about,accessibility,'personal-data',privacy):section>")
@blueprint.get("/<any(events,cities,pairs,themes,calendars):section>/")
@blueprint.get("/<any(events,cities,pairs,themes,calendars):section>/<path:rest>")
@public
def choose_language(section: str, rest: str | None = None) -> ResponseReturnValue:
    """Lead to the same page in the language that the browser asks for, the query kept."""
    path = f"/{preferred_language()}{quote(request.path)}"
    query = request.query_string.decode("ascii", "ignore")
    response = redirect(f"{path}?{query}" if query else path, code=302)
    response.vary.add("Accept-Language")
    return response
