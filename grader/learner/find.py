"""The calls of a task that are worth measuring, from the tests of its suite."""

from __future__ import annotations

import pytest
import torch

from grader.course import Course, Task
from grader.judge.bench import Bench, is_statistical
from grader.judge.references import References
from grader.judge.session import run_session
from grader.learner.listen import Ear
from grader.learner.pair import SEED, SLOW
from grader.learner.play import Play

MOST_TESTS = 15  # of a suite, in which a call is looked for; more only until one is found
SECONDS = 10.0  # of each test


def plays_of(course: Course, references: References, task: Task) -> list[Play]:
    """Return what the first tests of a suite ask of the task, the best to measure first: quick, direct and large."""
    found: list[Play] = []

    def play(bench: Bench, by_task: dict[str, list[pytest.Item]]) -> None:
        items = [item for item in by_task.get(task.id, []) if not is_statistical(item)]
        for number, item in enumerate(items):
            if number < MOST_TESTS or not found:
                bench.run(item)

    bench = Bench(course, references, Ear(references, task.topic, task.name, found.append), SEED, SECONDS)
    run_session(bench, [task], "", play)
    original = getattr(references.module(task.topic), task.name)
    kind = original if isinstance(original, type) else type(None)
    is_function = issubclass(kind, torch.autograd.Function)
    has_state = isinstance(original, type) and not is_function and not issubclass(kind, torch.nn.Module)

    def rank(each: Play) -> tuple[bool, bool, int, bool, int, int]:
        objects, no_graph = each.objects if has_state else 0, is_function and not each.has_graph
        made, size = each.work
        return each.seconds > SLOW, each.is_call == has_state, objects, no_graph, -made, -size

    return sorted(found, key=rank)
