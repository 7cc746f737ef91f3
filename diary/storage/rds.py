"""Tokens that let a machine of Amazon's into RDS without a password."""

import logging
import re
from collections.abc import Mapping
from functools import cached_property
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError, NoRegionError

from diary.errors import SettingsError, StorageError
from diary.storage.waits import Pause

log = logging.getLogger(__name__)
LIMIT = 5.0  # seconds
_ENDPOINT = re.compile(r"\.([a-z0-9-]+)\.rds\.amazonaws\.com$|\.rds\.([a-z0-9-]+)\.amazonaws\.com\.cn$")


class RdsToken:
    """What RDS takes for the password of a user with the role ``rds_iam``; it opens connections for 15 minutes.

    ``given`` are libpq's parameters; ``region`` counts where the name of the host tells none; in ``pause`` no token
    is made. Raises SettingsError where no host or no user is named.
    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.html
    """

    def __init__(self, given: Mapping[str, Any], region: str | None, pause: Pause) -> None:
        if not (given.get("host") and given.get("user")):
            raise SettingsError("DIARY_DB_IAM=1 needs the user and the host of RDS in DATABASE_URL.")
        self._region, self._pause = region, pause
        self._host, self._port, self._user = given["host"], given.get("port", 5432), given["user"]

    def make(self) -> str:
        """A new token, signed on this machine, after at most `LIMIT` seconds: its credentials may lie elsewhere.

        Raises StorageError without credentials or region, psycopg2.OperationalError for silence.
        """
        try:
            return self._pause.answer("the token for RDS", self._sign, LIMIT)
        except NoRegionError:
            raise StorageError("DIARY_DB_IAM=1 needs the database's region. Set AWS_REGION.") from None
        except (BotoCoreError, ClientError) as error:
            log.warning("no credentials of AWS error=%s", type(error).__name__)
            raise StorageError(
                "DIARY_DB_IAM=1 gets no AWS credentials. Give this machine a role, or set AWS_ACCESS_KEY_ID and "
                "AWS_SECRET_ACCESS_KEY."
            ) from error

    def _sign(self) -> str:
        return str(self._client.generate_db_auth_token(self._host, self._port, self._user))

    @cached_property
    def _client(self) -> Any:
        """The region is in the name of an RDS endpoint; for another name the setting tells it, or boto3's own."""
        named = _ENDPOINT.search(self._host)
        return boto3.Session().client("rds", region_name=(named[1] or named[2]) if named else self._region)
