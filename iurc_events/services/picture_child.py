"""The child process of services/pictures.py: one untrusted picture or PDF in, one clean JPEG out (sec-7, sec-13).

Run by path and alone, so that it starts in a tenth of a second: ``python -P picture_child.py photo X Y`` or ``… page``,
bytes on standard input, JPEG on standard output. Exit code 3: the file cannot be read; 4: it is too large.
"""

from __future__ import annotations

import io
import resource
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image as PillowImage

MOST_MEMORY = 1536 * 1024**2
MOST_SECONDS = 20
MOST_PIXELS = 40_000_000
PHOTO_SIDE = 800
PAGE_WIDTH = 640
UNREADABLE = 3
TOO_LARGE = 4


class TooLargeError(Exception):
    """More pixels than allowed."""


def _jpeg(image: PillowImage.Image, quality: int) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality, optimize=True)  # a fresh file: no EXIF, XMP, ICC or comment goes with it
    return out.getvalue()


def photo(data: bytes, focus_x: float, focus_y: float) -> bytes:
    """Turn a picture upright, crop it square around a focus and write it anew, at most 800 pixels wide.

    Args:
        focus_x: From 0 (left) to 1 (right), of the upright picture.
        focus_y: From 0 (top) to 1 (bottom).
    """
    from PIL import Image, ImageOps  # one of two libraries is needed

    Image.MAX_IMAGE_PIXELS = None  # counted below, before anything is decoded
    with Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "WEBP")) as opened:
        if opened.width * opened.height > MOST_PIXELS:
            raise TooLargeError
        opened.draft("RGB", (PHOTO_SIDE * 2, PHOTO_SIDE * 2))  # JPEG alone: decodes at a smaller scale
        upright = ImageOps.exif_transpose(opened)
    if upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info:
        layer = upright.convert("RGBA")
        image = Image.new("RGB", layer.size, "white")
        image.paste(layer, mask=layer.getchannel("A"))
    else:
        image = upright.convert("RGB")
    side = min(image.size)
    left = min(max(round(focus_x * image.width - side / 2), 0), image.width - side)
    top = min(max(round(focus_y * image.height - side / 2), 0), image.height - side)
    square = image.crop((left, top, left + side, top + side))
    if side > PHOTO_SIDE:
        square = square.resize((PHOTO_SIDE, PHOTO_SIDE), Image.Resampling.LANCZOS)
    clean = Image.new("RGB", square.size)
    clean.paste(square)
    return _jpeg(clean, 85)


def small(data: bytes, side: int) -> bytes:
    """Make a small copy of a photo of our own."""
    from PIL import Image  # one of two libraries is needed

    with Image.open(io.BytesIO(data), formats=("JPEG",)) as opened:
        image = opened.convert("RGB").resize((side, side), Image.Resampling.LANCZOS)
    return _jpeg(image, 80)


def first_page(data: bytes) -> bytes:
    """Draw the first page of a PDF, at most 640 pixels wide and 1,280 high."""
    import pypdfium2  # one of two libraries is needed

    document = pypdfium2.PdfDocument(data)
    page = document[0]
    width, height = page.get_size()
    if not (width > 0 and height > 0):
        raise ValueError("a page without a size")
    image = page.render(scale=min(PAGE_WIDTH / width, 2 * PAGE_WIDTH / height)).to_pil().convert("RGB")
    return _jpeg(image, 80)


def main() -> int:
    """Do what the command line asks, within the limits of the process."""
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    if sys.platform == "linux":  # elsewhere the limit does not hold, or stops the start
        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    task, *arguments = sys.argv[1:]
    data = sys.stdin.buffer.read()
    try:
        if task == "photo":
            out = photo(data, float(arguments[0]), float(arguments[1]))
        elif task == "small":
            out = small(data, int(arguments[0]))
        else:
            out = first_page(data)
    except TooLargeError:
        return TOO_LARGE
    except Exception as error:  # whatever a parser says of a stranger's file
        print(type(error).__name__, file=sys.stderr)
        return UNREADABLE
    sys.stdout.buffer.write(out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
