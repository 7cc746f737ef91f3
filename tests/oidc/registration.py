"""How the diary and a provider know each other."""


class Registration:
    """The diary at ``app_url`` as a confidential client, with the one place each for coming back and for leaving."""

    client_id = "diary-of-the-tests"
    client_secret = "a-client-secret-of-the-tests-and-of-nothing-else"
    cookie_secret = "a-cookie-secret-of-the-tests-and-of-nothing-else"

    def __init__(self, app_url: str, metadata_url: str) -> None:
        self.redirect_uri = f"{app_url}/oauth2callback"
        self.logout_uri = f"{app_url}/"
        self.metadata_url = metadata_url

    @property
    def env(self) -> dict[str, str]:
        """The settings that make the diary send people here."""
        return {
            "AUTH_REDIRECT_URI": self.redirect_uri,
            "AUTH_COOKIE_SECRET": self.cookie_secret,
            "AUTH_CLIENT_ID": self.client_id,
            "AUTH_CLIENT_SECRET": self.client_secret,
            "AUTH_SERVER_METADATA_URL": self.metadata_url,
        }
