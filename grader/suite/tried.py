"""A check that the learner writes, tried on code of ours: it has to tell wrong code from right code.

What it is tried on is made of torch's own functions in the worker. There all of it has one name and no docstring, its
source cannot be read, and which one is wrong only the judge knows.
"""

from __future__ import annotations

import ast
import inspect
import math
import textwrap
from collections.abc import Callable, Sequence
from typing import Any

import torch

from grader.proxy.errors import SubmissionError
from grader.proxy.submission import Submission
from grader.suite.behaviour import MOST_SAID
from grader.suite.failure import TRIED, CheckFailure, Evidence, kind_of
from grader.suite.random import Random

Code = Callable[..., Any]  # a function or a class that needs nothing but torch and math
RIGHT = 5  # calls with right code at least, and as many with wrong code at most: an order is hardly ever guessed
MOST_IDLE = 8  # statements that say nothing, so that code which is known is not known by its bytes


def check_accepts(submission: Submission, task: str, right: Code, rng: Random) -> None:
    """Check that the learner's `task`, as check_softmax, raises nothing for right code.

    Raises:
        CheckFailure: it raised; the docstring of `right` says in the message for what.
    """
    _judge([(right, _tried(submission, task, right, rng))], None)


def check_catches(submission: Submission, task: str, wrong: Code, right: Sequence[Code], rng: Random) -> None:
    """Check that the learner's `task` raises AssertionError for wrong code and nothing for any right code.

    All of `right` is tried, and `wrong` several times, in an order that is drawn.

    Raises:
        CheckFailure: it raised for right code, or let the wrong code through.
    """
    codes = [*right, *right][: max(RIGHT, len(right))] + [wrong] * int(rng.integers(3, RIGHT + 1, 1))
    _judge([(code, _tried(submission, task, code, rng)) for code in _mixed(codes, wrong, rng)], wrong)


def _mixed(codes: Sequence[Code], wrong: Code, rng: Random) -> list[Code]:
    """Return codes in an order that is drawn, in which not all that is wrong comes first or last."""
    while True:
        mixed = [codes[i] for i in rng.permutation(len(codes)).tolist()]
        changes = sum((one is wrong) is not (other is wrong) for one, other in zip(mixed, mixed[1:], strict=False))
        if changes > 1:
            return mixed


def _tried(submission: Submission, task: str, code: Code, rng: Random) -> Any:
    """Return what the learner's check raises, or else returns."""
    name = task.removeprefix("check_")
    try:
        return getattr(submission, task)(submission.build(made, _plain(code, name, rng), name))
    except NotImplementedError:
        raise
    except SubmissionError as problem:
        return problem
    finally:
        submission.last_call = ""


def made(text: str, name: str) -> Any:
    """Make what `text` defines; played where the submission lives."""
    space: dict[str, object] = {"torch": torch, "math": math}
    exec(text, space)
    return space[name]


def _plain(code: Code, name: str, rng: Random) -> str:
    """Return the source of a function or class under another name, without what is written for people."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(code)))
    top = next(node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef))
    top.name, top.decorator_list = name, []
    idle = ast.parse("_ = 0\n" * int(rng.integers(0, MOST_IDLE, 1))).body
    for node in ast.walk(top):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            said = ast.get_docstring(node) is not None
            node.body = [*(idle if isinstance(node, ast.FunctionDef) else []), *node.body[said:]]
    return ast.unparse(top)


def _judge(played: Sequence[tuple[Code, Any]], wrong: Code | None) -> None:
    """Raise for the first right code that was refused, else for wrong code that got through."""
    evidence = Evidence(TRIED, [[code.__name__, _came(found)] for code, found in played])
    for code, found in played:
        if code is not wrong and isinstance(found, SubmissionError):
            what = f"a right one that {inspect.getdoc(code)}"
            raise CheckFailure(what, "no exception", str(found)[:MOST_SAID], evidence)
    for code, found in played:
        if code is wrong and _came(found) != "AssertionError":
            returned = "no exception" if found is None else f"{kind_of(found)}, and no exception"
            got = str(found)[:MOST_SAID] if isinstance(found, SubmissionError) else returned
            raise CheckFailure(None, "an AssertionError, for this code is wrong", got, evidence)


def _came(found: Any) -> str:
    """Say what came of a call; what was returned counts by its type, since none is asked for."""
    return found.kind if isinstance(found, SubmissionError) else type(found).__name__
