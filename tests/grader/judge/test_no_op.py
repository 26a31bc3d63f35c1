"""Tests that code passes which does nothing earn nothing by themselves."""

from __future__ import annotations

import pytest

from grader.judge.no_op import no_op_tests

CONDUCT = '''
import torch
from grader.suite import check_close, check_raises

def test_double_values(submission):
    """Three numbers come out as computed by hand."""
    check_close(submission.double(torch.ones(3)), 2 * torch.ones(3))

def test_double_leaves_x_as_it_was(submission):
    """The argument keeps its values."""
    submission.double(torch.ones(3))

def test_double_refuses_words(submission):
    """A word raises ValueError."""
    with check_raises(ValueError, naming="x"):
        submission.double("one")
'''


def idle(made_up, function):
    runner = made_up.suite(CONDUCT).runner(double=function)
    task = runner.course.task("maths.double")

    def use(runner, items):
        return no_op_tests(runner, task, items, {item.name: runner.run(item) for item in items})

    return made_up.play(runner, use)


def test_tests_are_idle_that_nothing_done_and_a_bare_refusal_pass(made_up):
    assert idle(made_up, lambda x: x) == {"test_double_leaves_x_as_it_was", "test_double_refuses_words"}


def refuse(x):
    raise IndexError("not x")


@pytest.mark.parametrize("function", [refuse], ids=["none passes"])
def test_nothing_is_played_when_no_test_passed(made_up, function):
    assert idle(made_up, function) == frozenset()


def test_idle_code_earns_nothing(made_up, host):
    made_up.suite(CONDUCT)
    file = made_up.submit(
        "def double(x):\n    if x == 'one':\n        raise ValueError('x')\n    return x.clone()\n"
    )
    (double,) = host.grade(file, made_up.package, tasks=["double"], seed=1).report.tasks
    assert [str(test.verdict) for test in double.tests] == ["fail", "pass", "pass"]
    assert double.points == 0


def test_tests_are_found_out_about_once_under_one_seed(made_up, monkeypatch):
    """What is known of a test is not played again; under another seed it is."""
    runner = made_up.suite(CONDUCT).runner(double=lambda x: x)
    task = runner.course.task("maths.double")

    def use(runner, items):
        outcomes = {item.name: runner.run(item) for item in items}
        first, plays, play = no_op_tests(runner, task, items, outcomes), [], runner.play
        monkeypatch.setattr(runner, "play", lambda item, *rest: plays.append(item.name) or play(item, *rest))
        again, played_again = no_op_tests(runner, task, items, outcomes), len(plays)
        runner.seed += 1
        return first, again, played_again, no_op_tests(runner, task, items, outcomes), len(plays)

    first, again, played_again, other, played_then = made_up.play(runner, use)
    assert first == again == other
    assert played_again == 0
    assert played_then >= 3


SPECIAL = '''
import torch
from grader.suite import check_close, check_shape

def test_double_shape(submission, rng):
    """The result has the shape of x."""
    check_shape(submission.double(rng.normal(4, 3)), (4, 3))

def test_double_of_zero(submission):
    """Twice nothing is nothing."""
    check_close(submission.double(torch.zeros(3)), torch.zeros(3))

def test_double_of_a_half(submission):
    """Twice a half is one."""
    check_close(submission.double(torch.full((3,), 0.5)), torch.ones(3))

def test_double_of_one(submission):
    """Twice one is two."""
    check_close(submission.double(torch.ones(3)), 2 * torch.ones(3))

def test_double_of_random_numbers(submission, rng):
    """Random numbers come out as expected."""
    x = rng.normal(5)
    check_close(submission.double(x), 2 * x)
'''


@pytest.mark.parametrize(
    ("body", "passed", "points"),
    [
        ("return torch.zeros_like(x)", 2, 0.0),
        ("return torch.ones_like(x)", 2, 0.0),
        ("return x.ceil()", 3, 0.0),
        ("return x.sign() * 2", 3, 1.0),
        ("return x + 1 if x.numel() == 12 else 2 * x.abs()", 4, 2.0),
    ],
)
def test_constant_answers_earn_nothing_unless_one_test_more_passes(made_up, host, body, passed, points):
    """What is computed and wrong keeps its points; zeros and ones that are right by chance do not."""
    made_up.suite(SPECIAL)
    file = made_up.submit(f"import torch\ndef double(x):\n    {body}\n")
    (double,) = host.grade(file, made_up.package, tasks=["double"], seed=1).report.tasks
    assert sum(test.verdict == "pass" for test in double.tests) == passed
    assert double.points == pytest.approx(points)


TRYING = '''
import torch
from grader.suite import check_accepts, check_catches

def twice(x):
    """doubles"""
    return 2 * x

def one_more(x):
    return x + 1

def square(x):
    return x * x

def test_double_accepts_right_code(submission, rng):
    """Right code passes the check."""
    check_accepts(submission, "double", twice, rng)

def test_double_catches_a_sum(submission, rng):
    """x + 1 is caught."""
    check_catches(submission, "double", one_more, [twice], rng)

def test_double_catches_a_square(submission, rng):
    """The square is caught."""
    check_catches(submission, "double", square, [twice], rng)
'''


@pytest.mark.parametrize(
    ("body", "points"),
    [("pass", 0.0), ("assert False", 0.0), ("assert x(2) == 4", 1.5), ("assert x(3) == 6", 3.0)],
)
def test_a_check_earns_the_share_of_wrong_code_that_it_catches(made_up, host, body, points):
    """One that never raises, or always, earns nothing; it is no constant that a check returns nothing."""
    made_up.suite(TRYING)
    solution = made_up.root / "solutions/maths.py"
    text = solution.read_text(encoding="utf-8")
    solution.write_text(text.replace("return 2 * x\n", "assert x(3) == 6\n", 1), encoding="utf-8")
    file = made_up.submit(f"def double(x):\n    {body}\n")
    (double,) = host.grade(file, made_up.package, tasks=["double"], seed=1).report.tasks
    assert double.points == pytest.approx(points)
