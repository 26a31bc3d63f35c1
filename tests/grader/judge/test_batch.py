"""Which failures beside other tests are tried alone, and when."""

from __future__ import annotations

import math
from types import SimpleNamespace

import pytest
import torch

from grader.course import Task
from grader.judge.isolation import MOST_LATE_TASKS, Batch, Late
from grader.judge.outcome import Outcome
from grader.judge.runner import LEAST_SECONDS
from grader.report import Verdict
from grader.suite.failure import CheckFailure, Evidence

PASS = Outcome(Verdict.PASS, in_batch=True)
LATE = Outcome(Verdict.TIMEOUT, in_batch=True)


def wrong(number):
    """The outcome of a check that saw this number, in batch."""
    evidence = Evidence("value", torch.tensor(float(number)), None, None)
    return Outcome(Verdict.FAIL, CheckFailure("a sum", "another", str(number), evidence), in_batch=True)


class ScriptedBench:
    """Gives outcomes beside others by the test's name, and others alone where there are; notes what is asked."""

    def __init__(self, beside, alone=None):
        self.beside, self.alone, self.asked = beside, {**beside, **(alone or {})}, []

    def run(self, item, seconds):
        return self.beside[item.name]

    def fair_seconds_of(self, item):
        return LEAST_SECONDS

    def run_alone(self, item, seconds):
        assert seconds == (math.inf if item.get_closest_marker("timeout") else self.fair_seconds_of(item))
        self.asked.append(item.name)
        outcome = self.alone[item.name]
        return Outcome(outcome.verdict, outcome.problem)


def task(name, topic="maths"):
    """A task without hints and needs."""
    return Task(f"{topic}.{name}", topic, name, name.title(), 1, (), ())


@pytest.fixture
def graded():
    """Plays tests by their outcomes; gives the batch, the names tried alone, and what was asked for a name."""

    def grade(beside, alone=None, named=None, long=()):
        runner = ScriptedBench(beside, alone)
        batch = Batch(runner, task("double"), Late())
        marks = {name: pytest.mark.timeout(10).mark for name in long}
        items = [SimpleNamespace(name=name, get_closest_marker=lambda _, name=name: marks.get(name)) for name in beside]
        for item in items:
            batch.play(item)
        asked = []

        def name(outcomes):
            asked.append({test: outcome.verdict for test, outcome in outcomes.items()})
            return named

        mistake = batch.name(items, name)
        return SimpleNamespace(outcomes=batch.outcomes, alone=runner.asked, asked=asked, mistake=mistake)

    return grade


def test_passing_tests_are_not_tried_again(graded):
    assert graded({"a": PASS, "b": PASS}).alone == []


def test_first_failure_is_tried_alone_and_later_ones_wait_for_a_name(graded):
    found = graded({"a": PASS, "b": wrong(1), "c": PASS, "d": wrong(2)}, named="a mistake")
    assert (found.alone, found.mistake) == (["b"], "a mistake")
    assert found.outcomes["d"].verdict is Verdict.FAIL


def test_failures_that_no_mistake_explains_are_all_tried_alone(graded):
    found = graded({"a": wrong(1), "b": wrong(2), "c": wrong(3)})
    assert (found.alone, len(found.asked), found.mistake) == (["a", "b", "c"], 1, None)


def test_a_failure_that_waited_and_passes_alone_is_a_pass_and_a_name_is_asked_for_again(graded):
    found = graded({"a": wrong(1), "b": wrong(2)}, {"b": PASS})
    assert found.asked == [{"a": Verdict.FAIL, "b": Verdict.FAIL}, {"a": Verdict.FAIL, "b": Verdict.PASS}]
    assert found.outcomes["b"].verdict is Verdict.PASS


def test_no_failure_waits_once_a_batch_has_misled(graded):
    found = graded({"a": wrong(1), "b": wrong(2), "c": wrong(3)}, {"a": PASS}, named="a mistake")
    assert found.alone == ["a", "b", "c"]
    assert found.outcomes["a"].verdict is Verdict.PASS


def test_batch_that_changes_only_the_numbers_has_misled(graded):
    found = graded({"a": wrong(1), "b": wrong(2)}, {"a": wrong(5)}, named="a mistake")
    assert found.alone == ["a", "b"]


def test_a_failure_that_is_alone_by_itself_lets_later_ones_wait(graded):
    first = Outcome(Verdict.FAIL, wrong(1).problem)
    assert graded({"a": first, "b": wrong(2)}, named="a mistake").alone == []


def test_what_says_nothing_of_a_mistake_never_waits(graded):
    memory = Outcome(Verdict.MEMORY, in_batch=True)
    assert graded({"a": wrong(1), "b": memory, "c": memory}, named="a mistake").alone == ["a", "b", "c"]


def test_a_test_that_takes_long_counts_as_it_is_alone(graded):
    found = graded({"a": LATE, "b": wrong(1)}, {"a": PASS}, named="a mistake")
    assert (found.alone, found.outcomes["a"].verdict) == (["a", "b"], Verdict.PASS)


def test_a_training_marked_as_long_is_played_once_and_alone(graded):
    found = graded({"a": PASS, "b": LATE}, {"b": PASS}, long=["b"])
    assert (found.alone, found.outcomes["b"].verdict) == (["b"], Verdict.PASS)


def test_one_late_test_gives_up_a_task_that_has_passed_none(graded):
    found = graded({"a": LATE, "b": PASS, "c": PASS}, named="a mistake")
    assert found.alone == ["a"]
    assert (
        str(found.outcomes["b"].problem)
        == "a test of this task had run out of time before, and none had passed"
    )


def test_two_late_tests_give_up_a_task_that_has_passed_others(graded):
    found = graded({"a": PASS, "b": LATE, "c": PASS, "d": LATE, "e": PASS}, named="a mistake")
    assert [str(outcome.verdict) for outcome in found.outcomes.values()] == [
        "pass", "timeout", "pass", "timeout", "timeout"
    ]  # fmt: skip
    assert str(found.outcomes["e"].problem) == "2 tests of this task had run out of time before"


def test_a_failure_that_waited_stays_where_the_rest_is_given_up(graded):
    found = graded({"a": wrong(1), "b": wrong(2), "c": LATE})
    assert (found.alone, found.outcomes["b"].verdict) == (["a", "c"], Verdict.FAIL)


def test_late_gives_up_the_rest_of_a_topic_after_three_of_its_tasks():
    late = Late()
    for name in ("a", "b"):
        late.add(task(name))
    assert late.reason(task("c"), False) == ""
    late.add(task("c"))
    assert late.reason(task("d"), False).startswith(
        f"{MOST_LATE_TASKS} tasks of this topic had run out of time"
    )
    assert late.reason(task("d", "physics"), False) == ""
