"""Pages without a test of their own have none of axe's violations in either theme, in every role. In a browser: axe.

A page whose elements are those of a page that was judged already is not judged again: most roles see the same.
"""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.axe import violations_in_themes
from tests.browser.site import Site, rows

ROLES = ("admin", "viewer", "editor", "secret manager")
PAGES = (
    "/personas/", "/personas/import/", "/personas/{persona}/export/", "/personas/{persona}/duplicate/",
    "/personas/{persona}/delete/", "/callbacks/", "/people/", "/account/", "/docs/wire/", "/v2/docs", "/nowhere/",
    "/admin/", "/admin/personas/tokensecret/", "/admin/personas/tokensecret/{secret}/change/",
    "/admin/personas/persona/{persona}/change/",
)  # fmt: skip
PAGES_OF_ROLES = ("/", "/personas/", "/personas/{persona}/", "/playground/", "/inspectors/")
"""Those that differ by what somebody may do."""
PERSONA = "Mert the Storyteller"
ADD_USERS = """
from django.contrib.auth.models import User
from dashboard.roles import give_role
from dashboard.site_address import sign_in_link
for role in {roles!r}:
    give_role(User.objects.create_user("axe " + role), role)
    print(sign_in_link("axe " + role))
"""
SIGNATURE = """() => [...new Set([...document.body.querySelectorAll("*")].map((element) =>
  [element.localName, element.className, ...element.getAttributeNames()].join(" ")))].sort().join("|")"""
"""The page's kinds of elements, without texts."""

LATE_TIMERS = "const soon = setTimeout; globalThis.setTimeout = (call, ms = 0) => soon(call, ms + 300);"
"""Makes what a page does in a timer happen after its load, as on a slow machine."""

pytestmark = pytest.mark.slow  # It judges two dozen pages.


def addresses(site: Site, pages: tuple[str, ...]) -> list[str]:
    """Return the pages' addresses for the demo data, in which the persona has used its token secret."""
    ((persona,),) = rows(site.data, f"SELECT id FROM personas_persona WHERE persona_name = '{PERSONA}'")
    ((secret,),) = rows(site.data, "SELECT id FROM personas_tokensecret WHERE name = 'DEMO_LLM_KEY'")
    rows(
        site.data,
        "UPDATE personas_tokensecret SET last_used_at = created_at, last_used_persona = ?",
        str(persona),
    )
    return [page.format(persona=persona, secret=secret) for page in pages]


def judge(page: Page, address: str, judged: set[str]) -> list[str]:
    """Return the violations on a page, none on one like those that are judged."""
    page.goto(address)
    if address == "/v2/docs":
        page.locator(".opblock-summary-control").first.click()
        expect(page.locator(".opblock-body pre").first).to_be_visible()
    signature = str(page.evaluate(SIGNATURE))
    if signature in judged:
        return []
    judged.add(signature)
    faults = [f"{address}: {violation}" for violation in violations_in_themes(page)]
    page.emulate_media(color_scheme="light")
    return faults


def test_no_page_has_a_violation_in_either_theme(browser: Browser, site: Site) -> None:
    links = site.manage("shell", "-v", "0", "-c", ADD_USERS.format(roles=ROLES)).splitlines()
    judged: set[str] = set()
    faults: list[str] = []
    for role, link in zip(ROLES, links, strict=True):
        pages = addresses(site, PAGES + PAGES_OF_ROLES if role == "admin" else PAGES_OF_ROLES)
        with browser.new_context(base_url=site.url, reduced_motion="reduce") as context:
            page = context.new_page()
            page.goto(link)
            faults += [
                f"{role}: {violation}" for address in pages for violation in judge(page, address, judged)
            ]
    assert faults == []


def test_the_admins_choices_are_named_when_they_come_after_the_load(page: Page, site: Site) -> None:
    page.add_init_script(LATE_TIMERS)
    page.goto(*addresses(site, ("/admin/personas/persona/{persona}/change/",)))
    expect(page.get_by_role("combobox", name="Tts token secret")).to_be_visible()
