"""An exception of the submission as plain words."""

from __future__ import annotations

import traceback
from typing import Any

MAX_TEXT = 2000
MAX_FRAMES = 6


def describe(problem: BaseException, filename: str) -> dict[str, Any]:
    """Return class names, text and the frames that lie in the submission's own file."""
    kinds = [kind.__name__[:100] for kind in type(problem).__mro__ if kind.__module__ == "builtins"]
    return {
        "type": type(problem).__name__[:100],
        "builtin": kinds[0] if kinds else "Exception",
        "text": _text(problem)[:MAX_TEXT],
        "frames": _frames(problem, filename)[-MAX_FRAMES:],
    }


def _text(problem: BaseException) -> str:
    try:
        return str(problem)
    except BaseException:  # the text of a submission's own exception class may itself raise
        return ""


def _frames(problem: BaseException, filename: str) -> list[list[Any]]:
    frames = traceback.extract_tb(problem.__traceback__, limit=-200)
    rows = [[frame.lineno or 0, frame.name[:100], (frame.line or "")[:200]] for frame in frames]
    rows = [row for row, frame in zip(rows, frames, strict=True) if frame.filename == filename]
    if isinstance(problem, SyntaxError) and problem.filename == filename:
        rows.append([problem.lineno or 0, "<module>", (problem.text or "").strip()[:200]])
    return rows
