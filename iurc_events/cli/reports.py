"""Commands that write the PDF documents of the pages."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import click
from sqlalchemy import select

from iurc_events.cli.running import Refused, with_app, write_file
from iurc_events.database import db
from iurc_events.localisation import LANGUAGES, Language
from iurc_events.models.events import Event
from iurc_events.models.programmes import Programme
from iurc_events.services import reports
from iurc_events.services.reports import COMMAND_TIMEOUT

_DAY = click.DateTime(formats=["%Y-%m-%d"])
_language = click.option("--lang", "language", type=click.Choice(LANGUAGES), required=True, help="Language.")
_out = click.option(
    "--out", required=True, metavar="FILE", type=click.Path(path_type=Path), help="- is standard output."
)


def _get_event(slug: str) -> Event:
    event = db.session.scalars(select(Event).where(Event.slug == slug, Event.deleted_at.is_(None))).one_or_none()
    if event is None:
        raise Refused(f"There is no event {slug}")
    return event


def day_of(moment: datetime | None) -> date | None:
    """Return the day of an option, None where it was not given."""
    return moment.date() if moment else None


@click.group("report")
def report() -> None:
    """Write the report of an event, or of a programme over a period."""


@report.command("event")
@click.argument("slug", metavar="ID")
@_language
@_out
@with_app
def write_event_report(slug: str, language: Language, out: Path) -> None:
    """Write the report of an event."""
    write_file(out, reports.get_event_pdf(_get_event(slug), language, timeout=COMMAND_TIMEOUT).data)


@report.command("programme")
@click.argument("slug", metavar="ID")
@click.option("--from", "first", type=_DAY, help="First day; without: that of the first event.")
@click.option("--to", "last", type=_DAY, help="Last day, inclusive; without: that of the last event.")
@_language
@_out
@with_app
def write_programme_report(
    slug: str, first: datetime | None, last: datetime | None, language: Language, out: Path
) -> None:
    """Write the report of a programme; events count by their first day."""
    programme = db.session.scalars(select(Programme).where(Programme.slug == slug)).one_or_none()
    if programme is None:
        raise Refused(f"There is no programme {slug}")
    period = reports.get_period(programme, day_of(first), day_of(last))
    write_file(out, reports.get_programme_pdf(period, language, timeout=COMMAND_TIMEOUT).data)


@click.command("agenda")
@click.argument("slug", metavar="ID")
@_language
@_out
@with_app
def write_agenda(slug: str, language: Language, out: Path) -> None:
    """Write the agenda of an event."""
    write_file(out, reports.get_agenda_pdf(_get_event(slug), language, timeout=COMMAND_TIMEOUT).data)


COMMANDS = (report, write_agenda)
