"""Create all tables"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""

    op.create_table(
        "attempt_counters",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("window_starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt_counters")),
        sa.UniqueConstraint("key", "window_starts_at", name=op.f("uq_attempt_counters_key_window_starts_at")),
    )
    with op.batch_alter_table("attempt_counters", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attempt_counters_window_starts_at"), ["window_starts_at"], unique=False)

    op.create_table(
        "cities",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=120), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("aliases", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("side", sa.String(length=10), nullable=False),
        sa.Column("part_of_id", sa.Integer(), nullable=True),
        sa.Column("lat", sa.Float(), nullable=False),
        sa.Column("lon", sa.Float(), nullable=False),
        sa.Column("coordinates_of", sa.String(), nullable=True),
        sa.Column("coordinate_precision", sa.String(length=20), nullable=True),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("sources", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("sort_keys", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.CheckConstraint("side IN ('EU', 'China', 'other')", name=op.f("ck_cities_side")),
        sa.CheckConstraint("lat BETWEEN -90 AND 90", name=op.f("ck_cities_lat")),
        sa.CheckConstraint("lon BETWEEN -180 AND 180", name=op.f("ck_cities_lon")),
        sa.ForeignKeyConstraint(
            ["part_of_id"], ["cities.id"], name=op.f("fk_cities_part_of_id_cities"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cities")),
        sa.UniqueConstraint("slug", name=op.f("uq_cities_slug")),
    )
    with op.batch_alter_table("cities", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_cities_country"), ["country"], unique=False)
        batch_op.create_index(batch_op.f("ix_cities_part_of_id"), ["part_of_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_cities_side"), ["side"], unique=False)

    op.create_table(
        "city_pairs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=120), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("topic", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("sources", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("extra", sa.JSON(none_as_null=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_city_pairs")),
        sa.UniqueConstraint("slug", name=op.f("uq_city_pairs_slug")),
    )
    op.create_table(
        "feed_versions",
        sa.Column("feed", sa.String(length=140), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("revised_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("feed", name=op.f("pk_feed_versions")),
    )
    op.create_table(
        "frameworks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=120), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.JSON(none_as_null=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_frameworks")),
        sa.UniqueConstraint("slug", name=op.f("uq_frameworks_slug")),
    )
    op.create_table(
        "persons",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(length=120), nullable=True),
        sa.Column("name", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("family_name", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("name_native", sa.Text(), nullable=True),
        sa.Column("sort_keys", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_persons")),
        sa.UniqueConstraint("public_id", name=op.f("uq_persons_public_id")),
        sa.UniqueConstraint("slug", name=op.f("uq_persons_slug")),
    )
    with op.batch_alter_table("persons", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_persons_email"), ["email"], unique=False)

    op.create_table(
        "programmes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=120), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("period_from", sa.String(), nullable=True),
        sa.Column("period_to", sa.String(), nullable=True),
        sa.Column("has_period", sa.Boolean(), nullable=False),
        sa.Column("languages", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("reference_zones", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("office_hours", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("contact_name", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("contact_email", sa.String(), nullable=True),
        sa.Column("funding_line", sa.JSON(none_as_null=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programmes")),
        sa.UniqueConstraint("slug", name=op.f("uq_programmes_slug")),
    )
    op.create_table(
        "themes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=120), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.JSON(none_as_null=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_themes")),
        sa.UniqueConstraint("slug", name=op.f("uq_themes_slug")),
    )
    op.create_table(
        "users",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("theme", sa.String(length=8), nullable=False),
        sa.Column("session_epoch", sa.Integer(), nullable=False),
        sa.Column("is_disabled", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signed_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("email", name=op.f("uq_users_email")),
        sa.UniqueConstraint("public_id", name=op.f("uq_users_public_id")),
    )
    op.create_table(
        "audit_entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_user_id", sa.Integer(), nullable=True),
        sa.Column("programme_id", sa.Integer(), nullable=True),
        sa.Column("action", sa.String(length=80), nullable=False),
        sa.Column("object_kind", sa.String(length=40), nullable=False),
        sa.Column("object_id", sa.String(length=140), nullable=False),
        sa.Column("fields", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("was_refused", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["programme_id"],
            ["programmes.id"],
            name=op.f("fk_audit_entries_programme_id_programmes"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entries")),
    )
    with op.batch_alter_table("audit_entries", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_entries_actor_user_id"), ["actor_user_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_entries_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_entries_programme_id"), ["programme_id"], unique=False)

    op.create_table(
        "calendar_subscriptions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("last_four", sa.String(length=4), nullable=False),
        sa.Column("last_used_on", sa.String(length=10), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_calendar_subscriptions_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_subscriptions")),
        sa.UniqueConstraint("public_id", name=op.f("uq_calendar_subscriptions_public_id")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_calendar_subscriptions_token_hash")),
        sa.UniqueConstraint("user_id", "name", name=op.f("uq_calendar_subscriptions_user_id_name")),
    )
    op.create_table(
        "city_programmes",
        sa.Column("city_id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["city_id"], ["cities.id"], name=op.f("fk_city_programmes_city_id_cities"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"],
            ["programmes.id"],
            name=op.f("fk_city_programmes_programme_id_programmes"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("city_id", "programme_id", name=op.f("pk_city_programmes")),
    )
    with op.batch_alter_table("city_programmes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_city_programmes_city_id"), ["city_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_city_programmes_programme_id"), ["programme_id"], unique=False)

    op.create_table(
        "events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(length=120), nullable=False),
        sa.Column("calendar_uid", sa.Uuid(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("title", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("title_translated", sa.String(length=8), nullable=True),
        sa.Column("summary", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("format", sa.String(length=40), nullable=False),
        sa.Column("status_note", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("rescheduled_from", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("time_estimate", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("published_times", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("venue_name", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("venue_address", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("venue_city_id", sa.Integer(), nullable=True),
        sa.Column("organisers", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("sdgs", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("working_languages", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("contact_name", sa.String(length=200), nullable=True),
        sa.Column("contact_email", sa.String(length=254), nullable=True),
        sa.Column("notes", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("sources", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("stated_empty", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("seats_taken", sa.Integer(), nullable=False),
        sa.Column("registration_opens_on", sa.String(length=10), nullable=True),
        sa.Column("registration_closes_on", sa.String(length=10), nullable=True),
        sa.Column("is_registration_open", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("visible_revised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("unpublished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("copied_from_id", sa.Integer(), nullable=True),
        sa.Column("time_zone", sa.String(length=64), nullable=True),
        sa.Column("time_precision", sa.String(length=20), nullable=True),
        sa.Column("part_of_day", sa.String(length=20), nullable=True),
        sa.Column("starts_wall", sa.String(length=16), nullable=True),
        sa.Column("ends_wall", sa.String(length=16), nullable=True),
        sa.Column("starts_fold", sa.Integer(), nullable=False),
        sa.Column("ends_fold", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_day", sa.String(length=10), nullable=True),
        sa.Column("last_day", sa.String(length=10), nullable=True),
        sa.CheckConstraint(
            "(part_of_day IS NOT NULL) = (time_precision = 'part-of-day')", name=op.f("ck_events_part_of_day")
        ),
        sa.CheckConstraint("format IN ('online', 'onsite', 'hybrid')", name=op.f("ck_events_format")),
        sa.CheckConstraint(
            "state IN ('draft', 'published', 'held', 'postponed', 'cancelled')", name=op.f("ck_events_state")
        ),
        sa.CheckConstraint(
            "time_precision IN ('minute', 'part-of-day', 'day', 'month')", name=op.f("ck_events_precision")
        ),
        sa.CheckConstraint("capacity IS NULL OR capacity > 0", name=op.f("ck_events_capacity")),
        sa.CheckConstraint("seats_taken >= 0", name=op.f("ck_events_seats_taken")),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_events_ends_after_start")),
        sa.ForeignKeyConstraint(
            ["copied_from_id"], ["events.id"], name=op.f("fk_events_copied_from_id_events"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programmes.id"], name=op.f("fk_events_programme_id_programmes"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["venue_city_id"], ["cities.id"], name=op.f("fk_events_venue_city_id_cities"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
        sa.UniqueConstraint("calendar_uid", name=op.f("uq_events_calendar_uid")),
        sa.UniqueConstraint("public_id", name=op.f("uq_events_public_id")),
        sa.UniqueConstraint("slug", name=op.f("uq_events_slug")),
    )
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_events_copied_from_id"), ["copied_from_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_events_ends_at"), ["ends_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_events_first_day"), ["first_day"], unique=False)
        batch_op.create_index(batch_op.f("ix_events_kind"), ["kind"], unique=False)
        batch_op.create_index(batch_op.f("ix_events_last_day"), ["last_day"], unique=False)
        batch_op.create_index(
            "ix_events_listed", ["deleted_at", "state", "kind", "format", "ends_at", "starts_at"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_events_programme_id"), ["programme_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_events_starts_at"), ["starts_at"], unique=False)
        batch_op.create_index("ix_events_state_starts_at", ["state", "starts_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_events_unpublished_at"), ["unpublished_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_events_venue_city_id"), ["venue_city_id"], unique=False)

    op.create_table(
        "milestones",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pair_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("date", sa.String(length=10), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=True),
        sa.Column("text", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("extra", sa.JSON(none_as_null=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["pair_id"], ["city_pairs.id"], name=op.f("fk_milestones_pair_id_city_pairs"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_milestones")),
    )
    with op.batch_alter_table("milestones", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_milestones_pair_id"), ["pair_id"], unique=False)

    op.create_table(
        "pair_cities",
        sa.Column("pair_id", sa.Integer(), nullable=False),
        sa.Column("city_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["city_id"], ["cities.id"], name=op.f("fk_pair_cities_city_id_cities"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["pair_id"], ["city_pairs.id"], name=op.f("fk_pair_cities_pair_id_city_pairs"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("pair_id", "city_id", name=op.f("pk_pair_cities")),
    )
    with op.batch_alter_table("pair_cities", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pair_cities_city_id"), ["city_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_pair_cities_pair_id"), ["pair_id"], unique=False)

    op.create_table(
        "pair_programmes",
        sa.Column("pair_id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["pair_id"], ["city_pairs.id"], name=op.f("fk_pair_programmes_pair_id_city_pairs"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"],
            ["programmes.id"],
            name=op.f("fk_pair_programmes_programme_id_programmes"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("pair_id", "programme_id", name=op.f("pk_pair_programmes")),
    )
    with op.batch_alter_table("pair_programmes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pair_programmes_pair_id"), ["pair_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_pair_programmes_programme_id"), ["programme_id"], unique=False)

    op.create_table(
        "roles",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=True),
        sa.Column("city_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(name = 'delegate') = (city_id IS NOT NULL)", name=op.f("ck_roles_city")),
        sa.CheckConstraint(
            "(name IN ('organiser', 'funder')) = (programme_id IS NOT NULL)", name=op.f("ck_roles_programme")
        ),
        sa.CheckConstraint("name IN ('administrator', 'organiser', 'delegate', 'funder')", name=op.f("ck_roles_name")),
        sa.ForeignKeyConstraint(["city_id"], ["cities.id"], name=op.f("fk_roles_city_id_cities"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programmes.id"], name=op.f("fk_roles_programme_id_programmes"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_roles_user_id_users"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roles")),
        sa.UniqueConstraint(
            "user_id", "name", "programme_id", "city_id", name=op.f("uq_roles_user_id_name_programme_id_city_id")
        ),
    )
    with op.batch_alter_table("roles", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_roles_city_id"), ["city_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_roles_programme_id"), ["programme_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_roles_user_id"), ["user_id"], unique=False)

    op.create_table(
        "awards",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("level", sa.String(length=20), nullable=True),
        sa.Column("category", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("recipient_id", sa.Integer(), nullable=False),
        sa.Column("giver", sa.JSON(none_as_null=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_awards_event_id_events"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["recipient_id"], ["cities.id"], name=op.f("fk_awards_recipient_id_cities"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_awards")),
    )
    with op.batch_alter_table("awards", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_awards_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_awards_recipient_id"), ["recipient_id"], unique=False)

    op.create_table(
        "calendar_entries",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=True),
        sa.Column("format_version", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leaves_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_calendar_entries_event_id_events"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("event_id", "language", name=op.f("pk_calendar_entries")),
    )
    with op.batch_alter_table("calendar_entries", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_calendar_entries_ends_at"), ["ends_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_calendar_entries_starts_at"), ["starts_at"], unique=False)

    op.create_table(
        "delegations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("city_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("deadline_on", sa.String(length=10), nullable=True),
        sa.Column("decline_reason", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("invited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('invited', 'opened', 'nominating', 'submitted', 'confirmed', 'declined')",
            name=op.f("ck_delegations_state"),
        ),
        sa.ForeignKeyConstraint(
            ["city_id"], ["cities.id"], name=op.f("fk_delegations_city_id_cities"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_delegations_event_id_events"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delegations")),
        sa.UniqueConstraint("event_id", "city_id", name=op.f("uq_delegations_event_id_city_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_delegations_public_id")),
    )
    with op.batch_alter_table("delegations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_delegations_city_id"), ["city_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_delegations_deadline_on"), ["deadline_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_delegations_state"), ["state"], unique=False)

    op.create_table(
        "documents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("title", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("images", sa.Integer(), nullable=True),
        sa.Column("session_slug", sa.String(length=120), nullable=True),
        sa.Column("is_available", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_documents_event_id_events"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_documents")),
        sa.UniqueConstraint("public_id", name=op.f("uq_documents_public_id")),
    )
    with op.batch_alter_table("documents", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_documents_event_id"), ["event_id"], unique=False)

    op.create_table(
        "event_cities",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("city_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["city_id"], ["cities.id"], name=op.f("fk_event_cities_city_id_cities"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_event_cities_event_id_events"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("event_id", "city_id", name=op.f("pk_event_cities")),
    )
    with op.batch_alter_table("event_cities", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_event_cities_city_id"), ["city_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_event_cities_event_id"), ["event_id"], unique=False)

    op.create_table(
        "event_frameworks",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("framework_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_event_frameworks_event_id_events"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["framework_id"],
            ["frameworks.id"],
            name=op.f("fk_event_frameworks_framework_id_frameworks"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("event_id", "framework_id", name=op.f("pk_event_frameworks")),
    )
    with op.batch_alter_table("event_frameworks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_event_frameworks_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_event_frameworks_framework_id"), ["framework_id"], unique=False)

    op.create_table(
        "event_memberships",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("subject_kind", sa.String(length=12), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_event_memberships_event_id_events"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("event_id", "subject_kind", "subject_id", name=op.f("pk_event_memberships")),
    )
    with op.batch_alter_table("event_memberships", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_event_memberships_event_id"), ["event_id"], unique=False)
        batch_op.create_index("ix_event_memberships_subject", ["subject_kind", "subject_id"], unique=False)

    op.create_table(
        "event_moves",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("from_starts", sa.String(length=16), nullable=False),
        sa.Column("from_ends", sa.String(length=16), nullable=False),
        sa.Column("from_zone", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("moved_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_event_moves_event_id_events"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["moved_by_id"], ["users.id"], name=op.f("fk_event_moves_moved_by_id_users"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_moves")),
    )
    with op.batch_alter_table("event_moves", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_event_moves_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_event_moves_moved_by_id"), ["moved_by_id"], unique=False)

    op.create_table(
        "event_pairs",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("pair_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_event_pairs_event_id_events"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["pair_id"], ["city_pairs.id"], name=op.f("fk_event_pairs_pair_id_city_pairs"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("event_id", "pair_id", name=op.f("pk_event_pairs")),
    )
    with op.batch_alter_table("event_pairs", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_event_pairs_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_event_pairs_pair_id"), ["pair_id"], unique=False)

    op.create_table(
        "event_programmes",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_event_programmes_event_id_events"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"],
            ["programmes.id"],
            name=op.f("fk_event_programmes_programme_id_programmes"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("event_id", "programme_id", name=op.f("pk_event_programmes")),
    )
    with op.batch_alter_table("event_programmes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_event_programmes_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_event_programmes_programme_id"), ["programme_id"], unique=False)

    op.create_table(
        "event_search_texts",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_event_search_texts_event_id_events"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_event_search_texts")),
    )
    op.create_table(
        "event_themes",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("theme_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_event_themes_event_id_events"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["theme_id"], ["themes.id"], name=op.f("fk_event_themes_theme_id_themes"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("event_id", "theme_id", name=op.f("pk_event_themes")),
    )
    with op.batch_alter_table("event_themes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_event_themes_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_event_themes_theme_id"), ["theme_id"], unique=False)

    op.create_table(
        "followed_events",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("followed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_followed_events_event_id_events"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_followed_events_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "event_id", name=op.f("pk_followed_events")),
    )
    with op.batch_alter_table("followed_events", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_followed_events_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_followed_events_user_id"), ["user_id"], unique=False)

    op.create_table(
        "former_slugs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=120), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_former_slugs_event_id_events"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_former_slugs")),
        sa.UniqueConstraint("slug", name=op.f("uq_former_slugs_slug")),
    )
    with op.batch_alter_table("former_slugs", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_former_slugs_event_id"), ["event_id"], unique=False)

    op.create_table(
        "head_counts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("city_id", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column("qualifier", sa.String(length=40), nullable=False),
        sa.Column("as_printed", sa.Text(), nullable=True),
        sa.Column("source", sa.String(length=500), nullable=False),
        sa.Column("is_imported", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "qualifier IN ('exactly', 'at-least', 'more-than', 'about')", name=op.f("ck_head_counts_qualifier")
        ),
        sa.CheckConstraint("value >= 0", name=op.f("ck_head_counts_value")),
        sa.ForeignKeyConstraint(
            ["city_id"], ["cities.id"], name=op.f("fk_head_counts_city_id_cities"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_head_counts_event_id_events"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["users.id"], name=op.f("fk_head_counts_recorded_by_id_users"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_head_counts")),
    )
    with op.batch_alter_table("head_counts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_head_counts_city_id"), ["city_id"], unique=False)
        batch_op.create_index("ix_head_counts_event_id_subject", ["event_id", "subject"], unique=False)
        batch_op.create_index(batch_op.f("ix_head_counts_recorded_by_id"), ["recorded_by_id"], unique=False)

    op.create_table(
        "import_records",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("document", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("header", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_import_records_event_id_events"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_records")),
        sa.UniqueConstraint("event_id", name=op.f("uq_import_records_event_id")),
    )
    op.create_table(
        "join_links",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("label", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("address", sa.String(length=2000), nullable=False),
        sa.Column("meeting_number", sa.String(length=80), nullable=True),
        sa.Column("passcode", sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_join_links_event_id_events"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_join_links")),
    )
    with op.batch_alter_table("join_links", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_join_links_event_id"), ["event_id"], unique=False)

    op.create_table(
        "outcomes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.JSON(none_as_null=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_outcomes_event_id_events"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outcomes")),
    )
    with op.batch_alter_table("outcomes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_outcomes_event_id"), ["event_id"], unique=False)

    op.create_table(
        "revisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("action", sa.String(length=120), nullable=False),
        sa.Column("changed_fields", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("is_visible", sa.Boolean(), nullable=False),
        sa.Column("snapshot", sa.JSON(none_as_null=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["users.id"], name=op.f("fk_revisions_actor_id_users"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_revisions_event_id_events"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revisions")),
        sa.UniqueConstraint("event_id", "number", name=op.f("uq_revisions_event_id_number")),
    )
    with op.batch_alter_table("revisions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_revisions_actor_id"), ["actor_id"], unique=False)

    op.create_table(
        "delegation_quotas",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("delegation_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("mode", sa.String(length=40), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.CheckConstraint("mode IN ('any', 'onsite', 'online')", name=op.f("ck_delegation_quotas_mode")),
        sa.CheckConstraint("role IN ('speaker', 'participant', 'observer')", name=op.f("ck_delegation_quotas_role")),
        sa.CheckConstraint("places >= 0", name=op.f("ck_delegation_quotas_places")),
        sa.ForeignKeyConstraint(
            ["delegation_id"],
            ["delegations.id"],
            name=op.f("fk_delegation_quotas_delegation_id_delegations"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delegation_quotas")),
        sa.UniqueConstraint("delegation_id", "role", "mode", name=op.f("uq_delegation_quotas_delegation_id_role_mode")),
    )
    op.create_table(
        "focal_points",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("delegation_id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["delegation_id"],
            ["delegations.id"],
            name=op.f("fk_focal_points_delegation_id_delegations"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_focal_points_user_id_users"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_focal_points")),
        sa.UniqueConstraint("delegation_id", "email", name=op.f("uq_focal_points_delegation_id_email")),
        sa.UniqueConstraint("public_id", name=op.f("uq_focal_points_public_id")),
    )
    with op.batch_alter_table("focal_points", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_focal_points_email"), ["email"], unique=False)
        batch_op.create_index(batch_op.f("ix_focal_points_user_id"), ["user_id"], unique=False)

    op.create_table(
        "participants",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("delegation_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("organisation", sa.String(length=300), nullable=False),
        sa.Column("city_id", sa.Integer(), nullable=True),
        sa.Column("stakeholder_type", sa.String(length=40), nullable=False),
        sa.Column("mode", sa.String(length=40), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("consented_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("mode IN ('onsite', 'online')", name=op.f("ck_participants_mode")),
        sa.CheckConstraint(
            "stakeholder_type IN ('government', 'academia', 'business', 'civil-society', 'other')",
            name=op.f("ck_participants_stakeholder_type"),
        ),
        sa.CheckConstraint(
            "state IN ('registered', 'waiting', 'confirmed', 'cancelled')", name=op.f("ck_participants_state")
        ),
        sa.ForeignKeyConstraint(
            ["city_id"], ["cities.id"], name=op.f("fk_participants_city_id_cities"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["delegation_id"],
            ["delegations.id"],
            name=op.f("fk_participants_delegation_id_delegations"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_participants_event_id_events"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_participants_person_id_persons"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participants")),
        sa.UniqueConstraint("event_id", "email", name=op.f("uq_participants_event_id_email")),
        sa.UniqueConstraint("public_id", name=op.f("uq_participants_public_id")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_participants_token_hash")),
    )
    with op.batch_alter_table("participants", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_participants_city_id"), ["city_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_participants_delegation_id"), ["delegation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_participants_email"), ["email"], unique=False)
        batch_op.create_index(batch_op.f("ix_participants_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_participants_state"), ["state"], unique=False)

    op.create_table(
        "speakers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_imported", sa.Boolean(), nullable=False),
        sa.Column("name", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("family_name", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("name_native", sa.Text(), nullable=True),
        sa.Column("name_status", sa.String(length=20), nullable=True),
        sa.Column("honorific", sa.String(length=8), nullable=True),
        sa.Column("title", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("organisation", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("city_id", sa.Integer(), nullable=True),
        sa.Column("states_city", sa.Boolean(), nullable=False),
        sa.Column("roles", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("stakeholder_type", sa.String(length=20), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("topic", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("abstract", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("language_spoken", sa.String(length=20), nullable=True),
        sa.Column("mode", sa.String(length=10), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("decision_note", sa.Text(), nullable=True),
        sa.Column("consented_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delegation_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('nominated', 'accepted', 'refused', 'withdrawn')", name=op.f("ck_speakers_state")
        ),
        sa.ForeignKeyConstraint(
            ["city_id"], ["cities.id"], name=op.f("fk_speakers_city_id_cities"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["delegation_id"],
            ["delegations.id"],
            name=op.f("fk_speakers_delegation_id_delegations"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_speakers_event_id_events"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_speakers_person_id_persons"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_speakers")),
        sa.UniqueConstraint("event_id", "person_id", name=op.f("uq_speakers_event_id_person_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_speakers_public_id")),
    )
    with op.batch_alter_table("speakers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_speakers_city_id"), ["city_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_speakers_delegation_id"), ["delegation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_speakers_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_speakers_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_speakers_state"), ["state"], unique=False)

    op.create_table(
        "attendances",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=True),
        sa.Column("speaker_id", sa.Integer(), nullable=True),
        sa.Column("mode", sa.String(length=40), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("(participant_id IS NULL) <> (speaker_id IS NULL)", name=op.f("ck_attendances_one_person")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_attendances_event_id_events"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participants.id"],
            name=op.f("fk_attendances_participant_id_participants"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["users.id"], name=op.f("fk_attendances_recorded_by_id_users"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["speaker_id"], ["speakers.id"], name=op.f("fk_attendances_speaker_id_speakers"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendances")),
        sa.UniqueConstraint("event_id", "participant_id", name=op.f("uq_attendances_event_id_participant_id")),
        sa.UniqueConstraint("event_id", "speaker_id", name=op.f("uq_attendances_event_id_speaker_id")),
    )
    with op.batch_alter_table("attendances", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attendances_participant_id"), ["participant_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_attendances_recorded_by_id"), ["recorded_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_attendances_speaker_id"), ["speaker_id"], unique=False)

    op.create_table(
        "event_sessions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=120), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("title", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("room", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("parallel_group", sa.String(length=120), nullable=True),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("format", sa.String(length=20), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("chair_id", sa.Integer(), nullable=True),
        sa.Column("stated_empty", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=True),
        sa.Column("time_precision", sa.String(length=20), nullable=True),
        sa.Column("part_of_day", sa.String(length=20), nullable=True),
        sa.Column("starts_wall", sa.String(length=16), nullable=True),
        sa.Column("ends_wall", sa.String(length=16), nullable=True),
        sa.Column("starts_fold", sa.Integer(), nullable=False),
        sa.Column("ends_fold", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_day", sa.String(length=10), nullable=True),
        sa.Column("last_day", sa.String(length=10), nullable=True),
        sa.CheckConstraint("capacity IS NULL OR capacity > 0", name=op.f("ck_event_sessions_capacity")),
        sa.ForeignKeyConstraint(
            ["chair_id"], ["speakers.id"], name=op.f("fk_event_sessions_chair_id_speakers"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_event_sessions_event_id_events"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_sessions")),
        sa.UniqueConstraint("event_id", "slug", name=op.f("uq_event_sessions_event_id_slug")),
        sa.UniqueConstraint("public_id", name=op.f("uq_event_sessions_public_id")),
    )
    with op.batch_alter_table("event_sessions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_event_sessions_chair_id"), ["chair_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_event_sessions_ends_at"), ["ends_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_event_sessions_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_event_sessions_first_day"), ["first_day"], unique=False)
        batch_op.create_index(batch_op.f("ix_event_sessions_last_day"), ["last_day"], unique=False)
        batch_op.create_index(batch_op.f("ix_event_sessions_starts_at"), ["starts_at"], unique=False)

    op.create_table(
        "messages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=True),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("delegation_id", sa.Integer(), nullable=True),
        sa.Column("focal_point_id", sa.Integer(), nullable=True),
        sa.Column("participant_id", sa.Integer(), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("to_email", sa.String(length=254), nullable=False),
        sa.Column("to_name", sa.String(length=200), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("subject", sa.String(length=500), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("message_id", sa.String(length=200), nullable=False),
        sa.Column("headers", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("calendar", sa.LargeBinary(), nullable=True),
        sa.Column("calendar_method", sa.String(length=12), nullable=True),
        sa.Column("is_secret", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("is_in_doubt", sa.Boolean(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sending_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state IN ('queued', 'sending', 'sent', 'failed', 'bounced', 'kept')", name=op.f("ck_messages_state")
        ),
        sa.ForeignKeyConstraint(
            ["delegation_id"],
            ["delegations.id"],
            name=op.f("fk_messages_delegation_id_delegations"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_messages_event_id_events"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["focal_point_id"],
            ["focal_points.id"],
            name=op.f("fk_messages_focal_point_id_focal_points"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participants.id"],
            name=op.f("fk_messages_participant_id_participants"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programmes.id"], name=op.f("fk_messages_programme_id_programmes"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_messages_user_id_users"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
        sa.UniqueConstraint("message_id", name=op.f("uq_messages_message_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_messages_public_id")),
    )
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_messages_delegation_id"), ["delegation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_messages_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_messages_focal_point_id"), ["focal_point_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_messages_participant_id"), ["participant_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_messages_programme_id"), ["programme_id"], unique=False)
        batch_op.create_index("ix_messages_state_due_at", ["state", "due_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_messages_to_email"), ["to_email"], unique=False)
        batch_op.create_index(batch_op.f("ix_messages_user_id"), ["user_id"], unique=False)

    op.create_table(
        "one_time_tokens",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("delegation_id", sa.Integer(), nullable=True),
        sa.Column("focal_point_id", sa.Integer(), nullable=True),
        sa.Column("participant_id", sa.Integer(), nullable=True),
        sa.Column("payload", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["delegation_id"],
            ["delegations.id"],
            name=op.f("fk_one_time_tokens_delegation_id_delegations"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_one_time_tokens_event_id_events"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["focal_point_id"],
            ["focal_points.id"],
            name=op.f("fk_one_time_tokens_focal_point_id_focal_points"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participants.id"],
            name=op.f("fk_one_time_tokens_participant_id_participants"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_one_time_tokens_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_one_time_tokens")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_one_time_tokens_token_hash")),
    )
    with op.batch_alter_table("one_time_tokens", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_one_time_tokens_delegation_id"), ["delegation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_one_time_tokens_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_one_time_tokens_focal_point_id"), ["focal_point_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_one_time_tokens_participant_id"), ["participant_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_one_time_tokens_user_id"), ["user_id"], unique=False)

    op.create_table(
        "agenda_items",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("title", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("topic", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("duration_min", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("stated_empty", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=True),
        sa.Column("time_precision", sa.String(length=20), nullable=True),
        sa.Column("part_of_day", sa.String(length=20), nullable=True),
        sa.Column("starts_wall", sa.String(length=16), nullable=True),
        sa.Column("ends_wall", sa.String(length=16), nullable=True),
        sa.Column("starts_fold", sa.Integer(), nullable=False),
        sa.Column("ends_fold", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_day", sa.String(length=10), nullable=True),
        sa.Column("last_day", sa.String(length=10), nullable=True),
        sa.CheckConstraint("duration_min BETWEEN 1 AND 1440", name=op.f("ck_agenda_items_duration_min")),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["event_sessions.id"],
            name=op.f("fk_agenda_items_session_id_event_sessions"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agenda_items")),
        sa.UniqueConstraint("public_id", name=op.f("uq_agenda_items_public_id")),
    )
    with op.batch_alter_table("agenda_items", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_agenda_items_ends_at"), ["ends_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_agenda_items_first_day"), ["first_day"], unique=False)
        batch_op.create_index(batch_op.f("ix_agenda_items_last_day"), ["last_day"], unique=False)
        batch_op.create_index(batch_op.f("ix_agenda_items_session_id"), ["session_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_agenda_items_starts_at"), ["starts_at"], unique=False)

    op.create_table(
        "agenda_item_cities",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("city_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["city_id"], ["cities.id"], name=op.f("fk_agenda_item_cities_city_id_cities"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["item_id"],
            ["agenda_items.id"],
            name=op.f("fk_agenda_item_cities_item_id_agenda_items"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("item_id", "city_id", name=op.f("pk_agenda_item_cities")),
    )
    with op.batch_alter_table("agenda_item_cities", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_agenda_item_cities_city_id"), ["city_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_agenda_item_cities_item_id"), ["item_id"], unique=False)

    op.create_table(
        "contributions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("speaker_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["agenda_items.id"], name=op.f("fk_contributions_item_id_agenda_items"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["speaker_id"], ["speakers.id"], name=op.f("fk_contributions_speaker_id_speakers"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contributions")),
    )
    with op.batch_alter_table("contributions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contributions_item_id"), ["item_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_contributions_speaker_id"), ["speaker_id"], unique=False)


def downgrade() -> None:
    """Take the change back."""

    with op.batch_alter_table("contributions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_contributions_speaker_id"))
        batch_op.drop_index(batch_op.f("ix_contributions_item_id"))

    op.drop_table("contributions")
    with op.batch_alter_table("agenda_item_cities", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_agenda_item_cities_item_id"))
        batch_op.drop_index(batch_op.f("ix_agenda_item_cities_city_id"))

    op.drop_table("agenda_item_cities")
    with op.batch_alter_table("agenda_items", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_agenda_items_starts_at"))
        batch_op.drop_index(batch_op.f("ix_agenda_items_session_id"))
        batch_op.drop_index(batch_op.f("ix_agenda_items_last_day"))
        batch_op.drop_index(batch_op.f("ix_agenda_items_first_day"))
        batch_op.drop_index(batch_op.f("ix_agenda_items_ends_at"))

    op.drop_table("agenda_items")
    with op.batch_alter_table("one_time_tokens", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_one_time_tokens_user_id"))
        batch_op.drop_index(batch_op.f("ix_one_time_tokens_participant_id"))
        batch_op.drop_index(batch_op.f("ix_one_time_tokens_focal_point_id"))
        batch_op.drop_index(batch_op.f("ix_one_time_tokens_event_id"))
        batch_op.drop_index(batch_op.f("ix_one_time_tokens_delegation_id"))

    op.drop_table("one_time_tokens")
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_messages_user_id"))
        batch_op.drop_index(batch_op.f("ix_messages_to_email"))
        batch_op.drop_index("ix_messages_state_due_at")
        batch_op.drop_index(batch_op.f("ix_messages_programme_id"))
        batch_op.drop_index(batch_op.f("ix_messages_participant_id"))
        batch_op.drop_index(batch_op.f("ix_messages_focal_point_id"))
        batch_op.drop_index(batch_op.f("ix_messages_event_id"))
        batch_op.drop_index(batch_op.f("ix_messages_delegation_id"))

    op.drop_table("messages")
    with op.batch_alter_table("event_sessions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_event_sessions_starts_at"))
        batch_op.drop_index(batch_op.f("ix_event_sessions_last_day"))
        batch_op.drop_index(batch_op.f("ix_event_sessions_first_day"))
        batch_op.drop_index(batch_op.f("ix_event_sessions_event_id"))
        batch_op.drop_index(batch_op.f("ix_event_sessions_ends_at"))
        batch_op.drop_index(batch_op.f("ix_event_sessions_chair_id"))

    op.drop_table("event_sessions")
    with op.batch_alter_table("attendances", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_attendances_speaker_id"))
        batch_op.drop_index(batch_op.f("ix_attendances_recorded_by_id"))
        batch_op.drop_index(batch_op.f("ix_attendances_participant_id"))

    op.drop_table("attendances")
    with op.batch_alter_table("speakers", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_speakers_state"))
        batch_op.drop_index(batch_op.f("ix_speakers_person_id"))
        batch_op.drop_index(batch_op.f("ix_speakers_event_id"))
        batch_op.drop_index(batch_op.f("ix_speakers_delegation_id"))
        batch_op.drop_index(batch_op.f("ix_speakers_city_id"))

    op.drop_table("speakers")
    with op.batch_alter_table("participants", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_participants_state"))
        batch_op.drop_index(batch_op.f("ix_participants_person_id"))
        batch_op.drop_index(batch_op.f("ix_participants_email"))
        batch_op.drop_index(batch_op.f("ix_participants_delegation_id"))
        batch_op.drop_index(batch_op.f("ix_participants_city_id"))

    op.drop_table("participants")
    with op.batch_alter_table("focal_points", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_focal_points_user_id"))
        batch_op.drop_index(batch_op.f("ix_focal_points_email"))

    op.drop_table("focal_points")
    op.drop_table("delegation_quotas")
    with op.batch_alter_table("revisions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_revisions_actor_id"))

    op.drop_table("revisions")
    with op.batch_alter_table("outcomes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_outcomes_event_id"))

    op.drop_table("outcomes")
    with op.batch_alter_table("join_links", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_join_links_event_id"))

    op.drop_table("join_links")
    op.drop_table("import_records")
    with op.batch_alter_table("head_counts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_head_counts_recorded_by_id"))
        batch_op.drop_index("ix_head_counts_event_id_subject")
        batch_op.drop_index(batch_op.f("ix_head_counts_city_id"))

    op.drop_table("head_counts")
    with op.batch_alter_table("former_slugs", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_former_slugs_event_id"))

    op.drop_table("former_slugs")
    with op.batch_alter_table("followed_events", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_followed_events_user_id"))
        batch_op.drop_index(batch_op.f("ix_followed_events_event_id"))

    op.drop_table("followed_events")
    with op.batch_alter_table("event_themes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_event_themes_theme_id"))
        batch_op.drop_index(batch_op.f("ix_event_themes_event_id"))

    op.drop_table("event_themes")
    op.drop_table("event_search_texts")
    with op.batch_alter_table("event_programmes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_event_programmes_programme_id"))
        batch_op.drop_index(batch_op.f("ix_event_programmes_event_id"))

    op.drop_table("event_programmes")
    with op.batch_alter_table("event_pairs", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_event_pairs_pair_id"))
        batch_op.drop_index(batch_op.f("ix_event_pairs_event_id"))

    op.drop_table("event_pairs")
    with op.batch_alter_table("event_moves", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_event_moves_moved_by_id"))
        batch_op.drop_index(batch_op.f("ix_event_moves_event_id"))

    op.drop_table("event_moves")
    with op.batch_alter_table("event_memberships", schema=None) as batch_op:
        batch_op.drop_index("ix_event_memberships_subject")
        batch_op.drop_index(batch_op.f("ix_event_memberships_event_id"))

    op.drop_table("event_memberships")
    with op.batch_alter_table("event_frameworks", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_event_frameworks_framework_id"))
        batch_op.drop_index(batch_op.f("ix_event_frameworks_event_id"))

    op.drop_table("event_frameworks")
    with op.batch_alter_table("event_cities", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_event_cities_event_id"))
        batch_op.drop_index(batch_op.f("ix_event_cities_city_id"))

    op.drop_table("event_cities")
    with op.batch_alter_table("documents", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_documents_event_id"))

    op.drop_table("documents")
    with op.batch_alter_table("delegations", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_delegations_state"))
        batch_op.drop_index(batch_op.f("ix_delegations_deadline_on"))
        batch_op.drop_index(batch_op.f("ix_delegations_city_id"))

    op.drop_table("delegations")
    with op.batch_alter_table("calendar_entries", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_calendar_entries_starts_at"))
        batch_op.drop_index(batch_op.f("ix_calendar_entries_ends_at"))

    op.drop_table("calendar_entries")
    with op.batch_alter_table("awards", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_awards_recipient_id"))
        batch_op.drop_index(batch_op.f("ix_awards_event_id"))

    op.drop_table("awards")
    with op.batch_alter_table("roles", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_roles_user_id"))
        batch_op.drop_index(batch_op.f("ix_roles_programme_id"))
        batch_op.drop_index(batch_op.f("ix_roles_city_id"))

    op.drop_table("roles")
    with op.batch_alter_table("pair_programmes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pair_programmes_programme_id"))
        batch_op.drop_index(batch_op.f("ix_pair_programmes_pair_id"))

    op.drop_table("pair_programmes")
    with op.batch_alter_table("pair_cities", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pair_cities_pair_id"))
        batch_op.drop_index(batch_op.f("ix_pair_cities_city_id"))

    op.drop_table("pair_cities")
    with op.batch_alter_table("milestones", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_milestones_pair_id"))

    op.drop_table("milestones")
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_events_venue_city_id"))
        batch_op.drop_index(batch_op.f("ix_events_unpublished_at"))
        batch_op.drop_index("ix_events_state_starts_at")
        batch_op.drop_index(batch_op.f("ix_events_starts_at"))
        batch_op.drop_index(batch_op.f("ix_events_programme_id"))
        batch_op.drop_index("ix_events_listed")
        batch_op.drop_index(batch_op.f("ix_events_last_day"))
        batch_op.drop_index(batch_op.f("ix_events_kind"))
        batch_op.drop_index(batch_op.f("ix_events_first_day"))
        batch_op.drop_index(batch_op.f("ix_events_ends_at"))
        batch_op.drop_index(batch_op.f("ix_events_copied_from_id"))

    op.drop_table("events")
    with op.batch_alter_table("city_programmes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_city_programmes_programme_id"))
        batch_op.drop_index(batch_op.f("ix_city_programmes_city_id"))

    op.drop_table("city_programmes")
    op.drop_table("calendar_subscriptions")
    with op.batch_alter_table("audit_entries", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_entries_programme_id"))
        batch_op.drop_index(batch_op.f("ix_audit_entries_at"))
        batch_op.drop_index(batch_op.f("ix_audit_entries_actor_user_id"))

    op.drop_table("audit_entries")
    op.drop_table("users")
    op.drop_table("themes")
    op.drop_table("programmes")
    with op.batch_alter_table("persons", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_persons_email"))

    op.drop_table("persons")
    op.drop_table("frameworks")
    op.drop_table("feed_versions")
    op.drop_table("city_pairs")
    with op.batch_alter_table("cities", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_cities_side"))
        batch_op.drop_index(batch_op.f("ix_cities_part_of_id"))
        batch_op.drop_index(batch_op.f("ix_cities_country"))

    op.drop_table("cities")
    with op.batch_alter_table("attempt_counters", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_attempt_counters_window_starts_at"))

    op.drop_table("attempt_counters")
