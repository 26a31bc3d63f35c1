"""The judges of this process, lent to one grading at a time."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from multiprocessing import Pipe

import pytest

from grader.device.choice import simulated_accelerator
from grader.judge import warm_pool as module
from grader.judge.order import JudgeKey, OurProblem
from grader.judge.warm_pool import JudgeDied, JudgePool, WarmJudge

KEY = JudgeKey(("losses.softmax",), "auto", simulated_accelerator())
WAITS = [sys.executable, "-S", "-c", "import sys; sys.stdin.read()"]


@pytest.fixture
def stood(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[WarmJudge]]:
    """The judges that were started so far; in place of the grader's process, each has one that only waits."""
    found: list[WarmJudge] = []

    def start_judge(key: JudgeKey) -> WarmJudge:
        found.append(_judge(subprocess.Popen(WAITS, stdin=subprocess.PIPE, start_new_session=True)))
        return found[-1]

    monkeypatch.setattr(module, "start_judge", start_judge)
    yield found
    for process in (judge._process for judge in found):
        assert process.stdin is not None
        process.stdin.close()
        process.wait()


def _judge(process: subprocess.Popen[bytes]) -> WarmJudge:
    (theirs, orders), (answers, also_theirs) = Pipe(duplex=False), Pipe(duplex=False)
    theirs.close(), also_theirs.close()
    return WarmJudge(orders, answers, process)


def _closed(judge: WarmJudge) -> bool:
    return judge._orders.closed and judge._answers.closed


@pytest.fixture
def judges() -> Iterator[JudgePool]:
    """A pool that has started none."""
    judges = JudgePool()
    yield judges
    judges.close()


def test_judge_is_lent_again_after_a_grading(judges: JudgePool, stood: list[WarmJudge]) -> None:
    """One is started where none is idle; one that is given back is kept, also when its grading failed."""
    with judges.lend(KEY) as first, judges.lend(KEY) as second:
        assert stood == [first, second]
    with pytest.raises(OurProblem, match="a fault"), judges.lend(KEY) as third:
        raise OurProblem("a fault")
    with judges.lend(KEY) as fourth, judges.lend(KEY) as fifth:
        assert {third, fourth, fifth} == {first, second} == set(stood)


def test_judge_that_died_while_it_was_idle_is_closed_and_another_one_lent(
    judges: JudgePool, stood: list[WarmJudge]
) -> None:
    """Its end is only seen when it is to be lent; its streams are closed then, and not left to the collector."""
    with judges.lend(KEY) as first:
        pass
    first._process.kill()
    first._process.wait()
    with judges.lend(KEY) as fresh:
        assert [_closed(judge) for judge in stood] == [True, False] and fresh is stood[1]


def test_judge_that_died_while_it_graded_is_not_lent_again(
    judges: JudgePool, stood: list[WarmJudge]
) -> None:
    """Whoever asks next gets another one."""
    with pytest.raises(JudgeDied), judges.lend(KEY) as first:
        first.close()
        raise JudgeDied("a judge ended")
    with judges.lend(KEY) as second, judges.lend(KEY) as third:
        assert first not in (second, third)


def test_judges_close_every_one_of_them_also_while_it_is_lent(
    judges: JudgePool, stood: list[WarmJudge]
) -> None:
    """None is lent from then on; after `open` there are others, and one that comes back late is not among them."""
    with judges.lend(KEY) as late:
        judges.close()
        assert all(_closed(judge) for judge in stood)
        with pytest.raises(OurProblem, match="stopped"), judges.lend(KEY):
            pass
        judges.open()
    with judges.lend(KEY) as fresh:
        assert fresh is not late and not _closed(fresh)
