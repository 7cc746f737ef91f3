"""Both sizes of `infra/`, planned and made against AWS's made-up answers, and what a host is told at its start."""

import base64
import gzip
import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from diary.settings import Settings, load_settings
from tests.fakes.cloudfront import pem
from tests.hosting.rights import NEEDED, ON_ANYTHING, is_called, statements
from tests.hosting.terraform import INFRA, MISSING, Terraform, Verdict, missing

RUNS = (
    "before_there_is_an_image_there_is_no_host",
    "small",
    "grown",
    "photos_through_cloudfront",
    "with_the_second_word",
    "what_cannot_be_right_is_refused",
)
SIZES = ("small", "grown")
CDN = "photos_through_cloudfront"
MOST = 16_384  # bytes of user data that EC2 takes


@pytest.fixture(scope="module")
def verdict(tmp_path_factory: pytest.TempPathFactory) -> Verdict:
    terraform = Terraform(tmp_path_factory.mktemp("terraform"))
    terraform.init("-backend=false")
    terraform.do("validate")
    return Verdict(terraform.run("test", "-json", "-verbose").stdout)


@pytest.fixture(params=SIZES)
def size(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def user_data(verdict: Verdict, size: str) -> str:
    return user_data_of(verdict, size)


@pytest.fixture
def files(user_data: str) -> dict[str, str]:
    return files_of(user_data)


def user_data_of(verdict: Verdict, run: str) -> str:
    text = base64.b64decode(verdict.values(run, "aws_launch_template")["user_data"])
    return (gzip.decompress(text) if text.startswith(b"\x1f\x8b") else text).decode()


def files_of(user_data: str) -> dict[str, str]:
    return {file["path"]: file["content"] for file in yaml.safe_load(user_data)["write_files"]}


def settings_of(files: dict[str, str]) -> dict[str, str]:
    return dict(line.split("=", 1) for line in files["/etc/music-diary/env"].splitlines())


def test_it_is_written_in_terraforms_own_form() -> None:
    if not shutil.which("terraform"):
        missing(MISSING)
    command = ["terraform", "fmt", "-check", "-diff", "-recursive", str(INFRA)]
    done = subprocess.run(command, env={"PATH": os.environ["PATH"]}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("run", RUNS)
def test_what_is_asked_of_each_size_holds(verdict: Verdict, run: str) -> None:
    assert verdict.outcomes.get(run) == "pass", "\n".join(verdict.complaints)


def test_every_run_is_looked_at(verdict: Verdict) -> None:
    assert set(verdict.outcomes) == set(RUNS)


def test_nothing_of_one_machine_is_kept() -> None:
    """A lock made beside a folder of providers would hold the sum for one kind of machine alone."""
    ignored = (INFRA / ".gitignore").read_text(encoding="utf-8").split()
    assert {".terraform.lock.hcl", "*.tfstate*", "*.tfvars"} <= set(ignored)


def test_nothing_can_be_destroyed_before_the_guard() -> None:
    """It stands on each resource that no other stands on."""
    text = "".join(file.read_text(encoding="utf-8") for file in INFRA.glob("*.tf"))
    made = {f"{kind}.{name}" for kind, name in re.findall(r'^resource "(\w+)" "(\w+)"', text, re.MULTILINE)}
    assert [one for one in sorted(made) if not re.search(rf"\b{one}\b", text)] == ["terraform_data.guard"]


def test_the_door_is_open_for_the_web_alone(verdict: Verdict, size: str) -> None:
    rules = [one["values"] for one in verdict.resources(size) if one["type"].startswith("aws_vpc_security_group_")]
    assert {(rule["from_port"], rule["to_port"]) for rule in rules if rule["cidr_ipv4"]} == {(80, 80), (443, 443)}
    assert {rule["from_port"] for rule in rules if rule["referenced_security_group_id"]} <= {5432, 8501}


def test_a_host_asks_for_metadata_by_version_two_alone(verdict: Verdict, size: str) -> None:
    (options,) = verdict.values(size, "aws_launch_template")["metadata_options"]
    assert (options["http_tokens"], options["http_put_response_hop_limit"]) == ("required", 1)


@pytest.mark.parametrize("run", [*SIZES, CDN])
def test_user_data_is_short_enough(verdict: Verdict, run: str) -> None:
    assert len(user_data_of(verdict, run).encode()) < MOST


def test_cloud_init_knows_what_user_data_says(user_data: str, tmp_path: Path) -> None:
    if not shutil.which("cloud-init"):
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(
            "cloud-init is missing: apt install cloud-init"
        )
    file = tmp_path / "user-data"
    file.write_text(user_data, encoding="utf-8")
    command = ["cloud-init", "schema", "--config-file", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_user_data_holds_all_files_as_they_are(files: dict[str, str], size: str) -> None:
    laid = {Path(path).name: content.strip() for path, content in files.items()}
    kept = {file.name: file.read_text(encoding="utf-8").strip() for file in (INFRA / "host").iterdir()}
    of_proxy = {"Caddyfile", "music-diary-proxy.service"}
    expected = set(kept) - {"cloud-init.yaml"} - (of_proxy if size == "grown" else set())
    assert {name: laid.get(name) for name in expected} == {name: kept[name] for name in expected}


def test_scripts_can_be_run_and_nothing_else_can(user_data: str) -> None:
    for file in yaml.safe_load(user_data)["write_files"]:
        is_script = file["content"].startswith("#!")
        assert file.get("permissions", "0644") == "0755" or not is_script
        assert is_script or not file["path"].startswith("/usr/local/bin/")


def understood(told: dict[str, str], folder: Path, **contents: str) -> Settings:
    """The settings, as the program reads them where the files that they name hold ``contents``, or just something."""
    for name in [name for name in told if name.endswith("_FILE")]:
        file = folder / Path(told[name]).name
        file.write_text(contents.get(name, "0123456789abcdef" * 4), encoding="utf-8")
        told = {**told, name: str(file)}
    return load_settings(told)


def test_the_program_understands_what_it_is_told(files: dict[str, str], tmp_path: Path, size: str) -> None:
    told = settings_of(files)
    settings = understood(told, tmp_path)
    assert settings.has_login
    assert settings.public_origin == "https://diary.example.com"
    assert settings.database_iam
    assert settings.database_url.startswith("postgresql+psycopg2://diary_app@")
    assert (settings.migration_url or "").startswith("postgresql+psycopg2://diary_migrate@")
    assert settings.photos == "s3://music-diary-1/photos"
    assert told["FORWARDED_ALLOW_IPS"] == {"small": "127.0.0.1", "grown": "10.20.0.0/16"}[size]


@pytest.mark.parametrize("run", [*SIZES, CDN])
def test_no_setting_is_misspelt(verdict: Verdict, run: str) -> None:
    files = files_of(user_data_of(verdict, run))
    known = {str(field.alias) for field in Settings.model_fields.values()} | {"FORWARDED_ALLOW_IPS", "PGSSLROOTCERT"}
    assert {name.removesuffix("_FILE") for name in settings_of(files)} <= known


def test_secrets_reach_a_host_as_files_in_memory_alone(files: dict[str, str], verdict: Verdict, size: str) -> None:
    secret: Any = verdict.values(size, "aws_cognito_user_pool_client")["client_secret"]
    assert secret
    assert all(secret not in content for content in files.values())
    secrets = {name: value for name, value in settings_of(files).items() if "SECRET" in name}
    assert secrets
    assert all(value.startswith("/run/music-diary/") for value in secrets.values())


def test_a_grown_host_is_let_in_when_it_is_ready(user_data: str, size: str) -> None:
    told = str(yaml.safe_load(user_data)["runcmd"])
    assert ("first && aws autoscaling complete-lifecycle-action" in told) == (size == "grown")
    assert ("music-diary-proxy.service" in told) == (size == "small")


def test_a_host_is_granted_what_it_calls_and_nothing_else(verdict: Verdict) -> None:
    granted = {right for one in statements(verdict, "grown", "host") for right in one["Action"]}
    assert granted == set(NEEDED)
    assert [right for right in NEEDED if not is_called(right)] == []
    of_small = {right for one in statements(verdict, "small", "host") for right in one["Action"]}
    assert granted - of_small == {"autoscaling:CompleteLifecycleAction"}


def test_what_is_granted_on_anything_cannot_be_bound(verdict: Verdict, size: str) -> None:
    free = {right for one in statements(verdict, size, "host") if "*" in one["Resource"] for right in one["Action"]}
    assert free == ON_ANYTHING


def test_a_host_lists_photos_alone_and_measures_under_one_name(verdict: Verdict, size: str) -> None:
    granted = statements(verdict, size, "host")
    assert {right: one["Condition"] for one in granted for right in one["Action"] if "Condition" in one} == {
        "s3:ListBucket": {"StringLike": {"s3:prefix": "photos/*"}},
        "cloudwatch:PutMetricData": {"StringEquals": {"cloudwatch:namespace": "music-diary"}},
    }


def test_cloudfront_reads_photos_for_this_distribution_and_nothing_else(verdict: Verdict) -> None:
    policies = {run: json.loads(verdict.values(run, "aws_s3_bucket_policy")["policy"]) for run in (*SIZES, CDN)}
    granted = {run: [one for one in said["Statement"] if one["Effect"] == "Allow"] for run, said in policies.items()}
    distribution = verdict.values(CDN, "aws_cloudfront_distribution")["arn"]
    statement = {
        "Sid": "PhotosThroughCloudFront",
        "Effect": "Allow",
        "Principal": {"Service": "cloudfront.amazonaws.com"},
        "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::music-diary-1/photos/*",
        "Condition": {"StringEquals": {"AWS:SourceArn": distribution}},
    }
    assert granted == {"small": [], "grown": [], CDN: [statement]}


def test_a_host_is_told_how_to_sign_for_cloudfront_where_that_is(verdict: Verdict) -> None:
    told = {run: settings_of(files_of(user_data_of(verdict, run))) for run in (*SIZES, CDN)}
    assert {
        run: {name: env[name] for name in env if name.startswith("DIARY_PHOTOS_")} for run, env in told.items()
    } == {
        "small": {},
        "grown": {},
        CDN: {
            "DIARY_PHOTOS_CDN": "https://d1.cloudfront.net",
            "DIARY_PHOTOS_CDN_KEY_ID": "K1",
            "DIARY_PHOTOS_CDN_KEY_FILE": "/run/music-diary/photos-key",
        },
    }


def test_the_program_understands_how_to_sign_for_cloudfront(verdict: Verdict, tmp_path: Path) -> None:
    key = pem(generate_private_key(65537, 2048))
    told = settings_of(files_of(user_data_of(verdict, CDN)))
    settings = understood(told, tmp_path, DIARY_PHOTOS_CDN_KEY_FILE=key)
    assert settings.photos == "s3://music-diary-1/photos"
    assert (settings.photos_cdn, settings.photos_cdn_key_id) == ("https://d1.cloudfront.net", "K1")
    assert settings.photos_cdn_key == key.strip()


def test_who_deploys_changes_the_image_and_hosts_and_nothing_else(verdict: Verdict) -> None:
    granted = statements(verdict, "grown", "deploy")
    assert {right for one in granted for right in one["Action"] if "*" in one["Resource"]} == {
        "autoscaling:DescribeInstanceRefreshes",
        "ecr:GetAuthorizationToken",
        "ssm:DescribeInstanceInformation",
        "ssm:ListCommandInvocations",
    }
    (parameter,) = [one["Resource"] for one in granted if "ssm:PutParameter" in one["Action"]]
    assert [name.rpartition("parameter/")[2] for name in parameter] == ["music-diary/image"]
    (hosts,) = [one for one in granted if one["Sid"] == "CommandsToHosts"]
    assert hosts["Condition"] == {"StringEquals": {"aws:ResourceTag/Project": "music-diary"}}
