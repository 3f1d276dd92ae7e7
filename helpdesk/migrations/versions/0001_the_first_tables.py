"""The first tables"""

import sqlalchemy as sa
from alembic import op

from helpdesk.base import Id, Json, UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "agents",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("signature", sa.String(), nullable=False),
        sa.Column("notify_by_mail", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agents")),
        sa.UniqueConstraint("email", name=op.f("uq_agents_email")),
    )
    op.create_table(
        "categories",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("parent_id", Id, nullable=True),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("retired_at", UtcDateTime(), nullable=True),
        sa.Column("id", Id, nullable=False),
        sa.ForeignKeyConstraint(["parent_id"], ["categories.id"], name=op.f("fk_categories_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_categories")),
        sa.UniqueConstraint("path", name=op.f("uq_categories_path")),
    )
    with op.batch_alter_table("categories", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_categories_parent_id"), ["parent_id"], unique=False)

    op.create_table(
        "events",
        sa.Column("record_kind", sa.String(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("actor_kind", sa.String(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column("data", Json, nullable=False),
        sa.Column("previous_hash", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
        sa.UniqueConstraint(
            "record_kind", "record_id", "sequence", name=op.f("uq_events_record_kind_record_id_sequence")
        ),
    )
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.create_index("ix_events_kind_at", ["kind", "at"], unique=False)
        batch_op.create_index("ix_events_recorded_at", ["recorded_at"], unique=False)

    op.create_table(
        "fix_verdicts",
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("document_kind", sa.String(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("agent_name", sa.String(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fix_verdicts")),
        sa.UniqueConstraint(
            "incident_id",
            "document_kind",
            "document_id",
            name=op.f("uq_fix_verdicts_incident_id_document_kind_document_id"),
        ),
    )
    op.create_table(
        "heartbeats",
        sa.Column("process", sa.String(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_heartbeats")),
        sa.UniqueConstraint("process", name=op.f("uq_heartbeats_process")),
    )
    op.create_table(
        "requesters",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("organization", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requesters")),
    )
    op.create_table(
        "roles",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roles")),
        sa.UniqueConstraint("name", name=op.f("uq_roles_name")),
    )
    op.create_table(
        "seals",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("previous_hash", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seals")),
        sa.UniqueConstraint("day", name=op.f("uq_seals_day")),
    )
    op.create_table(
        "submissions",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("location", sa.String(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submissions")),
        sa.UniqueConstraint("key", name=op.f("uq_submissions_key")),
    )
    with op.batch_alter_table("submissions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_submissions_at"), ["at"], unique=False)

    op.create_table(
        "teams",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("private", sa.Boolean(), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_teams")),
        sa.UniqueConstraint("name", name=op.f("uq_teams_name")),
    )
    op.create_table(
        "addresses",
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("requester_id", Id, nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.ForeignKeyConstraint(["requester_id"], ["requesters.id"], name=op.f("fk_addresses_requester_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_addresses")),
        sa.UniqueConstraint("address", name=op.f("uq_addresses_address")),
    )
    with op.batch_alter_table("addresses", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_addresses_requester_id"), ["requester_id"], unique=False)

    op.create_table(
        "errands",
        sa.Column("reaction", sa.String(), nullable=False),
        sa.Column("event_id", Id, nullable=True),
        sa.Column("payload", Json, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("claimed_by", sa.String(), nullable=True),
        sa.Column("claimed_until", UtcDateTime(), nullable=True),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.Column("id", Id, nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_errands_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_errands")),
    )
    with op.batch_alter_table("errands", schema=None) as batch_op:
        batch_op.create_index("ix_errands_due", ["state", "reaction", "due_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_errands_event_id"), ["event_id"], unique=False)

    op.create_table(
        "idempotency_keys",
        sa.Column("agent_id", Id, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("made_id", sa.Integer(), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name=op.f("fk_idempotency_keys_agent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_idempotency_keys")),
        sa.UniqueConstraint("agent_id", "key", name=op.f("uq_idempotency_keys_agent_id_key")),
    )
    with op.batch_alter_table("idempotency_keys", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_idempotency_keys_at"), ["at"], unique=False)

    op.create_table(
        "mailboxes",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("display_name", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("acknowledges", sa.Boolean(), nullable=False),
        sa.Column("plus_addressing", sa.Boolean(), nullable=False),
        sa.Column("team_id", Id, nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("imap_host", sa.String(), nullable=False),
        sa.Column("imap_port", sa.Integer(), nullable=False),
        sa.Column("imap_security", sa.String(), nullable=False),
        sa.Column("imap_username", sa.String(), nullable=False),
        sa.Column("imap_password_sealed", sa.String(), nullable=False),
        sa.Column("folders", Json, nullable=False),
        sa.Column("disposition", sa.String(), nullable=False),
        sa.Column("move_to", sa.String(), nullable=False),
        sa.Column("poll_seconds", sa.Integer(), nullable=False),
        sa.Column("smtp_host", sa.String(), nullable=False),
        sa.Column("smtp_port", sa.Integer(), nullable=False),
        sa.Column("smtp_security", sa.String(), nullable=False),
        sa.Column("smtp_username", sa.String(), nullable=False),
        sa.Column("smtp_password_sealed", sa.String(), nullable=False),
        sa.Column("ca_file", sa.String(), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_mailboxes_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailboxes")),
        sa.UniqueConstraint("address", name=op.f("uq_mailboxes_address")),
        sa.UniqueConstraint("name", name=op.f("uq_mailboxes_name")),
    )
    op.create_table(
        "services",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("criticality", sa.Integer(), nullable=False),
        sa.Column("team_id", Id, nullable=True),
        sa.Column("on_public_form", sa.Boolean(), nullable=False),
        sa.Column("retired_at", UtcDateTime(), nullable=True),
        sa.Column("id", Id, nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_services_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_services")),
        sa.UniqueConstraint("name", name=op.f("uq_services_name")),
    )
    op.create_table(
        "sign_ins",
        sa.Column("agent_id", Id, nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("password", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("fs_uniquifier", sa.String(), nullable=False),
        sa.Column("password_changed_at", UtcDateTime(), nullable=True),
        sa.Column("id", Id, nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name=op.f("fk_sign_ins_agent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_ins")),
        sa.UniqueConstraint("agent_id", name=op.f("uq_sign_ins_agent_id")),
        sa.UniqueConstraint("email", name=op.f("uq_sign_ins_email")),
        sa.UniqueConstraint("fs_uniquifier", name=op.f("uq_sign_ins_fs_uniquifier")),
    )
    op.create_table(
        "team_members",
        sa.Column("team_id", Id, nullable=False),
        sa.Column("agent_id", Id, nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name=op.f("fk_team_members_agent_id")),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_team_members_team_id")),
        sa.PrimaryKeyConstraint("team_id", "agent_id", name=op.f("pk_team_members")),
    )
    with op.batch_alter_table("team_members", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_team_members_agent_id"), ["agent_id"], unique=False)

    op.create_table(
        "tokens",
        sa.Column("agent_id", Id, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=True),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.Column("id", Id, nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name=op.f("fk_tokens_agent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tokens")),
        sa.UniqueConstraint("digest", name=op.f("uq_tokens_digest")),
    )
    with op.batch_alter_table("tokens", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tokens_agent_id"), ["agent_id"], unique=False)

    op.create_table(
        "articles",
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("service_id", Id, nullable=True),
        sa.Column("category_id", Id, nullable=True),
        sa.Column("from_incident_id", Id, nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("archived_at", UtcDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.ForeignKeyConstraint(["category_id"], ["categories.id"], name=op.f("fk_articles_category_id")),
        sa.ForeignKeyConstraint(
            ["from_incident_id"], ["incidents.id"], name=op.f("fk_articles_from_incident_id"), use_alter=True
        ),
        sa.ForeignKeyConstraint(["service_id"], ["services.id"], name=op.f("fk_articles_service_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_articles")),
    )
    with op.batch_alter_table("articles", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_articles_audience"), ["audience"], unique=False)
        batch_op.create_index(batch_op.f("ix_articles_from_incident_id"), ["from_incident_id"], unique=False)

    op.create_table(
        "incidents",
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("impact", sa.Integer(), nullable=False),
        sa.Column("urgency", sa.Integer(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("requester_id", Id, nullable=False),
        sa.Column("mailbox_id", Id, nullable=True),
        sa.Column("team_id", Id, nullable=True),
        sa.Column("assignee_id", Id, nullable=True),
        sa.Column("service_id", Id, nullable=True),
        sa.Column("category_id", Id, nullable=True),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("wake_at", UtcDateTime(), nullable=True),
        sa.Column("resolved_at", UtcDateTime(), nullable=True),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.Column("resolution_code", sa.String(), nullable=True),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("resolution", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.ForeignKeyConstraint(["assignee_id"], ["agents.id"], name=op.f("fk_incidents_assignee_id")),
        sa.ForeignKeyConstraint(["category_id"], ["categories.id"], name=op.f("fk_incidents_category_id")),
        sa.ForeignKeyConstraint(["mailbox_id"], ["mailboxes.id"], name=op.f("fk_incidents_mailbox_id")),
        sa.ForeignKeyConstraint(["requester_id"], ["requesters.id"], name=op.f("fk_incidents_requester_id")),
        sa.ForeignKeyConstraint(["service_id"], ["services.id"], name=op.f("fk_incidents_service_id")),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_incidents_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incidents")),
    )
    with op.batch_alter_table("incidents", schema=None) as batch_op:
        batch_op.create_index("ix_incidents_assignee", ["assignee_id", "is_open", "updated_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_incidents_category_id"), ["category_id"], unique=False)
        batch_op.create_index("ix_incidents_open_opened", ["is_open", "opened_at", "id"], unique=False)
        batch_op.create_index("ix_incidents_open_priority", ["is_open", "priority", "updated_at", "id"], unique=False)
        batch_op.create_index("ix_incidents_open_updated", ["is_open", "updated_at", "id"], unique=False)
        batch_op.create_index("ix_incidents_opened", ["opened_at", "id"], unique=False)
        batch_op.create_index("ix_incidents_priority", ["priority", "updated_at", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_incidents_requester_id"), ["requester_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_incidents_service_id"), ["service_id"], unique=False)
        batch_op.create_index("ix_incidents_state_wake", ["state", "wake_at"], unique=False)
        batch_op.create_index("ix_incidents_team", ["team_id", "is_open", "updated_at"], unique=False)
        batch_op.create_index("ix_incidents_updated", ["updated_at", "id"], unique=False)

    op.create_table(
        "mailbox_health",
        sa.Column("mailbox_id", Id, nullable=False),
        sa.Column("lease_holder", sa.String(), nullable=True),
        sa.Column("lease_until", UtcDateTime(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.Column("server_count", sa.Integer(), nullable=True),
        sa.Column("checked_at", UtcDateTime(), nullable=True),
        sa.Column("next_check_at", UtcDateTime(), nullable=True),
        sa.Column("last_mail_in_at", UtcDateTime(), nullable=True),
        sa.Column("id", Id, nullable=False),
        sa.ForeignKeyConstraint(["mailbox_id"], ["mailboxes.id"], name=op.f("fk_mailbox_health_mailbox_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailbox_health")),
        sa.UniqueConstraint("mailbox_id", name=op.f("uq_mailbox_health_mailbox_id")),
    )
    op.create_table(
        "sign_in_roles",
        sa.Column("sign_in_id", Id, nullable=False),
        sa.Column("role_id", Id, nullable=False),
        sa.ForeignKeyConstraint(["role_id"], ["roles.id"], name=op.f("fk_sign_in_roles_role_id")),
        sa.ForeignKeyConstraint(["sign_in_id"], ["sign_ins.id"], name=op.f("fk_sign_in_roles_sign_in_id")),
        sa.PrimaryKeyConstraint("sign_in_id", "role_id", name=op.f("pk_sign_in_roles")),
    )
    op.create_table(
        "article_versions",
        sa.Column("article_id", Id, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("edited_by", sa.String(), nullable=False),
        sa.Column("edited_at", UtcDateTime(), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_article_versions_article_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article_versions")),
    )
    with op.batch_alter_table("article_versions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_article_versions_article_id"), ["article_id"], unique=False)

    op.create_table(
        "entries",
        sa.Column("incident_id", Id, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("author_kind", sa.String(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("author_name", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("html", sa.String(), nullable=False),
        sa.Column("quoted", sa.String(), nullable=False),
        sa.Column("cc", Json, nullable=False),
        sa.Column("message_id", sa.String(), nullable=True),
        sa.Column("automatic", sa.String(), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name=op.f("fk_entries_incident_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entries")),
    )
    with op.batch_alter_table("entries", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_entries_incident_id"), ["incident_id"], unique=False)

    op.create_table(
        "incident_links",
        sa.Column("first_id", Id, nullable=False),
        sa.Column("second_id", Id, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.ForeignKeyConstraint(["first_id"], ["incidents.id"], name=op.f("fk_incident_links_first_id")),
        sa.ForeignKeyConstraint(["second_id"], ["incidents.id"], name=op.f("fk_incident_links_second_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_links")),
        sa.UniqueConstraint("first_id", "second_id", "kind", name=op.f("uq_incident_links_first_id_second_id_kind")),
    )
    with op.batch_alter_table("incident_links", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_incident_links_first_id"), ["first_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_incident_links_second_id"), ["second_id"], unique=False)

    op.create_table(
        "participants",
        sa.Column("incident_id", Id, nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name=op.f("fk_participants_incident_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participants")),
    )
    with op.batch_alter_table("participants", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_participants_incident_id"), ["incident_id"], unique=False)

    op.create_table(
        "attachments",
        sa.Column("entry_id", Id, nullable=False),
        sa.Column("filename", sa.String(), nullable=False),
        sa.Column("content_type", sa.String(), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("inline", sa.Boolean(), nullable=False),
        sa.Column("content_id", sa.String(), nullable=True),
        sa.Column("id", Id, nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_attachments_entry_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachments")),
    )
    with op.batch_alter_table("attachments", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attachments_entry_id"), ["entry_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_attachments_sha256"), ["sha256"], unique=False)

    op.create_table(
        "deliveries",
        sa.Column("letter", sa.String(), nullable=False),
        sa.Column("event_id", Id, nullable=False),
        sa.Column("incident_id", Id, nullable=True),
        sa.Column("entry_id", Id, nullable=True),
        sa.Column("mailbox_id", Id, nullable=True),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=True),
        sa.Column("raw_sha256", sa.String(), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_deliveries_entry_id")),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_deliveries_event_id")),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name=op.f("fk_deliveries_incident_id")),
        sa.ForeignKeyConstraint(["mailbox_id"], ["mailboxes.id"], name=op.f("fk_deliveries_mailbox_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint("event_id", "letter", "recipient", name=op.f("uq_deliveries_event_id_letter_recipient")),
        sa.UniqueConstraint("message_id", name=op.f("uq_deliveries_message_id")),
    )
    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_deliveries_entry_id"), ["entry_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_deliveries_incident_id"), ["incident_id"], unique=False)
        batch_op.create_index("ix_deliveries_recipient_created", ["recipient", "created_at"], unique=False)
        batch_op.create_index("ix_deliveries_state_created", ["state", "created_at"], unique=False)

    op.create_table(
        "ledger",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("mailbox_id", Id, nullable=True),
        sa.Column("folder", sa.String(), nullable=True),
        sa.Column("uidvalidity", sa.BigInteger(), nullable=True),
        sa.Column("uid", sa.BigInteger(), nullable=True),
        sa.Column("envelope_from", sa.String(), nullable=True),
        sa.Column("envelope_to", Json, nullable=False),
        sa.Column("hints", Json, nullable=False),
        sa.Column("sha256", sa.String(), nullable=True),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("internal_date", UtcDateTime(), nullable=True),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("decision", Json, nullable=False),
        sa.Column("filed_fingerprint", sa.String(), nullable=True),
        sa.Column("message_id", sa.String(), nullable=True),
        sa.Column("sender", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("incident_id", Id, nullable=True),
        sa.Column("entry_id", Id, nullable=True),
        sa.Column("settlement", sa.String(), nullable=True),
        sa.Column("dealt_with_by", sa.String(), nullable=True),
        sa.Column("dealt_with_at", UtcDateTime(), nullable=True),
        sa.Column("id", Id, nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_ledger_entry_id")),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name=op.f("fk_ledger_incident_id")),
        sa.ForeignKeyConstraint(["mailbox_id"], ["mailboxes.id"], name=op.f("fk_ledger_mailbox_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger")),
        sa.UniqueConstraint("filed_fingerprint", name=op.f("uq_ledger_filed_fingerprint")),
        sa.UniqueConstraint("key", name=op.f("uq_ledger_key")),
    )
    with op.batch_alter_table("ledger", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ledger_incident_id"), ["incident_id"], unique=False)
        batch_op.create_index("ix_ledger_place", ["mailbox_id", "folder", "uidvalidity", "uid"], unique=False)
        batch_op.create_index("ix_ledger_state", ["state", "id"], unique=False)

    op.create_table(
        "message_references",
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("incident_id", Id, nullable=False),
        sa.Column("entry_id", Id, nullable=True),
        sa.Column("ours", sa.Boolean(), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_message_references_entry_id")),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name=op.f("fk_message_references_incident_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_references")),
    )
    with op.batch_alter_table("message_references", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_message_references_incident_id"), ["incident_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_message_references_message_id"), ["message_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("message_references", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_message_references_message_id"))
        batch_op.drop_index(batch_op.f("ix_message_references_incident_id"))

    op.drop_table("message_references")
    with op.batch_alter_table("ledger", schema=None) as batch_op:
        batch_op.drop_index("ix_ledger_state")
        batch_op.drop_index("ix_ledger_place")
        batch_op.drop_index(batch_op.f("ix_ledger_incident_id"))

    op.drop_table("ledger")
    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.drop_index("ix_deliveries_state_created")
        batch_op.drop_index("ix_deliveries_recipient_created")
        batch_op.drop_index(batch_op.f("ix_deliveries_incident_id"))
        batch_op.drop_index(batch_op.f("ix_deliveries_entry_id"))

    op.drop_table("deliveries")
    with op.batch_alter_table("attachments", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_attachments_sha256"))
        batch_op.drop_index(batch_op.f("ix_attachments_entry_id"))

    op.drop_table("attachments")
    with op.batch_alter_table("participants", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_participants_incident_id"))

    op.drop_table("participants")
    with op.batch_alter_table("incident_links", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_incident_links_second_id"))
        batch_op.drop_index(batch_op.f("ix_incident_links_first_id"))

    op.drop_table("incident_links")
    with op.batch_alter_table("entries", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_entries_incident_id"))

    op.drop_table("entries")
    with op.batch_alter_table("article_versions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_article_versions_article_id"))

    op.drop_table("article_versions")
    op.drop_table("sign_in_roles")
    op.drop_table("mailbox_health")
    with op.batch_alter_table("incidents", schema=None) as batch_op:
        batch_op.drop_index("ix_incidents_updated")
        batch_op.drop_index("ix_incidents_team")
        batch_op.drop_index("ix_incidents_state_wake")
        batch_op.drop_index(batch_op.f("ix_incidents_service_id"))
        batch_op.drop_index(batch_op.f("ix_incidents_requester_id"))
        batch_op.drop_index("ix_incidents_priority")
        batch_op.drop_index("ix_incidents_opened")
        batch_op.drop_index("ix_incidents_open_updated")
        batch_op.drop_index("ix_incidents_open_priority")
        batch_op.drop_index("ix_incidents_open_opened")
        batch_op.drop_index(batch_op.f("ix_incidents_category_id"))
        batch_op.drop_index("ix_incidents_assignee")

    op.drop_table("incidents")
    with op.batch_alter_table("articles", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_articles_from_incident_id"))
        batch_op.drop_index(batch_op.f("ix_articles_audience"))

    op.drop_table("articles")
    with op.batch_alter_table("tokens", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_tokens_agent_id"))

    op.drop_table("tokens")
    with op.batch_alter_table("team_members", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_team_members_agent_id"))

    op.drop_table("team_members")
    op.drop_table("sign_ins")
    op.drop_table("services")
    op.drop_table("mailboxes")
    with op.batch_alter_table("idempotency_keys", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_idempotency_keys_at"))

    op.drop_table("idempotency_keys")
    with op.batch_alter_table("errands", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_errands_event_id"))
        batch_op.drop_index("ix_errands_due")

    op.drop_table("errands")
    with op.batch_alter_table("addresses", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_addresses_requester_id"))

    op.drop_table("addresses")
    op.drop_table("teams")
    with op.batch_alter_table("submissions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_submissions_at"))

    op.drop_table("submissions")
    op.drop_table("seals")
    op.drop_table("roles")
    op.drop_table("requesters")
    op.drop_table("heartbeats")
    op.drop_table("fix_verdicts")
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.drop_index("ix_events_recorded_at")
        batch_op.drop_index("ix_events_kind_at")

    op.drop_table("events")
    with op.batch_alter_table("categories", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_categories_parent_id"))

    op.drop_table("categories")
    op.drop_table("agents")
