"""The command line: what it prints, and its exit status."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import select

from iurc_events.cli import main
from iurc_events.database import db
from iurc_events.models.accounts import User
from tests.integration.documents import DATA, FILES, read


def run(*arguments: str | Path, stdin: str | None = None) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments], input=stdin)


@pytest.fixture
def programme(sqlite_app: Flask) -> Flask:
    """Return an installation with cities and themes."""
    assert run("import", *FILES[:2]).exit_code == 0
    return sqlite_app


def test_import_prints_a_line_for_each_object_and_totals(sqlite_app: Flask) -> None:
    first, second = run("import", DATA / "themes.json"), run("import", DATA / "themes.json")
    assert (first.exit_code, second.exit_code) == (0, 0)
    assert first.stdout.splitlines()[0] == "created theme industry-digital"
    assert first.stdout.splitlines()[-1] == "28 created, 0 updated, 0 unchanged"
    assert second.stdout.splitlines()[-1] == "0 created, 0 updated, 28 unchanged"


def test_import_prints_all_faults_on_standard_error_and_ends_with_1(programme: Flask, tmp_path: Path) -> None:
    document = read(FILES[2])
    document["events"][0] |= {"start": "2021-13", "programme": "none"}
    path = tmp_path / "broken.json"
    path.write_text(json.dumps(document))
    result = run("import", path, tmp_path / "missing.json")
    assert (result.exit_code, result.stdout) == (1, "")
    assert [line.partition(": ")[2].partition(":")[0] for line in result.stderr.splitlines()] == [
        "$.events[0].start",
        "$.events[0].programme",
        "$",
    ]
    assert result.stderr.startswith(f"{path}: $.events[0].start: ")


def test_import_of_an_export_changes_nothing(programme: Flask, tmp_path: Path) -> None:
    run("import", *FILES)
    for options in ((), ("--cities",), ("--themes",)):
        path = tmp_path / "out.json"
        assert run("export", *options, "--out", path).exit_code == 0
        result = run("import", path)
        assert result.exit_code == 0
        assert {line.split()[0] for line in result.stdout.splitlines()[:-1]} == {"unchanged"}


def test_export_of_an_unknown_event_ends_with_1_and_writes_nothing(programme: Flask, tmp_path: Path) -> None:
    result = run("export", "--event", "none", "--out", tmp_path / "out.json")
    assert (result.exit_code, result.stderr) == (1, "There is no event “none”\n")
    assert not (tmp_path / "out.json").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ["import"],
        ["import", "--status", "held", "x.json"],
        ["export"],
        ["export", "--cities", "--themes", "--out", "-"],
        ["create-user", "a@example.org"],
        ["create-user", "a@example.org", "--role", "organiser"],
        ["create-user", "a@example.org", "--role", "delegate", "--programme", "iurc-china"],
        ["nonsense"],
    ],
    ids=" ".join,
)
def test_commands_end_with_2_when_they_are_used_wrongly(sqlite_app: Flask, arguments: list[str]) -> None:
    assert run(*arguments).exit_code == 2


def test_create_user_makes_an_account_and_adds_roles_to_a_known_address(programme: Flask) -> None:
    arguments = ["create-user", "Ana@Example.org", "--role", "delegate", "--city", "sofia", "--password-stdin"]
    first = run(*arguments, stdin="correct horse\n")
    second = run("create-user", "ana@example.org", "--role", "organiser", "--programme", "iurc-china")
    assert (first.output, second.output) == ("created user ana@example.org\n", "updated user ana@example.org\n")
    db.session.expire_all()
    user = db.session.scalars(select(User)).one()
    assert sorted(role.name for role in user.roles) == ["delegate", "organiser"]


def test_create_user_refuses_a_short_password_and_an_unknown_city(programme: Flask) -> None:
    short = run("create-user", "a@example.org", "--role", "administrator", "--password-stdin", stdin="short\n")
    assert (short.exit_code, short.stderr) == (1, "The password needs at least 8 characters\n")
    unknown = run("create-user", "a@example.org", "--role", "delegate", "--city", "none")
    assert (unknown.exit_code, unknown.stderr) == (1, "There is no city “none”\n")
    assert db.session.scalars(select(User)).all() == []


def test_commands_are_offered_under_flask_too(sqlite_app: Flask) -> None:
    assert set(main.commands) <= set(sqlite_app.cli.commands)
    result = sqlite_app.test_cli_runner().invoke(args=["import", str(DATA / "themes.json")])
    assert result.exit_code == 0
