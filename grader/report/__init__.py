"""The report: everything that a renderer may show, decided in the judge, and what tests have drawn for it.

Plain frozen data, and nothing that computes but sums.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum

Point = tuple[float, float]


@dataclass(frozen=True)
class Curve:
    """A number over the steps of a training, theirs beside the reference's; None is a gap.

    Point i of m belongs to step i (steps - 1) / (m - 1), where m is the number of points of the longer line.
    """

    title: str
    theirs: tuple[float | None, ...]
    reference: tuple[float | None, ...]
    steps: int  # that the longer line had before it was thinned out
    beta: float  # of the exponentially weighted average that both lines show; 0 shows them as they were


Grid = tuple[tuple[float | None, ...], ...]  # rows of numbers, all of one length; None is a gap


@dataclass(frozen=True)
class Surface:
    """The height of a cost over a patch of the plane, on an even grid with both ends."""

    across: tuple[float, float]  # x of the first and of the last column
    up: tuple[float, float]  # y of the first and of the last row
    values: Grid


@dataclass(frozen=True)
class Path:
    """A way through the plane, theirs beside the reference's; None is a gap."""

    title: str
    theirs: tuple[Point | None, ...]
    reference: tuple[Point | None, ...]
    surface: Surface | None = None  # that the way descends


class Passage(StrEnum):
    """What a part of a network gave, beside what was expected."""

    EQUAL = "equal"
    DIFFERS = "differs"
    NOT_REACHED = "not reached"
    NOT_COMPARED = "not compared"  # it is called another number of times, or is of another make
    EXTRA = "only yours"


Shape = tuple[int, ...]


@dataclass(frozen=True)
class ShapeRow:
    """One call of a part of a network: the shapes of what comes out, theirs beside the expected; None is nothing."""

    name: str
    kind: str  # the name of its class
    theirs: tuple[Shape, ...] | None
    expected: tuple[Shape, ...] | None
    passage: Passage


@dataclass(frozen=True)
class ShapeTable:
    """The shapes on the way through a network, in the order of the calls."""

    title: str
    rows: tuple[ShapeRow, ...]
    left_out: int  # rows that there was no room for
    sentence: str  # where the first difference lies


class PictureKind(StrEnum):
    """What a picture shows, and so how it is drawn."""

    CONFUSION = "confusion"  # one panel: row i, column j counts the samples of class i that were called j
    IMAGES = "images"  # a panel for each image, dark to light
    FILTERS = "filters"  # a panel for each filter; below and above zero are told apart
    STATES = "states"  # one panel: a row for each unit, a column for each step
    WRITTEN = "written"  # no panel: the labels of the rows are lines that a model wrote


@dataclass(frozen=True)
class Picture:
    """Numbers that are looked at: panel k has row i and column j in values[k][i][j]."""

    title: str
    kind: PictureKind
    values: tuple[Grid, ...]
    panels: tuple[str, ...] = ()  # a label for each panel, such as "a 3, taken for a 5"
    rows: tuple[str, ...] = ()  # labels of the rows
    columns: tuple[str, ...] = ()  # labels of the columns
    caption: str = ""  # what to look for, in one sentence


SCHEMA_VERSION = 2


class Verdict(StrEnum):
    """What became of a test or of a task."""

    PASS = "pass"
    RIGHT = "right"  # of a task: its core passes, and details are open
    FAIL = "fail"
    ERROR = "error"  # their code raised or died
    NOT_ATTEMPTED = "not_attempted"
    TIMEOUT = "timeout"
    MEMORY = "memory"
    FORBIDDEN = "forbidden"
    SKIPPED = "skipped"  # a task it needs has not passed
    INTERNAL = "internal"  # our own failure: the grading is incomplete

    @property
    def is_right(self) -> bool:
        """Whether the core passes, and with it the task: for what builds on it, for the progress, for every count."""
        return self in (Verdict.PASS, Verdict.RIGHT)

    @property
    def went_wrong(self) -> bool:
        """Whether something was tried and is not right."""
        return not self.is_right and self not in WAITING


POSSIBLE = "one possible cause: "  # before the sentence of a mistake whose effect alone is known to be the same
# Two causes: in how many tests each shows itself, the sentence of a mistake, and what else is wrong.
TWO_THINGS, AND_BESIDES = "two things, in ", "; and besides, "
OF_TWO = re.compile(rf"{TWO_THINGS}\d+ and \d+ tests: (.+){AND_BESIDES}(.+)")
# A cause that is proven in some of the failed tests, where others show that it is not alone.
IN_PART = "part of it, in {} of {} tests: "
OF_PART = re.compile(IN_PART.format(r"\d+", r"\d+") + "(.+)")
DETAILS_NOT_RUN = "details were not run: their share of the points is open"
WAITING = frozenset({Verdict.NOT_ATTEMPTED, Verdict.SKIPPED})  # nothing has gone wrong here
DECISIVE = (Verdict.INTERNAL, Verdict.FORBIDDEN)  # one test with this verdict gives it to its task


LABELS = ("checked", "expected", "got", "relation", "where", "likely", "next")  # of a message, in order


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
    relation: str | None = None  # what holds between all that was got and the expected

    @property
    def cause(self) -> str | None:
        """The sentence of the known mistake alone."""
        among = OF_TWO.fullmatch(self.likely or "") or OF_PART.fullmatch(self.likely or "")
        return among[1] if among else self.likely and self.likely.removeprefix(POSSIBLE)


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
    detail: bool = False  # about refusals, manners or memory: a task is right without it
    is_close: bool = False  # whether what differs does so by rounding alone: other failures tell more
    printed: str | None = None  # what their code printed during this test, and warnings that it caused
    repeat: str | None = None  # Python that repeats the failing call
    curves: tuple[Curve, ...] = ()
    paths: tuple[Path, ...] = ()
    tables: tuple[ShapeTable, ...] = ()
    pictures: tuple[Picture, ...] = ()


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
        """The failure to show first: what costs the whole task, then the core, then what tells most, in order.

        A skipped task has none: its message says which other one is to be solved first.
        """
        if self.verdict is Verdict.SKIPPED:
            return None
        failed = [test for test in self.tests if test.verdict not in (Verdict.PASS, Verdict.SKIPPED)]
        decisive = self.verdict in DECISIVE
        return min(
            failed,
            key=lambda test: (decisive and test.verdict is not self.verdict, test.detail, test.is_close),
            default=None,
        )

    @property
    def what_failed(self) -> Message | None:
        """What its first failure says, or what kept it from being tested."""
        test = self.first_failure
        return (test.message if test else None) or self.message

    @property
    def details_open(self) -> tuple[TestReport, ...]:
        """The details that do not pass; one that was not run is skipped."""
        return tuple(test for test in self.tests if test.detail and test.verdict is not Verdict.PASS)

    @property
    def only_core(self) -> bool:
        """Whether details were left out."""
        return any(test.detail and test.verdict is Verdict.SKIPPED for test in self.tests)


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
