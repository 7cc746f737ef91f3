"""Make the diary's roles in PostgreSQL, by the database's master, unless they are there. Run in the program's image.

Both log in by tokens of RDS's and have no password. Whoever is a member of ``rds_iam``, by whatever way, cannot use a
password any more, and newer versions make whoever makes a role a member of it. So neither is given to the master, and
the master, who may be shut out by it all the same, is not needed again.
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

place = urlsplit(os.environ["DATABASE_URL"])
aws = boto3.Session(region_name=os.environ["AWS_REGION"])


def connect(user: str, password: str) -> psycopg2.extensions.connection:
    """A connection to the diary's database; the file that PGSSLROOTCERT names has to vouch for it."""
    database, mode = place.path.removeprefix("/"), "verify-full"
    where = {"host": place.hostname, "port": place.port, "dbname": database, "sslmode": mode, "connect_timeout": 10}
    return psycopg2.connect(user=user, password=password, **where)


def are_there() -> bool:
    """Whether the last of the roles is let in; they were made all together."""
    token = aws.client("rds").generate_db_auth_token(place.hostname, place.port, ROLES[-1])
    try:
        connect(ROLES[-1], token).close()
    except psycopg2.OperationalError:
        return False
    return True


def make() -> None:
    """Make what is missing, all of it or nothing."""
    secret = aws.client("secretsmanager").get_secret_value(SecretId=os.environ["MASTER_SECRET"])
    master = json.loads(secret["SecretString"])
    with connect(master["username"], master["password"]) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
        for role in ROLES:
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,))
            if cursor.fetchone() is None:
                cursor.execute(f"CREATE ROLE {role} LOGIN")
            cursor.execute(f"GRANT rds_iam TO {role}")
        cursor.execute(RIGHTS.format(database=connection.info.dbname))


if not are_there():
    make()
