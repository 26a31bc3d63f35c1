"""A mark for the code that decides what a function or class of a module does.

Two texts give a name the same mark where only comments, layout, docstrings or code that the name never reaches differ.
Where reading cannot tell what is reached, more counts and never less: a grading too many costs a second, one too few
shows an old verdict.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Collection, Iterable, Mapping

from grader.intake.bindings import Bindings, Definition, bindings_of, is_for_scripts, names_in

EFFECTS = (ast.Call, ast.Await, ast.Yield, ast.YieldFrom, ast.NamedExpr)


def marks_of(text: str, names: Collection[str]) -> dict[str, str]:
    """Return the mark of each name, as the module of this text defines it; the text is Python."""
    try:
        return _marks(_without_docstrings(ast.parse(text)), names)
    except (RecursionError, MemoryError):  # an expression so deep that it can be read and not be written
        return dict.fromkeys(names, _digest([text]))


def _marks(tree: ast.Module, names: Collection[str]) -> dict[str, str]:
    bindings = bindings_of(tree)
    written = {id(statement): ast.dump(statement) for statement in tree.body}
    of_all = [statement for statement in tree.body if _concerns_all(statement, bindings)]
    used = {name for statement in of_all for name in names_in(statement)}
    common = [*(written[id(statement)] for statement in of_all), *_binding(used, bindings, written)]
    return {name: _digest([*common, *_binding({name}, bindings, written)]) for name in names}


def _binding(names: Iterable[str], bindings: Bindings, written: Mapping[int, str]) -> list[str]:
    """Return what binds each name that can be reached, by name: where a helper stands in the file is layout."""
    reached = sorted(bindings.reached(names))
    return [f"{name}\n{written[id(bound)]}" for name in reached for bound in bindings.by_name[name]]


def _concerns_all(statement: ast.stmt, bindings: Bindings) -> bool:
    """Whether a statement may change what any task does."""
    if bindings.unseen:
        return True
    match statement:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return _registers(statement, bindings)
        case ast.Assign(targets=targets, value=value):
            return not all(isinstance(target, ast.Name) for target in targets) or _has_effects(value)
        case ast.AnnAssign(target=ast.Name(), value=value):
            return value is not None and _has_effects(value)
        case ast.Expr(value=ast.Constant()) | ast.Pass():
            return False
        case ast.If() if is_for_scripts(statement):
            return False
    return True


def _registers(definition: Definition, bindings: Bindings) -> bool:
    """Whether a decorator of the module's own is at work, which may put the definition anywhere."""
    used = {name for decorator in definition.decorator_list for name in names_in(decorator)}
    return any(
        isinstance(bound, Definition) for name in used for bound in bindings.by_name.get(name, ())
    ) or any(_is_method_of_ours(decorator, bindings) for decorator in definition.decorator_list)


def _is_method_of_ours(decorator: ast.expr, bindings: Bindings) -> bool:
    """Whether a decorator is looked up on a value of the module, as in `@registry.add`."""
    base = decorator.func if isinstance(decorator, ast.Call) else decorator
    while isinstance(base, ast.Attribute):
        base = base.value
    bound = bindings.last(base.id) if isinstance(base, ast.Name) else None
    return isinstance(bound, ast.Assign | ast.AnnAssign)


def _has_effects(value: ast.expr) -> bool:
    return any(isinstance(node, EFFECTS) for node in ast.walk(value))


def _without_docstrings(tree: ast.Module) -> ast.Module:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | Definition) and ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:]
    return tree


def _digest(parts: Iterable[str]) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:24]
