"""Reading one file of a submission into text and syntax tree, whatever its bytes are."""

from __future__ import annotations

import ast
import os
import stat
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from grader.intake.bindings import bound_by_alias, is_for_scripts
from grader.intake.notebook_document import MOST_BYTES as MOST_NOTEBOOK_BYTES
from grader.intake.notebook_document import ModuleText
from grader.intake.notebook_module import MOST_STATEMENTS, module_of
from grader.intake.notebook_statements import Unit, foreign, reached, units_of
from grader.intake.python_text import MOST_BYTES, SourceProblem, UnreadableSource, decode, parse, shown

MOST_NAMED = 8  # imports in one note


@dataclass(frozen=True)
class Source:
    """A file that is Python, or a notebook read as one."""

    text: str
    tree: ast.Module
    notebook: ModuleText | None = None  # where the lines come from, and which cells could not be read
    notes: tuple[str, ...] = ()  # what of it is not graded

    def place(self, line: int) -> str:
        """Return what the learner calls a line: "line 7", or "cell 5, line 3"."""
        return self.notebook.place(line) if self.notebook else f"line {line}"


@dataclass(frozen=True)
class Content:
    """A file that was read elsewhere: its name and its bytes."""

    name: str
    data: bytes


def read_source(
    file: Path | Content, tasks: Collection[str] = (), topics: Collection[str] = ()
) -> Source | SourceProblem:
    """Read and parse a file or a notebook; every fault comes back as a SourceProblem, never as an exception.

    Args:
        file: whose name says which of the two it is.
        tasks: the names that are asked for, by which a notebook's cells are chosen.
        topics: modules that a stub may import for tasks still to come: of those that are left out nothing is said.
    """
    name = shown(file.name)
    is_notebook = file.name.casefold().endswith(".ipynb")
    try:
        most = MOST_NOTEBOOK_BYTES if is_notebook else MOST_BYTES
        data = file.data if isinstance(file, Content) else _read(file, name, most)
        return _of_notebook(data, name, tasks) if is_notebook else _of_module(data, name, tasks, topics)
    except UnreadableSource as fault:
        return fault.problem


def parse_source(data: bytes, name: str) -> Source | SourceProblem:
    """Do the same for bytes."""
    try:
        text = decode(data, name)
        return Source(text, parse(text, name))
    except UnreadableSource as fault:
        return fault.problem


def _of_module(
    data: bytes, name: str, tasks: Collection[str], topics: Collection[str]
) -> Source | SourceProblem:
    source = parse_source(data, name)
    if isinstance(source, SourceProblem):
        return source
    text, left_out = without_unneeded(source.text, source.tree, tasks, topics)
    if text == source.text:
        return source
    note = f"{name}: imports that no task uses are left out: {'; '.join(left_out[:MOST_NAMED])}"
    return Source(text, parse(text, name), notes=(note,) if left_out else ())


def _of_notebook(data: bytes, name: str, tasks: Collection[str]) -> Source | SourceProblem:
    module = module_of(data, name, tasks)
    if isinstance(module, SourceProblem):
        return module
    source = parse_source(module.text.encode(), name)
    return replace(source, notebook=module, notes=module.notes) if isinstance(source, Source) else source


def _read(path: Path, name: str, most: int) -> bytes:
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)  # a pipe must not block
    try:
        with open(os.open(path, flags), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise UnreadableSource(f"{name} is not an ordinary file: put the code into a plain text file.")
            return file.read(most + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UnreadableSource(
            f"{name} cannot be read ({reason}): check that it exists and may be read."
        ) from error


def without_unneeded(
    text: str, tree: ast.Module, tasks: Collection[str], topics: Collection[str]
) -> tuple[str, tuple[str, ...]]:
    """Return a module without foreign imports that no task needs, line for line, and what of no topic was left out.

    An import is needed where a task reads its name, or what a task uses does, or what runs when the module is imported.
    """
    strangers = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom) and foreign(node)]
    if not strangers or len(tree.body) > MOST_STATEMENTS:
        return text, ()
    try:
        read = _names_read(list(units_of(tree, text.split("\n"), 0)), tasks)
    except Exception:  # names that Python does not allow, too deep nesting: it is said when it is compiled
        return text, ()
    lines, said = text.split("\n"), []
    for node in reversed(strangers):
        dropped = [alias for alias in foreign(node) if bound_by_alias(alias) not in read]
        strange = [alias for alias in dropped if (getattr(node, "module", None) or alias.name) not in topics]
        if strange:
            said.append(f"line {node.lineno}: `{_import_written(node, strange)}`")
        if dropped:
            _replace(lines, node, dropped)
    return "\n".join(lines), tuple(reversed(said))


def _names_read(units: Sequence[Unit], tasks: Collection[str]) -> set[str]:
    """Return the names that are read when the module is imported, and by what its tasks reach."""
    definitions = {unit for unit in units if unit.definition}
    at_once = {unit for unit in units if not unit.is_import and not is_for_scripts(unit.nodes[0])}
    asked = {unit for unit in definitions if not unit.binds.isdisjoint(tasks)} or definitions
    needed = [unit.now | unit.later for unit in reached(units, asked | (at_once - definitions))]
    return set().union(*needed, *(unit.now for unit in at_once))


def _import_written(node: ast.Import | ast.ImportFrom, names: list[ast.alias]) -> str:
    if isinstance(node, ast.Import):
        return ast.unparse(ast.Import(names))
    return ast.unparse(ast.ImportFrom(node.module, names, node.level))


def _replace(lines: list[str], node: ast.Import | ast.ImportFrom, dropped: list[ast.alias]) -> None:
    """Put what is left of an import in its place; the lines below keep their numbers."""
    first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
    kept = [alias for alias in node.names if alias not in dropped]
    before = lines[first].encode()[: node.col_offset].decode()
    after = lines[last].encode()[node.end_col_offset :].decode()
    rest = _import_written(node, kept) if kept else "pass"
    lines[first : last + 1] = [f"{before}{rest}{after}", *[""] * (last - first)]
