"""A suite cut down to some of its tests: their text as it stands, with the helpers and imports that they need."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator, Sequence

from grader.intake.bindings import bindings_of, bound_by_alias, closure, first_line, names_in

Import = ast.Import | ast.ImportFrom
ALWAYS = "pytestmark"  # pytest reads it, nobody names it


def needed(tree: ast.Module, wanted: Iterable[str]) -> list[ast.stmt]:
    """Return the statements that define `wanted` and what these read, in their order; fixtures are read by name.

    A statement that only changes something, as `basic.expansion = 1` does, goes with what it changes.
    """
    makers = {name: [*nodes] for name, nodes in bindings_of(tree).by_name.items()}
    for node in tree.body:
        for name in _changed(node):
            makers.setdefault(name, []).append(node)
    names = closure((*wanted, ALWAYS), lambda name: set().union(*map(read, makers.get(name, ()))))
    kept = {id(node) for name in names for node in makers.get(name, ())}
    return [node for node in tree.body if id(node) in kept]


def read(node: ast.AST) -> set[str]:
    """Return every name that a statement reads, the parameters of its functions among them: they may be fixtures."""
    return names_in(node) | {part.arg for part in ast.walk(node) if isinstance(part, ast.arg)}


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


def cut(text: str, wanted: Collection[str], docstring: str, also: Collection[str] = ()) -> str:
    """Return the text of a module with only what `wanted` needs, under a docstring of its own.

    Args:
        text: the module.
        wanted: names of functions, classes and constants.
        docstring: what stands in place of its own.
        also: names that somebody else reads, so that their imports stay.
    """
    nodes = needed(ast.parse(text), wanted)
    names = {name for node in nodes for name in read(node)} | set(also)
    imports = [node for node in nodes if isinstance(node, Import)]
    others = [node for node in nodes if not isinstance(node, Import)]
    lines = text.splitlines()
    blocks = [f'"""{docstring}"""', "\n".join(_imports(imports, names)), *_blocks(lines, others)]
    return "\n".join(block for block in blocks if block).rstrip("\n") + "\n"


def code_of(lines: Sequence[str], node: ast.stmt) -> str:
    """Return the lines of a statement with its decorators."""
    return "\n".join(lines[first_line(node) - 1 : node.end_lineno])


def _blocks(lines: Sequence[str], nodes: Sequence[ast.stmt]) -> Iterator[str]:
    for node in nodes:
        gap = "\n\n" if isinstance(node, ast.FunctionDef | ast.ClassDef) else "\n" if node is nodes[0] else ""
        yield gap + code_of(lines, node)


def _imports(nodes: Sequence[Import], names: Collection[str]) -> Iterator[str]:
    """Yield the imports without what nobody reads any more."""
    for node in nodes:
        node.names = [alias for alias in node.names if bound_by_alias(alias) in names]
        if node.names:
            yield ast.unparse(node)
