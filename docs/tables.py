"""Writes the tables of the docs anew: `python docs/tables.py [PROOF.json]`.

The topics in README.md follow from the topic.toml files; the figures in docs/proof.md from what
`grade verify --format json --output PROOF.json` wrote. Each table stands between two comments that name it.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from grader.course import Course, Task, load_course

ROOT = Path(__file__).resolve().parent.parent
README, PROOF = ROOT / "README.md", ROOT / "docs" / "proof.md"


def topics(course: Course) -> str:
    """Return the topics with their tasks, points and hours; those of the lecture notes are marked."""
    rows = [("topic", "what it is about", "tasks", "points", "hours", "in the notes")]
    for topic in course.topics:
        notes = "yes" if any("notes" in task.tracks for task in topic.tasks) else ""
        rows.append(
            (f"[{topic.slug}](exercises/{topic.slug}/README.md)", topic.title, *_sums(topic.tasks), notes)
        )
    rows.append(("all", "", *_sums(course.tasks), ""))
    return _table(rows)


def _sums(tasks: Sequence[Task]) -> tuple[str, str, str]:
    hours = round(sum(task.minutes for task in tasks) / 60)
    return str(len(tasks)), str(sum(task.points for task in tasks)), str(hours)


def proof(course: Course, found: dict[str, Any]) -> str:
    """Return the figures of each topic in a proof of the whole course."""
    heads = (
        "topic",
        "tasks",
        "points",
        "core tests",
        "details",
        "known mistakes",
        "caught",
        "named",
        "details alone",
    )
    rows = [(each["slug"], _figures(course, each)) for each in found["topics"]]
    total = [sum(column) for column in zip(*(figures for _, figures in rows), strict=True)]
    return _table([heads, *((name, *map(str, figures)) for name, figures in [*rows, ("all", total)])])


def _figures(course: Course, found: dict[str, Any]) -> list[int]:
    tasks = found["tasks"]
    tests, details, mistakes, caught, named = (
        sum(task[key] for task in tasks) for key in ("tests", "details", "mistakes", "caught", "named")
    )
    points = sum(task.points for task in course.topic(found["slug"]).tasks)
    alone = sum(bool(row.get("by_details")) for task in tasks for row in task["rows"])
    return [len(tasks), points, tests - details, details, mistakes, caught, named, alone]


def _table(rows: Sequence[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([lines[0], "|" + "---|" * len(rows[0]), *lines[1:]])


def between(text: str, name: str) -> str:
    """Return the table of a name in a text."""
    return re.search(_place(name), text, re.DOTALL)[2]  # type: ignore[index]


def replaced(text: str, name: str, table: str) -> str:
    """Return the text with another table in the place of that name."""
    return re.sub(_place(name), lambda found: f"{found[1]}{table}{found[3]}", text, flags=re.DOTALL)


def _place(name: str) -> str:
    return rf"(<!-- table: {name} -->\n\n)(.*?)(\n\n<!-- end -->)"


def main() -> None:
    """Write the tables; that of the proof where a proof is given."""
    course = load_course()
    README.write_text(
        replaced(README.read_text(encoding="utf-8"), "topics", topics(course)), encoding="utf-8"
    )
    for file in sys.argv[1:]:
        found = json.loads(Path(file).read_text(encoding="utf-8"))
        if len(found["topics"]) != len(course.topics):
            sys.exit(f"{file}: it proves some of the topics alone: `grade verify` without names proves all")
        PROOF.write_text(
            replaced(PROOF.read_text(encoding="utf-8"), "proof", proof(course, found)), encoding="utf-8"
        )


if __name__ == "__main__":
    main()
