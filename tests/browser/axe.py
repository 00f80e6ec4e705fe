"""Runs Deque's axe-core in the page under test (vendor/, MPL 2.0, as published; the app itself never serves it)."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

SCRIPT = Path(__file__).parent / "vendor" / "axe-4.14.1.min.js"
EVERY_RULE = "{resultTypes: ['violations']}"
FADES_ARE_OVER = """Promise.all(document.getAnimations()
    .filter((fade) => fade.effect.getComputedTiming().endTime !== Infinity)
    .map((fade) => fade.finished.catch(() => null)))"""
"""Style sheets of others (Swagger's) fade colours whatever motion a user prefers."""
OF_COLOURS = "{resultTypes: ['violations'], runOnly: ['color-contrast', 'link-in-text-block']}"


def violations(page: Page) -> list[str]:
    """Return axe's violations on the page in light and dark: the rule, its help and the elements."""
    moves = page.evaluate("!matchMedia('(prefers-reduced-motion: reduce)').matches")
    page.emulate_media(reduced_motion="reduce")  # in the middle of a fade a colour is neither's
    violated = violations_in_themes(page)
    page.emulate_media(color_scheme="light", reduced_motion="no-preference" if moves else "reduce")
    return violated


def violations_in_forced_colours(page: Page) -> list[str]:
    """Return the violations of the page's colours in those that a user forces on all pages."""
    page.emulate_media(forced_colors="active")
    violated = _run(page, OF_COLOURS)
    page.emulate_media(forced_colors="none")
    return [f"forced colours: {each}" for each in violated]


def violations_in_themes(page: Page) -> list[str]:
    """Return axe's violations on a page without motion in light, and those of its colours in dark, as it is then."""
    violated = _run(page, EVERY_RULE)
    page.emulate_media(color_scheme="dark")
    return violated + [f"dark: {each}" for each in _run(page, OF_COLOURS)]


def _run(page: Page, options: str) -> list[str]:
    # Evaluated by the debugger: the page's content security policy stays as it is.
    if not page.evaluate("'axe' in window"):
        page.evaluate(SCRIPT.read_text(encoding="utf-8"))
    page.evaluate(FADES_ARE_OVER)
    result: dict[str, Any] = page.evaluate(f"axe.run(document, {options})")
    return [
        f"{rule['id']}: {rule['help']}: {', '.join(str(node['target']) for node in rule['nodes'])}"
        for rule in result["violations"]
    ]
