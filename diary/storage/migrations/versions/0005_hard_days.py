"""Whether a person leaves out hard days when the diary looks back."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    kept = sa.Column("leaves_out_hard_days", sa.Boolean, nullable=False, server_default=sa.false())
    op.add_column("people", kept)


def downgrade() -> None:
    op.drop_column("people", "leaves_out_hard_days")
