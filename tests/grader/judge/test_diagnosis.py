"""A mistake is named where it does the same on every test, and nowhere else."""

from __future__ import annotations

import time

import pytest
import torch

from grader.judge.diagnosis import diagnose
from grader.judge.isolation import attribute_internal
from grader.judge.outcome import Outcome, verdict_of
from grader.report import POSSIBLE
from grader.sandbox.transport import WorkerMemory, WorkerTimeout
from grader.suite.failure import Evidence, ForbiddenUse

ALIKE = """
from grader.suite import mistake

@mistake("one was added")
def added_one(x):
    return 2 * x + 1

@mistake("one was added last")
def added_one_last(x):
    return x + x + 1
"""

NAN = """
import torch
from grader.suite import mistake

@mistake("the numbers were divided by 0")
def divided_by_zero(x):
    return 2 * x * torch.nan
"""

LOOSE = '''
import torch
from grader.suite import check_close, check_raises, check_vectorised

def test_double_values(submission):
    """Three numbers come out as computed by hand."""
    check_close(submission.double(torch.tensor([1.0, 2.0, -3.0])), torch.tensor([2.0, 4.0, -6.0]))

def test_double_refuses_integers(submission):
    """Integers raise ValueError."""
    with check_raises(ValueError, naming="x"):
        submission.double(torch.tensor([1]))
'''

TRAINED = '''
import pytest
import torch
from grader.suite import check_close

def test_double_values(submission):
    """Three numbers come out as computed by hand."""
    check_close(submission.double(torch.tensor([1.0, 2.0, -3.0])), torch.tensor([2.0, 4.0, -6.0]))

@pytest.mark.statistical
def test_double_of_many(submission):
    """What comes after many steps is near."""
    check_close(submission.double(torch.ones(9)), 2 * torch.ones(9))
'''

REFUSING = """
from grader.suite import mistake

def _check(x):
    if not x.is_floating_point():
        raise ValueError("x must be floating point")

@mistake("one was added")
def added_one(x):
    _check(x)
    return 2 * x + 1

@mistake("integers are accepted")
def accepted_integers(x):
    return 2 * x

@mistake("one was added and integers are accepted")
def both(x):
    return 2 * x + 1
"""


FORBIDDEN = ForbiddenUse(None, "a result without add", "a use of torch.add (line 2)", Evidence("forbidden", None))


def named(made_up, function, k="", seconds=20.0, changed=None):
    """The name that `function` gets as a submission; `changed` replaces outcomes."""
    runner = made_up.runner(double=function)
    task = runner.course.task("maths.double")

    def use(runner, items):
        played = {item.name: attribute_internal(runner, task, item, runner.run(item)) for item in items}
        mistake = diagnose(runner, task, items, {**played, **(changed or {})}, time.process_time() + seconds)
        return mistake and mistake.mistake.name

    return made_up.play(runner, use, k=k)


def added_one(x):
    return x + x + 1


def refusing(function, message):
    def refuse(x):
        if not x.is_floating_point():
            raise ValueError(message)
        return function(x)

    return refuse


def test_mistake_is_named_when_it_does_the_same_on_every_test(made_up):
    assert named(made_up, added_one) == "added_one"
    assert named(made_up, lambda x: -(x + x)) == "turned_sign"


def test_nobody_is_named_when_the_submission_is_right(made_up):
    assert named(made_up, lambda x: x + x) is None


def test_nobody_is_named_when_two_mistakes_do_the_same(made_up):
    assert named(made_up.mistakes(ALIKE), added_one) is None


def test_nobody_is_named_when_the_number_is_another(made_up):
    assert named(made_up, lambda x: 2 * x + 1.01) is None


def test_mistake_is_named_though_a_whole_training_ends_with_other_numbers(made_up):
    """Rounding grows from step to step; a test whose numbers show the cause agrees, and each other one fails alike."""
    made_up.suite(TRAINED)
    assert named(made_up, lambda x: 2 * x + (1 if len(x) == 3 else 1.5)) == "added_one"
    assert named(made_up, lambda x: 2 * x + (1 if len(x) == 3 else 0)) is None
    assert named(made_up, lambda x: 2 * x + (0 if len(x) == 3 else 1.5)) is None


def test_nobody_is_named_when_one_element_is_another(made_up):
    def wrong_in_one_place(x):
        y = 2 * x + 1
        y[-1] += 1
        return y

    assert named(made_up, wrong_in_one_place) is None


def test_nobody_is_named_when_one_test_agrees_and_another_does_not(made_up):
    def only_by_hand(x):
        return 2 * x + 1 if x.dtype is torch.float32 else 2 * x

    assert named(made_up, only_by_hand) is None


def test_nobody_is_named_when_the_pattern_of_nan_differs(made_up):
    made_up.mistakes(NAN)
    assert named(made_up, lambda x: x * torch.nan) == "divided_by_zero"
    assert named(made_up, lambda x: x * torch.nan if len(x) == 3 else 2 * x) is None


def test_nobody_is_named_when_tests_of_the_task_were_left_out(made_up):
    assert named(made_up, added_one, k="shape or values") is None
    assert named(made_up, added_one, k="double") == "added_one"


def test_nobody_is_named_when_the_time_is_spent(made_up):
    assert named(made_up, added_one, seconds=-1.0) is None


@pytest.mark.parametrize("problem", [WorkerTimeout(), WorkerMemory(), ZeroDivisionError(), FORBIDDEN])
def test_nobody_is_named_when_a_test_ended_without_a_result_or_with_a_forbidden_one(made_up, problem):
    ended = {"test_double_shape": Outcome(verdict_of(problem), problem)}
    assert named(made_up, added_one, changed=ended) is None


def test_nobody_is_named_when_their_code_raised_another_class(made_up):
    def raises(x):
        raise IndexError("out of range")

    assert named(made_up, raises) is None


def test_mistake_is_named_beside_a_refusal_in_other_words(made_up):
    made_up.suite(LOOSE).mistakes(REFUSING)
    assert named(made_up, refusing(added_one, "floats, please")) == "added_one"
    assert named(made_up, added_one) == "both"


def test_nobody_is_named_when_only_the_words_of_a_refusal_are_others(made_up):
    made_up.suite(LOOSE).mistakes(REFUSING)
    assert named(made_up, refusing(lambda x: 2 * x, "floats, please")) is None


UNCHANGED = """
import torch
from grader.suite import mistake

@mistake("2 was never reached: the loop ended too early")
def unchanged(x):
    return x
"""


def test_only_the_effect_is_told_of_a_mistake_that_computes_nothing(made_up):
    """Code that returns x for another reason does the same on every test."""

    def sentence(function):
        runner = made_up.mistakes(UNCHANGED).runner(double=function)
        task = runner.course.task("maths.double")

        def use(runner, items):
            played = {item.name: attribute_internal(runner, task, item, runner.run(item)) for item in items}
            return diagnose(runner, task, items, played, time.process_time() + 20).sentence

        return made_up.play(runner, use)

    assert sentence(lambda x: x.clone()) == f"{POSSIBLE}2 was never reached: the loop ended too early"
