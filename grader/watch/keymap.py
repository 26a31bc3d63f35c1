"""What each key does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from grader.learner.code_files import IDLE
from grader.watch import events as e
from grader.watch.show import beside
from grader.watch.state import State, View
from grader.watch.work import again

KEYS = (
    ("h", "hint"), ("n", "next"), ("p", "previous"), ("l", "list"), ("g", "grade again"), ("r", "reset"), ("q", "quit"),
)  # fmt: skip

Done = tuple[State, tuple[e.Effect, ...]]


def after_key(state: State, key: str) -> Done:
    """Return what follows from a key; one without a meaning changes nothing."""
    if state.view is View.RESET:
        return _answer(state, key)
    action = ACTIONS.get(key)
    return action(state) if action else (state, ())


def _hint(state: State) -> Done:
    if state.current is None:
        return state, ()
    return state, (e.LookUpHint(state.current, state.progress.of(state.current)),)


def _next(state: State) -> Done:
    return _turned(state, 1)


def _previous(state: State) -> Done:
    return _turned(state, -1)


def _turned(state: State, way: int) -> Done:
    view = View.LIST if state.view is View.LIST else View.TASK
    return replace(state, current=beside(state, way), view=view, help=None, said=None), ()


def _list(state: State) -> Done:
    view = View.TASK if state.view is View.LIST else View.LIST
    return replace(state, view=view, help=None, said=None), ()


def _back(state: State) -> Done:
    return replace(state, view=View.TASK, help=None, said=None), ()


def _again(state: State) -> Done:
    if state.current is None:
        return state, ()
    if state.work.marks.get(state.current, IDLE) == IDLE:
        return replace(state, said=f"{state.current} has not been begun: there is nothing to grade."), ()
    work = again(state.work, [state.current])
    batch = frozenset({state.current})
    return replace(state, work=work, batch=batch, view=View.TASK, help=None, said=None), ()


def _reset(state: State) -> Done:
    return (replace(state, view=View.RESET, help=None, said=None) if state.current else state), ()


def _quit(state: State) -> Done:
    return replace(state, over=True), ()


def _answer(state: State, key: str) -> Done:
    """Take `y` for yes, and everything else for no."""
    back = replace(state, view=View.TASK)
    if key == "y" and state.current is not None:
        return back, (e.PutBack(state.current),)
    return replace(back, said=None if key == "n" else "Nothing was reset."), ()


ACTIONS: dict[str, Callable[[State], Done]] = {
    "h": _hint, "n": _next, "p": _previous, "l": _list, "g": _again, "r": _reset, "q": _quit,
    "down": _next, "right": _next, "up": _previous, "left": _previous, "escape": _back, "enter": _back,
}  # fmt: skip
