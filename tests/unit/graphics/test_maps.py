"""The schematic map."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from iurc_events.graphics.maps import Arc, Clock, Dot, fitting_view, map_svg
from iurc_events.graphics.projections import PROJECTIONS, View, is_inside, position
from iurc_events.graphics.svg import PAPER

SVG = "{http://www.w3.org/2000/svg}"
MANNHEIM = Dot(49.49, 8.47, "west", "Mannheim", "en")
YANGZHOU = Dot(32.39, 119.42, "east", "Yangzhou 扬州", "en", is_chosen=True)
BRISBANE = Dot(-27.47, 153.03, "elsewhere", "Brisbane", "en")
LAND = Path(__file__).resolve().parents[3] / "iurc_events" / "graphics"


def parse(svg: str) -> ET.Element:
    return ET.fromstring(svg)  # noqa: S314 our own picture


def texts(svg: str) -> list[str]:
    return [element.text or "" for element in parse(svg).iter(f"{SVG}text")]


def test_map_has_no_text_but_names_of_its_cities():
    svg = map_svg([MANNHEIM, YANGZHOU], view="eurasia", title="Pairs", description="Two cities")
    assert texts(svg) == ["Yangzhou 扬州", "Mannheim"]


def test_map_has_name_and_description_for_readers():
    root = parse(map_svg([], view="eurasia", title="Pairs <1>", description="Ten & more"))
    title, description = root[0], root[1]
    assert (root.get("role"), title.tag, title.text, description.text) == (
        "img",
        f"{SVG}title",
        "Pairs <1>",
        "Ten & more",
    )
    assert (root.get("aria-labelledby"), root.get("aria-describedby")) == (title.get("id"), description.get("id"))


def test_maps_on_one_page_have_different_ids():
    svgs = [map_svg([MANNHEIM], view="eurasia", title="Pairs", name=name) for name in ("a", "b")]
    assert len({parse(svg)[0].get("id") for svg in svgs}) == 2


def test_map_carries_no_inline_style_and_no_colour_without_palette():
    svg = map_svg([MANNHEIM], [Arc((49.49, 8.47), (32.39, 119.42))], view="eurasia", title="Pairs")
    assert re.findall(r"style|<script|#[0-9A-Fa-f]{6}", svg) == []


def test_map_writes_colours_for_paper():
    svg = map_svg([MANNHEIM, YANGZHOU], view="eurasia", title="Pairs", palette=PAPER)
    fills = [dot.get("fill") for dot in parse(svg).iter(f"{SVG}circle")]
    assert fills == [PAPER.west, PAPER.east]


def test_map_labels_at_most_twelve_and_chosen_first():
    dots = [Dot(36 + i % 5 * 5, -8 + i * 6, "west", f"C{i}", "en", is_chosen=i == 19) for i in range(20)]
    written = texts(map_svg(dots, view="eurasia", title="Many"))
    assert (len(written), written[0]) == (12, "C19")


def test_map_leaves_out_cities_and_pairs_outside_the_view():
    arcs = [Arc((49.49, 8.47), (-27.47, 153.03)), Arc((49.49, 8.47), (32.39, 119.42), is_earlier=True)]
    root = parse(map_svg([MANNHEIM, BRISBANE], arcs, view="eurasia", title="Pairs"))
    assert len(list(root.iter(f"{SVG}circle"))) == 1
    assert [path.get("class") for path in root.iter(f"{SVG}path")] == [
        "map-land",
        "map-grid",
        "map-arc map-arc-earlier",
    ]


def test_clocks_stand_over_their_place():
    clock = Clock(50.85, 4.35, "west", "10:24", "Brussels, Mon 6 March", "Europe/Brussels")
    root = parse(map_svg([], view="eurasia", title="Now", clocks=[clock]))
    time = next(root.iter(f"{SVG}text"))
    assert (time.text, time.get("data-zone"), float(time.get("x", "0"))) == (
        "10:24",
        "Europe/Brussels",
        position(50.85, 4.35, "eurasia")[0],
    )


@pytest.mark.parametrize(
    ("places", "view"),
    [
        ([(49.49, 8.47), (22.54, 114.06)], "eurasia"),
        ([(49.49, 8.47), (-27.47, 153.03)], "world"),
        ([(39.1, -94.58)], "world"),
        ([], "eurasia"),
    ],
)
def test_fitting_view_is_the_nearest_that_shows_all(places: list[tuple[float, float]], view: View):
    assert fitting_view(places) == view


def test_whole_programme_fits_the_world():
    cities = json.loads((Path(__file__).resolve().parents[3] / "iurc_events/data/cities.json").read_text())["cities"]
    assert [c["id"] for c in cities if c["lat"] is not None and not is_inside(c["lat"], c["lon"], "world")] == []


@pytest.mark.parametrize("view", ["eurasia", "world"])
def test_land_is_small_and_stays_in_its_frame(view: View):
    path = (LAND / f"land_{view}.txt").read_text()
    assert len(gzip.compress(path.encode())) <= 20_000
    projection, x, y, outside = PROJECTIONS[view], 0, 0, 0
    for command, numbers in re.findall(r"([Ml])([^Mlz]+)", path):
        values = [int(number) for number in re.findall(r"-?\d+", numbers)]
        for step_x, step_y in zip(values[::2], values[1::2], strict=True):
            x, y = (step_x, step_y) if command == "M" else (x + step_x, y + step_y)
            outside += not (-130 <= x <= projection.width * 10 + 130 and -130 <= y <= projection.height * 10 + 130)
    assert outside == 0


def test_no_edge_of_land_crosses_the_picture():
    """Rings across ±180° must not draw bands."""
    path = (LAND / "land_world.txt").read_text()
    steps = [
        abs(int(number)) for numbers in re.findall(r"l([^Mlz]+)", path) for number in re.findall(r"-?\d+", numbers)[::2]
    ]
    assert max(steps) < 1500
