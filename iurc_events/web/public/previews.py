"""An unpublished event for those who approve it: a link that expires, swapped for a cookie on first use."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, session, url_for
from flask.typing import ResponseReturnValue

from iurc_events.database import db
from iurc_events.models.events import Event
from iurc_events.services import tokens
from iurc_events.web.access import by_token
from iurc_events.web.public.events import render_event

blueprint = Blueprint("event_previews", __name__, url_prefix="/<any(en,zh):lang>/preview")
_COOKIE_KEY = "previews"


@blueprint.get("/<token>")
@by_token
def open_preview(token: str) -> ResponseReturnValue:
    """Swap a preview link for an entry of the session; the token leaves the address bar."""
    found = tokens.find_valid("preview", token)
    if found is None or found.event_id is None:
        abort(404)
    event = db.session.get(Event, found.event_id)
    if event is None or event.deleted_at is not None:
        abort(404)
    session[_COOKIE_KEY] = {**session.get(_COOKIE_KEY, {}), event.slug: token}
    return redirect(url_for(".show_preview", slug=event.slug), code=303)


@blueprint.get("/events/<slug>")
@by_token
def show_preview(slug: str) -> ResponseReturnValue:
    """Show the event as it would be published, as long as the link lives."""
    token = session.get(_COOKIE_KEY, {}).get(slug)
    found = tokens.find_valid("preview", token) if token else None
    event = db.session.get(Event, found.event_id) if found and found.event_id else None
    if event is None or event.slug != slug or event.deleted_at is not None:
        abort(404)
    return render_event(event, is_preview=True)
