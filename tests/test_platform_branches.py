"""The product has no branch on a platform outside the platforms' modules, and the check would find a planted one."""

from pathlib import Path

import pytest

from personas.formats.registry import formats
from playground.engine.platforms.registry import platforms
from tests.check_platform_branches import ALLOWED, ROOT, branches, in_python, in_text, known_names


def test_nothing_outside_a_platform_knows_which_platforms_exist() -> None:
    assert [str(branch) for branch in branches(ROOT, known_names())] == []


def test_each_platform_has_documents_in_the_same_order() -> None:
    assert [known.platform.name for known in formats()] == [known.name for known in platforms()]


def test_each_place_that_may_know_a_platform_is_there() -> None:
    assert [path for path in ALLOWED if not (ROOT / path).exists()] == []


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ('if platform == "tavus":\n    pass', "compared"),
        ('is_known = platform in ("tavus", "other")', "compared"),
        ('labels = {"jaicp": "JAICP"}', "a key"),
        ('print(labels["jaicp"])', "a key"),
        ('match platform:\n    case "tavus":\n        pass', "a case"),
        ('def read(platform="tavus"): ...', "a default"),
        ('def read(*, platform="tavus"): ...', "a default"),
        ('field = CharField(default="tavus")', "a default"),
        ('name = given or "tavus"', "a default"),
        ('if label == "JAICP":\n    pass', "compared"),
        ("if platform is Platform.TAVUS:\n    pass", "compared"),
        ('is_own = label.startswith("Tavus")', "compared"),
        ('is_own = host.endswith("tavusapi.com")', "compared"),
        ('is_own = host.endswith(("tavusapi.com", "example.com"))', "compared"),
        ("if provider == Provider.CAILA_OPEN_AI:\n    pass", "compared"),
        ('is_hosted = provider == "CAILA_OPEN_AI"', "compared"),
        ("if isTavus:\n    pass", "a condition"),
        ("if not is_tavus:\n    pass", "a condition"),
        ("from personas.formats.tavus import read", "imported"),
        ("from personas.formats import jaicp_script", "imported"),
        ("import playground.engine.platforms.jaicp", "imported"),
        ('call("jaicp")', "named"),
    ],
)
def test_a_planted_branch_is_found(code: str, kind: str) -> None:
    assert kind in {branch.kind for branch in in_python(code, "personas/planted.py", known_names())}


@pytest.mark.parametrize(
    "code",
    [
        '"""Tavus and JAICP."""',
        'help_text = "As Tavus has it."',
        "from personas.formats import detect",
        "preset = url(Provider.CAILA_OPEN_AI)",
    ],
)
def test_sentences_about_a_platform_are_no_branch(code: str) -> None:
    assert list(in_python(code, "personas/planted.py", known_names())) == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("static/planted.js", 'if (label === "JAICP") hide();'),
        ("static/planted.js", 'if ("JAICP" !== label) hide();'),
        ("static/planted.js", 'switch (label) { case "Tavus": hide(); }'),
        ("static/planted.js", "if (isTavus) hide();"),
        ("static/planted.js", "const tavusOnly = true;"),
        ("static/planted.js", 'if (label.startsWith("Tavus")) hide();'),
        ("static/planted.js", 'if (host.endsWith("tavusapi.com")) hide();'),
        ("static/planted.js", "if (provider == 'CAILA_OPEN_AI') hide();"),
        ("templates/planted.html", '{% if persona.get_platform_display == "Tavus" %}'),
        ("templates/planted.html", '{% if "Tavus" == persona.get_platform_display %}'),
        ("templates/planted.html", '{% if persona.provider != "CAILA_OPEN_AI" %}'),
    ],
)
def test_a_branch_planted_in_a_template_or_a_script_is_found(path: str, text: str) -> None:
    assert list(in_text(text, path, known_names()))


@pytest.mark.parametrize(
    "text",
    [
        "<p>On a Tavus persona fillers are rehearsal only: “Tavus” has none.</p>",
        '<p title="JAICP">JAICP: CAILA_OPEN_AI goes to Caila.</p>',
        'const LABEL = "As Tavus has it";',
    ],
)
def test_prose_in_a_template_or_a_script_is_no_branch(text: str) -> None:
    assert not list(in_text(text, "templates/planted.html", known_names()))


def test_a_name_in_a_template_or_a_script_is_found(tmp_path: Path) -> None:
    assert list(in_text('{% if persona.platform == "jaicp" %}', "templates/planted.html", known_names()))
    assert list(in_text("const NAMES = { tavus: 1 };", "static/planted.js", known_names()))
    assert not list(in_text("<p>A Tavus persona.</p>", "templates/planted.html", known_names()))
    (tmp_path / "static").mkdir()
    (tmp_path / "static" / "planted.js").write_text('let own = "tavus";')
    (tmp_path / "personas").mkdir()
    (tmp_path / "personas" / "planted.py").write_text('platform = "tavus"')
    assert len(branches(tmp_path, known_names())) == 2
