"""What relates wrong numbers to the expected ones: said where it holds in every element, and never by chance."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from grader.suite import check_close, check_equal
from grader.suite.failure import CheckFailure, Evidence
from grader.suite.relations import MOST_ELEMENTS, relations

W = torch.randn(4, 6, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
P = W.softmax(1)
SQUARE, CUBE = W[:, :4], W.view(4, 3, 2)
GIVEN = {"x": torch.randn(5, 3), "lr": 0.3, "count": 7}


def facts(
    got: Any, want: Any, known: Mapping[str, Any] | None = None, check: Callable[..., None] = check_close
) -> list[str]:
    """Return what is sure of a failed comparison, the simplest first."""
    with pytest.raises(CheckFailure) as failure:
        check(got, want)
    return [each.text for each in relations(failure.value.evidence, known or {}) if each.is_sure]


def first(got: Any, want: Any, known: Mapping[str, Any] | None = None) -> str | None:
    return next(iter(facts(got, want, known)), None)


def with_errors(got: Tensor) -> Tensor:
    """Return the tensor with two further errors, which take away what held in every element."""
    return got.index_put((torch.tensor([0, 1]), torch.tensor([1, 2])), torch.tensor(77.7, dtype=got.dtype))


CASES = {
    "negated": (-W, W, "the expected with the opposite sign"),
    "absolute": (W.abs(), W, "the absolute value of the expected"),
    "absolute forgotten": (W, W.abs(), "its absolute value is the expected"),
    "twice": (2 * W, W, "twice the expected"),
    "half": (W / 2, W, "half the expected"),
    "times a size": (5 * W, W, "5 times the expected; 5 is the length of axis 0 of x"),
    "divided by a size": (W / 3, W, "the expected divided by 3; 3 is the length of axis 1 of x"),
    "times a number": (0.3 * W, W, "0.3 times the expected; 0.3 is lr"),
    "times an int": (7 * W, W, "7 times the expected; 7 is count"),
    "times the elements": (15 * W, W, "15 times the expected; 15 is the number of elements of x"),
    "times anything": (1.37 * W, W, "1.37 times the expected"),
    "plus": (W + 1.5, W, "the expected plus 1.5"),
    "minus": (W - 0.25, W, "the expected minus 0.25"),
    "clamped": (W.clamp(min=-0.5), W, "the expected, clamped to at least -0.5"),
    "not clamped": (W, W.clamp(max=0.5), "clamped to at most 0.5 it is the expected"),
    "clamped on both sides": (W.clamp(-0.5, 0.5), W, "the expected, clamped to -0.5 to 0.5"),
    "square": (W.square(), W, "the square of the expected"),
    "root": (P.sqrt(), P, "its square is the expected"),
    "reciprocal": (1 / W, W, "one divided by the expected"),
    "one minus": (1 - P, P, "one minus the expected"),
    "exponential": (W.exp(), W, "the exponential of the expected"),
    "logarithm": (P.log(), P, "its exponential is the expected"),
    "negative logarithm": (-P.log(), P, "minus the logarithm of the expected"),
    "sigmoid": (W.sigmoid(), W, "the sigmoid of the expected"),
    "tanh forgotten": (W, W.tanh(), "its tanh is the expected"),
    "softmax twice": (P.softmax(1), P, "the softmax of the expected along axis 1"),
    "softmax forgotten": (W, P, "its softmax along axis 1 is the expected"),
    "log-softmax forgotten": (W, P.log(), "its log-softmax along axis 1 is the expected"),
    "running sum forgotten": (W, W.cumsum(0), "its running sum along axis 0 is the expected"),
    "zero": (torch.zeros_like(W), W, "0 in every element"),
    "nan": (torch.full_like(W, torch.nan), W, "nan in every element"),
    "one number": (torch.full_like(W, 3.5), W, "3.5 in every element"),
    "transposed": (SQUARE.T.contiguous(), SQUARE, "the expected with axes 0 and 1 exchanged"),
    "flipped": (W.flip(1), W, "the expected, flipped along axis 1"),
    "late": (torch.cat([torch.ones(1, 6).double(), W[:-1]]), W, "the expected, one place later along axis 0"),
    "early": (W.roll(-1, 1), W, "the expected, one place earlier along axis 1"),
    "sorted": (W.sort(1)[0], W, "the expected, sorted along axis 1"),
    "another order": (W[:, [0, 3, 1, 2, 5, 4]], W, "the expected in another order along axis 1"),
    "one column": (W.index_fill(1, torch.tensor(5), 9.0), W, "only index 5 of axis 1 differs"),
    "all but one row": (torch.cat([W[:1], W[1:] * W[:-1]]), W, "only index 0 of axis 0 agrees"),
    "below 0": (torch.where(W < 0, W.exp(), W), W, "wrong where the expected is below 0, and nowhere else"),
}  # fmt: skip


@pytest.mark.parametrize(("got", "want", "text"), CASES.values(), ids=CASES)
def test_relation_is_said_when_it_holds_in_every_element(got: Tensor, want: Tensor, text: str) -> None:
    assert first(got, want, GIVEN) == text


@pytest.mark.parametrize(("got", "want", "text"), CASES.values(), ids=CASES)
def test_relation_is_not_said_when_some_elements_break_it(got: Tensor, want: Tensor, text: str) -> None:
    assert text not in facts(with_errors(got), want, GIVEN)


SHAPES = {
    "transposed": (W.T, W, "the expected with axes 0 and 1 exchanged"),
    "permuted": (CUBE.permute(1, 2, 0), CUBE, "the expected with its axes in the order (1, 2, 0)"),
    "squeezed": (W[0], W[:1], "the expected numbers in another shape"),
    "not reduced": (W, W.mean(), "its mean is the expected"),
    "summed": (W.sum(1), W, "the sum of the expected, along axis 1"),
    "broadcast": (W[0] - W[0][:, None] * torch.arange(6) + torch.diag(W[0] * torch.arange(6)), W[0],
                  "its diagonal is the expected, as where (N, 1) meets (N,)"),
    "without the last": (W[:, :-1], W, "the expected without the last 1 of axis 1"),
    "with a further one": (torch.cat([W[:2] + 1, W]), W, "the expected with 2 more at the beginning of axis 0"),
}  # fmt: skip


@pytest.mark.parametrize(("got", "want", "text"), SHAPES.values(), ids=SHAPES)
def test_relation_between_other_shapes_is_said(got: Tensor, want: Tensor, text: str) -> None:
    assert first(got, want) == text
    assert text not in facts(got * 1.01 + 0.02, want)


def test_border_is_said_when_the_inside_agrees() -> None:
    image = torch.randn(2, 5, 6, dtype=torch.float64)
    padded = torch.zeros_like(image)
    padded[:, 1:-1, 1:-1] = image[:, 1:-1, 1:-1]
    padded[0, 0, 0] = 5.0
    text = "only the border of the last two axes differs"
    assert text in facts(padded, image)
    padded[1, 2, 2] += 1
    assert text not in facts(padded, image)


def test_input_is_named_when_it_came_back_as_it_was() -> None:
    assert first(W.clone(), W.exp(), {"x": W}) == "x as it was given"
    assert first(W + 1e-3, W.exp(), {"x": W}) != "x as it was given"
    assert first(W.clone(), W.exp(), {"argument 1": W}) != "argument 1 as it was given"  # no name of the learner's


def test_numbers_are_told_to_be_right_when_only_dtype_or_kind_is_wrong() -> None:
    assert first(W.float(), W) == first([1, 2, 3], [1.0, 2.0, 3.0]) == "the numbers are the expected"
    assert facts(2 * W.float(), W + 1) == []


def test_size_is_not_named_when_two_fit() -> None:
    x = torch.zeros(5, 5)
    assert first(5 * W, W, {"x": x}) == first(5 * W, W) == "5 times the expected"
    assert first(5 * W, W, {"x": x[0], "y": x[0]}) == "5 times the expected; 5 is the length of axis 0 of x"


def test_factor_of_a_size_less_one_waits_for_another_test() -> None:
    with pytest.raises(CheckFailure) as failure:
        check_close(W * 5 / 4, W)
    found = relations(failure.value.evidence, {"x": torch.zeros(5, 3)})
    assert (found[0].text, found[0].is_sure) == ("the expected times 5/(5 - 1); 5 is the length of axis 0 of x", False)
    assert found[1].text == "1.25 times the expected"


@pytest.mark.parametrize(("got", "want"), [(2.5, 1.25), (4.0, 2.0), (-1.0, 1.0), (0.0, 1.0), (0.25, 0.5)])
def test_round_number_alone_is_no_sure_relation(got: float, want: float) -> None:
    assert facts(got, want) == facts(torch.tensor([got, got]), torch.tensor([want, want])) == []


def test_single_number_that_is_not_round_is_related() -> None:
    assert first(2 * 0.7310585786, 0.7310585786) == "twice the expected"
    assert first(3 * 0.7310585786, 0.7310585786) is None  # any number is a multiple of any other
    assert first(5 * 0.7310585786, 0.7310585786, GIVEN) == "5 times the expected; 5 is the length of axis 0 of x"


def test_factor_of_numbers_whose_squares_are_too_large_is_found() -> None:
    assert first(2e200 * W, 1e200 * W) == "twice the expected"


def test_losses_of_a_list_are_taken_together() -> None:
    want = [0.91, 0.74, 0.62, 0.53]
    assert first([1.3, *want[:-1]], want) == "the expected, one place later along axis 0"
    assert facts([1.3, 0.91, 0.74, 0.63], want) == []


def test_ints_of_a_list_are_related_and_other_lists_are_not() -> None:
    assert facts([9, 5, 7], [5, 7, 9], check=check_equal) == ["the expected in another order along axis 0"]
    assert facts(["b", "a"], ["a", "b"], check=check_equal) == []
    assert facts([True, False, False], [False, False, False], check=check_equal) == []


def test_large_tensor_is_not_looked_at() -> None:
    large = torch.randn(MOST_ELEMENTS + 1)
    assert facts(-large, large) == []
    assert facts(-large[1:], large[1:]) == ["the expected with the opposite sign"]


def test_rounding_is_left_to_the_digits() -> None:
    assert facts(W.float().double(), W) == []


NUMBERS = st.sampled_from([-2.0, -1.0, -0.5, 0.0, 0.3, 0.5, 1.0, 1.7, 2.0, 3.0, 0.12345])


def near(one: Any, other: Any) -> Any:
    return np.isclose(one, other, rtol=1e-4, atol=1e-5, equal_nan=True)


def rows(x: np.ndarray, axis: str) -> Any:
    return sorted(np.moveaxis(x, int(axis), 0).tolist())


CHECKS: dict[str, Callable[[np.ndarray, np.ndarray, Any], Any]] = {
    r"the numbers are the expected": lambda g, w, m: g == w,
    r"the expected with the opposite sign": lambda g, w, m: g == -w,
    r"the absolute value of the expected": lambda g, w, m: g == abs(w),
    r"its absolute value is the expected": lambda g, w, m: abs(g) == w,
    r"twice the expected": lambda g, w, m: near(g, 2 * w),
    r"half the expected": lambda g, w, m: near(g, w / 2),
    r"(\S+) times the expected(?:;.*)?": lambda g, w, m: near(g, float(m[1]) * w),
    r"the expected divided by (\S+);.*": lambda g, w, m: near(g, w / float(m[1])),
    r"the expected plus (\S+)": lambda g, w, m: near(g, w + float(m[1])),
    r"the expected minus (\S+)": lambda g, w, m: near(g, w - float(m[1])),
    r"(\S+) in every element": lambda g, w, m: near(g, float(m[1])),
    r"x as it was given": lambda g, w, m: g == X,
    r"the square of the expected": lambda g, w, m: near(g, w**2),
    r"its square is the expected": lambda g, w, m: near(g**2, w),
    r"one minus the expected": lambda g, w, m: near(g, 1 - w),
    r"one divided by the expected": lambda g, w, m: near(g * w, 1) | ~np.isfinite(g),
    r"the expected, flipped along axis (\d)": lambda g, w, m: g == np.flip(w, int(m[1])),
    r"the expected, one place later along axis 0": lambda g, w, m: g[1:] == w[:-1],
    r"the expected, one place earlier along axis 0": lambda g, w, m: g[:-1] == w[1:],
    r"the expected, one place later along axis 1": lambda g, w, m: g[:, 1:] == w[:, :-1],
    r"the expected, one place earlier along axis 1": lambda g, w, m: g[:, :-1] == w[:, 1:],
    r"the expected with axes 0 and 1 exchanged": lambda g, w, m: g == w.T,
    r"the expected, sorted along axis (\d)": lambda g, w, m: g == np.sort(w, int(m[1])),
    r"the expected in another order along axis (\d)": lambda g, w, m: rows(g, m[1]) == rows(w, m[1]),
    r"only index (\d) of axis (\d) differs": lambda g, w, m: np.delete(g == w, int(m[1]), int(m[2])),
    r"only index (\d) of axis (\d) agrees": lambda g, w, m: ~np.delete(g == w, int(m[1]), int(m[2])),
    r"wrong where (the expected|x) is below 0.*": lambda g, w, m: (g != w) == ((X if m[1] == "x" else w) < 0),
    r"wrong where (the expected|x) is above 0.*": lambda g, w, m: (g != w) == ((X if m[1] == "x" else w) > 0),
    r"wrong where (the expected|x) is 0.*": lambda g, w, m: (g != w) == ((X if m[1] == "x" else w) == 0),
    r"the expected, clamped to at least (\S+)": lambda g, w, m: near(g, w.clip(min=float(m[1]))),
    r"the expected, clamped to at most (\S+)": lambda g, w, m: near(g, w.clip(max=float(m[1]))),
    r"the expected, clamped to (\S+) to (\S+)": lambda g, w, m: near(g, w.clip(float(m[1]), float(m[2]))),
    r"clamped to at least (\S+) it is the expected": lambda g, w, m: near(w, g.clip(min=float(m[1]))),
    r"clamped to at most (\S+) it is the expected": lambda g, w, m: near(w, g.clip(max=float(m[1]))),
    r"clamped to (\S+) to (\S+) it is the expected": lambda g, w, m: near(w, g.clip(float(m[1]), float(m[2]))),
    r"the running sum of the expected along axis (\d)": lambda g, w, m: near(g, w.cumsum(int(m[1]))),
    r"its running sum along axis (\d) is the expected": lambda g, w, m: near(w, g.cumsum(int(m[1]))),
}  # fmt: skip
X = np.array([[0.0, -1.0, 0.5], [2.0, 0.3, -0.5], [1.0, 1.7, 0.0]])


@settings(max_examples=200, deadline=None)
@given(st.lists(NUMBERS, min_size=9, max_size=9), st.lists(NUMBERS, min_size=9, max_size=9), st.integers(0, 12))
def test_no_relation_is_stated_that_does_not_hold(one: list[float], other: list[float], made: int) -> None:
    """Each fact about random numbers, and about numbers made of each other, is computed once more by NumPy."""
    want = np.array(one).reshape(3, 3)
    makes = [-want, 2 * want, want + 1, want.T, want[::-1], np.sort(want, 1), want.cumsum(0), abs(want), want.clip(0),
             np.roll(want, 1, 0), want**2, X]  # fmt: skip
    got = makes[made] if made < len(makes) else np.array(other).reshape(3, 3)
    pair = torch.tensor(got.copy()), torch.tensor(want)
    for fact in relations(Evidence("value", pair[0], pair=pair), {"x": torch.tensor(X), "lr": 0.3}):
        patterns = [(found, check) for rule, check in CHECKS.items() if (found := re.fullmatch(rule, fact.text))]
        assert any(np.all(check(got, want, found)) for found, check in patterns), (fact, got, want)
