"""Turn Natural Earth's land into the path files that the maps draw; run by hand when the outline changes.

``npm pack world-atlas@2.0.2``, unpack, then ``python -m iurc_events.graphics.make_land PATH_OF_PACKAGE``.
Natural Earth is in the public domain; world-atlas (ISC) packs it as TopoJSON.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from iurc_events.graphics.projections import PROJECTIONS, Point, Projection, View

#: File of world-atlas, part of the earth (degrees), tolerance of the outline and least area of an island (units).
_SOURCES: Final[dict[View, tuple[str, tuple[float, float, float, float], float, float]]] = {
    "eurasia": ("land-50m.json", (-60, -20, 195, 86), 0.5, 5.0),
    "world": ("land-110m.json", (-169, -57, 191, 84), 0.3, 2.0),
}
_MARGIN: Final = 12
_STEP: Final = 3.0
_SEAM: Final = 0.4


def read_rings(path: Path) -> Iterator[list[Point]]:
    """Yield the rings of a TopoJSON land file as (longitude, latitude)."""
    topology: dict[str, Any] = json.loads(path.read_text())
    (scale_x, scale_y), (move_x, move_y) = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs: list[list[Point]] = []
    for deltas in topology["arcs"]:
        x = y = 0
        arc: list[Point] = []
        for step_x, step_y in deltas:
            x, y = x + step_x, y + step_y
            arc.append((x * scale_x + move_x, y * scale_y + move_y))
        arcs.append(arc)
    for geometry in topology["objects"]["land"]["geometries"]:
        polygons = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
        for polygon in polygons:
            for indexes in polygon:
                ring: list[Point] = []
                for index in indexes:
                    arc = arcs[index] if index >= 0 else arcs[~index][::-1]
                    ring.extend(arc[1:] if ring else arc)
                yield ring


def unroll(ring: Sequence[Point]) -> list[Point]:
    """Make longitudes run on without jumps, so that a ring across ±180° stays one piece."""
    unrolled = [ring[0]]
    for lon, lat in ring[1:]:
        last = unrolled[-1][0]
        unrolled.append((lon + 360 * round((last - lon) / 360), lat))
    return unrolled


def clip(ring: Sequence[Point], axis: int, limit: float, keep_above: bool) -> list[Point]:
    """Cut a ring at one straight line (Sutherland and Hodgman, 1974)."""

    def inside(point: Point) -> bool:
        return point[axis] >= limit if keep_above else point[axis] <= limit

    kept: list[Point] = []
    for start, end in zip(ring, [*ring[1:], ring[0]], strict=True):
        if inside(start):
            kept.append(start)
        if inside(start) != inside(end):
            share = (limit - start[axis]) / (end[axis] - start[axis])
            kept.append((start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1])))
    return kept


def clip_to_box(ring: Sequence[Point], box: tuple[float, float, float, float]) -> list[Point]:
    """Cut a ring at the four sides of a box (left, bottom, right, top)."""
    kept = list(ring)
    for axis, limit, keep_above in ((0, box[0], True), (1, box[1], True), (0, box[2], False), (1, box[3], False)):
        kept = clip(kept, axis, limit, keep_above) if kept else kept
    return kept


def densify(ring: Sequence[Point]) -> list[Point]:
    """Add points to long edges, which the projection bends."""
    dense: list[Point] = []
    for (x, y), (to_x, to_y) in zip(ring, [*ring[1:], ring[0]], strict=True):
        steps = max(1, int(max(abs(to_x - x), abs(to_y - y)) / _STEP))
        dense.extend((x + (to_x - x) * i / steps, y + (to_y - y) * i / steps) for i in range(steps))
    return dense


def simplify(line: Sequence[Point], tolerance: float) -> list[Point]:
    """Leave out points that lie nearer than the tolerance to the line without them (Douglas and Peucker, 1973)."""
    kept = {0, len(line) - 1}
    stack = [(0, len(line) - 1)]
    while stack:
        first, last = stack.pop()
        (ax, ay), (bx, by) = line[first], line[last]
        length = ((bx - ax) ** 2 + (by - ay) ** 2) ** 0.5
        farthest, distance = first, 0.0
        for i in range(first + 1, last):
            x, y = line[i]
            away = (
                abs((bx - ax) * (ay - y) - (ax - x) * (by - ay)) / length
                if length > 0.01
                else ((x - ax) ** 2 + (y - ay) ** 2) ** 0.5
            )
            if away > distance:
                farthest, distance = i, away
        if distance > tolerance:
            kept.add(farthest)
            stack += [(first, farthest), (farthest, last)]
    return [line[i] for i in sorted(kept)]


def area(ring: Sequence[Point]) -> float:
    """Return the area inside a ring."""
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, [*ring[1:], ring[0]], strict=True))) / 2


def write_path(rings: Sequence[Sequence[Point]]) -> str:
    """Write rings as SVG path data in tenths of a unit, each step relative to the last."""
    parts: list[str] = []
    for ring in rings:
        points = [(round(x * 10), round(y * 10)) for x, y in ring]
        text, (x, y) = f"M{points[0][0]} {points[0][1]}l", points[0]
        steps: list[str] = []
        for to_x, to_y in points[1:]:
            if (to_x, to_y) != (x, y):
                steps.append(f"{to_x - x}{'' if to_y < y else ' '}{to_y - y}")
            x, y = to_x, to_y
        if len(steps) >= 2:
            parts.append(text + steps[0] + "".join(s if s.startswith("-") else " " + s for s in steps[1:]) + "z")
    return "".join(parts)


def outline(
    rings: Sequence[Sequence[Point]],
    projection: Projection,
    box: tuple[float, float, float, float],
    tolerance: float,
    least_area: float,
) -> str:
    """Return the path of the land that a projection shows."""
    frame = (-_MARGIN, -_MARGIN, projection.width + _MARGIN, projection.height + _MARGIN)

    def project(point: Point) -> Point:
        return projection.project(point[1], point[0])

    drawn: list[list[Point]] = []
    for ring in rings:
        # Rings end at ±180°; a little overlap hides the seam between the two halves of Chukotka.
        whole = [(lon + _SEAM if lon > 179.99 else lon, lat) for lon, lat in unroll(ring)]
        for turn in (-360, 0, 360):
            piece = clip_to_box([(lon + turn, lat) for lon, lat in whole], box)
            if len(piece) < 3:
                continue
            flat = clip_to_box([project(point) for point in densify(piece)], frame)
            if len(flat) < 3 or area(flat) < least_area:
                continue
            half = len(flat) // 2
            line = simplify(flat[: half + 1], tolerance)[:-1] + simplify([*flat[half:], flat[0]], tolerance)[:-1]
            if len(line) >= 3:
                drawn.append(line)
    return write_path(drawn)


def main(package: Path) -> None:
    """Write one path file for each view beside this module."""
    for view, (file, box, tolerance, least_area) in _SOURCES.items():
        path = outline(list(read_rings(package / file)), PROJECTIONS[view], box, tolerance, least_area)
        (Path(__file__).parent / f"land_{view}.txt").write_text(path + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
