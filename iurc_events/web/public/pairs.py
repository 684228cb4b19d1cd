"""The public list of pairs and the page of each."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Blueprint, g, render_template, request
from flask.typing import ResponseReturnValue

from iurc_events.database import utc_now
from iurc_events.queries import events as event_queries
from iurc_events.queries import pairs as pair_queries
from iurc_events.web.access import public
from iurc_events.web.presentation.events import event_row
from iurc_events.web.presentation.paging import paging_view
from iurc_events.web.presentation.places import PairView, map_of_pairs, pair_view
from iurc_events.web.public.sharing import kept_for_strangers

blueprint = Blueprint("public_pairs", __name__, url_prefix="/<any(en,zh):lang>/pairs")
PER_PAGE = 10


@blueprint.get("/")
@public
@kept_for_strangers
def list_pairs() -> ResponseReturnValue:
    """Show all pairs by the programme in which they work, those between Europe and China on the map."""
    pairs = pair_queries.list_pairs()
    groups: dict[str, tuple[str, list[PairView]]] = {}
    for pair in sorted(
        pairs, key=lambda pair: max((phase.period[0] for phase in pair.phases), default=""), reverse=True
    ):
        view = pair_view(pair, g.language)
        name, period = view.phases[0] if view.phases else ("", "")
        groups.setdefault(name, (period, []))[1].append(view)
    drawn = [pair for pair in pairs if {"EU", "China"} <= {city.side for city in pair.cities}]
    return render_template(
        "public_pairs/list.html",
        groups=[(name, period, views) for name, (period, views) in groups.items()],
        map=map_of_pairs(drawn, g.language) if drawn else None,
        total=len(pairs),
    )


@blueprint.get("/<slug>")
@public
@kept_for_strangers
def show_pair(slug: str) -> ResponseReturnValue:
    """Show a pair: its cities on the map, its steps and its events."""
    now = utc_now()
    pair = pair_queries.get_pair(slug)
    page = min(max(request.args.get("page", 1, type=int), 1), 100_000)
    events, total = event_queries.list_events_of("pair", pair.id, now=now, page=page, per_page=PER_PAGE)
    return render_template(
        "public_pairs/show.html",
        pair=pair_view(pair, g.language),
        sources=pair.sources,
        map=map_of_pairs([pair], g.language),
        rows=[event_row(event, g.language, now) for event in events],
        total=total,
        pages=paging_view(page=page, per_page=PER_PAGE, total=total, path=request.path),
        subscribe_href=f"/{g.language}/calendars/?{urlencode({'kind': 'pair', 'id': pair.slug})}",
    )
