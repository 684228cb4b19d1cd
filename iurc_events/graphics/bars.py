"""Horizontal bars: one colour, the value written at the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final, Literal

from iurc_events.graphics.svg import Palette, attributes, number, picture, text_width

_ROW: Final = 36.0
_BAR: Final = 20.0
_SIZE: Final = 13.0
_POINT: Final = 7.0


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar.

    Args:
        value: Length of the bar; None where the figure is not stated.
        text: What stands at its end, such as "more than 70" or "not stated".
        is_open_ended: The true number lies to the right ("more than", "at least"): the end is pointed.
    """

    label: str
    value: float | None
    text: str
    is_open_ended: bool = False
    side: Literal["together", "west", "east"] = "together"


def bars_svg(
    bars: Sequence[Bar],
    *,
    title: str,
    description: str = "",
    width: float = 660.0,
    palette: Palette | None = None,
    language: str = "",
    name: str = "",
) -> str:
    """Draw bars from a common axis at zero; a table with the same numbers belongs beneath.

    Args:
        palette: Colours written as attributes; None where the style sheet of the page colours the classes.
        language: Language of the labels when it is not that of the page.
    """
    longest = max((text_width(bar.label, _SIZE) for bar in bars), default=0.0)
    axis = min(longest + 14, width * 0.4)
    room = width - axis - max((text_width(bar.text, _SIZE) for bar in bars), default=0.0) - 24
    most = max((bar.value or 0.0 for bar in bars), default=0.0)
    parts = []
    for index, bar in enumerate(bars):
        top = 6 + index * _ROW
        parts.append(_label(bar, axis, top, palette, language))
        length = room * bar.value / most if bar.value is not None and most else 0.0
        parts.append(_shape(bar, axis, length, top, palette))
        parts.append(
            "<text"
            + attributes(
                class_="bar-value" if bar.value is not None else "bar-value bar-unknown",
                x=axis + length + 10,
                y=top + _BAR / 2 + 4.5,
                font_size=_SIZE,
                fill=palette and (palette.ink if bar.value is not None else palette.quiet),
                font_weight=700 if palette and bar.value is not None else None,
                font_family=palette and palette.font,
            )
            + f">{escape(bar.text, quote=False)}</text>"
        )
    height = 12 + _ROW * len(bars) - (_ROW - _BAR)
    parts.append(
        "<path"
        + attributes(
            class_="bar-axis", fill="none", stroke=palette and palette.line, d=f"M{number(axis)} 0V{number(height)}"
        )
        + "/>"
    )
    return picture(
        "".join(parts), width=width, height=height, title=title, description=description, class_="bars", name=name
    )


def _shape(bar: Bar, axis: float, length: float, top: float, palette: Palette | None) -> str:
    """Draw one bar; where nothing is stated, a dashed start alone."""
    if bar.value is None:
        return (
            "<path"
            + attributes(
                class_="bar-unknown-start",
                fill="none",
                stroke=palette and palette.line,
                stroke_dasharray="3 3",
                d=f"M{number(axis + 3)} {number(top)}v{number(_BAR)}",
            )
            + "/>"
        )
    point = min(_POINT, length) if bar.is_open_ended else 0.0
    straight = length - point
    end = f"l{number(point)} {number(_BAR / 2)}l-{number(point)} {number(_BAR / 2)}" if point else f"v{number(_BAR)}"
    fill = palette and {"together": palette.together, "west": palette.west, "east": palette.east}[bar.side]
    d = f"M{number(axis)} {number(top)}h{number(straight)}{end}H{number(axis)}z"
    return "<path" + attributes(class_=f"bar bar-{bar.side}", fill=fill, d=d) + "/>"


def _label(bar: Bar, axis: float, top: float, palette: Palette | None, language: str) -> str:
    """Write the label, in two lines where one does not hold it."""
    lines = _wrap(bar.label, axis - 10)
    first = top + _BAR / 2 + 4.5 - (len(lines) - 1) * _SIZE * 0.6
    spans = "".join(
        f'<tspan x="0" y="{number(first + i * _SIZE * 1.2)}">{escape(line, quote=False)}</tspan>'
        for i, line in enumerate(lines)
    )
    return (
        "<text"
        + attributes(
            class_="bar-label",
            font_size=_SIZE,
            lang=language,
            fill=palette and palette.ink,
            font_family=palette and palette.font,
        )
        + f">{spans}</text>"
    )


def _wrap(text: str, width: float) -> list[str]:
    """Break a text into at most two lines; what does not fit the second ends in an ellipsis."""
    if text_width(text, _SIZE) <= width:
        return [text]
    cut = _fitting(text, width)
    space = text.rfind(" ", 0, cut + 1)
    cut = space if space > 0 else cut
    rest = text[cut:].strip()
    if text_width(rest, _SIZE) > width:
        rest = rest[: _fitting(rest, width - _SIZE)].rstrip() + "…"
    return [text[:cut].rstrip(), rest]


def _fitting(text: str, width: float) -> int:
    count = len(text)
    while count > 1 and text_width(text[:count], _SIZE) > width:
        count -= 1
    return count
