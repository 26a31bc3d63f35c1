"""The names of the files that the pages are written to, and link to."""

from __future__ import annotations

import re
from hashlib import sha256

from grader.classroom.records import Standing, Student

LONGEST = 40


def feedback_file(student: Student) -> str:
    """The file of a student's page inside `feedback/`: safe on every system, and one for each id."""
    readable = re.sub(r"[^a-z0-9]+", "-", student.id.lower()).strip("-")[:LONGEST]
    # Two ids may read alike, or differ in case alone, which some systems do not tell apart.
    digest = sha256(student.id.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{readable or 'student'}-{digest}.html"


def has_feedback(standing: Standing) -> bool:
    """Whether there is a page to link to: not for whoever handed in nothing."""
    return standing.hand_in is not None


def person(student: Student) -> str:
    """What a student is called on a page: the name, or the id where there is none."""
    return student.name or student.id
