"""A real browser at the real site: Daphne in its own process, with migrated demo data.

A test fails if the page logs an error, breaks the content security policy, or requests anything from another site.
Requests that the page itself cancels, by leaving or for a newer one, are no errors, though htmx logs them as such.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    expect,
    sync_playwright,
)
from playwright.sync_api import Error as PlaywrightError

from tests import services
from tests.browser.site import Site, serve_site

VIEWPORT = (1280, 800)
TIMEOUT_MS = 10_000
expect.set_options(timeout=TIMEOUT_MS)
GIVEN_UP = ("htmx:sendAbort", "htmx:afterRequest")
"""What htmx logs for it; after a failure it logs htmx:sendError or htmx:responseError as well."""
REPORT_VIOLATIONS = (
    "addEventListener('securitypolicyviolation', (event) =>"
    " console.error(`CSP: ${event.violatedDirective} ${event.blockedURI}`));"
)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium, closed after this folder's tests: its event loop would interfere with others."""
    with sync_playwright() as playwright:
        launch = playwright.chromium.launch
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        try:
            running = launch(executable_path=services.browser_path(), args=arguments)
        except PlaywrightError:
            services.missing(
                "no browser starts: install Chromium (apt-get install chromium), "
                "or Playwright's own (.venv/bin/playwright install chromium)"
            )
        yield running
        running.close()


@pytest.fixture(scope="package")
def site(
    browser: Browser, server_processes: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    with serve_site(tmp_path_factory.mktemp("site")) as serving:
        yield serving


@pytest.fixture(scope="package")
def signed_in_state(browser: Browser, site: Site, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The cookies of the first admin, signed in by the link that the server printed."""
    path = tmp_path_factory.mktemp("state") / "admin.json"
    with browser.new_context() as context:
        context.new_page().goto(site.link)
        context.storage_state(path=path)
    return path


@pytest.fixture
def problems() -> list[str]:
    """The errors of this test's pages so far; a test that expects one removes it."""
    return []


@pytest.fixture
def context(
    browser: Browser, site: Site, signed_in_state: Path, problems: list[str]
) -> Iterator[BrowserContext]:
    """Signed in as the first admin."""
    yield from _watched(browser, site, problems, storage_state=signed_in_state)


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """A page of someone who is signed in; addresses are relative to the site."""
    return context.new_page()


@pytest.fixture
def anonymous_page(browser: Browser, site: Site, problems: list[str]) -> Iterator[Page]:
    """A page of someone who is not signed in."""
    for context in _watched(browser, site, problems, storage_state=None):
        yield context.new_page()


def _watched(
    browser: Browser, site: Site, problems: list[str], *, storage_state: Path | None
) -> Iterator[BrowserContext]:
    def note_console(message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(GIVEN_UP):
            problems.append(f"console: {message.text}")

    def note_request(request: Request) -> None:
        if not request.url.startswith((f"{site.url}/", "data:", "blob:")):
            problems.append(f"request to another site: {request.url}")

    width, height = VIEWPORT
    context = browser.new_context(
        base_url=site.url,
        viewport={"width": width, "height": height},
        locale="en-GB",
        storage_state=storage_state,
    )
    context.set_default_timeout(TIMEOUT_MS)
    context.add_init_script(REPORT_VIOLATIONS)
    context.on("console", note_console)
    context.on("weberror", lambda error: problems.append(f"exception: {error.error}"))
    context.on("request", note_request)
    yield context
    context.close()
    assert not problems, problems
