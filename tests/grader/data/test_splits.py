"""The rules by which rows are divided."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.data.load import RULES, every_fifth_row, every_fifth_row_of_each_class, held_out
from grader.data.manifest import DataError, read_manifest


def test_rows_are_counted_from_one():
    assert np.flatnonzero(every_fifth_row(np.zeros(12))).tolist() == [4, 9]


def test_each_class_is_counted_by_itself():
    y = np.array([0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1])
    assert np.flatnonzero(every_fifth_row_of_each_class(y)).tolist() == [8, 9]


@given(st.lists(st.integers(0, 4), max_size=60))
def test_each_class_gives_a_fifth_of_its_rows(labels):
    y = np.array(labels, dtype=np.int64)
    test = every_fifth_row_of_each_class(y)
    for label in set(labels):
        assert test[y == label].sum() == (y == label).sum() // 5


def test_unknown_rule_is_refused():
    with pytest.raises(
        DataError, match="digits has the unknown split 'by chance': the rules are every fifth row"
    ):
        held_out("digits", "by chance", np.zeros(3))


def test_every_rule_is_in_use():
    assert set(RULES) <= {entry.split for entry in read_manifest().values()}
