"""Docstrings of tasks are short and their examples run; hints hold no line to paste; few tasks refuse arguments."""

from __future__ import annotations

import ast
import doctest
import importlib.util
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from grader.course import Task, Topic, load_course

COURSE = load_course()
CODE = re.compile(
    r"\w\.[a-z_]\w*\("  # a call of an attribute, as in x.sum(
    r"|\w=[\w\"'(\[-]"  # a keyword argument
    r"|[-+*/]=|\*\*| @ |\[:|, :\]"  # operators and slices of Python
    r"|\blambda\b|\bdef \w"
)
RAISES = re.compile(r"^\s*Raises\b.*:$", re.MULTILINE)  # the head of the section
TOPICS = [pytest.param(topic, id=topic.slug) for topic in COURSE.topics]


def _documented(tree: ast.Module) -> Iterator[tuple[str, int, int]]:
    """Yield the name, the lines of the docstring and the lines of code of each function and class."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            lines = len((ast.get_docstring(node) or "").splitlines())
            yield node.name, lines, sum(s.end_lineno - s.lineno + 1 for s in node.body[1:])


def _lines(file: Path, code: range) -> dict[str, int]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return {name: lines for name, lines, length in _documented(tree) if length in code}


@pytest.mark.parametrize("topic", TOPICS)
def test_a_docstring_has_at_most_15_lines_where_the_code_has_4_and_never_above_25(topic: Topic) -> None:
    file = COURSE.solution_file(topic.slug)
    assert {name: n for name, n in _lines(file, range(5)).items() if n > 15} == {}
    assert {name: n for name, n in _lines(file, range(1000)).items() if n > 25} == {}


@pytest.mark.parametrize("topic", TOPICS)
def test_three_hints_hold_no_code(topic: Topic) -> None:
    for task in topic.tasks:
        assert len(task.hints) == 3, task.id
        assert [hint for hint in task.hints if CODE.search(hint)] == [], task.id


@pytest.mark.parametrize(
    "hint", ["x.unsqueeze(1)", "torch.where(x > 0, x, 0)", "sum(dim=1)", "p -= lr * d", "w ** 2", "a @ b", "x[:, 0]"]
)
def test_a_line_to_paste_is_found_in_a_hint(hint: str) -> None:
    assert CODE.search(f"Then {hint} gives it.")


@pytest.fixture
def importable(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Solutions that import each other; none of them stays, since a suite's folder has the same name."""
    monkeypatch.syspath_prepend(COURSE.solutions)
    before = set(sys.modules)
    yield
    for slug in set(COURSE.slugs) - before:
        sys.modules.pop(slug, None)


@pytest.mark.usefixtures("importable")
@pytest.mark.parametrize("topic", TOPICS)
def test_every_example_prints_what_it_says_whatever_the_first_weights_are(topic: Topic) -> None:
    spec = importlib.util.spec_from_file_location(topic.slug, COURSE.solution_file(topic.slug))
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for seed in range(10):  # the weights that a network begins with are other ones on another day
        torch.manual_seed(seed)
        failed, tried = doctest.testmod(module)
        assert tried > 0
        assert failed == 0


def _says_what_it_refuses(task: Task) -> bool:
    """Tell whether the docstring of a task, or of a method of it, has a section `Raises`."""
    tree = ast.parse(COURSE.solution_file(task.topic).read_text(encoding="utf-8"))
    node = next(node for node in tree.body if getattr(node, "name", None) == task.name)
    documented = (part for part in ast.walk(node) if isinstance(part, ast.FunctionDef | ast.ClassDef))
    return any(RAISES.search(ast.get_docstring(part) or "") for part in documented)


def _tests_of_refusals(task: Task) -> list[str]:
    """Return the names of the tests of a task that call check_raises, or are about a refusal by their name."""
    text = COURSE.suite_file(task).read_text(encoding="utf-8")
    tests = (node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef))
    return [
        test.name for test in tests
        if "check_raises" in {getattr(part, "id", None) for part in ast.walk(test)} or "_refuse" in test.name
    ]  # fmt: skip


def test_at_most_40_tasks_refuse_arguments() -> None:
    """A refusal stays where it is the lesson: what would broadcast in silence, labels out of range."""
    tasks = [task.id for topic in COURSE.topics for task in topic.tasks if _says_what_it_refuses(task)]
    assert 1 <= len(tasks) <= 40


@pytest.mark.parametrize("topic", TOPICS)
def test_what_a_task_refuses_is_said_and_tested_in_at_most_three_tests(topic: Topic) -> None:
    tests = {task.id: _tests_of_refusals(task) for task in topic.tasks}
    said = {task.id for task in topic.tasks if _says_what_it_refuses(task)}
    assert {name for name, of_task in tests.items() if of_task} == said
    assert {name: of_task for name, of_task in tests.items() if len(of_task) > 3} == {}
