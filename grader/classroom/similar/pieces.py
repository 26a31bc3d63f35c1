"""Submissions in pieces that can be compared, as tokens without what a copier changes first.

What is left out: names, comments, docstrings, annotations, layout. There is one piece for each task, and one for what
stands around them. A definition becomes a line of tokens in the order of its syntax tree. Literals, operators,
attributes and the names of what is imported or built in are kept as they are; names that the learner has chosen are
marked, so that a window of tokens can number them in the order of their first use.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from grader.classroom.records import HandIn
from grader.course import Course, Topic
from grader.intake import SourceProblem
from grader.intake.bindings import Definition
from grader.intake.notebook_module import module_of

CHOSEN = "\0"  # begins a token that is a name which the learner has chosen
NOT_CODE = ("annotation", "returns", "ctx", "type_ignores", "type_params", "type_comment")
AROUND = "around the tasks"  # helpers and constants of a topic's file


@dataclass(frozen=True)
class Tokens:
    """A piece of code as tokens, each with the line that it stands in."""

    texts: tuple[str, ...] = ()
    lines: tuple[int, ...] = ()

    def __add__(self, other: Tokens) -> Tokens:
        return Tokens(self.texts + other.texts, self.lines + other.lines)

    def __len__(self) -> int:
        return len(self.texts)


def numbered(texts: tuple[str, ...]) -> tuple[str, ...]:
    """Tokens with each chosen name replaced by a number, in the order of first use."""
    seen: dict[str, str] = {}
    return tuple(
        seen.setdefault(text, f"{CHOSEN}{len(seen)}") if text.startswith(CHOSEN) else text for text in texts
    )


@dataclass(frozen=True)
class Names:
    """What is known of the names of a file: any other name is one that the learner has chosen."""

    given: frozenset[str]  # those that the stub defines: tasks, classes, helpers
    imported: Mapping[str, str]  # as written -> the module or object itself, whatever it was renamed to

    def meant(self, name: str) -> str:
        """Return the token of a name."""
        return self.imported.get(name) or (name if name in self.given or hasattr(builtins, name) else CHOSEN + name)

    def texts(self, node: ast.AST) -> tuple[str, ...]:
        """Return the tokens of a node itself."""
        match node:
            case ast.Name(id=name):
                return (self.meant(name),)
            case ast.Constant(value=value):
                return (repr(value),)
            case ast.Attribute(attr=name):
                return (f"{CHOSEN}self.{name}",) if _is_own_attribute(node) else (f".{name}",)
            case ast.keyword(arg=name):
                return (f"{name}=",)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                return (type(node).__name__, self.meant(name))
            case ast.AnnAssign():
                return ("Assign",)
        return (type(node).__name__,)


def names_of(tree: ast.AST, given: frozenset[str]) -> Names:
    """Return what is known of the names of a file, with what it imports anywhere."""
    imported: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imported |= {each.asname: each.name for each in node.names if each.asname}
            imported |= {each.name: each.name for each in node.names if not each.asname}
        elif isinstance(node, ast.ImportFrom):
            imported |= {each.asname or each.name: f"{node.module}.{each.name}" for each in node.names}
    return Names(given, imported)


def tokens_of(node: ast.AST, names: Names) -> Tokens:
    """The tokens of a statement, or of the body of a definition: its head is given."""
    found: list[tuple[str, int]] = []

    def read(node: ast.AST, line: int) -> None:
        line = getattr(node, "lineno", line)
        found.extend((text, line) for text in names.texts(node))
        for child in _children(node):
            read(child, line)

    for part in node.body if isinstance(node, Definition) else [node]:
        if not _says_nothing(part):
            read(part, getattr(node, "lineno", 1))
    return Tokens(tuple(text for text, _ in found), tuple(line for _, line in found))


def _children(node: ast.AST) -> Iterator[ast.AST]:
    """What is in a node and counts: no annotation, docstring or context, and no head of a function."""
    if isinstance(node, ast.Name | ast.Constant) or _is_own_attribute(node):
        return
    for name, value in ast.iter_fields(node):
        if name not in NOT_CODE:
            for part in value if isinstance(value, list) else (value,):
                if isinstance(part, ast.AST) and not _says_nothing(part):
                    yield part


def _is_own_attribute(node: ast.AST) -> bool:
    """`self.weight`, which is one name."""
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self"


def _says_nothing(node: ast.AST) -> bool:
    """A docstring or text that stands for itself as comments do, an import, the head of a function."""
    is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return is_text or isinstance(node, ast.Import | ast.ImportFrom | ast.arguments)


@dataclass(frozen=True)
class Piece:
    """One definition, or all that stands around the tasks of a topic."""

    task: str  # "losses.softmax", or "losses: around the tasks"
    tokens: Tokens
    source: tuple[str, ...]  # the lines of the whole file


def pieces_of(topic: Topic, data: bytes, given: frozenset[str]) -> dict[str, Piece]:
    """The pieces of one topic's file, by their names.

    Args:
        topic: the topic.
        data: the file.
        given: the names that the stub of the topic defines.

    Raises:
        SyntaxError: it is not Python.
    """
    tree, lines = _parsed(data)
    names, tasks = names_of(tree, given), {task.name: task.id for task in topic.tasks}
    found: dict[str, Tokens] = {}
    for node in tree.body:
        name = tasks.get(node.name) if isinstance(node, Definition) else None
        tokens = tokens_of(node, names)
        if name is None:
            around = f"{topic.slug}: {AROUND}"
            found[around] = found.get(around, Tokens()) + tokens
        else:
            found[name] = tokens
    return {name: Piece(name, tokens, lines) for name, tokens in found.items() if len(tokens)}


def given_names(stub: bytes) -> frozenset[str]:
    """The names that a stub defines."""
    tree, _ = _parsed(stub)
    return frozenset(node.name for node in tree.body if isinstance(node, Definition))


def _parsed(data: bytes) -> tuple[ast.Module, tuple[str, ...]]:
    try:
        text = data.decode("utf-8-sig")
        return ast.parse(text), tuple(text.splitlines())
    except (UnicodeDecodeError, ValueError, RecursionError, MemoryError) as problem:
        raise SyntaxError(str(problem)) from None


def submissions_of(
    course: Course, hand_ins: Iterable[HandIn], note: Callable[[str], None]
) -> dict[str, dict[str, bytes]]:
    """Student -> topic -> file; of several hand-ins the latest, and a notebook as the module that it makes up."""
    latest: dict[str, HandIn] = {}
    for hand_in in hand_ins:
        before = latest.get(hand_in.student.id)
        if before is None or before.attempt <= hand_in.attempt:
            latest[hand_in.student.id] = hand_in
    found = {student: _files(course, hand_in, note) for student, hand_in in latest.items()}
    return {student: files for student, files in found.items() if files}


def _files(course: Course, hand_in: HandIn, note: Callable[[str], None]) -> dict[str, bytes]:
    if hand_in.problem is not None:
        note(f"{hand_in.student.id} is left out: {hand_in.problem}")
    files: dict[str, bytes] = {}
    for file in sorted(hand_in.topic_files()):
        if file.topic not in course.slugs:
            continue
        if file.suffix == ".py":
            files[file.topic] = file.data
            continue
        module = module_of(file.data, file.name, [task.name for task in course.topic(file.topic).tasks])
        if isinstance(module, SourceProblem):
            note(f"{file.name} of {hand_in.student.id} is left out: {module}")
        else:
            files[file.topic] = module.text.encode("utf-8", "surrogatepass")
    return files
