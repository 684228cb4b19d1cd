"""What becomes of uploaded photos and slides, and what is refused."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from PIL import Image

from iurc_events.services import pictures
from iurc_events.services.pictures import FileRefusedError
from tests import uploads


def corners(data: bytes) -> tuple[str, str]:
    """Name the colours at the top and at the bottom."""
    image = Image.open(io.BytesIO(data)).convert("RGB")
    found = []
    for y in (10, image.height - 10):
        red, _green, blue = image.getpixel((image.width // 2, y))  # type: ignore[misc]  # three bands
        found.append("red" if red > blue else "blue")
    return found[0], found[1]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_photo_becomes_a_square_jpeg_without_metadata(kind: str) -> None:
    photo, small = pictures.make_photo(uploads.picture(kind), focus_x=0.5, focus_y=0.5)

    image, tiny = Image.open(io.BytesIO(photo)), Image.open(io.BytesIO(small))
    assert (image.format, image.size, tiny.size) == ("JPEG", (800, 800), (128, 128))
    assert (dict(image.getexif()), sorted(set(image.info) - {"jfif", "jfif_version", "jfif_unit", "jfif_density"})) == (
        {},
        [],
    )
    assert [mark in photo + small for mark in (b"Probe", b"Exif", b"ICC_PROFILE", b"xap")] == [False] * 4


@pytest.mark.parametrize(
    ("focus_y", "expected"), [(0.0, ("red", "red")), (0.5, ("red", "blue")), (1.0, ("blue", "blue"))]
)
def test_photo_keeps_what_was_chosen_when_it_is_tall(focus_y: float, expected: tuple[str, str]) -> None:
    photo, _small = pictures.make_photo(uploads.picture(size=(500, 1000)), focus_x=0.5, focus_y=focus_y)
    assert corners(photo) == expected
    assert Image.open(io.BytesIO(photo)).size == (500, 500)


def test_photo_is_turned_upright_when_the_camera_says_so() -> None:
    photo, _small = pictures.make_photo(uploads.picture(orientation=3), focus_x=0.5, focus_y=0.5)
    assert corners(photo) == ("blue", "red")


def png_bomb() -> bytes:
    """Return a PNG of 50,000 by 50,000 pixels in a few bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "Choose a photo first"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "This is a HEIC photo"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "This is no photo of a kind we take"),
        (b"GIF89a" + b"\0" * 100, "This is no photo of a kind we take"),
        (b"\xff\xd8\xff\xe0" + b"\0" * 100, "This photo cannot be read"),
        (uploads.picture()[:3000], "This photo cannot be read"),
        (b"\xff\xd8\xff" + b"\0" * 8 * 1024**2, "This photo is larger than 8 MB"),
        (png_bomb(), "This picture has more than 40 million pixels"),
    ],
)
def test_photo_is_refused_with_the_reason(data: bytes, sentence: str) -> None:
    with pytest.raises(FileRefusedError) as refused:
        pictures.make_photo(data, focus_x=0.5, focus_y=0.5)
    assert str(refused.value)[: len(sentence)] == sentence


def test_slides_are_known_by_content_and_a_pdf_gets_a_picture() -> None:
    kind, preview = pictures.check_slides(uploads.pdf())
    assert preview
    assert (kind, Image.open(io.BytesIO(preview)).size) == (pictures.PDF, (640, 360))
    assert pictures.check_slides(uploads.pptx()) == (pictures.PPTX, None)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "Choose your slides first"),
        (b"%PDF-1.7 and nothing more", "This PDF cannot be read"),
        (b"PK\x03\x04 broken", "This file is damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "This is an old PowerPoint file"),
        (b"<html><script>alert(1)</script>", "These are no slides of a kind we take"),
        (uploads.pptx("ppt/vbaProject.bin"), "This presentation holds macros"),
        (uploads.pptx("ppt/media/a", unpacked=2 * 1024**3), "This file grows too large"),
        (b"PK\x05\x06" + b"\0" * 18, "These are no slides of a kind we take"),
    ],
)
def test_slides_are_refused_with_the_reason(data: bytes, sentence: str) -> None:
    with pytest.raises(FileRefusedError) as refused:
        pictures.check_slides(data)
    assert str(refused.value)[: len(sentence)] == sentence
