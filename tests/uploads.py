"""Files as people upload them, made in the test."""

from __future__ import annotations

import io
import struct
import zipfile

import pypdfium2
from PIL import Image, ImageDraw


def picture(kind: str = "JPEG", size: tuple[int, int] = (1200, 1600), *, orientation: int | None = None) -> bytes:
    """Return a picture, red above and blue below, with a place and a camera in its EXIF where it may have them."""
    image = Image.new("RGB", size, "blue")
    ImageDraw.Draw(image).rectangle((0, 0, size[0], size[1] // 2), fill="red")
    exif = Image.Exif()
    exif[0x010F] = "Probe Camera"
    exif[0x8825] = {1: "N", 2: (50.0, 51.0, 0.0)}
    if orientation:
        exif[0x0112] = orientation
    out = io.BytesIO()
    image.save(out, kind, exif=exif, **({"comment": b"Probe comment"} if kind == "JPEG" else {}))
    return out.getvalue()


def pdf(pages: int = 2) -> bytes:
    """Return a PDF with empty pages."""
    document = pypdfium2.PdfDocument.new()
    for _page in range(pages):
        document.new_page(960, 540)
    out = io.BytesIO()
    document.save(out)
    document.close()
    return out.getvalue()


def pptx(*more: str, unpacked: int | None = None) -> bytes:
    """Return what is a PPTX by its parts.

    Args:
        unpacked: Bytes that the last part claims to have when it is unpacked.
    """
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("[Content_Types].xml", "ppt/presentation.xml", *more):
            archive.writestr(zipfile.ZipInfo(name), b"0" * 10)  # always the same day, so always the same bytes
    data = bytearray(out.getvalue())
    if unpacked is not None:
        struct.pack_into("<I", data, data.rindex(b"PK\x01\x02") + 24, unpacked)
    return bytes(data)
