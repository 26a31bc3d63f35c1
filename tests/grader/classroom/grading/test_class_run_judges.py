"""A small class graded by real judges: broken off, resumed over a judge that is killed, and graded again."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from grader.classroom.gradebook.book import Gradebook
from grader.classroom.grading.asked import Asked
from grader.classroom.grading.class_run import run_class
from grader.classroom.grading.jobs import POOL, Job, grade_job
from grader.classroom.records import ClassResult, Outcome
from grader.course import load_course
from grader.intake import Content, Submission
from grader.judge.accelerator import accelerator_for
from grader.judge.order import JudgeKey, Order, OurProblem
from grader.judge.warm_pool import JudgePool, JudgeStopped, WarmJudge, start_judge
from grader.process.kernel import can_fork

CASES = Path(__file__).parents[2] / "cases"
TASK = "tensors.outer"
HANGS = b"def outer(x, y):\n    while True:\n        pass\n"
LONG = 600.0  # seconds that each test of the endless loop would have
PATIENCE = 60.0  # seconds for what takes a moment where nothing else runs

pytestmark = [
    pytest.mark.skipif(not can_fork(), reason="judges stand where processes are forked"),
    pytest.mark.timeout(600),  # several judges get ready one after the other
]


def submissions() -> dict[str, bytes]:
    """The work of eight students, by the path of its file."""
    course = load_course()
    right, stub = (
        file.read_bytes() for file in (course.solution_file("tensors"), course.stub_file("tensors"))
    )
    wrong, ends, broken = (
        (CASES / name / "tensors.py").read_bytes()
        for name in (
            "wrong_tensors/rows_and_columns_swapped",
            "hostile/exit_at_import",
            "bad_input/syntax_error",
        )
    )
    return {
        "ann/tensors.py": right, "ben/tensors.py": wrong, "cleo/tensors.py": stub, "dan/tensors.py": right,
        "eve/tensors.py": ends, "finn/tensors.py": broken, "gus/tensors.py": right + b"\n# gus\n",
        "hal/tensors.zip": b"PK no more",
    }  # fmt: skip


EXPECTED = {
    "ann": ("pass", 1.0), "ben": ("fail", None), "cleo": ("not_attempted", 0.0), "dan": ("pass", 1.0),
    "eve": ("error", 0.0), "finn": ("error", 0.0), "gus": ("pass", 1.0),
}  # fmt: skip


@dataclass
class Watch:
    """Counts gradings; after the first one it breaks the run off, or kills the judges."""

    then: str = ""
    seen: int = 0
    killed: int = 0

    def __call__(self, done: int, total: int, part: str) -> None:
        if not done:
            return
        self.seen += 1
        if self.then == "break off":
            raise KeyboardInterrupt
        if self.then == "kill" and self.seen == 1:
            for judge in [*POOL._busy, *(one for idle in POOL._idle.values() for one in idle)]:
                os.kill(judge._process.pid, signal.SIGKILL)
                self.killed += 1


def _children(of: int | None = None) -> Iterator[int]:
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, parent = stat.read_text().rpartition(") ")[2].split()[:2]
            if int(parent) == (of or os.getpid()) and state != "Z":
                yield int(stat.parent.name)


class Story:
    """One class in three runs: the first is broken off, in the second a judge is killed, the third is quiet."""

    def __init__(self, folder: Path) -> None:
        for name, data in submissions().items():
            file = folder / "class" / name
            file.parent.mkdir(parents=True)
            file.write_bytes(data)
        before = set(_children())
        self.asked = Asked((folder / "class",), folder / "out", tasks=(TASK,), seed=1, jobs=1, device="sim")
        self.watches = [Watch("break off"), Watch("kill"), Watch()]
        with pytest.raises(KeyboardInterrupt):
            self._run(0)
        self.left = set(children_beyond(before))
        with Gradebook(self.asked.book) as book:
            self.gradings_then, self.finished_then = book.runs()[0].gradings, book.runs()[0].finished
        self.resumed, self.again = self._run(1), self._run(2)
        self.left_at_last = set(children_beyond(before))

    def _run(self, number: int) -> ClassResult:
        return run_class(self.asked, self.watches[number])[0]


def children_beyond(before: set[int]) -> list[int]:
    """Return the processes of this one that still run a while later, apart from those that did before."""
    end = time.monotonic() + PATIENCE
    while (left := set(_children()) - before) and time.monotonic() < end:
        time.sleep(0.02)
    return sorted(left)


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    folder = tmp_path_factory.mktemp("story")
    return Story(folder)


def test_run_broken_off_keeps_what_is_done_and_leaves_no_process(story: Story) -> None:
    """After Ctrl-C the grading that was made is in the gradebook, the run has no end, and no judge is left."""
    assert story.gradings_then > 0
    assert story.finished_then is None
    assert story.left == set()


def test_run_goes_on_with_a_fresh_judge_when_one_is_killed(story: Story) -> None:
    """A judge that is killed in the middle hands its grading to another one: all are graded as they should be."""
    assert story.watches[1].killed == 1
    assert story.resumed.cached >= 1
    found = {each.student.id: each.report.tasks[0] for each in story.resumed.standings if each.report}
    for name, (verdict, points) in EXPECTED.items():
        assert (name, str(found[name].verdict)) == (name, verdict)
        assert points in (None, found[name].points)
    assert found["ben"].tests and any(test.message and test.message.mistake for test in found["ben"].tests)


def test_run_names_one_outcome_for_each_student(story: Story) -> None:
    """Seven are graded, and the one with a broken upload is told so."""
    outcomes = {each.student.id: each.outcome for each in story.resumed.standings}
    assert outcomes == dict.fromkeys(EXPECTED, Outcome.GRADED) | {"hal": Outcome.UNREADABLE}


def test_run_again_starts_no_judge_and_finds_the_same(story: Story) -> None:
    """The third run makes no grading, gives the same standings and leaves no process."""
    assert (story.again.graded, story.watches[2].seen) == (0, 0)
    assert story.again.standings == story.resumed.standings
    assert story.left_at_last == set()


def test_run_writes_pages_for_everybody_who_was_graded(story: Story) -> None:
    """The folder holds the class page, the grades, and feedback for each student."""
    out = story.asked.out
    assert (out / "class.html").is_file()
    assert len((out / "grades.csv").read_text(encoding="utf-8").splitlines()) == 1 + len(submissions())
    assert {page.name.partition("-")[0] for page in (out / "feedback").glob("*.html")} >= set(EXPECTED)
    assert not list(out.rglob(".*.part"))


# One judge


@pytest.fixture
def order() -> Order:
    """An order that would take an hour."""
    files = {"tensors": Content("tensors.py", HANGS)}
    return Order(Submission(files, "x"), (TASK,), "", 1, "auto", False, LONG, accelerator_for("sim"))


def test_judge_ends_with_its_grading_when_the_other_end_has_gone(order: Order) -> None:
    """A judge whose orders end while it grades an endless loop ends too, and so does everything it has started."""
    judge = start_judge(JudgeKey((TASK,), order.sandbox, order.accelerator))
    judge.wait()
    before = set(_children(judge._process.pid))
    thread = threading.Thread(target=_grade, args=(judge, order, []))
    thread.start()
    _until(lambda: set(_children(judge._process.pid)) - before)  # the child that grades
    judge._orders.close()
    judge._process.wait(PATIENCE)
    thread.join(PATIENCE)
    assert not thread.is_alive()
    _until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in before))
    judge.close()


def test_judges_end_a_grading_at_once_when_they_are_closed(order: Order) -> None:
    """Closing ends a judge in the middle of an endless loop; it is not tried again, and none is lent any more."""
    judges, key, problems = JudgePool(), JudgeKey((TASK,), order.sandbox, order.accelerator), list[BaseException]()

    def grade() -> None:
        with judges.lend(key) as judge:
            _grade(judge, order, problems)

    thread = threading.Thread(target=grade)
    thread.start()
    _until(lambda: judges._busy and judges._busy[0].is_ready)
    judges.close()
    thread.join(PATIENCE)
    assert not thread.is_alive()
    assert [type(problem) for problem in problems] == [JudgeStopped]
    with pytest.raises(OurProblem, match="stopped"), judges.lend(key):
        pass


def _grade(judge: WarmJudge, order: Order, problems: list[BaseException]) -> None:
    try:
        judge.grade(order)
    except OurProblem as problem:
        problems.append(problem)


def _until(holds: object) -> None:
    end = time.monotonic() + PATIENCE
    while not holds():  # type: ignore[operator]
        assert time.monotonic() < end, "it takes too long"
        time.sleep(0.01)


# One job


def test_job_of_another_course_is_refused_with_the_reason() -> None:
    """Where another version is installed than where the job was made, nothing is graded, and the report says why."""
    accelerator = accelerator_for("sim")
    submission = Submission({"tensors": Content("tensors.py", b"x = 1\n")}, "tensors")
    order = Order(submission, (TASK,), "", 1, "auto", False, accelerator=accelerator)
    job = Job("0" * 64, order, (TASK,))
    report = grade_job(job)
    assert report.incomplete is not None and "another version of tensors" in report.incomplete
    assert "install the same in both places" in report.incomplete
    assert report.score == 0.0 and replace(report, incomplete=None).tasks[0].verdict == "internal"
