"""Commands that write calendar files and name their faults."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

import click

from iurc_events.addresses import FEED_KINDS
from iurc_events.calendars.entries import CalendarLanguage
from iurc_events.calendars.lint import lint
from iurc_events.cli.reports import day_of
from iurc_events.cli.running import Refused, with_app, write_file
from iurc_events.queries.feeds import OF_ONE_EVENT
from iurc_events.services.feeds import get_subject, render_feed


@click.command("calendar")
@click.argument("kind", type=click.Choice(list(FEED_KINDS)))
@click.argument("slug", metavar="ID")
@click.option("--lang", "language", type=click.Choice(["en", "zh", "both"]), required=True, help="Language.")
@click.option(
    "--from",
    "since",
    type=click.DateTime(formats=["%Y-%m-%d"]),
    help="Hold what ended on or after this day; without: as the feed does.",
)
@click.option("--out", required=True, metavar="FILE", type=click.Path(path_type=Path), help="- is standard output.")
@with_app
def write_calendar(kind: str, slug: str, language: CalendarLanguage, since: datetime | None, out: Path) -> None:
    """Write the calendar of a programme, event, city, pair, theme, kind or kept filter: the bytes of its feed.

    "sessions" and the ID of an event writes an entry for each of its sessions.
    """
    if kind in OF_ONE_EVENT and since is not None:
        raise click.UsageError("The calendar of an event has no --from.")
    write_file(out, render_feed(get_subject(kind, slug), language, since=day_of(since)).body)


@click.command("lint-calendar")
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--mail", "is_mail", is_flag=True, help="The file is the invitation of a mail (iTIP).")
def lint_calendar(path: Path, is_mail: bool) -> None:
    """Name the faults of a calendar file; exit status 1 where there are any."""
    try:
        data = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
    except OSError as error:
        raise Refused(f"{path}: cannot be read: {error.strerror or error}") from error
    faults = lint(data, is_mail=is_mail)
    for fault in faults:
        click.echo(f"{path}:{fault.line}: {fault.rule}: {fault.sentence}")
    if faults:
        raise SystemExit(1)


COMMANDS = (write_calendar, lint_calendar)
