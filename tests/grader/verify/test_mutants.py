"""Mutants: which changes of a solution are made, which tests fail them, and what is said of those that live."""

from __future__ import annotations

import ast
import functools
import importlib.util
import sys
from pathlib import Path

import pytest

from grader.course import load_course

FILE = Path(__file__).parents[2] / "mutants.py"
spec = importlib.util.spec_from_file_location("mutants", FILE)
assert spec is not None and spec.loader is not None
mutants = sys.modules["mutants"] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(mutants)


LOOSE = '''
import torch
from grader.suite import check_shape

def test_double_shape(submission):
    """The result has the shape of x."""
    check_shape(submission.double(torch.ones(3)), (3,))
'''


def after(code, task="f"):
    return [each.after for each in mutants.mutants_of(ast.parse(code), task)]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("a - b", ["a + b", "a"]),
        ("a @ b", ["b @ a"]),
        ("-a", ["a"]),
        ("a < b", ["a <= b"]),
        ("a and b", ["a or b", "a", "b"]),
        ("a if b else c", ["a", "c"]),
        ("x.mean(1)", ["x.sum(1)", "x", "2", "0"]),
        ("x.sum(keepdim=True)", ["x.mean(keepdim=True)", "x.sum()", "x", "False"]),
        ("x.detach()", ["x"]),
        ("torch.exp(x)", ["x"]),
        ("f(a, b)", ["a", "f(b, a)"]),
        ("x[1:]", [":", "2", "0"]),
        ("x.T", ["x"]),
        ("1e-08", ["1e-07"]),
        ("0.9", ["0.09999999999999998", "1.8"]),
        ("'text'", []),
    ],
)
def test_mutants_of_an_expression(code, expected):
    assert after(f"def f(x):\n    return {code}\n") == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("model.eval()", {"model.train()", "model", "    pass"}),
        ("x += y", {"x -= y", "x = y", "    pass"}),
        ("with torch.no_grad():\n        y = x", {"    y = x"}),
        ("if x:\n        y = x", {"    pass", "    y = x"}),
    ],
)
def test_mutants_of_a_statement(code, expected):
    assert set(after(f"def f(x):\n    {code}\n")) == expected


def test_mutants_exchange_two_steps_that_depend_on_each_other():
    def exchanged(first, second):
        code = f"def f(x):\n    {first}\n    {second}\n"
        return any(text.splitlines() == [f"    {second}", f"    {first}"] for text in after(code))

    assert exchanged("loss.backward()", "loss.item()")
    assert exchanged("y = x", "z = y")
    assert not exchanged("y = x", "z = x")


def test_mutants_change_private_helpers_and_no_refusal_or_annotation():
    code = """
def _half(x: Tensor = 3) -> Tensor:
    return x / 2

def _refuse(x):
    if x < 1:
        raise ValueError(x + 1)

def other(x):
    return x - 1

def f(x):
    "Text."
    if x == 0:
        raise ValueError("x")
    _refuse(x)
    return _half(x)
"""
    assert set(after(code)) == {"x * 2", "x", "2 / x", "3", "1", "4", "2", "    pass"}


def test_mutants_that_no_test_fails_are_listed_as_differences(made_up, monkeypatch):
    task = load_course(made_up.package).tasks[0]
    monkeypatch.setattr(mutants, "load_course", functools.partial(load_course, made_up.package))
    strict = mutants.play(task.id)
    assert (strict.mutants, strict.survivors) == (5, ())
    made_up.suite(LOOSE)
    loose = mutants.play(task.id)
    assert {(each.before, each.after) for each in loose.survivors} > {("2 * x", "2 / x"), ("2", "3")}
    head, *lines = mutants.told(task.id, loose)
    assert head == f"{task.id}  {5 - len(loose.survivors)} of 5 mutants fail a test"
    assert "    - 2 * x\n    + 2 / x" in "\n".join(lines)
