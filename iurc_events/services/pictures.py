"""Pictures and slides that people upload: known by their content, decoded in a child process with limits (sec-7)."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Final

from iurc_events.domain.errors import DomainError
from iurc_events.localisation import noop
from iurc_events.services import picture_child

MOST_PHOTO_BYTES: Final = 8 * 1024**2
MOST_SLIDES_BYTES: Final = 50 * 1024**2
#: Width and height of the photo beside a name.
SMALL_SIDE: Final = 128
PDF: Final = "application/pdf"
PPTX: Final = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
JPEG: Final = "image/jpeg"
#: A presentation has so many parts and grows to so many bytes at most when it is unpacked.
_MOST_PARTS: Final = 20_000
_MOST_UNPACKED: Final = 1024**3
_TIMEOUT: Final = 30.0
_HEIC: Final = frozenset((b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif", b"avis"))


class FileRefusedError(DomainError):
    """The file is of a kind or size that is not taken."""


def _child(data: bytes, *arguments: str) -> bytes:
    environment = {name: value for name in ("PATH", "LD_LIBRARY_PATH", "PYTHONPATH") if (value := os.environ.get(name))}
    child = subprocess.run(  # noqa: S603  (our own file)
        [sys.executable, "-P", str(Path(picture_child.__file__)), *arguments],
        input=data,
        capture_output=True,
        timeout=_TIMEOUT,
        env=environment,
        check=False,
    )
    if child.returncode == picture_child.TOO_LARGE:
        raise FileRefusedError(noop("This picture has more than 40 million pixels. Make it smaller and try again"))
    if child.returncode != 0 or not child.stdout:
        raise ValueError("not readable")
    return child.stdout


def make_photo(data: bytes, *, focus_x: float, focus_y: float) -> tuple[bytes, bytes]:
    """Return a square photo of at most 800 pixels and its small copy, both without any metadata.

    Args:
        focus_x: From 0 (left) to 1 (right), of the picture held upright.
        focus_y: From 0 (top) to 1 (bottom).

    Raises:
        FileRefusedError: If it is no JPEG, PNG or WebP picture, too large, or cannot be read.
    """
    if not data:
        raise FileRefusedError(noop("Choose a photo first"))
    if len(data) > MOST_PHOTO_BYTES:
        raise FileRefusedError(noop("This photo is larger than 8 MB. Make it smaller and try again"))
    if data[4:8] == b"ftyp" and data[8:12] in _HEIC:
        raise FileRefusedError(
            noop(
                "This is a HEIC photo, which browsers cannot show. On an iPhone choose Settings, Camera, Formats, Most "
                "Compatible, or send yourself the photo as JPEG, and choose it again"
            )
        )
    is_webp = data[:4] == b"RIFF" and data[8:12] == b"WEBP"
    if not (is_webp or data.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"))):
        raise FileRefusedError(noop("This is no photo of a kind we take: choose a JPEG, PNG or WebP file"))
    try:
        photo = _child(data, "photo", f"{focus_x:.4f}", f"{focus_y:.4f}")
        return photo, _child(photo, "small", str(SMALL_SIDE))
    except (ValueError, subprocess.TimeoutExpired) as error:
        raise FileRefusedError(noop("This photo cannot be read. Save it as JPEG and try again")) from error


def check_slides(data: bytes) -> tuple[str, bytes | None]:
    """Return the content type of a deck, and a picture of the first page where it is a PDF.

    Raises:
        FileRefusedError: If it is neither PDF nor PPTX, too large, or cannot be read.
    """
    if not data:
        raise FileRefusedError(noop("Choose your slides first"))
    if len(data) > MOST_SLIDES_BYTES:
        raise FileRefusedError(noop("This file is larger than 50 MB. Make its pictures smaller and try again"))
    if data.startswith(b"%PDF-"):
        try:
            return PDF, _child(data, "page")
        except (ValueError, subprocess.TimeoutExpired) as error:
            raise FileRefusedError(
                noop("This PDF cannot be read. If it has a password, save it without one and try again")
            ) from error
    if data.startswith(b"PK\x03\x04"):
        _check_presentation(data)
        return PPTX, None
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise FileRefusedError(
            noop("This is an old PowerPoint file, or one with a password. Save it as PPTX or PDF and try again")
        )
    raise FileRefusedError(noop("These are no slides of a kind we take: choose a PDF or PPTX file"))


def _check_presentation(data: bytes) -> None:
    """Look at the list of parts alone; nothing is unpacked here."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError) as error:
        raise FileRefusedError(noop("This file is damaged. Save it again and try once more")) from error
    names = {part.filename.lower() for part in parts}
    if not {"[content_types].xml", "ppt/presentation.xml"} <= names:
        raise FileRefusedError(noop("These are no slides of a kind we take: choose a PDF or PPTX file"))
    if any(name.endswith("vbaproject.bin") for name in names):
        raise FileRefusedError(noop("This presentation holds macros. Save it as PPTX without them and try again"))
    if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > _MOST_UNPACKED:
        raise FileRefusedError(noop("This file grows too large when it is opened. Make its pictures smaller"))
