"""What pages show of cities and pairs: names in both languages, phases, and the map of those taking part."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from markupsafe import Markup

from iurc_events import addresses
from iurc_events.domain.clock_texts import date_range, month_range
from iurc_events.domain.language_maps import LanguageMap, LocalText, localised, text_of
from iurc_events.domain.time_slots import InvalidTimeSlotError, Precision, TimeSlot
from iurc_events.graphics.maps import Arc, Clock, Dot, Side, fitting_view, map_svg
from iurc_events.graphics.projections import Point
from iurc_events.localisation import noop, translate
from iurc_events.queries.cities import ListedCity
from iurc_events.queries.pairs import ListedPair
from iurc_events.web.kept_pages import kept_pages
from iurc_events.web.presentation.agendas import CityLink
from iurc_events.web.presentation.vocabulary import label

_MAP_SIDES: dict[str, Side] = {"EU": "west", "China": "east"}
_MILESTONES = {
    "awards": noop("Awards"),
    "kick-off": noop("Kick-off meeting"),
    "working-session": noop("Working session"),
    "study-visit": noop("Study visit"),
    "mou": noop("Memorandum of understanding"),
    "roadmap": noop("Cooperation roadmap"),
    "enterprise-agreement": noop("Enterprise agreement"),
    "pilot-project": noop("Pilot project"),
    "joint-institution": noop("Joint institution"),
}


@lru_cache(maxsize=512)
def country_name(code: str, language: str) -> str:
    """Return the name of a country or region by its ISO 3166 code, or the code where there is no name."""
    from babel import Locale  # read once per process, kept out of the start

    names = Locale.parse("zh_Hans" if language == "zh" else "en").territories
    return str(names.get(code, code))


def period_words(period: tuple[str, str], language: str) -> str:
    """Return "2017–2020", "since 2021" or nothing."""
    first, last = period
    if not first:
        return ""
    return f"{first}–{last}" if last else translate(noop("since %(year)s"), language, year=first)


def date_words(day: str, language: str) -> str:
    """Return a day, month or year as exactly as it is written."""
    if len(day) < 7:
        return f"{day}年" if language == "zh" and day else day
    precision = Precision.MONTH if len(day) == 7 else Precision.DAY
    try:
        slot = TimeSlot("UTC", precision, day, day)
    except InvalidTimeSlotError:
        return day
    words = month_range if precision is Precision.MONTH else date_range
    return words(slot.first_day, slot.last_day, language)


def pair_name(names: Sequence[LanguageMap]) -> LanguageMap:
    """Return the name of a pair out of the names of its cities, in order."""
    return {
        language: joint.join(text_of(name, language) for name in names)
        for language, joint in (("en", "–"), ("zh", "—"))
    }


@dataclass(frozen=True, slots=True)
class MilestoneLine:
    """A step of a pair."""

    date_iso: str
    date_text: str
    kind: str
    text: LocalText | None


@dataclass(frozen=True, slots=True)
class PairView:
    """A pair as pages show it."""

    href: str
    name: LanguageMap
    topic: LanguageMap | None
    cities: tuple[CityLink, ...]
    phases: tuple[tuple[str, str], ...]
    periods: str
    milestones: tuple[MilestoneLine, ...]
    event_count: int
    is_earlier: bool


def city_link(slug: str, name: LanguageMap, side: str, language: str) -> CityLink:
    """Return a city as a chip."""
    found = localised(name, language)
    return CityLink(
        name=found.text if found else slug,
        side=side,
        href=addresses.city(slug, language),
        language=found.language if found and found.is_fallback else "",
    )


def pair_view(pair: ListedPair, language: str, *, without_city: int | None = None) -> PairView:
    """Turn a pair into what pages show.

    Args:
        without_city: The city on whose page the pair stands: its name is left out of the pair's.
    """
    others = [city for city in pair.cities if city.id != without_city]
    periods = dict.fromkeys(period_words(phase.period, language) for phase in pair.phases)
    return PairView(
        href=addresses.pair(pair.slug, language),
        name=pair_name([city.name for city in others]),
        topic=pair.topic,
        cities=tuple(city_link(city.slug, city.name, city.side, language) for city in pair.cities),
        phases=tuple((text_of(phase.name, language), period_words(phase.period, language)) for phase in pair.phases),
        periods=translate(noop(", "), language).join(filter(None, periods)),
        milestones=tuple(
            MilestoneLine(
                date_iso=step.date,
                date_text=date_words(step.date, language),
                kind=translate(_MILESTONES[step.kind], language) if step.kind in _MILESTONES else "",
                text=localised(step.text, language),
            )
            for step in pair.milestones
        ),
        event_count=pair.event_count,
        is_earlier=pair.is_earlier,
    )


@dataclass(frozen=True, slots=True)
class CityView:
    """A city as lists show it."""

    href: str
    name: LanguageMap
    side: str
    kind: str
    country: str
    phases: tuple[tuple[str, str], ...]
    part_of: CityLink | None
    event_count: int


def city_view(city: ListedCity, language: str) -> CityView:
    """Turn a listed city into a row."""
    return CityView(
        href=addresses.city(city.slug, language),
        name=city.name,
        side=city.side,
        kind=label("city_kind", city.kind, language),
        country=country_name(city.country, language),
        phases=tuple((text_of(phase.name, language), period_words(phase.period, language)) for phase in city.phases),
        part_of=city_link(*city.part_of, "", language) if city.part_of else None,
        event_count=city.event_count,
    )


def sorted_cities(cities: Iterable[ListedCity], language: str) -> list[ListedCity]:
    """Sort cities as readers of a language look for them: by pinyin in Chinese."""
    return sorted(cities, key=lambda city: (city.sort_keys.get(language) or text_of(city.name, language), city.slug))


def arcs_of(pair: ListedPair, *, is_chosen: bool = False) -> list[Arc]:
    """Return the lines of a pair: from each western to each eastern city, else from the first to the others."""
    west = [city for city in pair.cities if city.side == "EU"]
    east = [city for city in pair.cities if city.side == "China"]
    ends = [(a, b) for a in west for b in east] or [(pair.cities[0], city) for city in pair.cities[1:]]
    return [
        Arc((a.lat, a.lon), (b.lat, b.lon), is_earlier=pair.is_earlier, is_chosen=is_chosen and not pair.is_earlier)
        for a, b in ends
    ]


def dot_of(
    name: LanguageMap,
    side: str,
    lat: float,
    lon: float,
    language: str,
    *,
    is_named: bool = False,
    is_chosen: bool = False,
) -> Dot:
    """Return the dot of a city, with its name where it may be written."""
    found = localised(name, language) if is_named else None
    return Dot(
        lat,
        lon,
        _MAP_SIDES.get(side, "elsewhere"),
        label=found.text if found else "",
        language=("zh-Hans" if found.language == "zh" else found.language) if found and found.is_fallback else "",
        is_chosen=is_chosen,
    )


def schematic_map(
    dots: Sequence[Dot],
    arcs: Sequence[Arc],
    language: str,
    *,
    description: str = "",
    clocks: Sequence[Clock] = (),
    unit: float = 1.0,
) -> Markup:
    """Draw a map once per content and keep it; it is marked as schematic."""
    places: list[Point] = [(dot.lat, dot.lon) for dot in dots]
    view = fitting_view(places) if places else "eurasia"
    title = translate(noop("Schematic map"), language)

    def draw() -> str:
        return map_svg(dots, arcs, view=view, title=title, description=description, clocks=clocks, unit=unit)

    return kept_pages.get_or_render(("map", tuple(dots), tuple(arcs), tuple(clocks), language, description, unit), draw)


def map_of_pairs(pairs: Sequence[ListedPair], language: str, *, chosen_city: int | None = None) -> Markup:
    """Draw some pairs with all their cities named."""
    cities = {city.id: city for pair in pairs for city in pair.cities}
    dots = [
        dot_of(city.name, city.side, city.lat, city.lon, language, is_named=True, is_chosen=city.id == chosen_city)
        for city in cities.values()
    ]
    arcs = [arc for pair in pairs for arc in arcs_of(pair, is_chosen=chosen_city is not None or len(pairs) == 1)]
    joint = translate(noop("; "), language)
    return schematic_map(
        dots,
        arcs,
        language,
        description=joint.join(text_of(pair_name([city.name for city in pair.cities]), language) for pair in pairs),
    )
