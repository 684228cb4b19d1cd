"""QR codes, for the way from a page or a paper to a phone."""

from __future__ import annotations

from html import escape
from io import BytesIO
from typing import Final

#: White modules around the code (ISO/IEC 18004 §5.3.8 asks for four).
_QUIET: Final = 4


def qr_png(text: str) -> bytes:
    """Draw a text as a QR code in a PNG picture, for mail: many readers show no SVG."""
    import segno  # only mail with a code needs it

    picture = BytesIO()
    segno.make(text, micro=False, error="m").save(picture, kind="png", scale=8, border=_QUIET)
    return picture.getvalue()


def qr_svg(text: str, title: str) -> str:
    """Draw a text as a QR code, black on white in every theme, for scanners read nothing else."""
    import segno  # only pages with a code need it

    code = segno.make(text, micro=False, error="m")
    rows = [bytes(row) for row in code.matrix]
    side = len(rows) + 2 * _QUIET
    runs = []
    for y, row in enumerate(rows):
        x = 0
        while x < len(row):
            end = x
            while end < len(row) and row[end]:
                end += 1
            if end > x:
                runs.append(f"M{x + _QUIET} {y + _QUIET}h{end - x}v1h-{end - x}z")
            x = end + 1
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="qr-code" viewBox="0 0 {side} {side}" role="img" '
        f'shape-rendering="crispEdges"><title>{escape(title, quote=False)}</title>'
        f'<rect width="{side}" height="{side}" fill="#fff"/><path fill="#000" d="{"".join(runs)}"/></svg>'
    )
