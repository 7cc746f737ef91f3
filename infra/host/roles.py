"""Make the diary's two roles in PostgreSQL, by the database's master; once or again. Run in the program's own image.

Both log in by tokens of RDS's and have no password. Neither may become the other or the master, nor the master one of
them: whoever is a member of ``rds_iam``, by whatever way, cannot use a password any more.
"""

import json
import os
from urllib.parse import urlsplit

import boto3
import psycopg2

LOCK = 0x0D1A22  # hosts that begin at the same moment do this one after the other
ROLES = ("diary_migrate", "diary_app")
RIGHTS = """
    REVOKE ALL ON DATABASE {database} FROM PUBLIC;
    GRANT CONNECT, CREATE ON DATABASE {database} TO diary_migrate;
    GRANT USAGE, CREATE ON SCHEMA public TO diary_migrate;
    GRANT CONNECT ON DATABASE {database} TO diary_app;
"""


def connect() -> psycopg2.extensions.connection:
    """A connection as the master, whose password AWS keeps and changes."""
    vault = boto3.client("secretsmanager", region_name=os.environ["AWS_REGION"])
    master = json.loads(vault.get_secret_value(SecretId=os.environ["MASTER_SECRET"])["SecretString"])
    place = urlsplit(os.environ["DATABASE_URL"])
    return psycopg2.connect(
        host=place.hostname,
        port=place.port,
        dbname=place.path.removeprefix("/"),
        user=master["username"],
        password=master["password"],
        sslmode="verify-full",
        connect_timeout=10,
    )


def main() -> None:
    """Make what is missing, all of it or nothing."""
    with connect() as connection, connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
        for role in ROLES:
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,))
            if cursor.fetchone() is None:
                cursor.execute(f"CREATE ROLE {role} LOGIN")
            cursor.execute(f"GRANT rds_iam TO {role}")
        cursor.execute(RIGHTS.format(database=connection.info.dbname))


main()
