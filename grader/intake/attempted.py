"""Whether a body is still the one of the stub."""

from __future__ import annotations

import ast

from grader.intake.bindings import Definition, same_scope

Function = ast.FunctionDef | ast.AsyncFunctionDef


def is_attempted(theirs: Definition, ours: Definition) -> bool:
    """Tell whether somebody has written something into a definition.

    A class is untouched while every method is, apart from those that the stub already gives whole.
    """
    if not isinstance(theirs, ast.ClassDef):
        return not is_stub(theirs)
    given = {ast.dump(method) for method in methods(ours).values()}
    written = [method for method in methods(theirs).values() if not is_stub(method)]
    left = len(methods(theirs)) - len(written)
    if not left:
        return bool(written) or not methods(ours) or _has_fields(theirs)
    return any(ast.dump(method) not in given for method in written)


def is_stub(function: Function) -> bool:
    """Tell whether a body does nothing, or must run into its `raise NotImplementedError`."""
    body = function.body[1:] if ast.get_docstring(function, clean=False) is not None else function.body
    if all(_is_nothing(statement) for statement in body):
        return True
    for statement in body:
        if _is_not_implemented(statement):
            return True
        if any(isinstance(node, ast.Return | ast.Yield | ast.YieldFrom) for node in same_scope(statement)):
            return False
    return False


def methods(definition: Definition) -> dict[str, Function]:
    """Return the methods that stand directly in a class, the last of each name."""
    body = definition.body if isinstance(definition, ast.ClassDef) else []
    return {node.name: node for node in body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def _is_nothing(statement: ast.stmt) -> bool:
    match statement:
        case ast.Pass() | ast.Expr(value=ast.Constant()):
            return True
    return _is_not_implemented(statement)


def _is_not_implemented(statement: ast.stmt) -> bool:
    match statement:
        case ast.Raise(
            exc=ast.Name(id="NotImplementedError") | ast.Call(func=ast.Name(id="NotImplementedError"))
        ):
            return True
    return False


def _has_fields(definition: ast.ClassDef) -> bool:
    return any(isinstance(node, ast.Assign | ast.AnnAssign) for node in definition.body)
