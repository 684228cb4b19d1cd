"""The public directory of cities and the page of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Blueprint, g, render_template, request
from flask.typing import ResponseReturnValue

from iurc_events import addresses
from iurc_events.database import utc_now
from iurc_events.domain.clock_texts import ReferenceZone, zones_of_programme
from iurc_events.domain.language_maps import LanguageMap, LocalText, localised, text_of
from iurc_events.models.programmes import DEFAULT_ZONES
from iurc_events.queries import cities as city_queries
from iurc_events.queries import events as event_queries
from iurc_events.queries import pairs as pair_queries
from iurc_events.queries.cities import CityAward
from iurc_events.web.access import public
from iurc_events.web.presentation.agendas import CityLink
from iurc_events.web.presentation.events import event_row
from iurc_events.web.presentation.paging import paging_view
from iurc_events.web.presentation.places import (
    CityView,
    city_link,
    city_view,
    country_name,
    map_of_pairs,
    pair_view,
    period_words,
    sorted_cities,
)
from iurc_events.web.presentation.times import instant_view
from iurc_events.web.presentation.vocabulary import label
from iurc_events.web.public.sharing import kept_for_strangers

blueprint = Blueprint("public_cities", __name__, url_prefix="/<any(en,zh):lang>/cities")
PER_PAGE = 10
_SIDES = ("EU", "China", "other")


@dataclass(frozen=True, slots=True)
class PhaseChoice:
    """A programme by which the directory can be narrowed."""

    href: str
    name: str
    period: str
    count: int
    is_chosen: bool


@blueprint.get("/")
@public
@kept_for_strangers
def list_cities() -> ResponseReturnValue:
    """Show all partners, or those on the list of one programme."""
    language = g.language
    programmes = city_queries.list_programmes()
    asked = request.args.get("programme", "")
    chosen = next((programme for programme in programmes if programme.slug == asked), None)
    cities = sorted_cities(city_queries.list_cities(chosen.slug if chosen else None), language)
    groups: list[tuple[str, str, list[CityView]]] = []
    for side in _SIDES:
        if views := [city_view(city, language) for city in cities if city.side == side]:
            groups.append((side, label("side", side, language), views))
    phases = [
        PhaseChoice(
            href=f"{request.path}?{urlencode({'programme': programme.slug})}",
            name=text_of(programme.name, language),
            period=period_words(programme.period, language),
            count=programme.city_count,
            is_chosen=programme is chosen,
        )
        for programme in programmes
    ]
    return render_template(
        "public_cities/list.html",
        phases=phases,
        chosen=chosen,
        is_ignored=bool(asked) and chosen is None,
        path=request.path,
        groups=groups,
        listed_count=sum(1 for city in cities if city.phases),
        active_count=sum(1 for city in cities if city.event_count),
    )


def _clock_zones(zone_name: str, name: dict[str, str], side: str) -> list[ReferenceZone]:
    """Return the western reference clock and the city's own, or both of the programme beside a third."""
    west, east = zones_of_programme(DEFAULT_ZONES)
    own = ReferenceZone(zone_name, name, {"EU": "west", "China": "east"}.get(side, "other"))  # type: ignore[arg-type]  # a Side
    if side == "EU":
        return [own, east]
    return [west, own] if side == "China" else [own, west, east]


@dataclass(frozen=True, slots=True)
class AwardLine:
    """An award and who received it."""

    name: LanguageMap
    category: LocalText | None
    recipient: CityLink


def _awards_by_event(awards: Sequence[CityAward]) -> list[tuple[str, LanguageMap, list[AwardLine]]]:
    """Return address and title of each event with its awards."""
    groups: dict[str, tuple[LanguageMap, list[AwardLine]]] = {}
    for award in awards:
        recipient = city_link(award.recipient_slug, award.recipient_name, "", g.language)
        line = AwardLine(award.name, localised(award.category, g.language), recipient)
        groups.setdefault(award.event_slug, (award.event_title, []))[1].append(line)
    return [(addresses.event(slug, g.language), title, lines) for slug, (title, lines) in groups.items()]


@blueprint.get("/<slug>")
@public
@kept_for_strangers
def show_city(slug: str) -> ResponseReturnValue:
    """Show a city: its pairs on the map, its events, what it achieved."""
    now = utc_now()
    language = g.language
    city = city_queries.get_city(slug)
    pairs = pair_queries.list_pairs_of_city(city.id)
    page = min(max(request.args.get("page", 1, type=int), 1), 100_000)
    events, total = event_queries.list_events_of("city", city.id, now=now, page=page, per_page=PER_PAGE)
    aliases = [
        (tag, alias)
        for tag, spellings in city.aliases.items()
        for alias in spellings
        if alias not in city.name.values()
    ]
    return render_template(
        "public_cities/show.html",
        city=city,
        kind=label("city_kind", city.kind, language),
        country=country_name(city.country, language),
        phases=[(text_of(phase.name, language), period_words(phase.period, language)) for phase in city.phases],
        clocks=instant_view(now, _clock_zones(city.time_zone, city.name, city.side), language),
        part_of=city_link(*city.part_of, city.side, language) if city.part_of else None,
        parts=[city_link(part_slug, name, city.side, language) for part_slug, name in city_queries.list_parts(city.id)],
        aliases=aliases,
        pairs=[pair_view(pair, language, without_city=city.id) for pair in pairs],
        partner_count=len({other.id for pair in pairs for other in pair.cities} - {city.id}),
        map=map_of_pairs(pairs, language, chosen_city=city.id) if pairs else None,
        rows=[event_row(event, language, now) for event in events],
        total=total,
        pages=paging_view(page=page, per_page=PER_PAGE, total=total, path=request.path),
        awards=_awards_by_event(city_queries.list_awards(city.id)),
        subscribe_href=f"/{language}/calendars/?{urlencode({'kind': 'city', 'id': city.slug})}",
    )
