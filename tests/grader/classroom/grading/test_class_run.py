"""A run over a class: what is graded, what is kept, and what is added up; the gradings themselves are made by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from grader.classroom.gradebook.book import Gradebook
from grader.classroom.grading import class_run, jobs
from grader.classroom.grading.class_run import grade_class, standings_of
from grader.classroom.grading.jobs import ClassRun, Job
from grader.classroom.policy.columns import columns_of
from grader.classroom.policy.course_toml import parse_policy
from grader.classroom.records import Adjustment, ClassIntake, ClassResult, HandIn, Outcome, Standing, Student
from grader.course import Task, load_course
from grader.device.choice import Accelerator
from grader.judge.grading import environment_of
from grader.judge.order import ShardResult
from grader.report import Environment, Report, TaskReport, Verdict

TASKS = ("losses.sigmoid", "tensors.outer", "tensors.frobenius_norm")
NAMES = ("ann", "ben", "cleo", "dan")


class AtOnce(Executor):
    """Does each piece of work when it is given."""

    def submit(self, work: Callable[..., Any], /, *args: Any, **more: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(work(*args, **more))
        except Exception as problem:
            future.set_exception(problem)
        return future


@contextmanager
def at_once(most: int) -> Iterator[Executor]:
    yield AtOnce()


def data_of(job: Job) -> bytes:
    return job.order.submission.files[job.topic].data


class Quiet:
    """A watcher that may stop a run after some gradings."""

    def __init__(
        self, stop_after: int | None = None, problem: type[BaseException] = KeyboardInterrupt
    ) -> None:
        self.total, self.stop_after, self.problem = 0, stop_after, problem

    def __call__(self, done: int, total: int, part: str) -> None:
        self.total = total
        if done == self.stop_after:
            raise self.problem


class Class:
    """A class whose files say how many points each task gets: `2` in the file is two points."""

    def __init__(self, book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.book, self.course, self.policy = book, load_course(), parse_policy("")
        self.accelerator, self.seed = Accelerator("cpu"), 1
        self.executor: Callable[[int], Any] = at_once
        self.graded: list[Job] = []
        self.fails: set[bytes] = set()
        self.lost: set[bytes] = set()
        monkeypatch.setattr(class_run, "grade_job", self._grade)

    def _grade(self, job: Job) -> Report:
        self.graded.append(job)
        data = data_of(job)
        if data in self.lost:
            raise RuntimeError("the worker has gone")
        environment = environment_of(self.course, ShardResult(kind="forked"), self.accelerator)
        tasks = [self.course.task(task_id) for task_id in job.order.task_ids]
        reports = tuple(self._report(task, min(float(data), task.points)) for task in tasks)
        incomplete = "the disk is full" if data in self.fails else None
        return Report(job.topic, job.order.seed, environment, reports, 0.5, incomplete)

    @staticmethod
    def _report(task: Task, points: float) -> TaskReport:
        verdict = Verdict.PASS if points == task.points else Verdict.FAIL
        return TaskReport(task.id, task.title, verdict, points, task.points)

    def grade(self, *hand_ins: HandIn, watcher: Quiet | None = None, **more: Any) -> ClassResult:
        self.graded.clear()
        tasks = tuple(self.course.task(name) for name in TASKS)
        asked = ClassRun(
            "A class", self.course, tasks, self.policy, self.seed, self.accelerator, "auto", self.executor
        )
        with Gradebook(self.book) as book:
            return grade_class(ClassIntake(hand_ins, **more), asked, book, watcher or Quiet())

    def kept(self) -> int:
        with Gradebook(self.book) as book:
            return sum(book.has(job.key) for job in self.graded)


def hand_in(name: str, tensors: str | None = "1", losses: str | None = None, **more: Any) -> HandIn:
    contents = {"tensors.py": tensors, "losses.py": losses}
    files = {file: text.encode() for file, text in contents.items() if text is not None}
    return HandIn(Student(name, name.title()), f"upload/{name}", files, **more)


def everybody(values: Sequence[str] = "0123") -> list[HandIn]:
    return [hand_in(name, value) for name, value in zip(NAMES, values, strict=True)]


def scores(result: ClassResult) -> dict[str, float]:
    return {standing.student.id: standing.score for standing in result.standings}


def same(one: ClassResult, other: ClassResult) -> bool:
    """Whether two runs found the same, apart from durations."""
    return one.standings == other.standings and one.columns == other.columns


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Class:
    return Class(tmp_path / "gradebook.sqlite", monkeypatch)


def test_run_gives_each_student_one_outcome_with_a_reason(made: Class) -> None:
    """Graded, broken, missing and unknown hand-ins are one row each, and none of the last three is a job."""
    broken = HandIn(Student("ben"), "upload/ben.zip", problem="it is cut short: hand it in again")
    result = made.grade(hand_in("ann", "2"), broken, missing=(Student("cleo"),), unknown=("'x' is nobody",))
    found = {each.student.id: (each.outcome, each.reason) for each in result.standings}
    assert found == {
        "ann": (Outcome.GRADED, "handed in once"),
        "ben": (Outcome.UNREADABLE, "it is cut short: hand it in again"),
        "cleo": (Outcome.MISSING, "nothing was handed in"),
        "?1": (Outcome.UNKNOWN, "'x' is nobody"),
    }
    assert len(made.graded) == 1


def test_run_grades_equal_files_once(made: Class) -> None:
    """Two students with the same bytes have one grading, and each has the points."""
    result = made.grade(*everybody("2222"))
    assert len(made.graded) == result.graded == 1
    assert set(scores(result).values()) == {2.0}


def test_run_again_grades_nothing_and_finds_the_same(made: Class) -> None:
    """A second run over the same class makes no grading."""
    first, second = made.grade(*everybody()), made.grade(*everybody())
    assert (len(made.graded), second.graded, second.cached) == (0, 0, 4)
    assert same(first, second)


@pytest.mark.parametrize("problem", [KeyboardInterrupt, RuntimeError])
def test_run_keeps_what_is_done_when_it_is_broken_off(made: Class, problem: type[BaseException]) -> None:
    """Whatever ends a run, what was graded before is kept, and the next run grades only the rest."""
    watcher = Quiet(stop_after=2, problem=problem)
    with pytest.raises(problem):
        made.grade(*everybody(), watcher=watcher)
    assert made.kept() == 2
    after = Quiet()
    resumed = made.grade(*everybody(), watcher=after)
    assert (resumed.cached, after.total) == (2, 2)
    assert scores(resumed) == {"ann": 0.0, "ben": 2.0, "cleo": 2.0, "dan": 2.0}
    assert resumed.number == 2


def test_run_that_is_resumed_finds_what_an_undisturbed_one_does(made: Class, tmp_path: Path) -> None:
    """After an interruption at any grading the result is the same."""
    undisturbed = made.grade(*everybody())
    for number in range(1, 5):
        made.book = tmp_path / f"{number}.sqlite"
        with pytest.raises(KeyboardInterrupt):
            made.grade(*everybody(), watcher=Quiet(stop_after=number))
        assert same(made.grade(*everybody()), undisturbed)


def test_run_broken_off_is_never_shown_as_a_result(made: Class) -> None:
    """A run without an end stays listed as such, and the last finished one is the result."""
    made.grade(*everybody())
    with pytest.raises(KeyboardInterrupt):
        made.grade(*everybody("9999"), watcher=Quiet(stop_after=1))
    with Gradebook(made.book) as book:
        assert [entry.finished is None for entry in book.runs()] == [False, True]
        assert book.result().number == 1


def test_run_takes_an_incomplete_grading_up_again(made: Class) -> None:
    """Our own failure is no grade: the student is incomplete, nothing is kept, and the next run tries again."""
    made.fails = {b"1"}
    first = made.grade(*everybody())
    by_name = {each.student.id: each for each in first.standings}
    assert by_name["ben"].outcome is Outcome.INCOMPLETE
    assert "the disk is full" in by_name["ben"].reason
    assert made.kept() == 3
    made.fails = set()
    second = made.grade(*everybody())
    assert [data_of(job) for job in made.graded] == [b"1"]
    assert {each.outcome for each in second.standings} == {Outcome.GRADED}
    assert scores(second)["ben"] == 2.0


def test_run_survives_a_grading_whose_process_is_lost(made: Class) -> None:
    """A grading that ends with an exception is incomplete, and the others are graded."""
    made.lost = {b"2"}
    outcomes = {each.student.id: each for each in made.grade(*everybody()).standings}
    assert Counter(each.outcome for each in outcomes.values()) == {Outcome.GRADED: 3, Outcome.INCOMPLETE: 1}
    assert "the worker has gone" in outcomes["cleo"].reason


def test_run_with_a_changed_suite_grades_only_its_topic(made: Class, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the digest of one topic changes, the other topic is known from before."""
    class_ = [hand_in(name, "1", "2") for name in NAMES]
    made.grade(*class_)
    digest = jobs.topic_digest
    monkeypatch.setattr(
        jobs, "topic_digest", lambda course, topic: digest(course, topic) + "!" * (topic == "losses")
    )
    again = made.grade(*class_)
    assert {job.topic for job in made.graded} == {"losses"}
    assert (again.graded, again.cached) == (1, 1)


