"""Finds the regular expressions of the product in its source, with the methods by which each is used."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from tests.dashboard.processes import ROOT

METHODS = frozenset({"match", "fullmatch", "search", "finditer"})
_IN_ONE_PASS = frozenset({"sub", "subn", "split", "findall"})
"""Methods that find what `finditer` finds."""
_ANY = _IN_ONE_PASS | METHODS
_USE = re.compile(rf"\b(\w+)\.({'|'.join(sorted(_ANY))})\b")


class Site(NamedTuple):
    """A place that makes a pattern; ``pattern`` is None if the module's constants alone don't make it."""

    module: str
    name: str
    line: int
    pattern: re.Pattern[Any] | None
    methods: frozenset[str]

    def __str__(self) -> str:
        return f"{self.module}, line {self.line}"

    @property
    def dotted(self) -> str:
        """Return the name under which it may have a bound."""
        return f"{self.module}.{self.name}"


def sites() -> Iterator[Site]:
    for path in _sources():
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        tree = ast.parse(path.read_text())
        names = _names(tree)
        for call in ast.walk(tree):
            if isinstance(call, ast.Call) and (function := _function(call)):
                name = names.get(call, "")
                methods = _methods(path, name) if function == "compile" else _passes(function)
                yield Site(module, name, call.lineno, _pattern(module, call, function), methods)
        yield from _of_dicts(module)


def _of_dicts(module: str) -> Iterator[Site]:
    """Yield the patterns that are values of the module's dicts."""
    for name, value in vars(import_module(module)).items():
        for each in value.values() if isinstance(value, dict) else ():
            if isinstance(each, re.Pattern):
                yield Site(module, name, 0, each, METHODS)


@cache
def _sources() -> tuple[Path, ...]:
    paths = (path for top in ("dashboard", "personas", "playground") for path in (ROOT / top).rglob("*.py"))
    return tuple(sorted(path for path in paths if "migrations" not in path.parts))


def _function(call: ast.Call) -> str:
    """Return the function of `re` that is called, or ""."""
    named = call.func
    if not (
        isinstance(named, ast.Attribute) and isinstance(named.value, ast.Name) and named.value.id == "re"
    ):
        return ""
    return named.attr if named.attr in _ANY | {"compile"} else ""


def _names(tree: ast.Module) -> dict[ast.AST, str]:
    """Return the name to which each call's value is bound, alone or in a collection."""
    names = {}
    for node in ast.walk(tree):
        target = node.targets[0] if isinstance(node, ast.Assign) else None
        if isinstance(node, ast.Assign) and isinstance(target, ast.Name):
            names.update(dict.fromkeys(ast.walk(node.value), target.id))
    return names


def _methods(path: Path, name: str) -> frozenset[str]:
    """Return the methods called on the name, in its own module if it is private; all if none is seen."""
    paths = (path,) if name.startswith("_") else _sources()
    used = [_passes(method) for each in paths for named, method in _uses(each) if named == name]
    return frozenset().union(*used) or METHODS


@cache
def _uses(path: Path) -> frozenset[tuple[str, str]]:
    return frozenset((match[1], match[2]) for match in _USE.finditer(path.read_text()))


def _passes(method: str) -> frozenset[str]:
    return frozenset({"finditer" if method in _IN_ONE_PASS else method})


def _pattern(module: str, call: ast.Call, function: str) -> re.Pattern[Any] | None:
    flags = [*call.args[1:2], *(each.value for each in call.keywords if each.arg == "flags")]
    if function != "compile":
        flags = [each for each in call.args[2:] if "re." in ast.unparse(each)]
    names = vars(import_module(module))
    try:
        values = [eval(ast.unparse(each), dict(names)) for each in (call.args[0], *flags[:1])]
        return re.compile(*values)
    except NameError:
        return None
