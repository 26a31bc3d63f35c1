"""A check that a learner wrote is tried on right and on wrong code, which nothing but its results tells apart."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch

from grader.judge.diagnosis import Proof, proof_of
from grader.judge.outcome import Outcome
from grader.proxy.submission import Submission
from grader.report import Verdict
from grader.suite import Random, check_accepts, check_catches
from grader.suite.failure import CheckFailure

Learner = Callable[[str], Submission]


def own(x):
    """is torch's own"""
    return torch.relu(x)


def larger(x):
    """takes the larger of two numbers"""
    return torch.maximum(x, torch.zeros_like(x))


class Masked(torch.nn.Module):
    """multiplies by a mask"""

    def __new__(cls, x):
        """Return the result in place of an object."""
        return x * (x > 0)


def leaky(x):
    """lets a hundredth through"""
    return torch.where(x > 0, x, 0.01 * x)


RIGHT = [own, larger, Masked]
GOOD = """
    def check_relu(relu):
        x = torch.tensor([-1.0, 0.0, 2.0])
        assert torch.allclose(relu(x), torch.tensor([0.0, 0.0, 2.0])), "the values differ"
"""


def caught(submission: Submission, seed: int = 0) -> None:
    check_catches(submission, "check_relu", leaky, RIGHT, Random(seed))


@pytest.mark.parametrize("seed", range(5))
def test_good_check_passes_in_any_order(learner: Learner, seed: int) -> None:
    submission = learner(GOOD)
    caught(submission, seed)
    for right in RIGHT:
        check_accepts(submission, "check_relu", right, Random(seed))


CAUGHT = "an AssertionError, for this code is wrong"
BODIES = {
    "nothing": ("pass", CAUGHT, "no exception"),
    "answer": ("return bool((relu(torch.tensor(-1.0)) == 0).all())", CAUGHT, "a bool, False, and no"),
    "other": ("if relu(torch.tensor(-1.0)) < 0: raise ValueError('negative')", CAUGHT, "ValueError: neg"),
    "always": ("assert False, 'never good enough'", "no exception", "AssertionError: never good enough"),
    "broken": ("relu(torch.ones(2), torch.ones(2))", "no exception", "TypeError: "),
}


@pytest.mark.parametrize("name", BODIES)
def test_bad_check_fails_with_what_it_did(learner: Learner, name: str) -> None:
    body, expected, got = BODIES[name]
    with pytest.raises(CheckFailure) as failure:
        caught(learner(f"def check_relu(relu):\n    {body}"))
    assert failure.value.expected == expected
    assert failure.value.got.startswith(got)


def test_refused_right_code_is_described(learner: Learner) -> None:
    with pytest.raises(CheckFailure) as failure:
        check_accepts(learner("def check_relu(relu): assert False"), "check_relu", larger, Random(0))
    assert failure.value.checked == "a right one that takes the larger of two numbers"


def test_unwritten_check_counts_as_unwritten(learner: Learner) -> None:
    with pytest.raises(NotImplementedError):
        caught(learner("def check_relu(relu): raise NotImplementedError"))


LOOKING = """
    import inspect

    SEEN = []

    def check_relu(relu):
        code = getattr(relu, "__code__", None)
        try:
            inspect.getsource(relu)
            SEEN.append("source")
        except (OSError, TypeError):
            pass
        SEEN.append([relu.__name__, relu.__qualname__, relu.__doc__, getattr(relu, "__closure__", None)])
        SEEN.append(code and code.co_name)
        assert relu(torch.tensor(-1.0)) == 0

    def seen():
        return SEEN
"""


def test_check_sees_one_name_no_docstring_and_no_source(learner: Learner) -> None:
    submission = learner(LOOKING)
    caught(submission)
    found = submission.seen()
    assert "source" not in found
    assert {tuple(each) for each in found if isinstance(each, list)} <= {
        ("relu", "relu", None, None), ("relu", "relu", torch.nn.Module.__doc__, None)
    }  # fmt: skip
    assert {each for each in found if not isinstance(each, list)} == {"relu", None}


CODES = """
    CODES = []

    def check_relu(relu):
        if hasattr(relu, "__code__"):
            CODES.append(relu.__code__.co_code)
        assert relu(torch.tensor(-1.0)) == 0

    def codes():
        return len(set(CODES))
"""


def test_code_is_not_known_by_its_bytes(learner: Learner) -> None:
    submission = learner(CODES)
    for seed in range(10):
        check_accepts(submission, "check_relu", own, Random(seed))
    assert submission.codes() > 3


COUNTING = """
    CALLS = []

    def check_relu(relu):
        CALLS.append(1)
        assert len(CALLS) {counted}
"""


@pytest.mark.parametrize("counted", ["> 0", "< 6", "> 3", "> 5", "% 2"])
def test_a_check_that_counts_its_calls_hardly_ever_passes(learner: Learner, counted: str) -> None:
    passed = 0
    for seed in range(30):
        try:
            caught(learner(COUNTING.format(counted=counted)), seed)
            passed += 1
        except CheckFailure:
            pass
    assert passed <= 2


def outcome(submission: Submission) -> Outcome:
    with pytest.raises(CheckFailure) as failure:
        caught(submission)
    return Outcome(Verdict.FAIL, failure.value)


def test_what_gets_through_shows_no_single_cause(learner: Learner) -> None:
    ours, theirs = outcome(learner("def check_relu(relu): pass")), outcome(learner("def check_relu(relu): relu(relu)"))
    assert proof_of(ours, ours) is Proof.EFFECT
    assert ours.problem.evidence != theirs.problem.evidence
