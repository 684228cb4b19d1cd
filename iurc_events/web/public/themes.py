"""The page of each theme, and all themes."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Blueprint, g, render_template, request
from flask.typing import ResponseReturnValue

from iurc_events import addresses
from iurc_events.database import utc_now
from iurc_events.queries import events as event_queries
from iurc_events.queries import themes as theme_queries
from iurc_events.web.access import public
from iurc_events.web.presentation.events import event_row
from iurc_events.web.presentation.paging import paging_view
from iurc_events.web.public.sharing import kept_for_strangers

blueprint = Blueprint("public_themes", __name__, url_prefix="/<any(en,zh):lang>/themes")
PER_PAGE = 10


@blueprint.get("/")
@public
@kept_for_strangers
def list_themes() -> ResponseReturnValue:
    """Show all themes with the number of their events."""
    themes = [(addresses.theme(slug, g.language), name, number) for slug, name, number in theme_queries.list_themes()]
    return render_template("public_themes/list.html", themes=themes)


@blueprint.get("/<slug>")
@public
@kept_for_strangers
def show_theme(slug: str) -> ResponseReturnValue:
    """Show the events of a theme."""
    now = utc_now()
    key, name = theme_queries.get_theme(slug)
    page = min(max(request.args.get("page", 1, type=int), 1), 100_000)
    events, total = event_queries.list_events_of("theme", key, now=now, page=page, per_page=PER_PAGE)
    return render_template(
        "public_themes/show.html",
        name=name,
        rows=[event_row(event, g.language, now) for event in events],
        total=total,
        pages=paging_view(page=page, per_page=PER_PAGE, total=total, path=request.path),
        subscribe_href=f"/{g.language}/calendars/?{urlencode({'kind': 'theme', 'id': slug})}",
    )
