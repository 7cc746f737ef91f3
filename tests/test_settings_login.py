"""The settings of log-in: all of them or none, for an address that cookies may cross."""

import pytest

from diary.errors import SettingsError
from diary.settings import load_settings

SECRET = "hunter2-very-secret"
LOG_IN = {
    "AUTH_REDIRECT_URI": "https://diary.example/oauth2callback",
    "AUTH_COOKIE_SECRET": "s" * 32,
    "AUTH_CLIENT_ID": "diary",
    "AUTH_CLIENT_SECRET": "a-secret",
    "AUTH_SERVER_METADATA_URL": "https://id.example/conf",
    "AUTH_CLIENT_KWARGS": '{"scope": "openid"}',
}


def refusal(environ: dict[str, str]) -> str:
    with pytest.raises(SettingsError) as caught:
        load_settings(environ)
    return str(caught.value)


def test_without_its_settings_there_is_no_log_in() -> None:
    plain = load_settings({})
    assert (plain.has_login, plain.public_origin, plain.session_hours) == (False, None, 720)


def test_with_all_of_them_there_is_one_under_the_address_of_the_diary() -> None:
    given = load_settings(LOG_IN)
    assert (given.has_login, given.public_origin) == (True, "https://diary.example")


def test_the_operators_word_goes_before_them() -> None:
    given = load_settings({**LOG_IN, "DIARY_LOGIN": "off"})
    assert (given.has_login, given.public_origin) == (False, None)


def test_they_may_stand_below_auth_in_the_secrets_as_for_streamlit_itself() -> None:
    auth = {name.removeprefix("AUTH_").lower(): text for name, text in LOG_IN.items()}
    assert load_settings({}, {"auth": {**auth, "client_kwargs": {"scope": "openid"}}}) == load_settings(LOG_IN)


@pytest.mark.parametrize("name", sorted(LOG_IN.keys() - {"AUTH_CLIENT_KWARGS"}))
def test_half_of_them_is_told(name: str) -> None:
    some = {other: text for other, text in LOG_IN.items() if other != name}
    assert refusal(some) == f"{name} is missing: log-in needs all of its settings."


@pytest.mark.parametrize(
    "uri",
    [
        "http://diary.example/oauth2callback",
        "https://diary.example/",
        "https://diary.example/diary/oauth2callback",
        "https://diary.example/oauth2callback?x=1",
        "https://Diary.example/oauth2callback",
        "https://me@diary.example/oauth2callback",
        "https://diary.example oauth2callback",
        "ftp://diary.example/oauth2callback",
        "http://localhost.example/oauth2callback",
        "https:///oauth2callback",
    ],
)
def test_the_diarys_own_address_is_https_and_at_the_root_of_its_host(uri: str) -> None:
    said = refusal({**LOG_IN, "AUTH_REDIRECT_URI": uri})
    assert said.startswith(
        "AUTH_REDIRECT_URI has a value that cannot be used: must be https://, the diary's host in small letters"
    )


@pytest.mark.parametrize("host", ["localhost:8501", "127.0.0.1:8501", "[::1]:8501", "localhost"])
def test_for_a_try_on_this_machine_it_may_do_without_tls(host: str) -> None:
    uri = f"http://{host}/oauth2callback"
    assert load_settings({**LOG_IN, "AUTH_REDIRECT_URI": uri}).public_origin == f"http://{host}"


@pytest.mark.parametrize("kwargs", ["scope", "[]", '"openid"', "{", "1"])
def test_more_for_the_provider_is_a_json_object(kwargs: str) -> None:
    said = refusal({**LOG_IN, "AUTH_CLIENT_KWARGS": kwargs})
    assert said == (
        'AUTH_CLIENT_KWARGS has a value that cannot be used: must be a JSON object like {"scope": "openid email"}.'
    )


@pytest.mark.parametrize("hours", ["0", "-1", "721", "for ever"])
def test_a_log_in_lasts_an_hour_to_thirty_days(hours: str) -> None:
    assert refusal({"DIARY_SESSION_HOURS": hours}).startswith("DIARY_SESSION_HOURS has a value that cannot be used")


def test_a_short_cookie_secret_is_told_and_not_shown() -> None:
    said = refusal({**LOG_IN, "AUTH_COOKIE_SECRET": SECRET})
    assert said.startswith("AUTH_COOKIE_SECRET has a value that cannot be used")
    assert SECRET not in said


@pytest.mark.parametrize("name", ["AUTH_COOKIE_SECRET", "AUTH_CLIENT_SECRET"])
def test_its_secrets_are_not_in_what_is_printed(name: str) -> None:
    given = load_settings({**LOG_IN, name: SECRET * 2})
    assert SECRET not in repr(given)
