"""Commands on the data: set up the database, documents in and out, the demo programme."""

from __future__ import annotations

import json
from pathlib import Path

import click

from iurc_events.cli.running import Refused, with_app, write_file
from iurc_events.database import upgrade_database
from iurc_events.documents import load
from iurc_events.services.demo import seed_demo
from iurc_events.services.exports import export_cities, export_events, export_themes
from iurc_events.services.imports import NewStatus, import_documents


@click.command("init-db")
@with_app
def init_db() -> None:
    """Create the database or bring it up to date."""
    upgrade_database()
    click.echo("The database is up to date.")


@click.command("import")
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Tell what would happen and change nothing.")
@click.option(
    "--status",
    type=click.Choice(["published", "draft"]),
    default="published",
    show_default=True,
    help="State of new events without a state of their own.",
)
@click.option("--overwrite", is_flag=True, help="Replace what was changed here since the last import.")
@with_app
def import_files(files: tuple[Path, ...], dry_run: bool, status: NewStatus, overwrite: bool) -> None:
    """Take documents of events, cities and themes in, all or nothing, in any order."""
    documents = [load(path) for path in dict.fromkeys(files)]
    outcome = import_documents(documents, dry_run=dry_run, status=status, overwrite=overwrite)
    for warning in outcome.warnings:
        click.echo(f"warning: {warning}", err=True)
    if outcome.is_refused:
        raise Refused("\n".join(str(fault) for fault in outcome.faults))
    for line in outcome.lines:
        click.echo(str(line))
    click.echo(", ".join(f"{count} {action}" for action, count in outcome.totals.items()))
    if dry_run:
        click.echo("Dry run: nothing was changed.", err=True)


@click.command("export")
@click.option("--event", "ids", multiple=True, metavar="ID", help="An event; may be repeated. Without: all events.")
@click.option("--cities", is_flag=True, help="Programmes, cities and pairings instead of events.")
@click.option("--themes", is_flag=True, help="Themes and frameworks instead of events.")
@click.option("--drafts", is_flag=True, help="Drafts too.")
@click.option("--out", required=True, metavar="FILE", type=click.Path(path_type=Path), help="- is standard output.")
@with_app
def export_file(ids: tuple[str, ...], cities: bool, themes: bool, drafts: bool, out: Path) -> None:
    """Write a document that an import takes back without a change."""
    if cities + themes + bool(ids) > 1 or (drafts and (cities or themes)):
        raise click.UsageError("A document holds either events, or cities, or themes.")
    if cities:
        document = export_cities()
    elif themes:
        document = export_themes()
    else:
        document = export_events(ids or None, drafts=drafts)
    write_file(out, (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode())


@click.command("seed-demo")
@with_app
def seed_demo_programme() -> None:
    """Load the real programme, with accounts of each role."""
    demo = seed_demo()
    for account in demo.accounts:
        click.echo(f"{account.role:<14} {account.email:<32} {demo[account.email]}")


COMMANDS = (init_db, import_files, export_file, seed_demo_programme)
