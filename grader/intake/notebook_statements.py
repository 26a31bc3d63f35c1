"""The statements of cells with the names that each binds, reads and changes; and which of them make up a module."""

from __future__ import annotations

import ast
import builtins
import symtable
import sys
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from grader.intake.bindings import Definition, closure, first_line, is_text, same_scope

PLAIN = (
    ast.Constant, ast.Name, ast.Tuple, ast.List, ast.Dict, ast.Set, ast.UnaryOp, ast.expr_context,
    ast.unaryop,
)  # fmt: skip
PARTS = (ast.Attribute, ast.Subscript)
SET = (ast.Store, ast.Del)
IMPORTS = (ast.Import, ast.ImportFrom)
THERE = frozenset(sys.stdlib_module_names) | {"numpy", "torch"}  # what every worker can import
AT_ONCE = {"listcomp", "setcomp", "dictcomp", "genexpr"}  # functions to symtable, yet run where they stand


@dataclass(frozen=True, eq=False)
class Unit:
    """Statements that share their lines, nearly always one."""

    cell: int  # position among the cells of code
    first: int  # line in the cell, with decorators
    last: int
    nodes: tuple[ast.stmt, ...]
    binds: set[str]
    now: set[str]  # names of the module that it reads when it is executed
    later: set[str]  # those that the functions in it read when they are called
    changes: set[str]  # names whose objects it changes: a.b = 1, a[0] = 1
    calls_on: set[str]  # names whose methods it calls for what they do: a.append(1), @a.register(int)
    acts: bool  # executing it calls something, class bodies and decorators included
    is_plain: bool  # it gives names values that are written out or have names already

    @property
    def definition(self) -> Definition | None:
        """The function or class that it is, if it is one and undecorated."""
        node = self.nodes[0]
        if len(self.nodes) > 1 or not isinstance(node, Definition) or node.decorator_list:
            return None
        return node

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
        return all(map(is_text, self.nodes))

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
        if group and first_line(node) > (group[-1].end_lineno or 0):
            yield _unit(group, lines, cell)
            group = []
        group.append(node)
    if group:
        yield _unit(group, lines, cell)


def _unit(nodes: list[ast.stmt], lines: Sequence[str], cell: int) -> Unit:
    first, last = first_line(nodes[0]), nodes[-1].end_lineno or nodes[-1].lineno
    while first > 1 and lines[first - 2].strip() == "\\":  # a line that goes on in the statement
        first -= 1
    binds, now, later = _names("\n".join(lines[first - 1 : last]), first)
    parts = [part for node in nodes for part in same_scope(node)]
    changes = {_root(part) for part in parts if isinstance(part, PARTS) and isinstance(part.ctx, SET)}
    called = [part.value for part in parts if isinstance(part, ast.Expr)]
    called += [decorator for node in nodes if isinstance(node, Definition) for decorator in node.decorator_list]
    methods = [call.func for call in called if isinstance(call, ast.Call) and isinstance(call.func, PARTS)]
    return Unit(
        cell, first, last, tuple(nodes), binds, now, later, changes - {""}, set(map(_root, methods)) - {""},
        acts=any(isinstance(part, ast.Call) for node in nodes for part in _at_import(node)),
        is_plain=all(isinstance(node, ast.Assign) and _is_plain(node.value) for node in nodes),
    )  # fmt: skip


def _names(text: str, first: int) -> tuple[set[str], set[str], set[str]]:
    """Return what a text binds in the module, what it reads at once, and what it reads later."""
    try:
        table = symtable.symtable(text, "cell", "exec")
    except SyntaxError as error:
        error.lineno = (error.lineno or 1) + first - 1
        raise
    symbols = table.get_symbols()
    bound = [each for each in symbols if each.is_assigned() or each.is_imported() or each.is_namespace()]
    binds = {each.get_name() for each in bound}
    now, later = {name.get_name() for name in symbols if name.is_referenced()}, set[str]()
    waiting = [(child, False) for child in table.get_children()]
    while waiting:
        scope, inside = waiting.pop()
        inside = inside or (scope.get_type() == "function" and scope.get_name() not in AT_ONCE)
        (later if inside else now).update(
            name.get_name() for name in scope.get_symbols() if name.is_global() and name.is_referenced()
        )
        waiting += [(child, inside) for child in scope.get_children()]
    return binds, now, later


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


