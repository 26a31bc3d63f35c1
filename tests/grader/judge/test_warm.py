"""A judge that stands for a whole class grades each order as `grade` does, and no order notices another."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from grader.course import load_course
from grader.device.choice import simulated_accelerator
from grader.intake import Content, Submission
from grader.judge.grading import report_of
from grader.judge.order import JudgeKey, Order
from grader.judge.warm_pool import WarmJudge, start_judge
from grader.process.kernel import can_fork
from grader.report import Report, Verdict

TASK = "losses.l2_penalty"
ROUNDING = (
    4096  # KiB: the allocator takes one more arena at some moment, and then none for hundreds of orders
)
WITHOUT = "not derivatives"  # finite differences make as many calls as all other tests together
IMPOSTORS = ("pytest", "torch", "random", "grader")
RIGHT = (Path(__file__).parents[1] / "cases/bystander/losses.py").read_text(encoding="utf-8")
WRONG = RIGHT.replace("strength / 2", "strength")
HANGING = "import time\n\n\ndef l2_penalty(params, strength):\n    time.sleep(60)\n"
SUBMISSIONS: dict[str, tuple[str, Verdict, float | None]] = {  # with the seconds that a test may take
    "right": (RIGHT, Verdict.PASS, None),
    "wrong": (WRONG, Verdict.FAIL, None),
    "broken": ("import no_such_module\nno_such_module.start()\n\n" + RIGHT, Verdict.ERROR, None),
    "hanging": (HANGING, Verdict.TIMEOUT, 1),
}
LOOKS = """
import os
import random
import sys
import threading
import warnings

import torch


def l2_penalty(params, strength):
    print(sorted(os.environ), os.listdir("."), sys.path, len(sys.modules), warnings.filters, threading.active_count())
    print(random.random(), torch.rand(1).item(), torch.get_default_dtype(), torch.sum, "left" in sys.modules)
"""
SPOILS = """
import os
import random
import sys
import threading
import time
import warnings

import torch

os.environ["LEFT"] = "left"
sys.path.insert(0, "left")
sys.modules["left"] = sys
warnings.simplefilter("error")
random.seed(1)
torch.manual_seed(1)
torch.sum = None
torch.set_default_dtype(torch.float64)
threading.Thread(target=time.sleep, args=(3600,)).start()
with open("left", "w") as file:
    file.write("left")


def l2_penalty(params, strength):
    os._exit(3)
