"""From the parts of a proof to what they say about a task."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from grader.course import Task
from grader.report import Verdict
from grader.verify.model import MistakeProof, TaskProof
from grader.verify.unit import Found, Kind

SHOWN_SEEDS = 5  # of those under which a reference fails


def proof_of(
    task: Task, found: Sequence[Found], stub: Verdict, solution: Verdict, seeds: int, lucky: int
) -> TaskProof:
    """Return what all parts of the proof say about a task."""
    mine = _of(task, found)
    (first,) = mine[Kind.MISTAKES]
    failed, unlucky = (_failed(mine[kind]) for kind in (Kind.SEEDS, Kind.STATISTICAL))
    rows = first.rows
    alike = tuple(f"{row.name} = {other}" for row in rows for other in row.alike if row.name < other)
    problems = [*_mistake_problems(rows, alike), *_verdict_problems(stub, solution)]
    problems += [*_seed_problems(failed), *_seed_problems(unlucky)]
    problems += [f"the cases of {name} are only numbered: give ids that say what differs" for name in first.numbered]
    problems += [] if first.tests else ["there are no tests"]
    counted = lucky if first.statistical else 0
    return TaskProof(
        id=task.id, tests=first.tests, mistakes=len(rows), caught=sum(bool(row.caught_by) for row in rows),
        named=sum(row.named for row in rows), alike=alike, stub=str(stub), solution=str(solution), seeds=seeds,
        seeds_passed=seeds - len(failed), problems=tuple(problems), rows=rows, statistical=first.statistical,
        statistical_seeds=counted, statistical_seeds_passed=counted - len(unlucky),
    )  # fmt: skip


def _of(task: Task, found: Sequence[Found]) -> dict[Kind, list[Found]]:
    """Return what was found about a task, in the order of the seeds."""
    mine = sorted((one for one in found if one.unit.task_id == task.id), key=lambda one: one.unit.first)
    return {kind: [one for one in mine if one.unit.kind is kind] for kind in Kind}


def _failed(found: Sequence[Found]) -> dict[int, list[str]]:
    return {seed: names for one in found for seed, names in one.failed.items()}


def _mistake_problems(rows: Sequence[MistakeProof], alike: Sequence[str]) -> Iterator[str]:
    yield from (f"no test catches {row.name}" for row in rows if not row.caught_by)
    yield from (f"the variant {row.name} is broken: {row.broken}" for row in rows if row.broken)
    yield from (f"no test tells {pair.replace(' = ', ' from ')}" for pair in alike)


def _verdict_problems(stub: Verdict, solution: Verdict) -> Iterator[str]:
    if stub is not Verdict.NOT_ATTEMPTED:
        yield f"the stub is {stub}, not not_attempted"
    if solution is not Verdict.PASS:
        yield f"the solution is {solution}, not pass"


def _seed_problems(failed: Mapping[int, Sequence[str]]) -> Iterator[str]:
    for seed, names in list(failed.items())[:SHOWN_SEEDS]:
        yield f"seed {seed}: the reference fails {', '.join(names)}"
