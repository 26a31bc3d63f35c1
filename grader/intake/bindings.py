"""Which statements of a module give a name its value, and which other names that reaches."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
Node = TypeVar("Node", bound=Hashable)
UsedBy = Callable[[ast.stmt], Iterable[str]]
SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
REACHES_GLOBALS = frozenset({"exec", "globals", "locals", "setattr", "vars"})


def closure(start: Iterable[Node], needs: Callable[[Node], Iterable[Node]]) -> set[Node]:
    """Return what one begins with, what that needs, and so on."""
    found, waiting = set[Node](), list(start)
    while waiting:
        node = waiting.pop()
        if node not in found:
            found.add(node)
            waiting += needs(node)
    return found


def names_in(statement: ast.AST) -> set[str]:
    """Return the names that stand in a statement, read or bound."""
    return {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}


@dataclass(frozen=True)
class Bindings:
    """The names of one module, each with the module-level statements that bind or unbind it, in order."""

    by_name: dict[str, list[ast.stmt]]  # "*" stands for star imports
    unseen: frozenset[str]  # bound by `global` inside a function; "*" when any name may be

    def last(self, name: str) -> ast.stmt | None:
        """Return the last statement that binds a name, also deep inside an if, try or for."""
        return self.by_name[name][-1] if name in self.by_name else None

    def may_hide(self, name: str) -> bool:
        """Tell whether a name may get its value in a way that reading the module does not show."""
        return not self.unseen.isdisjoint({name, "*"})

    def reached(
        self, names: Iterable[str], used_by: UsedBy = names_in, left_out: Collection[str] = ()
    ) -> set[str]:
        """Return which names of the module some reach: theirs, those that what binds them uses, and so on.

        Args:
            names: where it begins.
            used_by: which names a statement uses; by default all that stand in it.
            left_out: names that are not followed.
        """

        def used(name: str) -> set[str]:
            there = {used for bound in self.by_name[name] for used in used_by(bound) if used in self.by_name}
            return there - set(left_out)

        return closure((name for name in names if name in self.by_name), used)


@lru_cache(maxsize=64)
def bindings_of(tree: ast.Module) -> Bindings:
    """Return the bindings of a module; a second question about the same tree costs nothing."""
    by_name: dict[str, list[ast.stmt]] = {}
    for statement in tree.body:
        for name in {name for node in same_scope(statement) for name in _bound_by(node)}:
            by_name.setdefault(name, []).append(statement)
    unseen = {name for node in ast.walk(tree) for name in _unseen(node)}
    hidden = {"*"} if "*" in by_name or "__getattr__" in by_name else set()
    return Bindings(by_name, frozenset(unseen | hidden))


def same_scope(statement: ast.stmt) -> Iterator[ast.AST]:
    """Yield a statement and what is in it, but nothing from inside functions and classes."""
    waiting: list[ast.AST] = [statement]
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, SCOPES):
            waiting += ast.iter_child_nodes(node)


def _bound_by(node: ast.AST) -> list[str]:
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return [name]
        case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
            return [name]
        case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
            return [alias.asname or alias.name.partition(".")[0] for alias in aliases]
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            return [name]
        case ast.MatchMapping(rest=str(name)):
            return [name]
    return []


def _unseen(node: ast.AST) -> list[str]:
    match node:
        case ast.Name(id=name) if name in REACHES_GLOBALS:
            return ["*"]
        case ast.Global(names=names):
            return names
    return []
