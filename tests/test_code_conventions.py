"""Conventions of CONTRIBUTING.md that neither ruff nor import-linter can check."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("alerts", "bot", "handlers", "matching", "storage")
MOST_MODULES = 25
LARGE_FOLDERS = {"bot/standin", "handlers/commands", "storage/migrations/versions"}

RIDDLES = {
    *("What", "Who", "Whose", "Whom", "Whether", "Which", "How", "When"),
    *("Where", "Those", "That", "Of", "As", "For", "It"),
}
"""First words of a docstring that does not name the thing first."""

PRONOUNS = {
    *("one", "said", "told", "found", "known", "each", "what", "held", "both"),
    *("only", "whole", "others", "rest"),
}
"""Words that say nothing about the value they name."""

Definition = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
DEFINITIONS = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def modules(*folders: str) -> list[Path]:
    paths = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    return sorted(path for path in paths if "versions" not in path.parts)


def location(path: Path, node: ast.AST) -> str:
    return f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 1)}"


def docstrings(path: Path) -> Iterator[tuple[Definition, str]]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, DEFINITIONS) and (text := ast.get_docstring(node)):
            yield node, text


def bound_names(path: Path) -> Iterator[tuple[ast.AST, str]]:
    """Yield every name that a module binds, except in a comprehension on one line."""
    tree = ast.parse(path.read_text("utf-8"))
    exempt = {
        id(target)
        for node in ast.walk(tree)
        if isinstance(node, COMPREHENSIONS) and node.lineno == node.end_lineno
        for generator in node.generators
        for target in ast.walk(generator.target)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.arg):
            yield node, node.arg
        elif isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Store):
            if id(node) not in exempt:
                yield node, node.id if isinstance(node, ast.Name) else node.attr
        elif isinstance(node, DEFINITIONS[1:]):
            yield node, node.name


@pytest.mark.parametrize("folder", [*PACKAGES, "benchmarks", "scripts", "tests"])
def test_a_docstring_names_the_thing_first(folder: str) -> None:
    riddles = [
        f"{location(path, node)}: {text.splitlines()[0]}"
        for path in modules(folder)
        for node, text in docstrings(path)
        if text.split()[0].strip(",.:;") in RIDDLES
    ]
    assert riddles == [], "start these docstrings with the thing, or with an imperative"


@pytest.mark.parametrize("folder", [*PACKAGES, "benchmarks", "scripts", "tests"])
def test_a_name_is_no_pronoun(folder: str) -> None:
    pronouns = [
        f"{location(path, node)}: {name}"
        for path in modules(folder)
        for node, name in bound_names(path)
        if name.strip("_") in PRONOUNS
    ]
    assert pronouns == [], "name these after the value they hold"


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_describes_itself_in_one_docstring(package: str) -> None:
    for path in (ROOT / package).rglob("__init__.py"):
        body = ast.parse(path.read_text("utf-8")).body
        assert len(body) == 1, f"{path.relative_to(ROOT)} must hold one docstring and no code"
        assert ast.get_docstring(ast.Module(body, [])), f"{path.relative_to(ROOT)} has no docstring"


@pytest.mark.parametrize("package", PACKAGES)
def test_a_folder_stays_small_enough_to_read(package: str) -> None:
    folders = {path.parent for path in (ROOT / package).rglob("*.py")}
    sizes = {
        str(folder.relative_to(ROOT)): len(list(folder.glob("*.py"))) - 1 for folder in folders
    }
    large = {name: size for name, size in sizes.items() if size > MOST_MODULES}
    assert large.keys() <= LARGE_FOLDERS, f"split: {large}"
