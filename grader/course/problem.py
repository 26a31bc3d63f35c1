"""A broken rule of the course, as plain data, and the reading of the files that are checked."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, order=True)
class Problem:
    """One broken rule: where, and what to do about it."""

    file: Path
    line: int | None
    text: str

    def __str__(self) -> str:
        """Read as "file:line: text"."""
        return f"{self.file}{f':{self.line}' if self.line else ''}: {self.text}"


def parse(file: Path) -> ast.Module | Problem:
    """Parse one of our own files."""
    try:
        return ast.parse(file.read_text(encoding="utf-8"))
    except OSError as error:
        return Problem(file, None, f"cannot be read: {error.strerror}")
    except SyntaxError as error:
        return Problem(file, error.lineno, f"is not Python: {error.msg}")
    except (ValueError, RecursionError, MemoryError) as error:
        return Problem(file, None, f"cannot be parsed: {error}")
