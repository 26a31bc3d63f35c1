"""The fixtures that a suite asks for beside `submission` and `rng`."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.report import Verdict

SHARED = """
import torch
from grader.suite import check_close

FACTOR = 2


def scenario(submission, x):
    return submission.double(x)


def check_double(submission, x):
    check_close(submission.run(scenario, x), FACTOR * x)
"""

SUITE = '''
def test_double_as_shared(submission, rng, shared):
    """Twice the numbers come out."""
    shared.check_double(submission, rng.normal(3))
'''


def verdicts(made_up, runner):
    return made_up.play(runner, lambda runner, items: [runner.run(item).verdict for item in items])


def write_shared(made_up) -> Path:
    file = made_up.root / "tests/suites/maths/shared.py"
    file.write_text(SHARED)
    return file


def test_suites_of_a_topic_share_a_module(made_up):
    write_shared(made_up)
    made_up.suite(SUITE)
    assert verdicts(made_up, made_up.runner()) == [Verdict.PASS]
    assert verdicts(made_up, made_up.runner(double=lambda x: 3 * x)) == [Verdict.FAIL]


def test_shared_module_is_there_in_a_grading(made_up, host):
    write_shared(made_up)
    made_up.suite(SUITE)
    right = made_up.submit("def double(x):\n    return 2 * x\n")
    assert host.grade(right, made_up.package, tasks=["maths.double"]).verdicts() == {"maths.double": "pass"}


def test_known_mistakes_of_a_topic_share_a_module(made_up, host):
    (made_up.root / "tests/suites/maths/mistakes/shared.py").write_text("BY = 3\n")
    made_up.mistakes(
        "from grader.suite import mistake\nfrom shared import BY\n\n\n"
        '@mistake("the numbers are tripled")\ndef tripled(x):\n    return BY * x\n'
    )
    wrong = made_up.submit("def double(x):\n    return 3 * x\n")
    answer = host.grade(wrong, made_up.package, tasks=["maths.double"])
    assert {test.message.mistake for test in answer.report.tasks[0].tests if test.message} == {"tripled"}


def test_missing_shared_module_is_our_fault(made_up):
    made_up.suite(SUITE)
    assert verdicts(made_up, made_up.runner()) == [Verdict.INTERNAL]


DRAWING = '''
import torch
from grader.suite import check_close


def test_double_trains(submission, rng, draw):
    """The numbers come out as trained."""
    x = rng.normal(20)
    got = submission.double(x)
    draw.curve("loss", got, 2 * x)
    draw.path("way", got, torch.stack([x, x], 1))
    check_close(got, 2 * x)


def test_double_is_drawn_no_more(submission):
    """Another test of the task."""
    check_close(submission.double(torch.ones(2)), 2 * torch.ones(2))
'''


def drawn(made_up, host, source):
    made_up.suite(DRAWING)
    answer = host.grade(made_up.submit(source), made_up.package, tasks=["maths.double"], seed=1)
    assert answer.report is not None, answer.problem
    return answer.report.tasks[0].tests


def test_curve_in_the_report_is_that_of_the_submission_not_of_a_replay(made_up, host):
    tests = drawn(made_up, host, "def double(x):\n    return 2 * x + 1\n")
    assert tests[0].message.mistake == "added_one"  # so the mistakes were replayed, and drew too
    (curve,) = tests[0].curves
    differences = {round(a - b, 4) for a, b in zip(curve.theirs, curve.reference, strict=True)}
    assert differences == {1.0} and curve.steps == 20 and curve.beta == 0.5
    assert tests[0].paths == () and tests[1].curves == ()


def test_curve_is_in_the_report_of_a_test_that_passes(made_up, host):
    tests = drawn(made_up, host, "def double(x):\n    return 2 * x\n")
    assert tests[0].curves[0].theirs == tests[0].curves[0].reference


@pytest.mark.parametrize(
    "value",
    ["None", "object()", "x.clone().fill_(float('nan'))", "[[x]]", "x.to('meta')", "['a'] * 9", "x.cfloat()"],
)
def test_what_cannot_be_drawn_is_left_out_and_never_our_fault(made_up, host, value):
    tests = drawn(made_up, host, f"import torch\ndef double(x):\n    return {value}\n")
    assert tests[0].verdict is Verdict.FAIL
    assert tests[0].curves == ()
