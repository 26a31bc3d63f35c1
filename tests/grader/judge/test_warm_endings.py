"""However a warm judge ends, nothing of it stays, and no submission gets a verdict from what broke."""

from __future__ import annotations

import os
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from grader.device.choice import simulated_accelerator
from grader.intake import Content, Submission
from grader.judge.order import JudgeKey, Order
from grader.judge.warm_pool import JudgeDied, start_judge
from grader.process.kernel import can_fork

TASK = "losses.l2_penalty"
HANGING = b"import time\n\n\ndef l2_penalty(params, strength):\n    time.sleep(60)\n"
PATIENCE = 60.0

pytestmark = [
    pytest.mark.skipif(not can_fork(), reason="judges stand where processes are forked"),
    pytest.mark.timeout(600),  # a judge gets ready for each
]


class Hanging:
    """A judge in the middle of an order, and the processes that work on it."""

    def __init__(self, folder: str) -> None:
        self.folder, self.ending = Path(folder), list[BaseException]()
        self.judge = start_judge(JudgeKey((TASK,), "auto", simulated_accelerator()))
        self.judge.wait()
        self.thread = threading.Thread(target=self._grade)
        self.thread.start()
        self.pid = self.judge._process.pid
        self.server, self.child = wait_for(lambda: two(children(self.pid)))
        (self.worker,) = wait_for(lambda: children(self.server))

    def _grade(self) -> None:
        files = Submission({"losses": Content("losses.py", HANGING)}, "losses.py")
        try:
            self.judge.grade(Order(files, (TASK,), "", 1, "auto", False, None, simulated_accelerator()))
        except BaseException as problem:
            self.ending.append(problem)

    def left(self) -> list[Any]:
        """What is still there."""
        processes = [pid for pid in (self.pid, self.server, self.child, self.worker) if runs(pid)]
        return [*processes, *self.folder.iterdir()]


def children(pid: int) -> list[int]:
    try:
        return sorted(int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
    except OSError:
        return []


def two(found: list[int]) -> list[int]:
    return found if len(found) == 2 else []


def runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0] not in "ZX"
    except OSError:
        return False


def wait_for(look: Callable[[], list[int]]) -> list[int]:
    end = time.monotonic() + PATIENCE
    while not (found := look()):
        assert time.monotonic() < end
        time.sleep(0.005)
    return found


@pytest.fixture
def hanging(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hanging]:
    """A judge whose order takes longer than anybody waits."""
    with tempfile.TemporaryDirectory(prefix="standing-") as name:
        os.chmod(name, 0o711)
        monkeypatch.setenv("TMPDIR", name)
        found = Hanging(name)
        yield found
        found.judge.kill()
        found.thread.join()


def kill_server(hanging: Hanging) -> None:
    os.kill(hanging.server, signal.SIGKILL)


def kill_judge(hanging: Hanging) -> None:
    os.kill(hanging.pid, signal.SIGKILL)


def hang_up(hanging: Hanging) -> None:
    """As the system does for a process that ends: the judge's is the reading end of one pipe."""
    hanging.judge._orders.close()


@pytest.mark.parametrize("end", [kill_server, kill_judge, hang_up])
def test_nothing_stays_of_a_judge_that_ends_while_it_grades(
    hanging: Hanging, end: Callable[[Hanging], None]
) -> None:
    """Judge, server, worker and grading process end with any of them, and whoever waits is told to take another."""
    end(hanging)
    hanging.thread.join(PATIENCE)
    assert [type(problem) for problem in hanging.ending] == [JudgeDied]
    stop = time.monotonic() + PATIENCE
    while hanging.left() and time.monotonic() < stop:
        time.sleep(0.01)
    hanging.judge.close()
    assert hanging.left() == []
