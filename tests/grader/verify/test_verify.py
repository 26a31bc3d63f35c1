"""The proof of a suite: what it says about a course without a fault, and about one with each fault."""

from __future__ import annotations

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

ALIKE = '''
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
'''

RARELY_WRONG = '''
from grader.suite import check_that

def test_double_of_a_large_number(submission, rng):
    """A number below 0.5 is drawn, which this suite takes for granted."""
    x = rng.uniform(1)
    check_that(bool(x < 0.5), "the draw", "below 0.5", "more")
'''


def double(verification):
    return verification.topics[0].tasks[0]


def test_proof_holds_when_everything_is_as_it_should_be(proven):
    verification = proven()
    assert verification.ok, verification
    task = double(verification)
    assert (task.tests, task.mistakes, task.caught, task.named, task.alike) == (3, 3, 3, 3, ())
    assert (task.stub, task.solution, task.seeds, task.seeds_passed) == ("not_attempted", "pass", 1, 1)
    assert task.rows[2].caught_by == tuple(
        f"test_double_{rule}" for rule in ("shape", "values", "of_random_numbers")
    )


def test_proof_fails_when_no_test_catches_a_mistake(made_up, proven):
    made_up.suite(LOOSE)
    verification = proven()
    assert not verification.ok
    assert {"no test catches added_one", "no test catches turned_sign"} < set(double(verification).problems)
    assert double(verification).caught == 1


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
    told = []
    verification = proven(["words"], progress=told.append)
    assert [topic.slug for topic in verification.topics] == ["words"]
    assert told == ["words.double", "words.quadruple"]


def test_unknown_topic_is_refused(proven):
    with pytest.raises(UnknownTask):
        proven(["wrods"])
