"""How a suite must be written, so that it leaks nothing and reads well on a learner's screen."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from grader.course.model import Task
from grader.course.problem import Problem, parse
from grader.course.scenarios import secrets
from grader.course.trust import comparisons

LONGEST = 79
SHARED = "shared.py"
ON_A_DEVICE = "device"  # in the name of a test that moves tensors to the accelerator
IMPORTS = frozenset({"pytest", "torch", "grader.suite"})


def suite_problems(file: Path, task: Task) -> Iterator[Problem]:
    """Check the suite of one task."""
    tree = parse(file) if file.exists() else None
    if isinstance(tree, Problem):
        yield tree
    if not isinstance(tree, ast.Module):
        return
    yield from _imports(file, tree)
    yield from _asserts(file, tree)
    yield from _secrets(file, tree)
    tests = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test")]
    if not tests:
        yield Problem(file, None, f"has no test: add one named test_{task.name}_...")
    for test in tests:
        yield from _test(file, test, task)
    if tests and task.computes and not any(ON_A_DEVICE in test.name for test in tests):
        remedy = f"add test_{task.name}_on_a_device, or say `computes = false` in topic.toml"
        yield Problem(file, None, f"has no test of {task.name} on a device: {remedy}")


def shared_problems(file: Path) -> Iterator[Problem]:
    """Check what several suites of a topic share, where there is such a file."""
    tree = parse(file) if file.exists() else None
    if isinstance(tree, Problem):
        yield tree
    if not isinstance(tree, ast.Module):
        return
    yield from _imports(file, tree)
    yield from _asserts(file, tree)
    yield from _secrets(file, tree)
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test"):
            yield Problem(file, node.lineno, f"{node.name} is never played here: move it into a test_*.py")


def mistakes_problems(file: Path) -> Iterator[Problem]:
    """Check the known mistakes of one task."""
    tree = parse(file) if file.exists() else None
    if isinstance(tree, Problem):
        yield tree
    if not isinstance(tree, ast.Module):
        return
    yield from _imports(file, tree)
    if not any(_is_mistake(node) for node in tree.body):
        yield Problem(file, None, 'has no known mistake: add a function under @mistake("...")')


def _secrets(file: Path, tree: ast.Module) -> Iterator[Problem]:
    shared = file.parent / SHARED
    beside = parse(shared) if shared.exists() and shared != file else None
    trees = [tree, beside] if isinstance(beside, ast.Module) else [tree]
    for line, name in secrets(*trees):
        remedy = "compare here what a scenario returns"
        yield Problem(file, line, f"a scenario knows {name}, and the submission reads it there: {remedy}")


def _test(file: Path, test: ast.FunctionDef, task: Task) -> Iterator[Problem]:
    sentence = ast.get_docstring(test)
    if not test.name.startswith(f"test_{task.name}_"):
        yield Problem(file, test.lineno, f"{test.name} must be called test_{task.name}_<rule>")
    if not sentence:
        yield Problem(
            file, test.lineno, f"{test.name} has no docstring: it is the line on the learner's screen"
        )
    elif len(sentence) > LONGEST or "\n" in sentence:
        fault = f"the docstring of {test.name} must be one line of at most {LONGEST} characters"
        yield Problem(file, test.lineno, f"{fault}, it has {len(sentence)}")
    for line, name in comparisons(test):
        remedy = "use check_close or check_equal, or check its shape before"
        yield Problem(file, line, f"{test.name} compares {name}, which the submission returned: {remedy}")


def _imports(file: Path, tree: ast.Module) -> Iterator[Problem]:
    for node in tree.body:
        modules: list[str] = []
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            modules = ["." * node.level + (node.module or "")]
        for module in modules:
            root = module.partition(".")[0]
            if not {module, root} & IMPORTS and root not in sys.stdlib_module_names:
                yield Problem(
                    file, node.lineno, f"imports {module}: a suite imports pytest, torch and grader.suite"
                )


def _asserts(file: Path, tree: ast.Module) -> Iterator[Problem]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Assert):
            text = "a bare assert prints hidden values to the learner: use check_that"
            yield Problem(file, node.lineno, text)


def _is_mistake(node: ast.stmt) -> bool:
    if not isinstance(node, ast.FunctionDef | ast.ClassDef):
        return False
    calls = [part.func for part in node.decorator_list if isinstance(part, ast.Call)]
    return any(getattr(call, "id", getattr(call, "attr", None)) == "mistake" for call in calls)
