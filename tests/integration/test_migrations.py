"""Schema changes: up, down and up again with data in the tables, on both databases."""

from __future__ import annotations

from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from sqlalchemy import func, inspect, select, text
from sqlalchemy.exc import IntegrityError

from iurc_events.database import Base, alembic_config, db
from iurc_events.models.agendas import Contribution
from iurc_events.models.events import EventMembership
from iurc_events.services import person_keys
from iurc_events.services.demo import seed_demo


def _is_made_by_models(_object: Any, name: str | None, kind: str, _reflected: bool, _compare_to: Any) -> bool:
    """Tell the tables of the models from those of the full-text index, which a migration writes by hand."""
    return not (kind in ("table", "index") and name is not None and "search_index" in name) and name != (
        "ix_event_search_texts_words"
    )


def _to(revision: str, *, is_down: bool = False) -> None:
    db.session.remove()
    config = alembic_config("")
    config.attributes["engine"] = db.engine
    (command.downgrade if is_down else command.upgrade)(config, revision)


def _counts() -> dict[str, int]:
    tables = (table for table in Base.metadata.sorted_tables)
    found = set(inspect(db.engine).get_table_names())
    return {
        table.name: db.session.scalar(select(func.count()).select_from(table)) or 0
        for table in tables
        if table.name in found
    }


def _checks() -> dict[str, set[str]]:
    tables = inspect(db.engine)
    return {
        name: {check["name"] or "" for check in tables.get_check_constraints(name)} for name in Base.metadata.tables
    }


def test_models_and_migrations_say_the_same(app: Flask) -> None:
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": _is_made_by_models})
        differences: list[Any] = compare_metadata(context, Base.metadata)
        assert differences == []
        expected = {
            name: {str(each.name) for each in table.constraints if each.__class__.__name__ == "CheckConstraint"}
            for name, table in Base.metadata.tables.items()
        }
        assert _checks() == expected


def test_migrations_go_down_and_up_again_and_lose_no_row(app: Flask) -> None:
    seed_demo()
    before, checks = _counts(), _checks()
    assert before["events"] == 5
    assert (before[EventMembership.__tablename__], before[Contribution.__tablename__]) > (0, 0)
    _to("0002", is_down=True)
    _to("head")
    person_keys.note_missing()  # what is derived from names is written anew
    assert (_counts(), _checks()) == (before, checks)


def test_foreign_keys_are_held_after_a_migration(app: Flask) -> None:
    _to("0002", is_down=True)
    _to("head")
    try:
        db.session.execute(text("INSERT INTO former_slugs (slug, event_id) VALUES ('x', 12345)"))
        db.session.commit()
    except IntegrityError:
        refused = True
    else:
        refused = False
    db.session.rollback()
    assert refused


def test_everything_can_be_taken_back(app: Flask) -> None:
    _to("base", is_down=True)
    assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}
    _to("head")
