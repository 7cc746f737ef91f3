"""Former versions of days; photos that wait for the store; what `sweep` looks up; what programs share."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "revisions",
        sa.Column("owner_id", sa.String(255), primary_key=True),
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("revision", sa.Integer, primary_key=True),
        sa.Column("mood_id", sa.String(32)),
        sa.Column("song_title", sa.Text),
        sa.Column("song_artist", sa.Text),
        sa.Column("spotify_id", sa.String(22)),
        sa.Column("mbid", sa.String(36)),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("tags", sa.JSON, nullable=False),
        sa.Column("photo", sa.String(255)),
        sa.Column("zone", sa.String(64), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.Column("deleted_at", INSTANT),
        sa.Column("replaced_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["people.owner_id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["owner_id", "mood_id"], ["moods.owner_id", "moods.id"]),
    )
    op.create_table(
        "waiting_photos",
        sa.Column("key", sa.String(255), primary_key=True),
        sa.Column("large", sa.LargeBinary, nullable=False),
        sa.Column("small", sa.LargeBinary, nullable=False),
        sa.Column("kept_at", INSTANT, nullable=False),
    )
    op.create_table(
        "marks",
        sa.Column("name", sa.String(32), primary_key=True),
        sa.Column("at", INSTANT, nullable=False),
    )
    op.create_table(
        "keys",
        sa.Column("name", sa.String(32), primary_key=True),
        sa.Column("value", sa.LargeBinary, nullable=False),
    )
    op.create_index("entries_photo", "entries", ["photo"])
    op.create_index("entries_trash", "entries", ["deleted_at"])
    op.create_index("revisions_photo", "revisions", ["photo"])
    op.create_index("revisions_replaced", "revisions", ["replaced_at"])


def downgrade() -> None:
    op.drop_index("entries_trash", "entries")
    op.drop_index("entries_photo", "entries")
    for table in ("keys", "marks", "waiting_photos", "revisions"):
        op.drop_table(table)
