"""The home page: what the programme is, where, when, and what comes next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape

from flask import Blueprint, g, render_template
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from iurc_events import addresses
from iurc_events.database import utc_now
from iurc_events.domain.clock_texts import ReferenceZone, short_date, zones_of_programme
from iurc_events.domain.language_maps import LanguageMap, text_of
from iurc_events.domain.time_slots import zone
from iurc_events.graphics.maps import Clock, Side
from iurc_events.models.programmes import DEFAULT_ZONES
from iurc_events.queries import home as home_queries
from iurc_events.queries import pairs as pair_queries
from iurc_events.queries import themes as theme_queries
from iurc_events.queries.events import ListedEvent
from iurc_events.queries.home import DotOfCity, MainProgramme
from iurc_events.queries.pairs import ListedPair
from iurc_events.web.access import public
from iurc_events.web.localisation import ngettext
from iurc_events.web.presentation.counts import CountView, qualifier_word, reported_counts
from iurc_events.web.presentation.events import EventRow, event_row
from iurc_events.web.presentation.places import arcs_of, dot_of, schematic_map
from iurc_events.web.presentation.times import instant_view
from iurc_events.web.public.sharing import kept_for_strangers

blueprint = Blueprint("home", __name__, url_prefix="/<any(en,zh):lang>")
_COMING = 4
_HELD = 3

_SIDES: dict[str, Side] = {"west": "west", "east": "east"}
#: Where the clocks of the reference zones stand on the map; others have none there.
_MERIDIANS = {"Europe/Brussels": (50.85, 4.35), "Asia/Shanghai": (39.9, 116.4)}


@dataclass(frozen=True, slots=True)
class HeldCard:
    """An event that was held, with what was reported of it."""

    href: str
    date_text: str
    place: str
    title: LanguageMap
    counts: tuple[str, ...]


def _in_one_line(count: CountView) -> str:
    """Return "more than 70 participants", "27 cities and regions", 超过70位参会者."""
    qualifier = "" if count.qualifier == qualifier_word("exactly", g.language) else count.qualifier
    joint = "" if g.language == "zh" else " "
    return joint.join(part for part in (qualifier, count.value_text + count.unit, count.label) if part)


def _held_card(event: ListedEvent, row: EventRow, numbers: Sequence[tuple[str, int, str]]) -> HeldCard:
    return HeldCard(
        href=row.href,
        date_text=row.time.date_short if row.time else "",
        place=row.place,
        title=event.title,
        counts=tuple(_in_one_line(count) for count in reported_counts(numbers, g.language)[:2]),
    )


def _caption(zone_: ReferenceZone, now: datetime, number: int) -> Markup:
    place = escape(text_of(zone_.place_name, g.language) or zone_.zone_name)
    day = escape(short_date(now.astimezone(zone(zone_.zone_name)).date(), g.language))
    joint = "，" if g.language == "zh" else ", "
    return Markup(f'{place}{joint}<tspan id="map-day-{number}">{day}</tspan>')  # noqa: S704  (escaped above)


def _map_with_clocks(
    cities: Sequence[DotOfCity], pairs: Sequence[ListedPair], zones: Sequence[ReferenceZone], now: datetime
) -> Markup:
    """Return the kept map with the time of now written into its clocks, bound to the script that lets them go."""
    language = g.language
    named = {city.id: city for pair in pairs for city in pair.cities}
    dots = [
        dot_of(city.name, city.side, city.lat, city.lon, language, is_named=not pair_is_earlier)
        for city, pair_is_earlier in _cities_of(pairs)
    ]
    dots += [dot_of(city.name, city.side, city.lat, city.lon, language) for city in cities if city.id not in named]
    arcs = [arc for pair in pairs for arc in arcs_of(pair)]
    clocks = []
    for number, each in enumerate(zones):
        if each.zone_name in _MERIDIANS:
            side = _SIDES.get(each.side, "elsewhere")
            lat, lon = _MERIDIANS[each.zone_name]
            clocks.append(Clock(lat, lon, side, f"[[time {number}]]", f"[[caption {number}]]", f"[[zone {number}]]"))
    kept = str(schematic_map(dots, arcs, language, description=_description(pairs), clocks=clocks))
    for number, each in enumerate(zones):
        bound = f'{each.zone_name}" data-module="live-clock" data-language="{language}" data-date-id="map-day-{number}'
        kept = (
            kept.replace(f"[[zone {number}]]", bound)
            .replace(f"[[time {number}]]", f"{now.astimezone(zone(each.zone_name)):%H:%M}")
            .replace(f"[[caption {number}]]", _caption(each, now, number))
        )
    return Markup(kept)  # noqa: S704  (our own drawing, its texts escaped)


def _cities_of(pairs: Sequence[ListedPair]) -> list[tuple[DotOfCity, bool]]:
    """Return each city of some pairs once, and whether it is in earlier pairs alone."""
    found: dict[int, tuple[DotOfCity, bool]] = {}
    for pair in pairs:
        for city in pair.cities:
            is_earlier = pair.is_earlier and found.get(city.id, (None, True))[1]
            found[city.id] = (DotOfCity(city.id, city.name, city.side, city.lat, city.lon), is_earlier)
    return list(found.values())


def _description(pairs: Sequence[ListedPair]) -> str:
    return ngettext(
        "%(num)s pair of cities; the list of pairs names them",
        "%(num)s pairs of cities; the list of pairs names them",
        len(pairs),
    )


def _zones_of(programme: MainProgramme | None) -> tuple[ReferenceZone, ...]:
    return zones_of_programme(programme.reference_zones if programme else DEFAULT_ZONES)


@blueprint.get("/")
@public
@kept_for_strangers
def show_home() -> ResponseReturnValue:
    """Show the promise, the map with both clocks, what comes, what was held, and the themes."""
    now = utc_now()
    language = g.language
    programme = home_queries.find_main_programme(now)
    zones = _zones_of(programme)
    coming_count = programme.coming_count if programme else 0
    listed = home_queries.list_coming(now, _COMING) if coming_count else home_queries.list_latest(now, _COMING)
    held = home_queries.list_held(_HELD)
    reported = home_queries.list_reported([event.id for event in held])
    cities = home_queries.list_cities_of_programme(programme.id) if programme else []
    pairs = [pair for pair in pair_queries.list_pairs() if {"EU", "China"} <= {city.side for city in pair.cities}]
    return render_template(
        "home/show.html",
        programme=programme,
        sides={side: sum(1 for city in cities if city.side == side) for side in ("EU", "China")},
        now_clocks=instant_view(now, zones, language),
        map=_map_with_clocks(cities, pairs, zones, now),
        pair_count=len(pairs),
        rows=[event_row(event, language, now) for event in listed],
        coming_count=coming_count,
        held=[_held_card(event, event_row(event, language, now), reported[event.id]) for event in held],
        themes=[(addresses.theme(slug, language), name) for slug, name in theme_queries.list_theme_names()],
    )
