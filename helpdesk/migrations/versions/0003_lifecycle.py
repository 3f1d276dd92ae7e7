"""Lifecycle"""

import sqlalchemy as sa
from alembic import op

from helpdesk.base import Id, Json, UtcDateTime

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
        sa.Column("id", Id, nullable=False),
        sa.ForeignKeyConstraint(["parent_id"], ["causes.id"], name=op.f("fk_causes_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_causes")),
        sa.UniqueConstraint("path", name=op.f("uq_causes_path")),
    )
    with op.batch_alter_table("causes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_causes_parent_id"), ["parent_id"], unique=False)

    op.create_table(
        "organizations",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("domains", Json, nullable=False),
        sa.Column("is_vip", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("retired_at", UtcDateTime(), nullable=True),
        sa.Column("id", Id, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organizations")),
        sa.UniqueConstraint("name", name=op.f("uq_organizations_name")),
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

    with op.batch_alter_table("agents", schema=None) as batch_op:
        batch_op.add_column(sa.Column("manager_id", Id, nullable=True))
        batch_op.add_column(sa.Column("skills", Json, nullable=False, server_default=sa.text("'[]'")))
        batch_op.add_column(sa.Column("is_available", sa.Boolean(), nullable=False, server_default=sa.true()))
        batch_op.create_foreign_key(batch_op.f("fk_agents_manager_id"), "agents", ["manager_id"], ["id"])

    with op.batch_alter_table("incidents", schema=None) as batch_op:
        batch_op.add_column(sa.Column("record_type", sa.String(), nullable=False, server_default=sa.text("'incident'")))
        batch_op.add_column(sa.Column("status_id", Id, nullable=True))
        batch_op.add_column(sa.Column("is_overridden", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("affected_people", sa.Integer(), nullable=False, server_default=sa.text("'1'")))
        batch_op.add_column(sa.Column("restored_at", UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("cause_id", Id, nullable=True))
        batch_op.add_column(sa.Column("custom", Json, nullable=False, server_default=sa.text("'{}'")))
        batch_op.create_index(batch_op.f("ix_incidents_cause_id"), ["cause_id"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_incidents_cause_id"), "causes", ["cause_id"], ["id"])
        batch_op.create_foreign_key(batch_op.f("fk_incidents_status_id"), "statuses", ["status_id"], ["id"])

    with op.batch_alter_table("requesters", schema=None) as batch_op:
        batch_op.add_column(sa.Column("organization_id", Id, nullable=True))
        batch_op.add_column(sa.Column("is_vip", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.create_index(batch_op.f("ix_requesters_organization_id"), ["organization_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_requesters_organization_id"), "organizations", ["organization_id"], ["id"]
        )
        batch_op.drop_column("organization")

    with op.batch_alter_table("teams", schema=None) as batch_op:
        batch_op.add_column(sa.Column("escalates_to_id", Id, nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_teams_escalates_to_id"), "teams", ["escalates_to_id"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("teams", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_teams_escalates_to_id"), type_="foreignkey")
        batch_op.drop_column("escalates_to_id")

    with op.batch_alter_table("requesters", schema=None) as batch_op:
        batch_op.add_column(sa.Column("organization", sa.VARCHAR(), nullable=False, server_default=sa.text("''")))
        batch_op.drop_constraint(batch_op.f("fk_requesters_organization_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_requesters_organization_id"))
        batch_op.drop_column("is_vip")
        batch_op.drop_column("organization_id")

    with op.batch_alter_table("incidents", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_incidents_status_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_incidents_cause_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_incidents_cause_id"))
        batch_op.drop_column("custom")
        batch_op.drop_column("cause_id")
        batch_op.drop_column("restored_at")
        batch_op.drop_column("affected_people")
        batch_op.drop_column("is_overridden")
        batch_op.drop_column("status_id")
        batch_op.drop_column("record_type")

    with op.batch_alter_table("agents", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_agents_manager_id"), type_="foreignkey")
        batch_op.drop_column("is_available")
        batch_op.drop_column("skills")
        batch_op.drop_column("manager_id")

    with op.batch_alter_table("statuses", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_statuses_state"))

    op.drop_table("statuses")
    op.drop_table("organizations")
    with op.batch_alter_table("causes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_causes_parent_id"))

    op.drop_table("causes")
