"""A class graded on a Dask cluster of two worker processes, one of which is killed on the way."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest

from grader.classroom.gradebook.book import Gradebook
from grader.classroom.grading import jobs
from grader.course import load_course
from grader.judge.order import UsageProblem
from grader.process.kernel import can_fork

TASK = "tensors.outer"
SIZE = 8
PATIENCE = 450.0  # seconds for what takes some where nothing else runs

pytestmark = [
    pytest.mark.skipif(not can_fork(), reason="judges stand where processes are forked"),
    pytest.mark.timeout(900),  # three processes import torch and two judges get ready
]


@contextmanager
def process(log: Path, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process of this Python; it is killed at the end if it still runs."""
    with open(log, "wb") as sink:
        running = subprocess.Popen([sys.executable, "-W", "ignore", "-m", *words], stdout=sink, stderr=sink)
    try:
        yield running
    finally:
        running.kill()
        running.wait()


def until(holds: Callable[[], object], what: str) -> object:
    end = time.monotonic() + PATIENCE
    while not (found := holds()):
        assert time.monotonic() < end, what
        time.sleep(0.05)
    return found


def address_in(log: Path) -> str:
    found = re.search(r"tcp://127\.0\.0\.1:\d+", log.read_text(encoding="utf-8", errors="replace"))
    return found.group() if found else ""


def kept(book: Path) -> int:
    if not book.is_file():
        return 0
    with closing(sqlite3.connect(f"file:{book}?mode=ro", uri=True)) as opened:
        try:
            return int(opened.execute("SELECT count(*) FROM reports").fetchone()[0])
        except sqlite3.OperationalError:  # it is made just now
            return 0


@pytest.mark.rest
def test_class_is_graded_on_a_cluster_although_a_worker_is_killed(tmp_path: Path) -> None:
    """What the killed worker had in hand is graded by the other one: everybody has the points of their work."""
    right = load_course().solution_file("tensors").read_text(encoding="utf-8")
    wrong = right.replace("def outer(", "def outer(x, y):\n    return y[:, None] * x\n\n\ndef was_outer(")
    for number in range(SIZE):
        file = tmp_path / "class" / f"s{number}" / "tensors.py"
        file.parent.mkdir(parents=True)
        file.write_text(f"{wrong if number % 4 == 1 else right}\n# {number}\n", encoding="utf-8")
    with ExitStack() as stack:
        log = tmp_path / "scheduler.log"
        stack.enter_context(
            process(
                log, "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard"
            )
        )
        address = str(until(lambda: address_in(log), "the scheduler does not start"))
        common = ("distributed.cli.dask_worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard",
                  "--local-directory", str(tmp_path))  # fmt: skip
        workers = [
            stack.enter_context(process(tmp_path / f"{n}.log", *common, "--name", str(n))) for n in "ab"
        ]
        for name in "ab":
            started = tmp_path / f"{name}.log"
            until(lambda file=started: "Registered to" in file.read_text(), "a worker does not start")
        book, run_log = tmp_path / "out/gradebook.sqlite", tmp_path / "run.log"
        run = stack.enter_context(
            process(
                run_log,
                "grader",
                "class",
                str(tmp_path / "class"),
                "--out",
                str(tmp_path / "out"),
                "--task",
                TASK,
                "--seed",
                "1",
                "--device",
                "sim",
                "--scheduler",
                address,
            )  # fmt: skip
        )
        until(lambda: kept(book) or run.poll() is not None, "nothing is graded")
        os.kill(workers[0].pid, signal.SIGKILL)
        assert run.wait(PATIENCE) == 0, run_log.read_text(encoding="utf-8")
    with Gradebook(book) as opened:
        result = opened.result()
    scores = {each.student.id: each.score for each in result.standings}
    assert {name: score == 1.0 for name, score in scores.items()} == {
        f"s{number}": number % 4 != 1 for number in range(SIZE)
    }
    assert {str(each.outcome) for each in result.standings} == {"graded"}


def test_cluster_that_does_not_answer_is_a_wrong_call(monkeypatch: pytest.MonkeyPatch) -> None:
    """An address where no scheduler listens is refused with what to give instead."""
    monkeypatch.setattr(jobs, "CONNECT_SECONDS", 0.2)
    with (
        pytest.raises(UsageProblem, match=r"no Dask scheduler answers there"),
        jobs.on_cluster("tcp://127.0.0.1:1"),
    ):
        pass
