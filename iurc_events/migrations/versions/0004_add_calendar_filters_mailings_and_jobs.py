"""Add calendars of filters, invitations by mail, letters to many and background jobs."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def altered(name: str) -> Any:
    """Begin to alter a table as it is, with its check constraints, which reflection alone would lose."""
    bind = op.get_bind()
    if bind.dialect.name != "sqlite":
        return op.batch_alter_table(name)
    table = sa.Table(name, sa.MetaData(), autoload_with=bind)
    for check in sa.inspect(bind).get_check_constraints(name):
        table.append_constraint(sa.CheckConstraint(check["sqltext"], name=check["name"]))
    return op.batch_alter_table(name, copy_from=table, recreate="always")


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "saved_filters",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("short_id", sa.String(length=12), nullable=False),
        sa.Column("conditions", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("conditions_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_filters")),
        sa.UniqueConstraint("conditions_hash", name=op.f("uq_saved_filters_conditions_hash")),
        sa.UniqueConstraint("short_id", name=op.f("uq_saved_filters_short_id")),
    )
    op.create_table(
        "timed_runs",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("turn_starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("has_failed", sa.Boolean(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("name", "turn_starts_at", name=op.f("pk_timed_runs")),
    )
    op.create_table(
        "digest_subscriptions",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("period", sa.String(length=40), nullable=False),
        sa.Column("last_sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["programme_id"],
            ["programmes.id"],
            name=op.f("fk_digest_subscriptions_programme_id_programmes"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_digest_subscriptions_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "programme_id", name=op.f("pk_digest_subscriptions")),
    )
    with op.batch_alter_table("digest_subscriptions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_digest_subscriptions_programme_id"), ["programme_id"], unique=False)

    op.create_table(
        "mail_opt_outs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("address_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("topic", sa.String(length=40), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["programme_id"],
            ["programmes.id"],
            name=op.f("fk_mail_opt_outs_programme_id_programmes"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_opt_outs")),
        sa.UniqueConstraint(
            "address_hash", "topic", "programme_id", name=op.f("uq_mail_opt_outs_address_hash_topic_programme_id")
        ),
    )
    with op.batch_alter_table("mail_opt_outs", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mail_opt_outs_programme_id"), ["programme_id"], unique=False)

    op.create_table(
        "mailings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("body", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("audience", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("timing", sa.String(length=40), nullable=False),
        sa.Column("days", sa.Integer(), nullable=True),
        sa.Column("at_wall", sa.String(length=16), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("recipient_count", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('draft', 'planned', 'sending', 'sent', 'cancelled')", name=op.f("ck_mailings_state")
        ),
        sa.CheckConstraint("timing IN ('at', 'before-start', 'after-end')", name=op.f("ck_mailings_timing")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_mailings_event_id_events"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["users.id"], name=op.f("fk_mailings_made_by_id_users"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailings")),
        sa.UniqueConstraint("public_id", name=op.f("uq_mailings_public_id")),
    )
    with op.batch_alter_table("mailings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mailings_event_id"), ["event_id"], unique=False)
        batch_op.create_index("ix_mailings_state_due_at", ["state", "due_at"], unique=False)

    op.create_table(
        "meeting_invitations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("method", sa.String(length=10), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reply", sa.String(length=40), nullable=True),
        sa.Column("replied_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("method IN ('REQUEST', 'CANCEL')", name=op.f("ck_meeting_invitations_method")),
        sa.CheckConstraint(
            "reply IN ('ACCEPTED', 'DECLINED', 'TENTATIVE', 'DELEGATED')", name=op.f("ck_meeting_invitations_reply")
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_meeting_invitations_event_id_events"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participants.id"],
            name=op.f("fk_meeting_invitations_participant_id_participants"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_invitations")),
        sa.UniqueConstraint("participant_id", name=op.f("uq_meeting_invitations_participant_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_meeting_invitations_public_id")),
    )
    with op.batch_alter_table("meeting_invitations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meeting_invitations_event_id"), ["event_id"], unique=False)

    op.create_table(
        "background_jobs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("arguments", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=True),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("done_steps", sa.Integer(), nullable=False),
        sa.Column("all_steps", sa.Integer(), nullable=True),
        sa.Column("result_name", sa.String(length=200), nullable=True),
        sa.Column("result_type", sa.String(length=100), nullable=True),
        sa.Column("result_hash", sa.String(length=64), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('queued', 'running', 'done', 'failed', 'cancelled')", name=op.f("ck_background_jobs_state")
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_background_jobs_event_id_events"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["users.id"], name=op.f("fk_background_jobs_made_by_id_users"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"],
            ["programmes.id"],
            name=op.f("fk_background_jobs_programme_id_programmes"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_background_jobs")),
        sa.UniqueConstraint("public_id", name=op.f("uq_background_jobs_public_id")),
    )
    with op.batch_alter_table("background_jobs", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_background_jobs_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_background_jobs_made_by_id"), ["made_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_background_jobs_programme_id"), ["programme_id"], unique=False)
        batch_op.create_index("ix_background_jobs_state_created_at", ["state", "created_at"], unique=False)

    op.add_column("calendar_subscriptions", sa.Column("parts", sa.JSON(none_as_null=True), nullable=True))
    op.add_column(
        "participants", sa.Column("wants_invitation", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.create_index(op.f("ix_speakers_email"), "speakers", ["email"], unique=False)
    with altered("messages") as batch_op:
        batch_op.add_column(sa.Column("to_domain", sa.String(length=255), server_default="", nullable=False))
        batch_op.add_column(sa.Column("mailing_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("topic", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("bounced_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(batch_op.f("ix_messages_mailing_id"), ["mailing_id"], unique=False)
        batch_op.create_index("ix_messages_to_domain_sent_at", ["to_domain", "sent_at"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_messages_mailing_id_mailings"), "mailings", ["mailing_id"], ["id"], ondelete="SET NULL"
        )
    position = "instr(to_email, '@')" if op.get_bind().dialect.name == "sqlite" else "position('@' in to_email)"
    found = f"UPDATE messages SET to_domain = lower(substr(to_email, {position} + 1)) WHERE {position} > 0"  # noqa: S608  (our own words)
    op.execute(found)


def downgrade() -> None:
    """Take the change back."""
    with altered("messages") as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_messages_mailing_id_mailings"), type_="foreignkey")
        batch_op.drop_index("ix_messages_to_domain_sent_at")
        batch_op.drop_index(batch_op.f("ix_messages_mailing_id"))
        for column in ("bounced_at", "topic", "mailing_id", "to_domain"):
            batch_op.drop_column(column)
    op.drop_index(op.f("ix_speakers_email"), table_name="speakers")
    op.drop_column("participants", "wants_invitation")
    op.drop_column("calendar_subscriptions", "parts")
    for table in (
        "background_jobs",
        "meeting_invitations",
        "mailings",
        "mail_opt_outs",
        "digest_subscriptions",
        "timed_runs",
        "saved_filters",
    ):
        op.drop_table(table)
