"""A topic.toml of what goes out: the chosen tasks, each with the number of its hidden tests."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence

from grader.course import Task, Topic


def topic_file(
    topic: Topic, tasks: Sequence[Task], hidden: Mapping[str, int], chosen: Collection[str]
) -> str:
    """Return the text of a topic.toml; needs that do not go out are left out, for nobody could pass them."""
    lines = [f"title = {_text(topic.title)}", f"order = {topic.order}"]
    for task in tasks:
        lines += ["", "[[tasks]]", *_task(task, hidden.get(task.id, 0), chosen)]
    return "\n".join(lines) + "\n"


def _task(task: Task, hidden: int, chosen: Collection[str]) -> Iterator[str]:
    yield f"name = {_text(task.name)}"
    yield f"title = {_text(task.title)}"
    yield f"points = {task.points}"
    yield f"needs = {_list(need for need in task.needs if need in chosen)}"
    yield f"hints = {_list(task.hints)}"
    if not task.computes:
        yield "computes = false"
    if task.torch:
        yield f"torch = {_text(task.torch)}"
        yield f"differs = {_text(task.differs)}"
    if hidden:
        yield f"hidden = {hidden}"


def _list(values: Iterator[str] | Sequence[str]) -> str:
    return f"[{', '.join(map(_text, values))}]"


def _text(value: str) -> str:
    """A basic string of TOML: JSON's, but for the one character that only TOML refuses."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
