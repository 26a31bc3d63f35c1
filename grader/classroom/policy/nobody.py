"""Extensions that stand for nobody: most often a slip in an id, and a student who would wait in vain."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from grader.classroom.policy.model import Policy


def extensions_of_nobody(policy: Policy, student_ids: Iterable[str]) -> tuple[str, ...]:
    """Return one sentence for each extension whose id no student of the class has."""
    known = sorted(student_ids)
    return tuple(
        f"{policy.place}: extensions.{student} is nobody of this class{_remedy(student, known)}"
        for student in policy.extensions
        if student not in known
    )


def _remedy(student: str, known: list[str]) -> str:
    near = get_close_matches(student, known, n=1)
    return f": did you mean {near[0]}?" if near else ""
