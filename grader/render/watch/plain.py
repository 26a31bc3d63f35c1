"""A few lines for each save, for a terminal that cannot be drawn on, or for a pipe."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator

from rich.console import Console

from grader.render.failure import failure
from grader.render.page import Page
from grader.render.watch.page import passes, problem, task_line
from grader.render.watch.speech import spoken_result
from grader.report import Verdict
from grader.text import localised, say
from grader.text.escape import one_line
from grader.watch import events as e
from grader.watch.signals import suspend
from grader.watch.state import State

QUIET = (Verdict.PASS, Verdict.NOT_ATTEMPTED)


class Plain:
    """Prints what an event has changed, line after line."""

    def __init__(self, console: Console) -> None:
        """Print nothing yet."""
        self._page = Page(console)
        self._graded: list[str] = []  # since the last pause in the grading

    @contextlib.contextmanager
    def opened(self, tell: Callable[[e.Event], None]) -> Iterator[None]:
        """Take nothing: there are no keys."""
        yield

    def pause(self) -> None:
        """Stop until the shell lets this go on."""
        suspend()

    def show(self, event: e.Event, before: State, state: State) -> None:
        """Print what is new."""
        if isinstance(event, e.Read):
            self._read(before, state)
        elif isinstance(event, e.Graded | e.Faulted) and state.results != before.results:
            task_line(self._page, state, event.task_id)
            self._graded.append(event.task_id)
        elif isinstance(event, e.Said):
            self._page.line(one_line(localised(event.text)))
        if self._graded and state.work.running is None:
            self._end_of_save(state)
        sys.stdout.flush()

    def _read(self, before: State, state: State) -> None:
        if before.current is None:
            self._page.line(say("watch.begins", path=one_line(state.path), passed=passes(state)))
        for slug, text in state.problems.items():
            if before.problems.get(slug) != text:
                problem(self._page, text)
        if state.problem is not None and state.problem != before.problem:
            problem(self._page, state.problem)
        mended = [state.files[slug].name for slug in before.problems if slug not in state.problems]
        if mended and not state.work.wanted:
            self._page.line(say("watch.mended", files=one_line(", ".join(mended))))

    def _end_of_save(self, state: State) -> None:
        """Print the first failure of what was graded, and how many tasks pass."""
        failed = [task_id for task_id in self._graded if state.verdict(task_id) not in QUIET]
        if state.current in failed:
            failed = [state.current]
        self._graded = []
        if failed:
            self._page.line()
            failure(self._page, spoken_result(state.results[failed[0]], state))
        self._page.line((passes(state), "dim"))
        self._page.line()
