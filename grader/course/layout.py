"""The contract of a topic's four places: every file that must be there, nothing else, and stubs that say what the
solutions say.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Collection, Iterator
from pathlib import Path

from grader.course.course import Course, CourseError, StubError, Topic
from grader.course.problem import Problem, parse
from grader.course.stub import stale_stubs
from grader.course.suite_rules import mistakes_problems, shared_problems, suite_problems

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
            methods = node.body if isinstance(node, ast.ClassDef) else []
            named = [part for part in methods if isinstance(part, Definition) and _is_public(part.name)]
            found |= {f"{node.name}.{part.name}": part for part in named}
    return found


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


SHARED_SUITE_FILES = frozenset({"conftest.py"})
SHARED_BY_SUITES = "shared.py"  # of one topic, and beside its known mistakes; it may be missing
# imported by the grader
TAKEN = frozenset({"click", "grader", "nbformat", "numpy", "pytest", "rich", "torch"})
LEFT_BEHIND = frozenset({"__pycache__", "Thumbs.db"})


def layout_problems(course: Course) -> tuple[Problem, ...]:
    """Return every broken rule of the course: files, stubs, signatures, docstrings and tests."""
    problems = [*_places(course), *_stubs(course)]
    for topic in course.topics:
        problems += _topic_files(course, topic)
        problems += agreement_problems(course, topic)
        for folder in (course.suites / topic.slug, course.suites / topic.slug / "mistakes"):
            problems += shared_problems(folder / SHARED_BY_SUITES)
        for task in topic.tasks:
            problems += suite_problems(course.suite_file(task), task)
            problems += mistakes_problems(course.mistakes_file(task))
    return tuple(dict.fromkeys(problems))


def _places(course: Course) -> Iterator[Problem]:
    slugs = set(course.slugs)
    for slug in sorted(slugs & (TAKEN | sys.stdlib_module_names)):
        text = f"has the name of the module {slug}, which every import of it would then mean: choose another slug"
        yield Problem(course.exercises / slug, None, text)
    yield from _unexpected(course.exercises, slugs, "is no topic: give it a topic.toml, or remove it")
    modules = {f"{slug}.py" for slug in slugs}
    yield from _unexpected(course.solutions, modules, "is the solution of no topic: remove it")
    yield from _unexpected(course.suites, slugs | SHARED_SUITE_FILES, "belongs to no topic: remove it")


def _topic_files(course: Course, topic: Topic) -> Iterator[Problem]:
    exercise, suite = course.exercises / topic.slug, course.suites / topic.slug
    tests = {f"test_{task.name}.py" for task in topic.tasks}
    mistakes = {f"{task.name}.py" for task in topic.tasks}
    yield from _exactly(exercise, {"README.md", "topic.toml", f"{topic.slug}.py"}, {"figures", "figures.py"})
    yield from _missing(course.solutions, {f"{topic.slug}.py"})
    yield from _exactly(suite, tests | {"mistakes"}, {SHARED_BY_SUITES})
    yield from _exactly(suite / "mistakes", mistakes, {SHARED_BY_SUITES})


def _stubs(course: Course) -> Iterator[Problem]:
    try:
        for file in stale_stubs(course):
            yield Problem(file, None, "does not follow from its solution: generate the stubs again")
    except CourseError as error:
        if isinstance(error, StubError):
            yield Problem(error.file, error.line, error.fault)
        else:
            yield Problem(course.solutions, None, str(error))


def _exactly(folder: Path, names: set[str], optional: Collection[str] = ()) -> Iterator[Problem]:
    yield from _missing(folder, names)
    allowed = names.union(optional)
    yield from _unexpected(folder, allowed, f"is unexpected: only {', '.join(sorted(allowed))} belong here")


def _missing(folder: Path, names: set[str]) -> Iterator[Problem]:
    for name in sorted(names):
        if not (folder / name).exists():
            yield Problem(folder / name, None, "is missing: add it")


def _unexpected(folder: Path, names: set[str], text: str) -> Iterator[Problem]:
    for file in sorted(folder.iterdir()) if folder.is_dir() else ():
        if file.name not in names | LEFT_BEHIND and not file.name.startswith("."):
            yield Problem(file, None, text)
