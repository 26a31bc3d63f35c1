"""A submission in pieces that can be compared: one for each task, and one for what stands around them."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass

from grader.classroom.similar.tokens import CHOSEN, Names, Tokens, imported_by, tokens_of
from grader.course import Topic
from grader.intake.bindings import Definition

AROUND = "around the tasks"  # helpers and constants of a topic's file


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
    names = Names(_imported(tree), given)
    tasks = {task.name: task.id for task in topic.tasks}
    found: dict[str, Tokens] = {}
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            continue
        name = tasks.get(node.name) if isinstance(node, Definition) else None
        tokens = _marked(tokens_of(node, names), own)
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
