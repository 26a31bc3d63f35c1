"""How a suite must be written, so that it leaks nothing and reads well on a learner's screen."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Generator, Iterator, Set
from pathlib import Path

from grader.course.course import Task
from grader.course.problem import Problem, parse

LONGEST = 79
SHARED = "shared.py"
ON_A_DEVICE = "device"  # in the name of a test that moves tensors to the accelerator
IMPORTS = frozenset({"pytest", "torch", "grader.suite"})


def suite_problems(file: Path, task: Task) -> Iterator[Problem]:
    """Check the suite of one task."""
    tree = yield from _parsed(file)
    if tree is None:
        return
    yield from _leaks(file, tree)
    tests = _tests(tree)
    if not tests:
        yield Problem(file, None, f"has no test: add one named test_{task.name}_...")
    for test in tests:
        yield from _test(file, test, task)
    if tests and task.computes and not any(ON_A_DEVICE in test.name for test in tests):
        remedy = f"add test_{task.name}_on_a_device, or say `computes = false` in topic.toml"
        yield Problem(file, None, f"has no test of {task.name} on a device: {remedy}")


def shared_problems(file: Path) -> Iterator[Problem]:
    """Check what several suites of a topic share, where there is such a file."""
    tree = yield from _parsed(file)
    if tree is None:
        return
    yield from _leaks(file, tree)
    for test in _tests(tree):
        yield Problem(file, test.lineno, f"{test.name} is never played here: move it into a test_*.py")


def mistakes_problems(file: Path) -> Iterator[Problem]:
    """Check the known mistakes of one task."""
    tree = yield from _parsed(file)
    if tree is None:
        return
    yield from _imports(file, tree, IMPORTS | {Path(SHARED).stem})
    if not any(_is_mistake(node) for node in tree.body):
        yield Problem(file, None, 'has no known mistake: add a function under @mistake("...")')


def _parsed(file: Path) -> Generator[Problem, None, ast.Module | None]:
    """Return the tree of a file that is there, and tell what keeps it from being parsed."""
    tree = parse(file) if file.exists() else None
    if isinstance(tree, Problem):
        yield tree
        return None
    return tree


def _tests(tree: ast.Module) -> list[ast.FunctionDef]:
    return [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test")]


def _leaks(file: Path, tree: ast.Module) -> Iterator[Problem]:
    """Check what would give something hidden away."""
    yield from _imports(file, tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Assert):
            text = "a bare assert prints hidden values to the learner: use check_that"
            yield Problem(file, node.lineno, text)
    yield from _secrets(file, tree)


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
        yield Problem(file, test.lineno, f"{test.name} has no docstring: it is the line on the learner's screen")
    elif len(sentence) > LONGEST or "\n" in sentence:
        fault = f"the docstring of {test.name} must be one line of at most {LONGEST} characters"
        yield Problem(file, test.lineno, f"{fault}, it has {len(sentence)}")
    for line, name in comparisons(test):
        remedy = "use check_close or check_equal, or check its shape before"
        yield Problem(file, line, f"{test.name} compares {name}, which the submission returned: {remedy}")


def _imports(file: Path, tree: ast.Module, allowed: Set[str] = IMPORTS) -> Iterator[Problem]:
    for node in tree.body:
        modules: list[str] = []
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            modules = ["." * node.level + (node.module or "")]
        for module in modules:
            root = module.partition(".")[0]
            if not {module, root} & allowed and root not in sys.stdlib_module_names:
                yield Problem(file, node.lineno, f"imports {module}: a suite imports pytest, torch and grader.suite")


def _is_mistake(node: ast.stmt) -> bool:
    if not isinstance(node, ast.FunctionDef | ast.ClassDef):
        return False
    calls = [part.func for part in node.decorator_list if isinstance(part, ast.Call)]
    return any(getattr(call, "id", getattr(call, "attr", None)) == "mistake" for call in calls)


SHIPPING = frozenset({"run", "build"})  # `apart` goes to a process that the submission never meets
SECRET = re.compile(r"_*(want|wanted|expect|expected|oracle|secret|held_?out|reference)(_.*)?")
JUDGING = re.compile(r"check_\w+|reference")


def secrets(*trees: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield line and name of each thing that only the judge may know, in scenarios and what they are given.

    The first tree is the file that is asked about; a scenario may be defined in any of them.
    """
    shipped: set[str] = set()
    for call in (node for node in ast.walk(trees[0]) if _ships(node)):
        assert isinstance(call, ast.Call)
        scenario, *given = [*call.args, *(keyword.value for keyword in call.keywords)]
        shipped |= {part for part in (getattr(scenario, "id", None), getattr(scenario, "attr", None)) if part}
        yield from (
            (node.lineno, node.id) for value in given for node in _names(value) if SECRET.fullmatch(node.id)
        )
    for function in (node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
        if function.name in shipped:
            yield from _inside(function)


def _ships(node: ast.AST) -> bool:
    match node:
        case ast.Call(func=ast.Attribute(attr=attr, value=ast.Name(id="submission")), args=[_, *_]):
            return attr in SHIPPING
    return False


def _names(value: ast.AST) -> Iterator[ast.Name]:
    return (node for node in ast.walk(value) if isinstance(node, ast.Name))


def _inside(function: ast.FunctionDef) -> Iterator[tuple[int, str]]:
    for node in ast.walk(function):
        match node:
            case ast.Call(func=ast.Name(id=name)) if JUDGING.fullmatch(name):
                yield node.lineno, name
            case ast.arg(arg=name) | ast.Name(id=name, ctx=ast.Store()) if SECRET.fullmatch(name):
                yield node.lineno, name


COMPARING = frozenset({"allclose", "equal", "isclose", "eq", "ne"})
SAFE = (ast.Is, ast.IsNot)  # these ask the object nothing


def comparisons(test: ast.FunctionDef) -> Iterator[tuple[int, str]]:
    """Yield line and name of each comparison that would ask an unchecked value of the submission.

    A name is unchecked from the line where it is assigned from a call on `submission` until a
    `check_*` has had it as its first argument.
    """
    nested = {id(part) for node in ast.walk(test) if _is_inner(node, test) for part in ast.walk(node)}
    unchecked: set[str] = set()
    for node in sorted((node for node in ast.walk(test) if id(node) not in nested), key=_done_at):
        if (operands := _operands(node)) and (name := _unchecked_in(operands, unchecked)):
            yield getattr(node, "lineno", 0), name
        names, value = _assigned(node)
        if value is not None:
            unchecked = unchecked | names if _comes_from_submission(value, unchecked) else unchecked - names
        unchecked -= _checked(node)


def _is_inner(node: ast.AST, test: ast.FunctionDef) -> bool:
    return isinstance(node, ast.FunctionDef) and node is not test


def _done_at(node: ast.AST) -> tuple[int, int]:
    """Where Python is done with a node: a loop has its names before its body runs."""
    end = node.iter if isinstance(node, ast.For | ast.comprehension) else node
    return getattr(end, "end_lineno", 0), getattr(end, "end_col_offset", 0)


def _operands(node: ast.AST) -> list[ast.expr]:
    match node:
        case ast.Compare(left=left, comparators=right, ops=ops) if not all(
            isinstance(op, SAFE) for op in ops
        ):
            return [left, *right]
        case ast.Call(func=ast.Attribute(attr=attr, value=value), args=arguments) if attr in COMPARING:
            return [value, *arguments]
    return []


def _unchecked_in(operands: list[ast.expr], unchecked: set[str]) -> str | None:
    for node in (node for operand in operands for node in ast.walk(operand)):
        if isinstance(node, ast.Name) and node.id in unchecked:
            return node.id
        if _is_submission_call(node):
            return "the result of a call"
    return None


def _assigned(node: ast.AST) -> tuple[set[str], ast.expr | None]:
    match node:
        case ast.Assign(targets=targets, value=value):
            return _stored(targets), value
        case (
            ast.AnnAssign(target=target, value=ast.expr() as value)
            | ast.NamedExpr(target=target, value=value)
        ):
            return _stored([target]), value
        case ast.For(target=target, iter=value) | ast.comprehension(target=target, iter=value):
            return _stored([target]), value
    return set(), None


def _stored(targets: list[ast.expr]) -> set[str]:
    return {part.id for target in targets for part in ast.walk(target) if isinstance(part, ast.Name)}


def _comes_from_submission(value: ast.expr, unchecked: set[str]) -> bool:
    """Follow attributes, indices and calls down to where a value comes from."""
    match value:
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            return any(_comes_from_submission(part, unchecked) for part in parts)
        case ast.Name(id=name):
            return name in unchecked
        case ast.Attribute(value=inner) | ast.Subscript(value=inner) | ast.Call(func=inner):
            return _is_submission_call(value) or _comes_from_submission(inner, unchecked)
    return False


def _is_submission_call(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call):
        return False
    function: ast.AST = node.func
    while isinstance(function, ast.Attribute | ast.Call):
        function = function.value if isinstance(function, ast.Attribute) else function.func
    return isinstance(function, ast.Name) and function.id == "submission"


def _checked(node: ast.AST) -> set[str]:
    match node:
        case ast.Call(func=ast.Name(id=name), args=[first, *_]) if name.startswith("check_"):
            return {part.id for part in ast.walk(first) if isinstance(part, ast.Name)}
    return set()
