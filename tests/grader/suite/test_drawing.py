"""What a test draws: finite numbers within bounds, whatever the submission returned."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch

from grader.suite.drawing import LONGEST_LINE, MOST_LINES, MOST_POINTS, Drawing, smoothed, smoothing

REFERENCE = [3.0, 2.0, 1.0]


class Hostile(list):  # type: ignore[type-arg]
    def __iter__(self) -> Any:
        raise SystemExit

    def __getitem__(self, index: Any) -> Any:
        raise KeyboardInterrupt


def curve(theirs: Any, reference: Any = REFERENCE) -> Any:
    drawing = Drawing()
    drawing.curve("the loss", theirs, reference)
    return drawing.curves[0] if drawing.curves else None


def path(theirs: Any) -> Any:
    drawing = Drawing()
    drawing.path("the way down", theirs, torch.zeros(3, 2))
    return drawing.paths[0] if drawing.paths else None


@pytest.mark.parametrize(
    "theirs",
    [
        [3.0, 2.0, 1.0],
        (3, 2, 1),
        torch.tensor([3.0, 2.0, 1.0], requires_grad=True),
        torch.tensor([3, 2, 1]),
        np.array([3.0, 2.0, 1.0], dtype=np.float32),
        [torch.tensor(3.0), torch.tensor(2.0, requires_grad=True), torch.tensor(1)],
    ],
    ids=lambda value: type(value).__name__,
)
def test_numbers_of_any_plain_kind_are_drawn(theirs: Any) -> None:
    assert curve(theirs).theirs == (3.0, 2.0, 1.0)


@pytest.mark.parametrize(
    "odd",
    [
        math.nan,
        math.inf,
        -math.inf,
        1e31,
        -1e31,
        10**400,
        True,
        "3",
        None,
        [1.0],
        1j,
        torch.ones(2),
        Hostile(),
    ],
    ids=repr,
)
def test_what_is_no_finite_number_is_a_gap(odd: Any) -> None:
    assert curve([1.0, odd, 3.0]).theirs == (1.0, None, 3.0)


@pytest.mark.parametrize(
    "nothing",
    [
        None, 3.0, "curve", {}, [], {1.0: 2.0}, Hostile([1.0]), object(), torch.tensor(1.0), torch.empty(0),
        torch.ones(3, device="meta"), torch.ones(3, dtype=torch.complex64), torch.eye(3).to_sparse(),
        np.array(["a"]), np.array(3.0), [math.nan, math.nan], torch.full((4,), math.inf),
    ],
    ids=lambda value: f"{type(value).__name__}",
)  # fmt: skip
def test_what_holds_no_number_is_not_drawn(nothing: Any) -> None:
    assert curve(nothing) is None


def test_long_curve_is_thinned_to_a_bound_with_both_ends() -> None:
    drawn = curve(torch.arange(10_001.0), torch.arange(10_001.0))
    assert len(drawn.theirs) == len(drawn.reference) == MOST_POINTS
    assert drawn.theirs[0] == 0.0 and drawn.steps == 10_001


def test_only_the_first_values_of_an_endless_curve_are_read() -> None:
    assert curve(torch.zeros(1).expand(2**40)).steps == 100_000


def test_shorter_line_keeps_the_steps_of_the_longer_one() -> None:
    drawn = curve([1.0] * 500, [1.0] * 1000)
    assert len(drawn.reference) == MOST_POINTS and len(drawn.theirs) == MOST_POINTS // 2


def test_short_curve_is_shown_as_it_was() -> None:
    assert [smoothing(steps) for steps in (0, 1, 10, 20, 100, 10**6)] == [0.0, 0.0, 0.0, 0.5, 0.9, 0.98]


def test_average_is_corrected_for_its_start() -> None:
    """By hand, beta 0.5: 4; (0.5 * 2 + 0.5 * 8) / 0.75 = 20 / 3; a gap changes nothing."""
    assert smoothed([4.0, None, 8.0], 0.5) == [4.0, None, 6.66667]


def test_average_of_a_constant_is_the_constant() -> None:
    assert set(smoothed([0.3] * 50, 0.9)) == {0.3}


def test_paths_are_pairs_of_finite_numbers() -> None:
    nan = math.nan
    assert path([[1.0, 2.0], [nan, 1.0], [3.0], "xy", torch.tensor([5.0, 6.0])]).theirs == (
        (1.0, 2.0), None, None, None, (5.0, 6.0),
    )  # fmt: skip
    assert path(torch.tensor([[1.0, 2.0], [3.0, nan]])).theirs == ((1.0, 2.0), None)


@pytest.mark.parametrize(
    "nothing", [None, torch.ones(4), torch.ones(4, 3), torch.ones(2, 2, 2), [1.0], Hostile()]
)
def test_what_holds_no_point_is_not_drawn(nothing: Any) -> None:
    assert path(nothing) is None


def test_long_path_is_thinned_to_a_bound() -> None:
    assert len(path(torch.rand(5000, 2)).theirs) == MOST_POINTS


def written(lines: Any) -> Any:
    drawing = Drawing()
    drawing.writing("names", lines)
    return drawing.pictures[0].rows if drawing.pictures else None


def test_lines_that_a_model_wrote_are_kept_in_their_order() -> None:
    assert written(["anna", "<b>"]) == written(("anna", "<b>")) == ("anna", "<b>")


@pytest.mark.parametrize("odd", [None, 3, "anna", [], [None, 3], Hostile(["anna"]), torch.zeros(3)], ids=repr)
def test_what_is_no_list_of_strings_is_not_shown(odd: Any) -> None:
    assert written(odd) is None


def test_lines_are_few_and_short() -> None:
    lines = written(["x" * 10_000] * 1_000)
    assert len(lines) == MOST_LINES
    assert {len(line) for line in lines} == {LONGEST_LINE}


class Word(str):
    def __getitem__(self, index: Any) -> Any:
        raise SystemExit


def test_a_line_of_a_class_of_its_own_is_left_out() -> None:
    assert written(["anna", Word("eve")]) == ("anna",)
