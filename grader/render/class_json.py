"""A class run as plain values."""

from __future__ import annotations

from typing import Any

from grader.classroom.records import ClassResult, Standing


def as_dict(result: ClassResult) -> dict[str, Any]:
    """The run and how everybody stands, without the tests of their reports."""
    return {
        "title": result.title,
        "run": result.run,
        "seed": result.seed,
        "started": result.started.isoformat(),
        "seconds": result.seconds,
        "course_digest": result.course_digest,
        "device": result.device,
        "graded": result.graded,
        "cached": result.cached,
        "notes": list(result.notes),
        "students": [_standing(standing) for standing in result.standings],
    }


def _standing(standing: Standing) -> dict[str, Any]:
    tasks = standing.report.tasks if standing.report else ()
    return {
        "id": standing.student.id,
        "name": standing.student.name,
        "email": standing.student.email,
        "outcome": standing.outcome.value,
        "reason": standing.reason,
        "score": standing.grade,
        "max_score": standing.max_score,
        "penalty": standing.penalty,
        "adjusted": standing.adjusted,
        "place": standing.hand_in.place if standing.hand_in else None,
        "attempts": len(standing.attempts) + bool(standing.hand_in),
        "tasks": {task.id: {"verdict": task.verdict.value, "points": task.points} for task in tasks},
        "notes": list(standing.notes),
    }
