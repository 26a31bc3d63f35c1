"""What a submission prints, is warned of and raises, as plain words up to a bound."""

from __future__ import annotations

import builtins
import contextlib
import io
import os
import sys
import traceback
import warnings
from collections.abc import Collection, Iterator
from typing import Any, NoReturn

MAX_TEXT = 2000
MAX_FRAMES = 6


def describe(problem: BaseException, filenames: Collection[str]) -> dict[str, Any]:
    """Return class names, text and the frames that lie in the submission's own files."""
    kinds = [kind.__name__[:100] for kind in type(problem).__mro__ if kind.__module__ == "builtins"]
    return {
        "type": type(problem).__name__[:100],
        "builtin": kinds[0] if kinds else "Exception",
        "text": _text(problem)[:MAX_TEXT],
        "frames": _frames(problem, filenames)[-MAX_FRAMES:],
    }


def _text(problem: BaseException) -> str:
    try:
        return str(problem)
    except BaseException:  # the text of a submission's own exception class may itself raise
        return ""


def _frames(problem: BaseException, filenames: Collection[str]) -> list[list[Any]]:
    frames = traceback.extract_tb(problem.__traceback__, limit=-200)
    rows = [[each.filename, each.lineno or 0, each.name[:100], (each.line or "")[:200]] for each in frames]
    if isinstance(problem, SyntaxError):
        rows.append([problem.filename, problem.lineno or 0, "<module>", (problem.text or "").strip()[:200]])
    return [row for row in rows if row[0] in filenames]


MAX_CHARACTERS = 4000
MAX_WARNING = 500
NO_TERMINAL = "{} needs a terminal, which the sandbox has not: add --sandbox none"


class BoundedOutput(io.TextIOBase):
    """A text stream that keeps the first characters and drops the rest."""

    def __init__(self) -> None:
        """Start empty."""
        super().__init__()
        self._parts: list[str] = []
        self._size = 0

    def install(self) -> None:
        """Become standard output and standard error of a process without a terminal."""
        sys.stdout = sys.stderr = self
        sys.stdin = _NoInput()
        sys.breakpointhook = _no_breakpoint
        warnings.showwarning = self.warn

    @contextlib.contextmanager
    def installed(self) -> Iterator[None]:
        """Become standard output and standard error for a while, in a process that may have a terminal."""
        before = sys.stdout, sys.stderr, sys.breakpointhook, builtins.input
        with warnings.catch_warnings():
            warnings.simplefilter("default", UserWarning)
            warnings.showwarning = self.warn
            sys.stdout = sys.stderr = self
            sys.breakpointhook, builtins.input = _debug, _ask
            try:
                yield
            finally:
                sys.stdout, sys.stderr, sys.breakpointhook, builtins.input = before

    def writable(self) -> bool:
        """Text can be written."""
        return True

    def write(self, text: str) -> int:
        """Keep what still fits until it is taken."""
        room = MAX_CHARACTERS - self._size
        if room > 0:
            self._parts.append(str(text)[:room])
            self._size += len(self._parts[-1])
        return len(text)

    def warn(self, message: Any, category: type[Warning], *place: Any, **more: Any) -> None:
        """Keep a warning with the submission's line that caused it; one that no line of it caused is nobody's."""
        frame = sys._getframe(1)
        while frame and not _is_theirs(frame.f_code.co_filename):
            frame = frame.f_back  # type: ignore[assignment]  # None at the end
        if frame:
            text = " ".join(str(message).split())[:MAX_WARNING]
            self.write(f"{category.__name__}: {text} ({frame.f_code.co_filename}, line {frame.f_lineno})\n")

    def take(self) -> str:
        """Return what was printed since the last call."""
        text = "".join(self._parts)
        self._parts.clear()
        self._size = 0
        return text


def _is_theirs(filename: str) -> bool:
    """Whether code is a submission's: it is compiled under the bare name of its topic."""
    return filename.endswith(".py") and os.sep not in filename


class _NoInput(io.TextIOBase):
    """Standard input where nobody can be asked."""

    def readline(self, size: int | None = -1, /) -> NoReturn:
        """Say what to do, on the line that asks."""
        raise RuntimeError(NO_TERMINAL.format("input()"))

    read = readline


def _no_breakpoint(*args: Any, **kwargs: Any) -> NoReturn:
    raise RuntimeError(NO_TERMINAL.format("breakpoint()"))


def _debug(*args: Any, **kwargs: Any) -> None:
    """Stop at the caller, in a terminal; what is printed from here on goes there too."""
    import pdb

    sys.stdout = sys.stderr = sys.__stderr__
    pdb.Pdb().set_trace(sys._getframe(1))


def _ask(prompt: object = "", /) -> str:
    """Ask in the terminal, beside a report that may go to standard output."""
    print(prompt, end="", file=sys.__stderr__, flush=True)
    line = sys.stdin.readline()
    if not line:
        raise EOFError("EOF when reading a line")
    return line.rstrip("\n")
