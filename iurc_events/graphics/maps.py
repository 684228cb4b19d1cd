"""The schematic map: land, meridians an hour apart, dots and arcs. No borders, no names of countries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from typing import Final, Literal

from iurc_events.graphics.projections import PROJECTIONS, Point, View, is_inside, position
from iurc_events.graphics.svg import Palette, attributes, number, picture, text_width

Side = Literal["west", "east", "elsewhere"]

Box = tuple[float, float, float, float]

MOST_LABELS: Final = 12
_BOW: Final = 0.13
_LABEL_SIZE: Final = 14.0


@dataclass(frozen=True, slots=True)
class Dot:
    """A city; with a label its name is written beside it where there is room."""

    lat: float
    lon: float
    side: Side = "elsewhere"
    label: str = ""
    language: str = ""
    is_chosen: bool = False


@dataclass(frozen=True, slots=True)
class Arc:
    """A pair of cities, each as (latitude, longitude); an earlier pair is dashed, a chosen one stronger."""

    start: Point
    end: Point
    is_earlier: bool = False
    is_chosen: bool = False


@dataclass(frozen=True, slots=True)
class Clock:
    """A clock over the meridian of a place: the time, and a line with the place and the day."""

    lat: float
    lon: float
    side: Side
    time: str
    caption: str
    zone: str = ""


def fitting_view(places: Sequence[Point]) -> View:
    """Return the nearest view that shows all places, given as (latitude, longitude)."""
    return "eurasia" if all(is_inside(lat, lon, "eurasia") for lat, lon in places) else "world"


def map_svg(
    dots: Sequence[Dot],
    arcs: Sequence[Arc] = (),
    *,
    view: View,
    title: str,
    description: str = "",
    clocks: Sequence[Clock] = (),
    palette: Palette | None = None,
    unit: float = 1.0,
    name: str = "",
) -> str:
    """Draw the map as SVG.

    Args:
        view: Which part of the earth; cities and pairs outside it are left out.
        palette: Colours written as attributes; None where the style sheet of the page colours the classes.
        unit: Size of dots, lines and letters; 2 where the map is shown at half its width.
        name: Tells apart two equal maps on one page.
    """
    projection = PROJECTIONS[view]
    seen = [dot for dot in dots if is_inside(dot.lat, dot.lon, view)]
    parts = [
        "<path"
        + attributes(class_="map-land", transform="scale(.1)", fill=palette and palette.land, d=_land(view))
        + "/>",
        "<path"
        + attributes(
            class_="map-grid",
            fill="none",
            stroke=palette and palette.grid,
            stroke_width=palette and unit * 0.8,
            d=_meridians(view),
        )
        + "/>",
    ]
    drawn = [arc for arc in arcs if is_inside(*arc.start, view) and is_inside(*arc.end, view)]
    parts += [_arc(arc, view, palette, unit) for arc in sorted(drawn, key=lambda arc: arc.is_chosen)]
    parts += [_dot(dot, view, palette, unit) for dot in seen]
    parts += _labels(seen, clocks, view, palette, unit)
    parts += [_clock(clock, view, palette) for clock in clocks]
    return picture(
        "".join(parts),
        width=projection.width,
        height=projection.height,
        title=title,
        description=description,
        class_=f"map map-{view}",
        name=name,
    )


@cache
def _land(view: View) -> str:
    return (Path(__file__).parent / f"land_{view}.txt").read_text().strip()


@cache
def _meridians(view: View) -> str:
    """Return the path of the meridians, 15° apart: from one to the next the sun needs an hour."""
    projection = PROJECTIONS[view]
    lats = (86, -10) if view == "eurasia" else range(84, -57, -10)
    lines = []
    for turn in range(24):
        lon = projection.west + (15 * turn - projection.west) % 360
        if view == "eurasia" and not -60 <= lon <= 195:
            continue
        points = [projection.project(lat, lon) for lat in lats]
        lines.append("M" + "L".join(f"{number(x)} {number(y)}" for x, y in points))
    return "".join(lines)


def _arc(arc: Arc, view: View, palette: Palette | None, unit: float) -> str:
    (x, y), (to_x, to_y) = position(*arc.start, view), position(*arc.end, view)
    length = ((to_x - x) ** 2 + (to_y - y) ** 2) ** 0.5
    bend_x, bend_y = (x + to_x) / 2, (y + to_y) / 2 - 2 * _BOW * length
    names = ["map-arc"] + ["map-arc-earlier"] * arc.is_earlier + ["map-arc-chosen"] * arc.is_chosen
    return (
        "<path"
        + attributes(
            class_=" ".join(names),
            fill="none",
            stroke=palette and palette.together,
            stroke_width=palette and unit * (2.2 if arc.is_chosen else 1.1),
            stroke_opacity=palette and (None if arc.is_chosen else "0.6"),
            stroke_dasharray=f"{number(5 * unit)} {number(4 * unit)}" if arc.is_earlier else None,
            d=f"M{number(x)} {number(y)}Q{number(bend_x)} {number(bend_y)} {number(to_x)} {number(to_y)}",
        )
        + "/>"
    )


def _dot(dot: Dot, view: View, palette: Palette | None, unit: float) -> str:
    x, y = position(dot.lat, dot.lon, view)
    fill = palette and {"west": palette.west, "east": palette.east, "elsewhere": palette.elsewhere}[dot.side]
    return (
        "<circle"
        + attributes(
            class_=f"map-dot map-dot-{dot.side}",
            cx=x,
            cy=y,
            r=unit * (5.5 if dot.is_chosen else 4.2),
            fill=fill,
            stroke=palette and palette.page,
            stroke_width=palette and unit * 1.4,
        )
        + "/>"
    )


def _labels(
    dots: Sequence[Dot], clocks: Sequence[Clock], view: View, palette: Palette | None, unit: float
) -> list[str]:
    """Write names beside their dots, chosen ones first, where they cover no dot, no clock and no other name."""
    projection = PROJECTIONS[view]
    frame = (4.0, 4.0, projection.width - 4.0, projection.height - 4.0)
    size, gap = _LABEL_SIZE * unit, 8 * unit
    points = [position(dot.lat, dot.lon, view) for dot in dots]
    taken = [(x - gap * 0.6, y - gap * 0.6, x + gap * 0.6, y + gap * 0.6) for x, y in points]
    for clock in clocks:
        x, y = position(clock.lat, clock.lon, view)
        taken += [(x - 90, 0, x + 90, 90), (x - 6, 90, x + 6, y + 6)]
    written: list[str] = []
    for dot in sorted((dot for dot in dots if dot.label), key=lambda dot: not dot.is_chosen):
        if len(written) == MOST_LABELS:
            break
        x, y = position(dot.lat, dot.lon, view)
        width = text_width(dot.label, size)
        places: tuple[tuple[float, float, str], ...] = (
            (x + gap, y + size * 0.36, "start"),
            (x - gap - width, y + size * 0.36, "end"),
            (x - width / 2, y + size * 1.4, "middle"),
            (x - width / 2, y - size * 0.75, "middle"),
        )
        boxes = [(left, base - size * 0.85, left + width, base + size * 0.25) for left, base, _ in places]
        free = [
            index
            for index, box in enumerate(boxes)
            if _holds(frame, box) and not any(_overlap(box, other) for other in taken)
        ]
        if not free:
            continue
        (left, base, anchor), box = places[free[0]], boxes[free[0]]
        taken.append(box)
        anchor_x = {"start": left, "middle": x, "end": left + width}[anchor]
        written.append(
            "<text"
            + attributes(
                class_="map-label",
                x=anchor_x,
                y=base,
                text_anchor=None if anchor == "start" else anchor,
                font_size=size,
                lang=dot.language,
                fill=palette and palette.ink,
                font_family=palette and palette.font,
                font_weight=palette and 700,
            )
            + f">{escape(dot.label, quote=False)}</text>"
        )
    return written


def _holds(frame: Box, box: Box) -> bool:
    return box[0] >= frame[0] and box[1] >= frame[1] and box[2] <= frame[2] and box[3] <= frame[3]


def _overlap(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _clock(clock: Clock, view: View, palette: Palette | None) -> str:
    x, y = position(clock.lat, clock.lon, view)
    colour = palette and {"west": palette.west, "east": palette.east, "elsewhere": palette.elsewhere}[clock.side]
    kind = f"map-clock-{clock.side}"
    shared = {"text_anchor": "middle", "font_family": palette and palette.font}
    line = attributes(class_="map-clock-line", fill="none", stroke=colour, d=f"M{number(x)} 92V{number(y - 5)}")
    ring = attributes(class_="map-clock-ring", cx=x, cy=y, r=5, fill=palette.page if palette else "none", stroke=colour)
    ink, quiet = (palette.ink, palette.quiet) if palette else (None, None)
    time = attributes(class_="map-clock-time", x=x, y=56, font_size=36, data_zone=clock.zone, fill=ink, **shared)
    caption = attributes(class_="map-clock-caption", x=x, y=80, font_size=14, fill=quiet, **shared)
    return (
        f'<g class="map-clock {kind}"><path{line}/><circle{ring}/>'
        f"<text{time}>{escape(clock.time, quote=False)}</text>"
        f"<text{caption}>{escape(clock.caption, quote=False)}</text></g>"
    )
