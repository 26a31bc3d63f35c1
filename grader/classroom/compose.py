"""From the reports of topics to the report of a whole hand-in, as one grading of it would give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from grader.classroom.model import HandIn
from grader.course import Task
from grader.judge.scoring import absent, skip_dependents
from grader.report import Environment, Report


def compose(
    hand_in: HandIn, tasks: Sequence[Task], parts: Mapping[str, Report], seed: int, environment: Environment
) -> Report:
    """Return the report of a hand-in over `tasks`; a topic without a part was not handed in.

    Args:
        hand_in: what was handed in.
        tasks: the tasks of the run.
        parts: the reports of its topics, by slug.
        seed: of its random inputs.
        environment: where gradings ran, for a hand-in without any part.
    """
    found = {report.id: report for part in parts.values() for report in part.tasks}
    reports = skip_dependents(tasks, {task.id: found.get(task.id) or absent(task) for task in tasks})
    notes = dict.fromkeys([*hand_in.notes, *(note for part in parts.values() for note in part.notes)])
    return Report(
        submission=hand_in.place,
        seed=seed,
        environment=_environment(parts, environment),
        tasks=tuple(reports[task.id] for task in tasks),
        seconds=round(sum(part.seconds for part in parts.values()), 3),
        incomplete=next((part.incomplete for part in parts.values() if part.incomplete), None),
        notes=tuple(notes),
    )


def _environment(parts: Mapping[str, Report], now: Environment) -> Environment:
    """Return where the first part was graded, under the course as it is now: what did not change was kept."""
    first = next((part.environment for part in parts.values()), now)
    return replace(first, course_digest=now.course_digest)
