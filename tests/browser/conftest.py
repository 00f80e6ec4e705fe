"""A real browser at the real site: Daphne in its own process, with migrated demo data.

A test fails if the page logs an error or a warning, breaks the content security policy, or requests anything from
another site.
Requests that the page itself cancels, by leaving or for a newer one, are no errors, though htmx logs them as such.
Pages move little, as for a user who prefers it: redrawing strips many times a second would cost most of a test.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
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


@pytest.fixture(scope="package")
def watched_context(browser: Browser, site: Site) -> Iterator[tuple[BrowserContext, list[str]]]:
    """One context for all tests of a folder, for its cache of scripts, and the problems that its pages have had."""
    problems: list[str] = []
    with _watched(browser, site, problems) as context:
        context.new_page()
        yield context, problems


@pytest.fixture
def problems(watched_context: tuple[BrowserContext, list[str]]) -> Iterator[list[str]]:
    """The errors of this test's pages so far; a test that expects one removes it."""
    _, problems = watched_context
    yield problems
    problems.clear()


@pytest.fixture
def context(
    watched_context: tuple[BrowserContext, list[str]],
    site: Site,
    signed_in_state: Path,
    problems: list[str],
) -> Iterator[BrowserContext]:
    """Signed in as the first admin, with nothing stored by an earlier test."""
    context, _ = watched_context
    context.add_cookies(json.loads(signed_in_state.read_text())["cookies"])
    yield context
    _forget(context, site)
    assert not problems, problems


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """A page of someone who is signed in; addresses are relative to the site."""
    return context.new_page()


@pytest.fixture
def anonymous_page(browser: Browser, site: Site, problems: list[str]) -> Iterator[Page]:
    """A page of someone who is not signed in, apart from those who are."""
    with _watched(browser, site, problems) as context:
        yield context.new_page()
    assert not problems, problems


def _forget(context: BrowserContext, site: Site) -> None:
    """Close the pages but the first, which no test uses, and delete what they stored and were permitted."""
    first, *others = context.pages
    for page in others:
        page.close()
    stored = {"origin": site.url, "storageTypes": "cookies,local_storage,indexeddb,cache_storage"}
    context.new_cdp_session(first).send("Storage.clearDataForOrigin", stored)
    context.clear_cookies()
    context.clear_permissions()


@contextmanager
def _watched(browser: Browser, site: Site, problems: list[str]) -> Iterator[BrowserContext]:
    def note_console(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not message.text.startswith(GIVEN_UP):
            problems.append(f"console: {message.text}")

    def note_request(request: Request) -> None:
        if not request.url.startswith((f"{site.url}/", "data:", "blob:")):
            problems.append(f"request to another site: {request.url}")

    width, height = VIEWPORT
    context = browser.new_context(
        base_url=site.url,
        viewport={"width": width, "height": height},
        locale="en-GB",
        reduced_motion="reduce",
    )
    context.set_default_timeout(TIMEOUT_MS)
    context.add_init_script(REPORT_VIOLATIONS)
    context.on("console", note_console)
    context.on("weberror", lambda error: problems.append(f"exception: {error.error}"))
    context.on("request", note_request)
    yield context
    context.close()
