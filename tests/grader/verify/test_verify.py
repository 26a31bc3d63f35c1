"""The proof of a suite: what it says about a course without a fault, and about one with each fault."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from grader.course import UnknownTask
from grader.course.stub import write_stubs

LOOSE = '''
import torch
from grader.suite import check_shape

def test_double_shape(submission):
    """The result has the shape of x."""
    check_shape(submission.double(torch.ones(3)), (3,))
'''

ALIKE = """
from grader.suite import mistake

@mistake("one was added")
def added_one(x):
    return 2 * x + 1

@mistake("one was added last")
def added_one_last(x):
    return x + x + 1

@mistake("the sign is turned")
def turned_sign(x):
    return -2 * x
"""

RARELY_WRONG = '''
import warnings
from grader.suite import check_that

def test_double_of_a_large_number(submission, rng):
    """A number below 0.5 is drawn, which this suite takes for granted."""
    x = rng.uniform(1)
    warnings.warn("of this nobody who proves a suite wants to know", stacklevel=1)
    check_that(bool(x < 0.5), "the draw", "below 0.5", "more")
'''


APART = """
import functools
import sys
from pathlib import Path

from grader.course import load_course
from grader.judge import grading, shard
from grader.judge.grading import grade_submission
from grader.verify import verify

proving = sys.modules["grader.verify.verify"]
for module in (grading, shard, proving):
    module.load_course = functools.partial(load_course, Path(sys.argv[1]))
proving.grade_submission = functools.partial(grade_submission, sandbox="none", seed=1)
for jobs in (2, 1):  # two first: what is played here could keep this process from forking
    print(verify(["maths.double"], seeds=60, jobs=jobs))
"""


def double(verification):
    return verification.topics[0].tasks[0]


def test_proof_holds_when_everything_is_as_it_should_be(proven):
    verification = proven()
    assert verification.ok, verification
    task = double(verification)
    assert (task.tests, task.mistakes, task.caught, task.named, task.alike) == (3, 3, 3, 3, ())
    assert (task.stub, task.solution, task.seeds, task.seeds_passed) == ("not_attempted", "pass", 1, 1)
    assert task.rows[2].caught_by == ("test_double_shape",)


def test_mistake_is_not_played_on_once_it_is_caught_and_told_apart(proven):
    caught = {row.name: row.caught_by for row in double(proven()).rows}
    assert {len(tests) for tests in caught.values()} == {1}


def test_proof_fails_when_no_test_catches_a_mistake(made_up, proven):
    made_up.suite(LOOSE)
    verification = proven()
    assert not verification.ok
    assert {"no test catches added_one", "no test catches turned_sign"} < set(double(verification).problems)
    assert double(verification).caught == 1


def test_proof_says_what_only_details_catch(made_up, proven):
    """Code with such a mistake is right, which an author wants to know."""
    text = made_up.root.joinpath("tests/suites/maths/test_double.py").read_text()
    made_up.suite(text.replace("def test_double_shape", "@pytest.mark.detail\ndef test_double_shape"))
    task = double(proven())
    assert (task.tests, task.details, task.caught) == (3, 1, 3)
    assert [row.name for row in task.rows if row.by_details] == []
    made_up.suite(LOOSE.replace("import torch", "import pytest, torch").replace("def", "@pytest.mark.detail\ndef"))
    task = double(proven())
    assert [row.name for row in task.rows if row.by_details] == ["added_up"]
    assert "every test is a detail: without a core nothing is right" in task.problems


def test_proof_fails_when_two_mistakes_do_the_same(made_up, proven):
    made_up.mistakes(ALIKE)
    task = double(proven())
    assert task.alike == ("added_one = added_one_last",)
    assert task.problems == ("no test tells added_one from added_one_last",)
    assert (task.caught, task.named) == (3, 1)


def test_proof_fails_when_the_solution_does_not_pass(made_up, proven):
    solution = made_up.root / "solutions/maths.py"
    solution.write_text(solution.read_text().replace("return 2 * x", "return 2 * x + 1"))
    write_stubs(made_up.course)
    task = double(proven())
    assert task.solution == "fail"
    assert "the solution is fail, not pass" in task.problems


def test_proof_fails_when_the_stub_is_solved(made_up, proven):
    stub = made_up.root / "exercises/maths/maths.py"
    stub.write_text(stub.read_text().replace('raise NotImplementedError("double")', "return 2 * x"))
    verification = proven()
    assert "the stub is pass, not not_attempted" in double(verification).problems
    assert any("does not follow from its solution" in problem for problem in verification.problems)


def test_proof_fails_when_there_are_no_tests(made_up, proven):
    made_up.suite("import torch\n")
    assert "there are no tests" in double(proven()).problems


PARAMETRISED = """
@pytest.mark.parametrize("f", [torch.exp, object()])
def test_double_of_numbers(submission, f):
    check_shape(submission.double(torch.ones(3)), (3,))