def test_run_with_one_new_file_grades_only_that(made: Class) -> None:
    """A student who hands in again costs one grading."""
    made.grade(*everybody())
    made.grade(*everybody("0129"))
    assert [data_of(job) for job in made.graded] == [b"9"]


def test_run_with_another_seed_grades_everything_again(made: Class) -> None:
    """The seed is part of what a grading is known by."""
    made.grade(*everybody())
    made.seed = 2
    assert made.grade(*everybody()).graded == 4


@pytest.mark.parametrize(
    ("counts", "score", "others"), [("last", 0.0, 1), ("best", 2.0, 1), ("first", 2.0, 1)]
)
def test_run_counts_the_hand_in_that_the_policy_says(
    made: Class, counts: str, score: float, others: int
) -> None:
    """Of two hand-ins the last, the best or the first counts; both are graded and the other is listed."""
    made.policy = parse_policy(f'counts = "{counts}"')
    (standing,) = made.grade(hand_in("ann", "1"), hand_in("ann", "0", attempt=2)).standings
    assert (standing.score, len(standing.attempts), len(made.graded)) == (score, others, 2)


def test_run_changes_only_who_handed_in_something_else(made: Class) -> None:
    """Between two runs only the student whose work changed stands otherwise."""
    before, after = made.grade(*everybody()), made.grade(*everybody("0023"))
    pairs = [(old.student.id, old.grade, new.grade) for old, new in zip(before.standings, after.standings, strict=True)]
    assert [pair for pair in pairs if pair[1] != pair[2]] == [("ben", 2.0, 0.0)]


