"""Exceptions of the submission as they arrive in the judge."""

from __future__ import annotations

import builtins
import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# Classes that also arrive as themselves, so that a suite can expect them. Those that would end a test or a
# process, or that pytest reads as a verdict, are not among them.
ARRIVE_AS_THEMSELVES = frozenset({
    "ArithmeticError", "AttributeError", "BufferError", "EOFError", "FileExistsError", "FileNotFoundError",
    "ImportError", "IndexError", "IsADirectoryError", "KeyError", "LookupError", "MemoryError",
    "ModuleNotFoundError", "NameError", "NotADirectoryError", "NotImplementedError", "OSError", "OverflowError",
    "PermissionError", "RecursionError", "RuntimeError", "SyntaxError", "TimeoutError", "TypeError",
    "UnboundLocalError", "UnicodeError", "ValueError", "ZeroDivisionError",
})  # fmt: skip


# A line as Python's faulthandler writes it.
STOOD = re.compile(r'  File "([^"\n]{1,100})", line (\d{1,7}) in (<?\w{1,100}>?)$', re.MULTILINE)


@dataclass(frozen=True)
class Frame:
    """A line of a learner's file that the exception passed through."""

    file: str  # losses.py
    line: int
    function: str
    text: str


class SubmissionError(Exception):
    """The submission's code raised. Cause and place are theirs; `kind` is the class they raised."""

    def __init__(self, kind: str, text: str, frames: tuple[Frame, ...]) -> None:
        """Keep what the worker reported."""
        super().__init__(text)
        self.kind, self.text, self.frames = kind, text, frames

    def __str__(self) -> str:
        """Return class and text."""
        return f"{self.kind}: {self.text}" if self.text else self.kind


@functools.cache
def _class_for(builtin: str) -> type[SubmissionError]:
    if builtin not in ARRIVE_AS_THEMSELVES:
        return SubmissionError
    base = getattr(builtins, builtin)
    return type(
        f"Submission{builtin}", (SubmissionError, base), {"__doc__": f"The submission raised {builtin}."}
    )


def from_report(report: Any) -> SubmissionError:
    """Return the exception that a worker described. Raises KeyError, TypeError or ValueError if it is malformed."""
    kind, builtin, text = (str(report[name]) for name in ("type", "builtin", "text"))
    frames = tuple(
        Frame(str(file)[:100], int(line), str(function)[:100], str(code)[:200])
        for file, line, function, code in report["frames"]
    )
    return _class_for(builtin)(kind[:100], text[:2000], frames[-6:])


def frames_in(stack: str, sources: Mapping[str, str]) -> tuple[Frame, ...]:
    """Return the lines of a submission's files that stand in the stack a worker has written, the innermost last.

    The worker may have made it up: it names lines that there are, and the code of each is read here.
    """
    codes = {f"{slug}.py": source.splitlines() for slug, source in sources.items()}
    found = ((file, int(line), name) for file, line, name in STOOD.findall(stack))
    theirs = [Frame(file, line, name, codes[file][line - 1].strip()[:200]) for file, line, name in found
              if 0 < line <= len(codes.get(file, ()))]  # fmt: skip
    return tuple(theirs[:6][::-1])


class ArgumentChanged(Exception):
    """The submission changed an argument that it may not change."""

    def __init__(self, name: str, what: str) -> None:
        """Name the argument and what of it changed."""
        super().__init__(f"{name}: {what}")
        self.name, self.what = name, what


class StateLeft(Exception):
    """The submission left a global state of torch other than it found it."""


class WrongKind(Exception):
    """A suite used an object of the submission as if it were a plain value."""

    def __init__(self, class_name: str, use: str) -> None:
        """Name the class and what it was used for."""
        super().__init__(f"an object of class {class_name} was used {use}")
        self.class_name, self.use = class_name, use
