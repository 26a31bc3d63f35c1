"""The judge: runs hidden suites against a submission and decides every verdict."""

from grader.judge.errors import OurProblem, UsageProblem
from grader.judge.grading import Progress, grade_submission

__all__ = ["OurProblem", "Progress", "UsageProblem", "grade_submission"]
