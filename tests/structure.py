"""Print how large `grader/` is and which way its imports point: `python tests/structure.py`. Standard library only."""

from __future__ import annotations

import ast
import statistics
import sys
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path

GRADER = Path(__file__).resolve().parents[1] / "grader"


class Module:
    """One file of the package, as its text tells it."""

    def __init__(self, file: Path, root: Path = GRADER) -> None:
        """Read a file."""
        self.file = file
        parts = file.relative_to(root.parent).with_suffix("").parts
        self.is_package = parts[-1] == "__init__"
        self.name = ".".join(parts[:-1] if self.is_package else parts)
        self.is_entry = parts[-1] == "__main__"  # which nobody imports
        self.package = self.name if self.is_package or self.is_entry else self.name.rpartition(".")[0]
        self.text = file.read_text(encoding="utf-8")
        self.tree = ast.parse(self.text)

    @property
    def lines(self) -> int:
        """Lines in all."""
        return len(self.text.splitlines())

    @property
    def code(self) -> int:
        """Lines that are neither blank nor a comment nor a docstring."""
        docstrings = {line for node in ast.walk(self.tree) for line in _docstring(node)}
        lines = enumerate(map(str.strip, self.text.splitlines()), 1)
        return sum(bool(line) and not line.startswith("#") and number not in docstrings for number, line in lines)

    @property
    def functions(self) -> Iterator[tuple[str, int]]:
        """Each function with its lines."""
        for node in ast.walk(self.tree):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                yield f"{self.name}.{node.name}", (node.end_lineno or node.lineno) - node.lineno + 1

    @cached_property
    def imported(self) -> frozenset[str]:
        """Dotted names that it imports while it is itself imported, types that are only checked left out."""
        return frozenset(_imports(self.tree.body, deep=False))

    @cached_property
    def used(self) -> frozenset[str]:
        """Dotted names that it imports anywhere, in a function or for types too."""
        return frozenset(_imports(self.tree.body, deep=True))


def _docstring(node: ast.AST) -> Iterable[int]:
    documented = isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef))
    if not documented or ast.get_docstring(node, clean=False) is None:
        return ()
    return range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1)


def _imports(body: Iterable[ast.AST], *, deep: bool) -> Iterator[str]:
    for node in body:
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{name.name}" for name in node.names)
        elif deep or not _is_later(node):
            yield from _imports(ast.iter_child_nodes(node), deep=deep)


def _is_later(node: ast.AST) -> bool:
    """Whether what stands in a node is not executed while a module is imported."""
    for_types = isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
    return for_types or isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))


class House:
    """All modules of the package, and who needs whom."""

    def __init__(self, root: Path = GRADER) -> None:
        """Read every file."""
        self.modules = {each.name: each for each in (Module(file, root) for file in sorted(root.rglob("*.py")))}

    def needs(self, *, deep: bool = True) -> dict[str, set[str]]:
        """For each module those that it imports; for a name that a package hands on, the package."""
        return {
            module.name: {
                found
                for name in (module.used if deep else module.imported)
                if (found := self._module_of(name)) and found != module.name
            }
            for module in self.modules.values()
        }

    def _module_of(self, name: str) -> str:
        while name and name not in self.modules:
            name = name.rpartition(".")[0]
        return name

    def packages(self) -> dict[str, set[str]]:
        """For each package below `grader` those that its modules import."""
        found: dict[str, set[str]] = {}
        for name, needed in self.needs().items():
            own = self.modules[name].package
            found.setdefault(own, set()).update({self.modules[other].package for other in needed} - {own})
        return found


def circles(needs: Mapping[str, Iterable[str]]) -> list[list[str]]:
    """Return the groups of names that need each other in a circle (Tarjan's strongly connected components)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(name: str) -> None:
        index[name] = low[name] = len(index)
        stack.append(name)
        for other in needs.get(name, ()):
            if other not in index:
                visit(other)
            if other in stack:
                low[name] = min(low[name], low[other])
        if low[name] == index[name]:
            group = stack[stack.index(name) :]
            del stack[stack.index(name) :]
            found.extend([sorted(group)] if len(group) > 1 else [])

    for name in needs:
        if name not in index:
            visit(name)
    return sorted(found)


def figures(house: House) -> dict[str, float]:
    """Return the figures that are bounded."""
    modules = [module for module in house.modules.values() if not module.is_package or module.code > 0]
    functions = [lines for module in modules for _, lines in module.functions]
    return {
        "lines of code": sum(module.code for module in modules),
        "modules": len(modules),
        "packages": len({module.package for module in modules if not module.is_entry}),
        "lines of a module, median": statistics.median(module.lines for module in modules),
        "lines of a module, most": max(module.lines for module in modules),
        "lines of a function, median": statistics.median(functions),
        "lines of a function, most": max(functions),
        "circles of files": len(circles(house.needs(deep=False))),
        "circles of packages": len(circles(house.packages())),
    }


def main() -> None:
    """Print the figures, each circle, and what each package needs."""
    sys.setrecursionlimit(10_000)
    house = House()
    for name, number in figures(house).items():
        print(f"{number:>8g}  {name}")
    for title, needs in (("files", house.needs(deep=False)), ("packages", house.packages())):
        for circle in circles(needs):
            print(f"circle of {title}: {', '.join(circle)}")
    for package, needed in sorted(house.packages().items()):
        print(f"{package}: {' '.join(sorted(each.removeprefix('grader.') for each in needed))}")


if __name__ == "__main__":
    main()
