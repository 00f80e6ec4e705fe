"""Runs Deque's axe-core in the page under test (vendor/, MPL 2.0, as published; the app itself never serves it)."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

SCRIPT = Path(__file__).parent / "vendor" / "axe-4.14.1.min.js"


def violations(page: Page) -> list[str]:
    """Return axe's violations on the page: the rule, its help and the elements."""
    # Evaluated by the debugger: the page's content security policy stays as it is.
    if not page.evaluate("'axe' in window"):
        page.evaluate(SCRIPT.read_text(encoding="utf-8"))
    result: dict[str, Any] = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{rule['id']}: {rule['help']}: {', '.join(str(node['target']) for node in rule['nodes'])}"
        for rule in result["violations"]
    ]
