"""Points and verdicts of tasks."""

from __future__ import annotations

from dataclasses import replace

import pytest

from grader.course import Task
from grader.judge.scoring import score_task, skip_dependents, untested, verdict_of_task
from grader.report import TestReport, Verdict

P, F, E, N, T, M, X, OURS, R, S = (
    Verdict.PASS, Verdict.FAIL, Verdict.ERROR, Verdict.NOT_ATTEMPTED, Verdict.TIMEOUT, Verdict.MEMORY,
    Verdict.FORBIDDEN, Verdict.INTERNAL, Verdict.RIGHT, Verdict.SKIPPED,
)  # fmt: skip


def task(name="double", points=3, needs=()):
    return Task(f"maths.{name}", "maths", name, name, points, tuple(needs), ("a hint",))


def rows(*verdicts, weights=None):
    weights = weights or [1.0] * len(verdicts)
    return [
        TestReport(f"test_{i}", "A rule.", verdict, False, weight, 0.0)
        for i, (verdict, weight) in enumerate(zip(verdicts, weights, strict=True))
    ]


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        ([P, P], P), ([P, F, E], F), ([P, E, F], E), ([P, T, F], T), ([P, M], M),
        ([F, X], X), ([X, OURS], OURS), ([N, N], N), ([N, P], N), ([N, P, P], F), ([N, F, N], F), ([N, N, E], E),
    ],
)  # fmt: skip
def test_task_has_the_verdict_of_its_first_failure(verdicts, expected):
    assert verdict_of_task(rows(*verdicts)) is expected


@pytest.mark.parametrize(
    ("verdicts", "first"), [([P, F, E], 1), ([F, P, X, X], 2), ([E, X, OURS], 2), ([T, F], 0), ([N, F], 0)]
)
def test_first_failure_is_the_one_that_costs_the_whole_task(verdicts, first):
    found = score_task(task(), rows(*verdicts))
    assert found.first_failure == found.tests[first]


def test_first_failure_is_one_that_tells_more_than_rounding():
    first, second, third = rows(F, P, E)
    assert score_task(task(), [replace(first, is_close=True), second, third]).first_failure == third
    assert score_task(task(), [replace(first, is_close=True), second]).first_failure.name == first.name


def test_points_are_shared_by_weight():
    report = score_task(task(points=4), rows(P, F, weights=[3.0, 1.0]))
    assert (report.points, report.max_points) == (3.0, 4)


def test_points_are_rounded_to_two_places():
    assert score_task(task(points=1), rows(P, F, F)).points == 0.33
    assert score_task(task(points=1), rows(P, P, F)).points == 0.67


def test_points_are_full_when_every_test_passes():
    assert score_task(task(points=3), rows(P, P, P, weights=[0.1, 0.2, 0.7])).points == 3


def with_details(core, details, weight=1.0):
    found = rows(*core, *details, weights=[1.0] * len(core) + [weight] * len(details))
    return [replace(test, detail=place >= len(core)) for place, test in enumerate(found)]


@pytest.mark.parametrize(
    ("core", "details", "verdict", "points"),
    [
        ([P, P], [P, P], P, 10), ([P, P], [P, F], R, 9), ([P, P], [E, F], R, 8), ([P, P], [N, T], R, 8),
        ([P, F], [P, P], F, 4), ([F, F], [P, P], F, 0), ([P, P], [X], X, 0), ([N, N], [P, F], N, 0),
        ([P] * 19, [F], R, 9.5),
    ],
)  # fmt: skip
def test_details_share_a_fifth_at_most_and_count_only_when_the_core_passes(core, details, verdict, points):
    found = score_task(task(points=10), with_details(core, details))
    assert (found.verdict, found.points) == (verdict, points)
    assert len(found.details_open) == sum(each is not P for each in details)


def test_details_that_were_not_run_leave_a_task_right():
    found = score_task(task(points=10), with_details([P, P], [S, S]))
    assert (found.verdict, found.points, found.only_core, found.first_failure) == (R, 8, True, None)


def test_details_are_what_is_judged_where_nothing_else_was_chosen():
    assert score_task(task(points=10), with_details([], [P, F])).points == 5


def test_first_failure_is_of_the_core():
    found = score_task(task(), [replace(test, is_close=not test.detail) for test in with_details([P, F], [E])][::-1])
    assert found.first_failure.verdict is F


def test_task_that_is_right_is_one_to_build_on():
    """Where the first is right, what needs it is judged."""
    first, second = task("one"), task("two", needs=["maths.one"])
    reports = {first.id: score_task(first, with_details([P], [F])), second.id: score_task(second, rows(F))}
    assert skip_dependents([first, second], reports) == reports


@pytest.mark.parametrize("verdicts", [[P, X], [P, P, P, X], [P, N], [N, N]])
def test_no_points_when_the_task_is_forbidden_or_not_attempted(verdicts):
    assert score_task(task(), rows(*verdicts)).points == 0


def test_no_points_when_only_tests_pass_that_idle_code_passes_too():
    report = score_task(task(points=4), rows(P, F), idle=["test_0"])
    assert report.points == 0


def test_idle_tests_count_as_far_as_the_others_pass():
    report = score_task(task(points=4), rows(P, P, F, F), idle=["test_0", "test_2"])
    assert report.points == 1.5  # test_1 whole, test_0 by the half of test_1 and test_3


def test_untested_task_has_no_points_and_no_tests():
    report = untested(task(), Verdict.ERROR, None)
    assert (report.points, report.max_points, report.tests) == (0, 3, ())


def reports(first, second):
    double, quadruple = task(), task("quadruple", 2, ["maths.double"])
    graded = {
        each.id: score_task(each, rows(P, verdict))
        for each, verdict in ((double, first), (quadruple, second))
    }
    return skip_dependents([double, quadruple], graded)


@pytest.mark.parametrize("second", [F, E])
def test_failed_task_is_skipped_when_a_task_it_needs_has_not_passed(second):
    skipped = reports(F, second)["maths.quadruple"]
    assert (skipped.verdict, skipped.points) == (Verdict.SKIPPED, 0)
    assert skipped.message.next == "grade hint maths.double"


@pytest.mark.parametrize(("first", "second"), [(F, P), (P, F), (F, N), (F, X), (F, T), (F, OURS)])
def test_task_keeps_its_verdict_when_it_passes_or_its_needs_do(first, second):
    assert reports(first, second)["maths.quadruple"].verdict is second


def test_need_that_was_not_graded_skips_nothing():
    quadruple = task("quadruple", 2, ["maths.double"])
    graded = {quadruple.id: score_task(quadruple, rows(F))}
    assert skip_dependents([quadruple], graded)[quadruple.id].verdict is F
