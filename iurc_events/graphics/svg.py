"""Small pieces that all our SVG pictures share."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from html import escape
from typing import Final


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours for a picture that no style sheet of a page reaches, such as one in a PDF."""

    land: str = "#F0EEF3"
    grid: str = "#DCD8E2"
    west: str = "#1F5A8E"
    east: str = "#A5471B"
    elsewhere: str = "#686173"
    together: str = "#6B2C5C"
    ink: str = "#1E1A24"
    quiet: str = "#686173"
    line: str = "#87808F"
    page: str = "#FFFFFF"
    # No blanks after the commas: WeasyPrint 70 takes them for a part of the name.
    font: str = "'Noto Sans','Noto Sans SC','Noto Sans CJK SC',sans-serif"


#: Colours of the light theme, for paper.
PAPER: Final = Palette()


def number(value: float) -> str:
    """Write a number with at most one decimal."""
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def attributes(**values: object) -> str:
    """Write attributes; ``class_`` means class, an underscore a hyphen; None and empty values are left out."""
    written = []
    for name, value in values.items():
        if value is None or value == "":
            continue
        text = number(value) if isinstance(value, float) else str(value)
        name = name.rstrip("_").replace("_", "-")
        written.append(f' {name}="{escape(text)}"')
    return "".join(written)


def text_width(text: str, size: float) -> float:
    """Estimate how wide a text is: a Han character is as wide as it is high, a Latin one a good half."""
    return sum(1.0 if ord(character) > 0x2E7F else 0.58 for character in text) * size


def picture(
    body: str, *, width: float, height: float, title: str, description: str, class_: str, name: str = ""
) -> str:
    """Wrap shapes as one picture with a name and a description for readers of the page (WCAG 2.2 SC 1.1.1).

    Args:
        name: Tells apart two equal pictures on one page.
    """
    key = sha256("\0".join((name, title, description, class_, body)).encode()).hexdigest()[:8]
    described = f'<desc id="d{key}">{escape(description, quote=False)}</desc>' if description else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="{escape(class_)}" '
        f'viewBox="0 0 {number(width)} {number(height)}" role="img" '
        f'aria-labelledby="t{key}"' + (f' aria-describedby="d{key}"' if description else "") + ">"
        f'<title id="t{key}">{escape(title, quote=False)}</title>{described}{body}</svg>'
    )
