"""The revisions of the tables, from the first to the newest."""

from alembic import command
from sqlalchemy import JSON, DateTime, Engine, MetaData

from diary.storage.database import reading, writing
from diary.storage.migration import alembic_config
from diary.storage.tables import NOT_COPIED, Texts, UtcDateTime


def upgrade(engine: Engine, revision: str) -> None:
    """Bring the tables of a new database, or of one of an earlier revision, to ``revision``. Raises StorageError."""
    config = alembic_config()
    with writing(engine) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def tables_of(engine: Engine) -> MetaData:
    """The tables of a backup as they are in ``engine``; instants and texts are read and written as in `tables`."""
    found, left_out = MetaData(), {"alembic_version", *(table.name for table in NOT_COPIED)}
    with reading(engine) as connection:
        found.reflect(connection, only=lambda name, _: name not in left_out)
    for table in found.tables.values():
        for column in table.c:
            if isinstance(column.type, DateTime):
                column.type = UtcDateTime()
            elif isinstance(column.type, JSON):
                column.type = Texts()
    return found
