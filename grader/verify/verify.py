"""`verify`: stubs score nothing, solutions everything, every known mistake is caught and told from the others."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from grader.course import Course, Task, load_course
from grader.course.layout import layout_problems
from grader.judge.bench import Bench
from grader.judge.grading import grade_submission
from grader.judge.references import References
from grader.judge.session import run_session
from grader.judge.subject import ReferenceSubject
from grader.report import Report, Verdict
from grader.verify.mistakes import failing_seeds, prove_mistakes
from grader.verify.model import MistakeProof, TaskProof, TopicProof, Verification

FIRST_SEED = 1

Tell = Callable[[str], None]


def verify(topics: Sequence[str] = (), seeds: int = 1, progress: Tell | None = None) -> Verification:
    """Verify topics of the course, all if none is given.

    Args:
        topics: topic slugs.
        seeds: how many seeds the reference has to pass; the mistakes are played under the first.
        progress: told the id of each task that is proven.

    Raises:
        UnknownTask: there is no such topic.
    """
    course = load_course()
    tasks = course.select(topics)
    ids = [task.id for task in tasks]
    stubs = _verdicts(grade_submission([course.exercises], tasks=ids))
    solutions = _verdicts(grade_submission([course.solutions], tasks=ids))
    proofs: dict[str, TaskProof] = {}

    def play(bench: Bench, by_task: dict[str, list[pytest.Item]]) -> None:
        for task in tasks:
            items = by_task.get(task.id, [])
            rows = prove_mistakes(bench, task, items)
            failed = failing_seeds(bench, items, range(FIRST_SEED, FIRST_SEED + seeds))
            proofs[task.id] = _proof(
                task, len(items), rows, stubs[task.id], solutions[task.id], seeds, failed
            )
            if progress:
                progress(task.id)

    references = References(course)
    run_session(Bench(course, references, ReferenceSubject(references), FIRST_SEED), tasks, "", play)
    layout = tuple(str(problem) for problem in layout_problems(course))
    return _verification(course, tasks, proofs, layout)


def _verdicts(report: Report) -> dict[str, Verdict]:
    return {task.id: task.verdict for task in report.tasks}


def _proof(
    task: Task,
    tests: int,
    rows: tuple[MistakeProof, ...],
    stub: Verdict,
    solution: Verdict,
    seeds: int,
    failed: dict[int, list[str]],
) -> TaskProof:
    alike = tuple(f"{row.name} = {other}" for row in rows for other in row.alike if row.name < other)
    problems = [f"no test catches {row.name}" for row in rows if not row.caught_by]
    problems += [f"the variant {row.name} is broken: {row.broken}" for row in rows if row.broken]
    problems += [f"no test tells {pair.replace(' = ', ' from ')}" for pair in alike]
    problems += [f"the stub is {stub}, not not_attempted"] if stub is not Verdict.NOT_ATTEMPTED else []
    problems += [f"the solution is {solution}, not pass"] if solution is not Verdict.PASS else []
    problems += [
        f"seed {seed}: the reference fails {', '.join(names)}" for seed, names in list(failed.items())[:5]
    ]
    problems += [] if tests else ["there are no tests"]
    return TaskProof(
        id=task.id, tests=tests, mistakes=len(rows), caught=sum(bool(row.caught_by) for row in rows),
        named=sum(row.named for row in rows), alike=alike, stub=str(stub), solution=str(solution), seeds=seeds,
        seeds_passed=seeds - len(failed), problems=tuple(problems), rows=rows,
    )  # fmt: skip


def _verification(
    course: Course, tasks: Sequence[Task], proofs: dict[str, TaskProof], layout: tuple[str, ...]
) -> Verification:
    slugs = [topic.slug for topic in course.topics if any(task.topic == topic.slug for task in tasks)]
    topics = tuple(
        TopicProof(slug, tuple(proofs[task.id] for task in tasks if task.topic == slug)) for slug in slugs
    )
    ok = not layout and not any(task.problems for topic in topics for task in topic.tasks)
    return Verification(topics, layout, ok)
