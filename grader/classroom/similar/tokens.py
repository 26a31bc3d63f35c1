"""Code without what a copier changes first: names, comments, docstrings, annotations and layout.

A definition becomes a line of tokens in the order of its syntax tree. Literals, operators, attributes and the names of
what is imported or built in are kept as they are; names that the learner has chosen are marked, so that a window of
tokens can number them in the order of their first use.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

CHOSEN = "\0"  # begins a token that is a name which the learner has chosen
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Tokens:
    """A piece of code as tokens, each with the line that it stands in."""

    texts: tuple[str, ...] = ()
    lines: tuple[int, ...] = ()

    def __add__(self, other: Tokens) -> Tokens:
        return Tokens(self.texts + other.texts, self.lines + other.lines)

    def __len__(self) -> int:
        return len(self.texts)


@dataclass
class Names:
    """What a module's names mean: modules that were imported, and everything that has its name from the course."""

    imported: Mapping[str, str] = field(default_factory=dict)  # as written -> the module or object itself
    given: frozenset[str] = frozenset()  # by the stub: tasks, classes, helpers


def numbered(texts: tuple[str, ...]) -> tuple[str, ...]:
    """Tokens with each chosen name replaced by a number, in the order of first use."""
    seen: dict[str, str] = {}
    return tuple(
        seen.setdefault(text, f"{CHOSEN}{len(seen)}") if text.startswith(CHOSEN) else text for text in texts
    )


def tokens_of(node: ast.AST, names: Names) -> Tokens:
    """The tokens of one definition or statement."""
    chosen = {bound for part in ast.walk(node) for bound in _bound(part)} - names.given
    found = list(_Reader(names, chosen).read(node, getattr(node, "lineno", 1)))
    return Tokens(tuple(text for text, _ in found), tuple(line for _, line in found))


@dataclass(frozen=True)
class _Reader:
    names: Names
    chosen: set[str]

    def read(self, node: ast.AST, line: int) -> Iterator[tuple[str, int]]:
        """The tokens of a node and of what is in it."""
        line = getattr(node, "lineno", line)
        match node:
            case ast.Name(id=name) | ast.arg(arg=name):
                yield self._name(name), line
                return
            case ast.Constant(value=value):
                yield repr(value), line
                return
            case ast.Attribute(value=ast.Name(id="self"), attr=name):
                yield f"{CHOSEN}self.{name}", line
                return
            case ast.Attribute(attr=name):
                yield f".{name}", line
            case ast.keyword(arg=name):
                yield f"{name}=", line
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield from ((type(node).__name__, line), (self._name(name), line))
            case ast.AnnAssign():
                yield "Assign", line
            case _:
                yield type(node).__name__, line
        for child in _children(node):
            yield from self.read(child, line)

    def _name(self, name: str) -> str:
        if name in self.names.imported:
            return self.names.imported[name]
        return CHOSEN + name if name in self.chosen else name


def _children(node: ast.AST) -> Iterator[ast.AST]:
    """What is in a node and counts: no annotation, docstring or context."""
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "ctx", "type_ignores", "type_params"):
            continue
        parts = value if isinstance(value, list) else [value]
        for part in parts:
            if isinstance(part, ast.AST) and not _says_nothing(part):
                yield part


def _says_nothing(node: ast.AST) -> bool:
    """A docstring, or text that stands for itself as comments do."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _bound(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name):
            yield name
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
