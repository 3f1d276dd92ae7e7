"""Mail"""

import sqlalchemy as sa
from alembic import op

from helpdesk.base import Id, Json, UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "address_health",
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("said", sa.String(), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("reports", sa.Integer(), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address_health")),
        sa.UniqueConstraint("address", name=op.f("uq_address_health_address")),
    )
    op.create_table(
        "policies",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", Json, nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policies")),
        sa.UniqueConstraint("name", name=op.f("uq_policies_name")),
    )
    op.create_table(
        "sender_rules",
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sender_rules")),
        sa.UniqueConstraint("address", name=op.f("uq_sender_rules_address")),
    )
    op.create_table(
        "wordings",
        sa.Column("letter", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("mailbox_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("built_in", sa.Boolean(), nullable=False),
        sa.Column("written_by", sa.String(), nullable=False),
        sa.Column("written_at", UtcDateTime(), nullable=False),
        sa.Column("fault", sa.String(), nullable=False),
        sa.Column("faulted_at", UtcDateTime(), nullable=True),
        sa.Column("id", Id, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wordings")),
        sa.UniqueConstraint(
            "letter", "language", "mailbox_id", "number", name=op.f("uq_wordings_letter_language_mailbox_id_number")
        ),
    )
    op.create_table(
        "notification_settings",
        sa.Column("agent_id", Id, nullable=False),
        sa.Column("routes", Json, nullable=False),
        sa.Column("timing", sa.String(), nullable=False),
        sa.Column("digest_at", sa.String(), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("quiet_from", sa.String(), nullable=False),
        sa.Column("quiet_until", sa.String(), nullable=False),
        sa.Column("quiet_days", Json, nullable=False),
        sa.Column("urgent_at_once", sa.Boolean(), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name=op.f("fk_notification_settings_agent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification_settings")),
        sa.UniqueConstraint("agent_id", name=op.f("uq_notification_settings_agent_id")),
    )
    op.create_table(
        "welcome_senders",
        sa.Column("agent_id", Id, nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name=op.f("fk_welcome_senders_agent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_welcome_senders")),
        sa.UniqueConstraint("agent_id", "address", name=op.f("uq_welcome_senders_agent_id_address")),
    )
    op.create_table(
        "wording_drafts",
        sa.Column("agent_id", Id, nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name=op.f("fk_wording_drafts_agent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wording_drafts")),
        sa.UniqueConstraint("agent_id", name=op.f("uq_wording_drafts_agent_id")),
    )
    op.create_table(
        "alarms",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("mailbox_id", Id, nullable=True),
        sa.Column("open_key", sa.String(), nullable=True),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("remedy", sa.String(), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("raised_at", UtcDateTime(), nullable=True),
        sa.Column("told_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("untold", sa.String(), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.ForeignKeyConstraint(
            ["mailbox_id"], ["mailboxes.id"], name=op.f("fk_alarms_mailbox_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarms")),
        sa.UniqueConstraint("open_key", name=op.f("uq_alarms_open_key")),
    )
    with op.batch_alter_table("alarms", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_alarms_ended_at"), ["ended_at"], unique=False)

    op.create_table(
        "folder_previews",
        sa.Column("mailbox_id", Id, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("mails", sa.Integer(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("oldest_at", UtcDateTime(), nullable=True),
        sa.Column("newest_at", UtcDateTime(), nullable=True),
        sa.Column("by_year", Json, nullable=False),
        sa.Column("newest", Json, nullable=False),
        sa.Column("problem", sa.String(), nullable=False),
        sa.Column("looked_at", UtcDateTime(), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.ForeignKeyConstraint(["mailbox_id"], ["mailboxes.id"], name=op.f("fk_folder_previews_mailbox_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_folder_previews")),
        sa.UniqueConstraint("mailbox_id", "name", name=op.f("uq_folder_previews_mailbox_id_name")),
    )
    op.create_table(
        "import_jobs",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("paths", Json, nullable=False),
        sa.Column("uploaded", sa.Boolean(), nullable=False),
        sa.Column("mailbox_id", Id, nullable=True),
        sa.Column("dry_run", sa.Boolean(), nullable=False),
        sa.Column("closes", sa.Boolean(), nullable=False),
        sa.Column("sent_mail", sa.String(), nullable=False),
        sa.Column("runner", sa.String(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("cancel_wanted", sa.Boolean(), nullable=False),
        sa.Column("claimed_by", sa.String(), nullable=True),
        sa.Column("claimed_until", UtcDateTime(), nullable=True),
        sa.Column("started_at", UtcDateTime(), nullable=True),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.Column("problem", sa.String(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("filed", sa.Integer(), nullable=False),
        sa.Column("joined", sa.Integer(), nullable=False),
        sa.Column("held", sa.Integer(), nullable=False),
        sa.Column("ignored", sa.Integer(), nullable=False),
        sa.Column("known", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("skipped", sa.Integer(), nullable=False),
        sa.Column("strange", sa.Integer(), nullable=False),
        sa.Column("oldest", UtcDateTime(), nullable=True),
        sa.Column("newest", UtcDateTime(), nullable=True),
        sa.Column("id", Id, nullable=False),
        sa.ForeignKeyConstraint(["mailbox_id"], ["mailboxes.id"], name=op.f("fk_import_jobs_mailbox_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_jobs")),
    )
    with op.batch_alter_table("import_jobs", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_import_jobs_state"), ["state"], unique=False)

    op.create_table(
        "mailbox_folders",
        sa.Column("mailbox_id", Id, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("uidvalidity", sa.BigInteger(), nullable=False),
        sa.Column("server_count", sa.Integer(), nullable=False),
        sa.Column("known_count", sa.Integer(), nullable=False),
        sa.Column("skipped_count", sa.Integer(), nullable=False),
        sa.Column("counted_at", UtcDateTime(), nullable=False),
        sa.Column("gap_since", UtcDateTime(), nullable=True),
        sa.Column("renumbered_at", UtcDateTime(), nullable=True),
        sa.Column("id", Id, nullable=False),
        sa.ForeignKeyConstraint(["mailbox_id"], ["mailboxes.id"], name=op.f("fk_mailbox_folders_mailbox_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailbox_folders")),
        sa.UniqueConstraint("mailbox_id", "name", name=op.f("uq_mailbox_folders_mailbox_id_name")),
    )
    op.create_table(
        "oauth_grants",
        sa.Column("mailbox_id", Id, nullable=False),
        sa.Column("flow", sa.String(), nullable=False),
        sa.Column("client_id", sa.String(), nullable=False),
        sa.Column("client_secret_sealed", sa.String(), nullable=False),
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("authorize_url", sa.String(), nullable=False),
        sa.Column("token_url", sa.String(), nullable=False),
        sa.Column("scopes", sa.String(), nullable=False),
        sa.Column("access_token_sealed", sa.String(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=True),
        sa.Column("refresh_token_sealed", sa.String(), nullable=False),
        sa.Column("refresh_token_expires_at", UtcDateTime(), nullable=True),
        sa.Column("consented_at", UtcDateTime(), nullable=True),
        sa.Column("consented_by", sa.String(), nullable=False),
        sa.Column("last_renewed_at", UtcDateTime(), nullable=True),
        sa.Column("last_tried_at", UtcDateTime(), nullable=True),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.Column("refused", sa.Boolean(), nullable=False),
        sa.Column("renewing_by", sa.String(), nullable=True),
        sa.Column("renewing_until", UtcDateTime(), nullable=True),
        sa.Column("id", Id, nullable=False),
        sa.ForeignKeyConstraint(["mailbox_id"], ["mailboxes.id"], name=op.f("fk_oauth_grants_mailbox_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_oauth_grants")),
        sa.UniqueConstraint("mailbox_id", name=op.f("uq_oauth_grants_mailbox_id")),
    )
    op.create_table(
        "muted_incidents",
        sa.Column("agent_id", Id, nullable=False),
        sa.Column("incident_id", Id, nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name=op.f("fk_muted_incidents_agent_id")),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name=op.f("fk_muted_incidents_incident_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_muted_incidents")),
        sa.UniqueConstraint("agent_id", "incident_id", name=op.f("uq_muted_incidents_agent_id_incident_id")),
    )
    with op.batch_alter_table("muted_incidents", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_muted_incidents_incident_id"), ["incident_id"], unique=False)

    op.create_table(
        "notices",
        sa.Column("agent_id", Id, nullable=False),
        sa.Column("event_id", Id, nullable=True),
        sa.Column("incident_id", Id, nullable=True),
        sa.Column("entry_id", Id, nullable=True),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("on_page", sa.Boolean(), nullable=False),
        sa.Column("read_at", UtcDateTime(), nullable=True),
        sa.Column("by_mail", sa.String(), nullable=False),
        sa.Column("mail_due_at", UtcDateTime(), nullable=True),
        sa.Column("delivery_id", Id, nullable=True),
        sa.Column("id", Id, nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name=op.f("fk_notices_agent_id")),
        sa.ForeignKeyConstraint(["delivery_id"], ["deliveries.id"], name=op.f("fk_notices_delivery_id")),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_notices_entry_id")),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_notices_event_id")),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name=op.f("fk_notices_incident_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
        sa.UniqueConstraint("agent_id", "event_id", name=op.f("uq_notices_agent_id_event_id")),
    )
    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_notices_incident_id"), ["incident_id"], unique=False)
        batch_op.create_index("ix_notices_unread", ["agent_id", "on_page", "read_at"], unique=False)
        batch_op.create_index("ix_notices_waiting", ["by_mail", "mail_due_at"], unique=False)

    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.add_column(sa.Column("next_try_at", UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("bounce", sa.String(), nullable=False, server_default=sa.text("''")))
        batch_op.add_column(sa.Column("bounce_status", sa.String(), nullable=False, server_default=sa.text("''")))
        batch_op.create_index("ix_deliveries_mailbox_sent", ["mailbox_id", "sent_at"], unique=False)

    with op.batch_alter_table("entries", schema=None) as batch_op:
        batch_op.add_column(sa.Column("sender", sa.String(), nullable=False, server_default=sa.text("''")))
        batch_op.add_column(sa.Column("to", Json, nullable=False, server_default=sa.text("'[]'")))
        batch_op.add_column(sa.Column("trust", sa.String(), nullable=False, server_default=sa.text("''")))
        batch_op.add_column(sa.Column("features", Json, nullable=False, server_default=sa.text("'{}'")))
        batch_op.add_column(sa.Column("send_at", UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("withdrawn_at", UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("unless_answered", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.create_index(
            "ix_entries_waiting",
            ["send_at"],
            unique=False,
            sqlite_where=sa.text("send_at IS NOT NULL"),
            postgresql_where=sa.text("send_at IS NOT NULL"),
        )

    with op.batch_alter_table("incidents", schema=None) as batch_op:
        batch_op.add_column(sa.Column("merged_into_id", Id, nullable=True))
        batch_op.create_index(batch_op.f("ix_incidents_merged_into_id"), ["merged_into_id"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_incidents_merged_into_id"), "incidents", ["merged_into_id"], ["id"])

    with op.batch_alter_table("ledger", schema=None) as batch_op:
        batch_op.add_column(sa.Column("rule", sa.String(), nullable=False, server_default=sa.text("''")))
        batch_op.add_column(sa.Column("concerns_id", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("import_id", sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f("ix_ledger_concerns_id"), ["concerns_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_ledger_entry_id"), ["entry_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_ledger_import_id"), ["import_id"], unique=False)
        batch_op.create_index("ix_ledger_mailbox", ["mailbox_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_ledger_message_id"), ["message_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_ledger_received_at"), ["received_at"], unique=False)
        batch_op.create_index("ix_ledger_rule", ["rule", "id"], unique=False)
        batch_op.create_index("ix_ledger_sender_received", ["sender", "received_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_ledger_sha256"), ["sha256"], unique=False)

    with op.batch_alter_table("mailboxes", schema=None) as batch_op:
        batch_op.add_column(sa.Column("sender_name", sa.String(), nullable=False, server_default=sa.text("''")))
        batch_op.add_column(sa.Column("footer", sa.String(), nullable=False, server_default=sa.text("''")))
        batch_op.add_column(sa.Column("authserv_id", sa.String(), nullable=False, server_default=sa.text("''")))
        batch_op.add_column(sa.Column("checks_signatures", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("listening_since", UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("start_from", UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("awaits_preview", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("sign_in", sa.String(), nullable=False, server_default=sa.text("'password'")))
        batch_op.add_column(sa.Column("smtp_size_max", sa.BigInteger(), nullable=True))

    with op.batch_alter_table("participants", schema=None) as batch_op:
        batch_op.add_column(sa.Column("role", sa.String(), nullable=False, server_default=sa.text("''")))


def downgrade() -> None:
    with op.batch_alter_table("participants", schema=None) as batch_op:
        batch_op.drop_column("role")

    with op.batch_alter_table("mailboxes", schema=None) as batch_op:
        batch_op.drop_column("smtp_size_max")
        batch_op.drop_column("sign_in")
        batch_op.drop_column("awaits_preview")
        batch_op.drop_column("start_from")
        batch_op.drop_column("listening_since")
        batch_op.drop_column("checks_signatures")
        batch_op.drop_column("authserv_id")
        batch_op.drop_column("footer")
        batch_op.drop_column("sender_name")

    with op.batch_alter_table("ledger", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ledger_sha256"))
        batch_op.drop_index("ix_ledger_sender_received")
        batch_op.drop_index("ix_ledger_rule")
        batch_op.drop_index(batch_op.f("ix_ledger_received_at"))
        batch_op.drop_index(batch_op.f("ix_ledger_message_id"))
        batch_op.drop_index("ix_ledger_mailbox")
        batch_op.drop_index(batch_op.f("ix_ledger_import_id"))
        batch_op.drop_index(batch_op.f("ix_ledger_entry_id"))
        batch_op.drop_index(batch_op.f("ix_ledger_concerns_id"))
        batch_op.drop_column("import_id")
        batch_op.drop_column("concerns_id")
        batch_op.drop_column("rule")

    with op.batch_alter_table("incidents", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_incidents_merged_into_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_incidents_merged_into_id"))
        batch_op.drop_column("merged_into_id")

    with op.batch_alter_table("entries", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_entries_waiting",
            sqlite_where=sa.text("send_at IS NOT NULL"),
            postgresql_where=sa.text("send_at IS NOT NULL"),
        )
        batch_op.drop_column("unless_answered")
        batch_op.drop_column("withdrawn_at")
        batch_op.drop_column("send_at")
        batch_op.drop_column("features")
        batch_op.drop_column("trust")
        batch_op.drop_column("to")
        batch_op.drop_column("sender")

    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.drop_index("ix_deliveries_mailbox_sent")
        batch_op.drop_column("bounce_status")
        batch_op.drop_column("bounce")
        batch_op.drop_column("next_try_at")

    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.drop_index("ix_notices_waiting")
        batch_op.drop_index("ix_notices_unread")
        batch_op.drop_index(batch_op.f("ix_notices_incident_id"))

    op.drop_table("notices")
    with op.batch_alter_table("muted_incidents", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_muted_incidents_incident_id"))

    op.drop_table("muted_incidents")
    op.drop_table("oauth_grants")
    op.drop_table("mailbox_folders")
    with op.batch_alter_table("import_jobs", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_import_jobs_state"))

    op.drop_table("import_jobs")
    op.drop_table("folder_previews")
    with op.batch_alter_table("alarms", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_alarms_ended_at"))

    op.drop_table("alarms")
    op.drop_table("wording_drafts")
    op.drop_table("welcome_senders")
    op.drop_table("notification_settings")
    op.drop_table("wordings")
    op.drop_table("sender_rules")
    op.drop_table("policies")
    op.drop_table("address_health")
