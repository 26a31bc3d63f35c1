"""The state of `grade watch`, frozen: what the page shows, and what is still to be graded, in which order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from grader.course import Course, Task, Topic
from grader.intake import Content
from grader.learner.code_files import IDLE
from grader.learner.progress import Progress
from grader.learner.progress_changes import Help
from grader.learner.task_states import in_turn, together
from grader.report import TaskReport, Verdict

UNKNOWN = "?"  # the mark of a grading whose code is not known any more; no code has it
PATIENCE = 3.0  # seconds for a grading after its code was changed: as long as a new judge needs to start


@dataclass(frozen=True)
class Running:
    """The grading that is under way."""

    task_id: str
    mark: str
    since: float  # on a clock that nobody can set
    given_up: bool = False
    so_far: TaskReport | None = None  # what is known of the task already; it goes with the grading
    named: bool = False  # whether the known mistakes have been tried


class View(StrEnum):
    """What the middle of the page shows."""

    TASK = "task"
    LIST = "list"
    HINT = "hint"
    RESET = "reset"  # the question whether to put the stub back


@dataclass(frozen=True)
class State:
    """What is known, what is done, and what is looked at."""

    course: Course
    path: str  # as it was typed
    seed: int
    of_folder: tuple[Topic, ...] = ()  # the topics that the folder has, whether their files are there or not
    progress: Progress = field(default_factory=Progress)
    files: Mapping[str, Content] = field(default_factory=dict)  # the last of each topic that was there
    problems: Mapping[str, str] = field(default_factory=dict)  # by topic: why its file cannot be read
    problem: str | None = None  # with all files
    marks: Mapping[str, str] = field(default_factory=dict)  # of the code of each task as it is now
    graded: Mapping[str, str] = field(default_factory=dict)  # of the code that the last verdict is about
    order: tuple[str, ...] = ()  # all tasks, those that changed last at the front
    running: Running | None = None
    patience: float = PATIENCE  # longer where a judge needs longer to get ready
    results: Mapping[str, TaskReport] = field(default_factory=dict)  # of this session
    current: str | None = None  # the task that is looked at
    batch: frozenset[str] = frozenset()  # what the last save changed
    view: View = View.TASK
    help: Help | None = None
    starting: frozenset[str] = frozenset()  # topics whose judge gets ready
    said: str | None = None
    seconds: float | None = None  # that the last grading took
    over: bool = False

    @property
    def tasks(self) -> tuple[Task, ...]:
        """The tasks of all topics that have, or had, a file, in the order of the course."""
        return tuple(task for topic in self.topics if topic.slug in self.files for task in topic.tasks)

    @property
    def topics(self) -> tuple[Topic, ...]:
        """The topics that count: those of the folder, and those that have, or had, a file."""
        return together(self.course, self.of_folder, self.files)

    @property
    def open(self) -> int:
        """How many tasks of those topics do not pass; where a file is missing that is all of them."""
        return sum(not self.passes(task.id) for topic in self.topics for task in topic.tasks)

    @property
    def wanted(self) -> tuple[str, ...]:
        """The tasks to grade, in this order; the one that is graded now is still among them."""
        return tuple(
            task_id
            for task_id in self.order
            if self.problem is None and task_id.partition(".")[0] not in self.problems
            if self.marks[task_id] != self.graded.get(task_id, IDLE)
        )

    def verdict(self, task_id: str) -> Verdict | None:
        """Return what was last said of a task; None if that is nothing."""
        result = self.results.get(task_id)
        return result.verdict if result is not None else self.progress.of(task_id).last

    def passes(self, task_id: str) -> bool:
        """Whether a task passes, as far as is known."""
        verdict = self.verdict(task_id)
        return verdict is not None and verdict.is_right

    def fails(self, task_id: str) -> bool:
        """Whether a task went wrong, as far as is known."""
        verdict = self.verdict(task_id)
        return verdict is not None and verdict.went_wrong


def known(progress: Progress, digest: str) -> dict[str, str]:
    """Return which code the verdicts of earlier days are about, unless they are of another state of the course."""
    return {
        task_id: entry.code if entry.code and entry.course == digest else UNKNOWN
        for task_id, entry in progress.tasks.items()
        if entry.last not in (None, Verdict.NOT_ATTEMPTED)
    }


def with_marks(state: State, marks: Mapping[str, str], first: str | None) -> tuple[State, tuple[str, ...]]:
    """Return the state after files were read, and the tasks whose code changed by that, those of topic `first` first.

    The files that could not be read keep their marks.
    """
    before = {**dict.fromkeys(marks, IDLE), **state.graded, **state.marks}
    changed = [task_id for task_id in marks if marks[task_id] != before[task_id]]
    changed.sort(key=lambda task_id: task_id.partition(".")[0] != first)
    order = tuple(dict.fromkeys([*changed, *state.order, *marks]))
    return replace(state, marks={**state.marks, **marks}, order=order), tuple(changed)


def told(state: State, task_id: str, mark: str, so_far: TaskReport | None, named: bool) -> State:
    """Return the state with what is known of the grading under way; of another one nothing is taken."""
    running = state.running
    if running is None or (running.task_id, running.mark) != (task_id, mark):
        return state
    return replace(state, running=replace(running, so_far=so_far, named=named))


def still_graded(state: State, task_id: str) -> Running | None:
    """Return the grading of a task that is under way, unless its code is gone."""
    running = state.running
    if running is None or running.task_id != task_id or running.given_up:
        return None
    return None if is_superseded(state, task_id, running.mark) else running


def is_superseded(state: State, task_id: str, mark: str) -> bool:
    """Whether code was saved since that grading began."""
    return state.marks.get(task_id) != mark


def again(state: State, task_ids: Iterable[str]) -> State:
    """Return the state with tasks to grade once more, as far as anybody has begun them."""
    begun = {task_id: UNKNOWN for task_id in task_ids if state.marks.get(task_id, IDLE) != IDLE}
    return replace(state, graded={**state.graded, **begun})


def first_look(state: State, changed: Sequence[str], topic: str | None) -> str | None:
    """Return the task to begin with: in this topic what failed, else what is new there, else what is next to do."""
    tasks = [task for task in state.tasks if task.topic == topic] or list(state.tasks)
    failed = [task.id for task in tasks if state.fails(task.id)]
    new = [task.id for task in tasks if task.id in changed]
    waiting = [task.id for task in (*in_turn(tasks, state.progress), *in_turn(state.tasks, state.progress))]
    return next(iter((*failed, *new, *waiting, *(task.id for task in tasks))), None)


def following(state: State) -> str | None:
    """Return the task to look at after a grading: where this one passes, another of the same save that does not."""
    if state.current is None or state.verdict(state.current) not in (Verdict.PASS, Verdict.RIGHT, Verdict.SKIPPED):
        return state.current
    failed = [task.id for task in state.tasks if task.id in state.batch and state.fails(task.id)]
    return next(iter(failed), state.current)


def beside(state: State, way: int) -> str | None:
    """Return the next task (`way` 1) or the one before (-1) that does not pass; any task where all pass."""
    ids = [task.id for task in state.tasks]
    open_ = [task_id for task_id in ids if not state.passes(task_id)] or ids
    if not open_ or state.current is None:
        return state.current
    here = ids.index(state.current)
    later = [task_id for task_id in open_ if (ids.index(task_id) - here) * way > 0]
    if way > 0:
        return (later or open_)[0]
    return (later or open_)[-1]
