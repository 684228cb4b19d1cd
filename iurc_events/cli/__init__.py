"""The command line: ``iurc-events COMMAND``, and the same commands under ``flask --app app``.

Every module of this package that has a ``COMMANDS`` tuple adds its commands; a new group of commands is a new file.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

import click
from flask import Flask


def commands() -> Iterator[click.Command]:
    """Go through the commands of all modules of this package."""
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda module: module.name):
        yield from getattr(importlib.import_module(f"{__name__}.{module.name}"), "COMMANDS", ())


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def main() -> None:
    """IURC Events: events of a city-to-city cooperation programme."""


for _command in commands():
    main.add_command(_command)


def init_app(app: Flask) -> None:
    """Offer the same commands under ``flask``."""
    for command in main.commands.values():
        app.cli.add_command(command)
