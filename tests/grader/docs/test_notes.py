"""`docs/notes.md` leads from each concept of the lecture notes to a section and to tasks that there are."""

from __future__ import annotations

import re
from pathlib import Path

from grader.course import load_course

DOCS = Path(__file__).resolve().parents[3] / "docs"
COURSE = load_course()
ROWS = re.findall(
    r"^\| .+ \| \[.+\]\((.+?)#(.+?)\) \| (.+) \|$", (DOCS / "notes.md").read_text("utf-8"), re.MULTILINE
)


def anchors(file):
    """Return what GitHub makes of the headings of a file."""
    heads = re.findall(r"^#+ (.+)$", file.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def test_every_task_that_is_named_exists():
    named = {task for _, _, tasks in ROWS for task in re.findall(r"`(.+?)`", tasks)}
    assert len(ROWS) > 80
    assert named - {task.id for task in COURSE.tasks} == set()


def test_every_section_that_is_named_exists():
    missing = [(file, anchor) for file, anchor, _ in ROWS if anchor not in anchors((DOCS / file).resolve())]
    assert missing == []


def test_every_exercise_of_the_topics_of_the_notes_stands_there():
    """Tasks of other kinds are the course's own."""
    named = {task for _, _, tasks in ROWS for task in re.findall(r"`(.+?)`", tasks)}
    exercises = {task.id for task in COURSE.tasks if "notes" in task.tracks and task.kind == "exercise"}
    assert exercises - named == set()
