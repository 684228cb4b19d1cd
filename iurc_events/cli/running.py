"""What all commands share: the application around them, and how refusals are told."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, ParamSpec, TypeVar

import click
from flask import Flask, has_app_context
from flask.cli import ScriptInfo
from sqlalchemy.exc import DBAPIError, OperationalError, ProgrammingError

from iurc_events.config import ConfigurationError
from iurc_events.domain.errors import DomainError

P = ParamSpec("P")
R = TypeVar("R")


class Refused(click.ClickException):
    """The command did not do what was asked: reasons on standard error, exit status 1."""

    exit_code = 1

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the reasons as they are, a line each."""
        click.echo(self.message, err=True)


def load_app() -> Flask:
    """Return the application: flask's own, or one made from the environment.

    Raises:
        Refused: If the environment does not make a working installation.
    """
    from iurc_events import create_app  # the application offers these commands itself: not while it is imported

    context = click.get_current_context(silent=True)
    info = context.find_object(ScriptInfo) if context else None
    try:
        return info.load_app() if info is not None else create_app()
    except ConfigurationError as error:
        raise Refused(str(error)) from error


def with_app(function: Callable[P, R]) -> Callable[P, R]:
    """Run a command inside the application; what the product refuses ends with status 1 and the reason."""

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            if has_app_context():
                return function(*args, **kwargs)
            with load_app().app_context():
                return function(*args, **kwargs)
        except DomainError as error:
            raise Refused(str(error)) from error
        except (OperationalError, ProgrammingError) as error:
            raise Refused(f"The database refused: {_first_line(error)}. Has `iurc-events init-db` been run?") from error

    return run


def _first_line(error: DBAPIError) -> str:
    return str(error.orig).strip().partition("\n")[0]


def write_file(path: Path, content: bytes) -> None:
    """Write a file so that it is there whole or not at all; ``-`` is standard output.

    Raises:
        Refused: If it cannot be written.
    """
    if str(path) == "-":
        click.echo(content, nl=False)
        return
    fresh = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        fresh.write_bytes(content)
        fresh.replace(path)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        raise Refused(f"{path}: cannot be written: {error.strerror or error}") from error
