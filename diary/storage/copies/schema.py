"""The revisions of the tables, from the first to the newest."""

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import DateTime, Engine, MetaData

from diary.storage.migration import MIGRATIONS
from diary.storage.tables import UtcDateTime


def newest_revision() -> str:
    """The revision that this program's tables have."""
    return str(ScriptDirectory.from_config(_config()).get_current_head())


def known_revisions() -> frozenset[str]:
    """All revisions that this program can bring up to the newest."""
    return frozenset(one.revision for one in ScriptDirectory.from_config(_config()).walk_revisions())


def upgrade(engine: Engine, revision: str) -> None:
    """Bring the tables of a new database, or of one of an earlier revision, to ``revision``."""
    config = _config()
    with engine.execution_options(writes=True).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def tables_of(engine: Engine) -> MetaData:
    """The tables as they are in ``engine``, without Alembic's own; instants are read and written as in `tables`."""
    found = MetaData()
    found.reflect(engine)
    found.remove(found.tables["alembic_version"])
    for table in found.tables.values():
        for column in table.c:
            if isinstance(column.type, DateTime):
                column.type = UtcDateTime()
    return found


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config
