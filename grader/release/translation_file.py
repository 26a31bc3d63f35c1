"""A translation without the texts of hidden tests and known mistakes."""

from __future__ import annotations

import json
from collections.abc import Collection
from pathlib import Path

from grader.text import translation_keys
from grader.text.translations import read


def translation_file(file: Path, tasks: Collection[str], tests: Collection[str]) -> str:
    """Return what of a translation goes out.

    Args:
        file: the whole translation of a topic.
        tasks: ids of the tasks that go out.
        tests: keys of the texts of visible tests.
    """
    lines = []
    for key, entry in read(file).entries.items():
        if _is_open(key, tasks, tests):
            values = [
                f"{name} = {json.dumps(text, ensure_ascii=False)}" for name, text in vars(entry).items()
            ]
            lines += [f"[{json.dumps(key)}]", *values, ""]
    return "\n".join(lines)


def _is_open(key: str, tasks: Collection[str], tests: Collection[str]) -> bool:
    task = translation_keys.task_of(key)
    if task is None:
        return True
    kind = key.removeprefix(f"task.{task}.").partition(".")[0]
    return task in tasks and (kind in ("title", "hint", "differs") or key in tests)
