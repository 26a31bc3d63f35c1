"""Where a test uses operators on what the submission returned before any check has looked at it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

COMPARING = frozenset({"allclose", "equal", "isclose", "eq", "ne"})
SAFE = (ast.Is, ast.IsNot)  # these ask the object nothing


def comparisons(test: ast.FunctionDef) -> Iterator[tuple[int, str]]:
    """Yield line and name of each comparison that would ask an unchecked value of the submission.

    A name is unchecked from the line where it is assigned from a call on `submission` until a
    `check_*` has had it as its first argument.
    """
    nested = {id(part) for node in ast.walk(test) if _is_inner(node, test) for part in ast.walk(node)}
    unchecked: set[str] = set()
    for node in sorted((node for node in ast.walk(test) if id(node) not in nested), key=_done_at):
        if (operands := _operands(node)) and (name := _unchecked_in(operands, unchecked)):
            yield getattr(node, "lineno", 0), name
        names, value = _assigned(node)
        if value is not None:
            unchecked = unchecked | names if _comes_from_submission(value, unchecked) else unchecked - names
        unchecked -= _checked(node)


def _is_inner(node: ast.AST, test: ast.FunctionDef) -> bool:
    return isinstance(node, ast.FunctionDef) and node is not test


def _done_at(node: ast.AST) -> tuple[int, int]:
    """Where Python is done with a node: a loop has its names before its body runs."""
    end = node.iter if isinstance(node, ast.For | ast.comprehension) else node
    return getattr(end, "end_lineno", 0), getattr(end, "end_col_offset", 0)


def _operands(node: ast.AST) -> list[ast.expr]:
    match node:
        case ast.Compare(left=left, comparators=right, ops=ops) if not all(
            isinstance(op, SAFE) for op in ops
        ):
            return [left, *right]
        case ast.Call(func=ast.Attribute(attr=attr, value=value), args=arguments) if attr in COMPARING:
            return [value, *arguments]
    return []


def _unchecked_in(operands: list[ast.expr], unchecked: set[str]) -> str | None:
    for node in (node for operand in operands for node in ast.walk(operand)):
        if isinstance(node, ast.Name) and node.id in unchecked:
            return node.id
        if _is_submission_call(node):
            return "the result of a call"
    return None


def _assigned(node: ast.AST) -> tuple[set[str], ast.expr | None]:
    match node:
        case ast.Assign(targets=targets, value=value):
            return _stored(targets), value
        case (
            ast.AnnAssign(target=target, value=ast.expr() as value)
            | ast.NamedExpr(target=target, value=value)
        ):
            return _stored([target]), value
        case ast.For(target=target, iter=value) | ast.comprehension(target=target, iter=value):
            return _stored([target]), value
    return set(), None


def _stored(targets: list[ast.expr]) -> set[str]:
    return {part.id for target in targets for part in ast.walk(target) if isinstance(part, ast.Name)}


def _comes_from_submission(value: ast.expr, unchecked: set[str]) -> bool:
    """Follow attributes, indices and calls down to where a value comes from."""
    match value:
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            return any(_comes_from_submission(part, unchecked) for part in parts)
        case ast.Name(id=name):
            return name in unchecked
        case ast.Attribute(value=inner) | ast.Subscript(value=inner) | ast.Call(func=inner):
            return _is_submission_call(value) or _comes_from_submission(inner, unchecked)
    return False


def _is_submission_call(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call):
        return False
    function: ast.AST = node.func
    while isinstance(function, ast.Attribute | ast.Call):
        function = function.value if isinstance(function, ast.Attribute) else function.func
    return isinstance(function, ast.Name) and function.id == "submission"


def _checked(node: ast.AST) -> set[str]:
    match node:
        case ast.Call(func=ast.Name(id=name), args=[first, *_]) if name.startswith("check_"):
            return {part.id for part in ast.walk(first) if isinstance(part, ast.Name)}
    return set()
