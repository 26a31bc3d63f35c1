"""What is known of a task before its grading has ended is told at once, to whoever asked for it, and is no result."""

from __future__ import annotations

import os
import pickle
import signal
from collections.abc import Callable, Iterator
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest

from grader.device.choice import simulated_accelerator
from grader.intake import Content, Submission
from grader.judge.order import Closed, JudgeKey, Order, PartialResult
from grader.judge.outcome import Outcome
from grader.judge.shard import is_first_failure
from grader.judge.warm_child import in_child
from grader.judge.warm_judge import Judge
from grader.judge.warm_pool import JudgePool, WarmJudge, start_judge
from grader.process.kernel import can_fork
from grader.report import TaskReport, Verdict

TASK = "losses.l2_penalty"
RIGHT = (Path(__file__).parents[1] / "cases/bystander/losses.py").read_text(encoding="utf-8")
WRONG = RIGHT.replace("strength / 2", "strength")
PASS, FAIL = Verdict.PASS, Verdict.FAIL

pytestmark = [
    pytest.mark.skipif(not can_fork(), reason="judges stand where processes are forked"),
    pytest.mark.timeout(600),  # a judge gets ready first
]


def order(text: str, **options: Any) -> Order:
    files = Submission({"losses": Content("losses.py", text.encode())}, "losses.py")
    return Order(files, (TASK,), "", 1, "auto", False, None, simulated_accelerator(), **options)


@pytest.fixture(scope="module")
def judge() -> Iterator[WarmJudge]:
    judge = start_judge(JudgeKey((TASK,), "auto", simulated_accelerator()))
    yield judge
    judge.close()


def test_first_failure_is_told_and_then_its_name(judge: WarmJudge) -> None:
    """Both show what the result shows, as far as it is known by then."""
    told = list[PartialResult]()
    result = judge.grade(order(WRONG), told.append).tasks[TASK]
    assert [each.named for each in told] == [False, True]
    first, named, last = (failure(each) for each in (told[0].task, told[1].task, result))
    assert (first.name, first.message.got) == (last.name, last.message.got)
    assert first.message.likely is None
    assert named.message.likely == last.message.likely is not None
    assert [each.name for each in told[0].task.tests] == [each.name for each in result.tests]  # type: ignore[union-attr]


def failure(task: TaskReport | None) -> Any:
    assert task is not None
    return task.first_failure


def test_nothing_is_told_of_what_passes(judge: WarmJudge) -> None:
    """A pass is known at the end."""
    told = list[PartialResult]()
    assert judge.grade(order(RIGHT), told.append).tasks[TASK].verdict is PASS
    assert told == []


def test_answer_that_nobody_waited_for_is_not_taken_for_the_next_orders() -> None:
    """Whoever looks on and raises leaves an answer behind: that judge ends, and the next order gets another one."""

    def fails(told: PartialResult) -> None:
        raise RuntimeError("the page is gone")

    judges, key = JudgePool(), JudgeKey((TASK,), "auto", simulated_accelerator())
    try:
        with pytest.raises(RuntimeError, match="the page is gone"):
            judges.grade(key, order(WRONG), fails)
        assert judges.grade(key, order(RIGHT)).tasks[TASK].verdict is PASS
        assert judges.grade(key, order(WRONG)).tasks[TASK].verdict is FAIL
    finally:
        judges.close()


def test_result_is_the_same_whether_somebody_looks_on_or_not(judge: WarmJudge) -> None:
    """Who does not ask is told nothing, whatever the order says; the next order is answered as well."""
    alone, watched = judge.grade(order(WRONG, tells=True)), judge.grade(order(WRONG), lambda told: None)
    assert [(test.name, test.message) for test in alone.tasks[TASK].tests] == [
        (test.name, test.message) for test in watched.tasks[TASK].tests
    ]
    assert judge.grade(order(RIGHT)).tasks[TASK].verdict is PASS


@pytest.mark.parametrize(
    "verdicts, is_told",
    [
        ([FAIL], True),
        ([PASS, Verdict.TIMEOUT], True),
        ([PASS, PASS], False),
        ([FAIL, FAIL], False),
        ([Verdict.NOT_ATTEMPTED], False),
        ([Verdict.NOT_ATTEMPTED, FAIL], False),
        ([Verdict.INTERNAL], False),
    ],
)
def test_failure_is_told_only_where_the_result_shows_it_first(verdicts: list[Verdict], is_told: bool) -> None:
    """What the whole suite decides, and what comes after another failure, waits for the result."""
    assert is_first_failure([Outcome(verdict) for verdict in verdicts]) is is_told


def test_test_that_is_still_to_be_tried_alone_is_no_failure_yet() -> None:
    """It ran out of time beside others, and may pass by itself."""
    assert not is_first_failure([Outcome(PASS), Outcome(Verdict.TIMEOUT, in_batch=True)])


@pytest.fixture
def ends() -> Iterator[tuple[int, int]]:
    """A judge's descriptors, for orders and for answers."""
    pipes = os.pipe(), os.pipe()
    yield pipes[0][0], pipes[1][1]
    for descriptor in (*pipes[0], *pipes[1]):
        os.close(descriptor)


def test_what_a_child_tells_is_passed_on_while_it_works(ends: tuple[int, int]) -> None:
    """Each thing comes by itself and in order, whatever its size, and the result after them."""
    (reads, writes), seen = os.pipe(), list[str]()

    def work(tell: Callable[[Any], None]) -> str:
        tell("first")
        os.read(reads, 1)  # until it has been passed on
        tell("x" * 3_000_000)
        return "result"

    def pass_on(data: bytes) -> None:
        seen.append(pickle.loads(data))
        os.write(writes, b"!")

    found = in_child(work, *ends, pass_on)
    os.close(reads), os.close(writes)
    assert (found.reason, pickle.loads(found.data), seen) == (None, "result", ["first", "x" * 3_000_000])


def test_child_is_ended_when_nobody_takes_what_it_tells(ends: tuple[int, int]) -> None:
    """Where the other end has gone nothing more is worked out."""

    def gone(data: bytes) -> None:
        raise Closed("the other end has gone")

    def work(tell: Callable[[Any], None]) -> None:
        tell("first")
        signal.pause()

    with pytest.raises(Closed):
        in_child(work, *ends, gone)


class NoWorkers:
    """Workers of a judge whose children need none."""

    def rest(self) -> None:
        """Nothing runs."""


@pytest.mark.parametrize("tells", [True, False])
def test_what_a_child_told_that_died_is_taken_back(ends: tuple[int, int], tells: bool) -> None:
    """Nothing that was told outlives the process that found it; who did not ask is told nothing of it either."""
    answers, writes = Pipe(duplex=False)
    judge, runner = Judge(NoWorkers(), Connection(os.dup(ends[0])), writes), Any  # type: ignore[arg-type]

    def dies(order: Order, runner: Any, tell: Callable[[Any], None] | None) -> None:
        assert (tell is not None) is order.tells
        if tell is not None:
            tell("first")
        os.kill(os.getpid(), signal.SIGKILL)

    judge._grade = dies  # type: ignore[assignment, method-assign]
    found = judge._attempt(order(WRONG, tells=tells), runner)  # type: ignore[arg-type]
    assert found.reason == "the grading process was ended by SIGKILL"
    writes.close()
    told = list[Any]()
    with pytest.raises(EOFError):
        while True:
            told.append(answers.recv())
    assert told == (["first", PartialResult(None)] if tells else [])
