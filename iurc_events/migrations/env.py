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


def run() -> None:
    """Run the migrations in one transaction: to the end or not at all (fault-11)."""
    attributes = context.config.attributes
    engine: Engine = attributes.get("engine") or create_engine(attributes["url"])
    with engine.connect().execution_options(sqlite_begin="IMMEDIATE") as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=True,
            include_object=include_object,
            transaction_per_migration=False,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
