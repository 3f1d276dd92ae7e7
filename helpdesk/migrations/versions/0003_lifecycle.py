"""Lifecycle"""

import sqlalchemy as sa
from alembic import op

from helpdesk.base import Id, Json, UtcDateTime
from helpdesk.incidents.rechaining import chain_anew

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "causes",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("parent_id", Id, nullable=True),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("retired_at", UtcDateTime(), nullable=True),
        sa.Column("merged_into_id", Id, nullable=True),
        sa.Column("id", Id, nullable=False),
        sa.ForeignKeyConstraint(["merged_into_id"], ["causes.id"], name=op.f("fk_causes_merged_into_id")),
        sa.ForeignKeyConstraint(["parent_id"], ["causes.id"], name=op.f("fk_causes_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_causes")),
        sa.UniqueConstraint("path", name=op.f("uq_causes_path")),
    )
    with op.batch_alter_table("causes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_causes_parent_id"), ["parent_id"], unique=False)

    op.create_table(
        "chain_heads",
        sa.Column("record_kind", sa.String(), nullable=False),
        sa.Column("record_id", Id, autoincrement=False, nullable=False),
        sa.Column("sequence", Id, nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("record_kind", "record_id", name=op.f("pk_chain_heads")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "custom_fields",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("help", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("options", Json, nullable=False),
        sa.Column("category_ids", Json, nullable=False),
        sa.Column("record_type", sa.String(), nullable=False),
        sa.Column("required_in", Json, nullable=False),
        sa.Column("shown_when_key", sa.String(), nullable=False),
        sa.Column("shown_when_value", sa.String(), nullable=False),
        sa.Column("on_new_form", sa.Boolean(), nullable=False),
        sa.Column("on_public_form", sa.Boolean(), nullable=False),
        sa.Column("in_queue_filter", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("retired_at", UtcDateTime(), nullable=True),
        sa.Column("id", Id, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_custom_fields")),
        sa.UniqueConstraint("key", name=op.f("uq_custom_fields_key")),
    )
    op.create_table(
        "operations",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("actions", Json, nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=True),
        sa.Column("actor_kind", sa.String(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("undone_at", UtcDateTime(), nullable=True),
        sa.Column("undone_by", sa.String(), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operations")),
    )
    with op.batch_alter_table("operations", schema=None) as batch_op:
        batch_op.create_index("ix_operations_actor", ["actor_kind", "actor_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_operations_at"), ["at"], unique=False)

    op.create_table(
        "organizations",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("is_vip", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("retired_at", UtcDateTime(), nullable=True),
        sa.Column("id", Id, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organizations")),
        sa.UniqueConstraint("name", name=op.f("uq_organizations_name")),
    )
    op.create_table(
        "presences",
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.Column("writing_at", UtcDateTime(), nullable=True),
        sa.Column("id", Id, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_presences")),
    )
    with op.batch_alter_table("presences", schema=None) as batch_op:
        batch_op.create_index("ix_presences_seen_at", ["seen_at"], unique=False)
        batch_op.create_index("uq_presences_incident_agent", ["incident_id", "agent_id"], unique=True)

    op.create_table(
        "rules",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("trigger", sa.String(), nullable=False),
        sa.Column("kinds", Json, nullable=False),
        sa.Column("every_minutes", sa.Integer(), nullable=False),
        sa.Column("again_hours", sa.Integer(), nullable=False),
        sa.Column("every", Json, nullable=False),
        sa.Column("some", Json, nullable=False),
        sa.Column("actions", Json, nullable=False),
        sa.Column("stops", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("looked_at", UtcDateTime(), nullable=True),
        sa.Column("trouble", sa.String(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("retired_at", UtcDateTime(), nullable=True),
        sa.Column("id", Id, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rules")),
        sa.UniqueConstraint("name", name=op.f("uq_rules_name")),
    )
    op.create_table(
        "service_calendars",
        sa.Column("series", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("valid_from", UtcDateTime(), nullable=False),
        sa.Column("applies_to_running", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("weekly", Json, nullable=False),
        sa.Column("country", sa.String(), nullable=False),
        sa.Column("subdivision", sa.String(), nullable=False),
        sa.Column("own_days", Json, nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("retired_at", UtcDateTime(), nullable=True),
        sa.Column("id", Id, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_calendars")),
        sa.UniqueConstraint("series", "version", name=op.f("uq_service_calendars_series_version")),
    )
    op.create_table(
        "service_level_policies",
        sa.Column("series", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("valid_from", UtcDateTime(), nullable=False),
        sa.Column("applies_to_running", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("is_retired", sa.Boolean(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("organization_ids", Json, nullable=False),
        sa.Column("service_ids", Json, nullable=False),
        sa.Column("category_ids", Json, nullable=False),
        sa.Column("priorities", Json, nullable=False),
        sa.Column("record_type", sa.String(), nullable=False),
        sa.Column("targets", Json, nullable=False),
        sa.Column("calendar", sa.String(), nullable=False),
        sa.Column("pauses", Json, nullable=False),
        sa.Column("warns_at", Json, nullable=False),
        sa.Column("breach", Json, nullable=False),
        sa.Column("shown_to_requester", sa.Boolean(), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_level_policies")),
        sa.UniqueConstraint("series", "version", name=op.f("uq_service_level_policies_series_version")),
    )
    op.create_table(
        "statuses",
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("requester_wording", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("pauses", sa.Boolean(), nullable=True),
        sa.Column("required", Json, nullable=False),
        sa.Column("entered_from", Json, nullable=False),
        sa.Column("roles", Json, nullable=False),
        sa.Column("retired_at", UtcDateTime(), nullable=True),
        sa.Column("id", Id, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statuses")),
        sa.UniqueConstraint("name", name=op.f("uq_statuses_name")),
    )
    with op.batch_alter_table("statuses", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_statuses_state"), ["state"], unique=False)

    op.create_table(
        "tags",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("tint", sa.Integer(), nullable=True),
        sa.Column("merged_into_id", Id, nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("retired_at", UtcDateTime(), nullable=True),
        sa.Column("id", Id, nullable=False),
        sa.ForeignKeyConstraint(["merged_into_id"], ["tags.id"], name=op.f("fk_tags_merged_into_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tags")),
        sa.UniqueConstraint("key", name=op.f("uq_tags_key")),
    )
    with op.batch_alter_table("tags", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tags_merged_into_id"), ["merged_into_id"], unique=False)

    op.create_table(
        "allocation_turns",
        sa.Column("team_id", Id, nullable=False),
        sa.Column("agent_id", Id, nullable=False),
        sa.Column("given_at", UtcDateTime(), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name=op.f("fk_allocation_turns_agent_id")),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_allocation_turns_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_allocation_turns")),
        sa.UniqueConstraint("team_id", "agent_id", name=op.f("uq_allocation_turns_team_id_agent_id")),
    )
    with op.batch_alter_table("allocation_turns", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_allocation_turns_agent_id"), ["agent_id"], unique=False)

    op.create_table(
        "canned_replies",
        sa.Column("shortcut", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("variants", Json, nullable=False),
        sa.Column("category_id", Id, nullable=True),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("owner_id", Id, nullable=False),
        sa.Column("team_id", Id, nullable=True),
        sa.Column("id", Id, nullable=False),
        sa.ForeignKeyConstraint(["category_id"], ["categories.id"], name=op.f("fk_canned_replies_category_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["agents.id"], name=op.f("fk_canned_replies_owner_id")),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_canned_replies_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_canned_replies")),
    )
    with op.batch_alter_table("canned_replies", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_canned_replies_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_canned_replies_team_id"), ["team_id"], unique=False)

    op.create_table(
        "checklists",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("items", Json, nullable=False),
        sa.Column("category_id", Id, nullable=True),
        sa.Column("adds_itself", sa.Boolean(), nullable=False),
        sa.Column("required_for", sa.String(), nullable=False),
        sa.Column("required_up_to", sa.Integer(), nullable=False),
        sa.Column("team_id", Id, nullable=True),
        sa.Column("retired_at", UtcDateTime(), nullable=True),
        sa.Column("id", Id, nullable=False),
        sa.ForeignKeyConstraint(["category_id"], ["categories.id"], name=op.f("fk_checklists_category_id")),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_checklists_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checklists")),
        sa.UniqueConstraint("name", name=op.f("uq_checklists_name")),
    )
    with op.batch_alter_table("checklists", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_checklists_category_id"), ["category_id"], unique=False)

    op.create_table(
        "escalation_rules",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("priority_max", sa.Integer(), nullable=False),
        sa.Column("team_id", Id, nullable=True),
        sa.Column("goal", sa.String(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("retired_at", UtcDateTime(), nullable=True),
        sa.Column("id", Id, nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_escalation_rules_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_escalation_rules")),
        sa.UniqueConstraint("name", name=op.f("uq_escalation_rules_name")),
    )
    op.create_table(
        "macros",
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("actions", Json, nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("owner_id", Id, nullable=False),
        sa.Column("team_id", Id, nullable=True),
        sa.Column("id", Id, nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["agents.id"], name=op.f("fk_macros_owner_id")),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_macros_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_macros")),
    )
    with op.batch_alter_table("macros", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_macros_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_macros_team_id"), ["team_id"], unique=False)

    op.create_table(
        "mail_domains",
        sa.Column("domain", sa.String(), nullable=False),
        sa.Column("organization_id", Id, nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_mail_domains_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_domains")),
        sa.UniqueConstraint("domain", name=op.f("uq_mail_domains_domain")),
    )
    with op.batch_alter_table("mail_domains", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mail_domains_organization_id"), ["organization_id"], unique=False)

    op.create_table(
        "on_call_places",
        sa.Column("team_id", Id, nullable=False),
        sa.Column("agent_id", Id, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name=op.f("fk_on_call_places_agent_id")),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_on_call_places_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_on_call_places")),
        sa.UniqueConstraint("team_id", "agent_id", name=op.f("uq_on_call_places_team_id_agent_id")),
    )
    with op.batch_alter_table("on_call_places", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_on_call_places_agent_id"), ["agent_id"], unique=False)

    op.create_table(
        "saved_views",
        sa.Column("arguments", Json, nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("owner_id", Id, nullable=False),
        sa.Column("team_id", Id, nullable=True),
        sa.Column("id", Id, nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["agents.id"], name=op.f("fk_saved_views_owner_id")),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_saved_views_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_views")),
    )
    with op.batch_alter_table("saved_views", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_saved_views_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_saved_views_team_id"), ["team_id"], unique=False)

    op.create_table(
        "first_views",
        sa.Column("agent_id", Id, nullable=False),
        sa.Column("view_id", Id, nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name=op.f("fk_first_views_agent_id")),
        sa.ForeignKeyConstraint(
            ["view_id"], ["saved_views.id"], name=op.f("fk_first_views_view_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_first_views")),
        sa.UniqueConstraint("agent_id", name=op.f("uq_first_views_agent_id")),
    )
    with op.batch_alter_table("first_views", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_first_views_view_id"), ["view_id"], unique=False)

    op.create_table(
        "recurring_incidents",
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("requester_id", Id, nullable=False),
        sa.Column("team_id", Id, nullable=True),
        sa.Column("assignee_id", Id, nullable=True),
        sa.Column("service_id", Id, nullable=True),
        sa.Column("category_id", Id, nullable=True),
        sa.Column("record_type", sa.String(), nullable=False),
        sa.Column("impact", sa.Integer(), nullable=False),
        sa.Column("urgency", sa.Integer(), nullable=False),
        sa.Column("recurrence", sa.String(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("on_days_off", sa.String(), nullable=False),
        sa.Column("next_at", UtcDateTime(), nullable=True),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("retired_at", UtcDateTime(), nullable=True),
        sa.Column("id", Id, nullable=False),
        sa.ForeignKeyConstraint(["assignee_id"], ["agents.id"], name=op.f("fk_recurring_incidents_assignee_id")),
        sa.ForeignKeyConstraint(["category_id"], ["categories.id"], name=op.f("fk_recurring_incidents_category_id")),
        sa.ForeignKeyConstraint(["requester_id"], ["requesters.id"], name=op.f("fk_recurring_incidents_requester_id")),
        sa.ForeignKeyConstraint(["service_id"], ["services.id"], name=op.f("fk_recurring_incidents_service_id")),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_recurring_incidents_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recurring_incidents")),
    )
    with op.batch_alter_table("recurring_incidents", schema=None) as batch_op:
        batch_op.create_index("ix_recurring_incidents_next", ["next_at"], unique=False)

    op.create_table(
        "canned_reply_uses",
        sa.Column("canned_reply_id", Id, nullable=False),
        sa.Column("incident_id", Id, nullable=False),
        sa.Column("agent_id", Id, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name=op.f("fk_canned_reply_uses_agent_id")),
        sa.ForeignKeyConstraint(
            ["canned_reply_id"],
            ["canned_replies.id"],
            name=op.f("fk_canned_reply_uses_canned_reply_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name=op.f("fk_canned_reply_uses_incident_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_canned_reply_uses")),
    )
    with op.batch_alter_table("canned_reply_uses", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_canned_reply_uses_canned_reply_id"), ["canned_reply_id"], unique=False)

    op.create_table(
        "escalations",
        sa.Column("incident_id", Id, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("team_id", Id, nullable=True),
        sa.Column("rule_id", Id, nullable=True),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("told", Json, nullable=False),
        sa.Column("next_at", UtcDateTime(), nullable=True),
        sa.Column("acknowledged_at", UtcDateTime(), nullable=True),
        sa.Column("acknowledged_by_id", Id, nullable=True),
        sa.Column("id", Id, nullable=False),
        sa.ForeignKeyConstraint(["acknowledged_by_id"], ["agents.id"], name=op.f("fk_escalations_acknowledged_by_id")),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name=op.f("fk_escalations_incident_id")),
        sa.ForeignKeyConstraint(["rule_id"], ["escalation_rules.id"], name=op.f("fk_escalations_rule_id")),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_escalations_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_escalations")),
    )
    with op.batch_alter_table("escalations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_escalations_incident_id"), ["incident_id"], unique=False)
        batch_op.create_index("ix_escalations_next", ["next_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_escalations_rule_id"), ["rule_id"], unique=False)

    op.create_table(
        "incident_tags",
        sa.Column("incident_id", Id, nullable=False),
        sa.Column("tag_id", Id, nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name=op.f("fk_incident_tags_incident_id")),
        sa.ForeignKeyConstraint(["tag_id"], ["tags.id"], name=op.f("fk_incident_tags_tag_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_tags")),
        sa.UniqueConstraint("incident_id", "tag_id", name=op.f("uq_incident_tags_incident_id_tag_id")),
    )
    with op.batch_alter_table("incident_tags", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_incident_tags_tag_id"), ["tag_id"], unique=False)

    op.create_table(
        "operation_outcomes",
        sa.Column("operation_id", Id, nullable=False),
        sa.Column("incident_id", Id, nullable=False),
        sa.Column("result", sa.String(), nullable=False),
        sa.Column("said", sa.String(), nullable=False),
        sa.Column("before", Json, nullable=False),
        sa.Column("after", Json, nullable=False),
        sa.Column("first_sequence", sa.Integer(), nullable=False),
        sa.Column("last_sequence", sa.Integer(), nullable=False),
        sa.Column("restored", sa.String(), nullable=False),
        sa.Column("restored_said", sa.String(), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name=op.f("fk_operation_outcomes_incident_id")),
        sa.ForeignKeyConstraint(["operation_id"], ["operations.id"], name=op.f("fk_operation_outcomes_operation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operation_outcomes")),
    )
    with op.batch_alter_table("operation_outcomes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_operation_outcomes_incident_id"), ["incident_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_operation_outcomes_operation_id"), ["operation_id"], unique=False)

    op.create_table(
        "recurring_openings",
        sa.Column("recurring_id", Id, nullable=False),
        sa.Column("planned_at", UtcDateTime(), nullable=False),
        sa.Column("incident_id", Id, nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name=op.f("fk_recurring_openings_incident_id")),
        sa.ForeignKeyConstraint(
            ["recurring_id"], ["recurring_incidents.id"], name=op.f("fk_recurring_openings_recurring_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recurring_openings")),
        sa.UniqueConstraint("recurring_id", "planned_at", name=op.f("uq_recurring_openings_recurring_id_planned_at")),
    )
    with op.batch_alter_table("recurring_openings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_recurring_openings_incident_id"), ["incident_id"], unique=False)

    op.create_table(
        "reply_drafts",
        sa.Column("agent_id", Id, nullable=False),
        sa.Column("incident_id", Id, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("fields", Json, nullable=False),
        sa.Column("writers", Json, nullable=False),
        sa.Column("is_shared", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name=op.f("fk_reply_drafts_agent_id")),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name=op.f("fk_reply_drafts_incident_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reply_drafts")),
        sa.UniqueConstraint("agent_id", "incident_id", name=op.f("uq_reply_drafts_agent_id_incident_id")),
    )
    with op.batch_alter_table("reply_drafts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reply_drafts_incident_id"), ["incident_id"], unique=False)

    op.create_table(
        "rule_runs",
        sa.Column("rule_id", Id, nullable=False),
        sa.Column("incident_id", Id, nullable=False),
        sa.Column("event_id", Id, nullable=True),
        sa.Column("operation_id", Id, nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("said", sa.String(), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_rule_runs_event_id")),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name=op.f("fk_rule_runs_incident_id")),
        sa.ForeignKeyConstraint(["operation_id"], ["operations.id"], name=op.f("fk_rule_runs_operation_id")),
        sa.ForeignKeyConstraint(["rule_id"], ["rules.id"], name=op.f("fk_rule_runs_rule_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_runs")),
        sa.UniqueConstraint("rule_id", "event_id", name=op.f("uq_rule_runs_rule_id_event_id")),
    )
    with op.batch_alter_table("rule_runs", schema=None) as batch_op:
        batch_op.create_index("ix_rule_runs_incident", ["incident_id", "rule_id", "at"], unique=False)

    op.create_table(
        "service_level_due",
        sa.Column("incident_id", Id, nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=True),
        sa.Column("target_seconds", sa.Integer(), nullable=False),
        sa.Column("policy_name", sa.String(), nullable=False),
        sa.Column("share_warned", sa.Integer(), nullable=False),
        sa.Column("shown_to_requester", sa.Boolean(), nullable=False),
        sa.Column("next_look_at", UtcDateTime(), nullable=True),
        sa.Column("id", Id, nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name=op.f("fk_service_level_due_incident_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_level_due")),
        sa.UniqueConstraint("incident_id", name=op.f("uq_service_level_due_incident_id")),
    )
    with op.batch_alter_table("service_level_due", schema=None) as batch_op:
        batch_op.create_index("ix_service_level_due_due", ["due_at", "incident_id"], unique=False)
        batch_op.create_index("ix_service_level_due_look", ["next_look_at"], unique=False)

    op.create_table(
        "service_level_verdicts",
        sa.Column("incident_id", Id, nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("target_seconds", sa.Integer(), nullable=False),
        sa.Column("elapsed_seconds", sa.Integer(), nullable=False),
        sa.Column("runs", sa.Integer(), nullable=False),
        sa.Column("missed_runs", sa.Integer(), nullable=False),
        sa.Column("policy_series", sa.String(), nullable=False),
        sa.Column("policy_version", sa.Integer(), nullable=False),
        sa.Column("policy_name", sa.String(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("record_type", sa.String(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=True),
        sa.Column("service_id", sa.Integer(), nullable=True),
        sa.Column("category_id", sa.Integer(), nullable=True),
        sa.Column("id", Id, nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name=op.f("fk_service_level_verdicts_incident_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_level_verdicts")),
        sa.UniqueConstraint("incident_id", "target", name=op.f("uq_service_level_verdicts_incident_id_target")),
    )
    with op.batch_alter_table("service_level_verdicts", schema=None) as batch_op:
        batch_op.create_index("ix_service_level_verdicts_at", ["at", "target", "verdict"], unique=False)
        batch_op.create_index(batch_op.f("ix_service_level_verdicts_policy_series"), ["policy_series"], unique=False)

    op.create_table(
        "surveys",
        sa.Column("incident_id", Id, nullable=False),
        sa.Column("requester_id", Id, nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("score", sa.String(), nullable=False),
        sa.Column("comment", sa.String(), nullable=False),
        sa.Column("rated_at", UtcDateTime(), nullable=True),
        sa.Column("is_low", sa.Boolean(), nullable=False),
        sa.Column("dealt_with_at", UtcDateTime(), nullable=True),
        sa.Column("dealt_with_by", sa.String(), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name=op.f("fk_surveys_incident_id")),
        sa.ForeignKeyConstraint(["requester_id"], ["requesters.id"], name=op.f("fk_surveys_requester_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_surveys")),
        sa.UniqueConstraint("incident_id", "sequence", name=op.f("uq_surveys_incident_id_sequence")),
    )
    with op.batch_alter_table("surveys", schema=None) as batch_op:
        batch_op.create_index("ix_surveys_asked", ["asked_at"], unique=False)
        batch_op.create_index("ix_surveys_low", ["is_low", "dealt_with_at"], unique=False)
        batch_op.create_index("ix_surveys_requester_asked", ["requester_id", "asked_at"], unique=False)

    op.create_table(
        "tasks",
        sa.Column("incident_id", Id, nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("assignee_id", Id, nullable=True),
        sa.Column("team_id", Id, nullable=True),
        sa.Column("due_at", UtcDateTime(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("checklist_id", Id, nullable=True),
        sa.Column("checklist", sa.String(), nullable=False),
        sa.Column("required_for", sa.String(), nullable=False),
        sa.Column("required_up_to", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("done_at", UtcDateTime(), nullable=True),
        sa.Column("done_by", sa.String(), nullable=False),
        sa.Column("removed_at", UtcDateTime(), nullable=True),
        sa.Column("overdue_at", UtcDateTime(), nullable=True),
        sa.Column("id", Id, nullable=False),
        sa.ForeignKeyConstraint(["assignee_id"], ["agents.id"], name=op.f("fk_tasks_assignee_id")),
        sa.ForeignKeyConstraint(["checklist_id"], ["checklists.id"], name=op.f("fk_tasks_checklist_id")),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name=op.f("fk_tasks_incident_id")),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_tasks_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tasks")),
    )
    with op.batch_alter_table("tasks", schema=None) as batch_op:
        batch_op.create_index(
            "ix_tasks_assignee",
            ["assignee_id"],
            unique=False,
            sqlite_where=sa.text("done_at IS NULL AND removed_at IS NULL"),
            postgresql_where=sa.text("done_at IS NULL AND removed_at IS NULL"),
        )
        batch_op.create_index("ix_tasks_incident", ["incident_id", "position"], unique=False)
        batch_op.create_index(
            "ix_tasks_late",
            ["due_at"],
            unique=False,
            sqlite_where=sa.text(
                "done_at IS NULL AND removed_at IS NULL AND due_at IS NOT NULL AND overdue_at IS NULL"
            ),
            postgresql_where=sa.text(
                "done_at IS NULL AND removed_at IS NULL AND due_at IS NOT NULL AND overdue_at IS NULL"
            ),
        )
        batch_op.create_index(
            "ix_tasks_team",
            ["team_id"],
            unique=False,
            sqlite_where=sa.text("done_at IS NULL AND removed_at IS NULL"),
            postgresql_where=sa.text("done_at IS NULL AND removed_at IS NULL"),
        )

    op.create_table(
        "time_spent",
        sa.Column("incident_id", Id, nullable=False),
        sa.Column("agent_id", Id, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("logged_at", UtcDateTime(), nullable=False),
        sa.Column("removed_at", UtcDateTime(), nullable=True),
        sa.Column("id", Id, nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name=op.f("fk_time_spent_agent_id")),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name=op.f("fk_time_spent_incident_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_time_spent")),
    )
    with op.batch_alter_table("time_spent", schema=None) as batch_op:
        batch_op.create_index("ix_time_spent_agent_day", ["agent_id", "day"], unique=False)
        batch_op.create_index("ix_time_spent_day", ["day"], unique=False)
        batch_op.create_index("ix_time_spent_incident", ["incident_id"], unique=False)

    op.create_table(
        "watchers",
        sa.Column("incident_id", Id, nullable=False),
        sa.Column("agent_id", Id, nullable=False),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name=op.f("fk_watchers_agent_id")),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name=op.f("fk_watchers_incident_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watchers")),
        sa.UniqueConstraint("incident_id", "agent_id", name=op.f("uq_watchers_incident_id_agent_id")),
    )
    with op.batch_alter_table("watchers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_watchers_agent_id"), ["agent_id"], unique=False)

    with op.batch_alter_table("agents", schema=None) as batch_op:
        batch_op.add_column(sa.Column("manager_id", Id, nullable=True))
        batch_op.add_column(sa.Column("skills", Json, nullable=False, server_default=sa.text("'[]'")))
        batch_op.add_column(sa.Column("is_available", sa.Boolean(), nullable=False, server_default=sa.true()))
        batch_op.create_foreign_key(batch_op.f("fk_agents_manager_id"), "agents", ["manager_id"], ["id"])

    with op.batch_alter_table("categories", schema=None) as batch_op:
        batch_op.add_column(sa.Column("merged_into_id", Id, nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_categories_merged_into_id"), "categories", ["merged_into_id"], ["id"]
        )

    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.add_column(sa.Column("salt", sa.String(), nullable=False, server_default=sa.text("''")))

    with op.batch_alter_table("incidents", schema=None) as batch_op:
        batch_op.add_column(sa.Column("record_type", sa.String(), nullable=False, server_default=sa.text("'incident'")))
        batch_op.add_column(sa.Column("status_id", Id, nullable=True))
        batch_op.add_column(sa.Column("is_overridden", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("affected_people", sa.Integer(), nullable=False, server_default=sa.text("'1'")))
        batch_op.add_column(sa.Column("restored_at", UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("cause_id", Id, nullable=True))
        batch_op.add_column(sa.Column("custom", Json, nullable=False, server_default=sa.text("'{}'")))
        batch_op.create_index(batch_op.f("ix_incidents_cause_id"), ["cause_id"], unique=False)
        batch_op.create_index("ix_incidents_record_type", ["record_type", "updated_at", "id"], unique=False)
        batch_op.create_index("ix_incidents_state_resolved", ["state", "resolved_at"], unique=False)
        batch_op.create_index("ix_incidents_status", ["status_id", "updated_at", "id"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_incidents_cause_id"), "causes", ["cause_id"], ["id"])
        batch_op.create_foreign_key(batch_op.f("fk_incidents_status_id"), "statuses", ["status_id"], ["id"])

    with op.batch_alter_table("notification_settings", schema=None) as batch_op:
        batch_op.add_column(sa.Column("watch_when_mentioned", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("watch_when_replying", sa.Boolean(), nullable=False, server_default=sa.false()))

    with op.batch_alter_table("requesters", schema=None) as batch_op:
        batch_op.add_column(sa.Column("organization_id", Id, nullable=True))
        batch_op.add_column(sa.Column("is_vip", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.create_index("ix_requesters_name", ["name", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_requesters_organization_id"), ["organization_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_requesters_organization_id"), "organizations", ["organization_id"], ["id"]
        )
        batch_op.drop_column("organization")

    with op.batch_alter_table("services", schema=None) as batch_op:
        batch_op.add_column(sa.Column("owner_agent_id", Id, nullable=True))
        batch_op.add_column(sa.Column("owner_team_id", Id, nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_services_owner_agent_id"), "agents", ["owner_agent_id"], ["id"])
        batch_op.create_foreign_key(batch_op.f("fk_services_owner_team_id"), "teams", ["owner_team_id"], ["id"])

    with op.batch_alter_table("teams", schema=None) as batch_op:
        batch_op.add_column(sa.Column("escalates_to_id", Id, nullable=True))
        batch_op.add_column(
            sa.Column("acknowledge_minutes", sa.Integer(), nullable=False, server_default=sa.text("'15'"))
        )
        batch_op.add_column(sa.Column("on_call_takes_turns", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("allocation", sa.String(), nullable=False, server_default=sa.text("''")))
        batch_op.create_foreign_key(batch_op.f("fk_teams_escalates_to_id"), "teams", ["escalates_to_id"], ["id"])
    chain_anew(op.get_bind())


def downgrade() -> None:
    with op.batch_alter_table("teams", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_teams_escalates_to_id"), type_="foreignkey")
        batch_op.drop_column("allocation")
        batch_op.drop_column("on_call_takes_turns")
        batch_op.drop_column("acknowledge_minutes")
        batch_op.drop_column("escalates_to_id")

    with op.batch_alter_table("services", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_services_owner_team_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_services_owner_agent_id"), type_="foreignkey")
        batch_op.drop_column("owner_team_id")
        batch_op.drop_column("owner_agent_id")

    with op.batch_alter_table("requesters", schema=None) as batch_op:
        batch_op.add_column(sa.Column("organization", sa.VARCHAR(), nullable=False, server_default=sa.text("''")))
        batch_op.drop_constraint(batch_op.f("fk_requesters_organization_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_requesters_organization_id"))
        batch_op.drop_index("ix_requesters_name")
        batch_op.drop_column("is_vip")
        batch_op.drop_column("organization_id")

    with op.batch_alter_table("notification_settings", schema=None) as batch_op:
        batch_op.drop_column("watch_when_replying")
        batch_op.drop_column("watch_when_mentioned")

    with op.batch_alter_table("incidents", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_incidents_status_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_incidents_cause_id"), type_="foreignkey")
        batch_op.drop_index("ix_incidents_status")
        batch_op.drop_index("ix_incidents_state_resolved")
        batch_op.drop_index("ix_incidents_record_type")
        batch_op.drop_index(batch_op.f("ix_incidents_cause_id"))
        batch_op.drop_column("custom")
        batch_op.drop_column("cause_id")
        batch_op.drop_column("restored_at")
        batch_op.drop_column("affected_people")
        batch_op.drop_column("is_overridden")
        batch_op.drop_column("status_id")
        batch_op.drop_column("record_type")

    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.drop_column("salt")

    with op.batch_alter_table("categories", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_categories_merged_into_id"), type_="foreignkey")
        batch_op.drop_column("merged_into_id")

    with op.batch_alter_table("agents", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_agents_manager_id"), type_="foreignkey")
        batch_op.drop_column("is_available")
        batch_op.drop_column("skills")
        batch_op.drop_column("manager_id")

    with op.batch_alter_table("watchers", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_watchers_agent_id"))

    op.drop_table("watchers")
    with op.batch_alter_table("time_spent", schema=None) as batch_op:
        batch_op.drop_index("ix_time_spent_incident")
        batch_op.drop_index("ix_time_spent_day")
        batch_op.drop_index("ix_time_spent_agent_day")

    op.drop_table("time_spent")
    with op.batch_alter_table("tasks", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_tasks_team",
            sqlite_where=sa.text("done_at IS NULL AND removed_at IS NULL"),
            postgresql_where=sa.text("done_at IS NULL AND removed_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_tasks_late",
            sqlite_where=sa.text(
                "done_at IS NULL AND removed_at IS NULL AND due_at IS NOT NULL AND overdue_at IS NULL"
            ),
            postgresql_where=sa.text(
                "done_at IS NULL AND removed_at IS NULL AND due_at IS NOT NULL AND overdue_at IS NULL"
            ),
        )
        batch_op.drop_index("ix_tasks_incident")
        batch_op.drop_index(
            "ix_tasks_assignee",
            sqlite_where=sa.text("done_at IS NULL AND removed_at IS NULL"),
            postgresql_where=sa.text("done_at IS NULL AND removed_at IS NULL"),
        )

    op.drop_table("tasks")
    with op.batch_alter_table("surveys", schema=None) as batch_op:
        batch_op.drop_index("ix_surveys_requester_asked")
        batch_op.drop_index("ix_surveys_low")
        batch_op.drop_index("ix_surveys_asked")

    op.drop_table("surveys")
    with op.batch_alter_table("service_level_verdicts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_service_level_verdicts_policy_series"))
        batch_op.drop_index("ix_service_level_verdicts_at")

    op.drop_table("service_level_verdicts")
    with op.batch_alter_table("service_level_due", schema=None) as batch_op:
        batch_op.drop_index("ix_service_level_due_look")
        batch_op.drop_index("ix_service_level_due_due")

    op.drop_table("service_level_due")
    with op.batch_alter_table("rule_runs", schema=None) as batch_op:
        batch_op.drop_index("ix_rule_runs_incident")

    op.drop_table("rule_runs")
    with op.batch_alter_table("reply_drafts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reply_drafts_incident_id"))

    op.drop_table("reply_drafts")
    with op.batch_alter_table("recurring_openings", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_recurring_openings_incident_id"))

    op.drop_table("recurring_openings")
    with op.batch_alter_table("operation_outcomes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_operation_outcomes_operation_id"))
        batch_op.drop_index(batch_op.f("ix_operation_outcomes_incident_id"))

    op.drop_table("operation_outcomes")
    with op.batch_alter_table("incident_tags", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_incident_tags_tag_id"))

    op.drop_table("incident_tags")
    with op.batch_alter_table("escalations", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_escalations_rule_id"))
        batch_op.drop_index("ix_escalations_next")
        batch_op.drop_index(batch_op.f("ix_escalations_incident_id"))

    op.drop_table("escalations")
    with op.batch_alter_table("canned_reply_uses", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_canned_reply_uses_canned_reply_id"))

    op.drop_table("canned_reply_uses")
    with op.batch_alter_table("recurring_incidents", schema=None) as batch_op:
        batch_op.drop_index("ix_recurring_incidents_next")

    op.drop_table("recurring_incidents")
    with op.batch_alter_table("first_views", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_first_views_view_id"))

    op.drop_table("first_views")
    with op.batch_alter_table("saved_views", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_saved_views_team_id"))
        batch_op.drop_index(batch_op.f("ix_saved_views_owner_id"))

    op.drop_table("saved_views")
    with op.batch_alter_table("on_call_places", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_on_call_places_agent_id"))

    op.drop_table("on_call_places")
    with op.batch_alter_table("mail_domains", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_mail_domains_organization_id"))

    op.drop_table("mail_domains")
    with op.batch_alter_table("macros", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_macros_team_id"))
        batch_op.drop_index(batch_op.f("ix_macros_owner_id"))

    op.drop_table("macros")
    op.drop_table("escalation_rules")
    with op.batch_alter_table("checklists", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_checklists_category_id"))

    op.drop_table("checklists")
    with op.batch_alter_table("canned_replies", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_canned_replies_team_id"))
        batch_op.drop_index(batch_op.f("ix_canned_replies_owner_id"))

    op.drop_table("canned_replies")
    with op.batch_alter_table("allocation_turns", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_allocation_turns_agent_id"))

    op.drop_table("allocation_turns")
    with op.batch_alter_table("tags", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_tags_merged_into_id"))

    op.drop_table("tags")
    with op.batch_alter_table("statuses", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_statuses_state"))

    op.drop_table("statuses")
    op.drop_table("service_level_policies")
    op.drop_table("service_calendars")
    op.drop_table("rules")
    with op.batch_alter_table("presences", schema=None) as batch_op:
        batch_op.drop_index("uq_presences_incident_agent")
        batch_op.drop_index("ix_presences_seen_at")

    op.drop_table("presences")
    op.drop_table("organizations")
    with op.batch_alter_table("operations", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_operations_at"))
        batch_op.drop_index("ix_operations_actor")

    op.drop_table("operations")
    op.drop_table("custom_fields")
    op.drop_table("chain_heads")
    with op.batch_alter_table("causes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_causes_parent_id"))

    op.drop_table("causes")
