"""What a person does where the diary sends them to sign in."""

from playwright.sync_api import Page

from tests.fakes.cognito_pool import PASSWORD


def sign_in(page: Page, user: str, password: str = PASSWORD) -> None:
    """Give one's name, and the password where it is asked for (Cognito)."""
    page.get_by_label("User name", exact=True).or_(page.get_by_label("Username", exact=True)).fill(user)
    if page.get_by_label("Password").is_visible():
        page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def refuse(page: Page) -> None:
    """Refuse at the form, or at the provider behind it (Cognito)."""
    page.get_by_role("button", name="Refuse").or_(page.get_by_role("link", name="Continue with Elsewhere")).click()
