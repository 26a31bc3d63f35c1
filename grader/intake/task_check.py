"""The static check of one task: whether it is there, was attempted and has the signature that is asked for."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from grader.course.suggestions import suggestions
from grader.intake.bindings import Definition, bindings_of, is_text, same_scope
from grader.intake.python_text import shown

Function = ast.FunctionDef | ast.AsyncFunctionDef


def is_attempted(theirs: Definition, ours: Definition, given: Definition | None = None) -> bool:
    """Tell whether somebody has written something into a definition.

    A class is untouched while every method is, apart from those that the stub already gives whole.

    Args:
        theirs: the submission's definition.
        ours: the reference's.
        given: the stub's; where its body is not the reference's, as in code to mend, it counts as nothing written.
    """
    if not isinstance(theirs, ast.ClassDef):
        return not _is_untouched(theirs, _to_mend(given, ours))
    stubs = methods(given) if given else {}
    to_mend = {name: _to_mend(stubs.get(name), mine) for name, mine in methods(ours).items()}
    whole = {_dumped(method) for method in methods(given or ours).values()}
    there = methods(theirs)
    touched = [method for name, method in there.items() if not _is_untouched(method, to_mend.get(name))]
    if len(touched) == len(there):
        has_fields = any(isinstance(node, ast.Assign | ast.AnnAssign) for node in theirs.body)
        return bool(touched) or not methods(ours) or has_fields
    return any(_dumped(method) not in whole for method in touched)


def is_as_given(theirs: Definition, given: Definition) -> bool:
    """Tell whether a definition is the stub's: nothing written into it, or what the stub gives whole."""
    if isinstance(theirs, ast.ClassDef) or isinstance(given, ast.ClassDef):
        return _dumped(theirs) == _dumped(given) or not is_attempted(theirs, given)
    return _is_untouched(theirs, given)


def is_stub(function: Function) -> bool:
    """Tell whether a body does nothing, or must run into its `raise NotImplementedError`."""
    body = _body(function)
    if all(_is_nothing(statement) for statement in body):
        return True
    for statement in body:
        if _is_not_implemented(statement):
            return True
        if any(isinstance(node, ast.Return | ast.Yield | ast.YieldFrom) for node in same_scope(statement)):
            return False
    return False


