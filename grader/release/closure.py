"""Which top-level statements of a suite some of its functions need, found by name."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

Import = ast.Import | ast.ImportFrom
Named = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
ALWAYS = "pytestmark"  # pytest reads it, nobody names it


def needed(tree: ast.Module, wanted: Iterable[str]) -> list[ast.stmt]:
    """Return the statements that define `wanted` and what these read, in their order; fixtures are read by name.

    A statement that only changes something, as `basic.expansion = 1` does, goes with what it changes.
    """
    statements = [node for node in tree.body if not _is_docstring(node)]
    makers: dict[str, list[ast.stmt]] = {}
    for node in statements:
        for name in {*bound(node), *_changed(node)}:
            makers.setdefault(name, []).append(node)
    found: dict[int, ast.stmt] = {}
    waiting = [node for name in (*wanted, ALWAYS) for node in makers.get(name, [])]
    while waiting:
        node = waiting.pop()
        if id(node) not in found:
            found[id(node)] = node
            waiting += [maker for name in read(node) for maker in makers.get(name, [])]
    return [node for node in statements if id(node) in found]


def read(node: ast.AST) -> set[str]:
    """Return every name that a statement reads, the parameters of its functions among them: they may be fixtures."""
    if isinstance(node, Import):
        return set()
    names = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
    return names | {part.arg for part in ast.walk(node) if isinstance(part, ast.arg)}


def bound(node: ast.stmt) -> set[str]:
    """Return the names that a top-level statement defines."""
    if isinstance(node, Named):
        return {node.name}
    if isinstance(node, Import):
        return {alias.asname or alias.name.partition(".")[0] for alias in node.names}
    names = {
        part.id for part in ast.walk(node) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)
    }
    return names | {part.name for part in ast.walk(node) if isinstance(part, Named)}


def parts_of(nodes: Iterable[ast.stmt], module: str) -> set[str]:
    """Return the names that statements read of a module, as in `shared.play`."""
    return {
        part.attr
        for node in nodes
        for part in ast.walk(node)
        if isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name) and part.value.id == module
    }


def _changed(node: ast.stmt) -> Iterator[str]:
    """Yield the names whose objects a statement changes: `a.b = 1`, `a[0] = 1`, `a.append(1)`."""
    targets: list[ast.expr] = []
    match node:
        case ast.Assign(targets=several):
            targets = several
        case ast.AugAssign(target=one) | ast.AnnAssign(target=one):
            targets = [one]
        case ast.Expr(value=ast.Call(func=function)):
            targets = [function]
        case _:
            return
    for target in targets:
        while isinstance(target, ast.Attribute | ast.Subscript | ast.Call):
            target = target.func if isinstance(target, ast.Call) else target.value
        if isinstance(target, ast.Name):
            yield target.id


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
