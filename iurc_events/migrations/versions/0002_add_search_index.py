"""Add the full-text index of events.

SQLite keeps an FTS5 table in step with ``event_search_texts`` by triggers; PostgreSQL has a GIN index on the same
text. Texts come with a blank around each Han character (domain/search_text.py), so that two-character Chinese words
are found as phrases on both.
"""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SQLITE_UP = (
    "CREATE VIRTUAL TABLE event_search_index USING fts5(text, tokenize='unicode61 remove_diacritics 2')",
    "CREATE TRIGGER event_search_texts_insert AFTER INSERT ON event_search_texts BEGIN "
    "INSERT INTO event_search_index(rowid, text) VALUES (new.event_id, new.text); END",
    "CREATE TRIGGER event_search_texts_update AFTER UPDATE ON event_search_texts BEGIN "
    "UPDATE event_search_index SET text = new.text WHERE rowid = new.event_id; END",
    "CREATE TRIGGER event_search_texts_delete AFTER DELETE ON event_search_texts BEGIN "
    "DELETE FROM event_search_index WHERE rowid = old.event_id; END",
)
SQLITE_DOWN = (
    "DROP TRIGGER event_search_texts_delete",
    "DROP TRIGGER event_search_texts_update",
    "DROP TRIGGER event_search_texts_insert",
    "DROP TABLE event_search_index",
)
POSTGRESQL_UP = (
    "CREATE INDEX ix_event_search_texts_words ON event_search_texts USING gin (to_tsvector('simple', text))",
)
POSTGRESQL_DOWN = ("DROP INDEX ix_event_search_texts_words",)


def upgrade() -> None:
    """Apply the change."""
    for statement in SQLITE_UP if op.get_bind().dialect.name == "sqlite" else POSTGRESQL_UP:
        op.execute(statement)


def downgrade() -> None:
    """Take the change back."""
    for statement in SQLITE_DOWN if op.get_bind().dialect.name == "sqlite" else POSTGRESQL_DOWN:
        op.execute(statement)
