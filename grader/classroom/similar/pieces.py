"""Submissions in pieces that can be compared, as tokens without what a copier changes first.

What is left out: names, comments, docstrings, annotations, layout. There is one piece for each task, and one for what
stands around them. A definition becomes a line of tokens in the order of its syntax tree. Literals, operators,
attributes and the names of what is imported or built in are kept as they are; names that the learner has chosen are
marked, so that a window of tokens can number them in the order of their first use.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

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


def tokens_of(node: ast.AST, module_imports: Mapping[str, str], given: frozenset[str]) -> Tokens:
    """The tokens of a statement, or of the body of a definition: its head is given.

    Args:
        node: the statement or definition.
        module_imports: what the names that its module imports stand for: as written -> the module or object itself.
        given: names that the stub has: tasks, classes, helpers.
    """
    reader = _Reader(given)
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        reader.bind_arguments(node.args)
    body = node.body if isinstance(node, Definition) else [node]
    for part in body:
        if not _says_nothing(part):
            reader.read(part, getattr(node, "lineno", 1))
    imported = {**module_imports, **reader.imported}
    texts = (
        _meant(text, imported, reader.bound) if text.startswith(CHOSEN) else text for text in reader.texts
    )
    return Tokens(tuple(texts), tuple(reader.lines))


def imported_by(node: ast.Import | ast.ImportFrom) -> Mapping[str, str]:
    """What the names that an import binds stand for, whatever they were renamed to."""
    if isinstance(node, ast.Import):
        return {each.asname: each.name for each in node.names if each.asname}
    return {each.asname or each.name: f"{node.module}.{each.name}" for each in node.names}


def _meant(text: str, imported: Mapping[str, str], bound: set[str]) -> str:
    """What a name turned out to be once the whole definition has been read."""
    name = text[len(CHOSEN) :]
    if name in imported:
        return imported[name]
    return text if name in bound or name.startswith("self.") else name


@dataclass
class _Reader:
    given: frozenset[str]
    texts: list[str] = field(default_factory=list)  # every name as if it were chosen
    lines: list[int] = field(default_factory=list)
    bound: set[str] = field(default_factory=set)
    imported: dict[str, str] = field(default_factory=dict)

    def read(self, node: ast.AST, line: int) -> None:
        """Take in the tokens of a node and of what is in it."""
        if isinstance(node, ast.arguments):
            self.bind_arguments(node)
            return
        line = getattr(node, "lineno", line)
        for text in self._texts(node):
            self.texts.append(text)
            self.lines.append(line)
        for child in _children(node):
            self.read(child, line)

    def _texts(self, node: ast.AST) -> tuple[str, ...]:
        kind = type(node).__name__
        match node:
            case ast.Name(id=name, ctx=ast.Load() | ast.Del()):
                return (CHOSEN + name,)
            case ast.Name(id=name):
                return (self._bind(name),)
            case ast.Constant(value=value):
                return (repr(value),)
            case ast.Attribute(attr=name):
                return (f"{CHOSEN}self.{name}",) if _is_own_attribute(node) else (f".{name}",)
            case ast.keyword(arg=name):
                return (f"{name}=",)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                return (kind, self._bind(name))
            case ast.Import() | ast.ImportFrom():
                self.imported |= imported_by(node)
                return ()
            case ast.AnnAssign():
                return ("Assign",)
        return (kind,)

    def bind_arguments(self, arguments: ast.arguments) -> None:
        """Know the names of arguments; the head that they stand in counts for nothing."""
        for part in ast.walk(arguments):
            if isinstance(part, ast.arg):
                self._bind(part.arg)

    def _bind(self, name: str) -> str:
        if name not in self.given:
            self.bound.add(name)
        return CHOSEN + name


def _children(node: ast.AST) -> Iterator[ast.AST]:
    """What is in a node and counts: no annotation, docstring or context."""
    if isinstance(node, ast.Name | ast.Constant | ast.Import | ast.ImportFrom) or _is_own_attribute(node):
        return
    for name in node._fields:
        value = getattr(node, name, None)
        if name in NOT_CODE or value is None:
            continue
        for part in value if isinstance(value, list) else (value,):
            if isinstance(part, ast.AST) and not _says_nothing(part):
                yield part


def _is_own_attribute(node: ast.AST) -> bool:
    """`self.weight`, which is one name."""
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self"


def _says_nothing(node: ast.AST) -> bool:
    """A docstring, or text that stands for itself as comments do."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


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
    own = {node.name for node in tree.body if isinstance(node, Definition)} - given
    imported = _imported(tree)
    tasks = {task.name: task.id for task in topic.tasks}
    found: dict[str, Tokens] = {}
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            continue
        name = tasks.get(node.name) if isinstance(node, Definition) else None
        tokens = _marked(tokens_of(node, imported, given), own)
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


def _imported(tree: ast.Module) -> Mapping[str, str]:
    """What the names imported at the level of the module stand for."""
    names: dict[str, str] = {}
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            names |= imported_by(node)
    return names


def _marked(tokens: Tokens, own: set[str]) -> Tokens:
    """Tokens in which a call of the learner's own helper is a chosen name too."""
    if own.isdisjoint(tokens.texts):
        return tokens
    return Tokens(tuple(CHOSEN + text if text in own else text for text in tokens.texts), tokens.lines)


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
