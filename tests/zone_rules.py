"""Other rules of a time zone, as an update of the tzdata package would bring them."""

from __future__ import annotations

import shutil
from pathlib import Path

import tzdata


def write_package(folder: Path, **zones: str) -> Path:
    """Write a tzdata package in which zones have the rules of others; return the folder to put on the path.

    Args:
        zones: Name of a zone with ``__`` for the slash, and whose rules it gets.
    """
    package = folder / "tzdata"
    shutil.copytree(Path(tzdata.__file__).parent, package, ignore=shutil.ignore_patterns("__pycache__"))
    start = package / "__init__.py"
    text = start.read_text("utf-8")
    start.write_text(text.replace(tzdata.IANA_VERSION, "2099z"), "utf-8")
    for name, other in zones.items():
        target = package / "zoneinfo" / name.replace("__", "/")
        target.write_bytes((package / "zoneinfo" / other).read_bytes())
    return folder
