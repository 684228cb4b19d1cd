"""Alembic's environment: the application's engine, or one made from the given address."""

from __future__ import annotations

from typing import Any

from alembic import context
from sqlalchemy import Engine, create_engine

import iurc_events.models
from iurc_events.database import Base

__all__ = ["iurc_events"]


def include_object(_object: Any, name: str | None, kind: str, _reflected: bool, _compare_to: Any) -> bool:
    """Leave the full-text tables to the migrations that write them by hand."""
    by_hand = {"table": "event_search_index", "index": "ix_event_search_texts_words"}
    return not (kind in by_hand and name is not None and name.startswith(by_hand[kind]))


class IntegrityFault(Exception):
    """A migration left rows that refer to nothing; it was taken back."""


def run() -> None:
    """Run the migrations in one transaction: to the end or not at all (fault-11).

    SQLite writes changed tables anew; its foreign keys rest meanwhile, or dropping a table would delete all that refers
    to it. They are checked before the commit.
    """
    attributes = context.config.attributes
    engine: Engine = attributes.get("engine") or create_engine(attributes["url"])
    is_sqlite = engine.dialect.name == "sqlite"
    with engine.connect().execution_options(sqlite_begin="IMMEDIATE") as connection:
        if is_sqlite:
            driver: Any = connection.connection.driver_connection
            driver.execute("pragma foreign_keys=off")  # inside a transaction it would do nothing
        try:
            context.configure(
                connection=connection,
                target_metadata=Base.metadata,
                render_as_batch=True,
                include_object=include_object,
                transaction_per_migration=False,
            )
            with context.begin_transaction():
                context.run_migrations()
                if is_sqlite and (broken := connection.exec_driver_sql("pragma foreign_key_check").fetchall()):
                    raise IntegrityFault(f"rows that refer to nothing: {broken[:5]}")
        finally:
            if is_sqlite:
                connection.invalidate()  # the next one holds foreign keys again


run()
