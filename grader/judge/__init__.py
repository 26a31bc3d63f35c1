"""The judge: runs hidden suites against a submission and decides every verdict."""

from grader.judge.errors import OurProblem, UsageProblem
from grader.judge.grading import grade_submission
from grader.judge.parallel import Progress

__all__ = ["OurProblem", "Progress", "UsageProblem", "grade_submission"]
