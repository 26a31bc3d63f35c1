"""Several warm judges of one reading of the course: each grades by itself, and they end as one process."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from grader.device.choice import simulated_accelerator
from grader.intake import Content, Submission
from grader.judge.order import JudgeKey, Order
from grader.judge.warm_pool import JudgeDied, JudgeStopped, WarmJudge, has_warm_judges, start_judges

TASK = "losses.l2_penalty"
RIGHT = (Path(__file__).parents[1] / "cases/bystander/losses.py").read_bytes()
WRONG = RIGHT.replace(b"strength / 2", b"strength")
PATIENCE = 60.0

pytestmark = [
    pytest.mark.skipif(not has_warm_judges(), reason="judges stand where processes are forked"),
    pytest.mark.timeout(600),  # they get ready for each
]


@pytest.fixture
def judges() -> Iterator[list[WarmJudge]]:
    """Two judges that stand ready."""
    both = start_judges(JudgeKey((TASK,), "auto", simulated_accelerator()), 2)
    for judge in both:
        judge.wait()
    yield both
    for judge in both:
        judge.close()


def order_of(source: bytes) -> Order:
    files = Submission({"losses": Content("losses.py", source)}, "losses.py")
    return Order(files, (TASK,), "", 1, "auto", False, None, simulated_accelerator())


def verdict(judge: WarmJudge, source: bytes) -> str:
    return judge.grade(order_of(source)).tasks[TASK].verdict


def processes(judges: list[WarmJudge]) -> list[int]:
    """The servers, and then the judges: all are children of the process that read the course."""
    pid = judges[0]._process.popen.pid
    return sorted(int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split())


def runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0] not in "ZX"
    except OSError:
        return False


def wait_until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.005)


def test_judges_of_one_reading_grade_at_the_same_time(judges: list[WarmJudge]) -> None:
    """Each gives the verdict on its own orders, whatever the other one is asked."""
    sources = [[RIGHT, WRONG, RIGHT], [WRONG, RIGHT, WRONG]]

    def play(judge: WarmJudge, asked: list[bytes]) -> list[str]:
        return [verdict(judge, source) for source in asked]

    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(play, judges, sources))
    assert found == [["pass", "fail", "pass"], ["fail", "pass", "fail"]]


def test_judge_that_dies_leaves_its_sibling_at_work(judges: list[WarmJudge]) -> None:
    """A process that is killed is one judge that died, with its server; the other one grades on."""
    everybody = processes(judges)
    assert len(everybody) == 4
    os.kill(everybody[2], signal.SIGKILL)
    with pytest.raises(JudgeDied):
        verdict(judges[0], RIGHT)
    wait_until(lambda: not runs(everybody[0]))
    assert judges[1].is_alive and verdict(judges[1], RIGHT) == "pass"


def test_process_group_is_gone_when_its_last_judge_is_closed(judges: list[WarmJudge]) -> None:
    """The process that read the course ends with the last of its judges and not before."""
    everybody = [judges[0]._process.popen.pid, *processes(judges)]
    judges[0].close()
    assert judges[1].is_alive and verdict(judges[1], RIGHT) == "pass"
    judges[1].close()
    wait_until(lambda: not any(map(runs, everybody)))


def test_judges_of_one_reading_end_together_when_one_is_killed(judges: list[WarmJudge]) -> None:
    """A kill ends all of them at once, and whoever has the other one hears that it was stopped."""
    everybody = processes(judges)
    judges[0].kill()
    assert not judges[1].is_alive
    with pytest.raises(JudgeStopped):
        verdict(judges[1], RIGHT)
    wait_until(lambda: not any(map(runs, everybody)))


def test_judges_die_with_the_process_that_read_the_course(judges: list[WarmJudge]) -> None:
    """Nobody grades on when that one is killed, and no server stays."""
    everybody = processes(judges)
    os.kill(judges[0]._process.popen.pid, signal.SIGKILL)
    for judge in judges:
        with pytest.raises(JudgeDied):
            verdict(judge, RIGHT)
    wait_until(lambda: not any(map(runs, everybody)))
