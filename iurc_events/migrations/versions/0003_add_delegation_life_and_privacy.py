"""Add delegation life, lists of people, papers, attendance and privacy.

New tables, and columns of those that were there. SQLite cannot change constraints in place, so tables are written anew
there, check constraints included (reflection alone would lose them).
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def altered(name: str) -> Any:
    """Begin to alter a table as it is, with its check constraints."""
    bind = op.get_bind()
    if bind.dialect.name != "sqlite":
        return op.batch_alter_table(name)
    table = sa.Table(name, sa.MetaData(), autoload_with=bind)
    for check in sa.inspect(bind).get_check_constraints(name):
        table.append_constraint(sa.CheckConstraint(check["sqltext"], name=check["name"]))
    return op.batch_alter_table(name, copy_from=table, recreate="always")


def _checked(table: str, name: str, old: str | None, new: str | None) -> None:
    with altered(table) as batch_op:
        if old:
            batch_op.drop_constraint(op.f(f"ck_{table}_{name}"), type_="check")
        if new:
            batch_op.create_check_constraint(op.f(f"ck_{table}_{name}"), new)


#: Table, name, rule before and after; None: there was none, or there is none any more.
CHECKS: tuple[tuple[str, str, str | None, str | None], ...] = (
    ("roles", "name", "name IN ('administrator', 'organiser', 'delegate', 'funder')",
     "name IN ('administrator', 'organiser', 'delegate', 'funder', 'check-in')"),
    ("roles", "programme", "(name IN ('organiser', 'funder')) = (programme_id IS NOT NULL)",
     "(name IN ('organiser', 'funder', 'check-in')) = (programme_id IS NOT NULL)"),
    ("speakers", "state", "state IN ('nominated', 'accepted', 'refused', 'withdrawn')",
     "state IN ('waiting', 'nominated', 'accepted', 'refused', 'withdrawn')"),
    ("events", "waiting_rule", None, "waiting_rule IN ('first-come', 'fewest-first', 'own-only')"),
    ("participants", "role", None, "role IN ('participant', 'observer')"),
    ("attendances", "source", None, "source IN ('desk', 'scan', 'list')"),
)  # fmt: skip


def upgrade() -> None:
    """Apply the change."""

    op.create_table(
        "erasures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("object_kind", sa.String(length=40), nullable=False),
        sa.Column("object_id", sa.String(length=36), nullable=False),
        sa.Column("email_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasures")),
    )
    with op.batch_alter_table("erasures", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_erasures_email_hash"), ["email_hash"], unique=False)
        batch_op.create_index(batch_op.f("ix_erasures_object_id"), ["object_id"], unique=False)

    op.create_table(
        "column_mappings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("city_id", sa.Integer(), nullable=False),
        sa.Column("headings_hash", sa.String(length=64), nullable=False),
        sa.Column("mapping", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["city_id"], ["cities.id"], name=op.f("fk_column_mappings_city_id_cities"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_column_mappings")),
        sa.UniqueConstraint("city_id", "headings_hash", name=op.f("uq_column_mappings_city_id_headings_hash")),
    )
    op.create_table(
        "letter_counters",
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["programme_id"],
            ["programmes.id"],
            name=op.f("fk_letter_counters_programme_id_programmes"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("programme_id", "year", name=op.f("pk_letter_counters")),
    )
    op.create_table(
        "person_distinctions",
        sa.Column("one_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=False),
        sa.Column("said_by_id", sa.Integer(), nullable=True),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["one_id"], ["persons.id"], name=op.f("fk_person_distinctions_one_id_persons"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["other_id"], ["persons.id"], name=op.f("fk_person_distinctions_other_id_persons"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["said_by_id"], ["users.id"], name=op.f("fk_person_distinctions_said_by_id_users"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("one_id", "other_id", name=op.f("pk_person_distinctions")),
    )
    with op.batch_alter_table("person_distinctions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_person_distinctions_one_id"), ["one_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_person_distinctions_other_id"), ["other_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_person_distinctions_said_by_id"), ["said_by_id"], unique=False)

    op.create_table(
        "person_keys",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("key_hash", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_person_keys_person_id_persons"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_keys")),
    )
    with op.batch_alter_table("person_keys", schema=None) as batch_op:
        batch_op.create_index("ix_person_keys_key_hash_kind_person_id", ["key_hash", "kind", "person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_person_keys_person_id"), ["person_id"], unique=False)

    op.create_table(
        "person_merges",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("kept_id", sa.Integer(), nullable=False),
        sa.Column("merged_id", sa.Integer(), nullable=False),
        sa.Column("moved", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("taken_over", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["kept_id"], ["persons.id"], name=op.f("fk_person_merges_kept_id_persons"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["users.id"], name=op.f("fk_person_merges_made_by_id_users"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["merged_id"], ["persons.id"], name=op.f("fk_person_merges_merged_id_persons"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_merges")),
        sa.UniqueConstraint("public_id", name=op.f("uq_person_merges_public_id")),
    )
    with op.batch_alter_table("person_merges", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_person_merges_kept_id"), ["kept_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_person_merges_made_by_id"), ["made_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_person_merges_merged_id"), ["merged_id"], unique=False)

    op.create_table(
        "privacy_requests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by_id", sa.Integer(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.CheckConstraint("kind IN ('export', 'erasure')", name=op.f("ck_privacy_requests_kind")),
        sa.CheckConstraint("state IN ('asked', 'proved', 'done', 'refused')", name=op.f("ck_privacy_requests_state")),
        sa.ForeignKeyConstraint(
            ["done_by_id"], ["users.id"], name=op.f("fk_privacy_requests_done_by_id_users"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_privacy_requests_person_id_persons"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_privacy_requests")),
        sa.UniqueConstraint("public_id", name=op.f("uq_privacy_requests_public_id")),
    )
    with op.batch_alter_table("privacy_requests", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_privacy_requests_done_by_id"), ["done_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_privacy_requests_email"), ["email"], unique=False)
        batch_op.create_index(batch_op.f("ix_privacy_requests_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_privacy_requests_state"), ["state"], unique=False)

    op.create_table(
        "people_imports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("delegation_id", sa.Integer(), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("headings", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("mapping", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("choice", sa.String(length=8), nullable=True),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("done_count", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('read', 'checked', 'entering', 'entered', 'failed')", name=op.f("ck_people_imports_state")
        ),
        sa.ForeignKeyConstraint(
            ["delegation_id"],
            ["delegations.id"],
            name=op.f("fk_people_imports_delegation_id_delegations"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["users.id"], name=op.f("fk_people_imports_made_by_id_users"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people_imports")),
        sa.UniqueConstraint("public_id", name=op.f("uq_people_imports_public_id")),
    )
    with op.batch_alter_table("people_imports", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_people_imports_delegation_id"), ["delegation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_people_imports_made_at"), ["made_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_people_imports_made_by_id"), ["made_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_people_imports_state"), ["state"], unique=False)

    op.create_table(
        "change_requests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("delegation_id", sa.Integer(), nullable=False),
        sa.Column("speaker_id", sa.Integer(), nullable=True),
        sa.Column("participant_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("details", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("seen_version", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision_note", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('register', 'change', 'withdraw', 'substitute')", name=op.f("ck_change_requests_kind")
        ),
        sa.CheckConstraint(
            "state IN ('asked', 'accepted', 'refused', 'taken-back')", name=op.f("ck_change_requests_state")
        ),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["users.id"], name=op.f("fk_change_requests_asked_by_id_users"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["users.id"], name=op.f("fk_change_requests_decided_by_id_users"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["delegation_id"],
            ["delegations.id"],
            name=op.f("fk_change_requests_delegation_id_delegations"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participants.id"],
            name=op.f("fk_change_requests_participant_id_participants"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["speaker_id"], ["speakers.id"], name=op.f("fk_change_requests_speaker_id_speakers"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_requests")),
        sa.UniqueConstraint("public_id", name=op.f("uq_change_requests_public_id")),
    )
    with op.batch_alter_table("change_requests", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_change_requests_asked_by_id"), ["asked_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_change_requests_decided_by_id"), ["decided_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_change_requests_delegation_id"), ["delegation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_change_requests_participant_id"), ["participant_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_change_requests_speaker_id"), ["speaker_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_change_requests_state"), ["state"], unique=False)

    op.create_table(
        "letters",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("delegation_id", sa.Integer(), nullable=True),
        sa.Column("speaker_id", sa.Integer(), nullable=True),
        sa.Column("participant_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("issued_on", sa.String(length=10), nullable=False),
        sa.Column("contents", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('invitation', 'confirmation')", name=op.f("ck_letters_kind")),
        sa.ForeignKeyConstraint(
            ["delegation_id"], ["delegations.id"], name=op.f("fk_letters_delegation_id_delegations"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_letters_event_id_events"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["users.id"], name=op.f("fk_letters_made_by_id_users"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participants.id"],
            name=op.f("fk_letters_participant_id_participants"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programmes.id"], name=op.f("fk_letters_programme_id_programmes"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["speaker_id"], ["speakers.id"], name=op.f("fk_letters_speaker_id_speakers"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letters")),
        sa.UniqueConstraint("programme_id", "number", name=op.f("uq_letters_programme_id_number")),
        sa.UniqueConstraint("public_id", name=op.f("uq_letters_public_id")),
    )
    with op.batch_alter_table("letters", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_letters_delegation_id"), ["delegation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_letters_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_letters_made_by_id"), ["made_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_letters_participant_id"), ["participant_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_letters_speaker_id"), ["speaker_id"], unique=False)

    op.create_table(
        "people_import_rows",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("cells", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("problems", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("likely", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("plan", sa.String(length=12), nullable=True),
        sa.Column("outcome", sa.String(length=12), nullable=True),
        sa.Column("entered", sa.JSON(none_as_null=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["people_imports.id"],
            name=op.f("fk_people_import_rows_import_id_people_imports"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people_import_rows")),
        sa.UniqueConstraint("import_id", "number", name=op.f("uq_people_import_rows_import_id_number")),
    )
    op.create_table(
        "special_needs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=True),
        sa.Column("speaker_id", sa.Integer(), nullable=True),
        sa.Column("dietary", sa.Text(), nullable=True),
        sa.Column("accessibility", sa.Text(), nullable=True),
        sa.Column("visa", sa.Text(), nullable=True),
        sa.Column("is_own", sa.Boolean(), nullable=False),
        sa.Column("delete_after_on", sa.String(length=10), nullable=False),
        sa.CheckConstraint(
            "(participant_id IS NULL) <> (speaker_id IS NULL)", name=op.f("ck_special_needs_one_person")
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_special_needs_event_id_events"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participants.id"],
            name=op.f("fk_special_needs_participant_id_participants"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["speaker_id"], ["speakers.id"], name=op.f("fk_special_needs_speaker_id_speakers"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_special_needs")),
        sa.UniqueConstraint("participant_id", name=op.f("uq_special_needs_participant_id")),
        sa.UniqueConstraint("speaker_id", name=op.f("uq_special_needs_speaker_id")),
    )
    with op.batch_alter_table("special_needs", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_special_needs_delete_after_on"), ["delete_after_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_special_needs_event_id"), ["event_id"], unique=False)

    op.create_table(
        "stored_files",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("speaker_id", sa.Integer(), nullable=True),
        sa.Column("preview_of_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("content_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('photo', 'slides', 'preview')", name=op.f("ck_stored_files_kind")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_stored_files_event_id_events"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["preview_of_id"],
            ["stored_files.id"],
            name=op.f("fk_stored_files_preview_of_id_stored_files"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["speaker_id"], ["speakers.id"], name=op.f("fk_stored_files_speaker_id_speakers"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stored_files")),
        sa.UniqueConstraint("public_id", name=op.f("uq_stored_files_public_id")),
    )
    with op.batch_alter_table("stored_files", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stored_files_content_hash"), ["content_hash"], unique=False)
        batch_op.create_index(batch_op.f("ix_stored_files_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_stored_files_preview_of_id"), ["preview_of_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_stored_files_speaker_id"), ["speaker_id"], unique=False)

    op.create_table(
        "attendance_lists",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=True),
        sa.Column("program", sa.String(length=40), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "program IN ('zoom', 'teams', 'tencent-meeting', 'other')", name=op.f("ck_attendance_lists_program")
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_attendance_lists_event_id_events"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["users.id"], name=op.f("fk_attendance_lists_made_by_id_users"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["event_sessions.id"],
            name=op.f("fk_attendance_lists_session_id_event_sessions"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendance_lists")),
        sa.UniqueConstraint("event_id", "content_hash", name=op.f("uq_attendance_lists_event_id_content_hash")),
        sa.UniqueConstraint("public_id", name=op.f("uq_attendance_lists_public_id")),
    )
    with op.batch_alter_table("attendance_lists", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attendance_lists_made_by_id"), ["made_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_attendance_lists_session_id"), ["session_id"], unique=False)

    op.create_table(
        "attendance_lines",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("list_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("connections", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("matched_by", sa.String(length=10), nullable=True),
        sa.Column("participant_id", sa.Integer(), nullable=True),
        sa.Column("speaker_id", sa.Integer(), nullable=True),
        sa.Column("candidates", sa.JSON(none_as_null=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('matched', 'doubtful', 'unknown', 'left-out')", name=op.f("ck_attendance_lines_state")
        ),
        sa.ForeignKeyConstraint(
            ["list_id"],
            ["attendance_lists.id"],
            name=op.f("fk_attendance_lines_list_id_attendance_lists"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participants.id"],
            name=op.f("fk_attendance_lines_participant_id_participants"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["speaker_id"], ["speakers.id"], name=op.f("fk_attendance_lines_speaker_id_speakers"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendance_lines")),
        sa.UniqueConstraint("list_id", "number", name=op.f("uq_attendance_lines_list_id_number")),
        sa.UniqueConstraint("public_id", name=op.f("uq_attendance_lines_public_id")),
    )
    with op.batch_alter_table("attendance_lines", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attendance_lines_participant_id"), ["participant_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_attendance_lines_speaker_id"), ["speaker_id"], unique=False)

    with altered("attendances") as batch_op:
        batch_op.add_column(sa.Column("scope", sa.String(length=130), nullable=False, server_default="event"))
        batch_op.add_column(sa.Column("session_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("source", sa.String(length=40), nullable=False, server_default="desk"))
        batch_op.add_column(sa.Column("minutes", sa.Integer(), nullable=True))
        batch_op.drop_constraint(batch_op.f("uq_attendances_event_id_participant_id"), type_="unique")
        batch_op.drop_constraint(batch_op.f("uq_attendances_event_id_speaker_id"), type_="unique")
        batch_op.create_index(batch_op.f("ix_attendances_session_id"), ["session_id"], unique=False)
        batch_op.create_unique_constraint(
            batch_op.f("uq_attendances_event_id_scope_participant_id"), ["event_id", "scope", "participant_id"]
        )
        batch_op.create_unique_constraint(
            batch_op.f("uq_attendances_event_id_scope_speaker_id"), ["event_id", "scope", "speaker_id"]
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_attendances_session_id_event_sessions"),
            "event_sessions",
            ["session_id"],
            ["id"],
            ondelete="CASCADE",
        )

    with altered("events") as batch_op:
        batch_op.add_column(
            sa.Column("waiting_rule", sa.String(length=40), nullable=False, server_default="first-come")
        )
        batch_op.add_column(sa.Column("asks_for", sa.JSON(none_as_null=True), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("retention_days", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("names_erased_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("slides_released_at", sa.DateTime(timezone=True), nullable=True))

    with altered("participants") as batch_op:
        batch_op.add_column(sa.Column("role", sa.String(length=40), nullable=False, server_default="participant"))
        batch_op.add_column(sa.Column("name_other", sa.String(length=200), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("title", sa.String(length=300), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("gender", sa.String(length=10), nullable=True))
        batch_op.add_column(sa.Column("waiting_since", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("transfer_consented_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.alter_column("email", existing_type=sa.VARCHAR(length=254), nullable=True)
        batch_op.create_index(
            "ix_participants_event_id_state_waiting_since", ["event_id", "state", "waiting_since"], unique=False
        )

    with altered("persons") as batch_op:
        batch_op.add_column(sa.Column("protocol_rank", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("languages", sa.JSON(none_as_null=True), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("search_text", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("merged_into_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(batch_op.f("ix_persons_merged_into_id"), ["merged_into_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_persons_merged_into_id_persons"), "persons", ["merged_into_id"], ["id"], ondelete="SET NULL"
        )

    with altered("programmes") as batch_op:
        batch_op.add_column(sa.Column("letterhead", sa.JSON(none_as_null=True), nullable=True))
        batch_op.add_column(sa.Column("letter_prefix", sa.String(length=20), nullable=True))
        batch_op.add_column(sa.Column("retention_days", sa.Integer(), nullable=False, server_default="730"))
        batch_op.add_column(sa.Column("privacy_notice", sa.JSON(), nullable=True))

    with altered("speakers") as batch_op:
        batch_op.add_column(sa.Column("gender", sa.String(length=10), nullable=True))
        batch_op.add_column(sa.Column("biography", sa.JSON(none_as_null=True), nullable=True))
        batch_op.add_column(sa.Column("availability", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("technical_needs", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("interpretation", sa.String(length=20), nullable=True))
        batch_op.add_column(
            sa.Column("published_parts", sa.JSON(none_as_null=True), nullable=False, server_default="[]")
        )
        batch_op.add_column(sa.Column("profile_confirmed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("profile_reminded_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("profile_reminders", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("reminders_refused_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("profile_saved_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("waiting_since", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("substitute_for_id", sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f("ix_speakers_substitute_for_id"), ["substitute_for_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_speakers_substitute_for_id_speakers"),
            "speakers",
            ["substitute_for_id"],
            ["id"],
            ondelete="SET NULL",
        )
    for table, name, old, new in CHECKS:
        _checked(table, name, old, new)


def downgrade() -> None:
    """Take the change back; people who wait, registrations without a mail address and door accounts go with it."""
    op.execute("DELETE FROM roles WHERE name = 'check-in'")
    op.execute("DELETE FROM speakers WHERE state = 'waiting'")
    op.execute("DELETE FROM participants WHERE email IS NULL")
    op.execute("DELETE FROM attendances WHERE scope <> 'event'")
    for table, name, old, new in reversed(CHECKS):
        _checked(table, name, new, old)

    with altered("speakers") as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_speakers_substitute_for_id_speakers"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_speakers_substitute_for_id"))
        batch_op.drop_column("substitute_for_id")
        batch_op.drop_column("waiting_since")
        batch_op.drop_column("profile_saved_at")
        batch_op.drop_column("reminders_refused_at")
        batch_op.drop_column("profile_reminders")
        batch_op.drop_column("profile_reminded_at")
        batch_op.drop_column("profile_confirmed_at")
        batch_op.drop_column("published_parts")
        batch_op.drop_column("interpretation")
        batch_op.drop_column("technical_needs")
        batch_op.drop_column("availability")
        batch_op.drop_column("biography")
        batch_op.drop_column("gender")

    with altered("programmes") as batch_op:
        batch_op.drop_column("privacy_notice")
        batch_op.drop_column("retention_days")
        batch_op.drop_column("letter_prefix")
        batch_op.drop_column("letterhead")

    with altered("persons") as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_persons_merged_into_id_persons"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_persons_merged_into_id"))
        batch_op.drop_column("erased_at")
        batch_op.drop_column("merged_into_id")
        batch_op.drop_column("search_text")
        batch_op.drop_column("languages")
        batch_op.drop_column("protocol_rank")

    with altered("participants") as batch_op:
        batch_op.drop_index("ix_participants_event_id_state_waiting_since")
        batch_op.alter_column("email", existing_type=sa.VARCHAR(length=254), nullable=False)
        batch_op.drop_column("transfer_consented_at")
        batch_op.drop_column("waiting_since")
        batch_op.drop_column("gender")
        batch_op.drop_column("title")
        batch_op.drop_column("name_other")
        batch_op.drop_column("role")

    with altered("events") as batch_op:
        batch_op.drop_column("slides_released_at")
        batch_op.drop_column("names_erased_at")
        batch_op.drop_column("retention_days")
        batch_op.drop_column("asks_for")
        batch_op.drop_column("waiting_rule")

    with altered("attendances") as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_attendances_session_id_event_sessions"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("uq_attendances_event_id_scope_speaker_id"), type_="unique")
        batch_op.drop_constraint(batch_op.f("uq_attendances_event_id_scope_participant_id"), type_="unique")
        batch_op.drop_index(batch_op.f("ix_attendances_session_id"))
        batch_op.create_unique_constraint(batch_op.f("uq_attendances_event_id_speaker_id"), ["event_id", "speaker_id"])
        batch_op.create_unique_constraint(
            batch_op.f("uq_attendances_event_id_participant_id"), ["event_id", "participant_id"]
        )
        batch_op.drop_column("minutes")
        batch_op.drop_column("source")
        batch_op.drop_column("session_id")
        batch_op.drop_column("scope")

    with op.batch_alter_table("attendance_lines", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_attendance_lines_speaker_id"))
        batch_op.drop_index(batch_op.f("ix_attendance_lines_participant_id"))

    op.drop_table("attendance_lines")
    with op.batch_alter_table("attendance_lists", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_attendance_lists_session_id"))
        batch_op.drop_index(batch_op.f("ix_attendance_lists_made_by_id"))

    op.drop_table("attendance_lists")
    with op.batch_alter_table("stored_files", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_stored_files_speaker_id"))
        batch_op.drop_index(batch_op.f("ix_stored_files_preview_of_id"))
        batch_op.drop_index(batch_op.f("ix_stored_files_event_id"))
        batch_op.drop_index(batch_op.f("ix_stored_files_content_hash"))

    op.drop_table("stored_files")
    with op.batch_alter_table("special_needs", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_special_needs_event_id"))
        batch_op.drop_index(batch_op.f("ix_special_needs_delete_after_on"))

    op.drop_table("special_needs")
    op.drop_table("people_import_rows")
    with op.batch_alter_table("letters", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_letters_speaker_id"))
        batch_op.drop_index(batch_op.f("ix_letters_participant_id"))
        batch_op.drop_index(batch_op.f("ix_letters_made_by_id"))
        batch_op.drop_index(batch_op.f("ix_letters_event_id"))
        batch_op.drop_index(batch_op.f("ix_letters_delegation_id"))

    op.drop_table("letters")
    with op.batch_alter_table("change_requests", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_change_requests_state"))
        batch_op.drop_index(batch_op.f("ix_change_requests_speaker_id"))
        batch_op.drop_index(batch_op.f("ix_change_requests_participant_id"))
        batch_op.drop_index(batch_op.f("ix_change_requests_delegation_id"))
        batch_op.drop_index(batch_op.f("ix_change_requests_decided_by_id"))
        batch_op.drop_index(batch_op.f("ix_change_requests_asked_by_id"))

    op.drop_table("change_requests")
    with op.batch_alter_table("people_imports", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_people_imports_state"))
        batch_op.drop_index(batch_op.f("ix_people_imports_made_by_id"))
        batch_op.drop_index(batch_op.f("ix_people_imports_made_at"))
        batch_op.drop_index(batch_op.f("ix_people_imports_delegation_id"))

    op.drop_table("people_imports")
    with op.batch_alter_table("privacy_requests", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_privacy_requests_state"))
        batch_op.drop_index(batch_op.f("ix_privacy_requests_person_id"))
        batch_op.drop_index(batch_op.f("ix_privacy_requests_email"))
        batch_op.drop_index(batch_op.f("ix_privacy_requests_done_by_id"))

    op.drop_table("privacy_requests")
    with op.batch_alter_table("person_merges", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_person_merges_merged_id"))
        batch_op.drop_index(batch_op.f("ix_person_merges_made_by_id"))
        batch_op.drop_index(batch_op.f("ix_person_merges_kept_id"))

    op.drop_table("person_merges")
    with op.batch_alter_table("person_keys", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_person_keys_person_id"))
        batch_op.drop_index("ix_person_keys_key_hash_kind_person_id")

    op.drop_table("person_keys")
    with op.batch_alter_table("person_distinctions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_person_distinctions_said_by_id"))
        batch_op.drop_index(batch_op.f("ix_person_distinctions_other_id"))
        batch_op.drop_index(batch_op.f("ix_person_distinctions_one_id"))

    op.drop_table("person_distinctions")
    op.drop_table("letter_counters")
    op.drop_table("column_mappings")
    with op.batch_alter_table("erasures", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_erasures_object_id"))
        batch_op.drop_index(batch_op.f("ix_erasures_email_hash"))

    op.drop_table("erasures")
