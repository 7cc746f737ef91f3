"""How PostgreSQL is reached: within bounded time, over TLS that is verified, with a password or a token of RDS's."""

import ipaddress
import os
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import certifi
import psycopg2
from sqlalchemy import URL, Dialect, Engine, ExceptionContext, create_engine, event
from sqlalchemy.exc import InvalidatePoolError

from diary.errors import SettingsError
from diary.storage.waits import (
    CONNECT_LIMIT,
    PATIENT_LIMIT,
    STATEMENT_LIMIT,
    BoundedConnection,
    Pause,
    addresses_of,
    bound_waits,
)
from diary.storage.wall import say_whose_rows

_SESSION = {"statement_timeout": 4_000, "lock_timeout": 3_000, "idle_in_transaction_session_timeout": 30_000}
_PATIENT = {"statement_timeout": 0, "lock_timeout": 300_000, "idle_in_transaction_session_timeout": 600_000}
_ZONE = "-c TimeZone=UTC"  # in another one, instants of the years 1 and 9999 may be none that Python knows
_NETWORK = {  # seconds; the last in milliseconds: how long sent bytes may stay without the other side's word
    "application_name": "Music Diary",
    "connect_timeout": int(CONNECT_LIMIT),
    "keepalives": 1,
    "keepalives_idle": 10,
    "keepalives_interval": 3,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}


def open_postgres(place: URL, *, pool: int, iam: bool, region: str | None, patient: bool) -> Engine:
    """An engine for PostgreSQL as `open_engine` describes it. Raises SettingsError where ``iam`` cannot be."""
    bound_waits()
    given = place.get_dialect()().create_connect_args(place)[1]
    arguments = {name: value for name, value in (_NETWORK | _tls(given, iam)).items() if name not in given}
    limits = " ".join(f"-c {name}={value}" for name, value in (_PATIENT if patient else _SESSION).items())
    arguments["options"] = f"{_ZONE} {limits} {given.get('options', '')}".rstrip()
    pause = Pause()
    limit = PATIENT_LIMIT if patient else STATEMENT_LIMIT
    arguments["connection_factory"] = partial(BoundedConnection, limit=limit, pause=pause)
    engine = create_engine(
        place,
        hide_parameters=True,
        connect_args=arguments,
        use_native_hstore=False,  # asking for its number would cost each new connection a round trip
        pool_size=pool,
        pool_timeout=3,
        pool_recycle=1800,
    )
    event.listen(engine, "checkout", partial(_replace_dead, engine.dialect))
    event.listen(engine, "handle_error", _leave_out_values)
    event.listen(engine, "before_cursor_execute", say_whose_rows, retval=True)
    if not patient and _has_name(given):
        event.listen(engine, "do_connect", lambda _dialect, _record, _args, named: _look_up(named, pause))
    if iam and place.password is None:
        from diary.storage.rds import RdsToken  # noqa: PLC0415 (boto3 is slow to load, and few need it)

        token = RdsToken(given, region, pause)
        event.listen(engine, "do_connect", lambda _dialect, _record, _args, named: named.update(password=token.make()))
    return engine


def _replace_dead(dialect: Dialect, raw: BoundedConnection, _record: object, _fairy: object) -> None:
    """A session that the server ended while it lay in the pool costs nobody a click, nor does asking cost every query.

    It is `create_engine`'s ``pool_pre_ping``, but for sessions that answered just now.
    """
    if not raw.is_fresh:
        try:
            dialect.do_ping(raw)
        except psycopg2.Error as error:
            raise InvalidatePoolError from error


def _look_up(named: dict[str, Any], pause: Pause) -> None:
    """libpq would wait for a silent resolver without end; given addresses it asks none; TLS still verifies the host.

    https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNECT-HOSTADDR
    """
    host = named["host"]
    addresses = addresses_of(host, pause)
    named.update(host=",".join([host] * len(addresses)), hostaddr=",".join(addresses))


def _leave_out_values(context: ExceptionContext) -> None:
    """PostgreSQL quotes rows and the statement in what it adds to an error; a note must not reach a log by it.

    Errors of class 22, "data exception", quote them in their first line too.
    """
    error = context.original_exception
    if isinstance(error, psycopg2.Error) and error.diag.message_primary:
        kind = type(error).__name__
        error.args = (kind if (error.pgcode or "").startswith("22") else error.diag.message_primary,)
        if context.sqlalchemy_exception:
            context.sqlalchemy_exception.args = (f"({kind}) {error}",)


def _tls(given: Mapping[str, Any], iam: bool) -> dict[str, str]:
    """What is added to an address and to libpq's own variables, so that another machine is trusted by certificate only.

    https://www.postgresql.org/docs/current/libpq-ssl.html#LIBPQ-SSL-SSLMODE-STATEMENTS
    """
    mode = given.get("sslmode") or os.environ.get("PGSSLMODE")
    if iam and mode in {"disable", "allow", "prefer"}:
        raise SettingsError(
            f"DIARY_DB_IAM=1 needs encryption. Take sslmode={mode} out of DATABASE_URL, or out of PGSSLMODE."
        )
    if not mode and not iam and _is_local(given):
        return {}
    mode = mode or "verify-full"
    own = os.environ.get("PGSSLROOTCERT") or (Path.home() / ".postgresql" / "root.crt").exists()
    if own or not mode.startswith("verify"):
        return {"sslmode": mode}
    return {"sslmode": mode, "sslrootcert": certifi.where()}


def _is_local(given: Mapping[str, Any]) -> bool:
    """Whether both the name, which a certificate is for, and the address, which is gone to, are this machine's."""
    if given.get("service") or os.environ.get("PGSERVICE"):
        return False  # it may name any host
    variables = {"host": "PGHOST", "hostaddr": "PGHOSTADDR"}
    hosts = ",".join(given.get(name) or os.environ.get(variable, "") for name, variable in variables.items())
    return all(host in {"", "localhost"} or host[0] in "/@" or _is_loopback(host) for host in hosts.split(","))


def _has_name(given: Mapping[str, Any]) -> bool:
    """Whether the one host is to be looked up; sockets, addresses and rows of hosts are left to libpq."""
    host = given.get("host", "")
    if not host or host[0] in "/@" or "," in host or given.get("hostaddr") or os.environ.get("PGHOSTADDR"):
        return False
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return True
    return False


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
