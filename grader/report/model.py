"""The report: everything that a renderer may show, decided in the judge."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from grader.report.artefacts import Curve, Path, Picture, ShapeTable

SCHEMA_VERSION = 1


class Verdict(StrEnum):
    """What became of a test or of a task."""

    PASS = "pass"
    FAIL = "fail"
    ERROR = "error"  # their code raised or died
    NOT_ATTEMPTED = "not_attempted"
    TIMEOUT = "timeout"
    MEMORY = "memory"
    FORBIDDEN = "forbidden"
    SKIPPED = "skipped"  # a task it needs has not passed
    INTERNAL = "internal"  # our own failure: the grading is incomplete


POSSIBLE = "one possible cause: "  # before the sentence of a mistake whose effect alone is known to be the same
DECISIVE = (Verdict.INTERNAL, Verdict.FORBIDDEN)  # one test with this verdict gives it to its task


@dataclass(frozen=True)
class Message:
    """One failure in its fixed labels; a label without a value is left out."""

    checked: str
    expected: str | None = None
    got: str | None = None
    where: str | None = None
    likely: str | None = None
    mistake: str | None = None  # name of the known mistake that reproduces the result
    next: str | None = None


@dataclass(frozen=True)
class TestReport:
    """One test of a task."""

    __test__ = False  # pytest: this is data, not a test class

    name: str
    title: str
    verdict: Verdict
    visible: bool
    weight: float
    seconds: float
    message: Message | None = None
    traceback: str | None = None  # the learner's own, cut to their file
    printed: str | None = None  # what their code printed during this test, and warnings that it caused
    repeat: str | None = None  # Python that repeats the failing call
    curves: tuple[Curve, ...] = ()
    paths: tuple[Path, ...] = ()
    tables: tuple[ShapeTable, ...] = ()
    pictures: tuple[Picture, ...] = ()
    is_close: bool = False  # whether what differs does so by rounding alone: other failures tell more


@dataclass(frozen=True)
class TaskReport:
    """One task with its tests; `message` is for a task that could not be tested at all."""

    id: str
    title: str
    verdict: Verdict
    points: float
    max_points: float
    tests: tuple[TestReport, ...] = ()
    message: Message | None = None

    @property
    def first_failure(self) -> TestReport | None:
        """The failure to show first: what costs the whole task, then what tells most, in the suite's order."""
        failed = [test for test in self.tests if test.verdict is not Verdict.PASS]
        decisive = self.verdict in DECISIVE
        return min(
            failed, key=lambda test: (decisive and test.verdict is not self.verdict, test.is_close), default=None
        )


@dataclass(frozen=True)
class Environment:
    """Where a grading ran."""

    torchgrade: str
    python: str
    torch: str
    platform: str
    device: str
    sandbox: str  # forked, spawned, none
    layers: tuple[str, ...]  # active confinement
    missing_layers: tuple[str, ...]
    course_digest: str


@dataclass(frozen=True)
class Report:
    """One grading of one submission."""

    submission: str
    seed: int
    environment: Environment
    tasks: tuple[TaskReport, ...]
    seconds: float
    incomplete: str | None = None  # why an internal failure left the grading unfinished
    notes: tuple[str, ...] = ()  # things a learner should know: ignored files, missing topics
    schema_version: int = field(default=SCHEMA_VERSION)

    @property
    def score(self) -> float:
        """Points earned."""
        return sum(task.points for task in self.tasks)

    @property
    def max_score(self) -> float:
        """Points there were to earn."""
        return sum(task.max_points for task in self.tasks)
