"""The terminal's page: a console with its width and labels, and a live line of progress."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from io import StringIO
from typing import Literal

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from grader.report import Verdict
from grader.text import say
from grader.text.escape import one_line, with_code

WIDEST = 100
NARROWEST = 40
LABEL = 10  # columns of a label and the space behind it
GAP = 2  # columns between those of a table


@dataclass(frozen=True)
class Page:
    """What every part of a page is written with."""

    console: Console

    @property
    def width(self) -> int:
        """The columns to use: the terminal's, between 40 and 100."""
        return max(NARROWEST, min(WIDEST, self.console.width))

    @staticmethod
    def head(words: str) -> str:
        """The words of a label, or of a row, with room up to where its text begins."""
        return words + " " * max(1, LABEL - cell_len(words))

    def line(self, *parts: str | tuple[str, str]) -> None:
        """Write (text, style) parts, wrapped where it is narrow; the text is ours or has been escaped."""
        self._wrapped(Text.assemble(*parts))

    def labelled(self, label: str, text: str, style: str = "", *, most: int = WIDEST - LABEL) -> None:
        """Write a label and its text, cut to one line of 100 columns and wrapped where there are fewer.

        Code that the text quotes stands on lines of its own.
        """
        text, code, behind = with_code(text)
        self._labelled(label, text, style, most)
        for line in code:
            self.console.print(Text(self.head("") + cut(line, self.width - LABEL)), soft_wrap=True)
        if behind:
            self._labelled("", behind, style, most)

    def _labelled(self, label: str, text: str, style: str, most: int) -> None:
        body = Text(cut(one_line(text), most), style)
        for number, part in enumerate(body.wrap(self.console, self.width - LABEL)):
            part.rstrip()
            head = self.head(label if number == 0 else "")
            self.console.print(Text.assemble((head, "bold"), part), soft_wrap=True)

    def copyable(self, label: str, text: str, style: str = "") -> None:
        """Write a label and a text to copy, such as a command: never cut, never broken."""
        self.console.print(
            Text.assemble((self.head(label), "bold"), (one_line(text), style)),
            soft_wrap=True,
        )

    def table(
        self, columns: Sequence[str], rows: Iterable[Sequence[Text]], *, right: Collection[str] = ()
    ) -> None:
        """Write rows below the names of their columns; text is folded, and the figures on the `right` are not."""
        table = Table.grid(padding=(0, GAP, 0, 0))
        for name in columns:
            justify: Literal["left", "right"] = "right" if name in right else "left"
            table.add_column(justify=justify, overflow="fold", no_wrap=name in right)
        table.add_row(*(Text(name, "dim") for name in columns))
        for row in rows:
            table.add_row(*row)
        self.console.print(table, width=self.width)

    def _wrapped(self, text: Text) -> None:
        for part in text.wrap(self.console, self.width) or [text]:
            part.rstrip()
            self.console.print(part, soft_wrap=True)


def cut(text: str, columns: int) -> str:
    """`text` in at most so many columns, with three dots where something is left out."""
    if cell_len(text) <= columns:
        return text
    return set_cell_size(text, columns - 3).rstrip() + "..."


def cut_front(text: str, columns: int) -> str:
    """The end of `text` in at most so many columns, with three dots before it where something is left out."""
    if cell_len(text) <= columns:
        return text
    start = len(text) - columns + 3  # no character takes less than a column, apart from marks that go with one
    while start < len(text) and cell_len(text[start:]) > columns - 3:
        start += 1
    return "..." + text[start:].lstrip()


def drawn(draw: Callable[[Console], None]) -> str:
    """What `draw` writes on a console of 100 columns without colour."""
    text = StringIO()
    # Not Jupyter: inside a kernel rich would show each line as an output of its own.
    draw(Console(
        file=text, width=WIDEST, color_system=None, force_jupyter=False, markup=False, emoji=False, highlight=False,
    ))  # fmt: skip
    return text.getvalue()


PAUSE = 0.05  # seconds between two drawings


class LiveProgress:
    """One line that counts tasks and names the one at hand; it leaves nothing behind when it stops.

    It is drawn when a test is done, and not by a thread: the judge forks while the line is on screen.
    """

    def __init__(self, console: Console, *, timed: bool = False) -> None:
        self._live = Progress(
            BarColumn(bar_width=28),
            MofNCompleteColumn(),
            TextColumn("{task.fields[failed]}", style="red", markup=False),
            TextColumn("{task.description}", style="dim", markup=False),
            *([TimeRemainingColumn()] if timed else []),
            console=console,
            transient=True,
            auto_refresh=False,
            redirect_stdout=False,  # a debugger that somebody stopped in has to reach the terminal
            redirect_stderr=False,
        )
        self._bar = self._live.add_task("", total=None, failed="")
        self._seen: set[str] = set()
        self._failed: set[str] = set()
        self._drawn = 0.0

    def start(self, total: int) -> None:
        """Show the line; there are `total` tasks."""
        self._live.update(self._bar, total=total)
        self._live.start()

    def advance(self, task_id: str, test_name: str, verdict: str) -> None:
        """One more test of a task is done."""
        self._seen.add(task_id)
        if Verdict(verdict).went_wrong:
            self._failed.add(task_id)
        failed = say("tasks.failed", failed=len(self._failed)) if self._failed else ""
        self._live.update(self._bar, completed=len(self._seen), description=one_line(task_id), failed=failed)
        if time.monotonic() > self._drawn + PAUSE:
            self._live.refresh()
            self._drawn = time.monotonic()

    def count(self, done: int, total: int, part: str) -> None:
        """Show how many parts of a work are done, how many there are now, and which was the last."""
        self._live.start()
        self._live.update(self._bar, completed=done, total=total, description=one_line(part))
        self._live.refresh()

    def stop(self) -> None:
        """Take the line away."""
        self._live.stop()
