"""Static files: hashed names everywhere, and nothing inline or from other sites in any page."""

import re
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

from django.contrib.staticfiles import finders

from dashboard.storage import StaticStorage
from tests.dashboard.processes import ROOT

SCRIPTS = sorted((ROOT / "static" / "js").rglob("*.js"))
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
STYLES = sorted((ROOT / "static" / "css").rglob("*.css"))

IMPORT = re.compile(r"""(?:from\s+|import\s+|import\()["']([^"']+)["']""")
STATIC_IMPORT = re.compile(r"""^(?:import|export)\b[^;"']*["'](\.[^"']+)["'];$""", re.MULTILINE)
LIVE_PAGE = ("theme.js", "app.js", "playground/page.js")
INITIAL_BYTES = 120 * 1024
HASHED = re.compile(r"\./[\w./-]+\.[0-9a-f]{12}\.js")
COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}\b|\b(?:rgb|hsl|oklch)a?\(")
INLINE = re.compile(r"""<style|\sstyle=|\son[a-z]+=["']|<script(?![^>]*\ssrc=)(?![^>]*application/json)""")
SIBLING_OF_ANY_KIND = re.compile(r"[+~]\s*\*(?!/)")
HTML_SINK = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function")
DIALOG_ASKING_FOR_FOCUS = re.compile(r"<dialog(?:(?!</dialog>).)*\sautofocus\b", re.DOTALL)


def those_with(pattern: re.Pattern[str], files: Iterable[Path]) -> list[str]:
    """Return each file that has a match, with its first one."""
    matches = ((path, pattern.search(path.read_text())) for path in files)
    return [f"{path.relative_to(ROOT)}: {match[0]}" for path, match in matches if match]


def test_every_import_of_a_module_gets_its_hashed_name(tmp_path: Path) -> None:
    storage = StaticStorage(location=tmp_path, base_url="/static/")
    sources = {
        path: (source, path)
        for finder in finders.get_finders()
        for path, source in finder.list(["django_htmx/ext/*"])
        if path.endswith((".js", ".css", ".map", ".svg", ".gif", ".png")) and not path.startswith("admin/")
    }
    for path, (source, _name) in sources.items():
        with source.open(path) as file:
            storage.save(path, file)
    collected = list(storage.post_process({path: (storage, path) for path in sources}))
    assert not [result for _name, _hashed, result in collected if isinstance(result, Exception)]
    modules = [tmp_path / str(hashed) for name, hashed, _ in collected if name.startswith("js/")]
    imports = [import_path for module in modules for import_path in IMPORT.findall(module.read_text())]
    assert imports
    assert not [
        import_path
        for import_path in imports
        if not HASHED.fullmatch(re.sub(r"^(\.\./)+", "./", import_path))
    ]


def test_what_is_not_ours_is_as_it_was_published() -> None:
    """Each file's hash is listed; README.md beside the list says where it is from."""
    vendor = ROOT / "static" / "vendor"
    lines = (line.split() for line in (vendor / "SHA256SUMS").read_text().splitlines())
    listed = {name: digest for digest, name in lines}
    files = [path for path in vendor.glob("*/**/*") if path.is_file()]
    computed = {str(path.relative_to(vendor)): sha256(path.read_bytes()).hexdigest() for path in files}
    assert computed == listed


def test_the_live_page_begins_with_little_javascript() -> None:
    """Of its own modules, uncompressed; what is loaded when it is used doesn't count."""
    scripts = ROOT / "static" / "js"
    waiting = [scripts / name for name in LIVE_PAGE]
    loaded: set[Path] = set()
    while waiting:
        script = waiting.pop().resolve()
        if script not in loaded:
            loaded.add(script)
            waiting += [script.parent / path for path in STATIC_IMPORT.findall(script.read_text())]
    assert scripts / "playground" / "state.js" in loaded
    assert sum(script.stat().st_size for script in loaded) <= INITIAL_BYTES


def test_no_template_holds_a_script_or_a_style() -> None:
    assert those_with(INLINE, TEMPLATES) == []


def test_no_closed_dialog_asks_for_the_focus() -> None:
    """Chromium complains in the console as soon as a page that has one focuses something itself."""
    assert those_with(DIALOG_ASKING_FOR_FOCUS, TEMPLATES) == []


def test_no_script_makes_html_of_text() -> None:
    assert those_with(HTML_SINK, SCRIPTS) == []


def test_only_the_tokens_name_colours() -> None:
    assert those_with(COLOUR, [style for style in STYLES if style.name != "tokens.css"]) == []


def test_no_style_is_looked_for_in_all_siblings() -> None:
    """With such a selector Chromium restyles a whole list for each element that is put in before it."""
    assert those_with(SIBLING_OF_ANY_KIND, STYLES) == []
