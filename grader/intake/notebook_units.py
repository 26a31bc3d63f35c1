"""The statements of a cell, and which names of the module each of them binds, reads and changes."""

from __future__ import annotations

import ast
import symtable
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from grader.intake.bindings import Definition, same_scope

Single = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
PLAIN = (
    ast.Constant, ast.Name, ast.Tuple, ast.List, ast.Dict, ast.Set, ast.UnaryOp, ast.expr_context,
    ast.unaryop,
)  # fmt: skip
PARTS = (ast.Attribute, ast.Subscript)
SET = (ast.Store, ast.Del)
IMPORTS = (ast.Import, ast.ImportFrom)
THERE = frozenset(sys.stdlib_module_names) | {"numpy", "torch"}  # what every worker can import
AT_ONCE = frozenset(
    {"listcomp", "setcomp", "dictcomp", "genexpr"}
)  # functions to symtable, yet run where they stand


@dataclass(frozen=True)
class Unit:
    """Statements that share their lines, nearly always one."""

    cell: int  # position among the cells of code
    first: int  # line in the cell, with decorators
    last: int
    nodes: tuple[ast.stmt, ...]
    binds: frozenset[str]
    now: frozenset[str]  # names of the module that it reads when it is executed
    later: frozenset[str]  # those that the functions in it read when they are called
    changes: frozenset[str]  # names whose objects it changes: a.b = 1, a[0] = 1
    calls_on: frozenset[str]  # names whose methods it calls for what they do: a.append(1), @a.register(int)
    acts: bool  # executing it calls something, class bodies and decorators included
    is_plain: bool  # it gives names values that are written out or have names already

    @property
    def definition(self) -> Definition | None:
        """The function or class that it is, if it is one and undecorated."""
        node = self.nodes[0]
        alone = len(self.nodes) == 1 and isinstance(node, Single) and not node.decorator_list
        return node if alone and isinstance(node, Single) else None

    @property
    def is_import(self) -> bool:
        """Whether it imports and does nothing else."""
        return all(isinstance(node, IMPORTS) for node in self.nodes)

    @property
    def is_foreign(self) -> bool:
        """Whether it imports what a worker may not have."""
        return self.is_import and any(foreign(node) for node in self.nodes)

    @property
    def is_future(self) -> bool:
        """Whether it is a `from __future__ import`, which must open a module."""
        return any(isinstance(node, ast.ImportFrom) and node.module == "__future__" for node in self.nodes)

    @property
    def is_star(self) -> bool:
        """Whether it binds names that nobody can see."""
        return any(isinstance(node, ast.ImportFrom) and node.names[0].name == "*" for node in self.nodes)

    @property
    def is_text(self) -> bool:
        """Whether it is a docstring or another constant, which does nothing."""
        return all(isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) for node in self.nodes)

    @property
    def is_nothing(self) -> bool:
        """Whether it only stands where a magic was."""
        return all(isinstance(node, ast.Pass) for node in self.nodes)


def foreign(node: ast.stmt) -> list[ast.alias]:
    """Return the parts of an import that ask for what a worker may not have."""
    match node:
        case ast.Import(names=names):
            return [alias for alias in names if alias.name.partition(".")[0] not in THERE]
        case ast.ImportFrom(names=names, level=level, module=module):
            there = not level and (module or "").partition(".")[0] in THERE
            return [] if there else [alias for alias in names if alias.name != "*"]
    return []


def units_of(tree: ast.Module, lines: Sequence[str], cell: int) -> Iterator[Unit]:
    """Yield the units of one cell.

    Raises:
        SyntaxError: names are used as Python does not allow, such as two parameters of one name.
    """
    group: list[ast.stmt] = []
    for node in tree.body:
        if group and _first(node) > (group[-1].end_lineno or 0):
            yield _unit(group, lines, cell)
            group = []
        group.append(node)
    if group:
        yield _unit(group, lines, cell)


def _unit(nodes: list[ast.stmt], lines: Sequence[str], cell: int) -> Unit:
    first, last = _first(nodes[0]), nodes[-1].end_lineno or nodes[-1].lineno
    while first > 1 and lines[first - 2].strip() == "\\":  # a line that goes on in the statement
        first -= 1
    binds, now, later = _names("\n".join(lines[first - 1 : last]), first)
    parts = [part for node in nodes for part in same_scope(node)]
    changes = {_root(part) for part in parts if isinstance(part, PARTS) and isinstance(part.ctx, SET)}
    called = [part.value for part in parts if isinstance(part, ast.Expr)]
    called += [decorator for node in nodes if isinstance(node, Single) for decorator in node.decorator_list]
    calls_on = {
        _root(call.func) for call in called if isinstance(call, ast.Call) and isinstance(call.func, PARTS)
    }
    return Unit(
        cell, first, last, tuple(nodes), binds, now, later, frozenset(changes - {""}), frozenset(calls_on - {""}),
        acts=any(isinstance(part, ast.Call) for node in nodes for part in _at_import(node)),
        is_plain=all(isinstance(node, ast.Assign) and _is_plain(node.value) for node in nodes),
    )  # fmt: skip


def _first(node: ast.stmt) -> int:
    decorators = node.decorator_list if isinstance(node, Single) else []
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])


def _names(text: str, first: int) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """Return what a text binds in the module, what it reads at once, and what it reads later."""
    try:
        table = symtable.symtable(text, "cell", "exec")
    except SyntaxError as error:
        error.lineno = (error.lineno or 1) + first - 1
        raise
    symbols = table.get_symbols()
    binds = {
        name.get_name() for name in symbols if name.is_assigned() or name.is_imported() or name.is_namespace()
    }
    now, later = {name.get_name() for name in symbols if name.is_referenced()}, set[str]()
    waiting = [(child, False) for child in table.get_children()]
    while waiting:
        scope, inside = waiting.pop()
        inside = inside or (scope.get_type() == "function" and scope.get_name() not in AT_ONCE)
        (later if inside else now).update(
            name.get_name() for name in scope.get_symbols() if name.is_global() and name.is_referenced()
        )
        waiting += [(child, inside) for child in scope.get_children()]
    return frozenset(binds), frozenset(now), frozenset(later)


def _is_plain(value: ast.expr) -> bool:
    return all(isinstance(part, PLAIN) for part in ast.walk(value))


def _root(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _at_import(node: ast.stmt) -> Iterator[ast.AST]:
    """Yield what is executed when a statement is, without the bodies of its functions."""
    waiting: list[ast.AST] = [node]
    while waiting:
        part = waiting.pop()
        yield part
        if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef):
            waiting += [*part.decorator_list, *part.args.defaults, *filter(None, part.args.kw_defaults)]
        elif not isinstance(part, ast.Lambda):
            waiting += ast.iter_child_nodes(part)