"""

Grade = Callable[..., Report]

pytestmark = [
    pytest.mark.skipif(not can_fork(), reason="judges stand where processes are forked"),
    pytest.mark.timeout(600),  # a judge gets ready first, and thirty orders are graded
]


def order(text: str, keyword: str = "", seed: int = 1, seconds: float | None = None) -> Order:
    """The order for a submission of one small task."""
    files = {"losses": Content("losses.py", text.encode())}
    return Order(
        Submission(files, "losses.py"),
        (TASK,),
        keyword,
        seed,
        "auto",
        False,
        seconds,
        simulated_accelerator(),
    )


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WarmJudge]:
    """A judge that was started in a folder of somebody who would like it to import his files."""
    folder = tmp_path_factory.mktemp("impostors")
    for name in IMPOSTORS:
        (folder / f"{name}.py").write_text("open('imported', 'w')\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        judge = start_judge(JudgeKey((TASK,), "auto", simulated_accelerator()))
        judge.wait()
    assert not (folder / "imported").exists()
    yield judge
    judge.close()


@pytest.fixture
def grade(judge: WarmJudge) -> Grade:
    """Grades a submission with the judge."""
    course = load_course()

    def graded(text: str, **options: Any) -> Report:
        asked = order(text, **options)
        return report_of(
            course, [course.task(TASK)], judge.grade(asked), name=asked.submission.name, seed=asked.seed,
            accelerator=asked.accelerator, seconds=0.0,
        )  # fmt: skip

    return graded


def without_durations(report: Report) -> Report:
    """A report, but for how long it took."""
    tasks = [
        replace(task, tests=tuple(replace(test, seconds=0.0) for test in task.tests)) for task in report.tasks
    ]
    return replace(report, seconds=0.0, tasks=tuple(tasks))


@pytest.fixture(scope="module")
def by_grade(host: Any, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Report]:
    """What `grade_submission` says of each submission."""
    folder, waiting = tmp_path_factory.mktemp("submissions"), {}
    for name, (text, _, seconds) in SUBMISSIONS.items():
        (folder / name).mkdir()
        file = folder / name / "losses.py"
        file.write_text(text)
        waiting[name] = host.send(
            {"paths": [file], "tasks": [TASK], "seed": 1, "seconds": seconds, "jobs": 1, "keyword": WITHOUT}
        )
    return lambda name: waiting[name]()[0].report


@pytest.mark.parametrize("name", SUBMISSIONS)
def test_order_is_graded_as_grade_does(name: str, grade: Grade, by_grade: Callable[[str], Report]) -> None:
    """A warm judge gives the report that `grade` gives, but for durations."""
    text, verdict, seconds = SUBMISSIONS[name]
    report = grade(text, seconds=seconds, keyword=WITHOUT)
    assert report.tasks[0].verdict is verdict
    assert without_durations(report) == replace(
        without_durations(by_grade(name)), submission=report.submission
    )


def test_order_with_a_seed_gives_one_report(grade: Grade) -> None:
    """Two orders with the same seed meet the same numbers, and one with another seed meets others."""
    first, again, other = (
        without_durations(grade(WRONG, seed=seed, keyword="gradient")).tasks for seed in (5, 5, 6)
    )
    assert first == again
    assert first != other


def test_order_notices_nothing_of_the_one_before(grade: Grade) -> None:
    """What a submission does to its process and its folder, no submission after it can see."""
    before = printed(grade(LOOKS, keyword="by_hand or gradient"))
    grade(SPOILS, keyword="by_hand or gradient")
    assert printed(grade(LOOKS, keyword="by_hand or gradient")) == before
    assert "torch" in before


def printed(report: Report) -> str:
    """What a submission printed."""
    return "".join(test.printed or "" for test in report.tasks[0].tests)


def test_order_with_a_keyword_is_graded_for_it(grade: Grade) -> None:
    """A keyword leaves tests out, as it does for `grade`, for one order only."""
    names = [
        [test.name for test in grade(RIGHT, keyword=word).tasks[0].tests]
        for word in (WITHOUT, "gradient", WITHOUT)
    ]
    assert names[0] == names[2]
    assert names[1] == [name for name in names[0] if "gradient" in name] != []


def test_judge_does_not_grow(grade: Grade, judge: WarmJudge) -> None:
    """Thirty orders leave a judge as it was: its memory, its descriptors, its processes."""
    ten = [grade(RIGHT, keyword="strength_zero") for _ in range(10)]
    before = facts(judge._process.pid)
    thirty = ten + [grade(RIGHT, keyword="strength_zero") for _ in range(20)]
    assert facts(judge._process.pid)[1:] == before[1:]
    assert facts(judge._process.pid)[0] <= before[0] + ROUNDING
    assert {report.tasks[0].verdict for report in thirty} == {Verdict.PASS}


def facts(pid: int) -> tuple[int, int, int]:
    """Memory in KiB, open descriptors, and processes below a process."""
    process = Path(f"/proc/{pid}")
    (memory,) = re.findall(r"RssAnon:\s+(\d+)", (process / "status").read_text())
    below = (process / f"task/{pid}/children").read_text().split()
    return int(memory), len(list((process / "fd").iterdir())), len(below)


def test_next_order_is_given_what_was_found_out_about_tests(grade: Grade, judge: WarmJudge) -> None:
    """A partly wrong submission is graded the same the second time, whatever the judge has learned from the first."""
    first, again = grade(WRONG, seed=5), grade(WRONG, seed=5)
    grade(WRONG, seed=6)
    assert without_durations(first) == without_durations(again) == without_durations(grade(WRONG, seed=5))
