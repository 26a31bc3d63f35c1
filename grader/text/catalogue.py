"""All texts of a topic in English, by key, gathered from where they are written.

Sentences of mistakes and of checks lie in the hidden suite: this is for the trusted side.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from grader.course import Course, Task, Topic
from grader.course.problem import parse
from grader.text import keys


def catalogue_of(course: Course, topic: Topic) -> dict[str, str]:
    """Return the English texts of a topic, in the order in which a translator meets them."""
    found = {keys.topic_title(topic.slug): topic.title}
    for task in topic.tasks:
        found |= _open_texts(task)
        found |= dict(_checks(course, task))
        found |= dict(_mistakes(course, task))
    return found


def sentence_of(course: Course, task: Task, test: str) -> str:
    """Return the English sentence of a test, by its name with or without parameters; empty if it has none."""
    return dict(_checks(course, task)).get(keys.check(task.id, test), "")


def _open_texts(task: Task) -> dict[str, str]:
    hints = {keys.hint(task.id, number): hint for number, hint in enumerate(task.hints, 1)}
    differs = {keys.differs(task.id): task.differs} if task.differs else {}
    return {keys.title(task.id): task.title, **hints, **differs}


def _checks(course: Course, task: Task) -> Iterator[tuple[str, str]]:
    file = course.suite_file(task)
    tree = parse(file) if file.is_file() else None
    for node in tree.body if isinstance(tree, ast.Module) else ():
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            sentence = ast.get_docstring(node) or ""
            if sentence:
                yield keys.check(task.id, node.name), sentence.splitlines()[0].strip()


def _mistakes(course: Course, task: Task) -> Iterator[tuple[str, str]]:
    """Yield the sentences of known mistakes; they are executed, since some are made in a loop."""
    from grader.judge.references import References
    from grader.learner.advice import advice_on

    if not course.mistakes_file(task).is_file():
        return
    for mistake in References(course).mistakes(task):
        yield keys.mistake(task.id, mistake.name), mistake.sentence
        if advice := advice_on(course, task, mistake.name):
            yield keys.advice(task.id, mistake.name), advice
