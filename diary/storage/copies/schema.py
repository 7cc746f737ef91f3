"""The revisions of the tables, from the first to the newest."""

from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import DateTime, Engine, MetaData

from diary.storage.migration import alembic_config
from diary.storage.tables import NOT_COPIED, UtcDateTime


def newest_revision() -> str:
    """The revision that this program's tables have."""
    return str(ScriptDirectory.from_config(alembic_config()).get_current_head())


def known_revisions() -> frozenset[str]:
    """All revisions that this program can bring up to the newest."""
    return frozenset(one.revision for one in ScriptDirectory.from_config(alembic_config()).walk_revisions())


def upgrade(engine: Engine, revision: str) -> None:
    """Bring the tables of a new database, or of one of an earlier revision, to ``revision``."""
    config = alembic_config()
    with engine.execution_options(writes=True).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def tables_of(engine: Engine) -> MetaData:
    """The tables of a backup as they are in ``engine``; instants are read and written as in `tables`."""
    found, left_out = MetaData(), {"alembic_version", *(table.name for table in NOT_COPIED)}
    found.reflect(engine, only=lambda name, _: name not in left_out)
    for table in found.tables.values():
        for column in table.c:
            if isinstance(column.type, DateTime):
                column.type = UtcDateTime()
    return found