def methods(definition: Definition) -> dict[str, Function]:
    """Return the methods that stand directly in a class, the last of each name."""
    body = definition.body if isinstance(definition, ast.ClassDef) else []
    return {node.name: node for node in body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def _is_untouched(function: Function, to_mend: Function | None) -> bool:
    return is_stub(function) or (to_mend is not None and _same_body(function, to_mend))


def _to_mend(given: Definition | None, ours: Definition) -> Function | None:
    """Return what a stub gives, if that is a body and not the reference's."""
    if given is None or isinstance(given, ast.ClassDef) or isinstance(ours, ast.ClassDef):
        return None
    return None if is_stub(given) or _same_body(given, ours) else given


def _same_body(one: Function, other: Function) -> bool:
    """Compare two bodies as Python reads them: docstring, comments and layout do not count."""
    return list(map(_dumped, _body(one))) == list(map(_dumped, _body(other)))


def _dumped(node: ast.AST) -> str:
    """Return a tree as text; no two are the same that are too deeply nested for it."""
    try:
        return ast.dump(node)
    except RecursionError:
        return f"{id(node)}"


def _body(function: Function) -> list[ast.stmt]:
    return function.body[1:] if ast.get_docstring(function, clean=False) is not None else function.body


def _is_nothing(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Pass) or is_text(statement) or _is_not_implemented(statement)


def _is_not_implemented(statement: ast.stmt) -> bool:
    raised = statement.exc if isinstance(statement, ast.Raise) else None
    raised = raised.func if isinstance(raised, ast.Call) else raised
    return isinstance(raised, ast.Name) and raised.id == "NotImplementedError"


MOST_SHOWN = 200


@dataclass(frozen=True)
class Parameter:
    """One parameter: where it stands, how it may be passed, and its default if it has one."""

    number: int
    name: str
    by_position: bool
    by_name: bool
    default: ast.expr | None


def written(function: Function, name: str) -> str:
    """Return a signature as it is written, without annotations: "softmax(x, dim=1)"."""
    try:
        arguments = copy.deepcopy(function.args)
        for node in ast.walk(arguments):
            if isinstance(node, ast.arg):
                node.annotation = None
        text = f"{name}({ast.unparse(arguments)})"
    except RecursionError:
        text = f"{name}(...)"
    return text if len(text) <= MOST_SHOWN else text[: MOST_SHOWN - 3] + "..."


def fault_of(theirs: Function, ours: Function, method: bool = False) -> str | None:
    """Say how a signature breaks the contract; None when it keeps it.

    More parameters with defaults are welcome, and so are `*args` and `**kwargs`. In a method the first
    parameter may have any name.
    """
    if theirs.args.vararg and theirs.args.kwarg:
        return None
    got, want = _parameters(theirs, method), _parameters(ours, method)
    return next(_faults(got, want, named_at_will=theirs.args.kwarg is not None), None)


def _parameters(function: Function, method: bool) -> list[Parameter]:
    """Return the parameters, those of a method without its first."""
    arguments = function.args
    listed = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    positional = len(listed) - len(arguments.kwonlyargs)
    defaults = [*[None] * (positional - len(arguments.defaults)), *arguments.defaults, *arguments.kw_defaults]
    return [
        Parameter(at + 1 - method, each.arg, at < positional, at >= len(arguments.posonlyargs), default)
        for at, (each, default) in enumerate(zip(listed, defaults, strict=True))
    ][method:]


def _faults(got: list[Parameter], want: list[Parameter], *, named_at_will: bool) -> Iterator[str]:
    found, asked = {each.name: each for each in got}, {each.name for each in want}
    for ours in want:
        if ours.name not in found and not (named_at_will and not ours.by_position):
            yield f"the parameter {ours.name!r} is missing"
    both = [(found[ours.name], ours) for ours in want if ours.name in found]
    for theirs, ours in both:
        if ours.by_position and not theirs.by_position:
            yield f"the parameter {ours.name!r} cannot be given by position"
        if ours.by_name and not theirs.by_name:
            yield f"the parameter {ours.name!r} cannot be given by name"
        if ours.by_position and theirs.number != ours.number:
            yield f"the parameter {ours.name!r} is number {theirs.number}, not {ours.number}"
    for theirs, ours in both:
        if ours.default and not theirs.default:
            yield f"the parameter {ours.name!r} has no default"
        elif theirs.default and ours.default and not _same(theirs.default, ours.default):
            yield f"the default of {ours.name!r} is {_text(theirs.default)}, not {_text(ours.default)}"
    for theirs in got:
        if theirs.name not in asked and not theirs.default:
            yield f"the parameter {theirs.name!r} is not asked for, and has no default"


def _same(theirs: ast.expr, ours: ast.expr) -> bool:
    try:
        return bool(ast.literal_eval(theirs) == ast.literal_eval(ours))
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return True  # a name or an expression: only running it shows the value


def _text(default: ast.expr) -> str:
    try:
        text = ast.unparse(default)
    except RecursionError:
        return "an expression"
    return text if len(text) <= 40 else text[:37] + "..."


NOT_THERE = "nothing of this name"  # what is got of a task that is in the file under no name
KINDS = {ast.ClassDef: "a class", ast.AsyncFunctionDef: "an async function", ast.FunctionDef: "a function"}
MOST_NAMES = 2000  # among which a near match is looked for


class TaskState(StrEnum):
    """What the source alone shows about a task."""

    DEFINED = "defined"  # as asked, as far as can be read
    UNSEEN = "unseen"  # bound by assignment, import, or inside if or try: only running it shows
    NOT_ATTEMPTED = "not_attempted"
    MISSING = "missing"  # not in the file, under no name
    MISNAMED = "misnamed"  # under another name, or in another place
    WRONG_KIND = "wrong_kind"
    WRONG_SIGNATURE = "wrong_signature"


@dataclass(frozen=True)
class TaskCheck:
    """The state of a task, and the facts of a message where something is to be said."""

    state: TaskState
    line: int | None = None
    expected: str | None = None
    got: str | None = None
    next: str | None = None

    @property
    def ok(self) -> bool:
        """Whether the task can be run."""
        return self.state in (TaskState.DEFINED, TaskState.UNSEEN)


def check_task(tree: ast.Module, reference: ast.Module, name: str, stub: ast.Module | None = None) -> TaskCheck:
    """Check one task of a submission's tree against the reference's tree.

    Args:
        tree: the submission.
        reference: the reference.
        name: the task.
        stub: the exercise as it was given, for tasks whose body is given to be mended.

    Raises:
        LookupError: the reference itself does not define the task.
    """
    ours = bindings_of(reference).last(name)
    if not isinstance(ours, Definition):
        raise LookupError(f"the reference does not define {name!r}: define it there by def or class")
    theirs = bindings_of(tree).last(name)
    if theirs is None:
        return _missing(tree, ours)
    line = theirs.lineno
    if not isinstance(theirs, Definition):
        return TaskCheck(TaskState.UNSEEN, line)
    kind = KINDS[type(ours)]
    if type(theirs) is not type(ours):
        remedy = f"write `{'class' if isinstance(ours, ast.ClassDef) else 'def'} {name}`"
        got = f"{KINDS[type(theirs)]} in line {line}"
        return TaskCheck(TaskState.WRONG_KIND, line, f"{kind} {name}", got, remedy)
    given = bindings_of(stub).last(name) if stub else None
    if not is_attempted(theirs, ours, given if isinstance(given, Definition) else None):
        return TaskCheck(TaskState.NOT_ATTEMPTED, line)
    return _wrong_signature(theirs, ours) or TaskCheck(TaskState.DEFINED, line)


def _missing(tree: ast.Module, ours: Definition) -> TaskCheck:
    if bindings_of(tree).may_hide(ours.name):
        return TaskCheck(TaskState.UNSEEN)
    expected = f"{KINDS[type(ours)]} {ours.name}"
    for line, got, remedy in _elsewhere(tree, ours.name):
        return TaskCheck(TaskState.MISNAMED, line, expected, got, remedy)
    return TaskCheck(TaskState.MISSING, None, expected, NOT_THERE, f"copy {ours.name} from the exercise")


def _elsewhere(tree: ast.Module, name: str) -> Iterator[tuple[int, str, str]]:
    """Yield where the task may be all the same, with what is there and what to do: deeper, or under a near name."""
    for outer in (statement for statement in tree.body if isinstance(statement, Definition)):
        for node in ast.walk(outer):
            if isinstance(node, Definition) and node.name == name:
                got = f"{name} inside {outer.name}, line {node.lineno}"
                yield node.lineno, got, f"move {name} to the left margin of the file"
    bindings = bindings_of(tree).by_name
    for bound in suggestions(name, list(bindings)[:MOST_NAMES], cutoff=0.75):
        line = bindings[bound][-1].lineno
        yield line, f"{shown(bound)[:100]}, line {line}", f"rename it to {name}"


def _wrong_signature(theirs: Definition, ours: Definition) -> TaskCheck | None:
    got, want = _signed(theirs), _signed(ours)
    if got is None or want is None or got.decorator_list:
        return None
    fault = fault_of(got, want, method=isinstance(ours, ast.ClassDef))
    if fault is None:
        return None
    shown = f"{written(got, ours.name)} in line {got.lineno}: {fault}"
    remedy = "restore the signature of the exercise"
    return TaskCheck(TaskState.WRONG_SIGNATURE, got.lineno, written(want, ours.name), shown, remedy)


def _signed(definition: Definition) -> Function | None:
    """Return what takes the arguments: a function itself, and `__init__` of a class."""
    return methods(definition).get("__init__") if isinstance(definition, ast.ClassDef) else definition
