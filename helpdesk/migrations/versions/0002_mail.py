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
        "mailbox_folders",
        sa.Column("mailbox_id", Id, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("uidvalidity", sa.BigInteger(), nullable=False),
        sa.Column("server_count", sa.Integer(), nullable=False),
        sa.Column("known_count", sa.Integer(), nullable=False),
        sa.Column("skipped_count", sa.Integer(), nullable=False),
        sa.Column("counted_at", UtcDateTime(), nullable=False),
        sa.Column("gap_since", UtcDateTime(), nullable=True),
        sa.Column("id", Id, nullable=False),
        sa.ForeignKeyConstraint(["mailbox_id"], ["mailboxes.id"], name=op.f("fk_mailbox_folders_mailbox_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailbox_folders")),
        sa.UniqueConstraint("mailbox_id", "name", name=op.f("uq_mailbox_folders_mailbox_id_name")),
    )
    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.add_column(sa.Column("bounce", sa.String(), nullable=False, server_default=sa.text("''")))
        batch_op.add_column(sa.Column("bounce_status", sa.String(), nullable=False, server_default=sa.text("''")))

    with op.batch_alter_table("entries", schema=None) as batch_op:
        batch_op.add_column(sa.Column("sender", sa.String(), nullable=False, server_default=sa.text("''")))
        batch_op.add_column(sa.Column("to", Json, nullable=False, server_default=sa.text("'[]'")))
        batch_op.add_column(sa.Column("trust", sa.String(), nullable=False, server_default=sa.text("''")))
        batch_op.add_column(sa.Column("features", Json, nullable=False, server_default=sa.text("'{}'")))
        batch_op.add_column(sa.Column("send_at", UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("withdrawn_at", UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("unless_answered", sa.Boolean(), nullable=False, server_default=sa.false()))

    with op.batch_alter_table("incidents", schema=None) as batch_op:
        batch_op.add_column(sa.Column("merged_into_id", Id, nullable=True))
        batch_op.create_index(batch_op.f("ix_incidents_merged_into_id"), ["merged_into_id"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_incidents_merged_into_id"), "incidents", ["merged_into_id"], ["id"])

    with op.batch_alter_table("ledger", schema=None) as batch_op:
        batch_op.add_column(sa.Column("import_id", sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f("ix_ledger_import_id"), ["import_id"], unique=False)

    with op.batch_alter_table("mailboxes", schema=None) as batch_op:
        batch_op.add_column(sa.Column("authserv_id", sa.String(), nullable=False, server_default=sa.text("''")))
        batch_op.add_column(sa.Column("checks_signatures", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("listening_since", UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("start_from", UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("awaits_preview", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("sign_in", sa.String(), nullable=False, server_default=sa.text("'password'")))

    with op.batch_alter_table("participants", schema=None) as batch_op:
        batch_op.add_column(sa.Column("role", sa.String(), nullable=False, server_default=sa.text("''")))


def downgrade() -> None:
    with op.batch_alter_table("participants", schema=None) as batch_op:
        batch_op.drop_column("role")

    with op.batch_alter_table("mailboxes", schema=None) as batch_op:
        batch_op.drop_column("sign_in")
        batch_op.drop_column("awaits_preview")
        batch_op.drop_column("start_from")
        batch_op.drop_column("listening_since")
        batch_op.drop_column("checks_signatures")
        batch_op.drop_column("authserv_id")

    with op.batch_alter_table("ledger", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ledger_import_id"))
        batch_op.drop_column("import_id")

    with op.batch_alter_table("incidents", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_incidents_merged_into_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_incidents_merged_into_id"))
        batch_op.drop_column("merged_into_id")

    with op.batch_alter_table("entries", schema=None) as batch_op:
        batch_op.drop_column("unless_answered")
        batch_op.drop_column("withdrawn_at")
        batch_op.drop_column("send_at")
        batch_op.drop_column("features")
        batch_op.drop_column("trust")
        batch_op.drop_column("to")
        batch_op.drop_column("sender")

    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.drop_column("bounce_status")
        batch_op.drop_column("bounce")

    op.drop_table("mailbox_folders")
    op.drop_table("policies")
    op.drop_table("address_health")
