"""Which tests share a worker, and that a batch changes no verdict."""

from __future__ import annotations

import ast

import pytest

from grader.intake import Source
from grader.judge.references import References
from grader.judge.subject import MOST_SECONDS, SourceSubject, WorkerReuse
from grader.sandbox.loopback import Loopback

BREAKS_TORCH = """
import torch

def double(x):
    if hasattr(torch, "used"):
        return x
    torch.used = True
    return 2 * x

def quadruple(x):
    return 4 * x
"""

HANGS_LATER = """
import torch

def double(x):
    while hasattr(torch, "used"):
        pass
    torch.used = True
    return 2 * x

def quadruple(x):
    return 4 * x
"""

SPOILS_THE_NEXT = """
import torch

def double(x):
    torch.used = True
    return 2 * x

def quadruple(x):
    return x if hasattr(torch, "used") else 4 * x
"""

UNCHECKED = """
import torch

def test_double_first(submission):
    \"\"\"Anything will do.\"\"\"
    submission.double(torch.ones(2))

def test_double_second(submission):
    \"\"\"The suite takes a part of whatever comes.\"\"\"
    submission.double(torch.ones(2))[1]
"""

LATE_AND_SHORT = HANGS_LATER.replace("return 2 * x", "return x.sum()")


@pytest.fixture
def tests_of(made_up, host):
    """Grades `double` of a submission and returns its tests."""

    def grade(text, **options):
        options = {"tasks": ["maths.double"], "seed": 1, **options}
        return host.grade(made_up.submit(text), made_up.package, **options).report.tasks[0].tests

    return grade


def test_sharing_gives_tests_of_one_topic_one_worker():
    sharing = WorkerReuse()
    assert sharing.enter("a") == sharing.enter("a") != sharing.enter("b")


def test_sharing_ends_when_a_topic_is_left():
    sharing = WorkerReuse()
    first = sharing.enter("a")
    sharing.enter("b")
    assert sharing.enter("a") != first


def test_sharing_ends_when_a_worker_is_old():
    sharing = WorkerReuse()
    first = sharing.enter("a")
    sharing.spend(MOST_SECONDS + 1)
    assert sharing.enter("a") != first


def test_sharing_knows_whether_a_test_had_others():
    sharing = WorkerReuse()
    sharing.enter("a")
    assert not sharing.in_batch
    sharing.enter("a")
    assert sharing.in_batch
    sharing.part()
    sharing.enter("a")
    assert not sharing.in_batch


def rooms_of(made_up, body):
    """The rooms of the workers that the tests of `double` are given, one after the other."""
    text, rooms = f"def double(x):\n    {body}\n", []

    def open_worker(seconds, room):
        rooms.append(room)
        return Loopback()

    def use(runner, items):
        runner.subject = SourceSubject(
            {"maths": Source(text, ast.parse(text))}, open_worker, References(made_up.course)
        )
        return [runner.run(item).verdict for item in items]

    made_up.play(made_up.runner(), use)
    assert rooms[0] == rooms[1]  # what compiles then serves the first test
    return rooms[1:]


def test_passing_tests_of_a_task_share_a_worker(made_up):
    rooms = rooms_of(made_up, "return 2 * x")
    assert (len(rooms), len(set(rooms))) == (3, 1)


def test_a_test_shares_the_worker_of_one_whose_result_is_wrong(made_up):
    rooms = rooms_of(made_up, "return 3 * x")  # the shape is right, two tests of values fail
    assert (len(rooms), len(set(rooms))) == (3, 1)


def test_a_test_shares_no_worker_of_one_that_changed_its_argument(made_up):
    rooms = rooms_of(made_up, "return x.mul_(2)")
    assert (len(rooms), len(set(rooms))) == (3, 3)


def test_a_test_that_only_fails_in_batch_passes(tests_of):
    assert [str(test.verdict) for test in tests_of(BREAKS_TORCH)] == ["pass"] * 3


def test_a_test_that_only_runs_out_of_time_in_batch_passes(tests_of):
    assert [str(test.verdict) for test in tests_of(HANGS_LATER, seconds=1.0)] == ["pass"] * 3


def test_exception_of_a_suite_at_a_late_test_tried_alone_is_no_fault_of_the_grader(made_up, host):
    file = made_up.suite(UNCHECKED).submit(LATE_AND_SHORT)
    options = {"tasks": ["maths.double"], "seed": 1, "seconds": 1.0}
    report = host.grade(file, made_up.package, **options).report
    assert [str(test.verdict) for test in report.tasks[0].tests] == ["pass", "fail"]
    assert report.incomplete is None


def test_a_test_that_runs_out_of_time_by_itself_is_late(tests_of):
    hangs = "def double(x):\n    while x.numel() == 3:\n        pass\n    return 2 * x\n"
    assert [str(test.verdict) for test in tests_of(hangs, seconds=1.0)] == ["pass", "timeout", "pass"]


def test_a_task_takes_no_points_from_another_by_what_it_leaves_behind(made_up, host):
    report = host.grade(made_up.submit(SPOILS_THE_NEXT), made_up.package, seed=1).report
    assert [str(test.verdict) for task in report.tasks for test in task.tests] == ["pass"] * 6
