"""Two slips at once are named where each has its own proof, and nothing speaks against one."""

from __future__ import annotations

import time

import pytest
import torch

from grader.judge.diagnosis import diagnose
from grader.judge.two_causes import two_causes
from grader.report import Message

SUITE = '''
import torch
from grader.suite import check_close, check_raises

def test_double_values(submission):
    """Four numbers come out as computed by hand."""
    check_close(submission.double(torch.tensor([1.0, 2.5, -3.0, 0.7])), torch.tensor([2.0, 5.0, -6.0, 1.4]))

def test_double_of_random_numbers(submission, rng):
    """Random numbers come out as expected."""
    x = rng.normal(5)
    check_close(submission.double(x), 2 * x)

def test_double_refuses_integers(submission):
    """Integers raise ValueError."""
    with check_raises(ValueError, naming="x"):
        submission.double(torch.tensor([1]))
'''

MISTAKES = """
from grader.suite import mistake

def _check(x):
    if not x.is_floating_point():
        raise ValueError("x must be floating point")

@mistake("one was added: double it")
def added_one(x):
    _check(x)
    return 2 * x + 1

@mistake("integers are accepted; they raise ValueError")
def accepted_integers(x):
    return 2 * x
"""

ALIKE = """
@mistake("all integers are accepted")
def accepted_all(x):
    return x + x
"""

CURVED = """
@mistake("the square was added")
def added_square(x):
    _check(x)
    return x * (2 + x)
"""


APART_AND_TOGETHER = '''
import torch
from grader.suite import check_close

def test_double_below(submission):
    """A negative number is doubled."""
    check_close(submission.double(torch.tensor([-1.0, 1.0])), torch.tensor([-2.0, 2.0]))

def test_double_above(submission):
    """A large number is doubled."""
    check_close(submission.double(torch.tensor([3.0, 1.0])), torch.tensor([6.0, 2.0]))

def test_double_both(submission):
    """Both are doubled."""
    check_close(submission.double(torch.tensor([-1.0, 3.0])), torch.tensor([-2.0, 6.0]))
'''

CUT_AND_MORE = """
import torch
from grader.suite import mistake

@mistake("negative numbers are cut off")
def cut_off(x):
    return 2 * x.clamp(min=0)

@mistake("one is added above 2")
def one_more(x):
    return torch.where(x > 2, 2 * x + 1, 2 * x)
"""


@pytest.fixture
def causes(made_up):
    """Gives what is said of a function by test, after no single mistake was found."""
    made_up.suite(SUITE).mistakes(MISTAKES)

    def find(function, seconds=20.0):
        runner = made_up.runner(double=function)
        task = runner.course.task("maths.double")

        def use(runner, items):
            outcomes = {item.name: runner.run(item) for item in items}
            assert diagnose(runner, task, items, outcomes, time.process_time() + 20) is None
            found = two_causes(runner, task, items, outcomes, time.process_time() + seconds)
            rows = ((name.removeprefix("test_double_"), each) for name, each in found.items())
            return {name: (each.mistake.name, each.sentence) for name, each in rows}

        return made_up.play(runner, use)

    return find


def refusing(function):
    def refuse(x):
        if not x.is_floating_point():
            raise ValueError("x must be floating point")
        return function(x)

    return refuse


ADDED, ACCEPTED = "one was added: double it", "integers are accepted; they raise ValueError"


def test_two_mistakes_are_named_with_the_tests_that_show_each(causes):
    first = ("added_one", f"two things, in 2 and 1 tests: {ADDED}; and besides, {ACCEPTED}")
    second = ("accepted_integers", f"two things, in 1 and 2 tests: {ACCEPTED}; and besides, {ADDED}")
    assert causes(lambda x: 2 * x + 1) == {"values": first, "of_random_numbers": first, "refuses_integers": second}
    assert Message("", likely=first[1]).cause == ADDED


def test_mistake_is_named_beside_a_relation_that_explains_the_rest(causes):
    said = f"two things, in 1 and 2 tests: {ACCEPTED}; and besides, twice the expected"
    assert causes(lambda x: 4 * x) == {"refuses_integers": ("accepted_integers", said)}


def test_nobody_is_named_when_a_passed_test_speaks_against_one(causes, made_up):
    made_up.mistakes(MISTAKES + CURVED)
    assert len(causes(lambda x: x * (2 + x))) == 3
    assert causes(lambda x: x * (2 + x) if len(x) == 4 else 2 * x) == {}  # random numbers are right


def test_nobody_is_named_when_the_rest_is_not_explained(causes):
    assert causes(lambda x: 2 * x + torch.linspace(0, 1, len(x))) == {}
    assert causes(lambda x: 2 * x + 1 + (len(x) == 5) * x**3) == {}


def test_nobody_is_named_when_one_failure_has_numbers_of_its_own(causes):
    assert causes(refusing(lambda x: 2 * x + 1 + (len(x) == 5) * x**3)) == {}


PART = ("added_one", f"part of it, in 2 of 3 tests: {ADDED}")


def test_mistake_of_several_tests_is_a_part_when_two_would_do_for_the_rest(causes, made_up):
    made_up.mistakes(MISTAKES + ALIKE)
    assert causes(lambda x: 2 * x + 1) == {"values": PART, "of_random_numbers": PART}


def test_mistake_of_several_tests_is_a_part_when_the_rest_is_not_explained(causes):
    def keyed(x):
        return {}[x] if not x.is_floating_point() else 2 * x + 1

    assert causes(keyed) == {"values": PART, "of_random_numbers": PART}
    assert Message("", likely=PART[1]).cause == ADDED


def test_two_mistakes_are_named_beside_a_test_where_they_act_together(causes, made_up):
    made_up.suite(APART_AND_TOGETHER).mistakes(CUT_AND_MORE)
    found = causes(lambda x: torch.where(x > 2, 2 * x + 1, 2 * x.clamp(min=0)))
    assert {name: mistake for name, (mistake, _) in found.items()} == {"below": "cut_off", "above": "one_more"}
    assert all(sentence.startswith("two things, in 1 and 1 tests") for _, sentence in found.values())


def test_nobody_is_named_when_the_time_is_spent(causes):
    assert causes(lambda x: 2 * x + 1, seconds=-1.0) == {}


def test_simplest_relation_that_all_share_is_the_second_thing(causes):
    """Where the expected is positive, its opposite has the right absolute value too."""
    found = causes(lambda x: -2 * x)
    (said,) = {sentence.rpartition("; and besides, ")[2] for _, sentence in found.values()}
    assert said == "the expected with the opposite sign"
