"""Which statements of a notebook belong to its module: the tasks, what they need, and nothing that only tries them."""

from __future__ import annotations

import builtins
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from grader.intake.bindings import closure
from grader.intake.notebook_units import Unit

MOST_REDEFINED = 50  # definitions that a later one replaces; of more than these all are kept
GIVEN = frozenset(dir(builtins)) | {"__name__", "__file__", "__doc__"}


def selected(units: Sequence[Unit], tasks: Collection[str], whole: Collection[int]) -> set[int]:
    """Return the positions of the units to keep.

    Kept is what binds a task, and from there everything that binds or changes a name that a kept unit reads. Of
    several definitions of one name the last counts, unless something between them is executed with an earlier one.
    A function, class or constant that no task needs is kept if nothing is executed for it but what is there already:
    a test may ask for it, and a task under a slightly other name is found.

    Args:
        units: of all cells, in order.
        tasks: the names that are asked for; every definition if none of them is there.
        whole: positions of units that are kept in any case.
    """
    roots = set(whole) | {at for at, unit in enumerate(units) if unit.is_star or unit.is_future}
    asked = {at for at, unit in enumerate(units) if not unit.binds.isdisjoint(tasks)}
    roots |= asked or {at for at, unit in enumerate(units) if unit.definition}
    old = _redefined(units) - set(whole)
    users = {at: _users(units, at) for at in old} if len(old) <= MOST_REDEFINED else {}
    old = set(users)
    while True:
        kept = reached(units, roots - old, old)
        used = {at for at in old if _is_used_between(units, at, kept, users[at])}
        if not used:
            return kept | _harmless(units, kept, old)
        old -= used


def _redefined(units: Sequence[Unit]) -> set[int]:
    """Return the definitions that a later definition of the same name replaces."""
    last: dict[str, int] = {}
    for at, unit in enumerate(units):
        if unit.definition:
            last[unit.definition.name] = at
    return {at for at, unit in enumerate(units) if unit.definition and last[unit.definition.name] != at}


def _users(units: Sequence[Unit], at: int) -> set[int]:
    """Return the units that may use a definition, by themselves or through what they use."""
    readers: dict[str, set[int]] = defaultdict(set)
    for position, unit in enumerate(units):
        for name in unit.now | unit.later:
            readers[name].add(position)
    names = closure(units[at].binds, lambda name: {bound for user in readers[name] for bound in units[user].binds})
    return {user for name in names for user in readers[name]}


def _is_used_between(units: Sequence[Unit], at: int, kept: Collection[int], users: Collection[int]) -> bool:
    """Tell whether something is executed with a definition before the next one of its name."""
    name = next(iter(units[at].binds))
    for later in range(at + 1, len(units)):
        unit = units[later]
        at_once = name in unit.now or name in unit.changes or (unit.acts and later in users)
        if later in kept and at_once:
            return True
        if unit.definition and unit.definition.name == name:
            return False
    return False


def reached(units: Sequence[Unit], roots: Iterable[int], left_out: Collection[int] = ()) -> set[int]:
    """Return the units that some need: what binds or changes a name that they read, and so on."""
    binding: dict[str, set[int]] = defaultdict(set)
    changing: dict[str, set[int]] = defaultdict(set)
    for at, unit in enumerate(units):
        for name in unit.binds if at not in left_out else ():
            binding[name].add(at)
        for name in unit.changes | unit.calls_on:
            changing[name].add(at)

    def needs(node: int | str) -> Iterable[int | str]:
        """Return what a unit reads and what changes what it binds; of a name, what binds it."""
        if isinstance(node, str):
            return binding[node]
        unit = units[node]
        return unit.now | unit.later | {
            other
            for name in (unit.binds if not unit.is_import else ())
            for other in changing[name]
            if _is_meant(units[other], unit, name)
        }

    begin: Iterable[int | str] = roots
    return {node for node in closure(begin, needs) if isinstance(node, int)}


def _is_meant(unit: Unit, bound_by: Unit, name: str) -> bool:
    """Tell whether a statement changes what a kept one has made; a call on a function or class only uses it."""
    return name in unit.changes or bound_by.definition is None


def _harmless(units: Sequence[Unit], kept: set[int], left_out: Collection[int]) -> set[int]:
    """Return further definitions and constants that need nothing but what is there already when they are executed."""
    more: set[int] = set()
    there, made = set(GIVEN), set[str]()
    for at, unit in enumerate(units):
        plain = unit.definition or (unit.is_plain and unit.changes <= made)
        if at not in kept and at not in left_out and plain and not unit.acts and unit.now <= there:
            more.add(at)
        if at in kept or at in more:
            there |= unit.binds
            made |= unit.binds if not unit.is_import else set()
    return more
