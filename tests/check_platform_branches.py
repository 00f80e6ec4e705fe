"""No branch on a platform outside the platforms' own modules: ``python -m tests.check_platform_branches``.

Python is walked as a syntax tree. In templates, style sheets and JavaScript each name of a platform counts, also within
an identifier, and each label or value of a platform that is compared. Sentences may name platforms.
"""

import ast
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from personas.formats.registry import formats
from playground.engine.platforms.registry import platforms

ROOT = Path(__file__).parents[1]
APPS = ("dashboard", "personas", "playground")
PACKAGES = ("playground/engine/platforms", "personas/formats")
"""Where each platform has modules that begin with its name."""
ALLOWED = {
    "playground/engine/platforms/registry.py": "the registry of the wire sides",
    "personas/formats/registry.py": "the registry of the documents",
    "personas/demo_data.py": "demo personas of each platform are data",
    "personas/migrations/": "what was true when they were written",
    "personas/api/sent.py": "the HTTP API takes Tavus' documents, of whichever platform a persona is",
    "personas/api/documents.py": "the HTTP API gives Tavus' documents, of whichever platform a persona is",
    "personas/api/patching.py": "a JSON Patch may name Tavus' keys of today",
    "personas/api/pals.py": "the HTTP API gives Tavus' documents under its names of today",
}
"""What may name a platform, and why; a folder ends in a slash."""


ASKING = frozenset({"startswith", "endswith", "removeprefix", "removesuffix", "__eq__"})
"""Methods of a text that compare it."""


@dataclass(frozen=True, slots=True)
class Branch:
    """A place that knows a platform."""

    path: str
    line: int
    kind: str
    name: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.name} is {self.kind}"


