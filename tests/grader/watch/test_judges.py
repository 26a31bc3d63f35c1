"""Judges that stand ready, one for each topic."""

from __future__ import annotations

import threading
import time
from dataclasses import replace

import pytest

from grader.course import load_course
from grader.device.choice import simulated_accelerator
from grader.intake import Content, Submission
from grader.judge import parallel, warm_pool
from grader.judge.order import Order, PartialResult, ShardResult
from grader.judge.scoring import untested
from grader.judge.warm_pool import JudgeDied, JudgeStopped
from grader.process.kernel import can_fork
from grader.report import Verdict
from grader.watch import events as e
from grader.watch import grading as module
from grader.watch.grading import Judges

FOUND = ShardResult(kind="forked")
TOLD = PartialResult(untested(load_course().task("losses.softmax"), Verdict.FAIL, None))


class FakeJudge:
    """A judge that gives what it was told to; it waits for its end where that is nothing."""

    made: list[FakeJudge] = []
    answers: list[object] = []

    def __init__(self, key):
        self.topic = key.task_ids[0].partition(".")[0]
        self.ended, self.busy, self.is_ready = threading.Event(), threading.Event(), False
        FakeJudge.made.append(self)

    @property
    def is_alive(self):
        return not self.ended.is_set()

    def wait(self):
        self.is_ready = True

    def grade(self, order, meanwhile):
        if meanwhile is not None:
            meanwhile(TOLD)
        answer = FakeJudge.answers.pop(0) if FakeJudge.answers else FOUND
        if isinstance(answer, Exception):
            raise answer
        if answer is None:
            self.busy.set()
            self.ended.wait(20)
            raise JudgeStopped("the gradings were stopped")
        return answer

    def kill(self):
        self.ended.set()

    def close(self):
        self.ended.set()


@pytest.fixture
def told():
    return []


@pytest.fixture
def judges(course, told, monkeypatch):
    FakeJudge.made, FakeJudge.answers = [], []
    monkeypatch.setattr(warm_pool, "start_judge", FakeJudge)
    judges = Judges(course, "auto", simulated_accelerator(), told.append)
    yield judges
    judges.close()


def order(task_id):
    return Order(Submission({}, "mine"), (task_id,), "", 1, "auto", False)


def test_one_judge_grades_all_orders_of_a_topic(judges, told):
    """A judge is started once, and it is told when it gets ready."""
    assert judges.grade(order("losses.mean")) is judges.grade(order("losses.softmax")) is FOUND
    assert len(FakeJudge.made) == 1
    assert [type(event) for event in told] == [e.Starting, e.Ready]


def test_few_judges_stand_at_a_time(judges, course, told, monkeypatch):
    """The one that was not used for longest ends for another."""
    assert module.MOST_JUDGES == 2
    monkeypatch.setattr(module, "MOST_JUDGES", 1)
    few = Judges(course, "auto", simulated_accelerator(), told.append)
    for task in ("losses.mean", "losses.softmax", "tensors.one_hot"):
        few.grade(order(task))
    assert [judge.topic for judge in FakeJudge.made] == ["losses", "tensors"]
    assert [judge.ended.is_set() for judge in FakeJudge.made] == [True, False]
    few.close()


def test_judge_that_dies_is_replaced_and_the_order_given_again(judges):
    """A dead judge costs a start, and no result."""
    FakeJudge.answers = [JudgeDied("a judge ended")]
    assert judges.grade(order("losses.mean")) is FOUND
    assert len(FakeJudge.made) == 2


def test_what_a_judge_has_told_is_taken_back_when_it_dies(judges):
    """What the next judge tells stands by itself."""
    FakeJudge.answers = [JudgeDied("a judge ended")]
    told = []
    assert judges.grade(order("losses.softmax"), told.append) is FOUND
    assert told == [TOLD, PartialResult(None), TOLD]


def test_order_at_which_every_judge_dies_is_a_fault(judges):
    """Nobody starts judges without end."""
    FakeJudge.answers = [JudgeDied("one"), JudgeDied("two")]
    with pytest.raises(JudgeDied, match="two"):
        judges.grade(order("losses.mean"))
    assert judges.grade(order("losses.mean")) is FOUND
    assert len(FakeJudge.made) == 3


@pytest.mark.parametrize("end", ["give_up", "close"])
def test_grading_that_is_given_up_ends_at_once(judges, end):
    """A loop without end is ended with its judge; the next order gets a new one."""
    FakeJudge.answers = [None]
    outcome = []

    def grade():
        try:
            judges.grade(order("losses.mean"))
        except JudgeStopped as given_up:
            outcome.append(given_up)

    thread = threading.Thread(target=grade)
    thread.start()
    while not FakeJudge.made:
        pass
    assert FakeJudge.made[0].busy.wait(20)
    getattr(judges, end)()
    thread.join(20)
    assert len(outcome) == 1
    if end == "give_up":
        assert judges.grade(order("losses.mean")) is FOUND


@pytest.mark.skipif(not can_fork(), reason="judges stand where processes are forked")
def test_real_judge_that_is_given_up_is_no_fault(told):
    """Somebody saves again while a loop without end is graded."""
    course = load_course()
    task = course.topic("losses").tasks[0]
    text = f"def {task.name}(*args, **kwargs):\n    while True:\n        pass\n"
    content = Content("losses.py", text.encode())
    judges, problems = Judges(course, "auto", simulated_accelerator(), told.append), []

    def grade():
        with pytest.raises(JudgeStopped) as problem:
            judges.grade(replace(order(task.id), submission=Submission({"losses": content}, "mine")))
        problems.append(problem)

    try:
        judges.warm("losses")
        thread = threading.Thread(target=grade)
        thread.start()
        while not judges._pool._busy:
            pass
        time.sleep(0.3)
        judges.give_up()
        thread.join(20)
    finally:
        judges.close()
    assert len(problems) == 1


def test_giving_up_between_two_gradings_ends_nobody(judges):
    """A grading that is over cannot be given up."""
    judges.grade(order("losses.mean"))
    judges.give_up()
    assert not FakeJudge.made[0].ended.is_set()


def test_order_is_graded_by_itself_where_no_judge_can_stand(judges, monkeypatch):
    """Without fork each save gets a process of its own, and the same answer."""
    asked = []
    for where in (module, warm_pool):
        monkeypatch.setattr(where, "can_fork", lambda: False)
    monkeypatch.setattr(parallel, "run_parallel", lambda *arguments: asked.append(arguments) or FOUND)
    judges.warm("losses")
    assert judges.grade(order("losses.mean")) is FOUND
    assert asked == [(order("losses.mean"), 1, None)]
