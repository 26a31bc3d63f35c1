"""Mutation testing of a suite: each small change of the reference has to fail a test, or else changes nothing."""

from __future__ import annotations

import ast
import contextlib
import copy
import signal
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import FrameType, ModuleType
from typing import Any

import pytest

from grader.course import Task
from grader.judge.runner import Runner, is_statistical
from grader.judge.subject import NamespaceSubject
from grader.report import Verdict
from grader.verify.mutation_operators import changed, changed_blocks, is_refusal, with_fields

BLOCKS = ("body", "orelse", "finalbody")
DECIDE_NOTHING = ("decorator_list", "annotation", "returns", "bases")
SECONDS = 10.0  # that a test of a mutant may take: some never end


@dataclass(frozen=True)
class Mutant:
    """The code of a task with one change: its own definition, and those of the private helpers that it uses."""

    line: int
    before: str
    after: str
    tree: ast.Module

    def variant(self, name: str, module: ModuleType) -> Any:
        """Return the changed function or class, which sees all else of its module as it is."""
        namespace = dict(vars(module))
        exec(compile(self.tree, f"<{name}, changed in line {self.line}>", "exec"), namespace)
        return namespace[name]


@dataclass(frozen=True)
class Survivor:
    """A mutant that passes every test."""

    line: int  # of the solution
    before: str
    after: str


@dataclass(frozen=True)
class MutationScore:
    """How many mutants of a task there are, and those that no test fails."""

    mutants: int = 0
    survivors: tuple[Survivor, ...] = ()


def mutation_score(runner: Runner, task: Task, items: Sequence[pytest.Item]) -> MutationScore:
    """Play the tests of a task against each of its mutants until one fails; tests that train or sample come last."""
    module = runner.references.module(task.topic)
    mutants = list(mutants_of(runner.references.tree(task.topic), task.name))
    in_order, survivors = sorted(items, key=is_statistical), list[Survivor]()
    for mutant in mutants:
        if not _is_killed(runner, task, in_order, mutant, module):
            survivors.append(Survivor(mutant.line, mutant.before, mutant.after))
    return MutationScore(len(mutants), tuple(survivors))


def _is_killed(
    runner: Runner, task: Task, items: Sequence[pytest.Item], mutant: Mutant, module: ModuleType
) -> bool:
    try:
        variant = mutant.variant(task.name, module)
    except Exception:  # code that cannot even be executed: an import would tell
        return True
    subject = NamespaceSubject(runner.references.with_variant(task, variant), runner.references, is_explained=False)
    try:
        for item in items:
            with _ended_after(SECONDS):
                if runner.play(item, subject).verdict is not Verdict.PASS:
                    return True
    except _Late:
        return True
    return False


class _Late(KeyboardInterrupt):
    """A test of a mutant took too long; of a class that no test and no session takes for its own failure."""


@contextlib.contextmanager
def _ended_after(seconds: float) -> Iterator[None]:
    """Raise _Late in here after so many seconds, where the system has such an alarm."""
    if not hasattr(signal, "setitimer"):
        yield
        return

    def late(number: int, frame: FrameType | None) -> None:
        raise _Late

    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def mutants_of(tree: ast.Module, task: str) -> Iterator[Mutant]:
    """Yield the mutants of a task."""
    parts = _parts(tree, task)
    for i, part in enumerate(parts):
        for path, node in _nodes(part):
            for other in _changes(node):
                whole = ast.Module([*parts[:i], _replaced(part, path, other), *parts[i + 1 :]], [])
                old, new = _difference(node, other)
                line = getattr(node, "lineno", part.lineno)
                yield Mutant(line, old, new, ast.fix_missing_locations(copy.deepcopy(whole)))


def _parts(tree: ast.Module, task: str) -> list[ast.stmt]:
    """Return the definition of a task with the private ones that it reaches, in the order of the file."""
    known = {node.name: node for node in tree.body if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
    names, found = [task], set[str]()
    while names:
        found.add(name := names.pop())
        used = {each.id for each in ast.walk(known[name]) if isinstance(each, ast.Name)}
        names += [each for each in used & known.keys() - found if each.startswith("_")]
    return [node for name, node in known.items() if name in found and not _refuses(node)]


def _refuses(node: ast.stmt) -> bool:
    """Whether a helper does nothing but refuse bad input."""
    return isinstance(node, ast.FunctionDef) and all(map(is_refusal, _without_docstring(node.body)))


Path = tuple[tuple[str, int | None], ...]


def _nodes(node: ast.AST, path: Path = ()) -> Iterator[tuple[Path, ast.AST]]:
    """Yield the nodes that decide what a definition computes, with their paths: no annotations, no refusals."""
    yield path, node
    for name, value in ast.iter_fields(node):
        several = value if isinstance(value, list) else [value]
        for i, each in enumerate(several if name not in DECIDE_NOTHING else ()):
            if isinstance(each, ast.AST) and not (isinstance(each, ast.stmt) and is_refusal(each)):
                yield from _nodes(each, (*path, (name, i if several is value else None)))


def _changes(node: ast.AST) -> Iterator[ast.AST]:
    yield from changed(node)
    for name in BLOCKS:
        block = getattr(node, name, None)
        if isinstance(block, list):
            rest = _without_docstring(block)
            kept = block[: len(block) - len(rest)]
            yield from (with_fields(node, **{name: [*kept, *other]}) for other in changed_blocks(rest))


def _without_docstring(block: list[ast.stmt]) -> list[ast.stmt]:
    first = block[0].value if block and isinstance(block[0], ast.Expr) else None
    return block[1:] if isinstance(first, ast.Constant) else block


def _replaced(node: ast.AST, path: Path, other: ast.AST) -> Any:
    """Return a tree with another node at a path; what is not on the path is shared."""
    if not path:
        return other
    (name, i), value = path[0], getattr(node, path[0][0])
    if i is None:
        return with_fields(node, **{name: _replaced(value, path[1:], other)})
    return with_fields(node, **{name: [*value[:i], _replaced(value[i], path[1:], other), *value[i + 1 :]]})


def _difference(node: ast.AST, other: ast.AST) -> tuple[str, str]:
    """Return the lines in which two nodes differ."""
    old, new = (ast.unparse(ast.fix_missing_locations(copy.deepcopy(each))).splitlines() for each in (node, other))
    while old[1:] and new[1:] and old[0] == new[0]:
        old, new = old[1:], new[1:]
    while old[1:] and new[1:] and old[-1] == new[-1]:
        old, new = old[:-1], new[:-1]
    return "\n".join(old), "\n".join(new)
