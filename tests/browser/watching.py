"""A browser whose console is watched: any error, script failure or breach of the security policy fails the test."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, expect

from tests.peers.desk import PASSWORD

# Long enough for a machine that is busy with other tests; nothing waits that long when all is well.
PATIENCE_MILLISECONDS = 60_000
expect.set_options(timeout=PATIENCE_MILLISECONDS)


@contextmanager
def watched(context: BrowserContext) -> Iterator[Page]:
    """A page of this context; what its console complained of is raised at the end."""
    complaints: list[str] = []
    context.set_default_timeout(PATIENCE_MILLISECONDS)
    page = context.new_page()

    def heard(message: ConsoleMessage) -> None:
        # A 404 that a test asks for is in the console as well; the test has looked at it itself.
        if message.type in ("error", "warning") and "status of 404" not in message.text:
            complaints.append(f"{page.url}: {message.type}: {message.text}")

    page.on("console", heard)
    page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
    try:
        yield page
    finally:
        context.close()
    assert not complaints, "\n".join(complaints)


def sign_in(page: Page, email: str, password: str = PASSWORD) -> None:
    page.goto("/sign-in")
    page.get_by_label("Email address").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/sign-in" not in url)
