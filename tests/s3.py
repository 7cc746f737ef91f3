"""S3 on this machine: moto, which knows its features and rights, and rclone, which checks its signatures."""

import atexit
import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any, Self

import boto3
from botocore.config import Config

from tests.ports import free_port
from tests.processes import wait_for_start

REGION = "eu-central-1"
ID, SECRET = "AKIADIARYTESTS000000", "a-secret-of-the-tests-and-of-nothing-else"
PAGE = 9
PROJECT = Path(__file__).resolve().parent.parent
_NUMBERS = count(1)


class S3Server:
    """A server in a process of its own on a free port, which keeps nothing once it ends.

    It can be stopped and started again; moto has forgotten all buckets then.
    """

    def __init__(self, env: Mapping[str, str] | None = None) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._env = {"PATH": os.defpath, "LC_ALL": "C.UTF-8", **(env or {})}
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start and wait until it answers. Raises RuntimeError when it does not."""
        quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self._process = subprocess.Popen(self._command(), env=self._env, stdin=subprocess.DEVNULL, **quiet)
        if not wait_for_start(self._process, lambda: _listens(self.port)):
            raise RuntimeError(f"{self._command()[1:3]} did not start")

    def stop(self) -> None:
        """End it at once; no harm when it is not running."""
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None

    def new_bucket(self) -> str:
        """The name of an empty bucket that no other test uses."""
        name = f"diary-{next(_NUMBERS)}"
        self.ask().create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
        return name

    def ask(self, service: str = "s3", ident: str = ID, secret: str = SECRET) -> Any:
        """A client of boto3's, past the program."""
        return boto3.client(
            service,
            endpoint_url=self.url,
            region_name=REGION,
            aws_access_key_id=ident,
            aws_secret_access_key=secret,
            config=Config(signature_version="s3v4" if service == "s3" else None),
        )

    def _command(self) -> list[str]:
        return [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.port)]


def policy(bucket: str, prefix: str) -> dict[str, Any]:
    """All that the diary needs of AWS for its photos in ``s3://bucket/prefix``, as docs/keeping.md tells it."""
    told = (PROJECT / "docs" / "keeping.md").read_text(encoding="utf-8").partition("```json")[2].partition("```")[0]
    policy: dict[str, Any] = json.loads(told.replace("bucket", bucket).replace("prefix/*", f"{prefix}/*"))
    return policy


class SignedS3Server(S3Server):
    """rclone: refuses what is not signed with `ID` and `SECRET`, and what is signed for another time."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory(prefix="diary-s3-")

    def stop(self) -> None:
        """End it at once and for good."""
        super().stop()
        self._folder.cleanup()

    def _command(self) -> list[str]:
        program = str(Path(sys.executable).with_name("rclone"))
        address, keys = f"127.0.0.1:{self.port}", f"{ID},{SECRET}"
        return [program, "serve", "s3", "--config", "", "--auth-key", keys, "--addr", address, self._folder.name]


@cache
def moto() -> S3Server:
    """The moto server of this process, started at the first call. Its listings have pages of `PAGE` names."""
    return _started(S3Server({"MOTO_S3_DEFAULT_MAX_KEYS": str(PAGE)}))


@cache
def rclone() -> S3Server:
    """The rclone server of this process, started at the first call."""
    return _started(SignedS3Server())


def aws_env(url: str, ident: str = ID, secret: str = SECRET) -> dict[str, str]:
    """What leads boto3 to the S3 server at ``url``, and to nothing of the machine's own."""
    return {
        "AWS_ACCESS_KEY_ID": ident,
        "AWS_SECRET_ACCESS_KEY": secret,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ENDPOINT_URL_S3": url,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }


def _started(server: S3Server) -> S3Server:
    server.start()
    atexit.register(server.stop)
    return server


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
