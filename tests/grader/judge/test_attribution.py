"""Whose fault an exception of a suite is."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import torch

from grader.judge import runner as runner_module
from grader.judge.isolation import attribute, attribute_internal
from grader.judge.outcome import Outcome, verdict_of
from grader.judge.runner import DEFAULT_SECONDS, LEAST_SECONDS
from grader.report import Verdict

UNCHECKED = '''
import torch

def test_double_values(submission):
    """Three numbers can be multiplied with a vector."""
    assert float(submission.double(torch.ones(3)) @ torch.ones(3)) == 6.0
'''

BROKEN = '''
def test_double_values(submission):
    """The suite divides by zero."""
    1 / 0
'''

SHAKY = '''
calls = []

def test_double_values(submission):
    """The suite fails at its first call only."""
    calls.append(1)
    if len(calls) == 1:
        raise OSError("no memory for a process")
'''

RIGHT = """
def double(x):
    return x + x

def quadruple(x):
    return 4 * x
"""


def settled(made_up, function):
    runner = made_up.runner(double=function)
    task = runner.course.task("maths.double")
    runs = []

    def use(runner, items):
        (item,) = items
        first = runner.run(item)
        plain = runner.run
        runner.run = lambda *arguments: runs.append(1) or plain(*arguments)
        return first.verdict, attribute_internal(runner, task, item, first).verdict

    return *made_up.play(runner, use), len(runs)


def test_exception_of_a_suite_is_their_failure_when_the_reference_passes(made_up):
    first, last, _ = settled(made_up.suite(UNCHECKED), lambda x: x.sum())
    assert (first, last) == (Verdict.INTERNAL, Verdict.FAIL)


def test_exception_of_a_suite_stays_internal_when_the_reference_does_not_pass(made_up):
    assert settled(made_up.suite(BROKEN), lambda x: 2 * x)[:2] == (Verdict.INTERNAL, Verdict.INTERNAL)


def test_test_is_tried_once_more_when_the_suite_raised(made_up):
    first, last, runs = settled(made_up.suite(SHAKY), lambda x: 2 * x)
    assert (first, last, runs) == (Verdict.INTERNAL, Verdict.PASS, 1)


def test_nothing_is_played_again_when_a_check_decided(made_up):
    runner = made_up.runner(double=lambda x: 3 * x)
    task = runner.course.task("maths.double")

    def use(runner, items):
        outcome = runner.run(items[1])
        return attribute_internal(runner, task, items[1], outcome) is outcome

    assert made_up.play(runner, use)


@pytest.mark.parametrize("sandbox", ["auto", "none"])
def test_grading_is_incomplete_when_a_suite_is_broken(made_up, host, sandbox):
    made_up.suite(BROKEN)
    report = host.grade(made_up.submit(RIGHT), made_up.package, sandbox=sandbox, seed=1).report
    double, quadruple = report.tasks
    assert (double.verdict, quadruple.verdict) == (Verdict.INTERNAL, Verdict.PASS)
    assert "maths.double, test_double_values: ZeroDivisionError" in report.incomplete
    assert "error of the grader itself" in double.tests[0].message.got


def test_grading_is_incomplete_when_a_suite_has_no_tests(made_up, host):
    made_up.suite("import torch\n")
    report = host.grade(made_up.submit(RIGHT), made_up.package, seed=1).report
    assert [str(task.verdict) for task in report.tasks] == ["internal", "pass"]
    assert (report.incomplete, report.max_score) == ("maths.double has no tests", 5)


def test_command_ends_with_3_when_a_grading_is_incomplete(made_up, monkeypatch, capsys):
    import functools

    from grader.cli import main
    from grader.course import load_course
    from grader.judge import grading, shard

    made_up.suite(BROKEN)
    for module in (grading, shard):
        monkeypatch.setattr(module, "load_course", functools.partial(load_course, made_up.package))
    assert main([str(made_up.submit(RIGHT)), "--sandbox", "none", "--seed", "1"]) == 3
    assert "ZeroDivisionError" in capsys.readouterr().out


FULL_FOR_ALL = '''
import torch

def test_double_values(submission):
    """The device has no room for anybody."""
    raise torch.OutOfMemoryError("CUDA out of memory.")
'''


@pytest.mark.parametrize(
    ("suite", "verdict"), [(UNCHECKED, Verdict.MEMORY), (FULL_FOR_ALL, Verdict.INTERNAL)]
)
def test_a_full_device_is_theirs_unless_the_reference_has_no_room_either(made_up, suite, verdict):
    runner = made_up.suite(suite).runner()
    full = torch.OutOfMemoryError("CUDA out of memory.")
    outcome = Outcome(verdict_of(full), full)

    def use(runner, items):
        return attribute(runner, runner.course.task("maths.double"), items[0], outcome).verdict

    assert made_up.play(runner, use) is verdict


# How long a test may take


@pytest.mark.parametrize(("reference", "least"), [(0.0, LEAST_SECONDS), (0.2, 20 * 0.2)])
def test_time_of_a_test_follows_from_what_the_reference_takes(made_up, monkeypatch, reference, least):
    """It is measured in time of the processor, once, and only when it is asked for."""
    asked, times = [], iter([0.0, reference])
    monkeypatch.setattr(runner_module, "time", SimpleNamespace(process_time=lambda: next(times)))

    def play(runner, items):
        monkeypatch.setattr(runner, "play", lambda item, subject: asked.append(item.name))
        return [runner.fair_seconds_of(items[0]) for _ in range(2)]

    assert made_up.play(made_up.runner(), play) == [least, least]
    assert len(asked) == 1


def test_no_test_takes_longer_than_its_suite_allows(made_up, monkeypatch):
    times = iter([0.0, 5.0])
    monkeypatch.setattr(runner_module, "time", SimpleNamespace(process_time=lambda: next(times)))

    def play(runner, items):
        monkeypatch.setattr(runner, "play", lambda item, subject: None)
        return runner.fair_seconds_of(items[0])

    assert made_up.play(made_up.runner(), play) == DEFAULT_SECONDS


def test_on_a_card_a_test_has_what_its_suite_allows(made_up, monkeypatch):
    """Each worker starts CUDA anew."""
    monkeypatch.setattr(runner_module, "computes_on_cuda", lambda: True)
    assert made_up.play(made_up.runner(), lambda runner, items: runner.fair_seconds_of(items[0])) == DEFAULT_SECONDS