@dataclass(frozen=True, slots=True)
class Names:
    """How the code may name a platform."""

    names: frozenset[str]
    labels: frozenset[str]
    values: frozenset[str]
    """What only one platform has: providers, hosts of APIs."""

    def in_text(self) -> re.Pattern[str]:
        """A name, alone or within an identifier (``isTavus``); a label or a value in quotes that is compared."""
        names = "|".join(sorted(self.names))
        within = "|".join(sorted(name.capitalize() for name in self.names))
        quoted = "|".join(sorted(map(re.escape, self.labels | self.values)))
        text = rf"""["'](?:{quoted})["']"""
        compared = rf"(?:===?|!==?|\bcase|\bin)\s*{text}|{text}\s*(?:===?|!==?)"
        asked = rf"\.(?:startsWith|endsWith|includes|has)\(\s*{text}"
        return re.compile(
            rf"\b(?:{names})\b|\b[a-z]\w*(?:{within})\b|\b(?:{names})[A-Z]\w*|{compared}|{asked}"
        )

    def of(self, node: ast.AST) -> str:
        """Return the platform's name or label that the node is; or an empty string."""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return node.value if node.value in self.names | self.labels | self.values else ""
        if isinstance(node, ast.Attribute) and node.attr.isupper():
            is_one = node.attr.lower() in self.names or node.attr in self.values
            return node.attr if is_one else ""
        return ""

    def in_identifier(self, node: ast.AST) -> str:
        """Return the identifier if a platform's name is in it, such as ``is_tavus``; empty if none is."""
        identifier = node.id if isinstance(node, ast.Name) else getattr(node, "attr", "")
        words = re.split(r"[^a-z0-9]+", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", identifier).lower())
        return identifier if self.names & set(words) else ""


def known_names() -> Names:
    return Names(
        frozenset(known.name for known in platforms()),
        frozenset(known.label for known in platforms()),
        frozenset(str(provider.name) for known in platforms() for provider in known.providers)
        | frozenset(known.api.host for known in formats() if known.api is not None),
    )


def branches(root: Path, names: Names) -> list[Branch]:
    """Return every branch on a platform in the product, but for the places that are allowed to know it."""
    platform_branches: list[Branch] = []
    for app in APPS:
        for path in sorted((root / app).rglob("*.py")):
            relative = path.relative_to(root).as_posix()
            if not _is_allowed(relative, names):
                platform_branches += in_python(path.read_text("utf-8"), relative, names)
    for folder, endings in (("templates", ("html", "txt")), ("static", ("js", "mjs", "css"))):
        for path in sorted(path for ending in endings for path in (root / folder).rglob(f"*.{ending}")):
            platform_branches += in_text(path.read_text("utf-8"), path.relative_to(root).as_posix(), names)
    return platform_branches


def in_text(text: str, path: str, names: Names) -> Iterator[Branch]:
    """Yield each name in a template, a style sheet or JavaScript. Labels may stand in sentences."""
    for number, line in enumerate(text.splitlines(), 1):
        for match in names.in_text().finditer(line):
            yield Branch(path, number, "named", match[0])


def in_python(text: str, path: str, names: Names) -> Iterator[Branch]:
    """Yield each comparison, key, case, default, condition and import that names a platform, and other uses."""
    seen: set[int] = set()
    tree = ast.parse(text)
    for node in ast.walk(tree):
        for kind, part in _branching(node):
            name = names.of(part)
            if name and id(part) not in seen:
                seen.add(id(part))
                yield Branch(path, part.lineno, kind, name)
        for condition in _conditions(node):
            if identifier := names.in_identifier(condition):
                yield Branch(path, condition.lineno, "a condition", identifier)
        for line, module in _imported(node):
            if _is_of_platform(module.replace(".", "/") + ".py", names):
                yield Branch(path, line, "imported", module)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and node.value in names.names and id(node) not in seen:
            yield Branch(path, node.lineno, "named", str(node.value))


def _branching(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """Expressions on which the node branches, each with what it is there."""
    if isinstance(node, ast.Compare):
        for operand in (node.left, *node.comparators):
            yield from (("compared", part) for part in _members(operand))
    elif isinstance(node, ast.Dict):
        yield from (("a key", key) for key in node.keys if key is not None)
    elif isinstance(node, ast.Subscript):
        yield "a key", node.slice
    elif isinstance(node, ast.MatchValue):
        yield "a case", node.value
    elif isinstance(node, ast.arguments):
        defaults = [*node.defaults, *(default for default in node.kw_defaults if default is not None)]
        yield from (("a default", default) for default in defaults)
    elif isinstance(node, ast.keyword) and node.arg in {"default", "initial"}:
        yield "a default", node.value
    elif isinstance(node, ast.BoolOp):
        yield from (("a default", value) for value in node.values)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ASKING:
        yield from (("compared", part) for argument in node.args for part in _members(argument))


def _members(operand: ast.expr) -> Sequence[ast.expr]:
    return operand.elts if isinstance(operand, ast.Tuple | ast.List | ast.Set) else [operand]


def _conditions(node: ast.AST) -> Iterator[ast.expr]:
    """Yield the names on which the node decides, without ``not``."""
    tests: list[ast.expr] = []
    if isinstance(node, ast.If | ast.IfExp | ast.While | ast.Assert):
        tests = [node.test]
    elif isinstance(node, ast.BoolOp):
        tests = node.values
    elif isinstance(node, ast.comprehension):
        tests = node.ifs
    for test in tests:
        yield test.operand if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not) else test


def _imported(node: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield what is imported there, and whatever of it may be a module, each with its line."""
    if isinstance(node, ast.Import):
        yield from ((node.lineno, alias.name) for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module:
        yield node.lineno, node.module
        yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def _is_of_platform(path: str, names: Names) -> bool:
    """Whether the path is that of a platform's own module."""
    folder, _, file = path.rpartition("/")
    return folder in PACKAGES and re.split(r"[_.]", file)[0] in names.names


def _is_allowed(path: str, names: Names) -> bool:
    return _is_of_platform(path, names) or any(
        path.startswith(allowed) if allowed.endswith("/") else path == allowed for allowed in ALLOWED
    )


def main() -> int:
    platform_branches = branches(ROOT, known_names())
    files = len({branch.path for branch in platform_branches})
    count = f"Branches on a platform outside its own modules: {len(platform_branches)} in {files} files."
    sys.stdout.write("\n".join([*map(str, platform_branches), count]) + "\n")
    return 1 if platform_branches else 0


if __name__ == "__main__":
    sys.exit(main())
