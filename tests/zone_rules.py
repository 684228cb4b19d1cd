"""Other rules of a time zone, as an update of the tzdata package would bring them."""

from __future__ import annotations

import functools
import importlib
import shutil
import sys
import zoneinfo
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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


def _forget_zones() -> None:
    """Forget what this process knows of zones, as a process that starts anew would."""
    for name in [name for name in sys.modules if name == "tzdata" or name.startswith("tzdata.")]:
        del sys.modules[name]
    importlib.invalidate_caches()
    zoneinfo.ZoneInfo.clear_cache()
    for name, module in list(sys.modules.items()):
        if name.startswith("iurc_events"):
            for value in list(vars(module).values()):
                if isinstance(value, functools._lru_cache_wrapper):
                    value.cache_clear()
            if hasattr(module, "tzdata"):
                module.tzdata = importlib.import_module("tzdata")  # type: ignore[attr-defined]  # it is bound there


@contextmanager
def using_package() -> Iterator[Callable[[Path], None]]:
    """Let this process take its rules from a folder of :func:`write_package` from some moment on, until the end."""
    folders: list[str] = []

    def swap(folder: Path) -> None:
        folders.append(str(folder))
        sys.path.insert(0, str(folder))
        _forget_zones()

    try:
        yield swap
    finally:
        for folder in folders:
            sys.path.remove(folder)
        _forget_zones()
