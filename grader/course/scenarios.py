"""What a suite ships into the submission's process must hold no secret: the submission reads it there."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

SHIPPING = frozenset({"run", "build"})  # `apart` goes to a process that the submission never meets
SECRET = re.compile(r"_*(want|wanted|expect|expected|oracle|secret|held_?out|reference)(_.*)?")
JUDGING = re.compile(r"check_\w+|reference")


def secrets(*trees: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield line and name of each thing that only the judge may know, in scenarios and what they are given.

    The first tree is the file that is asked about; a scenario may be defined in any of them.
    """
    shipped: set[str] = set()
    for call in (node for node in ast.walk(trees[0]) if _ships(node)):
        assert isinstance(call, ast.Call)
        scenario, *given = [*call.args, *(keyword.value for keyword in call.keywords)]
        shipped |= {part for part in (getattr(scenario, "id", None), getattr(scenario, "attr", None)) if part}
        yield from (
            (node.lineno, node.id) for value in given for node in _names(value) if SECRET.fullmatch(node.id)
        )
    for function in (node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
        if function.name in shipped:
            yield from _inside(function)


def _ships(node: ast.AST) -> bool:
    match node:
        case ast.Call(func=ast.Attribute(attr=attr, value=ast.Name(id="submission")), args=[_, *_]):
            return attr in SHIPPING
    return False


def _names(value: ast.AST) -> Iterator[ast.Name]:
    return (node for node in ast.walk(value) if isinstance(node, ast.Name))


def _inside(function: ast.FunctionDef) -> Iterator[tuple[int, str]]:
    for node in ast.walk(function):
        match node:
            case ast.Call(func=ast.Name(id=name)) if JUDGING.fullmatch(name):
                yield node.lineno, name
            case ast.arg(arg=name) | ast.Name(id=name, ctx=ast.Store()) if SECRET.fullmatch(name):
                yield node.lineno, name