def test_run_without_anything_handed_in_starts_no_executor(made: Class) -> None:
    """Where there is nothing to grade no judge gets ready."""

    def refuse(most: int) -> None:
        raise AssertionError("nothing is to be graded")

    made.executor = refuse
    result = made.grade(missing=(Student("ann"),))
    assert [each.outcome for each in result.standings] == [Outcome.MISSING]


def test_record_names_every_hand_in_of_a_grading(kept_hand_ins, made: Class) -> None:
    """The gradebook says for which hand-ins a grading stands, equal ones too."""
    made.grade(*everybody("2222"))
    with Gradebook(made.book) as book:
        assert [entry.gradings for entry in book.runs()] == [4]
        assert len(kept_hand_ins(book)) == 4


def test_run_leaves_out_topics_that_are_not_asked_for(made: Class) -> None:
    """A file of another topic is no job."""
    other = replace(hand_in("ann"), files={"tensors.py": b"1", "cnn.py": b"1"})
    made.grade(other)
    assert [job.topic for job in made.graded] == ["tensors"]

TASK = "tensors.outer"
ENVIRONMENT = Environment("0.1.0", "3.11", "2.13", "Linux", "cpu", "forked", (), (), "0" * 64)


class Reports:
    """Gives the same report for every key, and counts how often it is asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, key: str) -> Report:
        self.asked.append(key)
        task = load_course().task(TASK)
        return Report(
            "", 1, ENVIRONMENT, (TaskReport(task.id, task.title, Verdict.PASS, 1.0, task.points),), 0.5
        )


@pytest.fixture
def reports() -> Reports:
    return Reports()


@pytest.fixture
def standings(reports: Reports) -> tuple[Standing, ...]:
    """Ann and Ben handed in, Cleo did not, and something is nobody's."""
    course, policy = load_course(), parse_policy("")
    hand_ins = tuple(HandIn(Student(name), f"upload/{name}", {"tensors.py": b""}) for name in ("ben", "ann"))
    given = Adjustment("ann", 0.5, "the lecturer", datetime(2026, 3, 1, tzinfo=UTC), "a good question")
    run = ClassRun("A class", course, (course.task(TASK),), policy, 1, Accelerator("cpu"), "auto", at_once)
    return standings_of(
        ClassIntake(hand_ins, missing=(Student("cleo"),), unknown=("'x' is nobody",)),
        {"ben's": [(0, "tensors")], "ann's": [(1, "tensors")]}, reports, run, columns_of(course, policy),
        (given,), ENVIRONMENT,
    )  # fmt: skip


def test_standings_are_those_of_everybody_in_order(standings: tuple[Standing, ...]) -> None:
    """Students come by their ids, whoever fits nobody comes last, and there are no more."""
    found = [(each.student.id, each.outcome, each.adjusted) for each in standings]
    assert found == [
        ("ann", Outcome.GRADED, 0.5), ("ben", Outcome.GRADED, 0.0), ("cleo", Outcome.MISSING, 0.0),
        ("?1", Outcome.UNKNOWN, 0.0),
    ]  # fmt: skip
