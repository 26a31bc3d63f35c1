"""Imports that no task needs: what a worker does not have would fail the whole file there, so they are left out."""

from __future__ import annotations

import ast
from collections.abc import Collection, Sequence

from grader.intake.notebook.select import reached
from grader.intake.notebook.units import Unit, foreign, units_of

MOST_STATEMENTS = 5000  # of a module that is looked at, as of a notebook


def without_unneeded(text: str, tree: ast.Module, tasks: Collection[str]) -> tuple[str, tuple[str, ...]]:
    """Return a module without foreign imports that no task needs, line for line, and what was left out.

    An import is needed where a task reads its name, or what a task uses does, or what runs when the module is imported.
    """
    strangers = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom) and foreign(node)]
    if not strangers or len(tree.body) > MOST_STATEMENTS:
        return text, ()
    try:
        read = _read(list(units_of(tree, text.split("\n"), 0)), tasks)
    except Exception:  # names that Python does not allow, or nesting that is too deep: it is said when it is compiled
        return text, ()
    lines, said = text.split("\n"), []
    for node in reversed(strangers):
        dropped = [alias for alias in foreign(node) if _bound(alias) not in read]
        if dropped:
            said.append(f"line {node.lineno}: `{_written(node, dropped)}`")
            _replace(lines, node, dropped)
    return "\n".join(lines), tuple(reversed(said))


def _read(units: Sequence[Unit], tasks: Collection[str]) -> set[str]:
    """Return the names that are read when the module is imported, and by what its tasks reach."""
    definitions = {at for at, unit in enumerate(units) if unit.definition}
    at_once = {at for at, unit in enumerate(units) if not unit.is_import and not _is_main(unit)}
    asked = {at for at in definitions if not units[at].binds.isdisjoint(tasks)} or definitions
    needed = [units[at].now | units[at].later for at in reached(units, asked | (at_once - definitions))]
    return set().union(*needed, *(units[at].now for at in at_once))


def _is_main(unit: Unit) -> bool:
    """Whether it is what `if __name__ == "__main__":` guards, which is not run where a module is imported."""
    node = unit.nodes[0]
    return isinstance(node, ast.If) and not node.orelse and ast.unparse(node.test) in (
        "__name__ == '__main__'",
        "'__main__' == __name__",
    )  # fmt: skip


def _bound(alias: ast.alias) -> str:
    return alias.asname or alias.name.partition(".")[0]


def _written(node: ast.Import | ast.ImportFrom, names: list[ast.alias]) -> str:
    if isinstance(node, ast.Import):
        return ast.unparse(ast.Import(names))
    return ast.unparse(ast.ImportFrom(node.module, names, node.level))


def _replace(lines: list[str], node: ast.Import | ast.ImportFrom, dropped: list[ast.alias]) -> None:
    """Put what is left of an import in its place; the lines below keep their numbers."""
    first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
    kept = [alias for alias in node.names if alias not in dropped]
    before = lines[first].encode()[: node.col_offset].decode()
    after = lines[last].encode()[node.end_col_offset :].decode()
    rest = _written(node, kept) if kept else "pass"
    lines[first : last + 1] = [f"{before}{rest}{after}", *[""] * (last - first)]
