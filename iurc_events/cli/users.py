"""Commands on accounts."""

from __future__ import annotations

import sys

import click

from iurc_events.cli.running import with_app
from iurc_events.domain.vocabulary import PROGRAMME_ROLES, RoleName
from iurc_events.services import users


@click.command("create-user")
@click.argument("email")
@click.option("--role", required=True, type=click.Choice([role.value for role in RoleName]))
@click.option("--programme", metavar="ID", help="Of an organiser, funder or somebody at the door.")
@click.option("--city", metavar="ID", help="Of a delegate.")
@click.option("--name", default="", help="How the person is addressed.")
@click.option("--password-stdin", is_flag=True, help="Read the password from the first line of standard input.")
@with_app
def create_user(
    email: str, role: str, programme: str | None, city: str | None, name: str, password_stdin: bool
) -> None:
    """Make an account; a known address gets the role."""
    wanted = RoleName(role)
    if (wanted in PROGRAMME_ROLES) != (programme is not None):
        raise click.UsageError("--programme belongs to organisers, funders and people at the door, and they need it.")
    if (wanted is RoleName.DELEGATE) != (city is not None):
        raise click.UsageError("--city belongs to delegates, and they need it.")
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else None
    user, is_new = users.create_user(email, wanted, programme=programme, city=city, password=password, name=name)
    click.echo(f"{'created' if is_new else 'updated'} user {user.email}")


COMMANDS = (create_user,)
