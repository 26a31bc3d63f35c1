"""Mutants: which changes of a solution are made, which tests fail them, and what is said of those that live."""

from __future__ import annotations

import ast
import io

import pytest
from rich.console import Console

from grader.render import verification
from grader.verify.mutants import mutants_of

LOOSE = '''
import torch
from grader.suite import check_shape

def test_double_shape(submission):
    """The result has the shape of x."""
    check_shape(submission.double(torch.ones(3)), (3,))
'''


def after(code, task="f"):
    return [mutant.after for mutant in mutants_of(ast.parse(code), task)]


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


def test_mutation_score_lists_what_no_test_fails(made_up, proven):
    strict = proven(mutate=True).topics[0].tasks[0].mutation
    assert (strict.mutants, strict.survivors) == (5, ())
    made_up.suite(LOOSE)
    proof = proven(mutate=True)
    loose = proof.topics[0].tasks[0].mutation
    assert {(each.before, each.after) for each in loose.survivors} > {("2 * x", "2 / x"), ("2", "3")}
    text = io.StringIO()
    verification.show(proof, Console(file=text, width=100))
    assert "    - 2 * x\n    + 2 / x\n" in text.getvalue()


def test_mutants_are_not_played_unless_asked(proven):
    assert proven().topics[0].tasks[0].mutation is None
