"""compose.yaml: what it publishes, to whom, and what its containers may not."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from diary.settings import Settings, load_settings
from tests.browser.server import PROJECT
from tests.hosting.composed import COMPOSE, PUBLIC, MissingError, composed, read_by_compose

WAYS: dict[str, dict[str, str]] = {"this machine": {}, "public": PUBLIC}
SECRET = {str(field.alias) for field in Settings.model_fields.values() if not field.repr}
ADDRESSES = {
    "database_url": "postgresql://diary_app:one@database/diary?sslmode=disable",
    "migration_url": "postgresql://diary_migrate:two@database/diary?sslmode=disable",
    "auth_cookie_secret": "c" * 64,
    "auth_client_secret": "of-the-provider",
}


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest) -> dict[str, Any]:
    """All of compose.yaml, without DOMAIN and with it."""
    return composed(WAYS[request.param])


def settings_of(app: dict[str, Any], folder: Path) -> Settings:
    """As the diary reads them in its container, where the secrets of ``app`` lie in ``folder``."""
    for name in app["secrets"]:
        (folder / name).write_text(ADDRESSES[name])
    given = {name: text.replace("/run/secrets", str(folder)) for name, text in app["environment"].items()}
    return load_settings(given)


def test_the_published_form_of_compose_files_is_kept() -> None:
    files = [str(COMPOSE), *map(str, (PROJECT / "compose").glob("*.yaml"))]
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", *files]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout


@pytest.mark.parametrize("name", WAYS)
def test_compose_itself_reads_what_these_tests_read(name: str) -> None:
    by_compose, by_us = read(WAYS[name])["services"], composed(WAYS[name])["services"]
    assert by_compose.keys() == by_us.keys()
    for service, ours in by_us.items():
        theirs = by_compose[service]
        published = [f"{port.get('host_ip', '')}:{port['published']}".strip(":") for port in theirs.get("ports", [])]
        assert published == [port.rpartition(":")[0] for port in ours.get("ports", [])]
        assert {one["source"] for one in theirs.get("secrets", [])} == set(ours.get("secrets", []))
        assert [f"{one['source']}:{one['target']}" for one in theirs["volumes"]] == ours["volumes"]
        for key in ("environment", "image", "read_only", "cap_drop", "security_opt", "tmpfs"):
            assert theirs[key] == ours[key], f"{service}: {key}"


def test_compose_itself_starts_no_domain_with_half_of_a_login() -> None:
    with pytest.raises(MissingError, match="AUTH_CLIENT_ID is missing"):
        read({**PUBLIC, "AUTH_CLIENT_ID": ""})


def read(env: dict[str, str]) -> dict[str, Any]:
    try:
        return read_by_compose(env)
    except LookupError as missing:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(str(missing))


# ------------------------------------------------------------------ who reaches it


def test_without_a_domain_it_answers_on_this_machine_alone_and_asks_for_no_login(tmp_path: Path) -> None:
    services = composed({})["services"]
    published = [port for service in services.values() for port in service.get("ports", [])]
    assert published == ["127.0.0.1:8501:80"]
    assert services["proxy"]["environment"]["SITE"] == "http://localhost, http://127.0.0.1"
    settings = settings_of(services["app"], tmp_path)
    assert (settings.login, settings.has_login) == ("off", False)


def test_with_a_domain_it_is_published_behind_a_login(tmp_path: Path) -> None:
    services = composed(PUBLIC)["services"]
    published = {name: service["ports"] for name, service in services.items() if "ports" in service}
    assert published == {"proxy": ["80:80", "443:443", "443:443/udp"]}
    assert services["proxy"]["environment"]["SITE"] == "diary.example.com"
    settings = settings_of(services["app"], tmp_path)
    assert (settings.has_login, settings.public_origin) == (True, "https://diary.example.com")


@pytest.mark.parametrize("name", ["AUTH_CLIENT_ID", "AUTH_SERVER_METADATA_URL"])
@pytest.mark.parametrize("given", [{}, {"DIARY_LOGIN": "off"}])
def test_a_domain_with_half_of_a_login_does_not_start(name: str, given: dict[str, str]) -> None:
    with pytest.raises(MissingError, match=name):
        composed({**PUBLIC, **given, name: ""})


def test_the_database_is_reached_by_the_app_alone(way: dict[str, Any]) -> None:
    networks = {name: set(service["networks"]) for name, service in way["services"].items()}
    assert networks == {"app": {"front", "back"}, "database": {"back"}, "proxy": {"front"}}
    assert way["networks"]["back"] == {"internal": True}
    assert "ports" not in way["services"]["database"]


# ------------------------------------------------------------------ secrets


def test_no_secret_is_in_an_environment(way: dict[str, Any]) -> None:
    for service in way["services"].values():
        for name, text in service["environment"].items():
            if name.endswith("_FILE"):
                assert text.removeprefix("/run/secrets/") in service["secrets"]
            else:
                assert name not in SECRET or not text, name
                assert not re.search("PASSWORD|SECRET|TOKEN", name)


def test_the_app_reads_its_database_from_files(way: dict[str, Any], tmp_path: Path) -> None:
    settings = settings_of(way["services"]["app"], tmp_path)
    assert settings.database_url == ADDRESSES["database_url"].replace("postgresql", "postgresql+psycopg2")
    assert settings.migration_url == ADDRESSES["migration_url"].replace("postgresql", "postgresql+psycopg2")


def test_secrets_are_files_that_git_and_the_image_leave_out(way: dict[str, Any]) -> None:
    used = {name for service in way["services"].values() for name in service.get("secrets", [])}
    assert used <= way["secrets"].keys()
    for secret in way["secrets"].values():
        ignored = subprocess.run(["git", "check-ignore", "-q", secret["file"]], cwd=PROJECT, check=False)
        assert ignored.returncode == 0, secret["file"]


# ------------------------------------------------------------------ what containers may


def test_no_container_may_more_than_it_needs(way: dict[str, Any]) -> None:
    for name, service in way["services"].items():
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert service.get("cap_add", []) == (["NET_BIND_SERVICE"] if name == "proxy" else [])
        assert not {"privileged", "network_mode", "pid", "ipc", "devices"} & service.keys()


def test_what_is_kept_lies_in_named_volumes(way: dict[str, Any]) -> None:
    mounted = {name: [one.split(":") for one in service["volumes"]] for name, service in way["services"].items()}
    assert mounted == {
        "app": [["photos", "/data"]],
        "database": [["database", "/var/lib/postgresql/data"]],
        "proxy": [["certificates", "/data"]],
    }
    assert set(way["volumes"]) == {"photos", "database", "certificates"}


def test_a_service_starts_when_what_it_needs_is_healthy(way: dict[str, Any]) -> None:
    services = way["services"]
    for name, needed in {"app": "database", "proxy": "app"}.items():
        assert services[name]["depends_on"] == {needed: {"condition": "service_healthy"}}
    assert "healthcheck" in services["database"]
    assert "healthcheck" not in services["app"], "the image's own"


def test_images_of_others_are_pinned_by_what_they_hold(way: dict[str, Any]) -> None:
    images = {name: service["image"] for name, service in way["services"].items()}
    assert images.pop("app") == "music-diary"
    for image in images.values():
        assert re.fullmatch(r"[a-z]+:[0-9][0-9a-z.-]+@sha256:[0-9a-f]{64}", image)


def test_the_diarys_own_image_is_built_here_or_named() -> None:
    app = composed({"DIARY_IMAGE": "ghcr.io/somebody/music-diary:v1.2.3"})["services"]["app"]
    assert (app["image"], app["build"]) == ("ghcr.io/somebody/music-diary:v1.2.3", ".")


def test_the_proxy_is_the_one_that_stands_before_the_small_size() -> None:
    variables = (PROJECT / "infra" / "variables.tf").read_text(encoding="utf-8")
    assert f'"docker.io/library/{composed({})["services"]["proxy"]["image"]}"' in variables
