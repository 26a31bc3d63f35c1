"""Stub and solution say the same: one signature and one docstring for each definition."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from grader.course.model import Course, Topic
from grader.course.problem import Problem, parse

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def agreement_problems(course: Course, topic: Topic) -> Iterator[Problem]:
    """Compare the stub and the solution of a topic, and look for every task in both."""
    stub, solution = course.stub_file(topic.slug), course.solution_file(topic.slug)
    trees = {file: parse(file) for file in (stub, solution) if file.exists()}
    yield from (tree for tree in trees.values() if isinstance(tree, Problem))
    listed = {file: _public(tree) for file, tree in trees.items() if isinstance(tree, ast.Module)}
    for file, definitions in listed.items():
        yield from _tasks(file, definitions, topic)
    if len(listed) == 2:
        yield from _differences(stub, listed[stub], solution, listed[solution])


def _tasks(file: Path, definitions: dict[str, ast.AST], topic: Topic) -> Iterator[Problem]:
    for task in topic.tasks:
        found = definitions.get(task.name)
        if not isinstance(found, Definition):
            yield Problem(file, None, f"does not define {task.name}, a task of topic.toml: add it")
        elif not ast.get_docstring(found):
            yield Problem(file, found.lineno, f"{task.name} has no docstring: say what the learner must know")


def _differences(
    stub: Path, ours: dict[str, ast.AST], solution: Path, theirs: dict[str, ast.AST]
) -> Iterator[Problem]:
    for name in sorted(ours.keys() ^ theirs.keys()):
        file, other = (stub, solution) if name in ours else (solution, stub)
        line = getattr((ours | theirs)[name], "lineno", None)
        yield Problem(file, line, f"defines {name}, which {other.name} does not in {other.parent.name}")
    for name in sorted(ours.keys() & theirs.keys()):
        line = getattr(ours[name], "lineno", None)
        if _signature(ours[name]) != _signature(theirs[name]):
            yield Problem(stub, line, f"the signature of {name} differs from the solution's")
        if _docstring(ours[name]) != _docstring(theirs[name]):
            yield Problem(stub, line, f"the docstring of {name or 'the module'} differs from the solution's")


def _public(tree: ast.Module) -> dict[str, ast.AST]:
    """Return the module itself under "", its public definitions, and the methods of public classes."""
    found: dict[str, ast.AST] = {"": tree}
    for node in tree.body:
        if isinstance(node, Definition) and not node.name.startswith("_"):
            found[node.name] = node
            methods = [part for part in node.body if isinstance(part, Definition)] if _is_class(node) else []
            found |= {f"{node.name}.{part.name}": part for part in methods if _is_public(part.name)}
    return found


def _is_class(node: ast.AST) -> bool:
    return isinstance(node, ast.ClassDef)


def _is_public(name: str) -> bool:
    return not name.startswith("_") or (name.startswith("__") and name.endswith("__"))


def _signature(node: ast.AST) -> str:
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            decorators = [ast.unparse(decorator) for decorator in node.decorator_list]
            returns = ast.unparse(node.returns) if node.returns else ""
            return f"{type(node).__name__} {decorators} ({ast.unparse(node.args)}) {returns}"
        case ast.ClassDef(bases=bases):
            return f"class {[ast.unparse(base) for base in bases]}"
    return ""


def _docstring(node: ast.AST) -> str | None:
    return ast.get_docstring(node, clean=False) if isinstance(node, Definition | ast.Module) else None
