"""Commands that keep an installation well: backups, and what is wrong with it."""

from __future__ import annotations

from pathlib import Path

import click

from iurc_events.cli.running import Refused, with_app


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@with_app
def backup(file: Path) -> None:
    """Write database and files of one instant into FILE; safe while people work."""
    from iurc_events.services.backups import back_up  # the other commands start faster without it

    try:
        size = back_up(file)
    except OSError as error:
        raise Refused(f"{file}: cannot be written: {error.strerror or error}") from error
    click.echo(f"{file}: {size} bytes")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--erasures",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Ledger of erasures (erasures.jsonl) of the place that the backup is of.",
)
@with_app
def restore(file: Path, erasures: Path | None) -> None:
    """Put a backup into an empty installation, and erase again who was erased since."""
    from iurc_events.services.backups import restore as put_back  # the other commands start faster without it

    moment = put_back(file, erasures=erasures)
    click.echo(f"Restored the state of {moment:%Y-%m-%d %H:%M:%S} UTC.")


@click.command()
@with_app
def doctor() -> None:
    """Tell what is wrong with this installation; exit status 1 where something is bad."""
    from iurc_events.services.diagnosis import examine  # the other commands start faster without it

    is_bad = False
    for finding in examine():
        click.echo(f"{finding.verdict:<5} {finding.subject}: {finding.words}")
        is_bad = is_bad or finding.verdict == "bad"
    if is_bad:
        click.get_current_context().exit(1)


COMMANDS = (backup, restore, doctor)
