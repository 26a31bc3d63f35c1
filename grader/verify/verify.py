"""`verify`: stubs score nothing, solutions everything, every known mistake is caught and told from the others."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from pathlib import Path

import torch

from grader.course import Course, Task, load_course
from grader.course.layout import layout_problems
from grader.device.choice import Accelerator, chosen, using
from grader.judge.accelerator import AUTO, NoSuchDevice, accelerator_for
from grader.judge.grading import grade_submission
from grader.judge.order import UsageProblem
from grader.judge.parallel import process_context, process_pool
from grader.process.kernel import processors
from grader.report import Verdict
from grader.verify.unit import (
    Found,
    Kind,
    MistakeProof,
    Prover,
    TaskProof,
    TopicProof,
    Unit,
    Verification,
    seed_units,
)

# parts that are done, parts that are known of, and the last one's name
Tell = Callable[[int, int, str], None]
Follow = Callable[[Found], list[Unit]]


def run_units(course: Course, units: Sequence[Unit], follow: Follow, jobs: int, tell: Tell) -> list[Found]:
    """Play `units`, and whatever `follow` makes of each result, in `jobs` processes; in this one for one job.

    Raises:
        OurProblem: a process of ours died.
    """
    if jobs == 1:
        return _here(Prover(course), list(units), follow, tell)
    with process_pool(jobs, process_context(), "a process of the proof", _prepare, course, chosen()) as pool:
        return _shared_out(pool, units, follow, tell)


def _here(prover: Prover, waiting: list[Unit], follow: Follow, tell: Tell) -> list[Found]:
    results: list[Found] = []
    while waiting:
        found = prover.play(waiting.pop(0))
        results.append(found)
        waiting += follow(found)
        tell(len(results), len(results) + len(waiting), str(found.unit))
    return results


def _shared_out(pool: ProcessPoolExecutor, units: Sequence[Unit], follow: Follow, tell: Tell) -> list[Found]:
    running: set[Future[Found]] = {pool.submit(_play, unit) for unit in units}
    results: list[Found] = []
    while running:
        done, running = wait(running, return_when=FIRST_COMPLETED)
        for found in (future.result() for future in done):
            results.append(found)
            running |= {pool.submit(_play, unit) for unit in follow(found)}
            tell(len(results), len(results) + len(running), str(found.unit))
    return results


_prover: Prover | None = None
_for_good = contextlib.ExitStack()  # as long as the process of the pool lives


def _prepare(course: Course, accelerator: Accelerator) -> None:
    """Make ready a process of the pool."""
    global _prover
    torch.set_num_threads(1)
    _for_good.enter_context(using(accelerator))
    _prover = Prover(course)


def _play(unit: Unit) -> Found:
    assert _prover is not None
    return _prover.play(unit)


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
    problems += ["every test is a detail: without a core nothing is right"] if 0 < first.tests == first.details else []
    counted = lucky if first.statistical else 0
    return TaskProof(
        id=task.id, tests=first.tests, details=first.details, mistakes=len(rows),
        caught=sum(bool(row.caught_by) for row in rows),
        named=sum(row.named for row in rows), alike=alike, stub=str(stub), solution=str(solution), seeds=seeds,
        seeds_passed=seeds - len(failed), problems=tuple(problems), rows=rows, statistical=first.statistical,
        statistical_seeds=counted, statistical_seeds_passed=counted - len(unlucky),
        mutation=next((each.mutation for each in mine[Kind.MUTANTS]), None),
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


def verify(
    names: Sequence[str] = (),
    seeds: int = 1,
    statistical_seeds: int | None = None,
    jobs: int | None = None,
    device: str = AUTO,
    mutate: bool = False,
    progress: Tell | None = None,
) -> Verification:
    """Verify topics or tasks of the course, all if none is named.

    Args:
        names: topic slugs and ids of tasks.
        seeds: how many seeds the reference has to pass; the mistakes are played under the first.
        statistical_seeds: the same for tests whose passing depends on luck; as many as `seeds` if None.
        jobs: processes to play in; as many as there are processors if None, and this one alone for 1.
        device: the accelerator of the device tests, as for a grading.
        mutate: whether mutants of the reference are played too; those that survive are no fault of the proof.
        progress: told how many parts of the proof are done, how many there are, and which was the last.

    Raises:
        UnknownTask: there is no such topic or task.
        UsageProblem: there is no such device here.
        OurProblem: the grader failed.
    """
    accelerator = _accelerator(device)
    course, tell = load_course(), progress or (lambda done, total, part: None)
    course.require_solutions()
    tasks = course.select(names)
    ids, jobs = [task.id for task in tasks], jobs or processors()
    tell(0, len(ids), "grading the stubs")
    stubs = _verdicts(course.exercises, ids, jobs, device)
    tell(0, len(ids), "grading the solutions")
    solutions = _verdicts(course.solutions, ids, jobs, device)
    lucky = seeds if statistical_seeds is None else statistical_seeds
    kinds = (Kind.MISTAKES, Kind.MUTANTS) if mutate else (Kind.MISTAKES,)
    units = [Unit(task_id, kind) for task_id in ids for kind in kinds]
    with using(accelerator):
        found = run_units(course, units, lambda one: seed_units(one, seeds, lucky), jobs, tell)
    proofs = {
        task.id: proof_of(task, found, stubs[task.id], solutions[task.id], seeds, lucky) for task in tasks
    }
    return _verification(course, tasks, proofs, tuple(_layout(course, tasks, whole=not names)))


def _accelerator(device: str) -> Accelerator:
    try:
        return accelerator_for(device)
    except NoSuchDevice as problem:
        raise UsageProblem(str(problem)) from None


def _verdicts(path: Path, ids: Sequence[str], jobs: int, device: str) -> dict[str, Verdict]:
    report = grade_submission([path], tasks=ids, jobs=min(jobs, len(ids)), device=device)
    return {task.id: task.verdict for task in report.tasks}


def _layout(course: Course, tasks: Sequence[Task], whole: bool) -> Iterator[str]:
    """Yield the broken rules of the course, or only those of the topics that were named."""
    slugs = {task.topic for task in tasks}
    roots = (course.exercises, course.solutions, course.suites)
    for problem in layout_problems(course):
        parts = {path.parts[0] for root in roots if (path := _below(problem.file, root)) and path.parts}
        if whole or not parts or {part.removesuffix(".py") for part in parts} & slugs:
            yield str(problem)


def _below(file: Path, root: Path) -> Path | None:
    return file.relative_to(root) if file.is_relative_to(root) else None


def _verification(
    course: Course, tasks: Sequence[Task], proofs: Mapping[str, TaskProof], layout: tuple[str, ...]
) -> Verification:
    slugs = [topic.slug for topic in course.topics if any(task.topic == topic.slug for task in tasks)]
    topics = tuple(
        TopicProof(slug, tuple(proofs[task.id] for task in tasks if task.topic == slug)) for slug in slugs
    )
    ok = not layout and not any(task.problems for topic in topics for task in topic.tasks)
    return Verification(topics, layout, ok)
