"""One seed gives one grading, wherever the course lies and however the work is shared out."""

from __future__ import annotations

import shutil
from dataclasses import replace
from itertools import combinations

import pytest

from grader.judge.order import LARGEST_SEED, derived_seed

WRONG = """
    import torch

    def double(x):
        return 2 * x + torch.rand(())

    def quadruple(x):
        return 4 * x + 1 + x.abs()
"""


def told(report):
    """Everything of a report that must not depend on the machine."""
    return [
        (task.id, task.verdict, task.points, [replace(test, seconds=0.0) for test in task.tests])
        for task in report.tasks
    ]


def test_derived_seeds_differ_by_run_purpose_and_name():
    seeds = {
        derived_seed(run, task, test, purpose)
        for run in (0, 1, 2**31)
        for task in ("losses.softmax", "losses.sigmoid")
        for test in ("test_a", "test_b")
        for purpose in ("inputs", "sandbox")
    }
    assert len(seeds) == 24
    assert all(0 <= seed < LARGEST_SEED for seed in seeds)


def test_derived_seed_is_the_same_on_every_machine():
    assert derived_seed(1, "losses.softmax", "test_a", "inputs") == 1351500579342687913


def test_derived_seed_keeps_names_apart():
    assert derived_seed(1, "ab", "c") != derived_seed(1, "a", "bc")


@pytest.fixture
def graded(made_up, host):
    """Grades the same wrong submission with the options of a test."""
    file = made_up.submit(WRONG)
    return lambda **options: told(host.grade(file, made_up.package, **options).report)


def test_same_seed_gives_the_same_report(graded):
    assert graded(seed=5) == graded(seed=5)


def test_another_seed_gives_other_inputs(graded):
    assert graded(seed=5) != graded(seed=6)


@pytest.mark.parametrize("options", [{"jobs": 2}, {"jobs": 5}, {"tasks": ["double", "quadruple"]}])
def test_same_seed_gives_the_same_report_however_the_tasks_are_chosen_and_shared(graded, options):
    assert graded(seed=5) == graded(seed=5, **options)


def test_same_seed_gives_the_same_task_when_it_is_graded_alone(graded):
    (alone,) = graded(seed=5, tasks=["double"])
    assert alone == graded(seed=5)[0]


def test_same_seed_gives_the_same_report_when_the_course_lies_elsewhere(made_up, host, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("another place") / "course"
    shutil.copytree(made_up.root, elsewhere)
    file = made_up.submit(WRONG)
    here, there = (host.grade(file, root / "grader", seed=5).report for root in (made_up.root, elsewhere))
    assert told(here) == told(there)


def test_inputs_of_two_tests_are_never_the_same(made_up):
    runner = made_up.runner()
    seeds = made_up.play(
        runner,
        lambda runner, items: [runner.seed_of(item, use) for item in items for use in ("inputs", "sandbox")],
    )
    assert all(one != other for one, other in combinations(seeds, 2))


def test_drawn_seed_is_reported_and_can_be_repeated(made_up, host):
    file = made_up.submit(WRONG)
    first = host.grade(file, made_up.package).report
    assert told(host.grade(file, made_up.package, seed=first.seed).report) == told(first)
