"""What the people of an event need: totals and names by kind, for its organisers alone."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template, request
from flask.typing import ResponseReturnValue

from iurc_events.database import utc_now
from iurc_events.domain.needs import last_day_kept
from iurc_events.permissions import Permission
from iurc_events.queries import needs as need_queries
from iurc_events.queries.organised_events import get_event_organised_by
from iurc_events.services import count_files, need_files
from iurc_events.services.count_files import FileKind
from iurc_events.web.access import requires, signed_in_user
from iurc_events.web.localisation import current_language
from iurc_events.web.presentation.needs import kind_views

blueprint = Blueprint("organiser_needs", __name__)


@blueprint.get("/<any(en,zh):lang>/organise/events/<slug>/needs")
@requires(Permission.SEE_PARTICIPANTS)
def show_needs(slug: str) -> ResponseReturnValue:
    """Show the needs of an event by kind; ``?as=csv`` or ``?as=xlsx`` gives a file."""
    event = get_event_organised_by(signed_in_user(), slug)
    language = current_language()
    found = need_queries.list_needs(event.id)
    last_day = last_day_kept(event.last_day, utc_now().date()).isoformat() if event.last_day else ""
    kind: FileKind | None = "csv" if request.args.get("as") == "csv" else None
    kind = "xlsx" if request.args.get("as") == "xlsx" else kind
    if kind:
        content = need_files.needs_file(found, language, kind, deleted_after=last_day)
        response = Response(content, content_type=count_files.CONTENT_TYPES[kind])
        response.headers.set("Content-Disposition", "attachment", filename=f"needs-{event.slug}.{kind}")
    else:
        page = render_template(
            "organiser_needs/list.html",
            event=event,
            tab="participants",
            kinds=kind_views(found, event.asks_for, language),
            count=len(found),
            last_day=last_day,
        )
        response = make_response(page)
    response.headers["Cache-Control"] = "private, no-store"
    return response
