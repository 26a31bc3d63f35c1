"""Whose doing it is that a grading comes to no end is found out by trying, and nobody escapes a verdict by it."""

from __future__ import annotations

import os
import pickle
import signal
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from grader.course import load_course
from grader.device.choice import simulated_accelerator
from grader.intake import Content, Submission
from grader.judge.order import Order, ShardResult
from grader.judge.scoring import untested
from grader.judge.warm_child import Found, Ours, graded, in_child
from grader.process.kernel import can_fork
from grader.report import TaskReport, Verdict

pytestmark = pytest.mark.skipif(not can_fork(), reason="judges stand where processes are forked")

COURSE = load_course()
GOOD, BAD = "losses.l2_penalty", "losses.sigmoid"
THEIRS = Submission({"losses": Content("losses.py", b"")}, "losses.py")
ORDER = Order(THEIRS, (GOOD, BAD), "", 1, "auto", False, None, simulated_accelerator())
DIED = Found(b"", "the grading process was ended by SIGSEGV")


class Processes:
    """Stands for processes that grade: `dies` says which of them come to no end."""

    def __init__(self, dies: Callable[[int, Order], bool]) -> None:
        self.dies, self.orders = dies, list[Order]()

    def __call__(self, order: Order) -> Found:
        self.orders.append(order)
        if self.dies(len(self.orders), order):
            return DIED
        tasks = {task: untested(COURSE.task(task), Verdict.PASS, None) for task in order.task_ids}
        return Found(pickle.dumps(ShardResult(tasks, kind="forked", notes=("a note",))))


def tasks_of(processes: Processes) -> dict[str, TaskReport]:
    """The tasks of what is sent as the result."""
    result: ShardResult = pickle.loads(graded(ORDER, processes, COURSE))
    assert (result.incomplete, result.kind) == (None, "forked")
    return result.tasks


def is_theirs(order: Order) -> bool:
    return order.submission is THEIRS


def test_process_that_died_by_chance_costs_nobody_anything() -> None:
    """One death is followed by a second process, whose result counts."""
    processes = Processes(lambda number, order: number == 1)
    assert {task: found.verdict for task, found in tasks_of(processes).items()} == dict.fromkeys(
        (GOOD, BAD), "pass"
    )
    assert processes.orders == [ORDER, ORDER]


def test_task_that_ends_its_process_is_an_error_and_the_others_are_graded() -> None:
    """A task that ends every process, but not one with the reference, is an error that says so."""
    tasks = tasks_of(Processes(lambda number, order: is_theirs(order) and BAD in order.task_ids))
    assert {task: found.verdict for task, found in tasks.items()} == {GOOD: "pass", BAD: "error"}
    assert tasks[BAD].message is not None and "ended by SIGSEGV" in str(tasks[BAD].message.got)


def test_task_is_judged_by_itself_when_only_all_together_end_a_process() -> None:
    """What no task does by itself is held against none."""
    tasks = tasks_of(Processes(lambda number, order: len(order.task_ids) == 2))
    assert [found.verdict for found in tasks.values()] == ["pass", "pass"]


def test_death_is_ours_when_the_reference_dies_too() -> None:
    """Where the reference comes to no end either, there is no verdict."""
    with pytest.raises(Ours, match="SIGSEGV"):
        graded(ORDER, Processes(lambda number, order: BAD in order.task_ids), COURSE)


def test_nobody_is_told_what_becomes_of_the_reference() -> None:
    """The reference is graded to find out whose doing a death is, and not for whoever looks on."""
    processes = Processes(lambda number, order: is_theirs(order) and BAD in order.task_ids)
    graded(replace(ORDER, tells=True), processes, COURSE)
    assert {(is_theirs(order), order.tells) for order in processes.orders} == {(True, True), (False, False)}


@pytest.fixture
def told() -> Any:
    """Plays a function in a child, as a judge does."""
    pipes = os.pipe(), os.pipe()
    yield lambda work: in_child(lambda tell: work(), pipes[0][0], pipes[1][1], lambda told: None)
    for descriptor in (*pipes[0], *pipes[1]):
        os.close(descriptor)


def test_child_that_ends_is_told_with_the_reason(told: Any) -> None:
    """A signal, an exit and an exception are told apart; an answer that is cut off is none."""

    def raises() -> None:
        raise ValueError("escape \x1b[31m")

    reasons = [
        told(work).reason
        for work in (lambda: os.kill(os.getpid(), signal.SIGKILL), lambda: os._exit(7), raises)
    ]
    assert reasons == [
        "the grading process was ended by SIGKILL",
        "the grading process exited with status 7",
        "ValueError: escape \x1b[31m",
    ]
    assert pickle.loads(told(lambda: "whole").data) == "whole"
    assert told(lambda: os._exit(0)).reason == "the grading process exited with status 0"


def test_child_gets_none_of_the_descriptors_of_its_judge_and_dies_with_it(told: Any) -> None:
    """What the judge talks through is closed in the child, where memory is bounded and processor time too."""
    found = pickle.loads(told(facts).data)
    assert found == {"adj": "500", "cpu": 600, "bounded": True, "open": len(os.listdir("/proc/self/fd")) - 1}


def facts() -> dict[str, Any]:
    import resource

    with open("/proc/self/oom_score_adj") as file:
        adjusted = file.read().strip()
    return {
        "adj": adjusted,
        "cpu": resource.getrlimit(resource.RLIMIT_CPU)[0],
        "bounded": resource.getrlimit(resource.RLIMIT_AS)[0] > 0,
        "open": len(os.listdir("/proc/self/fd")),
    }
