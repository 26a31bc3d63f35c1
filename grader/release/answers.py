"""Why a visible test cannot be handed out: what it needs would give an answer away."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Sequence

from grader.release.closure import Import, bound, read
from grader.release.cut import source_of
from grader.release.secrets import telling

FROM_THE_JUDGE = ("reference", "mistake")  # what grader.suite offers to the judge's side alone


def needs_the_reference(nodes: Sequence[ast.stmt]) -> bool:
    """Whether some statements read the reference solution, or known mistakes, when they run."""
    imported = {
        alias.asname or alias.name
        for node in nodes
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.name in FROM_THE_JUDGE
    }
    return any(imported & read(node) for node in nodes)


def answer_in(nodes: Sequence[ast.stmt], lines: Sequence[str], secret: Collection[str]) -> str | None:
    """Return what gives an answer away: a network of the suite's own, or a line of a solution; None for nothing."""
    for name in _networks(nodes):
        return f"class {name} is a network that answers a task"
    for node in nodes:
        for line in sorted(telling(source_of(lines, node)) & frozenset(secret)):
            return f"`{line}` stands in a solution"
    return None


def _networks(nodes: Sequence[ast.stmt]) -> Iterator[str]:
    """Yield the classes that derive from torch's own, directly or from one of these."""
    torch = {name for node in nodes if isinstance(node, Import) and _is_torch(node) for name in bound(node)}
    for node in nodes:
        if isinstance(node, ast.ClassDef) and any(read(base) & torch for base in node.bases):
            torch.add(node.name)
            yield node.name


def _is_torch(node: Import) -> bool:
    names = [node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
    return any(name.partition(".")[0] == "torch" for name in names)
