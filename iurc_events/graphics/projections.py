"""How places of the earth become points of a picture."""

from __future__ import annotations

from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt
from typing import Final, Literal, Protocol

View = Literal["eurasia", "world"]
Point = tuple[float, float]


class Projection(Protocol):
    """Turns degrees into units of the picture; x grows to the right, y downwards."""

    @property
    def width(self) -> int:
        """Width of the picture."""

    @property
    def height(self) -> int:
        """Height of the picture."""

    @property
    def west(self) -> float:
        """First longitude of the picture, where the earth is cut open; the picture ends 360° east of it."""

    def project(self, lat: float, lon: float) -> Point:
        """Return the point of a place; ``lon`` is within 360° east of ``west``."""


@dataclass(frozen=True, slots=True)
class Conic:
    """Equidistant conic projection (J. P. Snyder, Map Projections: A Working Manual, 1987, chapter 16).

    Meridians are straight and meet in one point; the parallels ``south`` and ``north`` keep their length.
    """

    width: int
    height: int
    middle: float
    south: float
    north: float
    scale: float
    origin: Point

    @property
    def west(self) -> float:
        """First longitude of the picture."""
        return self.middle - 180

    def project(self, lat: float, lon: float) -> Point:
        """Return the point of a place."""
        south, north = radians(self.south), radians(self.north)
        cone = (cos(south) - cos(north)) / (north - south)
        radius = cos(south) / cone + south - radians(lat)
        angle = cone * radians(lon - self.middle)
        return self.origin[0] + self.scale * radius * sin(angle), self.origin[1] + self.scale * radius * cos(angle)


_A1, _A2, _A3, _A4 = 1.340264, -0.081106, 0.000893, 0.003796


@dataclass(frozen=True, slots=True)
class EqualEarth:
    """Equal Earth projection (B. Šavrič, T. Patterson, B. Jenny, 2018): whole earth, areas true."""

    width: int
    height: int
    middle: float
    scale: float
    origin: Point

    @property
    def west(self) -> float:
        """First longitude of the picture."""
        return self.middle - 180

    def project(self, lat: float, lon: float) -> Point:
        """Return the point of a place."""
        t = asin(sqrt(3) / 2 * sin(radians(lat)))
        slope = 9 * _A4 * t**8 + 7 * _A3 * t**6 + 3 * _A2 * t**2 + _A1
        x = 2 * sqrt(3) * radians(lon - self.middle) * cos(t) / (3 * slope)
        y = _A4 * t**9 + _A3 * t**7 + _A2 * t**3 + _A1 * t
        return self.origin[0] + self.scale * x, self.origin[1] - self.scale * y


PROJECTIONS: Final[dict[View, Projection]] = {
    "eurasia": Conic(width=1440, height=520, middle=50, south=20, north=60, scale=685.5, origin=(655.5, -396.5)),
    "world": EqualEarth(width=1440, height=620, middle=11, scale=266, origin=(720, 352)),
}


def position(lat: float, lon: float, view: View) -> Point:
    """Return where a place lies in a view, in units of its picture, rounded to tenths.

    Args:
        lat: Degrees north.
        lon: Degrees east, -180 to 180.
    """
    projection = PROJECTIONS[view]
    turned = projection.west + (lon - projection.west) % 360
    x, y = projection.project(lat, turned)
    return round(x, 1), round(y, 1)


def is_inside(lat: float, lon: float, view: View) -> bool:
    """Tell whether a place lies inside the frame of a view."""
    projection = PROJECTIONS[view]
    x, y = position(lat, lon, view)
    return 0 <= x <= projection.width and 0 <= y <= projection.height
