"""People, their moods, days and drafts; the cache of tracks."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "people",
        sa.Column("owner_id", sa.String(255), primary_key=True),
        sa.Column("day_cutoff_hour", sa.Integer, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
    )
    op.create_table(
        "moods",
        sa.Column("owner_id", sa.String(255), primary_key=True),
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("name", sa.String(30), nullable=False),
        sa.Column("emoji", sa.String(16), nullable=False),
        sa.Column("light", sa.String(7), nullable=False),
        sa.Column("dark", sa.String(7), nullable=False),
        sa.Column("valence", sa.Float, nullable=False),
        sa.Column("arousal", sa.Float, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("hidden", sa.Boolean, nullable=False),
        sa.Column("retired", sa.Boolean, nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["people.owner_id"], ondelete="CASCADE"),
    )
    op.create_table(
        "entries",
        sa.Column("owner_id", sa.String(255), primary_key=True),
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("revision", sa.Integer, nullable=False),
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
        sa.Column("folded", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["people.owner_id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["owner_id", "mood_id"], ["moods.owner_id", "moods.id"]),
    )
    op.create_index("entries_mood", "entries", ["owner_id", "mood_id", "day"])
    op.create_table(
        "drafts",
        sa.Column("owner_id", sa.String(255), primary_key=True),
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("fields", sa.Text, nullable=False),
        sa.Column("kept_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["people.owner_id"], ondelete="CASCADE"),
    )
    op.create_table(
        "tracks",
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("artists", sa.JSON, nullable=False),
        sa.Column("album", sa.Text, nullable=False),
        sa.Column("artwork_url", sa.Text),
        sa.Column("duration", sa.Integer),
        sa.Column("fetched_at", INSTANT, nullable=False),
    )


def downgrade() -> None:
    for table in ("tracks", "drafts", "entries", "moods", "people"):
        op.drop_table(table)
