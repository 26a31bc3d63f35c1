"""What is remembered of known mistakes spares replays, and never a name or a doubt."""

from __future__ import annotations

import pickle
from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from grader.judge.diagnosis import diagnose, play_mistake, same_outcome
from grader.judge.outcome import MOST_NUMBERS, Memory, Outcome, fingerprint_of
from grader.proxy.errors import SubmissionError
from grader.report import Verdict
from grader.suite.failure import UNNAMED, CheckFailure, Evidence, ForbiddenUse
from grader.wire.value import Record


def failed(got, kind="value", checked=None, rtol=None, atol=None):
    return Outcome(Verdict.FAIL, CheckFailure(checked, "one", "another", Evidence(kind, got, rtol, atol)))


NUMBERS = st.floats(-2, 2, width=32)
TENSORS = st.builds(
    lambda values, dtype: torch.tensor(values, dtype=dtype),
    st.lists(NUMBERS, max_size=12), st.sampled_from([torch.float32, torch.float64, torch.bfloat16, torch.int64]),
)  # fmt: skip
LEAVES = TENSORS | NUMBERS | st.text(max_size=3) | st.none() | st.booleans() | st.integers(-2, 2)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=10) | st.dictionaries(st.text(max_size=2), inner, max_size=10),
    max_leaves=20,
)


@given(VALUES, VALUES, st.sampled_from([None, 0.0, 0.5]))
def test_fingerprint_agrees_with_whatever_its_outcome_agrees_with(one, other, tolerance):
    theirs, ours = failed(one, rtol=tolerance, atol=tolerance), failed(other, rtol=tolerance, atol=tolerance)
    assert same_outcome(ours, fingerprint_of(ours))
    assert same_outcome(theirs, fingerprint_of(ours)) or not same_outcome(theirs, ours)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (torch.zeros(3), torch.ones(3)), (torch.zeros(3), torch.zeros(4)), (torch.zeros(3), torch.zeros(3).double()),
        ([1.0, 2.0], [1.0, 2.5]), ({"a": 1}, {"b": 1}), (torch.zeros(1), 0.0), ("yes", "no"), (True, 1),
        (Record("Found", ("h",), (torch.zeros(2),)), (torch.ones(2),)), (float("nan"), 1.0),
    ],
)  # fmt: skip
def test_fingerprint_differs_where_the_beginning_does(one, other):
    assert not same_outcome(failed(one), fingerprint_of(failed(other)))


def test_fingerprint_knows_the_beginning_of_a_tensor_only():
    late = torch.zeros(MOST_NUMBERS + 1)
    late[-1] = 1
    assert same_outcome(failed(torch.zeros(MOST_NUMBERS + 1)), fingerprint_of(failed(late)))


def test_fingerprint_differs_where_another_check_failed():
    fingerprint = fingerprint_of(failed(1.0, checked="the mean"))
    assert not same_outcome(failed(1.0, checked="the sum"), fingerprint)
    assert not same_outcome(failed(1.0, kind="shape", checked="the mean"), fingerprint)
    assert not same_outcome(Outcome(Verdict.PASS), fingerprint)


def test_fingerprint_of_a_refusal_in_other_words_counts_as_passed():
    unnamed = Outcome(Verdict.FAIL, CheckFailure(None, "a word", "none", UNNAMED))
    assert same_outcome(Outcome(Verdict.PASS), fingerprint_of(unnamed))


@pytest.mark.parametrize(
    "problem",
    [
        SubmissionError("KeyError", "a", ()),
        ForbiddenUse(None, "", "", Evidence("use", "a")),
        RuntimeError("x"),
    ],
)
def test_what_no_check_found_has_no_fingerprint(problem):
    assert fingerprint_of(Outcome(Verdict.FAIL, problem)) is None


@given(VALUES)
def test_fingerprint_comes_back_from_another_process_as_it_was(value):
    fingerprint = fingerprint_of(failed(value, checked="the mean"))
    back = pickle.loads(pickle.dumps(fingerprint))
    assert same_outcome(failed(value, checked="the mean"), back)
    assert str(back.problem) == str(fingerprint.problem)


def test_memory_gives_what_was_put_or_learned():
    memory = Memory()
    memory.put((1, "a.b", "test_c", "one_added"), True)
    memory.learn({(1, "a.b", "test_d", ""): False})
    assert (memory.get((1, "a.b", "test_c", "one_added")), memory.get((1, "a.b", "test_d", ""))) == (
        True,
        False,
    )


def test_memory_of_another_seed_is_gone():
    memory = Memory()
    memory.put((1, "a.b", "test_c", ""), True)
    memory.put((2, "a.b", "test_c", ""), False)
    assert memory.get((1, "a.b", "test_c", "")) is None
    assert memory.take_fresh() == {(2, "a.b", "test_c", ""): False}


def test_memory_tells_once_what_was_found_out_here():
    memory = Memory()
    memory.learn({(1, "a.b", "test_c", ""): True})
    memory.put((1, "a.b", "test_d", ""), True)
    assert list(memory.take_fresh()) == [(1, "a.b", "test_d", "")]
    assert memory.take_fresh() == {}


def diagnosed_twice(made_up, monkeypatch, function):
    """The names that two gradings in a row give to the same code, and the plays of mistakes that each needs."""
    named, plays = [], []

    def counted(*args):
        plays[-1] += 1
        return play_mistake(*args)

    monkeypatch.setattr("grader.judge.diagnosis.play_mistake", counted)

    def use(runner, items):
        task = made_up.course.task("maths.double")
        for _ in range(2):
            plays.append(0)
            outcomes = {
                item.name: replace(runner.run(item), seconds=0.0) for item in items
            }  # in the same order
            mistake = diagnose(runner, task, items, outcomes, float("inf"))
            named.append(mistake.mistake.name if mistake else None)

    made_up.play(made_up.runner(double=function), use)
    return named, plays


def test_second_grading_replays_the_mistake_that_is_named_and_no_other(made_up, monkeypatch):
    named, (first, second) = diagnosed_twice(made_up, monkeypatch, lambda x: 2 * x + 1)
    assert named == ["added_one"] * 2
    assert 0 < second < first


def test_what_is_remembered_names_nothing_by_itself(made_up, monkeypatch):
    named, (first, second) = diagnosed_twice(made_up, monkeypatch, lambda x: 3 * x)
    assert named == [None] * 2
    assert second == 0 < first
