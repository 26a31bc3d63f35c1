"""How the page is shown: filling the terminal, cut to its rows."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from io import StringIO
from typing import Any

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from grader.render.page import Page
from grader.text import say
from grader.watch import events as e
from grader.watch.page import body, foot, head
from grader.watch.state import State
from grader.watch.terminal import keyboard, suspend


class Screen:
    """Shows the state on the whole terminal, and gives the terminal back as it was."""

    def __init__(self, console: Console) -> None:
        """Draw nothing yet."""
        self._console = console
        self._live: Live | None = None
        self._drawn: tuple[State, object] | None = None
        self._terminal = contextlib.ExitStack()
        self._tell: e.Tell = lambda event: None

    @contextlib.contextmanager
    def opened(self, tell: e.Tell) -> Iterator[None]:
        """Take the terminal until the end of the block."""
        self._tell = tell
        self._take()
        try:
            yield
        finally:
            self._terminal.close()

    def show(self, event: e.Event, before: State, state: State) -> None:
        """Draw the page if it is another, or the terminal has another size."""
        if isinstance(event, e.Pause):
            self._terminal.close()
            suspend()
            self._take()
        now = (state, self._console.size)
        if self._live is None or now == self._drawn:
            return
        self._drawn = now
        self._live.update(Group(*rows_of(self._console, state)), refresh=True)

    def _take(self) -> None:
        with contextlib.ExitStack() as stack:
            live = Live(
                console=self._console, screen=True, auto_refresh=False, redirect_stdout=False, redirect_stderr=False,
                vertical_overflow="crop",
            )  # fmt: skip
            self._live = stack.enter_context(live)
            stack.enter_context(keyboard(self._tell))
            self._terminal, self._drawn = stack.pop_all(), None


def rows_of(console: Console, state: State) -> list[Text]:
    """Return a state as the terminal shows it: the head, as much of the middle as there is room for, and the foot."""
    height = console.height
    try:
        top, end = _drawn(console, lambda page: head(page, state)), _drawn(console, lambda page: foot(page, state))
        room = max(3, height - len(top) - len(end) - 1)
        rows = [*top, *_cut(_drawn(console, lambda page: body(page, state, room)), room, state)]
        rows += [Text("")] * (height - len(rows) - len(end)) + end
    except Exception as problem:  # the grading goes on, and so does the next page
        rows = [Text(say("watch.cannot_draw", problem=f"{type(problem).__name__}: {problem}"))]
    for row in rows:
        row.truncate(console.width)
        row.no_wrap = True
    return rows[:height]


def _drawn(console: Console, draw: Callable[[Page], None]) -> list[Text]:
    """Return the lines of a part of the page, each cut to the width."""
    paper = StringIO()
    colours: Any = console.color_system  # a name that Console takes back
    inner = Console(
        file=paper, width=console.width, height=1000, force_terminal=True, color_system=colours,
        legacy_windows=False, markup=False, emoji=False, highlight=False, no_color=console.no_color,
    )  # fmt: skip
    draw(Page(inner))
    return list(Text.from_ansi(paper.getvalue()).split("\n"))


def _cut(rows: list[Text], room: int, state: State) -> list[Text]:
    """Return as many rows as there is room for; what is left out is said."""
    if len(rows) <= room:
        return rows
    more = say("watch.more", more=len(rows) - room + 1, path=state.path, task=state.current)
    return [*rows[: room - 1], Text(more, "dim", no_wrap=True)]
