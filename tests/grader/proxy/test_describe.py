"""A call in one line: what a learner can type again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch

from grader.proxy.calls import MOST_TEXT_OF_CALL, describe_call, describe_function
from grader.proxy.submission import Submission
from grader.suite import check_gradients
from grader.suite.failure import CheckFailure

Learner = Callable[[str], Submission]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (torch.tensor(3.0), "3 float32"),
        (torch.tensor([1.0, -0.25, 1 / 3]).double(), "[1, -0.25, 0.3333] float64"),
        (torch.tensor([[1, 2], [3, 4]]), "[[1, 2], [3, 4]] int64"),
        (torch.tensor([True, False]), "[True, False] bool"),
        (torch.zeros(9), "(9,) float32"),
        (torch.zeros(0, 3), "(0, 3) float32"),
        (torch.zeros(2, device="meta"), "(2,) float32"),
        (torch.ones(2, requires_grad=True), "[1, 1] float32"),
        ([torch.zeros(2), torch.ones(1)], "([0, 0] float32, [1] float32)"),
        ([torch.zeros(9)], "1 tensor (9,)"),
        ([torch.zeros(5), torch.zeros(4)], "2 tensors (5,), (4,)"),
        ([torch.zeros(3)] * 4, "4 tensors (3,), (3,), (3,), ..."),
        (0.1, "= 0.1"),
        ((3, 4), "= (3, 4)"),
        ("mean", "= 'mean'"),
        (None, "= None"),
        (list(range(100)), "a list of 100"),
        ({n: n for n in range(50)}, "a dict of 50"),
        (torch.Generator(), "a generator"),
    ],
)
def test_small_argument_is_shown_whole_and_a_large_one_by_what_it_is(value: Any, words: str) -> None:
    assert describe_call(["x", "y"], [value, 1], {}) == f"x {words}, y = 1"


def test_only_argument_without_a_name_has_no_number() -> None:
    assert describe_call(["argument 1"], [3], {}) == "the argument = 3"
    assert describe_call(["argument 1", "argument 2"], [3, 4], {}) == "argument 1 = 3, argument 2 = 4"


def test_call_of_many_arguments_is_cut() -> None:
    text = describe_call([f"argument {n}" for n in range(50)], range(50), {})
    assert len(text) == MOST_TEXT_OF_CALL and text.endswith("...")


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("def square():\n    return lambda x: (x**2).sum()", "lambda x: (x ** 2).sum()"),
        ("def cube():\n    def f(x):\n        return x**3\n    return f", "f(x) = x ** 3"),
        ("def bent(w):\n    def f(x):\n        y = w * x\n        return y.sin()\n    return f", "bent"),
        ("def pair():\n    return (lambda x: x), (lambda x: 2 * x)", "pair"),
        (f"def long():\n    return lambda x: {' + '.join(['x'] * 50)}", "long"),
        ("class Loader:\n    pass", ""),
    ],
)
def test_function_is_described_by_its_formula_or_its_name(source: str, words: str) -> None:
    assert describe_function(source) == words


def cube():
    return lambda x: x**3


def slopes(submission, x, steps):
    return submission.f(x)


def test_last_call_names_methods_functions_and_arguments_of_scenarios(learner: Learner) -> None:
    """A method has its own parameters and not those of the constructor; a function that was built has its formula."""
    submission = learner("""
        class Net:
            def __init__(self, width):
                self.width = width

            def __call__(self, x):
                return x

            def rate(self, t):
                return t

        def f(x, *rest):
            return x * 2

        def g(f):
            return f
    """)
    session = submission._session
    session.signatures = {
        "Net": ("width",), "Net.__call__": ("x",), "Net.rate": ("t",), "f": ("x",), "g": ("f",),
    }  # fmt: skip
    submission.run(slopes, torch.ones(2), 3)
    assert session.last_call == "x [1, 1] float32, steps = 3"
    net = submission.Net(3)
    assert session.last_call == "width = 3"
    net(torch.ones(2))
    assert session.last_call == "x [1, 1] float32" and session.last_function == "Net"
    net.rate(7)
    assert session.last_call == "t = 7"
    submission.f(torch.ones(1), 4)
    assert session.last_call == "x [1] float32, argument 2 = 4"
    submission.g(submission.build(cube))
    assert session.last_call == "f = lambda x: x ** 3"


def test_gradient_of_a_function_with_one_argument_names_the_argument() -> None:
    x = torch.ones(2, requires_grad=True)
    with pytest.raises(CheckFailure) as failure:
        check_gradients(lambda x: x.detach() + 0 * x, lambda x: x + 0, x, upstream=torch.ones(2))
    assert failure.value.checked == "gradient with respect to the argument"
