"""What an organiser chooses from in forms: cities, pairs, themes, each in a few questions to the database."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from iurc_events.database import db
from iurc_events.domain.language_maps import text_of
from iurc_events.models.cities import City, CityPair
from iurc_events.models.programmes import Programme, Theme


@dataclass(frozen=True, slots=True)
class EventChoices:
    """Keys and names, sorted for the reader; cities by zone for the choice of a clock."""

    cities: tuple[tuple[int, str], ...]
    pairs: tuple[tuple[int, str], ...]
    themes: tuple[tuple[int, str], ...]
    zones: dict[str, list[str]]
    reference: tuple[tuple[str, str], ...]


def list_choices(programmes: list[Programme], language: str) -> EventChoices:
    """Return what events of some programmes may refer to; cities of the programmes come first."""
    keys = {programme.id for programme in programmes}
    cities = list(db.session.scalars(select(City)))

    def is_own(city: City) -> bool:
        return any(each.programme_id in keys for each in city.programmes)

    cities.sort(key=lambda city: (not is_own(city), city.sort_keys.get(language) or text_of(city.name, language)))
    zones: dict[str, list[str]] = {}
    for city in cities:
        if is_own(city):
            zones.setdefault(city.time_zone, []).append(text_of(city.name, language))
    joint = "—" if language == "zh" else "–"
    pairs = [
        (pair.id, joint.join(text_of(each.city.name, language) for each in pair.cities))
        for pair in db.session.scalars(select(CityPair).order_by(CityPair.position, CityPair.id))
    ]
    themes = db.session.scalars(select(Theme).order_by(Theme.position, Theme.id))
    reference: dict[str, str] = {}
    for programme in programmes:
        for each in programme.reference_zones:
            reference.setdefault(each["zone"], text_of(each["place"], language))
    return EventChoices(
        cities=tuple((city.id, text_of(city.name, language)) for city in cities),
        pairs=tuple(pairs),
        themes=tuple((theme.id, text_of(theme.name, language)) for theme in themes),
        zones=zones,
        reference=tuple(reference.items()),
    )
