"""Log-ins that are over; on PostgreSQL the wall between owners, which `diary.storage.wall` tells of."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
OWNED = dict.fromkeys(("people", "moods", "entries", "revisions", "drafts"), "owner_id")
# A photo's key begins with the hash of its owner, and a slash.
PLACES = OWNED | {"waiting_photos": "split_part(key, '/', 1)"}

# What follows "KIND:" in the setting; null where rows of everyone are meant, and an error where nobody is named: a
# query that found nothing would be believed. The error's code is that of a setting which is not there.
FUNCTION = """
CREATE FUNCTION diary_rows_of(kind text) RETURNS text LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog AS $$
DECLARE
    named text := current_setting('diary.rows_of', true);
BEGIN
    IF starts_with(named, kind || ':') THEN
        RETURN substr(named, length(kind) + 2);
    ELSIF named = 'everyone' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'whose rows are asked for was not said' USING ERRCODE = 'undefined_object';
END
$$
"""
EVERYONE = "(SELECT current_setting('diary.rows_of', true) = 'everyone')"  # in SELECT, it is evaluated once a query


def upgrade() -> None:
    op.create_table(
        "endings",
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("for_good", sa.Boolean, nullable=False),
    )
    if op.get_bind().dialect.name != "postgresql":
        return
    op.execute(FUNCTION)
    op.execute("GRANT EXECUTE ON FUNCTION diary_rows_of(text) TO PUBLIC")
    for table, owner in PLACES.items():
        kind = "owner" if table in OWNED else "photos"
        op.execute(f"CREATE POLICY wall ON {table} USING ({EVERYONE} OR {owner} = (SELECT diary_rows_of('{kind}')))")
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for table in PLACES:
            op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
            op.execute(f"DROP POLICY wall ON {table}")
        op.execute("DROP FUNCTION diary_rows_of(text)")
    op.drop_table("endings")
