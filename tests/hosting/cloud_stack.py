"""A whole stack of `infra/`, made by Terraform in moto."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from tests.hosting.terraform import Terraform
from tests.s3 import ID, REGION, SECRET, S3Server

# moto knows no saved queries, nor what the provider asks about budgets.
OVERRIDE = f"""
terraform {{
  backend "local" {{}}
}}
provider "aws" {{
  access_key                  = "{ID}"
  secret_key                  = "{SECRET}"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_region_validation      = true
  s3_use_path_style           = true
}}
resource "aws_budgets_budget" "month" {{
  count = 0
}}
resource "aws_cloudwatch_query_definition" "save" {{
  count = 0
}}
"""
DOMAIN = "diary.example.com"
IMAGE = "ghcr.io/somebody/music-diary@sha256:" + "0" * 64


class Stack:
    """Terraform on one side, moto on the other."""

    def __init__(self, terraform: Terraform, aws: S3Server, size: str) -> None:
        self.terraform, self.aws, self.size = terraform, aws, size
        self._given = {
            "size": size,
            "region": REGION,
            "domain": DOMAIN,
            "zone_id": _zone(aws),
            "alarm_email": "somebody@example.com",
            "image": IMAGE,
            "github_repository": "somebody/music-diary",
        }

    def variables(self, **more: str) -> list[str]:
        """As options of Terraform's."""
        return ["-input=false", *(f"-var={name}={value}" for name, value in (self._given | more).items())]

    def apply(self, **more: str) -> None:
        self.terraform.do("apply", "-auto-approve", *self.variables(**more))

    def changes(self, **more: str) -> dict[str, list[str]]:
        """What another plan would do to each resource that it would not leave as it is."""
        self.terraform.do("plan", "-out=plan", *self.variables(**more))
        plan = json.loads(self.terraform.do("show", "-json", "plan"))
        changes = {one["address"]: one["change"]["actions"] for one in plan["resource_changes"]}
        return {address: actions for address, actions in changes.items() if actions not in (["no-op"], ["read"])}

    def output(self, name: str) -> str:
        return self.terraform.do("output", "-raw", name)

    @contextmanager
    def speaking_in_the_clear(self) -> Iterator[str]:
        """The bucket of photos, while its policy does not ask for TLS, which this moto does not speak."""
        s3 = self.aws.ask()
        (bucket,) = [one["Name"] for one in s3.list_buckets()["Buckets"] if one["Name"].startswith("music-diary-")]
        policy = s3.get_bucket_policy(Bucket=bucket)["Policy"]
        s3.delete_bucket_policy(Bucket=bucket)
        yield bucket
        s3.put_bucket_policy(Bucket=bucket, Policy=policy)

    @contextmanager
    def enforcing(self) -> Iterator[None]:
        """moto allows what policies allow, and nothing else."""
        self._enforce_after(0)
        try:
            yield
        finally:
            self._enforce_after(10**9)

    def _enforce_after(self, calls: int) -> None:
        place, said = f"{self.aws.url}/moto-api/reset-auth", {"Content-Type": "text/plain"}
        urlopen(Request(place, str(calls).encode(), said, method="POST")).close()

    def role(self, name: str) -> dict[str, str]:
        """Keys of a role; to be asked for before moto enforces anything, as it could not afterwards."""
        arn = f"arn:aws:iam::123456789012:role/{name}"
        keys: dict[str, str] = self.aws.ask("sts").assume_role(RoleArn=arn, RoleSessionName="test")["Credentials"]
        return keys


def _zone(aws: S3Server) -> str:
    """A hosted zone with an id as Route 53 has it; moto's begin with any sign."""
    dns = aws.ask("route53")
    made: Iterator[Any] = (dns.create_hosted_zone(Name="example.com", CallerReference=str(n)) for n in count())
    ids = (one["HostedZone"]["Id"].rpartition("/")[2] for one in made)
    return next(found for found in ids if found.startswith("Z"))


@contextmanager
def a_stack(folder: Path, size: str) -> Iterator[Stack]:
    """A stack that stands, until the test ends."""
    with S3Server({"MOTO_IAM_LOAD_MANAGED_POLICIES": "true"}) as aws:
        env = {"AWS_ENDPOINT_URL": aws.url, "AWS_MAX_ATTEMPTS": "3", "AWS_EC2_METADATA_DISABLED": "true"}
        terraform = Terraform(folder, env, OVERRIDE)
        terraform.init()
        stack = Stack(terraform, aws, size)
        stack.apply()
        yield stack
