"""Whether a body is still the one of the stub."""

from __future__ import annotations

import ast

from grader.intake.bindings import Definition, same_scope

Function = ast.FunctionDef | ast.AsyncFunctionDef


def is_attempted(theirs: Definition, ours: Definition, given: Definition | None = None) -> bool:
    """Tell whether somebody has written something into a definition.

    A class is untouched while every method is, apart from those that the stub already gives whole.

    Args:
        theirs: the submission's definition.
        ours: the reference's.
        given: the stub's; where its body is not the reference's, as in code to mend, it counts as nothing written.
    """
    if not isinstance(theirs, ast.ClassDef):
        return not _is_untouched(theirs, _to_mend(given, ours))
    stubs = methods(given) if given else {}
    to_mend = {name: _to_mend(stubs.get(name), mine) for name, mine in methods(ours).items()}
    whole = {ast.dump(method) for method in methods(given or ours).values()}
    touched = {
        name: method
        for name, method in methods(theirs).items()
        if not _is_untouched(method, to_mend.get(name))
    }
    left = len(methods(theirs)) - len(touched)
    if not left:
        return bool(touched) or not methods(ours) or _has_fields(theirs)
    return any(ast.dump(method) not in whole for method in touched.values())


def is_as_given(theirs: Definition, given: Definition) -> bool:
    """Tell whether a definition is the stub's: nothing written into it, or what the stub gives whole."""
    if isinstance(theirs, ast.ClassDef) or isinstance(given, ast.ClassDef):
        return ast.dump(theirs) == ast.dump(given) or not is_attempted(theirs, given)
    return _is_untouched(theirs, given)


def is_stub(function: Function) -> bool:
    """Tell whether a body does nothing, or must run into its `raise NotImplementedError`."""
    body = _body(function)
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


def _is_untouched(function: Function, to_mend: Function | None) -> bool:
    return is_stub(function) or (to_mend is not None and _same_body(function, to_mend))


def _to_mend(given: Definition | None, ours: Definition) -> Function | None:
    """Return what a stub gives, if that is a body and not the reference's."""
    if given is None or isinstance(given, ast.ClassDef) or isinstance(ours, ast.ClassDef):
        return None
    return None if is_stub(given) or _same_body(given, ours) else given


def _same_body(one: Function, other: Function) -> bool:
    """Compare two bodies as Python reads them: docstring, comments and layout do not count."""
    return list(map(ast.dump, _body(one))) == list(map(ast.dump, _body(other)))


def _body(function: Function) -> list[ast.stmt]:
    return function.body[1:] if ast.get_docstring(function, clean=False) is not None else function.body


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
