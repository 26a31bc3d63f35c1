"""Numbers that never flatter and never discourage."""

import pytest

from grader.text.formatting import bar, count, earned, number, share


@pytest.mark.parametrize(
    ("points", "most", "want"),
    [
        (2, 2, "2"),
        (1.9999, 2, "1.99"),
        (1.0000000001, 1, "1"),
        (2 / 3, 2, "0.67"),
        (0.001, 2, "0"),
        (0, 0, "0"),
    ],
)
def test_points_are_everything_only_when_they_are(points, most, want):
    assert earned(points, most) == want


@pytest.mark.parametrize(("points", "want"), [(0, 0), (99.99, 99), (100, 100), (0.3 * 100 + 0.7 * 100, 100)])
def test_percentage_is_rounded_down(points, want):
    assert share(points, 100) == want


@pytest.mark.parametrize(
    ("points", "want"), [(0, "░░░░"), (0.1, "█░░░"), (50, "██░░"), (99.9, "███░"), (100, "████")]
)
def test_bar_is_full_only_for_everything_and_empty_only_for_nothing(points, want):
    assert bar(points, 100, 4) == want


def test_bar_of_nothing_to_earn_is_empty():
    assert bar(0, 0, 3) == "░░░"
    assert share(0, 0) == 0


def test_numbers_have_no_trailing_zeros():
    assert [number(value) for value in (2.0, 2.5, 10.0, 0.25)] == ["2", "2.5", "10", "0.25"]


def test_words_are_counted():
    assert [count(1, "task"), count(2, "task"), count(0, "hint")] == ["1 task", "2 tasks", "0 hints"]
