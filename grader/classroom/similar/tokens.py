"""Code without what a copier changes first: names, comments, docstrings, annotations and layout.

A definition becomes a line of tokens in the order of its syntax tree. Literals, operators, attributes and the names of
what is imported or built in are kept as they are; names that the learner has chosen are marked, so that a window of
tokens can number them in the order of their first use.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from grader.intake.bindings import Definition

CHOSEN = "\0"  # begins a token that is a name which the learner has chosen
NOT_CODE = ("annotation", "returns", "ctx", "type_ignores", "type_params", "type_comment")


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
    """The tokens of a statement, or of the body of a definition: its head is given."""
    reader = _Reader(names.given)
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        reader.bind_arguments(node.args)
    body = node.body if isinstance(node, Definition) else [node]
    for part in body:
        if not _says_nothing(part):
            reader.read(part, getattr(node, "lineno", 1))
    imported = {**names.imported, **reader.imported}
    texts = (
        _meant(text, imported, reader.bound) if text.startswith(CHOSEN) else text for text in reader.texts
    )
    return Tokens(tuple(texts), tuple(reader.lines))


def imported_by(node: ast.Import | ast.ImportFrom) -> Mapping[str, str]:
    """What the names that an import binds stand for, whatever they were renamed to."""
    if isinstance(node, ast.Import):
        return {each.asname: each.name for each in node.names if each.asname}
    return {each.asname or each.name: f"{node.module}.{each.name}" for each in node.names}


def _meant(text: str, imported: Mapping[str, str], bound: set[str]) -> str:
    """What a name turned out to be once the whole definition has been read."""
    name = text[len(CHOSEN) :]
    if name in imported:
        return imported[name]
    return text if name in bound or name.startswith("self.") else name


@dataclass
class _Reader:
    given: frozenset[str]
    texts: list[str] = field(default_factory=list)  # every name as if it were chosen
    lines: list[int] = field(default_factory=list)
    bound: set[str] = field(default_factory=set)
    imported: dict[str, str] = field(default_factory=dict)

    def read(self, node: ast.AST, line: int) -> None:
        """Take in the tokens of a node and of what is in it."""
        if isinstance(node, ast.arguments):
            self.bind_arguments(node)
            return
        line = getattr(node, "lineno", line)
        for text in self._texts(node):
            self.texts.append(text)
            self.lines.append(line)
        for child in _children(node):
            self.read(child, line)

    def _texts(self, node: ast.AST) -> tuple[str, ...]:
        kind = type(node).__name__
        match node:
            case ast.Name(id=name, ctx=ast.Load() | ast.Del()):
                return (CHOSEN + name,)
            case ast.Name(id=name):
                return (self._bind(name),)
            case ast.Constant(value=value):
                return (repr(value),)
            case ast.Attribute(attr=name):
                return (f"{CHOSEN}self.{name}",) if _is_own_attribute(node) else (f".{name}",)
            case ast.keyword(arg=name):
                return (f"{name}=",)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                return (kind, self._bind(name))
            case ast.Import() | ast.ImportFrom():
                self.imported |= imported_by(node)
                return ()
            case ast.AnnAssign():
                return ("Assign",)
        return (kind,)

    def bind_arguments(self, arguments: ast.arguments) -> None:
        """Know the names of arguments; the head that they stand in counts for nothing."""
        for part in ast.walk(arguments):
            if isinstance(part, ast.arg):
                self._bind(part.arg)

    def _bind(self, name: str) -> str:
        if name not in self.given:
            self.bound.add(name)
        return CHOSEN + name


def _children(node: ast.AST) -> Iterator[ast.AST]:
    """What is in a node and counts: no annotation, docstring or context."""
    if isinstance(node, ast.Name | ast.Constant | ast.Import | ast.ImportFrom) or _is_own_attribute(node):
        return
    for name in node._fields:
        value = getattr(node, name, None)
        if name in NOT_CODE or value is None:
            continue
        for part in value if isinstance(value, list) else (value,):
            if isinstance(part, ast.AST) and not _says_nothing(part):
                yield part


def _is_own_attribute(node: ast.AST) -> bool:
    """`self.weight`, which is one name."""
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self"


def _says_nothing(node: ast.AST) -> bool:
    """A docstring, or text that stands for itself as comments do."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
