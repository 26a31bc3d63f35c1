"""A suite cut down to some of its tests: their text as it stands, with the helpers and imports that they need."""

from __future__ import annotations

import ast
import sys
import textwrap
from collections.abc import Collection, Iterator, Sequence

from grader.release.closure import Import, needed, read

WIDTH = 100


def cut(text: str, wanted: Collection[str], docstring: str, also: Collection[str] = ()) -> str:
    """Return the text of a module with only what `wanted` needs, under a docstring of its own.

    Args:
        text: the module.
        wanted: names of functions, classes and constants.
        docstring: what stands in place of its own.
        also: names that somebody else reads, so that their imports stay.
    """
    nodes = needed(ast.parse(text), wanted)
    names = {name for node in nodes for name in read(node)} | set(also)
    imports = [node for node in nodes if isinstance(node, Import)]
    others = [node for node in nodes if not isinstance(node, Import)]
    lines = text.splitlines()
    blocks = [f'"""{docstring}"""', "\n".join(_imports(imports, names)), *_blocks(lines, others)]
    return "\n".join(block for block in blocks if block).rstrip("\n") + "\n"


def source_of(lines: Sequence[str], node: ast.stmt) -> str:
    """Return the lines of a statement with its decorators."""
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    first = min([node.lineno, *(part.lineno for part in decorators)])
    return "\n".join(lines[first - 1 : node.end_lineno])


def _blocks(lines: Sequence[str], nodes: Sequence[ast.stmt]) -> Iterator[str]:
    for node in nodes:
        gap = "\n\n" if isinstance(node, ast.FunctionDef | ast.ClassDef) else "\n" if node is nodes[0] else ""
        yield gap + source_of(lines, node)


def _imports(nodes: Sequence[Import], names: Collection[str]) -> Iterator[str]:
    """Yield the imports without what nobody reads any more, a blank line between Python's own, others, the grader's."""
    before = None
    for node in nodes:
        kept = [alias for alias in node.names if (alias.asname or alias.name.partition(".")[0]) in names]
        if kept:
            root = _root(node)
            group = 2 if root == "grader" else int(root not in sys.stdlib_module_names)
            if group != before:
                yield ""
            before = group
            yield _import(node, kept)


def _root(node: Import) -> str:
    module = node.module if isinstance(node, ast.ImportFrom) else node.names[0].name
    return (module or "").partition(".")[0]


def _import(node: Import, kept: list[ast.alias]) -> str:
    if isinstance(node, ast.Import):
        return ast.unparse(ast.Import(kept))
    line = ast.unparse(ast.ImportFrom(node.module, kept, node.level))
    if len(line) <= WIDTH:
        return line
    head, _, tail = line.partition(" import ")
    return (
        f"{head} import (\n{textwrap.fill(tail, WIDTH, initial_indent='    ', subsequent_indent='    ')}\n)"
    )
