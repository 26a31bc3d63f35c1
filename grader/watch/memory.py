"""`.torchgrade/watch.json`: which code of each task the verdict in the progress is about."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from grader.learner import MARK
from grader.learner.files import write_whole

NAME = "watch.json"
MOST_BYTES = 1_000_000


def remembered(folder: Path, digest: str) -> dict[str, str]:
    """Return the marks by task; none where they cannot be read, or are about another state of the course."""
    try:
        with open(folder / MARK / NAME, "rb") as stream:
            values = json.loads(stream.read(MOST_BYTES))
        if values["course"] != digest:
            return {}
        return {str(task_id): str(mark) for task_id, mark in values["marks"].items()}
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return {}  # then what was begun is graded once more


def remember(folder: Path, digest: str, marks: Mapping[str, str]) -> None:
    """Write the marks.

    Raises:
        OSError: they cannot be written.
    """
    text = json.dumps({"course": digest, "marks": dict(sorted(marks.items()))}, indent=1)
    write_whole(folder / MARK / NAME, (text + "\n").encode())