MOST_REDEFINED = 50  # definitions that a later one replaces; of more than these all are kept
GIVEN = frozenset(dir(builtins)) | {"__name__", "__file__", "__doc__"}


def selected(units: Sequence[Unit], tasks: Collection[str], whole: set[Unit]) -> set[Unit]:
    """Return the units to keep.

    Kept is what binds a task, and from there everything that binds or changes a name that a kept unit reads. Of
    several definitions of one name the last counts, unless something between them is executed with an earlier one.
    A function, class or constant that no task needs is kept if nothing is executed for it but what is there already:
    a test may ask for it, and a task under a slightly other name is found.

    Args:
        units: of all cells, in order.
        tasks: the names that are asked for; every definition if none of them is there.
        whole: units that are kept in any case.
    """
    roots = whole | {unit for unit in units if unit.is_star or unit.is_future}
    asked = {unit for unit in units if not unit.binds.isdisjoint(tasks)}
    roots |= asked or {unit for unit in units if unit.definition}
    # a definition that a later one of its name replaces
    last = {unit.definition.name: unit for unit in units if unit.definition}
    old = {unit for unit in units if unit.definition and last[unit.definition.name] is not unit} - whole
    users = {unit: _users(units, unit) for unit in old} if len(old) <= MOST_REDEFINED else {}
    old = set(users)
    while True:
        kept = reached(units, roots - old, old)
        used = {unit for unit in old if _is_used_between(units, unit, kept, users[unit])}
        if not used:
            return kept | _harmless(units, kept, old)
        old -= used


def _users(units: Sequence[Unit], made: Unit) -> set[Unit]:
    """Return the units that may use a definition, by themselves or through what they use."""
    readers = defaultdict[str, set[Unit]](set)
    for unit in units:
        for name in unit.now | unit.later:
            readers[name].add(unit)
    names = closure(made.binds, lambda name: {bound for user in readers[name] for bound in user.binds})
    return {user for name in names for user in readers[name]}


def _is_used_between(units: Sequence[Unit], made: Unit, kept: Collection[Unit], users: Collection[Unit]) -> bool:
    """Tell whether something is executed with a definition before the next one of its name."""
    name = next(iter(made.binds))
    for unit in units[units.index(made) + 1 :]:
        if unit in kept and (name in unit.now or name in unit.changes or (unit.acts and unit in users)):
            return True
        if unit.definition and unit.definition.name == name:
            return False
    return False


def reached(units: Sequence[Unit], roots: Iterable[Unit], left_out: Collection[Unit] = ()) -> set[Unit]:
    """Return the units that some need: what binds or changes a name that they read, and so on."""
    binding, changing = defaultdict[str, set[Unit]](set), defaultdict[str, set[Unit]](set)
    for unit in units:
        for name in unit.binds if unit not in left_out else ():
            binding[name].add(unit)
        for name in unit.changes | unit.calls_on:
            changing[name].add(unit)

    def needs(node: Unit | str) -> Iterable[Unit | str]:
        """Return what a unit reads and what changes what it binds; of a name, what binds it."""
        if isinstance(node, str):
            return binding[node]
        made = node.binds if not node.is_import else set[str]()
        # A call on a function or class only uses it.
        also = {unit for name in made for unit in changing[name] if not node.definition or name in unit.changes}
        return node.now | node.later | also

    begin: Iterable[Unit | str] = roots
    return {node for node in closure(begin, needs) if isinstance(node, Unit)}


def _harmless(units: Sequence[Unit], kept: set[Unit], left_out: Collection[Unit]) -> set[Unit]:
    """Return further definitions and constants that need nothing but what is there already when they are executed."""
    more = set[Unit]()
    there, made = set(GIVEN), set[str]()
    for unit in units:
        plain = unit.definition or (unit.is_plain and unit.changes <= made)
        if unit not in kept and unit not in left_out and plain and not unit.acts and unit.now <= there:
            more.add(unit)
        if unit in kept or unit in more:
            there |= unit.binds
            made |= unit.binds if not unit.is_import else set()
    return more
