"""Events of `grade watch`, what is to be done about them, and what each key does: plain data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial

from grader.intake import Content
from grader.learner.code_files import IDLE, Reading
from grader.learner.progress import TaskProgress
from grader.learner.progress_changes import Help
from grader.report import Report, TaskReport
from grader.watch.state import State, View, again, beside


@dataclass(frozen=True)
class Read:
    """The files were read, at the start or as one of them changed."""

    reading: Reading
    first: str | None = None  # the topic to begin with


@dataclass(frozen=True)
class Starting:
    """A judge of a topic gets ready."""

    topic: str


@dataclass(frozen=True)
class Ready:
    """A judge of a topic has got ready, or has failed to."""

    topic: str
    seconds: float = 0.0  # that it took


@dataclass(frozen=True)
class Graded:
    """A grading ended; its report holds this one task."""

    task_id: str
    mark: str
    report: Report
    when: str  # as people write it, for the progress


@dataclass(frozen=True)
class Partial:
    """A grading that still goes on has found out something of its task, or has to begin once more."""

    task_id: str
    mark: str
    task: TaskReport | None  # None: nothing is known any more
    named: bool = False  # whether the known mistakes have been tried


@dataclass(frozen=True)
class GivenUp:
    """The grading under way was given up, as its code was gone."""


@dataclass(frozen=True)
class Faulted:
    """The grader failed at a task, by a fault of its own."""

    task_id: str
    mark: str
    reason: str


@dataclass(frozen=True)
class Pressed:
    """A key was pressed."""

    key: str


@dataclass(frozen=True)
class Hinted:
    """A hint was looked up."""

    task_id: str
    help: Help


@dataclass(frozen=True)
class Said:
    """Something is to be said in one sentence."""

    text: str


@dataclass(frozen=True)
class Tick:
    """Time has gone by."""


@dataclass(frozen=True)
class Pause:
    """Ctrl-Z was pressed."""


@dataclass(frozen=True)
class Stop:
    """It is to end: by Ctrl-C, or because the terminal has gone."""


Event = (
    Read | Starting | Ready | Partial | Graded | GivenUp | Faulted | Pressed | Hinted | Said | Tick | Pause | Stop
)  # fmt: skip


Tell = Callable[[Event], None]


@dataclass(frozen=True)
class Grade:
    """Grade one task of a file as it was read."""

    task_id: str
    mark: str
    files: Mapping[str, Content]  # the topic's, and those that it may import
    needs: tuple[TaskReport, ...] = ()  # how the tasks stand that it builds on


@dataclass(frozen=True)
class GiveUp:
    """Give up the grading that is under way."""


@dataclass(frozen=True)
class Warm:
    """Let a judge of a topic get ready."""

    topic: str


@dataclass(frozen=True)
class LookUpHint:
    """Look up the next hint of a task."""

    task_id: str
    entry: TaskProgress


@dataclass(frozen=True)
class PutBack:
    """Put the stub of a task back."""

    task_id: str


Effect = Grade | GiveUp | Warm | Graded | LookUpHint | PutBack  # Graded: to be remembered


KEYS = (
    ("h", "hint"), ("n", "next"), ("p", "previous"), ("l", "list"), ("g", "grade again"), ("r", "reset"), ("q", "quit"),
)  # fmt: skip

Done = tuple[State, tuple[Effect, ...]]


def after_key(state: State, key: str) -> Done:
    """Return what follows from a key; one without a meaning changes nothing."""
    if state.view is View.RESET:
        return _answer(state, key)
    action = ACTIONS.get(key)
    return action(state) if action else (state, ())


def _hint(state: State) -> Done:
    if state.current is None:
        return state, ()
    return state, (LookUpHint(state.current, state.progress.of(state.current)),)


def _turned(state: State, way: int) -> Done:
    view = View.LIST if state.view is View.LIST else View.TASK
    return _viewed(replace(state, current=beside(state, way)), view)


def _list(state: State) -> Done:
    return _viewed(state, View.TASK if state.view is View.LIST else View.LIST)


def _viewed(state: State, view: View) -> Done:
    return replace(state, view=view, help=None, said=None), ()


def _again(state: State) -> Done:
    if state.current is None:
        return state, ()
    if state.marks.get(state.current, IDLE) == IDLE:
        return replace(state, said=f"{state.current} has not been begun: there is nothing to grade."), ()
    batch = frozenset({state.current})
    return _viewed(replace(again(state, batch), batch=batch), View.TASK)


def _reset(state: State) -> Done:
    return _viewed(state, View.RESET) if state.current else (state, ())


def _answer(state: State, key: str) -> Done:
    """Take `y` for yes, and everything else for no."""
    back = replace(state, view=View.TASK)
    if key == "y" and state.current is not None:
        return back, (PutBack(state.current),)
    return replace(back, said=None if key == "n" else "Nothing was reset."), ()


NEXT, PREVIOUS = partial(_turned, way=1), partial(_turned, way=-1)
BACK = partial(_viewed, view=View.TASK)
ACTIONS: dict[str, Callable[[State], Done]] = {
    "h": _hint, "n": NEXT, "p": PREVIOUS, "l": _list, "g": _again, "r": _reset,
    "q": lambda state: (replace(state, over=True), ()),
    "down": NEXT, "right": NEXT, "up": PREVIOUS, "left": PREVIOUS, "escape": BACK, "enter": BACK,
}  # fmt: skip