@pytest.mark.parametrize("x", ["x0", (2, 3), {"lr": 0.1}, torch.float32, torch.ones(2)])
def test_double_of_names(submission, x):
    check_shape(submission.double(torch.ones(3)), (3,))
"""


def test_proof_fails_when_cases_are_only_numbered(made_up, proven):
    """An object has no text of its own; what has is named by it."""
    made_up.suite(f"import pytest\n{LOOSE}{PARAMETRISED}")
    assert [problem for problem in double(proven()).problems if "numbered" in problem] == [
        "the cases of test_double_of_numbers are only numbered: give ids that say what differs"
    ]


def test_proof_counts_the_seeds_under_which_the_reference_fails(made_up, proven):
    made_up.suite(RARELY_WRONG)
    task = double(proven(seeds=20))
    assert task.seeds == 20
    assert 0 < task.seeds_passed < 20
    assert any("the reference fails test_double_of_a_large_number" in problem for problem in task.problems)


def test_proof_fails_when_an_unexpected_file_lies_in_the_course(made_up, proven):
    (made_up.root / "solutions/words.py").write_text('"""No topic."""\n')
    verification = proven()
    assert not verification.ok
    assert any("words.py" in problem for problem in verification.problems)


def test_only_the_topic_is_proven_that_was_asked_for(made_up, proven):
    made_up.add_topic("words", 20)
    verification = proven(["words"])
    assert [topic.slug for topic in verification.topics] == ["words"]
    assert [task.id for task in verification.topics[0].tasks] == ["words.double", "words.quadruple"]


def test_only_the_task_is_proven_that_was_asked_for(made_up, proven):
    verification = proven(["maths.quadruple"])
    assert [task.id for task in verification.topics[0].tasks] == ["maths.quadruple"]


def test_fault_in_another_topic_does_not_spoil_the_proof_of_one(made_up, proven):
    made_up.add_topic("words", 20)
    (made_up.root / "tests/suites/words/notes.txt").write_text("to do")
    assert proven(["maths"]).problems == ()
    assert ["notes.txt" in problem for problem in proven(["words"]).problems] == [True]


def test_progress_is_told_of_every_part(proven):
    told = []
    proven(["maths.double"], seeds=120, progress=lambda *row: told.append(row))
    assert [part for _, _, part in told] == [
        "grading the stubs",
        "grading the solutions",
        "maths.double, mistakes",
        "maths.double, seeds 1 to 50",
        "maths.double, seeds 51 to 100",
        "maths.double, seeds 101 to 120",
    ]
    assert [(done, total) for done, total, _ in told[2:]] == [(1, 4), (2, 4), (3, 4), (4, 4)]


LUCKY = """
import pytest
from grader.suite import check_close, check_that

SEEN = []

def test_double_steadily(submission, rng):
    SEEN.append(1)
    check_that(len(SEEN) <= 20, "plays of a test without luck", "a few", "many")
    x = rng.normal(3)
    check_close(submission.double(x), 2 * x)

@pytest.mark.statistical
def test_double_by_luck(submission, rng):
    check_that(bool(rng.uniform(1) < BOUND), "the draw", "below", "more")
"""


def test_statistical_tests_are_played_under_seeds_of_their_own(made_up, proven):
    made_up.suite(LUCKY.replace("BOUND", "0.95"))
    task = double(proven(["maths.double"], seeds=3, statistical_seeds=200))
    assert (task.seeds, task.seeds_passed) == (3, 3)
    assert (task.statistical, task.statistical_seeds) == (1, 200)
    assert 150 < task.statistical_seeds_passed < 200
    assert any("the reference fails test_double_by_luck" in problem for problem in task.problems)


def test_statistical_tests_have_as_many_seeds_as_the_others_unless_told(made_up, proven):
    made_up.suite(LUCKY.replace("BOUND", "1.0"))
    task = double(proven(["maths.double"], seeds=7))
    assert (task.seeds_passed, task.statistical_seeds, task.statistical_seeds_passed) == (7, 7, 7)


def test_task_without_a_statistical_test_counts_no_seeds_for_it(proven):
    task = double(proven(["maths.double"], statistical_seeds=5))
    assert (task.statistical, task.statistical_seeds, task.statistical_seeds_passed) == (0, 0, 0)


def test_proof_in_two_processes_is_that_in_one(made_up):
    """In three parts, two of them seeds; in a fresh interpreter, for this one may be past forking."""
    made_up.suite(LOOSE + RARELY_WRONG)
    done = subprocess.run(
        [sys.executable, "-c", APART, str(made_up.package)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    two, one = done.stdout.splitlines()
    assert two == one
    # Seeds of both parts fail, so that the number changes when a part is lost, and the names do with their order.
    (passed,) = re.findall(r" seeds=60, seeds_passed=(\d+),", one)
    assert 0 < int(passed) < 50
    assert "seed 1: the reference fails test_double_of_a_large_number" in one
    assert "caught_by=('test_double_shape',)" in one


def test_unknown_topic_is_refused(proven):
    with pytest.raises(UnknownTask):
        proven(["wrods"])
