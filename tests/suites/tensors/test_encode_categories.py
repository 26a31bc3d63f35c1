"""encode_categories: order of the names, what is missing, empty words, refusals."""

import math

import pytest
import torch

from grader.suite import (
    check_close,
    check_dtype,
    check_equal,
    check_manners,
    check_shape,
    check_that,
)

WORDS = ["pear", "Apple", "fig", "apple", "plum", "Fig", "éclair", "date", "lime"]


def by_loop(column):
    words = sorted({entry for entry in column if isinstance(entry, str)})
    rows = []
    for entry in column:
        rows.append([float(entry == word) for word in words] + [float(not isinstance(entry, str))])
    return words + [None], torch.tensor(rows).reshape(len(column), len(words) + 1)


def check_encoded(got, column):
    names, values = by_loop(column)
    check_equal(got.names, names, "names")
    check_close(got.values, values, "values")


@pytest.mark.visible
def test_encode_categories_shape(submission):
    """Two different words and missing make three columns."""
    check_shape(submission.encode_categories(["a", "b", None, "a"]).values, (4, 3), "values")


@pytest.mark.visible
def test_encode_categories_dtype(submission):
    """The indicators are float32."""
    check_dtype(submission.encode_categories(["a", "b", None, "a"]).values, torch.float32, "values")


@pytest.mark.visible
@pytest.mark.weight(2)
def test_encode_categories_values(submission):
    """Names ascend, None comes last; each entry has one 1."""
    got = submission.encode_categories(["Pave", None, "Gravel"])
    check_equal(got.names, ["Gravel", "Pave", None], "names")
    check_close(got.values, torch.tensor([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]), "values")


@pytest.mark.weight(3)
def test_encode_categories_matches_a_loop(submission, rng):
    """Random columns are encoded entry by entry."""
    choices = [*WORDS, None]
    for size in (1, 2, 30):
        column = [choices[k] for k in rng.integers(0, len(choices), size).tolist()]
        check_encoded(submission.encode_categories(column), column)


def test_encode_categories_has_one_in_each_row(submission, rng):
    """Every row sums to 1."""
    column = [[*WORDS, None][k] for k in rng.integers(0, 10, 20).tolist()]
    values = submission.encode_categories(column).values
    check_shape(values, (20, len({*column, None})), "values")
    check_dtype(values, torch.float32, "values")
    sums = values.sum(1).tolist()
    check_that(set(sums) == {1.0}, "sums of the rows", "1 each", f"between {min(sums)} and {max(sums)}")


def test_encode_categories_when_nothing_is_missing(submission):
    """The column for missing is there also when nothing is missing."""
    check_encoded(submission.encode_categories(["b", "a"]), ["b", "a"])


def test_encode_categories_when_all_is_missing(submission):
    """A column without words has only the name None."""
    check_encoded(submission.encode_categories([None, None]), [None, None])


def test_encode_categories_when_missing_is_nan(submission):
    """None and nan are the same: missing."""
    column = ["b", math.nan, None, "a", float("nan")]
    check_encoded(submission.encode_categories(column), column)


def test_encode_categories_when_words_look_missing(submission):
    """An empty word and the word nan are words."""
    column = ["nan", "", None, "None", "nan"]
    check_encoded(submission.encode_categories(column), column)


def test_encode_categories_sorts_by_code_points(submission):
    """Capitals come before small letters, accents after them, as Python sorts."""
    check_encoded(submission.encode_categories(WORDS), WORDS)


def test_encode_categories_when_words_repeat(submission):
    """A word that occurs often is one category."""
    column = ["x"] * 5 + [None] + ["w"]
    check_encoded(submission.encode_categories(column), column)


def test_encode_categories_when_empty(submission):
    """No entries give no rows and the name None."""
    check_encoded(submission.encode_categories([]), [])


@pytest.mark.detail
def test_encode_categories_manners(submission):
    """The column keeps its entries, and torch's state stays as it was."""

    def scenario(submission, column):
        submission.encode_categories(column)
        return column

    column = ["b", None, "a", "b"]
    check_manners(submission, lambda: submission.encode_categories(column))
    check_equal(submission.run(scenario, column), ["b", None, "a", "b"], "the column after the call")
